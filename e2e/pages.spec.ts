import type { Page } from '@playwright/test';
import { test, expect } from './house';
import { inspect } from './look';
import { ask, choose, end, meet, occupy, said, say, press, startShift } from './steps';

test.describe.configure({ timeout: 120_000 });

test('pages of everybody @once', async ({ someone }) => {
  const { page, watch } = await someone();
  watch.allow(/status of 404/);
  await page.goto('/');
  await inspect(page, ['/', '/ask', '/crisis', '/policy', '/join', '/sign-in', '/come-back', '/younger', '/safe', '/house', '/search']);
});

test('pages of the demo, and one that is not there @once', async ({ someone }) => {
  const { page, watch } = await someone();
  watch.allow(/status of 404/);
  await page.goto('/');
  await inspect(page, ['/demo', '/styleguide', '/nothing-here', '/sign-in/link?k=x', '/confirm?k=x']);
});

test('pages of a guest who waits @once', async ({ someone, service }) => {
  await occupy(service);
  const { page } = await someone();
  await ask(page);
  await expect(page).toHaveURL(/\/wait$/);
  await inspect(page, ['/wait', '/', '/me', '/me/blocks', '/me/opened', '/me/export', '/me/delete', '/me/talks']);
});

test('pages of a conversation, on both sides @once', async ({ be, someone, service }) => {
  await occupy(service);
  const ali = await be('Ali');
  await ali.page.goto('/shift');
  await inspect(ali.page, ['/shift']);
  await ali.page.getByRole('button', { name: 'Start my shift' }).click();
  await startShiftReady(ali.page);
  const guest = await someone();
  await guest.page.goto('/ask');
  await choose(guest.page, 'situations', 'hospital');
  await choose(guest.page, 'distress', '5');
  await guest.page.getByRole('button', { name: 'Talk to someone' }).click();
  await expect(ali.page.locator('.offer')).toBeVisible();
  await expect(guest.page).toHaveURL(/\/wait$/);
  await inspect(guest.page, ['/wait']);
  await inspect(ali.page, ['/shift']);
  await ali.page.getByRole('button', { name: 'Yes, I’ll talk with them' }).click();
  await expect(guest.page).toHaveURL(/\/talk\//);
  const talk = new URL(guest.page.url()).pathname;
  await say(guest.page, 'Hello, it is one of those nights when the clock is loud');
  await expect(said(ali.page, 'the clock is loud')).toHaveCount(1);
  await say(ali.page, 'I know that clock. I am here.');
  await inspect(guest.page, [talk, `${talk}/write`, `${talk}/change/2`, `${talk}/do/end`, `${talk}/do/switch`, `${talk}/do/know`]);
  await inspect(ali.page, [talk, `${talk}/do/protect`, '/shift']);
  await guest.page.goto(talk);
  await end(guest.page);
  await inspect(guest.page, [`${talk}/after`, talk]);
  await inspect(ali.page, [`${talk}/after`, '/shift']);
});

async function startShiftReady(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'I’m ready' }).click();
  await expect(page.getByRole('button', { name: 'I’m ready' })).toHaveAttribute('aria-pressed', 'true');
}

test('pages about oneself @once', async ({ be }) => {
  const { page } = await be('Heron');
  await inspect(page, ['/me', '/me/notices', '/me/notify', '/me/profile', '/me/today', '/me/ways', '/me/sessions', '/me/wishes', '/me/cases', '/me/decisions']);
});

// What is chosen, suggested and kept stands on the pages, so that all of it is looked at.
test('pages of what somebody has lived through, would like and when @once', async ({ be }) => {
  const { page } = await be('Wren');
  await page.goto('/me/lived');
  await page.locator('#find').getByRole('searchbox').fill('HOSPÍTAL');
  await expect(page.locator('#find').getByRole('button', { name: 'Panic attacks' })).toBeHidden();
  await page.locator('#find').getByRole('button', { name: 'A hospital stay' }).click();
  await expect(page.locator('#v_hospital')).toBeVisible();
  await page.getByLabel('What you have lived through').fill('the year the river came');
  await page.getByText('Suggest it to the service').last().click();
  await page.getByRole('button', { name: 'Add it' }).click();
  await expect(page.getByText('the year the river came')).toBeVisible();
  await inspect(page, ['/me/lived']);
  await page.goto('/me/limits');
  await page.getByLabel('The name they use here').fill('Somebody Else');
  await page.getByRole('button', { name: 'Keep us apart' }).click();
  await expect(page.getByText('Somebody Else')).toBeVisible();
  await inspect(page, ['/me/limits', '/me/hours']);
});

