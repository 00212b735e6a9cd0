import { test as base, expect } from './house';
import { Cluster } from './cluster';
import { inspect } from './look';
import { arrived, door, doorOf, enters, hears, meetingOf, more, phone, sees, slow, tile } from './room';
import { meet, startShift, tabTo } from './steps';
import { voice } from './voice';

base.describe.configure({ timeout: 240_000 });
const test = base;
test.use({ actionTimeout: 30_000 });

const udp = (first: number) => `127.0.0.1:${first + Number(process.env.TEST_PARALLEL_INDEX ?? 0)}`;

test('a whole meeting by keyboard, and what axe says @once', async ({ beApart }) => {
  const basalt = await beApart('Basalt');
  const { page } = await beApart('Heron');
  const at = await door(basalt);
  await test.step('coming in', async () => {
    await page.goto(at);
    await expect(page.getByText('It opens when somebody who holds the meeting is here.')).toBeVisible();
    await enters(basalt, at, 'sound');
    const button = page.locator('button[form=enter]');
    await expect(button).toBeVisible();
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/room\//);
    await arrived(page);
  });
  await test.step('speaking, raising a hand, writing', async () => {
    const mic = page.locator('[data-do=sound]');
    await tabTo(page, mic);
    await page.keyboard.press('Space');
    await expect(mic).toHaveAttribute('aria-pressed', 'true');
    await tabTo(page, page.getByRole('button', { name: 'Raise my hand' }));
    await page.keyboard.press('Enter');
    await expect(basalt.page.locator('#say')).toHaveText('Speaking order: 1 Heron');
    await expect(page.getByRole('button', { name: 'Take my hand down' })).toBeVisible();
    await basalt.page.getByRole('button', { name: 'Begin a round' }).click();
    await basalt.page.getByRole('button', { name: 'Pass', exact: true }).click();
    const done = page.getByRole('button', { name: 'I have said it' });
    await expect(done).toBeVisible();
    await tabTo(page, done);
    await page.keyboard.press('Enter');
    await expect(page.locator('#room-turn')).toHaveCount(0);
    await tabTo(page, page.locator('.room-talk textarea'));
    await page.keyboard.type('Good evening, I only type today.');
    await page.keyboard.press('Enter');
    await expect(basalt.page.locator('.room-talk')).toContainText('Good evening, I only type today.');
  });
  await test.step('leaving', async () => {
    await tabTo(page, page.getByRole('button', { name: 'Leave', exact: true }));
    await page.keyboard.press('Enter');
    await expect(page.getByText('You have left the room.')).toBeVisible();
  });
  await test.step('axe, at the door and inside', async () => {
    await inspect(page, [at]);
    basalt.watch.allow(/AudioContext was not allowed/); // a room that is loaded anew waits for a press
    await inspect(basalt.page, [new URL(basalt.page.url()).pathname]);
  });
});

// A notice leads to the door without a new document; the rights of a document to use
// devices are those of the page that it began with.
test('a door that is drawn in the document of another page can use devices @once', async ({ be, service }) => {
  await service.advance(1500);
  const basalt = await be('Basalt');
  const { page } = basalt;
  const at = await door(basalt);
  const link = page.locator(`main a[href="${at}"]`);
  const allowed = () => page.evaluate(() => (document as unknown as { featurePolicy: { allowsFeature(of: string): boolean } }).featurePolicy.allowsFeature('microphone'));
  expect(await allowed(), 'the page before it has no use for them').toBe(false);
  await link.evaluate((a) => a.removeAttribute('data-turbo'));
  await link.click();
  await expect(page).toHaveURL(new RegExp(`${at}$`));
  await expect.poll(() => allowed().catch(() => false)).toBe(true);
  await page.locator('cairn-device summary').click();
  const check = page.locator('[data-check=sound]');
  await check.click();
  await expect(check).toHaveAttribute('aria-pressed', 'true');
});

test('two go aside and come back @once', async ({ beApart, service }) => {
  await service.advance(1500); // it has begun
  const basalt = await beApart('Basalt');
  const noor = await beApart('Noor', phone);
  const heron = await beApart('Heron');
  const at = await door(basalt);
  await enters(basalt, at, 'picture');
  await enters(noor, at, 'picture');
  await enters(heron, at, 'listen');
  await sees(noor.page, 'Basalt');
  await more(basalt.page, 'Noor');
  await basalt.page.getByRole('button', { name: 'Ask aside: Noor' }).click();
  await expect(noor.page.getByText('Basalt asks whether you would like to come aside for a moment')).toBeVisible();
  await noor.page.getByRole('button', { name: 'Yes, let us go' }).click();
  for (const one of [basalt, noor]) {
    await expect(one.page.getByRole('button', { name: 'Back to the others' })).toBeVisible();
    await arrived(one.page);
    await expect(one.page.getByRole('heading', { name: '2 people are in the room' })).toBeVisible();
  }
  await expect(heron.page.getByText('in a room for two, comes back')).toHaveCount(2);
  await expect(heron.page.getByText('Nobody who holds the meeting is here at the moment')).toBeVisible();
  for (const one of [noor, basalt]) {
    await one.page.getByRole('button', { name: 'Back to the others' }).click();
    await arrived(one.page);
  }
  await expect(heron.page.getByText('in a room for two, comes back')).toHaveCount(0);
  await expect(heron.page.getByText('Nobody who holds the meeting is here at the moment')).toHaveCount(0);
  await expect(heron.page.getByRole('heading', { name: '3 people are in the room' })).toBeVisible();
});

