import { test, expect, type Person } from './house';
import { choose, meet, occupy, said, say, startShift } from './steps';

test('a report: decided with a reason, appealed, taken back by somebody else, and nobody reads who reported', async ({ be, service }) => {
  await occupy(service);
  const [ali, heron, tomo, ruth] = [await be('Ali'), await be('Heron'), await be('Tomo'), await be('Ruth')];
  await startShift(ali.page);
  const talk = await meet(heron.page, ali.page);
  await say(ali.page, 'You should just pull yourself together');
  await expect(said(heron.page, 'pull yourself together')).toHaveCount(1);
  const untold = async ({ page }: Person): Promise<void> => await expect(page.locator('main')).not.toContainText('Heron');

  await test.step('the member reports it', async () => {
    await heron.page.goto(`/report?kind=talk&id=${talk.split('/').pop()}`);
    await choose(heron.page, 'reason', 'Hurtful or mocking');
    await heron.page.getByLabel('A few words, if you like').fill('That hurt me');
    await heron.page.getByRole('button', { name: 'Send the report' }).click();
    await expect(heron.page.getByRole('heading', { level: 1 })).toHaveText('Thank you. Somebody looks at it.');
  });

  await test.step('a coordinator takes it and decides on a pause, with a reason', async () => {
    await tomo.page.goto('/moderation');
    await untold(tomo);
    await tomo.page.locator('#queue').getByRole('link', { name: 'Ali' }).click();
    await expect(tomo.page.getByRole('heading', { level: 1 })).toHaveText('A report about Ali');
    await expect(tomo.page.locator('blockquote')).toContainText('pull yourself together');
    await untold(tomo);
    await expect(tomo.page.getByRole('button', { name: 'Decide' })).toHaveCount(0);
    await tomo.page.getByRole('button', { name: 'I look at it' }).click();
    await choose(tomo.page, 'what', 'A pause');
    await tomo.page.getByLabel('Days, for a pause').fill('3');
    await tomo.page.getByLabel('Why? They read this.').fill('We listen before we give advice. Please take three days.');
    await tomo.page.getByRole('button', { name: 'Decide' }).click();
    await expect(tomo.page.locator('main')).toContainText('Decided. The person can read it now');
    await expect(tomo.page.locator('#queue').getByRole('link', { name: 'Ali' })).toHaveCount(0); // others wait still
    await untold(tomo);
  });

  await test.step('the peer reads what and why, and asks somebody else to look again', async () => {
    await ali.page.goto('/me/decisions');
    await expect(ali.page.getByRole('heading', { name: 'A pause' })).toBeVisible();
    await expect(ali.page.locator('main')).toContainText('We listen before we give advice.');
    await untold(ali);
    await ali.page.getByLabel('Why should somebody look again?').fill('I said it about myself');
    await ali.page.getByRole('button', { name: 'Ask somebody else to look again' }).click();
    await expect(ali.page.locator('main')).toContainText('Somebody else is looking at it.');
    await ali.page.goto('/me/notices');
    await untold(ali);
  });

  await test.step('who decided does not look again: somebody else takes it back', async () => {
    await tomo.page.goto('/moderation');
    await expect(tomo.page.locator('#queue li').filter({ hasText: 'Ali' })).toContainText('You decided this. Somebody else looks again.');
    await ruth.page.goto('/moderation');
    await ruth.page.locator('#queue').getByRole('link', { name: 'Ali' }).click();
    await expect(ruth.page.locator('main')).toContainText('I said it about myself');
    await untold(ruth);
    await ruth.page.getByLabel('Your answer, which they read').fill('You did, it was misread. We are sorry.');
    await ruth.page.getByRole('button', { name: 'Take it back' }).click();
    await expect(ruth.page.locator('main')).toContainText('Decided. The person can read it now');
    await ali.page.goto('/me/decisions');
    await expect(ali.page.locator('main')).toContainText('It was taken back.');
    await expect(ali.page.locator('main')).toContainText('You did, it was misread.');
    await untold(ali);
  });
});
