// <cairn-room>: sound and picture of a room. What somebody may do, who is here and
// what is said stands in the page, kept up to date by the server (#room-now); this
// element does what it says with the media server. It publishes nothing before
// somebody presses a button, but the camera when they chose so at the door.
import { take } from './line.js';
import { Stage } from './stage.js';

const poorFor = 6000; // milliseconds of a weak line before pictures are left out
const settle = 900; // so long somebody speaks before it is said
const waits = [1000, 2000, 4000, 8000];

class CairnRoom extends HTMLElement {
  connectedCallback() {
    this.stage = new Stage(this.querySelector('[data-tiles]'), (key) => this.word(key));
    this.tries = 0;
    this.saver = false;
    this.channel = '';
    this.onChanged = () => this.read();
    this.onLeave = () => this.stop();
    this.onExit = () => this.exit();
    document.addEventListener('cairn:changed', this.onChanged);
    document.addEventListener('cairn:leave', this.onExit);
    window.addEventListener('pagehide', this.onLeave);
    if (location.search) history.replaceState(history.state, '', location.pathname); // loaded anew, the camera stays off
    this.addEventListener('click', (event) => this.press(event));
    this.addEventListener('room:pinned', () => this.choose());
    this.addEventListener('submit', () => this.stop());
    this.querySelector('[data-channel]').addEventListener('change', (event) => {
      this.channel = event.target.value;
      this.choose();
    });
    this.read();
  }

  disconnectedCallback() {
    document.removeEventListener('cairn:changed', this.onChanged);
    document.removeEventListener('cairn:leave', this.onExit);
    window.removeEventListener('pagehide', this.onLeave);
    this.stop();
  }

  word(key) {
    return this.getAttribute('data-word-' + key) || '';
  }

  tell(words) {
    const place = this.querySelector('[data-said]');
    if (place && place.textContent !== words) place.textContent = words;
  }

  // read takes what the server says now: may I speak, am I still here, who else is.
  read() {
    const at = document.getElementById('room-state')?.dataset;
    if (!at) return;
    if (at.go) {
      this.stop();
      location.assign(at.go);
      return;
    }
    if (at.state !== 'in') {
      this.over();
      return;
    }
    const { seats, came, went } = this.stage.people();
    this.channels(seats);
    this.captions();
    this.aloud(came, went);
    if (this.line && this.line !== at.line) {
      this.over(); // in the room from another window
      return;
    }
    this.may(at);
    if (!this.line && !this.ended) this.join(at.line);
    else this.choose();
    for (const form of document.querySelectorAll('form[data-for]')) form.hidden = form.dataset.for !== at.role;
  }

  // may keeps the buttons in step with what is held by permission.
  may(at) {
    for (const [what, yes] of [['sound', at.speaks === 'true'], ['picture', at.shows === 'true'], ['screen', at.shares === 'true']]) {
      const button = this.button(what);
      if (!button) continue;
      if (what === 'screen') button.hidden = !yes || !navigator.mediaDevices?.getDisplayMedia;
      else {
        if (button.dataset.may === 'true' && !yes) this.tell(this.word('held'));
        if (button.dataset.may === 'false' && yes) this.tell(this.word('given'));
        button.dataset.may = String(yes);
        button.disabled = !yes || !this.connected;
      }
      if (!yes && button.getAttribute('aria-pressed') === 'true') this.turn(what, false);
    }
  }

  button(what) {
    return this.querySelector(`[data-do=${what}]`);
  }

  async join(line) {
    this.line = line;
    let opened;
    try {
      opened = await take({ line, href: this.dataset.client, policy: this.dataset.policy || 'all', saver: this.saver });
    } catch {
      this.line = '';
      this.tell(this.word('failed'));
      return;
    }
    const { room, here, on } = opened;
    if (!this.isConnected || this.ended) {
      room.disconnect(true).catch(() => {});
      return;
    }
    this.room = room;
    this.listen(room, on);
    try {
      await here;
    } catch {
      if (this.room === room) this.again();
      return;
    }
    if (this.room !== room) return;
    this.arrived();
  }

  arrived() {
    this.tries = 0;
    this.connected = true;
    this.dataset.state = 'here';
    this.tell(this.word('here'));
    this.read();
    if (this.dataset.camera === 'yes') {
      this.dataset.camera = 'no';
      this.turn('picture', true);
    }
    const wished = this.wished; // once: what is turned off from now on stays off when the line is lost again
    this.wished = null;
    for (const what of ['sound', 'picture']) if (wished?.[what] && this.button(what)?.dataset.may === 'true') this.turn(what, true);
    this.choose();
    this.playable();
  }