test('pages of words that were suggested @once', async ({ be }) => {
  const { page } = await be('Tomo');
  await page.goto('/taxonomy/suggested');
  const one = await page.locator('main a[href^="/taxonomy/suggested/"]').first().evaluate((a) => new URL((a as HTMLAnchorElement).href).pathname);
  await inspect(page, ['/taxonomy/suggested', one]);
  await page.goto(one);
  await page.getByLabel('Why').fill('It says when, not what. Tell us more, if you like.');
  await page.getByRole('button', { name: 'Set it aside' }).click();
  await expect(page.getByText('reads your reason')).toBeVisible();
  const heron = await be('Heron');
  await heron.page.goto('/me/lived');
  await expect(heron.page.getByText('It says when, not what.')).toBeVisible();
  await inspect(heron.page, ['/me/lived']);
  await heron.page.getByRole('button', { name: 'I have read it' }).click();
  await expect(heron.page.getByText('It says when, not what.')).toBeHidden();
});

test('more pages about oneself @once', async ({ be }) => {
  const { page } = await be('Heron');
  await inspect(page, ['/me/blocks', '/me/opened', '/me/export', '/me/tokens', '/me/delete', '/me/talks']);
});

test('pages of the lead @once', async ({ be, someone, service }) => {
  await occupy(service);
  const guest = await someone();
  await ask(guest.page);
  const ali = await be('Ali');
  await startShift(ali.page);
  const { page } = await be('Ruth');
  await inspect(page, ['/board', '/shift', '/cases', '/moderation']);
});

test('pages of the coordinator @once', async ({ be }) => {
  const { page } = await be('Tomo');
  await inspect(page, ['/service', '/service/about', '/service/hours', '/service/partner', '/service/people', '/service/policy', '/service/test-page', '/service/deliveries', '/service/waits', '/service/ceilings']);
});

// plan gives the address of a week of the demo's plan with shifts in it, and of one of them.
async function plan(page: Page): Promise<[string, string]> {
  const shifts = page.locator('.rota a[href^="/rota/shift/"]');
  await page.goto('/rota');
  if ((await shifts.count()) === 0) await page.getByRole('link', { name: 'Week after' }).click();
  await expect(shifts.first()).toBeVisible();
  const at = new URL(page.url());
  return [at.pathname + at.search, (await shifts.last().getAttribute('href'))!];
}

test('pages of the plan, for a peer @once', async ({ be }) => {
  const { page } = await be('Ali');
  const [week, one] = await plan(page);
  await inspect(page, [week, one, '/rota/mine']);
  await startShift(page);
  await inspect(page, ['/shift/leave']);
});

test('pages of the plan, for the coordinator @once', async ({ be }) => {
  const { page } = await be('Tomo');
  const [week, one] = await plan(page);
  await inspect(page, [week, one, '/rota/new', '/rota/on-call', '/rota/limits']);
});

test('pages about lines, phrases and situations @once', async ({ be }) => {
  const { page } = await be('Tomo');
  await page.goto('/crisis/lines');
  const one = await page.locator('main a[href^="/crisis/lines/"]').evaluateAll((all) => all.map((a) => new URL((a as HTMLAnchorElement).href).pathname).find((p) => /[0-9a-f-]{36}$/.test(p)));
  expect(one).toBeTruthy();
  await inspect(page, ['/crisis/lines', '/crisis/lines/new', one!, `${one}/retire`, '/phrases', '/taxonomy', '/taxonomy/hospital']);
});

