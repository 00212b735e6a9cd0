// <cairn-draft data-key="talk-ID"><textarea>…: what is typed survives a closed
// tab, on this device only. On a shared device nothing is kept. Dispatch
// 'cairn:sent' inside it to forget the draft.

const keepFor = 3 * 24 * 60 * 60 * 1000;
const prefix = 'draft:';

const shared = () => document.documentElement.hasAttribute('data-shared');

function store() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function sweep(box) {
  for (const key of Object.keys(box)) {
    if (!key.startsWith(prefix)) continue;
    let at = 0;
    try {
      at = JSON.parse(box.getItem(key)).at;
    } catch {
      // not ours any more: goes with the rest
    }
    if (shared() || Date.now() - at > keepFor) box.removeItem(key);
  }
}

class CairnDraft extends HTMLElement {
  connectedCallback() {
    const box = store();
    if (!box) return;
    sweep(box);
    if (shared()) return;
    this.field = this.querySelector('textarea, input[type=text]');
    if (!this.field || !this.dataset.key) return;
    const key = prefix + this.dataset.key;
    try {
      const kept = JSON.parse(box.getItem(key));
      if (kept && !this.field.value) this.field.value = kept.text;
    } catch {
      box.removeItem(key);
    }
    this.field.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(box, key), 400);
    });
    this.addEventListener('submit', () => this.keep(box, key));
    this.addEventListener('cairn:sent', () => {
      clearTimeout(this.timer);
      box.removeItem(key);
    });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  keep(box, key) {
    try {
      if (this.field.value) box.setItem(key, JSON.stringify({ at: Date.now(), text: this.field.value }));
      else box.removeItem(key);
    } catch {
      // the store is full: the text is still in the field
    }
  }
}

customElements.define('cairn-draft', CairnDraft);
