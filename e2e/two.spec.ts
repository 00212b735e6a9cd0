import { test, expect } from './house';
import { Line } from './line';
import { choose, label, occupy, said, say, press, startShift } from './steps';

test('a member and a peer, each in a browser of their own', async ({ be, service }) => {
  await occupy(service);
  const ali = await be('Ali');
  const line = await Line.to(service);
  const heron = await be('Heron', { baseURL: line.url });
  await startShift(ali.page);

  await heron.page.goto('/ask');
  await choose(heron.page, 'situations', 'hospital');
  await choose(heron.page, 'distress', '4');
  await heron.page.getByLabel('A few words, if you like').fill('It is the nights');
  await heron.page.getByRole('button', { name: 'Talk to someone' }).click();
  await expect(heron.page.getByRole('heading', { level: 1 })).toHaveText('We are asking a peer right now');

  // The offer comes by itself, with the reason, and without what is only for matching.
  const offer = ali.page.locator('.offer');
  await expect(offer.getByRole('heading', { name: 'Would you talk with them?' })).toBeVisible();
  await expect(offer).toContainText(/(Something|Things) you share:/);
  await expect(offer).toContainText('It is the nights');
  await expect(offer).toContainText('By their own tap it is 4 of 5.');
  await expect(offer).not.toContainText(/voices|psychosis/i);
  await offer.getByRole('button', { name: 'Yes, I’ll talk with them' }).click();
  await expect(ali.page).toHaveURL(/\/talk\//);
  await expect(heron.page).toHaveURL(/\/talk\//);

  // Typing is told to whoever is looking just then: both lines have to be open.
  for (const one of [ali, heron]) await expect(one.page.locator('cairn-live[data-state=open]').first()).toBeAttached();
  await heron.page.locator('#text').pressSequentially('Hello');
  await expect(ali.page.locator('#writing')).toContainText('Heron is writing');
  await heron.page.locator('#text').fill('');
  await say(heron.page, 'Hello, are you there');
  await expect(said(ali.page, 'Hello, are you there')).toHaveCount(1);
  await expect(heron.page.locator('#seen')).toContainText('Ali has read this.');

  await test.step('the line is lost for a moment: nothing is lost or shown twice', async () => {
    heron.watch.allow(/ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/);
    line.cut();
    for (const words of ['first of three', 'second of three', 'third of three']) await say(ali.page, words);
    await expect(said(heron.page, 'of three')).toHaveCount(0);

    await heron.page.locator('#text').fill('written without a line');
    await heron.page.getByRole('button', { name: 'Send' }).click();
    await expect(heron.page.locator('.send-state')).toContainText('Not sent. Your words are still here.');
    await expect(heron.page.locator('#text')).toHaveValue('written without a line');

    await expect(heron.page.locator('.live-state')).toHaveText(/The line is lost/);
    line.mend();
    await expect(said(heron.page, 'of three')).toHaveText(['first of three', 'second of three', 'third of three']);
    await heron.page.getByRole('button', { name: 'Send' }).click();
    await expect(said(heron.page, 'written without a line')).toHaveCount(1);
    await expect(said(ali.page, 'written without a line')).toHaveCount(1);
    const order = ['Hello, are you there', 'first of three', 'second of three', 'third of three', 'written without a line'];
    await expect(heron.page.locator('#voices .said')).toHaveText(order);
    await expect(ali.page.locator('#voices .said')).toHaveText(order);
    await heron.page.reload();
    await expect(heron.page.locator('#voices .said')).toHaveText(order);
  });

  await test.step('what is changed and taken back changes for the other too', async () => {
    await ali.page.locator('article.turn-me').last().getByRole('link', { name: 'Change' }).click();
    await ali.page.getByRole('button', { name: 'Take my words back' }).click();
    await expect(heron.page.getByText('These words were taken back.')).toBeVisible();
    await expect(said(heron.page, 'third of three')).toHaveCount(0);
  });

  await press(ali.page.getByRole('link', { name: /^End( the conversation)?$/ }));
  await ali.page.getByRole('button', { name: 'End it' }).click();
  await expect(ali.page.getByRole('heading', { level: 1 })).toHaveText('How was it for you?');
  await expect(heron.page.locator('#composer')).toContainText('This conversation has ended.');

  await ali.page.getByLabel('For yourself').fill('I was tired, and it went well');
  await ali.page.getByLabel('A note for Heron').fill('You want to plant beans with your cousin');
  await ali.page.getByRole('button', { name: 'Done' }).click();
  await expect(ali.page).toHaveURL(/\/shift$/);

  await press(heron.page.locator('#composer').getByRole('link'));
  await expect(heron.page.getByText('You want to plant beans with your cousin')).toBeVisible();
  await expect(heron.page.locator('body')).not.toContainText('I was tired');
  await choose(heron.page, 'distress', '2');
  await heron.page.getByLabel('A word of thanks to Ali').fill('It helped that you know');
  await heron.page.getByRole('button', { name: 'Save' }).click();
  await heron.page.getByRole('button', { name: 'Keep the words' }).click();
  await expect(heron.page.getByRole('button', { name: 'Do not keep the words' })).toBeVisible();
  await heron.page.goto('/me/talks');
  await expect(heron.page.getByText('You want to plant beans with your cousin')).toBeVisible();

  await heron.page.close();
  line.close();
  await ali.page.goto('/shift');
  await expect(ali.page.getByText('It helped that you know')).toBeVisible();
});

test('time runs out on an offer: somebody else is asked @once', async ({ be, someone, service }) => {
  const busy = await occupy(service);
  const ali = await be('Ali');
  await startShift(ali.page);
  const guest = await someone();
  await guest.page.goto('/');
  await guest.page.getByRole('button', { name: 'Talk to someone' }).click();
  await expect(ali.page.locator('.offer')).toBeVisible();
  for (const one of busy) await one.end();
  await service.advance(95);
  await expect(ali.page.locator('.offer')).toHaveCount(0);
  await expect(guest.page).toHaveURL(/\/talk\//);
  await expect(said(guest.page, label)).toHaveCount(1);
});

test('"I need to stop now": the person is first in line and the lead is told @once', async ({ be, someone, service }) => {
  await occupy(service);
  const ali = await be('Ali');
  const ruth = await be('Ruth');
  await startShift(ali.page);
  const guest = await someone();
  await guest.page.goto('/');
  await guest.page.getByRole('button', { name: 'Talk to someone' }).click();
  await ali.page.getByRole('button', { name: 'Yes, I’ll talk with them' }).click();
  await expect(guest.page).toHaveURL(/\/talk\//);
  await ali.page.goto('/shift');
  await ali.page.getByRole('button', { name: 'I need to stop now' }).click();
  await expect(ali.page.getByText('You have stopped. Nobody comes any more.')).toBeVisible();
  await expect(ruth.page.getByText('Ali had to stop. Please check in with them.')).toBeVisible();
  await expect(ruth.page.locator('#board')).toContainText('moved up: their peer had to stop');
  await ruth.page.getByRole('button', { name: 'I have checked in' }).click();
  await expect(ruth.page.getByText('Ali had to stop.')).toHaveCount(0);
});
