import type { Page } from '@playwright/test';
import { test, expect, type Person } from './house';
import { inspect } from './look';
import { accept, ask, choose, occupy, said, say, press, startShift } from './steps';

test.describe.configure({ timeout: 180_000 });

const berlin = 'Europe/Berlin';
const nairobi = 'Africa/Nairobi';
const minute = 60_000;
const day = 24 * 60 * minute;

// wall is what a clock in a zone shows, as date fields have it.
function wall(zone: string, at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at).replace(' ', 'T');
}

function offset(zone: string, at: number): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at).find((p) => p.type === 'timeZoneName')?.value ?? '';
}

// beforeChange is a day whose clock in Berlin changes within the week after it.
function beforeChange(from: number): number {
  let at = from;
  while (offset(berlin, at) === offset(berlin, at + day)) at += day;
  return at - 3 * day;
}

async function livesIn({ page }: Person, zone: string): Promise<void> {
  await page.goto('/me/profile');
  await page.locator('#zone').selectOption(zone);
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect(page.getByText('Saved.')).toBeVisible();
}

// The path of a walk, from the list of one's people.
async function walkOf(page: Page, name: string): Promise<string> {
  await page.goto('/people');
  await page.locator('main').getByRole('link', { name, exact: true }).first().click();
  await expect(page).toHaveURL(/\/people\/walk\//);
  return new URL(page.url()).pathname;
}

test('from a search to what two people agree, on two clocks', async ({ be, service }) => {
  const heron = await be('Heron');
  const ali = await be('Ali');
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const passes = async (ms: number): Promise<void> => {
    ahead += ms;
    await service.advance(Math.round(ms / 1000));
  };
  let walk = '';

  await test.step('they look, and see who fits and why', async () => {
    await livesIn(heron, berlin);
    await heron.page.goto('/people');
    await heron.page.getByRole('link', { name: 'Look for someone' }).click();
    await choose(heron.page, 'situations', 'a hospital stay');
    await heron.page.getByLabel('A few words for the person you ask').fill('The months after coming home are the long ones');
    await heron.page.getByRole('button', { name: 'Show me who fits' }).click();
    const one = heron.page.getByRole('listitem').filter({ has: heron.page.getByRole('heading', { name: /^Ali/ }) });
    await expect(one).toContainText('You both know this: a hospital stay');
    await expect(one).toContainText('You are both free, on your clock:');
    await expect(one).not.toContainText('times when reality was different'); // both keep it to themselves
    await one.getByRole('button', { name: 'Ask Ali' }).click();
    await expect(heron.page.getByText('Ali has been asked.')).toBeVisible();
    walk = new URL(heron.page.url()).pathname;
  });

  await test.step('the peer reads what they wrote, and says yes', async () => {
    await walkOf(ali.page, 'Heron');
    await expect(ali.page.locator('blockquote')).toContainText('The months after coming home');
    await ali.page.getByRole('button', { name: 'Yes, let us meet' }).click();
    await expect(ali.page.getByText('You are getting to know each other.')).toBeVisible();
  });

  for (const which of ['first', 'second']) {
    await test.step(`they meet for the ${which} time`, async () => {
      await heron.page.goto(`${walk}/plan`);
      await choose(heron.page, 'channel', 'Writing here');
      await heron.page.locator('#starts').fill(wall(berlin, now() + 20 * minute));
      await heron.page.getByRole('button', { name: 'Plan it' }).click();
      await expect(heron.page.getByText('Planned. The other is told.')).toBeVisible();
      await passes(18 * minute);
      for (const { page } of [heron, ali]) {
        await page.goto(walk);
        await page.getByRole('button', { name: 'Come in' }).click();
        await expect(page).toHaveURL(/\/talk\//);
      }
      await say(heron.page, `It is good to meet you for the ${which} time`);
      await expect(said(ali.page, `for the ${which} time`)).toHaveCount(1);
      await say(ali.page, 'And you. How was the week?');
      await passes(20 * minute);
      await press(ali.page.getByRole('button', { name: 'End for today' }));
      await expect(ali.page.getByText('Noted.')).toBeVisible();
    });
  }

  await test.step('each says whether to go on', async () => {
    await heron.page.goto(walk);
    await heron.page.getByRole('button', { name: 'Yes, I would like to go on' }).click();
    await expect(heron.page.getByText('Ali has not answered yet.')).toBeVisible();
    await ali.page.goto(walk);
    await ali.page.getByRole('button', { name: 'Yes, I would like to go on' }).click();
    await expect(ali.page.getByText('You walk together.')).toBeVisible();
  });

  await test.step('what is wrong in a charter is said, and what was typed stays', async () => {
    heron.watch.allow(/status of 422/);
    await heron.page.goto(walk);
    await heron.page.getByRole('link', { name: 'Write it together' }).click();
    await heron.page.getByLabel('What it is for').fill('A rhythm again, one day after the other');
    await heron.page.getByRole('button', { name: 'Sign and send it to the other' }).click();
    await expect(heron.page.locator('.wrong').first()).toContainText('on at least one day');
    await expect(heron.page.getByLabel('What it is for')).toHaveValue('A rhythm again, one day after the other');
  });

  await test.step('both sign it', async () => {
    for (const row of ['1', '3']) {
      await heron.page.locator(`#from${row}`).fill('18:00');
      await heron.page.locator(`#to${row}`).fill('20:00');
    }
    await choose(heron.page, 'channels', 'In person');
    await heron.page.locator('#ends').fill(wall(berlin, now() + 380 * day).slice(0, 10)); // past the next change of the clock
    await heron.page.getByRole('button', { name: 'Sign and send it to the other' }).click();
    await expect(heron.page.getByText('You have signed. Ali has not yet.')).toBeVisible();
    await ali.page.goto(walk);
    await expect(ali.page.locator('#charter ~ *').filter({ hasText: 'Tuesday, 18:00 to 20:00' }).first()).toContainText('Europe/Berlin');
    await ali.page.getByRole('button', { name: 'I agree, and sign' }).click();
    await expect(ali.page.getByText('Signed by both.')).toBeVisible();
  });

  await test.step('the same hour every week, also when one clock changes', async () => {
    const first = beforeChange(now() + 6 * day);
    const at = `${wall(berlin, first).slice(0, 10)}T18:30`;
    await heron.page.goto(`${walk}/plan`);
    await choose(heron.page, 'channel', 'In person');
    await heron.page.locator('#starts').fill(at);
    await heron.page.locator('#weeks').selectOption('2');
    await heron.page.getByLabel('Where, or which number').fill('The café by the river');
    await heron.page.getByRole('button', { name: 'Plan it' }).click();
    await expect(heron.page.getByText('Planned. The other is told.')).toBeVisible();
    const mine = heron.page.locator('main li').filter({ hasText: '18:30' });
    await expect(mine).toHaveCount(2);
    await ali.page.goto(walk);
    const clocks = await ali.page.locator('main li a').filter({ hasText: ', 50 minutes' }).allTextContents();
    const theirs = clocks.map((text) => text.match(/\d\d:\d\d/)?.[0]).sort();
    expect(theirs, 'an hour apart on the clock that does not change').toHaveLength(2);
    const [one, two] = theirs.map((text) => Number((text ?? '').slice(0, 2)));
    expect(two! - one!).toBe(1);
    expect(theirs.every((text) => text?.endsWith(':30'))).toBe(true);
    expect(offset(nairobi, first)).toBe(offset(nairobi, first + 7 * day));
  });
});

test('walking on, and a good ending', async ({ be, service }) => {
  const juniper = await be('Juniper');
  await juniper.context.addCookies([{ name: 'lang', value: 'en', url: service.url }]); // she reads Spanish first
  const noor = await be('Noor');
  await noor.context.addCookies([{ name: 'lang', value: 'en', url: service.url }]);
  const walk = await walkOf(juniper.page, 'Noor');

  await test.step('outside the hours it is said what to do now, and both see the count', async () => {
    for (let i = 0; i < 3; i += 1) {
      await juniper.page.goto(walk);
      await juniper.page.getByRole('button', { name: 'I would like to talk now' }).click();
      // Whatever the hour is, it is one of the two.
      await expect(juniper.page).toHaveURL(/\/outside$|\/talk\//);
      if (juniper.page.url().includes('/talk/')) return;
      await service.advance(11 * 60); // pressing twice is one
    }
    await expect(juniper.page.getByRole('link', { name: 'Crisis lines and emergency help' })).toBeVisible();
    for (const { page } of [juniper, noor]) {
      await page.goto(walk);
      await expect(page.getByText('there was a wish to talk outside your hours')).toBeVisible();
    }
  });

  await test.step('a note that both write, and nothing of either is lost', async () => {
    noor.watch.allow(/status of 409/);
    await juniper.page.goto(walk);
    await juniper.page.getByRole('link', { name: 'Read or change it' }).click();
    await expect(juniper.page).toHaveURL(/\/note\//);
    await noor.page.goto(new URL(juniper.page.url()).pathname);
    await juniper.page.getByLabel('Your note').fill('The library has a course on Tuesdays');
    await juniper.page.getByRole('button', { name: 'Save' }).click();
    await expect(juniper.page.getByText('Saved. The other can read it.')).toBeVisible();
    await noor.page.getByLabel('Your note').fill('I will come along the first time');
    await noor.page.getByRole('button', { name: 'Save' }).click();
    await expect(noor.page.getByText('What Juniper has written meanwhile')).toBeVisible();
    await expect(noor.page.locator('main')).toContainText('The library has a course on Tuesdays');
    await expect(noor.page.getByLabel('Your note')).toHaveValue('I will come along the first time');
    await noor.page.getByLabel('Your note').fill('The library has a course on Tuesdays. I will come along the first time');
    await noor.page.getByRole('button', { name: 'Save' }).click();
    await expect(noor.page.getByText('Saved. The other can read it.')).toBeVisible();
    await juniper.page.goto(walk);
    await expect(juniper.page.locator('article')).toContainText('I will come along the first time');
    await expect(juniper.page.locator('article')).toContainText('Version 3');
  });

  await test.step('they look back, and meet a last time', async () => {
    await juniper.page.goto(`${walk}/back`);
    await juniper.page.getByLabel('What helps, and what should be different?').fill('The Saturdays carry me');
    await choose(juniper.page, 'next', 'Meet less often, and end well');
    await choose(juniper.page, 'others', 'Several people');
    await juniper.page.getByRole('button', { name: 'Save' }).click();
    await expect(juniper.page.getByText('Saved. The other can read it.')).toBeVisible();
    await noor.page.goto(walk);
    await noor.page.getByRole('link', { name: 'Somebody has looked back. You can answer too.' }).click();
    await expect(noor.page.locator('main')).toContainText('The Saturdays carry me');
    await choose(noor.page, 'next', 'Meet less often, and end well');
    await noor.page.getByRole('button', { name: 'Save' }).click();
    await expect(noor.page.getByText('Saved. The other can read it.')).toBeVisible();
    await noor.page.getByLabel('How many last meetings?').fill('1');
    await noor.page.getByRole('button', { name: 'Plan the last meetings' }).click();
    await expect(noor.page.getByText('You are coming to an end together.')).toBeVisible();
  });

  await test.step('they say goodbye, and there is a way back', async () => {
    await juniper.page.goto(`${walk}/bye`);
    await juniper.page.getByLabel('What you would like to say').fill('Thank you for every Saturday');
    await juniper.page.getByRole('button', { name: 'Say it and end' }).click();
    await expect(juniper.page.getByText('You ended it well.')).toBeVisible();
    await noor.page.goto(walk);
    await expect(noor.page.locator('main')).toContainText('Thank you for every Saturday');
    await expect(noor.page.getByRole('button', { name: /again/ })).toHaveCount(0);
    await juniper.page.getByRole('button', { name: 'Ask Noor again' }).click();
    await expect(juniper.page.getByText('Noor has been asked.')).toBeVisible();
    await walkOf(noor.page, 'Juniper');
    await expect(noor.page.getByRole('heading', { name: 'Juniper would like to walk with you again' })).toBeVisible();
  });
});

test('introduced, free to switch, and asked after a conversation', async ({ be, service }) => {
  await occupy(service);
  const heron = await be('Heron');
  const ali = await be('Ali');

  await test.step('a coordinator introduces two who fit, and sees no word of theirs', async () => {
    await heron.page.goto('/people/look');
    await heron.page.getByLabel('A few words for the person you ask').fill('Only for whom I ask');
    await heron.page.getByRole('button', { name: 'Show me who fits' }).click();
    await expect(heron.page).toHaveURL(/\/people$/);
    const tomo = await be('Tomo');
    await tomo.page.goto('/programme/walks');
    await expect(tomo.page.locator('main')).not.toContainText(/Only for whom I ask|hospital/);
    await tomo.page.getByRole('button', { name: 'Introduce Ali' }).click();
    await expect(tomo.page.getByText('Both are asked.')).toBeVisible();
  });

  await test.step('both say yes', async () => {
    const walk = await walkOf(ali.page, 'Heron');
    await expect(ali.page.locator('main')).not.toContainText('Only for whom I ask'); // Heron has not asked Ali
    await ali.page.getByRole('button', { name: 'Yes, let us meet' }).click();
    await expect(ali.page.getByText('Heron has been asked.')).toBeVisible();
    await heron.page.goto(walk);
    await heron.page.getByRole('button', { name: 'Yes, let us meet' }).click();
    await expect(heron.page.getByText('You are getting to know each other.')).toBeVisible();
  });

  await test.step('one of them would rather not: it is nobody’s fault, and others are suggested', async () => {
    const walk = new URL(heron.page.url()).pathname;
    await heron.page.getByRole('link', { name: 'I would rather go on with somebody else' }).click();
    await heron.page.getByRole('button', { name: 'Yes, stop' }).click();
    await expect(heron.page).toHaveURL(/\/people/);
    const found = heron.page.locator('main li').filter({ has: heron.page.getByRole('button', { name: /^Ask / }) });
    await expect(found.first()).toBeVisible();
    await expect(found.filter({ hasText: 'Ali' })).toHaveCount(0);
    await ali.page.goto(walk);
    await expect(ali.page.locator('main')).toContainText('nobody’s fault');
    await heron.page.getByRole('button', { name: 'Stop looking' }).click();
    await expect(heron.page.getByText('We have stopped looking.')).toBeVisible();
  });

  await test.step('after a conversation a peer asks, and a no is not explained', async () => {
    const juniper = await be('Juniper');
    await juniper.context.addCookies([{ name: 'lang', value: 'en', url: service.url }]); // she reads Spanish first
    await startShift(ali.page);
    await ask(juniper.page);
    await expect(juniper.page).toHaveURL(/\/wait$/);
    await service.advance(120); // they share nothing, so the circle has to widen first
    await accept(ali.page);
    await expect(juniper.page).toHaveURL(/\/talk\//); // it goes there by itself
    // It stands beside the conversation, or behind one word where there is no room beside it.
    const link = ali.page.getByRole('link', { name: 'Propose to walk with them', includeHidden: true }).first();
    await ali.page.goto((await link.getAttribute('href')) ?? '');
    await ali.page.getByRole('button', { name: 'Yes, ask them' }).click();
    await expect(ali.page.getByText('Asked. The other is told.')).toBeVisible();
    const walk = await walkOf(juniper.page, 'Ali');
    await expect(juniper.page.getByRole('heading', { name: 'Ali, with whom you talked, would like to walk with you' })).toBeVisible();
    await juniper.page.getByRole('button', { name: 'Not this time' }).click();
    await expect(juniper.page.getByText('All right. Nobody asks why.')).toBeVisible();
    await ali.page.goto(walk);
    await expect(ali.page.locator('main')).toContainText('It says nothing about you.');
  });
});

test('pages of walking together @once', async ({ be }) => {
  const heron = await be('Heron');
  await heron.page.goto('/people/look');
  await heron.page.getByRole('button', { name: 'Show me who fits' }).click();
  await expect(heron.page).toHaveURL(/\/people$/);
  await inspect(heron.page, ['/people', '/people/look', '/people/calendar']);
  const noor = await be('Noor');
  await noor.page.goto('/people');
  await noor.page.locator('main li a').first().click();
  await expect(noor.page).toHaveURL(/\/walk\//);
  const walk = new URL(noor.page.url()).pathname;
  await noor.page.locator('main a[href*="/people/meeting/"]').first().click();
  await expect(noor.page).toHaveURL(/\/meeting\//);
  const meeting = new URL(noor.page.url()).pathname;
  await inspect(noor.page, ['/people', walk, meeting, `${walk}/charter`, `${walk}/plan`, `${walk}/note`, `${walk}/back`, `${walk}/bye`, `${walk}/outside`, `${walk}/sure/switch`]);
  const tomo = await be('Tomo');
  await tomo.page.goto('/programme/walks');
  await inspect(tomo.page, ['/programme/walks', '/programme/walks/batch', '/programme/walks/fair']);
});
