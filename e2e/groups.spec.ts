import ICAL from 'ical.js';
import type { Page } from '@playwright/test';
import { test, expect, type Person } from './house';
import { inspect } from './look';
import { choose, tabTo } from './steps';

test.describe.configure({ timeout: 120_000 });

const day = 24 * 60 * 60_000;

// lastTuesday is the last Tuesday of the month that an instant is in, or of a later one
// that is at least so many days away, as date fields have it.
function lastTuesday(least: number): string {
  for (let at = Date.now() + least * day; ; at += day) {
    const d = new Date(at);
    const week = new Date(at + 7 * day);
    if (d.getUTCDay() === 2 && week.getUTCMonth() !== d.getUTCMonth()) return d.toISOString().slice(0, 10);
  }
}

// starts are the instants that a calendar program shows, read by a parser that is not ours.
function starts(text: string): number[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  const all = calendar.getAllSubcomponents('vevent');
  const until = Date.now() + 150 * day;
  const out: number[] = [];
  for (const one of all.filter((e) => !e.hasProperty('recurrence-id'))) {
    const uid = one.getFirstPropertyValue('uid');
    const event = new ICAL.Event(one, { strictExceptions: true, exceptions: all.filter((e) => e.hasProperty('recurrence-id') && e.getFirstPropertyValue('uid') === uid) });
    if (one.getFirstPropertyValue('status') === 'CANCELLED') continue;
    if (!event.isRecurring()) {
      out.push(event.startDate.toJSDate().getTime());
      continue;
    }
    const each = event.iterator();
    for (let next = each.next(); next && next.toJSDate().getTime() < until; next = each.next()) {
      out.push(event.getOccurrenceDetails(next).startDate.toJSDate().getTime());
    }
  }
  return out.filter((at) => at > Date.now() && at < until).sort((a, b) => a - b);
}

// findIt leads from the list of groups to one of them.
async function findIt(page: Page, name: string): Promise<string> {
  await page.goto(`/groups?words=${encodeURIComponent(name)}`);
  await page.locator('main').getByRole('link', { name, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return new URL(page.url()).pathname;
}

async function joins({ page }: Person, group: string): Promise<void> {
  await page.goto(`${group}/join`);
  await page.locator('label').filter({ hasText: 'I have read this and accept it' }).first().click();
  await page.locator('main').getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`${group}(\\?|$)`));
}

