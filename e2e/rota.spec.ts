import { test, expect } from './house';
import { choose } from './steps';

test('a shift is made, taken, given away and taken by a colleague', async ({ be }) => {
  const tomo = await be('Tomo');
  tomo.watch.allow(/status of 422/);
  await tomo.page.goto('/rota/new');
  const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  await tomo.page.getByLabel('Day', { exact: true }).fill(day);
  await tomo.page.getByLabel('Begins').fill('09:00');
  await tomo.page.getByLabel('Ends').fill('17:00');
  await tomo.page.getByRole('button', { name: 'Make it' }).click();
  await expect(tomo.page.getByRole('alert')).toContainText('A shift lasts 6 hours at most.');
  await expect(tomo.page.getByLabel('Begins')).toHaveValue('09:00');
  await tomo.page.getByLabel('Ends').fill('14:00');
  await tomo.page.getByRole('button', { name: 'Make it' }).click();
  await expect(tomo.page).toHaveURL(/\/rota\?week=/);
  const week = new URL(tomo.page.url());

  const ali = await be('Ali');
  await ali.page.goto(week.pathname + week.search);
  await ali.page.getByRole('link', { name: '09:00 to 14:00' }).click();
  await expect(ali.page.locator('#shift')).toContainText('It lasts more than 4 hours, which is our usual limit.');
  await ali.page.getByRole('button', { name: 'Take it, by my own choice' }).click();
  await expect(ali.page.getByText('You chose to go past a usual limit for this shift.')).toBeVisible();
  await ali.page.getByRole('button', { name: 'I can’t: who can?' }).click();
  await expect(ali.page.getByRole('heading', { name: 'You look for somebody' })).toBeVisible();

  const wren = await be('Wren');
  await wren.page.goto(week.pathname + week.search);
  const open = wren.page.getByRole('listitem').filter({ hasText: 'Ali looks for somebody to take this.' });
  await open.getByRole('button', { name: 'Take it, by my own choice' }).click();
  await expect(open).toHaveCount(0);
  await ali.page.reload();
  await expect(ali.page.getByRole('heading', { name: 'You look for somebody' })).toHaveCount(0);

  await ali.page.goto('/rota/mine');
  await ali.page.getByRole('button', { name: 'Make an address' }).click();
  await expect(ali.page.getByLabel('Your address')).toHaveValue(/\/calendar\/[\w-]{43}\.ics$/);
});

test('coming with a wish to talk, and leaving with one to be called', async ({ be }) => {
  const ruth = await be('Ruth');
  const ali = await be('Ali');
  await ali.page.goto('/shift');
  await choose(ali.page, 'how', '4');
  await choose(ali.page, 'talk', 'I’d like to talk to the lead first');
  await ali.page.getByRole('button', { name: 'Start my shift' }).click();
  await expect(ruth.page.locator('#board')).toContainText('Ali would like to talk to you before the first person comes.');
  await ali.page.getByRole('link', { name: 'No more for today' }).click();
  await choose(ali.page, 'talk', 'I’d like somebody to call me');
  await ali.page.getByRole('button', { name: 'End my shift' }).click();
  await expect(ali.page.getByRole('button', { name: 'Start my shift' })).toBeVisible();
  await expect(ruth.page.locator('#board')).toContainText('Ali would like to be called after their shift.');
});