test('an interpreter speaks into a channel, and a signer stays in sight @once', async ({ beApart }) => {
  const basalt = await beApart('Basalt', {}, [`--use-file-for-fake-audio-capture=${await voice()}`]);
  const noor = await beApart('Noor', {}, [`--use-file-for-fake-audio-capture=${await voice()}`]);
  const heron = await beApart('Heron', phone);
  const at = await door(basalt);
  await enters(basalt, at, 'sound');
  await enters(noor, at, 'picture');
  await enters(heron, at, 'listen');
  const become = async (role: string, lang?: string): Promise<void> => {
    await more(basalt.page, 'Noor');
    const form = basalt.page.locator('.room-people > li', { hasText: 'Noor' }).locator('.room-role');
    await form.locator('select[name=role]').selectOption(role);
    if (lang) await form.locator('select[name=lang]').selectOption(lang);
    await form.getByRole('button', { name: 'Change' }).click();
  };
  // voices are whom somebody hears now.
  const voices = (page = heron.page) => page.evaluate(() => {
    const room = (document.querySelector('cairn-room') as unknown as { room: any }).room;
    return [...room.remoteParticipants.values()].filter((who: any) => [...who.audioTrackPublications.values()].some((one: any) => one.isSubscribed)).map((who: any) => (document.querySelector(`[data-identity="${who.identity}"] .tile-name bdi`) as HTMLElement).innerText);
  });
  await become('interpreter', 'ar');
  await expect(noor.page.getByText('interprets: Arabic')).toBeVisible();
  for (const one of [basalt, noor]) await one.page.locator('[data-do=sound]').click();
  await expect.poll(() => voices(), slow).toEqual(['Basalt']);
  await heron.page.getByLabel('I hear').selectOption({ label: 'Arabic' });
  await expect.poll(async () => (await voices()).sort(), slow).toEqual(['Basalt', 'Noor']);
  await hears(heron.page);
  await heron.page.getByLabel('I hear').selectOption({ label: 'The room' });
  await expect.poll(() => voices(), slow).toEqual(['Basalt']);
  await become('signer');
  await noor.page.locator('[data-do=picture]').click();
  await sees(heron.page, 'Noor');
  await expect(heron.page.locator('.tile').first()).toContainText('Noor');
  await heron.page.getByRole('button', { name: 'Only sound' }).click();
  await sees(heron.page, 'Noor'); // signing is the sound of whoever reads it
});

test('two who write would both like to hear each other @once', async ({ be, someone }) => {
  const ali = await be('Ali');
  const guest = await someone(phone);
  await startShift(ali.page);
  const talk = await meet(guest.page, ali.page);
  const at = `/rooms${talk}`;
  await guest.page.goto(at);
  await guest.page.getByRole('button', { name: 'Ask whether we talk by voice' }).click();
  await expect(guest.page.getByText('no call begins by itself')).toBeVisible();
  await expect(guest.page.locator('button[form=enter]')).toHaveCount(0);
  await expect(ali.page.getByText('asks whether you would both like to talk by voice')).toBeVisible();
  await ali.page.getByRole('link', { name: 'Look, and answer' }).click();
  await ali.page.getByRole('button', { name: 'Yes', exact: true }).click();
  await expect(guest.page.locator('button[form=enter]')).toBeVisible();
  await enters(ali, at, 'sound');
  await enters(guest, at, 'sound');
  await guest.page.locator('[data-do=sound]').click();
  await hears(ali.page);
  await guest.page.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(ali.page.getByRole('heading', { name: '1 person is in the room' })).toBeVisible();
});