test('pages of an administrator @once', async ({ be }) => {
  const { page } = await be('Slate');
  await page.goto('/accounts');
  const one = await page.locator('main a[href^="/accounts/"]').first().evaluate((a) => new URL((a as HTMLAnchorElement).href).pathname);
  await inspect(page, ['/accounts', one, '/service', '/service/webhooks', '/service/deliveries']);
});

// Something is told, so that the number and the list are there to be looked at.
test('pages of somebody who was told something @once', async ({ be }) => {
  const { page } = await be('Tomo');
  for (let i = 0; i < 2; i++) {
    await page.goto('/me/notify');
    await page.getByRole('button', { name: 'Send me a test' }).click();
    await expect(page).toHaveURL(/done=test/);
  }
  await expect(page.getByRole('link', { name: /^[0-9]+ notices for you$/ })).toBeVisible();
  await inspect(page, ['/me/notices', '/me/notify', '/service']);
});

test('pages of what a peer carries, and of calls @once', async ({ be }) => {
  const { page } = await be('Ali');
  await startShift(page);
  await inspect(page, ['/me/ledger', '/calls', '/calls/paper']);
});

// A case stands open, so the urgent bar stands on whatever the lead looks at.
test('pages of a case, with the bar that says what cannot wait @once', async ({ be, service }) => {
  await occupy(service);
  const [ali, heron, ruth] = [await be('Ali'), await be('Heron'), await be('Ruth')];
  await startShift(ali.page);
  const talk = await meet(heron.page, ali.page);
  await inspect(ali.page, [`/cases/new?place=${talk.split('/').pop()}`, `${talk}/pass`, `${talk}/ask-in`, `${talk}/card/crisis`]);
  await inspect(heron.page, ['/safe', `/report?kind=talk&id=${talk.split('/').pop()}`]);
  await heron.page.goto('/safe');
  await heron.page.getByRole('button', { name: 'I’m not safe. Tell someone.' }).click();
  await expect(heron.page.getByText('Someone is being told right now.')).toBeVisible();
  await inspect(heron.page, ['/safe', talk]);
  await inspect(ali.page, [talk, '/shift']);
  await expect(ruth.page.getByRole('alert')).toContainText('Please answer now');
  await press(ruth.page.getByRole('link', { name: 'Heron' }));
  await expect(ruth.page).toHaveURL(/\/case\//);
  const at = new URL(ruth.page.url()).pathname;
  await inspect(ruth.page, [at, '/board', '/cases', '/shift', '/me/notices']);
  await ruth.page.goto(at);
  await ruth.page.getByRole('button', { name: 'I have it' }).click();
  await expect(ruth.page.getByText('Ruth has it.')).toBeVisible();
  await inspect(ruth.page, [at]);
  await inspect(heron.page, ['/safe', '/me/cases']);
});

test('pages of a report @once', async ({ be, service }) => {
  await occupy(service);
  const [ali, heron] = [await be('Ali'), await be('Heron')];
  await startShift(ali.page);
  const talk = await meet(heron.page, ali.page);
  await heron.page.goto(`/report?kind=talk&id=${talk.split('/').pop()}`);
  await choose(heron.page, 'reason', 'Hurtful or mocking');
  await heron.page.getByRole('button', { name: 'Send the report' }).click();
  await expect(heron.page.getByRole('heading', { level: 1 })).toHaveText('Thank you. Somebody looks at it.');
  await inspect(heron.page, ['/report?done=sent']);
  const tomo = await be('Tomo');
  await tomo.page.goto('/moderation');
  await tomo.page.locator('#queue').getByRole('link', { name: 'Ali' }).click();
  await expect(tomo.page).toHaveURL(/\/moderation\//);
  const at = new URL(tomo.page.url()).pathname;
  await inspect(tomo.page, [at]);
  await tomo.page.getByRole('button', { name: 'I look at it' }).click();
  await expect(tomo.page.getByRole('button', { name: 'Decide' })).toBeVisible();
  await inspect(tomo.page, [at, '/moderation']);
});
