import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { test, expect } from './house';
import { inspect } from './look';
import { choose } from './steps';

test.describe.configure({ timeout: 180_000 });

// A picture of one dot.
const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

// ours is a space of this journey alone.
async function ours(page: Page, name: string): Promise<string> {
  await page.goto('/forum/make');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Words of welcome').fill('A place for what one sees from a window.');
  await choose(page, 'audience', 'Members');
  await choose(page, 'hold_new', 'Somebody reads the first posts'); // not here: it is on unless somebody says so
  await choose(page, 'pictures', 'Posts and answers can have pictures');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(page.url()).pathname;
}

test('a picture behind its words, somebody called by name, what was before', async ({ be }) => {
  const [tomo, heron, ali] = [await be('Tomo'), await be('Heron'), await be('Ali')];
  const project = test.info().project.name;
  const space = await ours(tomo.page, `From my window, ${project}`);
  await ali.page.goto('/forum/filters');
  await choose(ali.page, 'called', 'Others may call me');
  await ali.page.getByRole('button', { name: 'Save' }).click();
  await expect(ali.page.getByText('Saved.')).toBeVisible();

  await heron.page.goto(`${space}/write`);
  await heron.page.getByLabel('Title').fill(`A wall with moss, ${project}`);
  await heron.page.getByLabel('What would you like to say?').fill('@Ali you asked what I see.');
  await heron.page.getByText('Add pictures').click();
  // Pictures that are turned away unread leave the words where they are.
  await heron.page.locator('#picture1').setInputFiles({ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.concat([dot, Buffer.alloc(36 << 20)]) });
  heron.watch.allow(/status of 413/);
  await heron.page.getByRole('button', { name: 'Start a thread' }).click();
  await expect(heron.page.locator('#wrong')).toContainText('up to 8 MB');
  await expect(heron.page.getByText('choose the pictures again')).toBeVisible();
  await expect(heron.page.getByLabel('Title')).toHaveValue(`A wall with moss, ${project}`);
  const first = heron.page.getByRole('group').filter({ has: heron.page.locator('#picture1') });
  await first.locator('#picture1').setInputFiles({ name: 'holiday.png', mimeType: 'image/png', buffer: dot });
  heron.watch.allow(/status of 422/);
  await heron.page.getByRole('button', { name: 'Start a thread' }).click();
  await expect(heron.page.locator('#wrong')).toContainText('Say in a few words what the picture shows');
  await expect(heron.page.getByLabel('What would you like to say?')).toHaveValue('@Ali you asked what I see.');
  await first.locator('#picture1').setInputFiles({ name: 'holiday.png', mimeType: 'image/png', buffer: dot });
  await first.locator('#alt1').fill('Moss on a grey wall');
  await heron.page.getByRole('button', { name: 'Start a thread' }).click();
  await expect(heron.page.getByRole('heading', { level: 1, name: /A wall with moss/ })).toBeVisible();
  const thread = new URL(heron.page.url()).pathname;

  await expect(ali.page.getByRole('link', { name: /notices? for you/ })).toBeVisible();
  await ali.page.goto('/me/notices');
  const told = ali.page.locator('li').filter({ hasText: 'Somebody wrote your name' });
  await expect(told).toHaveCount(1);
  await told.getByRole('button').first().click();
  await expect(ali.page.getByText('you asked what I see.')).toBeVisible();
  const picture = ali.page.getByRole('img', { name: 'Moss on a grey wall' });
  await expect(picture).toBeHidden();
  await ali.page.getByText('Picture: Moss on a grey wall').click();
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((i: HTMLImageElement) => i.naturalWidth)).toBe(1);

  await heron.page.goto(`${thread}/edit`);
  await heron.page.getByLabel('Your words').fill('@Ali you asked what I see. It is green.');
  await heron.page.getByRole('button', { name: 'Save the change' }).click();
  await expect(heron.page.getByText('It is green.')).toBeVisible();
  await ali.page.goto(thread);
  await expect(ali.page.locator('main')).toContainText('changed');
  await heron.page.goto(`${thread}/history`);
  await expect(heron.page.locator('main')).not.toContainText('It is green.');
  await heron.page.goto(thread);
  if (project === 'wide') return; // axe goes through both widths by itself
  await inspect(heron.page, [thread, `${thread}/edit`, `${thread}/history`, `${thread}/label`, `${thread}/sure/withdraw`, `${space}/write`]);
});

test('old threads come in, with a line that cannot, and go out again', async ({ be }) => {
  const tomo = await be('Tomo');
  const project = test.info().project.name;
  const space = await ours(tomo.page, `Brought along, ${project}`);
  const lines = [
    { format: 'cairn.forum', version: 1 },
    { key: 't1', title: 'Tea at four', words: 'one lamp', author: 'Old Oak', at: '2019-03-01T04:00:00Z' },
    { key: 'a1', thread: 't1', words: 'Two lamps.', at: '2019-03-01T05:00:00Z' },
    { key: 'a2', thread: 'nowhere', words: 'Lost.', at: '2019-03-01T05:00:00Z' },
  ];
  await tomo.page.goto(`${space}/import`);
  await tomo.page.getByLabel('The file').setInputFiles({ name: 'old.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(lines.map((l) => JSON.stringify(l)).join('\n')) });
  await tomo.page.getByRole('button', { name: 'Look at what would come' }).click();
  await expect(tomo.page.getByText('One thread would come.')).toBeVisible();
  await expect(tomo.page.getByRole('row').filter({ hasText: 'a2' })).toBeVisible();
  if (project !== 'wide') await inspect(tomo.page, [`${space}/import`]);
  await choose(tomo.page, 'strict', 'Only if every line can come');
  tomo.watch.allow(/status of 422/);
  await tomo.page.getByRole('button', { name: 'Bring in 2 lines' }).click();
  await expect(tomo.page.locator('main')).toContainText('One line cannot come, so nothing came in.');
  await choose(tomo.page, 'strict', 'Only if every line can come');
  await tomo.page.getByRole('button', { name: 'Bring in 2 lines' }).click();
  await expect(tomo.page.getByText('2 threads and answers came in.')).toBeVisible();
  await tomo.page.goto(space);
  await tomo.page.getByRole('link', { name: 'Tea at four' }).click();
  await expect(tomo.page.getByText('Two lamps.')).toBeVisible();
  await expect(tomo.page.locator('main')).toContainText('Old Oak');

  await tomo.page.goto(space);
  await tomo.page.getByText('Take this space along').click();
  const saved = tomo.page.waitForEvent('download');
  await tomo.page.getByRole('button', { name: 'Take it along' }).click();
  const out = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n').map((l) => JSON.parse(l) as Record<string, unknown>);
  expect(out.map((l) => l.words ?? l.format)).toEqual(['cairn.forum', 'one lamp', 'Two lamps.']);
  expect(out[1]).toMatchObject({ title: 'Tea at four', author: 'Old Oak', at: '2019-03-01T04:00:00Z' });
});
