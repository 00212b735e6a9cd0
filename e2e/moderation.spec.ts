import type { Page } from '@playwright/test';
import { test, expect, type Person } from './house';
import { inspect } from './look';
import { choose, holdForm } from './steps';

test.describe.configure({ timeout: 180_000 });

const open = 'Small things that help';
const members = 'Work, money and papers';

// english: some of the cast read another language first.
async function english({ page, context }: Person): Promise<void> {
  await context.addCookies([{ name: 'lang', value: 'en', url: page.url() }]);
}

async function enter(page: Page, name: string): Promise<void> {
  await page.goto('/forum');
  await page.locator('main').getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

// write starts a thread and gives its address.
async function write(page: Page, space: string, title: string, words: string, unnamed = false): Promise<string> {
  await enter(page, space);
  await page.getByRole('link', { name: 'Start a thread' }).click();
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('What would you like to say?').fill(words);
  if (unnamed) await choose(page, 'anonymous', 'Without my name');
  await page.getByRole('button', { name: 'Start a thread' }).click();
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  return new URL(page.url()).pathname;
}

// report reports what a page shows first, and gives nothing away.
async function report(page: Page, path: string, about?: string): Promise<void> {
  await page.goto(`/report?kind=post&id=${path.split('/').pop()}`);
  if (about) await choose(page, 'of', about);
  await choose(page, 'reason', 'Hurtful or mocking');
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Thank you. Somebody looks at it.');
}

test('a newcomer’s first words are held, released and answered', async ({ someone, be }) => {
  const newcomer = await someone();
  const { page } = newcomer;
  await page.goto('/join');
  await page.getByLabel('What should we call you?').fill('Plover');
  await choose(page, 'age', 'I am 18 or older');
  await page.getByLabel('A password').fill('four small stones by water');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page).not.toHaveURL(/\/me\/once\//);
  const thread = await write(page, open, 'My first words here', 'I read along for a week.');
  await expect(page.getByText('Others do not see this yet.')).toBeVisible();

  const [ali, ruth] = [await be('Ali'), await be('Ruth')];
  await enter(ali.page, open);
  await expect(ali.page.getByText('My first words here')).toHaveCount(0);
  ali.watch.allow(/status of 404/);
  expect((await ali.page.goto(thread))?.status()).toBe(404);

  await ruth.page.goto('/forum');
  await ruth.page.getByRole('link', { name: /things wait for you/ }).click();
  const held = ruth.page.locator('#queue li').filter({ hasText: 'Somebody’s first words here' }).filter({ hasText: open });
  await expect(held).toContainText(open);
  await expect(held).not.toContainText('Plover');
  await held.getByRole('button', { name: 'I read it' }).click();
  await expect(ruth.page.getByText('I read along for a week.')).toBeVisible();
  const answer = await holdForm(ruth.page, '**/release');
  await ruth.page.getByRole('button', { name: 'Release it for everybody here' }).click();
  const words = ruth.page.getByLabel('Write an answer');
  await words.click();
  await ruth.page.keyboard.type('Welcome. '); // while that is answered, one goes on
  answer();
  await expect(ruth.page.getByRole('button', { name: 'Release it for everybody here' })).toHaveCount(0);
  await ruth.page.keyboard.type('Stay as long as you like.');
  await expect(words).toHaveValue('Welcome. Stay as long as you like.');
  await ruth.page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('Welcome. Stay as long as you like.')).toBeVisible(); // the page hears it
  await expect(page.getByText('Others do not see this yet.')).toHaveCount(0);
  await ali.page.goto(thread);
  await expect(ali.page.getByText('I read along for a week.')).toBeVisible();
});

