// <cairn-device>: looks whether one's own microphone and camera work, before going
// in. Nothing of it leaves this browser: no line is opened, nothing is kept but the
// choice of a device, for this tab. Devices are asked for only when a button is
// pressed, and are let go when the page is left.

const kinds = { sound: 'audioinput', picture: 'videoinput' };

class CairnDevice extends HTMLElement {
  connectedCallback() {
    this.streams = {};
    if (this.stale()) return;
    this.onPress = (event) => {
      const button = event.target.closest('[data-check]');
      if (button) this.press(button);
    };
    this.onPick = (event) => {
      const field = event.target.closest('[data-of]');
      if (field) this.pick(field.dataset.of, event.target.value);
    };
    this.onLeave = () => this.stop();
    this.addEventListener('click', this.onPress);
    this.addEventListener('change', this.onPick);
    document.addEventListener('cairn:leave', this.onLeave);
    window.addEventListener('pagehide', this.onLeave);
    this.ahead();
  }

  // stale tells a door that was drawn in the document of another page (back, say),
  // which may not use devices: the browser holds on to the rights of the first page.
  // It then loads the door anew, once: after that the document is the door's own.
  stale() {
    const first = new URL(performance.getEntriesByType('navigation')[0]?.name || location.href);
    if (first.pathname === location.pathname || document.featurePolicy?.allowsFeature('microphone') !== false) return false;
    location.reload();
    return true;
  }

  // ahead loads what a room speaks to the media server with, while one reads the
  // door: it is large, and entering would wait for it. It opens no line by itself.
  // Whoever asks browsers to save data loads it with the room.
  ahead() {
    const load = () => import(this.dataset.client).catch(() => {}); // the room tries again
    if (!this.dataset.client || navigator.connection?.saveData) return;
    if (window.requestIdleCallback) requestIdleCallback(load, { timeout: 2000 });
    else setTimeout(load, 300);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.onPress);
    this.removeEventListener('change', this.onPick);
    document.removeEventListener('cairn:leave', this.onLeave);
    window.removeEventListener('pagehide', this.onLeave);
    this.stop();
  }

  async press(button) {
    const what = button.dataset.check;
    if (this.streams[what]) {
      this.end(what);
      button.setAttribute('aria-pressed', 'false');
      this.say(this.dataset.off);
      return;
    }
    if (await this.begin(what)) button.setAttribute('aria-pressed', 'true');
  }

  async begin(what) {
    const id = sessionStorage.getItem('room-' + kinds[what]);
    const wish = id ? { deviceId: { ideal: id } } : true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia(what === 'sound' ? { audio: wish } : { video: wish });
      this.end(what);
      this.streams[what] = stream;
    } catch (error) {
      this.say(error.name === 'NotAllowedError' ? this.dataset.denied : this.dataset.none);
      return false;
    }
    if (what === 'sound') this.level(this.streams.sound);
    else this.show(this.streams.picture);
    await this.list();
    return true;
  }

  // level shows how loud it is, so that one sees that one is heard.
  level(stream) {
    const meter = this.querySelector('meter');
    meter.hidden = false;
    this.say(this.dataset.on);
    this.audio = new AudioContext();
    const reader = this.audio.createAnalyser();
    reader.fftSize = 512;
    this.audio.createMediaStreamSource(stream).connect(reader);
    const data = new Uint8Array(reader.fftSize);
    let heard = false;
    this.ticker = setInterval(() => {
      reader.getByteTimeDomainData(data);
      const loud = Math.min(1, (Math.max(...data) - 128) / 64);
      meter.value = loud;
      if (heard || loud < 0.15) return;
      heard = true;
      this.say(this.dataset.heard);
    }, 120);
  }

  show(stream) {
    const video = this.querySelector('video');
    video.srcObject = stream;
    video.hidden = false;
    video.play().catch(() => {});
    this.say(this.dataset.picture);
  }

  async list() {
    const all = await navigator.mediaDevices.enumerateDevices();
    for (const field of this.querySelectorAll('[data-of]')) {
      const mine = all.filter((one) => one.kind === field.dataset.of && one.deviceId);
      const select = field.querySelector('select');
      select.replaceChildren(...mine.map((one) => new Option(one.label, one.deviceId)));
      const chosen = sessionStorage.getItem('room-' + field.dataset.of);
      if (chosen && mine.some((one) => one.deviceId === chosen)) select.value = chosen;
      field.hidden = mine.length < 2;
    }
  }

  async pick(kind, id) {
    sessionStorage.setItem('room-' + kind, id);
    const what = kind === 'audioinput' ? 'sound' : 'picture';
    if (this.streams[what]) await this.begin(what);
  }

  end(what) {
    for (const track of this.streams[what]?.getTracks() || []) track.stop();
    delete this.streams[what];
    if (what === 'sound') {
      clearInterval(this.ticker);
      this.audio?.close().catch(() => {});
      this.audio = null;
      const meter = this.querySelector('meter');
      if (meter) meter.hidden = true;
      return;
    }
    const video = this.querySelector('video');
    if (!video) return;
    video.srcObject = null;
    video.hidden = true;
  }

  stop() {
    this.end('sound');
    this.end('picture');
  }

  say(words) {
    const place = this.querySelector('[data-said]');
    if (place) place.textContent = words || '';
  }
}

customElements.define('cairn-device', CairnDevice);