  listen(room, on) {
    room.on(on.TrackPublished, () => this.choose())
      .on(on.ParticipantConnected, () => this.choose())
      .on(on.TrackSubscribed, (track, pub, who) => this.attach(track, pub, who.identity))
      .on(on.TrackUnsubscribed, (track, pub, who) => this.detach(track, pub, who.identity))
      .on(on.LocalTrackPublished, (pub) => this.mine(pub, true))
      .on(on.LocalTrackUnpublished, (pub) => this.mine(pub, false))
      .on(on.TrackMuted, () => this.voices())
      .on(on.TrackUnmuted, () => this.voices())
      .on(on.TrackUnpublished, () => this.voices())
      .on(on.ActiveSpeakersChanged, (list) => this.speaks(list.map((p) => p.identity)))
      .on(on.ConnectionQualityChanged, (quality, who) => who.isLocal && this.quality(quality))
      .on(on.AudioPlaybackStatusChanged, () => this.playable())
      .on(on.Reconnecting, () => this.waiting())
      .on(on.SignalReconnecting, () => this.waiting())
      .on(on.Reconnected, () => this.arrived())
      .on(on.Disconnected, () => this.room === room && this.again());
  }

  waiting() {
    this.dataset.state = 'lost';
    this.tell(this.word('lost'));
  }

