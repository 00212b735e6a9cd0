// <cairn-find data-found="Found: #" data-none="Nothing found"><input type=search>…
// <li data-word="…">: shortens a long list while one types, on this device only.
// Case, marks and the ways of writing an Arabic letter do not matter, as in
// plainText of core/people.

const plain = (text) => text.normalize('NFKD').toLowerCase().replace(/[\p{M}ـ]/gu, '').replace(/ى/g, 'ي').replace(/ة/g, 'ه').replace(/ß/g, 'ss');

class CairnFind extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector('input[type=search]');
    if (!this.field) return;
    const field = this.querySelector('[data-field]');
    if (field) field.hidden = false;
    const form = this.querySelector('form[role=search]');
    if (form) {
      form.querySelector('button').hidden = true;
      form.addEventListener('submit', (event) => event.preventDefault());
    }
    // Enter would send the form that the list stands in.
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') event.preventDefault();
    });
    this.field.addEventListener('input', () => this.show());
    if (this.field.value) this.show();
  }

  show() {
    const words = plain(this.field.value).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const one of this.querySelectorAll('[data-word], .choice label')) {
      const text = plain(one.dataset.word || one.textContent);
      one.hidden = !words.every((word) => text.includes(word));
      if (!one.hidden) n += 1;
    }
    for (const group of this.querySelectorAll('[data-group]')) {
      group.hidden = !group.querySelector('[data-word]:not([hidden])');
      if (words.length) group.open = true;
    }
    const state = this.querySelector('[data-state]');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!words.length) state.textContent = '';
      else state.textContent = n ? this.dataset.found.replace('#', n) : this.dataset.none;
    }, 300); // a screen reader is told when the typing rests
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
}

customElements.define('cairn-find', CairnFind);
