import type { Page } from '@playwright/test';
import { test, expect } from './house';
import { holdForm, label, said, shown, tabTo } from './steps';

// stands tells that the keyboard is somewhere, and that one can see where.
async function stands(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName ?? 'BODY')).not.toBe('BODY');
}

async function seen(page: Page): Promise<void> {
  const ring = await page.evaluate(() => {
    const at = document.activeElement as HTMLElement;
    const near = [at, at.nextElementSibling, at.closest('label'), at.parentElement].filter((e) => e instanceof HTMLElement);
    return near.some((e) => {
      const s = getComputedStyle(e as HTMLElement);
      return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none';
    });
  });
  expect(ring, `one sees that ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120))} has the focus`).toBe(true);
}

test('by keyboard only: ask, talk, say, end, look back', async ({ someone, service }) => {
  const { page } = await someone();
  await service.hurry();
  await page.goto('/');

  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the page' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();

  await tabTo(page, page.getByRole('button', { name: 'Talk to someone' }));
  await seen(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/talk\//);
  await expect(said(page, label)).toHaveCount(1);

  await tabTo(page, page.locator('#text'));
  await seen(page);
  await page.keyboard.type('no mouse here');
  await page.keyboard.press('Enter');
  await expect(said(page, 'no mouse here')).toHaveCount(1);
  await expect(page.locator('#text')).toBeFocused();
  await expect(said(page, label)).toHaveCount(2);

  await tabTo(page, page.locator('article.turn-me').last().getByRole('link', { name: 'Change' }), 'Shift+Tab');
  await seen(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/change\//);
  await stands(page);
  await tabTo(page, page.getByRole('link', { name: 'Back to the conversation' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/talk\/[0-9a-f-]+$/);
  await stands(page);

  await tabTo(page, shown(page.getByRole('link', { name: /^End( the conversation)?$/ })));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'End it' })).toBeVisible();
  await stands(page);
  await tabTo(page, page.getByRole('button', { name: 'End it' }));
  await seen(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/after$/);
  await stands(page);

  await tabTo(page, page.locator('#distress input').first());
  await seen(page);
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('#distress input').nth(1)).toBeChecked();
  await tabTo(page, page.locator('#helped input').first());
  await page.keyboard.press('Space');
  await expect(page.locator('#helped input').first()).toBeChecked();
  await seen(page);
  await tabTo(page, page.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Space');
  await expect(page.locator('#distress input').nth(1)).toBeChecked();
  await stands(page);
});

test('a form that was refused: the keyboard goes to what is wrong @once', async ({ someone }) => {
  const { page, watch } = await someone();
  watch.allow(/status of 422/);
  await page.goto('/come-back');
  await tabTo(page, page.getByLabel(/words/i).first());
  await page.keyboard.type('not these');
  await page.keyboard.press('Enter');
  await expect(page.locator('#wrong')).toBeFocused();
  await expect(page.getByLabel(/words/i).first()).toHaveValue('not these');
});

test('the keyboard stays in a list to choose from when another form is answered @once', async ({ be }) => {
  const { page } = await be('Tomo');
  await page.goto('/phrases');
  await page.getByLabel('Phrase', { exact: true }).fill('the tide takes all');
  await page.getByRole('button', { name: 'Add it' }).click();
  const row = page.locator('td', { hasText: 'the tide takes all' });
  await expect(row).toHaveCount(1); // the answer is there; before it, the list would close again
  await page.locator('summary').filter({ hasText: 'English' }).click();
  const answer = await holdForm(page, '**/retire');
  await page.getByRole('button', { name: 'Take out “the tide takes all”' }).click();
  const language = page.locator('main').getByLabel('Language');
  await language.focus();
  await language.selectOption('ar');
  answer();
  await expect(row).toHaveCount(0);
  await expect(language).toBeFocused();
  await expect(language).toBeInViewport();
  await expect(language).toHaveValue('ar');
});
