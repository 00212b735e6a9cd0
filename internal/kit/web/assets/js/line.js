// A room's line to the media server. Everything that a browser sends or hears in a
// room goes through what is opened here, and none is opened before the press on
// "enter". Where the door knows the line's address already, the press opens it beside
// asking the service to come in: who waits for a face waits for one thing instead of
// two. The service leads no line anywhere before its person is in.
const keep = 8000; // milliseconds that a line waits for the page it was opened for

let early = null;

async function client(href) {
  if (!globalThis.LivekitClient) await import(href);
  return globalThis.LivekitClient;
}

async function open({ line, href, policy, saver }) {
  const lk = await client(href);
  lk.setLogLevel('silent');
  const room = new lk.Room({
    adaptiveStream: true, dynacast: true, disconnectOnPageLeave: true, stopLocalTrackOnUnpublish: true,
    videoCaptureDefaults: { resolution: { width: 640, height: 360, frameRate: 20 } }, // faces, on slow lines and old phones
    publishDefaults: { simulcast: true, stopMicTrackOnMute: true, dtx: true, red: true },
  });
  const address = new URL(line, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  // Asking for each track would be one more round between the press and the first
  // picture: all are sent at once, and the room refuses what is not wanted.
  const connect = () => room.connect(address.href, 'none', { autoSubscribe: !saver, rtcConfig: { iceTransportPolicy: policy } });
  const here = connect();
  here.catch(() => {}); // whoever takes the line hears of it
  return { room, here, connect, on: lk.RoomEvent };
}

// take gives the line that a page is for: the one that the press opened, or a new one.
export async function take(how) {
  const mine = early?.line === how.line ? early : null;
  if (!mine) {
    drop(); // the service gave another: that one leads nowhere
    return open(how);
  }
  early = null;
  clearTimeout(mine.timer);
  const opened = await mine.opened;
  // It may have been faster than the service; now its person is in.
  return { ...opened, here: opened.here.catch(() => opened.connect()) };
}

// drop ends a line that no page took.
function drop() {
  const left = early;
  early = null;
  clearTimeout(left?.timer);
  left?.opened.then(({ room }) => room.disconnect(true)).catch(() => {});
}

document.addEventListener('turbo:submit-start', ({ target }) => {
  const { line, client: href, policy } = target.dataset;
  if (target.id !== 'enter' || !line) return;
  drop();
  const opened = new Promise((resolve) => setTimeout(resolve, 0)).then(() => open({ line, href, policy, saver: false })); // the question to the service first
  opened.catch(() => {});
  early = { line, opened, timer: setTimeout(drop, keep) };
});
document.addEventListener('turbo:submit-end', ({ target, detail }) => {
  if (target.id === 'enter' && !detail.success) drop();
});
window.addEventListener('pagehide', drop);
document.addEventListener('cairn:leave', drop);
