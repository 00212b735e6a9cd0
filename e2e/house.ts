// What every journey stands on: a service, and browsers that notice when a page
// asks another host for something, breaks its own content policy, or complains.

import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { Service } from './service';

export const exit = 'https://www.wikipedia.org/';

// Watch collects what must not happen in one browser.
export class Watch {
  problems: string[] = [];
  private fine: RegExp[] = [];

  // allow names a complaint that belongs to the journey, such as a page that is not there.
  allow(what: RegExp): void {
    this.fine.push(what);
  }

  note(problem: string): void {
    if (!this.fine.some((one) => one.test(problem))) this.problems.push(problem);
  }
}

export interface Person {
  page: Page;
  context: BrowserContext;
  watch: Watch;
}

type Manner = Parameters<Browser['newContext']>[0];

interface House {
  command: 'demo' | 'serve';
  also: string[];
  service: Service;
  someone: (manner?: Manner) => Promise<Person>;
  be: (name: string, manner?: Manner) => Promise<Person>;
  beApart: (name: string, manner?: Manner, args?: string[]) => Promise<Person>;
}

async function listen(context: BrowserContext, url: string): Promise<Watch> {
  const watch = new Watch();
  await context.route((to) => to.origin !== url, async (route) => {
    const to = route.request().url();
    if (to === exit) {
      await route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>' });
      return;
    }
    watch.note(`asked another host: ${to}`);
    await route.abort();
  });
  context.on('page', (page) => {
    page.on('pageerror', (error) => watch.note(`script error at ${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      if (message.location().url.startsWith(exit)) return;
      watch.note(`console ${message.type()} at ${page.url()}: ${message.text()}`);
    });
  });
  return watch;
}

export const test = base.extend<House>({
  command: ['demo', { option: true }],

  // also is more for the command line of the service.
  also: [[], { option: true }],

  service: async ({ command, also }, use) => {
    const service = await Service.start(command, command === 'demo' ? /Ctrl-C/ : /set-up\?code=\S+/, also);
    await use(service);
    await service.stop();
    expect(service.complaints(), 'the log of the service').toEqual([]);
  },

  someone: async ({ browser, service, viewport }, use) => {
    const people: Person[] = [];
    await use(async (manner) => {
      const context = await browser.newContext({
        baseURL: service.url, viewport, locale: 'en-GB', timezoneId: 'Africa/Nairobi', reducedMotion: 'reduce', ...manner,
      });
      const watch = await listen(context, manner?.baseURL ?? service.url);
      const person = { page: await context.newPage(), context, watch };
      people.push(person);
      return person;
    });
    const problems = people.flatMap((one) => one.watch.problems);
    // A loaded machine's browser may take its time to let a context go; the next test has its own.
    const late = new Promise((resolve) => setTimeout(resolve, 15_000));
    await Promise.race([Promise.all(people.map((one) => one.context.close())), late]);
    expect(problems, 'other hosts, content policy, console').toEqual([]);
  },

  // be signs in as one of the cast, by one click.
  be: async ({ someone }, use) => {
    await use(async (name, manner) => {
      const person = await someone(manner);
      await become(person.page, name);
      return person;
    });
  },

  // beApart is be in a browser of one's own, as people in a video room are.
  beApart: async ({ playwright, launchOptions, service, viewport }, use) => {
    const all: { browser: Browser; watch: Watch }[] = [];
    await use(async (name, manner, args = []) => {
      const browser = await playwright.chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), ...args] });
      const context = await browser.newContext({ baseURL: service.url, viewport, locale: 'en-GB', timezoneId: 'Africa/Nairobi', reducedMotion: 'reduce', ...manner });
      await context.addCookies([{ name: 'lang', value: 'en', url: service.url }]); // the cast speaks several
      const watch = await listen(context, service.url);
      all.push({ browser, watch });
      const page = await context.newPage();
      if (name) await become(page, name);
      return { page, context, watch };
    });
    const problems = all.flatMap((one) => one.watch.problems);
    const late = new Promise((resolve) => setTimeout(resolve, 15_000));
    await Promise.race([Promise.all(all.map((one) => one.browser.close())), late]);
    expect(problems, 'other hosts, content policy, console').toEqual([]);
  },
});

// become signs in by one click.
async function become(page: Page, name: string): Promise<void> {
  await page.goto('/demo');
  await page.getByRole('button', { name: `Be ${name}`, exact: true }).click();
  await expect(page).not.toHaveURL(/\/demo/);
}

export { expect };