  // again comes back by itself, as long as the server says that one is in the room.
  again() {
    this.wished ||= { sound: this.pressed('sound'), picture: this.pressed('picture') };
    this.hang();
    if (this.ended) return;
    this.waiting();
    const wait = waits[Math.min(this.tries, waits.length - 1)] * (0.5 + Math.random() / 2);
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.line = '';
      this.read();
    }, wait);
  }

  pressed(what) {
    return this.button(what)?.getAttribute('aria-pressed') === 'true';
  }

  // choose takes what is wanted: every voice but those of other channels; pictures,
  // unless the line is spared; what is pinned always.
  choose() {
    if (!this.connected) return;
    for (const who of this.room.remoteParticipants.values()) {
      const seat = this.stage.tiles.get(who.identity)?.seat;
      for (const pub of who.trackPublications.values()) {
        const yes = Boolean(seat) && this.wants(seat, pub);
        if (pub.isDesired !== yes) pub.setSubscribed(yes);
        else if (yes && pub.track && !pub.track.attachedElements.length) this.attach(pub.track, pub, who.identity); // it came before the page
      }
      if (seat) who.setVolume(this.channel && seat.role !== 'interpreter' ? 0.15 : 1);
    }
    this.voices();
  }

  wants(seat, pub) {
    if (pub.kind === 'audio') return seat.role !== 'interpreter' || pub.source !== 'microphone' || seat.lang === this.channel;
    return !this.saver || this.stage.pinned === seat.identity || (seat.role === 'signer' && !this.stage.pinned);
  }

  attach(track, pub, identity) {
    const seat = this.stage.tiles.get(identity)?.seat;
    if (!seat || !this.wants(seat, pub)) {
      pub.setSubscribed(false); // nobody is heard who is not listed; choose asks again
      return;
    }
    const e = track.attach();
    if (track.kind === 'audio') {
      e.hidden = true;
      this.append(e);
    } else {
      this.stage.picture(identity, e, pub.source === 'screen_share');
    }
    this.voices();
  }

  detach(track, pub, identity) {
    for (const e of track.detach()) e.remove();
    if (track.kind === 'video') this.stage.picture(identity, null, pub.source === 'screen_share');
    this.voices();
  }

  mine(pub, on) {
    if (!this.room) return; // the line has ended, and its tracks with it
    const what = { microphone: 'sound', camera: 'picture', screen_share: 'screen' }[pub.source];
    if (what) this.button(what)?.setAttribute('aria-pressed', String(on && !pub.isMuted));
    if (pub.kind === 'video') this.stage.picture(this.room.localParticipant.identity, on ? pub.track?.attach() : null, what === 'screen');
    this.voices();
  }

  voices() {
    if (!this.room) return;
    for (const who of [this.room.localParticipant, ...this.room.remoteParticipants.values()]) this.stage.voice(who.identity, who.isMicrophoneEnabled);
    const mic = this.button('sound');
    if (mic && this.connected) mic.setAttribute('aria-pressed', String(this.room.localParticipant.isMicrophoneEnabled));
  }

  press(event) {
    const button = event.target.closest('[data-do]');
    if (!button) return;
    const what = button.dataset.do;
    if (what === 'start') this.room?.startAudio().then(() => this.playable(), () => {});
    else if (what === 'saver') this.spare(!this.saver);
    else this.turn(what, button.getAttribute('aria-pressed') !== 'true');
  }

  async turn(what, on) {
    const me = this.room?.localParticipant;
    const button = this.button(what);
    if (!me || !button || !this.connected) return;
    const device = (kind) => {
      const id = sessionStorage.getItem('room-' + kind);
      return id ? { deviceId: id } : undefined;
    };
    button.setAttribute('aria-busy', 'true');
    try {
      if (what === 'sound') await me.setMicrophoneEnabled(on, device('audioinput'));
      else if (what === 'picture') await me.setCameraEnabled(on, device('videoinput'));
      else await me.setScreenShareEnabled(on, { audio: false });
      button.setAttribute('aria-pressed', String(on));
      if (what !== 'screen') this.tell(this.word(`${what}_${on ? 'on' : 'off'}`).replace('%s', '').trim());
    } catch (error) {
      button.setAttribute('aria-pressed', 'false');
      if (on && what !== 'screen') this.tell(this.word({ NotAllowedError: 'denied', NotFoundError: 'none' }[error?.name] || 'failed'));
    } finally {
      button.removeAttribute('aria-busy');
    }
    this.voices();
  }

  // spare leaves pictures out, others' and one's own: the voice comes first.
  async spare(on) {
    this.saver = on;
    this.button('saver').setAttribute('aria-pressed', String(on));
    this.choose();
    if (on && this.pressed('picture')) await this.turn('picture', false);
  }

  quality(quality) {
    clearTimeout(this.poor);
    if (quality !== 'poor' && quality !== 'lost') return;
    this.poor = setTimeout(() => {
      if (this.saver || this.spared) return;
      this.spared = true; // once: whoever turns pictures on again means it
      this.spare(true).then(() => this.tell(this.word('weak')));
    }, poorFor);
  }

  // speaks marks who speaks at once, and says it a moment later: people pause between
  // words, and a name for each would be noise.
  speaks(list) {
    this.stage.speaking(list);
    const others = list.filter((id) => id !== this.room?.localParticipant.identity).map((id) => this.stage.name(id)).filter(Boolean);
    if (!others.length) return;
    this.spoken = others;
    this.saying ||= setTimeout(() => {
      this.saying = 0;
      const place = document.getElementById('room-speaks');
      if (!place) return;
      const words = this.word(this.spoken.length > 1 ? 'speaks_more' : 'speaks').replace('%s', this.spoken[0]);
      if (place.textContent !== words) place.textContent = words;
    }, settle);
  }

  // aloud reads out what changed in the room: captions from outside, the speaking order,
  // whose turn it is, who came and went.
  aloud(came, went) {
    const words = (id) => document.getElementById(id)?.textContent || '';
    const now = { order: words('room-order'), turn: words('room-turn'), outside: words('room-outside') };
    const lines = [];
    if (this.before) {
      for (const key of ['outside', 'turn', 'order']) if (now[key] && now[key] !== this.before[key]) lines.push(now[key]);
      for (const seat of came.slice(0, 3)) if (!seat.me) lines.push(this.word('came').replace('%s', seat.name));
      for (const seat of went.slice(0, 3)) lines.push(this.word('went').replace('%s', seat.name));
    }
    this.before = now;
    const place = document.getElementById('say');
    if (place && lines.length) place.textContent = lines.join('. ');
  }

  channels(seats) {
    const list = seats.filter((s) => s.role === 'interpreter');
    const box = this.querySelector('.room-channel');
    const select = this.querySelector('[data-channel]');
    box.hidden = !list.length;
    const want = ['', ...new Set(list.map((s) => s.lang))];
    if (want.join() !== [...select.options].map((o) => o.value).join()) {
      const floor = select.options[0];
      select.replaceChildren(floor, ...want.slice(1).map((lang) => new Option(list.find((s) => s.lang === lang).channel, lang)));
    }
    if (!want.includes(this.channel)) this.channel = '';
    select.value = this.channel;
  }

  captions() {
    const from = document.querySelector('[data-lines]');
    const to = this.querySelector('[data-captions]');
    if (!from || !to) return;
    if (to.innerHTML !== from.innerHTML) to.replaceChildren(...[...from.children].slice(-3).map((e) => e.cloneNode(true)));
    to.hidden = !to.children.length;
  }

  playable() {
    const button = this.button('start');
    const blocked = Boolean(this.room) && this.connected && !this.room.canPlaybackAudio;
    button.hidden = !blocked;
    if (blocked) this.tell(this.word('blocked'));
  }

  hang() {
    const room = this.room;
    this.room = null;
    this.connected = false;
    for (const pub of room?.localParticipant.trackPublications.values() || []) pub.track?.stop(); // at once: ending the line takes a while
    if (room) room.disconnect(true).catch(() => {});
    for (const audio of this.querySelectorAll('audio')) audio.remove();
    for (const tile of this.stage.tiles.keys()) this.stage.picture(tile, null, tile.endsWith(':screen'));
    for (const what of ['sound', 'picture', 'screen']) this.button(what)?.setAttribute('aria-pressed', 'false');
  }

  // stop ends the line; the page is being left.
  stop() {
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.poor);
    clearTimeout(this.saying);
    this.hang();
  }

  // exit is the quick exit: nothing is sent or heard from now on, and one is not in the list.
  exit() {
    this.stop();
    navigator.sendBeacon?.(this.querySelector('[data-out]').action);
  }

  // over is the end of being in the room: the page beside says why.
  over() {
    if (this.ended) return;
    this.stop();
    this.stage.clear();
    this.hidden = true;
    this.dataset.state = 'over';
    for (const what of document.querySelectorAll('.room-talk, .room-side form[data-keep]')) what.remove(); // not one's own any more
    const to = document.querySelector('.room-side');
    if (to) {
      to.tabIndex = -1;
      to.focus();
    }
  }
}

customElements.define('cairn-room', CairnRoom);
