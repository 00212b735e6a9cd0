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

// At the press it asks a bare handler for its token, as every page that lets somebody
// into a room must, and then does nothing but join. The same options as ours (internal/kit/web/assets/js/line.js); everything else is
// livekit-client's own way, which takes what others send without being asked.
const page = `<!doctype html><html lang="en"><title>Bare</title>
<script src="/livekit-client.umd.js"></script>
<button id="press">Enter</button>
<div id="tiles"></div>
<script>
  async function enter(address, token, camera, size) {
    token = await (await fetch('/token', { method: 'POST', body: token })).text();
    const room = new LivekitClient.Room({
      adaptiveStream: true, dynacast: true, disconnectOnPageLeave: true, stopLocalTrackOnUnpublish: true,
      videoCaptureDefaults: { resolution: { width: 640, height: 360, frameRate: 20 } },
      publishDefaults: { simulcast: true, stopMicTrackOnMute: true, dtx: true, red: true },
    });
    room.on(LivekitClient.RoomEvent.TrackSubscribed, (track) => {
      const e = track.attach();
      e.className = 'theirs';
      Object.assign(e.style, size); // as large as ours: the size decides which picture is sent
      document.getElementById('tiles').append(e);
    });
    await room.connect(address, token);
    if (camera) await room.localParticipant.setCameraEnabled(true);
    document.documentElement.dataset.state = 'here';
  }
  LivekitClient.setLogLevel('silent');
  document.getElementById('press').addEventListener('click', () => enter(...JSON.parse(sessionStorage.getItem('how'))));
</script>`;

// watch notes, in either page: when somebody pressed, and when the first frame of
// another person was there. Entering keeps the document; did it not, the promise would
// be lost and the run fail.
function watch() {
  let pressed = 0;
  let found;
  window.waited = new Promise((resolve) => { found = resolve; });
  addEventListener('click', () => { pressed = performance.now(); }, true);
  const seen = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('.tile:not([data-me]) video, video.theirs')) {
      if (seen.has(video)) continue;
      seen.add(video);
      video.requestVideoFrameCallback(() => found(performance.now() - pressed));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

async function serve(client) {
  const script = await readFile(client);
  const server = createServer((req, res) => {
    if (req.method === 'POST') {
      req.pipe(res); // the token made before: a bare handler
      return;
    }
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

// waited presses and gives the time. It asks the page before the press: to be asked in
// the middle would cost the page a part of what is measured.
async function waited({ context, tab }, press) {
  const took = tab.evaluate(() => window.waited);
  await press(tab);
  const late = setTimeout(() => context.close(), patience.timeout);
  const ms = await took;
  clearTimeout(late);
  const size = await tab.evaluate(() => {
    const box = document.querySelector('.tile:not([data-me]) video, video.theirs').getBoundingClientRect();
    return { width: `${box.width}px`, height: `${box.height}px` };
  });
  await context.close();
  return { ms, size };
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
    const { ms, size } = await waited(mine, (tab) => pressOurs(tab, 'sound'));
    out.ours.push(ms);
    const theirs = await bare(joiner, site.url, [o.bare, token, false, size]);
    out.bare.push((await waited(theirs, (tab) => tab.locator('#press').click())).ms);
  }
  process.stdout.write(JSON.stringify(out) + '\n');
} finally {
  await Promise.all([publisher.close(), joiner.close()]);
  site.close();
}
