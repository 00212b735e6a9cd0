// <cairn-live src="/talk/ID/stream" after="12">: a region the server keeps up
// to date over one line of server-sent events.
//
// The data of an event is HTML: <template data-act="append|replace|remove|update"
// data-target="dom-id">…</template>, one or more. Appending a child whose id is
// already there replaces it, so nothing is shown twice. The id of an event
// becomes `after`; the line goes on from there when it comes back. Events named
// other than "message" are also dispatched as CustomEvents of that name on the
// element ('typing').

const waits = [1000, 2000, 4000, 8000, 15000];
const drawn = 400; // milliseconds that a new page is given before its line opens

// What stands in a region may have the keyboard in it, or something half filled
// in. It is known again by what it is and does, since it is drawn anew.
const within = 'a, button, input, select, textarea, summary, [tabindex]';

const known = (e) =>
  [e.tagName, e.id, e.getAttribute('name'), e.getAttribute('value'), e.getAttribute('href'), e.closest('form')?.getAttribute('action'), e.textContent.trim()].join('|');

const opened = (d) => [d.closest('li')?.id, d.querySelector('summary')?.getAttribute('aria-label'), d.querySelector('summary')?.textContent.trim()].join('|');

const chosen = (e) => e.tagName === 'SELECT' && e.selectedIndex !== Math.max(0, [...e.options].findIndex((o) => o.defaultSelected));

const changed = (e) => chosen(e) || (e.type === 'checkbox' || e.type === 'radio' ? e.checked !== e.defaultChecked : 'defaultValue' in e && e.value !== e.defaultValue);

function remember(region) {
  const at = document.activeElement;
  return {
    focus: at && at !== region && region.contains(at) ? known(at) : '',
    typed: [...region.querySelectorAll('input:not([type=hidden]), textarea, select')].filter(changed).map((e) => [known(e), e.value, e.checked]),
    open: new Set([...region.querySelectorAll('details[open]')].map(opened)),
  };
}

function restore(region, kept) {
  if (!region) return;
  for (const d of region.querySelectorAll('details')) if (kept.open.has(opened(d))) d.open = true;
  if (!kept.focus && !kept.typed.length) return;
  const now = new Map([...region.querySelectorAll(within)].reverse().map((e) => [known(e), e]));
  for (const [name, value, checked] of kept.typed) {
    const field = now.get(name);
    if (!field) continue;
    field.value = value;
    field.checked = checked;
  }
  if (!kept.focus) return;
  const to = now.get(kept.focus) || region;
  if (to === region) region.tabIndex = -1; // what had the focus is gone: stay near it
  to.focus({ preventScroll: true });
}

// A press that has begun is finished on what it began on: a button drawn anew
// between its two halves would swallow it.
let pressed = null;
window.addEventListener('pointerdown', (event) => {
  pressed = event.target;
}, true);
for (const name of ['pointerup', 'pointercancel']) {
  window.addEventListener(name, () => setTimeout(() => {
    pressed = null;
    document.dispatchEvent(new Event('cairn:let-go'));
  }, 0), true);
}