test('without a name: others see a number, and so does moderation', async ({ be }) => {
  const [heron, ali, tomo] = [await be('Heron'), await be('Ali'), await be('Tomo')];
  const title = `What I tell nobody, ${test.info().project.name}`;
  const thread = await write(heron.page, open, title, 'I am tired of being brave.', true);
  await ali.page.goto(thread);
  await expect(ali.page.getByText('I am tired of being brave.')).toBeVisible();
  await expect(ali.page.locator('main')).not.toContainText('Heron');
  await ali.page.goto(`/report?kind=post&id=${thread.split('/').pop()}`);
  await expect(ali.page.getByText('The person’s name, or what stands beside it')).toHaveCount(0); // there is none to report
  await report(ali.page, thread);
  await tomo.page.goto('/moderation');
  await tomo.page.locator('#queue').getByRole('link', { name: 'Somebody who wrote without a name' }).click();
  await expect(tomo.page.locator('blockquote')).toContainText('I am tired of being brave.');
  await expect(tomo.page.locator('main')).not.toContainText(/Heron|Ali/);
});

test('without JavaScript: reported, hidden with a reason, appealed, and given back by somebody else', async ({ be }) => {
  const plain = { javaScriptEnabled: false };
  const [heron, ali, tomo, ruth] = [await be('Heron', plain), await be('Ali', plain), await be('Tomo', plain), await be('Ruth', plain)];
  const title = `Just pull yourself together, ${test.info().project.name}`;
  const thread = await write(ali.page, open, title, 'That is what I tell myself.');
  await report(heron.page, thread);

  await test.step('a coordinator takes it: nobody else can at the same time', async () => {
    await tomo.page.goto('/moderation');
    await tomo.page.locator('#queue').getByRole('link', { name: 'Ali' }).click();
    await tomo.page.getByRole('button', { name: 'I look at it' }).click();
    await expect(tomo.page.getByRole('button', { name: 'Decide' })).toBeVisible();
    await ruth.page.goto(tomo.page.url());
    await expect(ruth.page.locator('main')).toContainText('Tomo is looking at it.');
    await expect(ruth.page.getByRole('button', { name: 'I look at it' })).toHaveCount(0);
    await choose(tomo.page, 'thing', 'Hide it');
    tomo.watch.allow(/status of 422/);
    await tomo.page.getByRole('button', { name: 'Decide' }).click();
    await expect(tomo.page.locator('#wrong')).toContainText('Please write why.');
    await expect(tomo.page.locator('input[name="thing"][value="hide"]')).toBeChecked();
    await tomo.page.getByLabel('Why? They read this.').fill('Said to others, this hurts.');
    await tomo.page.getByRole('button', { name: 'Decide' }).click();
    await expect(tomo.page.locator('main')).toContainText('Decided. The person can read it now');
  });

  await test.step('others do not find it; its author reads why, and who would look again', async () => {
    heron.watch.allow(/status of 404/);
    expect((await heron.page.goto(thread))?.status()).toBe(404);
    await ali.page.goto(thread);
    await expect(ali.page.getByText('Said to others, this hurts.')).toBeVisible();
    await ali.page.goto('/me/decisions');
    await expect(ali.page.getByRole('heading', { name: 'What you wrote was hidden' })).toBeVisible();
    await expect(ali.page.locator('main')).toContainText('a supervisor or coordinator who did not decide this');
    await ali.page.getByLabel('Why should somebody look again?').fill('I said it about myself');
    await ali.page.getByRole('button', { name: 'Ask somebody else to look again' }).click();
    await expect(ali.page.locator('main')).toContainText('You read the answer here, and you are told.');
    await expect(ali.page.locator('main')).not.toContainText(/Tomo|Heron/);
  });

  await test.step('who decided does not; somebody else gives it back', async () => {
    await tomo.page.goto('/moderation');
    await expect(tomo.page.locator('#queue li').filter({ hasText: 'Ali' })).toContainText('You decided this. Somebody else looks again.');
    await tomo.page.locator('#queue').getByRole('link', { name: 'Ali' }).click();
    await expect(tomo.page.getByRole('button', { name: 'It stands' })).toHaveCount(0);
    await ruth.page.goto('/moderation');
    await ruth.page.locator('#queue').getByRole('link', { name: 'Ali' }).click();
    await ruth.page.getByLabel('Your answer, which they read').fill('You did. We are sorry.');
    await ruth.page.getByRole('button', { name: 'Take it back' }).click();
    await expect(ruth.page.locator('main')).toContainText('Decided. The person can read it now');
    await ali.page.goto('/me/decisions');
    await expect(ali.page.locator('main')).toContainText('You did. We are sorry.');
    await heron.page.goto(thread);
    await expect(heron.page.getByText('That is what I tell myself.')).toBeVisible();
  });
});

