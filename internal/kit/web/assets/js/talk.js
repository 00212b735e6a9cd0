// Beside a conversation: says that one is writing, at most every three seconds;
// says how far one has read, while the page is looked at; lets "is writing" fade.

const quiet = 3000;
const fades = 6000;

function post(path, fields) {
  return fetch(path, { method: 'POST', body: new URLSearchParams(fields || {}), redirect: 'manual' }).catch(() => {});
}

class CairnTalk extends HTMLElement {
  connectedCallback() {
    this.read = Number(this.dataset.read) || 0;
    this.onInput = (event) => event.target.name === 'text' && this.typing(event.target);
    this.onChanged = () => this.changed();
    this.addEventListener('input', this.onInput);
    this.addEventListener('cairn:changed', this.onChanged);
    this.onVisible = () => this.mark();
    document.addEventListener('visibilitychange', this.onVisible);
    this.mark();
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.onVisible);
    clearTimeout(this.fade);
  }

  typing(field) {
    const now = Date.now();
    if (!field.value.trim() || now - (this.told || 0) < quiet) return;
    this.told = now;
    post(this.dataset.path + '/typing');
  }

  changed() {
    const writing = this.querySelector('#writing');
    clearTimeout(this.fade);
    if (writing && writing.childElementCount) this.fade = setTimeout(() => writing.replaceChildren(), fades);
    this.mark();
  }

  mark() {
    if (document.hidden) return;
    const list = this.querySelector('#voices');
    const seq = Number(list?.lastElementChild?.dataset.seq) || 0;
    if (seq <= this.read) return;
    this.read = seq;
    post(this.dataset.path + '/read', { seq });
  }
}

customElements.define('cairn-talk', CairnTalk);
