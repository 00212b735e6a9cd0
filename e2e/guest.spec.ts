import { test, expect, exit } from './house';
import { ask, choose, end, holdForm, label, said, say, press } from './steps';

test('a guest asks with one tap, talks, ends well and leaves nothing behind', async ({ someone, service }) => {
  const { page, context } = await someone();
  await ask(page);
  await expect(page).toHaveURL(/\/wait$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/You are next|We are asking a peer right now/);
  await expect(page.getByRole('heading', { name: 'Before you write' })).toBeVisible();
  await service.hurry();

  await expect(page).toHaveURL(/\/talk\/[0-9a-f-]+$/);
  await expect(said(page, label)).toHaveCount(1);
  await say(page, 'I cannot sleep and it is long past two');
  await expect(said(page, label)).toHaveCount(2);

  const mine = page.locator('article.turn-me').last();
  await mine.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('Your words').fill('I cannot sleep and it is long past three');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(said(page, 'long past three')).toHaveCount(1);
  await expect(said(page, 'long past two')).toHaveCount(0);
  await expect(page.locator('article.turn-me').last()).toContainText('changed');

  await page.locator('article.turn-me').last().getByRole('link', { name: 'Change' }).click();
  await page.getByRole('button', { name: 'Take my words back' }).click();
  await expect(page.getByText('These words were taken back.')).toBeVisible();
  await expect(said(page, 'long past')).toHaveCount(0);

  await end(page);
  await choose(page, 'distress', '2');
  await choose(page, 'helped', 'being listened to');
  await page.getByLabel(/A word of thanks/).fill('Thank you for staying');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(page.locator('#distress input:checked')).toHaveValue('2');
  await page.getByRole('button', { name: 'Delete the words' }).click();
  await expect(page.getByText('The words are deleted.')).toBeVisible();

  await page.getByRole('button', { name: 'Leave quickly' }).click();
  await expect(page).toHaveURL(exit);
  await expect.poll(async () => (await context.cookies(service.url)).filter((c) => c.name === 's')).toEqual([]);
});

test('what is pressed while another answer is on its way is done too, in turn', async ({ someone, service }) => {
  const { page } = await someone();
  await service.hurry();
  await ask(page);
  await expect(page).toHaveURL(/\/talk\//);
  await expect(said(page, label)).toHaveCount(1);
  await end(page);
  const answer = await holdForm(page, '**/after');
  await choose(page, 'distress', '3');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Delete the words' }).click();
  await expect(page.getByRole('button', { name: 'Delete the words' })).toBeVisible();
  answer();
  await expect(page.getByText('The words are deleted.')).toBeVisible();
  await expect(page.locator('#distress input:checked')).toHaveValue('3');
});

for (const way of ['the button', 'Shift three times']) {
  test(`quick exit by ${way}: Back shows nothing of it`, async ({ someone, service }) => {
    const { page, context } = await someone();
    await service.hurry();
    await ask(page);
    await expect(page).toHaveURL(/\/talk\//);
    await say(page, 'words that nobody else may read');
    await page.locator('#text').fill('and a draft of more');
    const talk = page.url();
    if (way === 'the button') {
      await page.getByRole('button', { name: 'Leave quickly' }).click();
    } else {
      for (let i = 0; i < 3; i += 1) await page.keyboard.press('Shift');
    }
    await expect(page).toHaveURL(exit);
    await expect.poll(async () => (await context.cookies(service.url)).filter((c) => c.name === 's')).toEqual([]);

    for (let back = 0; back < 4; back += 1) {
      await page.goBack().catch(() => null);
      const words = await page.locator('body').innerText();
      expect(words).not.toContain('nobody else may read');
      expect(words).not.toContain('a draft of more');
      expect(words).not.toContain(label);
    }
    await page.goto(talk);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
    await expect(page.locator('body')).not.toContainText('nobody else may read');
    await page.goto('/');
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  });
}

test('somebody else, without a reason', async ({ someone, service }) => {
  const { page } = await someone();
  await service.hurry();
  await ask(page);
  await expect(page).toHaveURL(/\/talk\//);
  const first = page.url();
  await press(page.getByRole('link', { name: /^(Someone else|Talk to someone else)$/ }));
  await page.getByRole('button', { name: 'Find someone else' }).click();
  await expect(page).toHaveURL((url) => url.pathname.startsWith('/talk/') && url.href !== first);
  await expect(said(page, label).first()).toBeVisible();
});