test('a goodbye at night: help for its author, who is on call is told, and nobody else sees it', async ({ be }) => {
  const [ruth, heron, ali, ines] = [await be('Ruth'), await be('Heron'), await be('Ali'), await be('Ines')];
  await english(ines);
  await ruth.page.goto('/shift/leave');
  await ruth.page.getByRole('button', { name: 'End my shift' }).click(); // nobody leads now
  await expect(ruth.page).not.toHaveURL(/leave/);
  const title = `So long, ${test.info().project.name}`;
  await ines.page.goto('/forum');
  const thread = await write(heron.page, open, title, 'I want to die. Thank you for the tea.');

  await expect(heron.page.getByText('Others do not see this yet.')).toBeVisible();
  await expect(heron.page.locator('main').getByRole('link', { name: /555 0100/ }).first()).toBeVisible();
  await expect(heron.page.locator('main').getByRole('link', { name: 'I’m not safe right now' })).toBeVisible();
  await expect(heron.page.getByText('The person who is on call has been sent a message')).toBeVisible();
  await enter(ali.page, open);
  await expect(ali.page.getByText(title)).toHaveCount(0);

  const alarm = ines.page.getByRole('alert');
  await expect(alarm).toContainText('Please read this now');
  await expect(alarm).not.toContainText(/Heron|So long/);
  await alarm.getByRole('link').first().click();
  await expect(ines.page.getByText('I want to die. Thank you for the tea.')).toBeVisible();
  await ines.page.getByLabel('Write an answer').fill('I am here. Are you safe tonight?');
  await ines.page.getByRole('button', { name: 'Send' }).click();
  await heron.page.goto(thread);
  await expect(heron.page.getByText('I am here. Are you safe tonight?')).toBeVisible();
  ali.watch.allow(/status of 404/);
  expect((await ali.page.goto(thread))?.status()).toBe(404);
});

test('pages of moderation @once', async ({ be, someone }) => {
  const [heron, ali, tomo, ruth] = [await be('Heron'), await be('Ali'), await be('Tomo'), await be('Ruth')];
  const thread = await write(ali.page, open, 'Soup again', 'It is always soup. Soup is what there is, and it is warm.');
  const id = thread.split('/').pop();
  await inspect(heron.page, [`/report?kind=post&id=${id}`, '/me/decisions', '/house']);
  await report(heron.page, thread);
  const second = await write(ali.page, open, 'A name', 'Look at my name.');
  await report(heron.page, second, 'The person’s name');
  await write(heron.page, members, 'A first question', 'Which form is it?');

  await tomo.page.goto('/moderation');
  await tomo.page.locator('#queue').getByRole('link', { name: 'Ali' }).first().click();
  await expect(tomo.page).toHaveURL(/\/moderation\/[0-9a-f-]+$/);
  const at = new URL(tomo.page.url()).pathname;
  await inspect(tomo.page, ['/forum', '/moderation', at, '/moderation/partner', '/service']);
  await tomo.page.goto(at);
  await tomo.page.getByRole('button', { name: 'I look at it' }).click();
  await inspect(tomo.page, [at]);
  await tomo.page.goto(at);
  await choose(tomo.page, 'thing', 'Hide it');
  await choose(tomo.page, 'what', 'A note');
  await tomo.page.getByLabel('Why? They read this.').fill('Soup is for everybody.');
  await tomo.page.getByRole('button', { name: 'Decide' }).click();
  await expect(tomo.page.locator('main')).toContainText('Decided.');
  await inspect(ali.page, ['/me/decisions', thread]);
  await ali.page.goto('/me/decisions');
  await ali.page.getByLabel('Why should somebody look again?').first().fill('It was about soup');
  await ali.page.getByRole('button', { name: 'Ask somebody else to look again' }).first().click();
  await inspect(ruth.page, ['/moderation', at]);
  const visitor = await someone();
  await visitor.page.goto('/');
  await inspect(visitor.page, ['/second/a-link-that-somebody-was-sent', '/second?done=decided', '/search']);
});
