import type { Page } from '@playwright/test';
import { test, expect } from './house';
import { ask, choose, end, label, said, say } from './steps';

// device gives the browser something to keep passkeys on.
async function device(page: Page): Promise<void> {
  const line = await page.context().newCDPSession(page);
  await line.send('WebAuthn.enable');
  await line.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

async function signOut(page: Page): Promise<void> {
  await page.goto('/me');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).not.toHaveURL(/\/me$/);
}

test('join with a passkey, sign out, sign in with it', async ({ someone }) => {
  const { page } = await someone();
  await device(page);
  await page.goto('/join');
  await page.getByLabel('What should we call you?').fill('Plover');
  await choose(page, 'age', 'I am 18 or older');
  await page.getByRole('button', { name: 'Join with a passkey' }).click();
  await expect(page).not.toHaveURL(/\/join$/);
  await page.goto('/me');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Plover');

  await signOut(page);
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
  await page.goto('/me');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Plover');
});

test('join with a password, keep the codes, come in with one of them', async ({ someone }) => {
  const { page } = await someone();
  await page.goto('/join');
  await page.getByLabel('What should we call you?').fill('Dunlin');
  await choose(page, 'age', 'I am 18 or older');
  await page.getByLabel('A password').fill('seven quiet herons stand');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your recovery codes');
  const codes = await page.locator('main code').allInnerTexts();
  expect(codes).toHaveLength(10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await signOut(page);

  await page.goto('/sign-in');
  await page.locator('#sign-in-form').getByLabel('Your name here').fill('Dunlin');
  await page.getByLabel('Your password').fill('seven quiet herons stand');
  await page.getByRole('button', { name: 'Sign in', exact: true }).first().click();
  await expect(page).not.toHaveURL(/\/sign-in/);
  await signOut(page);

  await page.goto('/sign-in');
  await page.getByText('Use a recovery code').click();
  const form = page.locator('form[action="/sign-in/code"]');
  await form.getByLabel('Your name here').fill('Dunlin');
  await form.getByLabel('One of your ten codes').fill(codes[3]);
  await form.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
  await page.goto('/me');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Dunlin');
});

test('a guest who joins keeps the conversation', async ({ someone, service }) => {
  const { page } = await someone();
  await service.hurry();
  await ask(page);
  await expect(page).toHaveURL(/\/talk\//);
  const talk = page.url();
  await expect(said(page, label)).toHaveCount(1);
  await say(page, 'this shall stay with me');
  await end(page);
  await page.getByRole('link', { name: 'make an account on this device' }).click();
  await expect(page.getByText('What you have here as a guest stays with you.')).toBeVisible();
  await page.getByLabel('What should we call you?').fill('Sanderling');
  await choose(page, 'age', 'I am 18 or older');
  await page.getByLabel('A password').fill('seven quiet herons stand');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.goto('/me/talks');
  await expect(page.locator('main').getByRole('link').first()).toBeVisible();
  await page.goto(talk);
  await expect(said(page, 'this shall stay with me')).toHaveCount(1);
});
