import type { Page } from '@playwright/test';
import { test, expect } from './house';
import { inspect } from './look';

async function search(page: Page, words: string): Promise<void> {
  await page.goto('/search');
  await page.getByRole('searchbox').fill(words);
  await page.locator('main').getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(page.locator('#results')).toBeVisible();
}

const here = (page: Page): string => new URL(page.url()).pathname + new URL(page.url()).search;

test('one box finds what one may see, and its address says nothing @once', async ({ someone, be }) => {
  const { page, watch } = await someone();
  watch.allow(/status of 422/);
  await page.goto('/');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Search' }).click();
  await expect(page).toHaveURL(/\/search$/);

  await search(page, 'slow');
  await expect(page.locator('.found > li')).toHaveCount(1);
  await expect(page.locator('.found mark').first()).toHaveText('Slow');
  expect(decodeURIComponent(page.url()).toLowerCase()).not.toContain('slow');
  expect(await page.title()).not.toContain('slow');
  const found = here(page);
  await page.locator('.found a').first().click();
  await expect(page).toHaveURL(/\/groups\/[0-9a-f-]+$/);
  await page.goBack();
  await expect(page.locator('.found > li')).toHaveCount(1);
  await inspect(page, ['/search', found]);

  // What is only for members, and what is closed, is not there; its words are not suggested.
  // A thread of the open forum has the same word in it as the group for members.
  await search(page, 'nights');
  await expect(page.locator('.found')).toContainText('Tea at four in the morning');
  await expect(page.locator('.found')).not.toContainText('Six weeks');
  for (const words of ['"better nights"', 'kitchen', 'kitchne']) {
    await search(page, words);
    await expect(page.locator('main')).toContainText('Nothing was found');
    await expect(page.locator('main')).not.toContainText('Did you mean');
  }
  await search(page, 'wlaks');
  await page.getByRole('link', { name: 'walks' }).click();
  await expect(page.locator('.found > li')).not.toHaveCount(0);
  await search(page, 'I want to die');
  await expect(page.locator('main').getByRole('link', { name: 'I’m not safe right now' })).toBeVisible();
  await inspect(page, [here(page)]);

  const heron = await be('Heron');
  await search(heron.page, 'nights');
  await expect(heron.page.locator('.found')).toContainText('Six weeks');
  await page.goto(here(heron.page));
  await expect(page.locator('main')).toContainText('no longer kept');
});

test('without JavaScript: search, narrow, go back @once', async ({ someone }) => {
  const { page } = await someone({ javaScriptEnabled: false });
  await search(page, 'walks');
  await page.getByText('Narrow it down').click();
  await page.getByLabel('What it is about').selectOption({ index: 1 });
  await page.locator('main').getByRole('button', { name: 'Search' }).click();
  await expect(page.locator('main')).toContainText('Nothing was found');
  await page.goBack();
  await expect(page.locator('.found > li')).not.toHaveCount(0);
});
