import { test, expect } from './house';
import { ask, say, said, startShift, Visitor } from './steps';

test('the lead sees who waits, talks and is free, live, and takes a person', async ({ be, someone, service }) => {
  const ruth = await be('Ruth');
  const board = ruth.page.locator('#board');
  await expect(board).toContainText('Nobody is waiting.');
  await expect(board).toContainText('Nobody is talking.');
  await ruth.page.evaluate(() => document.body.setAttribute('data-same-page', 'yes'));

  await service.hurry();
  for (let i = 0; i < 2; i += 1) await (await Visitor.ask(service)).talks();
  await expect(board).toContainText('2 conversations');

  const guest = await someone();
  await ask(guest.page);
  await expect(guest.page).toHaveURL(/\/wait$/);
  const take = board.getByRole('button', { name: 'Take this person' });
  await expect(take).toHaveCount(1);

  const ali = await be('Ali');
  await ali.page.getByRole('button', { name: 'Start my shift' }).click();
  await expect(board.getByRole('row').filter({ hasText: 'Ali' })).toContainText('On a break');
  await expect(ruth.page.locator('body')).toHaveAttribute('data-same-page', 'yes');

  await take.click();
  await expect(ruth.page).toHaveURL(/\/talk\//);
  await expect(guest.page).toHaveURL(/\/talk\//);
  await say(ruth.page, 'Hello, I lead this shift and I have time');
  await expect(said(guest.page, 'I have time')).toHaveCount(1);
});

test('the focus stays where it is while the board changes', async ({ be, someone, service }) => {
  const ruth = await be('Ruth');
  await service.hurry();
  for (let i = 0; i < 2; i += 1) await (await Visitor.ask(service)).talks();
  const guest = await someone();
  await ask(guest.page);
  const take = ruth.page.getByRole('button', { name: 'Take this person' });
  await take.focus();
  const ali = await be('Ali');
  await startShift(ali.page);
  await expect(ruth.page.locator('#board')).toContainText('Asking Ali');
  expect(await ruth.page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
});
