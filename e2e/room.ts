// What people do in the room, and what can be measured there.

import type { Page } from '@playwright/test';
import { expect, type Person } from './house';

export const slow = { timeout: 60_000 };
export const phone = { viewport: { width: 360, height: 740 } };

// counts notes what a page opens, from its first line on.
export async function counts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { lines: 0, peers: 0 };
    (window as unknown as { seen: typeof seen }).seen = seen;
    window.WebSocket = new Proxy(window.WebSocket, { construct: (of, args) => (seen.lines++, Reflect.construct(of, args)) });
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, { construct: (of, args) => (seen.peers++, Reflect.construct(of, args)) });
  });
}

export const opened = (page: Page) => page.evaluate(() => (window as unknown as { seen: object }).seen);

// door finds the room of the next meeting that everybody of the demo comes to.
export async function door(who: Person): Promise<string> {
  return doorOf(await meetingOf(who, 'hour', 'An hour together'));
}

// enters comes in as the door lets one.
export async function enters({ page }: Person, at: string, as: 'listen' | 'sound' | 'picture'): Promise<string> {
  if (!page.url().endsWith(at)) await page.goto(at);
  await page.locator(`label:has(input[value=${as}])`).click();
  await page.locator('button[form=enter]').click();
  await expect(page).toHaveURL(/\/room\//);
  await arrived(page);
  return new URL(page.url()).pathname;
}

export const arrived = (page: Page) => expect(page.locator('cairn-room')).toHaveAttribute('data-state', 'here', slow);

export const tile = (page: Page, name: string) => page.locator('.tile', { has: page.locator('bdi', { hasText: new RegExp(`^${name}$`) }) });

// sees waits until pictures of somebody are decoded, more and more of them.
export async function sees(page: Page, name: string): Promise<void> {
  const frames = () => tile(page, name).locator('video').evaluate((v: HTMLVideoElement) => v.getVideoPlaybackQuality().totalVideoFrames).catch(() => 0);
  await expect.poll(frames, slow).toBeGreaterThan(5);
  const before = await frames();
  await expect.poll(frames, slow).toBeGreaterThan(before + 5);
}

// hears tells how many bytes of sound have come from others.
export async function heard(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const room = (document.querySelector('cairn-room') as unknown as { room: any }).room;
    let bytes = 0;
    for (const who of room.remoteParticipants.values()) {
      for (const pub of who.audioTrackPublications.values()) {
        const report = await pub.track?.receiver?.getStats();
        for (const one of report?.values() ?? []) if (one.type === 'inbound-rtp') bytes += one.bytesReceived;
      }
    }
    return bytes;
  });
}

export async function hears(page: Page): Promise<void> {
  const before = await heard(page);
  await expect.poll(() => heard(page), slow).toBeGreaterThan(before + 1000);
}

// routes are the ways that media takes: what is on the line now.
export async function routes(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const room = (document.querySelector('cairn-room') as unknown as { room: any }).room;
    const out: string[] = [];
    for (const side of [room.engine.pcManager.publisher, room.engine.pcManager.subscriber]) {
      const report: Map<string, any> | undefined = await side?.pc?.getStats();
      for (const one of report?.values() ?? []) {
        if (one.type !== 'candidate-pair' || !one.nominated || one.state !== 'succeeded') continue;
        const local = report!.get(one.localCandidateId);
        out.push(`${local.candidateType}/${local.relayProtocol ?? local.protocol} ${local.url ?? ''}`);
      }
    }
    return out;
  });
}

// more opens what can be done about somebody. It stays open while the list is drawn anew.
export async function more(page: Page, name: string): Promise<void> {
  const box = page.locator('.room-people > li', { hasText: name }).locator('details');
  if (!(await box.evaluate((e: HTMLDetailsElement) => e.open))) await box.locator('summary').click();
}

// meetingOf leads from the list of groups to the next meeting of one.
export async function meetingOf({ page }: Person, words: string, name: string): Promise<string> {
  await page.goto(`/groups?words=${encodeURIComponent(words)}`);
  await page.locator('main').getByRole('link', { name, exact: true }).first().click();
  await page.locator('main a[href^="/meeting/"]').first().click();
  await expect(page).toHaveURL(/\/meeting\//);
  return new URL(page.url()).pathname;
}

export const doorOf = (meeting: string) => `/rooms/meeting/${meeting.split('/').pop()}`;
