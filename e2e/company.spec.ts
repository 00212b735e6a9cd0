import { test, expect } from './house';
import { listens, meet, occupy, said, say, press, startShift } from './steps';

test('a supervisor is asked in: both see her come and go, and what was said before stays theirs', async ({ be, service }) => {
  await occupy(service);
  const [ali, heron, ruth] = [await be('Ali'), await be('Heron'), await be('Ruth')];
  await startShift(ali.page);
  const talk = await meet(heron.page, ali.page);
  await say(heron.page, 'this is only for the two of us');
  await expect(said(ali.page, 'only for the two')).toHaveCount(1);

  await test.step('nobody joins who was not asked', async () => {
    ruth.watch.allow(/status of 404/);
    for (const path of [talk, `${talk}/join`]) {
      await ruth.page.goto(path);
      await expect(ruth.page.locator('main')).toContainText('There is nothing at this address');
    }
    await ruth.page.goto('/board');
    await listens(ruth.page);
  });

  await test.step('the peer asks her in', async () => {
    const more = ali.page.getByText('More', { exact: true });
    if (await more.isVisible()) await more.click(); // where there is no room beside the conversation
    await press(ali.page.getByRole('link', { name: 'Ask a supervisor in' }));
    await ali.page.getByRole('button', { name: 'Ask them' }).click();
    await expect(ali.page).toHaveURL(new RegExp(`${talk}$`));
    for (const one of [ali, heron]) await expect(one.page.locator('#voices')).toContainText('A supervisor was asked to join.');
  });

  await test.step('she comes, and both see it', async () => {
    await expect(ruth.page.locator('#board')).toContainText('Ali asks for a supervisor in a conversation.');
    await ruth.page.getByRole('alert').getByRole('link', { name: 'Answer' }).click();
    await expect(ruth.page.getByRole('heading', { name: 'Join the conversation of Ali?' })).toBeVisible();
    await ruth.page.getByRole('button', { name: 'Join' }).click();
    await expect(ruth.page).toHaveURL(new RegExp(`${talk}$`));
    await expect(ruth.page.getByRole('alert')).toHaveCount(0);
    for (const one of [ali, heron]) {
      await expect(one.page.locator('#voices')).toContainText('Ruth, a supervisor, is here now. They see what is said from here on.');
    }
    await listens(ruth.page);
    await say(heron.page, 'welcome');
    await expect(said(ruth.page, 'welcome')).toHaveCount(1);
    await expect(said(ruth.page, 'only for the two')).toHaveCount(0);
    await say(ruth.page, 'I am glad to be here');
    for (const one of [ali, heron]) await expect(said(one.page, 'I am glad to be here')).toHaveCount(1);
  });

  await test.step('she goes, both see it, and she reads nothing more', async () => {
    await press(ruth.page.getByRole('button', { name: 'Leave the conversation' }));
    await expect(ruth.page).toHaveURL(/\/board$/);
    for (const one of [ali, heron]) await expect(one.page.locator('#voices')).toContainText('Ruth has left.');
    await say(heron.page, 'just us again');
    await expect(said(ali.page, 'just us again')).toHaveCount(1);
    await ruth.page.goto(talk);
    await expect(ruth.page.locator('main')).not.toContainText('just us again');
  });
});