class CairnLive extends HTMLElement {
  connectedCallback() {
    this.tries = 0;
    this.later = [];
    this.onLetGo = () => {
      for (const event of this.later.splice(0)) this.take(event);
    };
    document.addEventListener('cairn:let-go', this.onLetGo);
    this.onVisible = () => (document.hidden ? this.close() : this.open());
    this.onLeave = () => this.close();
    document.addEventListener('visibilitychange', this.onVisible);
    window.addEventListener('pagehide', this.onLeave);
    if (!document.hidden) this.soon();
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.onVisible);
    window.removeEventListener('pagehide', this.onLeave);
    document.removeEventListener('cairn:let-go', this.onLetGo);
    this.close();
  }

  get scroller() {
    return this.querySelector('[data-scroll]');
  }

  // soon opens when the page has drawn itself and begun what it is for: the stream
  // begins with how things stand, so nothing is missed meanwhile.
  soon() {
    this.timer = setTimeout(() => this.open(), drawn);
  }

  open() {
    if (this.source || !this.getAttribute('src') || !window.EventSource) return;
    const url = new URL(this.getAttribute('src'), location.href);
    if (url.origin !== location.origin) return;
    if (this.getAttribute('after')) url.searchParams.set('after', this.getAttribute('after'));
    const source = new EventSource(url);
    this.source = source;
    source.onopen = () => {
      this.tries = 0;
      this.say('open', '');
    };
    source.onmessage = (event) => this.take(event);
    for (const name of (this.dataset.events || 'typing').split(' ')) {
      source.addEventListener(name, (event) => this.pass(name, event));
    }
    source.onerror = () => this.lost();
  }

  close() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.source) this.source.close();
    this.source = null;
  }

  // lost closes and comes back by itself: the browser's own way gives up after
  // an answer that is not a stream, such as a server that is just starting.
  lost() {
    this.close();
    if (!this.isConnected || document.hidden) return;
    const wait = waits[Math.min(this.tries, waits.length - 1)];
    this.tries += 1;
    if (this.tries > 1) this.say('lost', this.dataset.lost || '');
    this.timer = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  say(state, words) {
    if (this.dataset.state === state) return;
    const before = this.dataset.state;
    this.dataset.state = state;
    const place = this.querySelector('.live-state');
    if (!place) return;
    place.textContent = state === 'open' && before === 'lost' ? this.dataset.back || '' : words;
  }

  pass(name, event) {
    let detail = event.data;
    try {
      detail = JSON.parse(event.data);
    } catch {
      // plain words are passed as they are
    }
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  take(event) {
    if (pressed && this.contains(pressed)) {
      this.later.push(event);
      return;
    }
    const stay = this.atEnd();
    const box = document.createElement('template');
    box.innerHTML = event.data;
    for (const step of box.content.querySelectorAll('template[data-act]')) this.apply(step);
    if (event.lastEventId) this.setAttribute('after', event.lastEventId);
    if (stay) this.toEnd();
    this.dispatchEvent(new CustomEvent('cairn:changed', { bubbles: true }));
  }

  apply(step) {
    const target = document.getElementById(step.dataset.target);
    if (!target) return;
    const parts = step.content;
    if (step.dataset.act === 'update' && target.innerHTML === step.innerHTML) return; // nothing has changed
    const anew = step.dataset.act === 'replace' || step.dataset.act === 'update';
    const kept = anew ? remember(target) : null;
    switch (step.dataset.act) {
      case 'append':
        for (const child of [...parts.children]) {
          const twin = child.id && document.getElementById(child.id);
          if (twin) twin.replaceWith(child);
          else target.insertBefore(child, this.after(target, child));
        }
        break;
      case 'replace':
        target.replaceWith(parts);
        break;
      case 'update':
        target.replaceChildren(parts);
        break;
      case 'remove':
        target.remove();
        break;
    }
    if (kept) restore(document.getElementById(step.dataset.target), kept);
  }

  // after gives the entry that a new one stands before: entries with a place of
  // their own (data-seq) keep the order of their places, whenever they arrive.
  after(target, child) {
    const seq = Number(child.dataset.seq);
    if (!seq) return null;
    for (let at = target.lastElementChild, later = null; ; later = at, at = at.previousElementSibling) {
      if (!at || !(Number(at.dataset.seq) > seq)) return later;
    }
  }

  // atEnd tells whether the reader is at the newest. A column-reverse scroller
  // counts from its end, so that zero is the newest there.
  atEnd() {
    const box = this.scroller;
    if (!box) return false; // a layout in the middle is asked for only where something scrolls
    if (getComputedStyle(box).flexDirection === 'column-reverse') return Math.abs(box.scrollTop) < 80;
    return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  }

  toEnd() {
    const box = this.scroller;
    box.scrollTop = getComputedStyle(box).flexDirection === 'column-reverse' ? 0 : box.scrollHeight;
  }
}

customElements.define('cairn-live', CairnLive);
