// The stage of a room: a tile for everybody who is in it, from the list that the
// server keeps. A tile shows initials where there is no picture; its name and its
// place in the list are the server's, so nobody is on the stage who is not listed,
// and nobody is listed who has no tile.

const make = (tag, set = {}, ...inside) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === true) e.setAttribute(name, '');
    else if (value !== false && value !== undefined) e.setAttribute(name, value);
  }
  e.append(...inside);
  return e;
};

// microphone is the small drawing beside a name; its words are for screen readers.
function microphone() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  for (const [shape, kind] of [['M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3Z', ''], ['M6 11a6 6 0 0 0 12 0M12 17v4', 'stroke'], ['M4 3l16 18', 'slash']]) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', shape);
    if (kind) path.setAttribute('class', kind);
    svg.append(path);
  }
  return svg;
}

export class Stage {
  constructor(list, words) {
    this.list = list;
    this.words = words;
    this.tiles = new Map(); // by identity
    this.pinned = '';
    list.addEventListener('click', (event) => {
      const button = event.target.closest('.tile-pin');
      if (button) this.pin(button.closest('.tile').dataset.identity);
    });
  }

  // people reads the list anew, and tells who came and who went.
  people() {
    const seats = [...document.querySelectorAll('[data-people] > [data-identity]')].map((e) => ({ ...e.dataset }));
    const here = new Set(seats.map((s) => s.identity));
    const came = seats.filter((s) => !this.tiles.has(s.identity));
    const went = [...this.tiles.keys()].filter((id) => !here.has(id)).map((id) => this.tiles.get(id).seat);
    for (const seat of went) this.drop(seat.identity);
    for (const seat of seats) this.put(seat);
    this.arrange();
    return { seats, came, went };
  }

  put(seat) {
    let tile = this.tiles.get(seat.identity);
    if (!tile) {
      tile = { seat, box: this.build(seat) };
      this.tiles.set(seat.identity, tile);
      this.list.append(tile.box);
    }
    tile.seat = seat;
    tile.box.dataset.role = seat.role;
    tile.box.querySelector('.tile-name bdi').textContent = seat.name;
    tile.box.querySelector('.tile-face').textContent = seat.initials;
  }

  build(seat) {
    return make('li', { class: 'tile', 'data-identity': seat.identity, 'data-me': seat.me },
      make('div', { class: 'tile-face', 'aria-hidden': 'true' }),
      make('p', { class: 'tile-name' }, make('bdi'), make('span', { class: 'tile-voice' }, microphone(), make('span', { class: 'vh' }))),
      make('button', { type: 'button', class: 'tile-pin', 'aria-pressed': 'false', 'aria-label': this.say('pin', seat.name) }, make('span', { 'aria-hidden': 'true' }, '⚲')));
  }

  say(key, name) {
    return this.words(key).replace('%s', name);
  }

  drop(identity) {
    this.tiles.get(identity)?.box.remove();
    this.tiles.get(identity + ':screen')?.box.remove();
    this.tiles.delete(identity);
    this.tiles.delete(identity + ':screen');
    if (this.pinned === identity) this.pinned = '';
  }

  clear() {
    for (const identity of [...this.tiles.keys()]) this.drop(identity);
  }

  // picture puts a video into somebody's tile, or takes it out.
  picture(identity, video, screen) {
    const key = screen ? identity + ':screen' : identity;
    if (screen && video && !this.tiles.has(key)) {
      const seat = this.tiles.get(identity)?.seat;
      if (!seat) return;
      const shown = { ...seat, identity: key, name: this.say('screen_of', seat.name), initials: '', me: undefined };
      const box = this.build(shown);
      box.dataset.screen = 'yes';
      box.querySelector('.tile-name bdi').textContent = shown.name;
      this.tiles.set(key, { seat: shown, box });
      this.list.prepend(box);
    }
    const tile = this.tiles.get(key);
    if (!tile) return;
    tile.box.querySelector('video')?.remove();
    if (video) {
      video.setAttribute('playsinline', '');
      video.setAttribute('aria-label', tile.seat.name);
      tile.box.prepend(video);
    } else if (screen) {
      this.drop(key);
    }
    tile.box.classList.toggle('has-picture', Boolean(video));
    this.arrange();
  }

  // voice says whether a microphone is on.
  voice(identity, on) {
    const box = this.tiles.get(identity)?.box;
    if (!box) return;
    box.classList.toggle('voice-on', on);
    const place = box.querySelector('.tile-voice .vh');
    const words = this.words(on ? 'sound_on' : 'sound_off').replace('%s', '').trim();
    if (place.textContent !== words) place.textContent = words;
  }

  speaking(identities) {
    for (const [id, tile] of this.tiles) tile.box.classList.toggle('speaks', identities.includes(id));
  }

  name(identity) {
    return this.tiles.get(identity)?.seat.name || '';
  }

  pin(identity) {
    this.pinned = this.pinned === identity ? '' : identity;
    this.list.dispatchEvent(new CustomEvent('room:pinned', { bubbles: true }));
    this.arrange();
  }

  // arrange puts first what one has pinned, then a sign-language interpreter, who
  // must stay in sight, then a screen. The others keep their order.
  arrange() {
    const rank = (tile) => (tile.seat.identity === this.pinned ? 0 : tile.seat.role === 'signer' ? 1 : tile.box.dataset.screen ? 2 : 3);
    const order = [...this.tiles.values()].sort((a, b) => rank(a) - rank(b));
    order.forEach((tile, i) => {
      if (this.list.children[i] !== tile.box) this.list.insertBefore(tile.box, this.list.children[i] || null);
    });
    for (const [id, tile] of this.tiles) {
      const on = id === this.pinned;
      tile.box.classList.toggle('pinned', on || (!this.pinned && (tile.seat.role === 'signer' || tile.box.dataset.screen === 'yes')));
      const button = tile.box.querySelector('.tile-pin');
      button.setAttribute('aria-pressed', String(on));
      button.setAttribute('aria-label', this.say(on ? 'unpin' : 'pin', tile.seat.name));
    }
    this.list.dataset.n = String(Math.min(this.tiles.size, 9));
  }
}
