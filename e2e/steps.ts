// What people do, in the words of the pages.

import { expect, request, type APIRequestContext, type Locator, type Page } from '@playwright/test';
import type { Service } from './service';

export const label = '[Scripted demo answer]';

// sheet presses an option: the field itself is hidden under its sheet.
export async function choose(page: Page, group: string, option: string): Promise<void> {
  await page.locator(`fieldset#${group} label`).filter({ hasText: option }).first().click();
}

// shown gives the one of several equal links that this width shows.
export function shown(links: Locator): Locator {
  return links.locator('visible=true').first();
}

// press presses the one that this width shows. Which one that is can change while the
// page is still being dressed, so it is looked for anew.
export async function press(links: Locator): Promise<void> {
  await expect(async () => shown(links).click({ timeout: 2_000 })).toPass();
}

export async function ask(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Talk to someone' }).click();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.locator('#text').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(said(page, text)).toHaveCount(1);
  await expect(page.locator('#text')).toHaveValue('');
}

// holdForm lets a form that is sent to an address wait, as on a slow line, until the given
// function is called.
export async function holdForm(page: Page, address: string): Promise<() => void> {
  let go = (): void => {};
  const late = new Promise<void>((resolve) => { go = resolve; });
  await page.route(address, async (route) => {
    if (route.request().method() === 'POST') await late;
    await route.continue();
  });
  return go;
}

// said finds a message by its words.
export function said(page: Page, text: string): Locator {
  return page.locator('#voices .said').filter({ hasText: text });
}

export async function end(page: Page): Promise<void> {
  await press(page.getByRole('link', { name: /^End( the conversation)?$/ }));
  await page.getByRole('button', { name: 'End it' }).click();
  await expect(page).toHaveURL(/\/after$/);
}

export async function startShift(page: Page): Promise<void> {
  await page.goto('/shift');
  await page.getByRole('button', { name: 'Start my shift' }).click();
  await page.getByRole('button', { name: 'I’m ready' }).click();
  await expect(page.getByRole('button', { name: 'I’m ready' })).toHaveAttribute('aria-pressed', 'true');
}

// accept takes the person a peer is asked for, and gives where the two talk.
export async function accept(peer: Page): Promise<string> {
  await peer.getByRole('button', { name: 'Yes, I’ll talk with them' }).click();
  await expect(peer).toHaveURL(/\/talk\/[0-9a-f-]+$/);
  return new URL(peer.url()).pathname;
}

// meet brings somebody who asks and a peer who is ready together.
export async function meet(asker: Page, peer: Page): Promise<string> {
  await ask(asker);
  const talk = await accept(peer);
  await expect(asker).toHaveURL(new RegExp(`${talk}$`));
  for (const one of [asker, peer]) await listens(one);
  return talk;
}

// listens waits until a page hears what happens: from then on it is told.
export async function listens(page: Page): Promise<void> {
  await expect(page.locator('main cairn-live[data-state=open]').first()).toBeAttached();
}

// Visitor is a guest without a browser, who keeps a scripted peer busy.
export class Visitor {
  private constructor(private http: APIRequestContext) {}

  static async ask(service: Service): Promise<Visitor> {
    const origin = service.url;
    const http = await request.newContext({ baseURL: origin, extraHTTPHeaders: { Origin: origin } });
    const v = new Visitor(http);
    expect((await http.post('/ask', { form: {} })).ok()).toBe(true);
    return v;
  }

  // talks waits until somebody has taken them.
  async talks(): Promise<string> {
    let at = '';
    await expect.poll(async () => (at = (await this.http.get('/wait')).url())).toMatch(/\/talk\//);
    return at;
  }

  async end(): Promise<void> {
    expect((await this.http.post(`${await this.talks()}/do/end`, { form: {} })).ok()).toBe(true);
  }
}

// occupy gives both scripted peers somebody to talk with, so that the next who
// asks waits.
export async function occupy(service: Service): Promise<Visitor[]> {
  await service.hurry();
  const both: Visitor[] = [];
  for (let i = 0; i < 2; i += 1) {
    const v = await Visitor.ask(service);
    await v.talks();
    both.push(v);
  }
  return both;
}

// tabTo presses Tab until the element has the focus, as somebody without a mouse does.
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let i = 0; i < 80; i += 1) {
    if (await target.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`not reached by ${key}: ${target}`);
}