test('a group that meets once a month, in a room and online', async ({ be, someone }) => {
  const basalt = await be('Basalt');
  const name = 'Last Tuesdays';
  let group = '';
  let series = '';

  await test.step('a facilitator makes it, and says what is missing is said', async () => {
    const { page, watch } = basalt;
    watch.allow(/status of 422/);
    await page.goto('/groups');
    await page.getByRole('link', { name: 'Make a group or an event' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('What it is for').fill('For people who hear voices, and for those who would like to listen.');
    await choose(page, 'form', 'Facilitated');
    await choose(page, 'openness', 'Open to all');
    await page.getByLabel('What calendars call it').fill('Evening');
    await page.getByRole('button', { name: 'Make it' }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    group = new URL(page.url()).pathname;
    await page.getByRole('link', { name: 'Plan meetings' }).click();
    await page.locator('#first').fill(lastTuesday(4));
    await page.locator('#starts').fill('18:30');
    await page.locator('#repeat').selectOption('last');
    await choose(page, 'attendance', 'In the room and online');
    await page.locator('#place').fill('Two streets from the market, no steps');
    await page.locator('#address').fill('12 Quiet Lane, blue door');
    await page.locator('#link').fill('http://rooms.example/quiet');
    await page.getByRole('button', { name: 'Plan it' }).click();
    await expect(page.locator('#link-wrong')).toContainText('has to begin with https');
    await expect(page.locator('#address')).toHaveValue('12 Quiet Lane, blue door');
    await page.locator('#link').fill('https://rooms.example/quiet');
    await page.locator('#room_places').fill('8');
    await page.getByRole('button', { name: 'Plan it' }).click();
    await expect(page.getByText('Every month, last Tuesday')).toBeVisible();
    series = new URL(page.url()).pathname;
  });

  let meeting = '';
  await test.step('a visitor in another zone finds it, and reads no address', async () => {
    const { page } = await someone({ timezoneId: 'Asia/Kolkata' });
    await page.goto('/groups');
    await expect(page.getByText('Times are in Calcutta time.')).toBeVisible();
    await page.getByText('Day, language and more').click();
    await page.getByLabel('Day', { exact: true }).selectOption({ label: 'Tuesday' });
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.locator('main')).not.toContainText('Slow walks');
    await page.locator('main').getByRole('link', { name, exact: true }).click();
    await expect(page.locator('main')).toContainText('21:00 to 22:30');
    await expect(page.locator('main')).toContainText('18:30');
    await page.getByRole('link', { name: 'Say whether you come' }).click();
    await expect(page).toHaveURL(/\/meeting\//);
    meeting = new URL(page.url()).pathname;
    await expect(page.locator('main')).toContainText('Two streets from the market');
    for (const secret of ['Quiet Lane', 'rooms.example']) expect(await page.content()).not.toContain(secret);
    await expect(page.getByRole('link', { name: 'Sign in to say whether you come' })).toBeVisible();
  });

  const heron = await be('Heron');
  await test.step('a member reads what was agreed, joins, and comes: the address is theirs', async () => {
    const { page } = heron;
    await findIt(page, name);
    await page.getByRole('link', { name: 'Join', exact: true }).click();
    await joins(heron, group);
    await page.goto(meeting);
    expect(await page.content()).not.toContain('Quiet Lane');
    await choose(page, 'how', 'I’ll come to the room');
    await page.getByText('What I need to take part').first().click();
    await choose(page, 'needs', 'Captions');
    await page.getByRole('button', { name: 'Save my answer' }).click();
    await expect(page.getByText('You come. We remind you.')).toBeVisible();
    await expect(page.locator('main')).toContainText('12 Quiet Lane, blue door');
    expect(await page.content()).not.toContain('rooms.example'); // nobody is there yet to open it
  });

  await test.step('one is moved, one is cancelled, and who comes is told', async () => {
    const { page } = basalt;
    await page.goto(meeting);
    await expect(page.locator('main')).toContainText('Heron');
    await expect(page.locator('main')).toContainText('Captions');
    await page.getByRole('link', { name: 'Move this meeting' }).click();
    await page.locator('#starts').fill('17:15');
    await page.getByLabel('A few words for those who come').fill('Earlier this once: the room is needed later.');
    await page.getByRole('button', { name: 'Move it' }).click();
    await expect(page.getByText('Moved. Whoever comes is told.')).toBeVisible();
    await page.goto(series);
    await page.locator('dl.pair a').nth(1).click();
    await page.getByRole('link', { name: 'Cancel this meeting' }).click();
    await page.getByRole('button', { name: 'Cancel this meeting' }).click();
    await expect(page.getByText('This meeting is cancelled.')).toBeVisible();
    await heron.page.goto('/me/notices');
    await expect(heron.page.getByText('Something about a meeting has changed').first()).toBeVisible();
    await heron.page.goto(meeting);
    await expect(heron.page.locator('main')).toContainText('17:15');
    await expect(heron.page.locator('main')).toContainText('Earlier this once');
  });

  await test.step('every calendar shows what the page shows', async () => {
    const { page } = basalt;
    await page.goto(series);
    const rows = await page.locator('dl.pair dt a').evaluateAll((all) => all.map((a) => new URL((a as HTMLAnchorElement).href).pathname));
    const shown: number[] = [];
    for (const row of rows) {
      await page.goto(row);
      if (await page.getByText('This meeting is cancelled.').count()) continue;
      const one = await page.request.get(`${row}/date.ics`);
      shown.push(...starts(await one.text()));
    }
    shown.sort((a, b) => a - b);
    expect(shown.length).toBeGreaterThan(2);
    await heron.page.goto(group);
    await heron.page.goto(`/my-calendar?kind=group&owner=${group.split('/').pop()}`);
    await heron.page.getByRole('button', { name: 'Make my address' }).click();
    const address = await heron.page.locator('code').innerText();
    const path = new URL(address).pathname;
    const stranger = await someone();
    const file = await (await stranger.page.request.get(path)).text();
    for (const secret of ['Quiet Lane', 'rooms.example', 'voices', name]) expect(file).not.toContain(secret);
    expect(file).toContain('SUMMARY:Evening');
    expect(starts(file)).toEqual(shown.filter((at) => at < Date.now() + 150 * day));
    const open = await (await stranger.page.request.get('/groups/calendar.ics')).text();
    for (const at of starts(file)) expect(starts(open)).toContain(at);
    await heron.page.getByRole('button', { name: 'Stop this address' }).click();
    await expect(heron.page.getByRole('button', { name: 'Make my address' })).toBeVisible();
    expect((await stranger.page.request.get(path)).status()).toBe(404);
    const list = (await (await stranger.page.request.get('/groups/meeting-guide.json')).json()) as { name: string }[];
    expect(list.map((m) => m.name)).not.toContain(name); // it meets once a month, and the list can only say every week
    await stranger.page.goto('/groups/lists');
    await expect(stranger.page.locator('main')).toContainText('It does not come every week');
  });
});

test('a wall, a round, and staying in touch', async ({ be }) => {
  const heron = await be('Heron');
  const wren = await be('Wren'); // holds it
  const juniper = await be('Juniper'); // is in it
  const group = await findIt(heron.page, 'By the river, Tuesday evenings');

  await test.step('the wall', async () => {
    await heron.page.getByLabel('Write something').fill('Is the bench by the bridge still there?');
    await heron.page.getByRole('button', { name: 'Post it' }).click();
    await expect(heron.page.getByText('Is the bench by the bridge still there?')).toBeVisible();
    await wren.page.goto(group);
    const post = wren.page.locator('article').filter({ hasText: 'the bench by the bridge' }).first();
    await post.getByRole('button', { name: 'With you' }).click();
    await expect(wren.page.locator('article').filter({ hasText: 'the bench by the bridge' }).first().getByRole('button', { name: 'With you · 1' })).toBeVisible();
  });

  await test.step('a goodbye is read by somebody first, and help is shown', async () => {
    await heron.page.goto(group);
    await heron.page.getByLabel('Write something').fill('I want to die, and this is goodbye');
    await heron.page.getByRole('button', { name: 'Post it' }).click();
    await expect(heron.page.locator('main')).toContainText('555 0100');
    await juniper.page.goto(group);
    expect(await juniper.page.content()).not.toContain('this is goodbye');
    await wren.page.goto(group);
    await expect(wren.page.locator('main')).toContainText('this is goodbye');
  });

  await test.step('the round: kept to oneself, or shared', async () => {
    await heron.page.goto(`${group}/round`);
    await heron.page.locator('textarea').last().fill('To open the curtains before noon');
    await heron.page.getByRole('button', { name: /Save|Say/ }).first().click();
    for (const other of [juniper, wren]) {
      await other.page.goto(`${group}/round`);
      expect(await other.page.content()).not.toContain('open the curtains');
    }
  });
});

test('by keyboard only: find a group, read it, say that one comes', async ({ be }) => {
  const { page } = await be('Heron');
  await page.goto('/groups');
  await tabTo(page, page.locator('main').getByRole('link', { name: 'By the river, Tuesday evenings' }).first());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'By the river, Tuesday evenings' })).toBeVisible();
  await tabTo(page, page.locator('main').getByRole('link', { name: 'Tuesday', exact: false }).last());
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/meeting\//);
  await tabTo(page, page.locator('input[name=how]').first());
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('button', { name: 'Save my answer' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText(/You come\. We remind you\.|You wait for a place/)).toBeVisible();
});

test('without JavaScript, in Arabic: find, join, answer, take it back @once', async ({ be }) => {
  const { page, context, watch } = await be('Heron', { javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  watch.allow(/status of 422/);
  await context.addCookies([{ name: 'lang', value: 'ar', url: new URL(page.url()).origin }]);
  await page.goto('/groups?words=Slow+walks');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await page.locator('main').getByRole('link', { name: 'Slow walks' }).first().click();
  const group = new URL(page.url()).pathname;
  await page.goto(`${group}/join`);
  await page.locator('main form button').last().click(); // nothing agreed yet
  await expect(page.locator('#agreed-wrong, .wrong').first()).toBeVisible();
  await page.locator('input[name=agreed]').check();
  await page.locator('main form button').last().click();
  await expect(page).toHaveURL(new RegExp(group));
  await page.locator('main a[href^="/meeting/"]').first().click();
  await page.locator('input[name=how][value=room]').check();
  await page.locator('form[action$="/answer"] button').click();
  await expect(page).toHaveURL(/done=going/);
  await page.locator('input[name=how][value=no]').check();
  await page.locator('form[action$="/answer"] button').click();
  await expect(page).toHaveURL(/done=not/);
});

test('somebody without an account takes a place at an afternoon for everybody', async ({ someone, be }) => {
  const { page, watch } = await someone();
  watch.allow(/status of 422/);
  await findIt(page, 'An open afternoon at the library');
  await page.locator('main a[href^="/meeting/"]').first().click();
  await page.getByRole('button', { name: 'Save my place' }).click();
  const name = page.getByLabel('What may we call you?');
  if (await name.evaluate((e: HTMLInputElement) => e.validity.valueMissing)) await name.fill('River');
  await page.getByRole('button', { name: 'Save my place' }).click();
  await expect(page).toHaveURL(/\/place\//);
  await expect(page.getByText('River, there is a place for you.')).toBeVisible();
  await expect(page.locator('main')).toContainText('The reading room');
  const tomo = await be('Tomo');
  await findIt(tomo.page, 'An open afternoon at the library');
  await tomo.page.locator('main a[href^="/meeting/"]').first().click();
  await expect(tomo.page.locator('main')).toContainText('River');
  await page.getByRole('button', { name: 'Give my place back' }).click();
  await expect(page.getByText('You gave this place back.')).toBeVisible();
});

test('the pages of groups and meetings look as they should @once', async ({ be, someone }) => {
  test.slow();
  const visitor = await someone();
  const group = await findIt(visitor.page, 'By the river, Tuesday evenings');
  await visitor.page.goto('/');
  await inspect(visitor.page, ['/groups', '/groups?day=2&lang=en', group, `${group}/poster`, '/groups/print', '/groups/lists']);
  const heron = await be('Heron');
  await heron.page.goto(group);
  const meeting = await heron.page.locator('main a[href^="/meeting/"]').first().evaluate((a) => new URL((a as HTMLAnchorElement).href).pathname);
  await inspect(heron.page, [group, meeting, `${group}/round`, `${group}/people`, `${group}/touch`, `${group}/agreement`, `${group}/leave`, '/groups/propose', '/my-calendar', '/groups']);
});

test('the pages of those who hold groups look as they should @once', async ({ be }) => {
  test.slow();
  const { page } = await be('Basalt');
  const group = await findIt(page, 'By the river, Tuesday evenings');
  const id = group.split('/').pop();
  const meeting = await page.locator('main a[href^="/meeting/"]').first().evaluate((a) => new URL((a as HTMLAnchorElement).href).pathname);
  await page.goto(meeting);
  const series = await page.getByRole('link', { name: 'All dates', exact: true }).evaluate((a) => new URL((a as HTMLAnchorElement).href).pathname);
  await inspect(page, [group, `${group}/edit`, `${group}/people`, `${group}/handover`, `${group}/agreement/edit`, meeting, `${meeting}/move`, `${meeting}/cancel`, `${meeting}/change`, series, `${series}/end`,
    `/series/new?kind=group&owner=${id}`, `/series/import?kind=group&owner=${id}`, `/my-calendar?kind=group&owner=${id}`, '/groups/new']);
  const tomo = await be('Tomo');
  const open = await findIt(tomo.page, 'An open afternoon at the library');
  await inspect(tomo.page, ['/programme/groups', '/programme/groups/outreach', '/programme/feeds', '/programme/feeds/new', `${open}/outreach`, `${open}/kit`, `${open}/kit/edit`]);
});