test('a webinar, without an account and without a name @once', async ({ beApart, someone, service }) => {
  const tomo = await beApart('Tomo');
  const visitor = await someone(phone);
  const { page } = visitor;
  const meeting = await meetingOf(tomo, 'first steps', 'Questions about first steps');
  let place = '';
  await test.step('a place without an account', async () => {
    await page.goto(meeting);
    await page.locator('label:has(input[value=online])').click();
    await page.getByLabel('What may we call you?').fill('Robin');
    await page.getByRole('button', { name: 'Save my place' }).click();
    await expect(page).toHaveURL(/\/place\//);
    place = page.url();
  });
  await test.step('its time comes', async () => {
    // The demo's begins at six in the evening in Nairobi, the day after.
    const there = new Date(Date.now() + 20 * 60_000 + 3 * 60 * 60_000);
    const starts = Date.UTC(there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate() + 1, 15);
    await service.advance(Math.round((starts - Date.now()) / 1000) - 600);
    await tomo.page.goto(doorOf(meeting));
    await enters(tomo, doorOf(meeting), 'sound');
    await page.goto(place);
    await page.getByRole('button', { name: 'Go in' }).click();
    await expect(page).toHaveURL(/\/rooms\/meeting\//);
    await page.getByText('Without my name').click();
    await enters(visitor, doorOf(meeting), 'listen');
  });
  await test.step('one asks, and is given the word', async () => {
    await expect(tomo.page.getByText('Visitor #1').first()).toBeVisible();
    expect(await tomo.page.locator('body').innerText()).not.toContain('Guest');
    await page.getByLabel('Ask a question').fill('How did you find the first person to talk to?');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    const question = tomo.page.locator('.room-questions li');
    await expect(question).toContainText('How did you find the first person to talk to?');
    await question.getByRole('button', { name: /I would like to know too/ }).click();
    await expect(page.getByRole('button', { name: 'I would like to know too (1)' })).toBeVisible();
    await expect(page.locator('[data-do=sound]')).toBeDisabled();
    await page.getByRole('button', { name: 'Raise my hand' }).click();
    await tomo.page.getByRole('button', { name: 'Give the word: Visitor #1' }).click();
    await expect(page.locator('[data-do=sound]')).toBeEnabled();
    await page.locator('[data-do=sound]').click();
    await hears(tomo.page);
    await question.getByRole('button', { name: 'Answered' }).click();
    await expect(page.locator('.room-questions')).toContainText('answered');
  });
});

test.describe('a weak line', () => {
  test.use({ also: ['--media-udp', udp(21_930)] });
  test('lets the voices through first @once', async ({ beApart }) => {
    const basalt = await beApart('Basalt', {}, [`--use-file-for-fake-audio-capture=${await voice()}`]);
    const noor = await beApart('Noor', phone);
    const line = await noor.context.newCDPSession(noor.page);
    const lose = (packetLoss: number) => line.send('Network.emulateNetworkConditions', { offline: false, latency: 1, downloadThroughput: -1, uploadThroughput: -1, packetLoss } as never);
    await line.send('Network.enable');
    await lose(1);
    const at = await door(basalt);
    await enters(basalt, at, 'picture');
    await basalt.page.locator('[data-do=sound]').click();
    await enters(noor, at, 'picture');
    await sees(noor.page, 'Basalt');
    await lose(60);
    await expect(noor.page.getByText('Your line is weak. Pictures are left out')).toBeVisible({ timeout: 90_000 });
    await expect(noor.page.locator('[data-do=saver]')).toHaveAttribute('aria-pressed', 'true');
    await expect(tile(noor.page, 'Basalt')).not.toHaveClass(/has-picture/);
    await hears(noor.page);
  });
});

base.describe('media apart from the service', () => {
  const test = base.extend<object, { cluster: Cluster }>({
    cluster: [async ({}, use, info) => {
      const cluster = await Cluster.start(`127.0.0.1:${21_960 + info.parallelIndex}`);
      await use(cluster);
      cluster.stop();
    }, { scope: 'worker' }],
    also: async ({ cluster }, use) => use(cluster.flags),
  });

  test('the service is killed, and everybody is back @once', async ({ beApart, service }) => {
    service.fine.push(/./); // what a killed program says last
    const basalt = await beApart('Basalt');
    const noor = await beApart('Noor', phone);
    const at = await door(basalt);
    await enters(basalt, at, 'picture');
    await enters(noor, at, 'picture');
    await sees(noor.page, 'Basalt');
    for (const one of [basalt, noor]) one.watch.allow(/WebSocket|ERR_CONNECTION|ERR_EMPTY|Failed to load|ERR_INCOMPLETE/);
    await service.crash();
    for (const one of [basalt, noor]) await arrived(one.page);
    await Promise.all([sees(basalt.page, 'Noor'), sees(noor.page, 'Basalt')]);
    await noor.page.getByRole('button', { name: 'Raise my hand' }).click();
    await expect(basalt.page.locator('.room-order li')).toContainText('Noor', slow);
  });
});
