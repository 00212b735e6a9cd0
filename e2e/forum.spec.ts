import type { Page } from '@playwright/test';
import { test, expect } from './house';
import { inspect } from './look';

test.describe.configure({ timeout: 120_000 });

const open = 'Small things that help';
const members = 'Work, money and papers';

async function enter(page: Page, name: string): Promise<string> {
  await page.goto('/forum');
  await page.locator('main').getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(page.url()).pathname;
}

test('pages of the forum @once', async ({ someone, be }) => {
  const visitor = await someone();
  const space = await enter(visitor.page, open);
  await visitor.page.getByRole('link', { name: 'Tea at four in the morning' }).click();
  await expect(visitor.page.getByRole('heading', { level: 1, name: 'Tea at four in the morning' })).toBeVisible();
  await inspect(visitor.page, ['/forum', space, new URL(visitor.page.url()).pathname]);
  const tomo = await be('Tomo');
  await inspect(tomo.page, ['/forum', '/forum/make', space, `${space}/edit`, `${space}/close`, `${space}/moderators`, `${space}/import`]);
  const heron = await be('Heron');
  const community = await enter(heron.page, 'New in this country');
  await inspect(heron.page, [community, `${community}/join`, '/forum/filters', '/forum/new', `${space}/write`]);
});

test('without JavaScript: begun, kept, sent, covered for somebody else, answered', async ({ be }) => {
  const heron = await be('Heron', { javaScriptEnabled: false });
  const title = `A letter with a window, ${test.info().project.name}`;
  await enter(heron.page, members);
  await heron.page.getByRole('link', { name: 'Start a thread' }).click();
  await heron.page.getByLabel('Title').fill(title);
  await heron.page.getByRole('button', { name: 'Keep it for later' }).click();
  await expect(heron.page.getByText('You began this and kept it.')).toBeVisible();
  await expect(heron.page.getByLabel('Title')).toHaveValue(title);
  await heron.page.getByLabel('What would you like to say?').fill('It lay there for a week.\n\n- I opened it\n- it was **nothing**');
  await heron.page.getByRole('button', { name: 'Start a thread' }).click();
  await expect(heron.page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  await expect(heron.page.getByText('Others do not see this yet.')).toBeVisible();
  const thread = new URL(heron.page.url()).pathname;

  const ruth = await be('Ruth');
  await ruth.page.goto(thread);
  await ruth.page.getByRole('button', { name: 'Release it for everybody here' }).click();
  await expect(ruth.page.locator('.prose li')).toHaveCount(2);
  await ruth.page.goto(`${thread}/label`);
  await ruth.page.locator('input[value="money"]').check();
  await ruth.page.getByRole('button', { name: 'Save' }).click();

  const ali = await be('Ali', { javaScriptEnabled: false });
  await ali.page.goto('/forum/filters');
  await ali.page.locator('input[value="money"]').check();
  await ali.page.getByRole('button', { name: 'Save' }).click();
  await expect(ali.page.getByText('Saved.')).toBeVisible();
  await ali.page.goto(thread);
  await expect(ali.page.getByRole('heading', { level: 1, name: 'A thread' })).toBeVisible();
  await expect(ali.page.getByText('It lay there for a week.')).toBeHidden();
  await ali.page.getByText('You chose not to meet that unasked').click();
  await expect(ali.page.getByText('It lay there for a week.')).toBeVisible();
  await ali.page.getByLabel('Write an answer').fill('Mine has a window too.');
  await ali.page.getByRole('button', { name: 'Send' }).click();

  await heron.page.goto(thread);
  await expect(heron.page.getByText('It lay there for a week.')).toBeVisible();
});
