import { test, expect } from './house';

test.use({ command: 'serve' });

test('an empty folder: the printed address leads the first administrator to the list of what is missing', async ({ someone, service }) => {
  const { page } = await someone();
  await page.goto(/http\S+set-up\?code=\S+/.exec(service.out)![0]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your service');
  await page.getByLabel('Name of the service').fill('Pebble Street');
  await page.getByLabel('Country').selectOption('ES');
  await page.getByLabel('Time zone').fill('Europe/Madrid');
  await page.getByRole('button', { name: 'Go on' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your own account');
  await page.getByLabel('What should we call you?').fill('Gravel');
  await page.getByLabel('Password').fill('seven quiet herons stand');
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The service is yours');
  await expect(page.locator('main code')).toHaveCount(10);
  await page.getByRole('link', { name: 'See what is missing' }).click();
  await expect(page.getByRole('heading', { name: 'Ready to open?' })).toBeVisible();
  await expect(page.getByText('Something is missing, so people cannot ask for support yet.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Publish the policy' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Go to the lines' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pebble Street');

  // Not open yet: said before anything is typed, and the code works once.
  await page.goto('/ask');
  await expect(page.getByText('Nobody is here right now.')).toBeVisible();
  const other = await someone();
  other.watch.allow(/status of 404/); // the code, once it has been used
  const used = await other.page.goto(/http\S+set-up\?code=\S+/.exec(service.out)![0]);
  expect(used!.status()).toBe(404);
  await expect(other.page.getByLabel('Name of the service')).toHaveCount(0);
});

test('nobody is here: a place is kept, and four words bring it back on another device @once', async ({ someone }) => {
  const first = await someone();
  await first.page.goto('/ask');
  await first.page.getByRole('button', { name: 'Keep a place for me' }).click();
  await expect(first.page.getByRole('heading', { level: 1 })).toHaveText('Your four words');
  const words = await first.page.locator('main .sheet strong').innerText();
  expect(words.trim().split(/\s+/)).toHaveLength(4);

  const second = await someone();
  await second.page.goto('/come-back');
  await second.page.locator('input[name=words]').fill(words);
  await second.page.locator('form[action="/come-back"]').getByRole('button').click();
  await expect(second.page).not.toHaveURL(/\/come-back/);
  await second.page.goto('/wait');
  await expect(second.page.getByRole('heading', { level: 1 })).toHaveText('Your place is kept');
});
