import { test, expect } from './house';
import { startShift, tabTo } from './steps';

test('a telephone call is logged by keyboard alone, and counts @once', async ({ be }) => {
  const { page } = await be('Ali');
  await startShift(page);
  await page.goto('/me/ledger');
  const contacts = page.locator('#weeks ~ div tbody tr').first().locator('td').nth(1);
  const before = (await contacts.count()) ? Number(await contacts.textContent()) : 0;

  await page.goto('/calls');
  await tabTo(page, page.locator('#kind input').first());
  await page.keyboard.press('Space');
  await tabTo(page, page.locator('#minutes'));
  await page.keyboard.type('25');
  await tabTo(page, page.locator('#before input').first());
  await page.keyboard.press('Space');
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight');
  await tabTo(page, page.locator('#after input').first());
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, page.locator('#outcome input').first());
  await page.keyboard.press('Space');
  await tabTo(page, page.locator('#heavy input'));
  await page.keyboard.press('Space');
  await tabTo(page, page.locator('#words'));
  await page.keyboard.type('a long silence, and then it was lighter');
  await tabTo(page, page.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Saved. Take a breath' })).toBeVisible();
  const latest = page.getByRole('heading', { name: 'Your last contacts' }).locator('..');
  await expect(latest).toContainText('By telephone 25 minutes');
  await expect(latest).toContainText('a long silence, and then it was lighter');

  await page.goto('/me/ledger');
  await expect(contacts).toHaveText(String(before + 1));
  await page.goto('/shift');
  await expect(page.locator('#shift aside')).toContainText(/Minutes talking\s*25/);
});

test('a call that was typed wrongly is kept as it was typed @once', async ({ be }) => {
  const { page, watch } = await be('Ali');
  watch.allow(/status of 422/);
  await page.goto('/calls');
  await page.locator('#minutes').fill('9999');
  await page.locator('#words').fill('I typed too fast');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('#wrong')).toBeFocused();
  await expect(page.locator('#minutes')).toHaveValue('9999');
  await expect(page.locator('#words')).toHaveValue('I typed too fast');
});

test('the paper form prints the same fields, and nothing else @once', async ({ be }) => {
  const { page } = await be('Ali');
  await page.goto('/calls');
  const fields = await page.locator('form[action="/calls"] legend:not(.vh)').allTextContents();
  await page.goto('/calls/paper');
  await expect(page.getByRole('link', { name: 'Type one in' })).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  for (const one of fields) await expect(page.locator('.blank-form dt', { hasText: one })).toBeVisible();
  for (const off of [page.locator('.crisis'), page.locator('footer'), page.getByRole('link', { name: 'Type one in' })]) await expect(off.first()).toBeHidden();
  const tall = await page.locator('.blank-form dd.tall').boundingBox();
  expect(tall?.height).toBeGreaterThan(60);
});
