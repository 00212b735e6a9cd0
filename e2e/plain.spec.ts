import { test, expect, exit } from './house';
import { choose, label, say, said, press, startShift, occupy } from './steps';

test('without JavaScript: ask, wait, talk, end, look back', async ({ someone, service }) => {
  const { page, watch } = await someone({ javaScriptEnabled: false });
  watch.allow(/status of 422/);
  await page.goto('/');
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await expect(page).toHaveURL(/\/wait$/);
  await expect(page.locator('noscript meta[http-equiv=refresh], head meta[http-equiv=refresh]')).toHaveCount(1);
  await service.hurry();
  await expect(async () => {
    await page.reload();
    expect(page.url()).toContain('/talk/');
  }).toPass();

  await expect(async () => {
    await page.reload();
    await expect(said(page, label)).toHaveCount(1, { timeout: 100 });
  }).toPass();
  await page.getByRole('link', { name: 'Write', exact: true }).click();
  await expect(page).toHaveURL(/\/write$/);
  await page.getByLabel('Your message').fill('This is a very old telephone');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page).toHaveURL(/\/talk\/[0-9a-f-]+$/);
  await expect(said(page, 'very old telephone')).toHaveCount(1);
  await expect(async () => {
    await page.reload();
    await expect(said(page, label)).toHaveCount(2, { timeout: 100 });
  }).toPass();

  // Nothing written is an answer too: it says what is missing.
  await page.getByRole('link', { name: 'Write', exact: true }).click();
  await page.getByLabel('Your message').fill('   ');
  const refused = page.waitForResponse((r) => r.url().endsWith('/say'));
  await page.getByRole('button', { name: 'Send' }).click();
  expect((await refused).status()).toBe(422);
  await expect(page.locator('#text-wrong')).toContainText('There is nothing in it yet');
  await page.getByRole('link', { name: 'Back to the conversation' }).click();

  await press(page.getByRole('link', { name: /^End( the conversation)?$/ }));
  await page.getByRole('button', { name: 'End it' }).click();
  await choose(page, 'distress', '3');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('#distress input:checked')).toHaveValue('3');
  await page.getByRole('button', { name: 'Leave quickly' }).click();
  await expect(page).toHaveURL(exit);
  await page.goto('/me/talks');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});

test('without JavaScript: a peer works a shift @once', async ({ be, someone, service }) => {
  await occupy(service);
  const ali = await be('Ali', { javaScriptEnabled: false });
  await startShift(ali.page);
  const guest = await someone();
  await guest.page.goto('/');
  await guest.page.getByRole('button', { name: 'Talk to someone' }).click();
  await expect(async () => {
    await ali.page.reload();
    await expect(ali.page.locator('.offer')).toBeVisible({ timeout: 100 });
  }).toPass();
  await ali.page.getByRole('button', { name: 'Yes, I’ll talk with them' }).click();
  await expect(guest.page).toHaveURL(/\/talk\//);
  await say(guest.page, 'Hello from the other side');
  await ali.page.reload();
  await expect(said(ali.page, 'Hello from the other side')).toHaveCount(1);
});

test('without JavaScript: say what one has lived through, and when one could meet @once', async ({ be }) => {
  const { page } = await be('Wren', { javaScriptEnabled: false });
  await page.goto('/me/lived');
  await page.getByRole('searchbox').fill('MEDICATIÓN');
  await page.getByRole('button', { name: 'Look' }).click();
  await expect(page).toHaveURL(/\/me\/lived\/find$/); // what was looked for is in no address
  await expect(page.locator('#find').getByRole('button', { name: 'Hearing voices' })).toHaveCount(0);
  await page.locator('#find').getByRole('button', { name: 'Changes of medication' }).click();
  await expect(page.locator('#v_medication')).toHaveValue('matches');
  await page.locator('#v_medication').selectOption('matching');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('#v_medication')).toHaveValue('matching');
  await page.locator('li', { has: page.locator('#v_medication') }).getByRole('button', { name: 'Remove' }).click();
  await expect(page.locator('#v_medication')).toHaveCount(0);
  await page.goto('/me/limits');
  await expect(page.getByText('Look for a word in this list').first()).toBeHidden();
  await page.goto('/me/hours');
  await page.getByRole('button', { name: 'Saturday and Sunday' }).click();
  await expect(page.getByText('Saturdays and Sundays, 10:00 to 18:00')).toBeVisible();
  await page.locator('#f_6_0').fill('');
  await page.locator('#t_6_0').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saturdays, 10:00 to 18:00')).toBeVisible();
});
