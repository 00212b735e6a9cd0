// How long it takes from the press on "enter" to the first picture of somebody else,
// in Chromium: through the service's door and page, and with nothing but
// livekit-client on a bare page and a bare media server. It is told what to do as
// JSON on its standard input (see join.go), and answers with JSON: milliseconds.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
];
const patience = { timeout: 60_000 };

// The same options as ours (internal/kit/web/assets/js/room.js); everything else is
// livekit-client's own way, which takes what others send without being asked.
const page = `<!doctype html><html lang="en"><title>Bare</title>
<script src="/livekit-client.umd.js"></script>
<button id="press">Enter</button>
<div id="tiles"></div>
<script>
  async function enter(address, token, camera) {
    const room = new LivekitClient.Room({
      adaptiveStream: true, dynacast: true, disconnectOnPageLeave: true, stopLocalTrackOnUnpublish: true,
      videoCaptureDefaults: { resolution: { width: 640, height: 360, frameRate: 20 } },
      publishDefaults: { simulcast: true, stopMicTrackOnMute: true, dtx: true, red: true },
    });
    room.on(LivekitClient.RoomEvent.TrackSubscribed, (track) => {
      const e = track.attach();
      e.className = 'theirs';
      e.style.width = '320px';
      document.getElementById('tiles').append(e);
    });
    await room.connect(address, token);
    if (camera) await room.localParticipant.setCameraEnabled(true);
    document.documentElement.dataset.state = 'here';
  }
  LivekitClient.setLogLevel('silent');
  document.getElementById('press').addEventListener('click', () => enter(...JSON.parse(sessionStorage.getItem('how'))));
</script>`;

// watch notes, in whatever page: when somebody pressed, and when the first frame of
// another person was there. Times are of the machine's clock, so that they outlast
// going from page to page.
function watch() {
  const now = () => performance.timeOrigin + performance.now();
  addEventListener('click', () => sessionStorage.setItem('pressed', String(now())), true);
  const seen = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('.tile:not([data-me]) video, video.theirs')) {
      if (seen.has(video)) continue;
      seen.add(video);
      video.requestVideoFrameCallback(() => {
        window.waited ??= now() - Number(sessionStorage.getItem('pressed'));
      });
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

async function serve(client) {
  const script = await readFile(client);
  const server = createServer((req, res) => {
    const isScript = req.url.endsWith('.js');
    res.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    res.end(isScript ? script : page);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://localhost:${server.address().port}/`, close: () => server.close() };
}

// ours goes to the door as somebody with a session.
async function ours(browser, o, token) {
  const context = await browser.newContext();
  await context.addCookies([{ name: 's', value: token, url: o.url }, { name: 'lang', value: 'en', url: o.url }]);
  await context.addInitScript(watch);
  const tab = await context.newPage();
  await tab.goto(o.url + o.door, { waitUntil: 'networkidle' });
  return { context, tab };
}

async function bare(browser, at, how) {
  const context = await browser.newContext();
  await context.addInitScript(watch);
  const tab = await context.newPage();
  await tab.goto(at, { waitUntil: 'networkidle' });
  await tab.evaluate((x) => sessionStorage.setItem('how', JSON.stringify(x)), how);
  return { context, tab };
}

async function pressOurs(tab, as) {
  await tab.locator(`label:has(input[value=${as}])`).click();
  await tab.locator('button[form=enter]').click();
}

async function waited({ context, tab }) {
  await tab.waitForFunction(() => window.waited > 0, null, patience);
  const took = await tab.evaluate(() => window.waited);
  await context.close();
  return took;
}

let text = '';
for await (const part of process.stdin) text += part;
const o = JSON.parse(text);
const site = await serve(o.client);
const launch = () => chromium.launch({ executablePath: o.chromium, args });
const [publisher, joiner] = [await launch(), await launch()];
try {
  const a = await ours(publisher, o, o.publisher);
  await pressOurs(a.tab, 'picture');
  await a.tab.locator('[data-do=picture][aria-pressed=true]').waitFor(patience);
  const b = await bare(publisher, site.url, [o.bare, o.barePublisher, true]);
  await b.tab.locator('#press').click();
  await b.tab.locator('html[data-state=here]').waitFor({ ...patience, state: 'attached' });
  const out = { ours: [], bare: [] };
  for (const token of o.bareJoiners) {
    const mine = await ours(joiner, o, o.joiner);
    await pressOurs(mine.tab, 'sound');
    out.ours.push(await waited(mine));
    const theirs = await bare(joiner, site.url, [o.bare, token, false]);
    await theirs.tab.locator('#press').click();
    out.bare.push(await waited(theirs));
  }
  process.stdout.write(JSON.stringify(out) + '\n');
} finally {
  await Promise.all([publisher.close(), joiner.close()]);
  site.close();
}
