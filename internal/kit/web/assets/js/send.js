// <cairn-send data-failed="Not sent. Try again."> around a form: sends by fetch
// without leaving the page. Every message has a key made here once (hidden field
// "key"), kept until the server has taken it: sent twice, it is stored once.
// When it fails, the text stays and the element says so. Enter sends, Shift and
// Enter makes a line, on devices with a real keyboard.

class CairnSend extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    if (!this.form) return;
    this.field = this.form.querySelector('textarea');
    this.form.dataset.turbo = 'false';
    this.newKey();
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send(event.submitter);
    });
    this.field?.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      if (!window.matchMedia('(hover: hover) and (pointer: fine)').matches) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
  }

  newKey() {
    const place = this.form.querySelector('input[name=key]');
    if (!place) return;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    place.value = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  }

  async send(button) {
    if (this.busy || (this.field && !this.field.value.trim())) return;
    this.busy = true;
    this.tell('sending', '');
    const text = this.field?.value;
    const body = new URLSearchParams(new FormData(this.form, button));
    try {
      const answer = await fetch(this.form.action, {
        method: 'POST', body, redirect: 'manual', headers: { Accept: 'text/html' },
      });
      if (answer.type === 'opaqueredirect' || answer.ok) this.sent(text);
      else if (answer.status === 422 || answer.status === 413) this.refused(await answer.text());
      else this.failed();
    } catch {
      this.failed();
    } finally {
      this.busy = false;
    }
  }

  sent(text) {
    if (this.field && this.field.value === text) this.field.value = '';
    this.newKey();
    this.tell('sent', '');
    this.field?.dispatchEvent(new CustomEvent('cairn:sent', { bubbles: true }));
    this.field?.focus();
  }

  // refused shows the server's own sentence out of the page it answered with.
  refused(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const words = page.querySelector('#wrong, .wrong, main .t-l');
    this.tell('failed', words ? words.textContent.trim() : this.dataset.failed || '');
  }

  failed() {
    this.tell('failed', this.dataset.failed || '');
  }

  tell(state, words) {
    this.dataset.state = state;
    const place = this.querySelector('.send-state');
    if (place) place.textContent = words;
  }
}

customElements.define('cairn-send', CairnSend);
