// <cairn-quiet data-failed="…"> around forms of a page that must not be left, such
// as a room with sound in it: sends them by fetch, and stays. What changes comes
// over the page's live line. A form with data-turbo="false" is sent as ever; the
// fields of one with data-keep are emptied once they were taken.

class CairnQuiet extends HTMLElement {
  connectedCallback() {
    this.onSubmit = (event) => this.submit(event);
    this.addEventListener('submit', this.onSubmit);
  }

  disconnectedCallback() {
    this.removeEventListener('submit', this.onSubmit);
  }

  submit(event) {
    const form = event.target;
    if (event.defaultPrevented || form.dataset.turbo === 'false' || form.closest('cairn-send')) return;
    event.preventDefault();
    event.stopPropagation();
    this.send(form, event.submitter);
  }

  async send(form, button) {
    if (form.dataset.busy) return;
    form.dataset.busy = 'yes';
    try {
      const answer = await fetch(form.action, {
        method: 'POST', body: new URLSearchParams(new FormData(form, button)), redirect: 'manual', headers: { Accept: 'text/html' },
      });
      if (answer.type === 'opaqueredirect' || answer.ok) this.taken(form);
      else this.tell(this.reason(await answer.text()));
    } catch {
      this.tell(this.dataset.failed || '');
    } finally {
      delete form.dataset.busy;
    }
  }

  taken(form) {
    this.tell('');
    if (!('keep' in form.dataset)) return;
    for (const field of form.querySelectorAll('input:not([type=hidden]), textarea')) field.value = '';
    form.querySelector('input:not([type=hidden]), textarea')?.focus();
  }

  // reason is the server's own sentence out of the page it answered with.
  reason(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const words = page.querySelector('#wrong') || page.querySelector('main h1');
    return words ? words.textContent.trim().replace(/\s+/g, ' ') : this.dataset.failed || '';
  }

  tell(words) {
    const place = this.querySelector('[data-quiet]');
    if (place) place.textContent = words;
  }
}

customElements.define('cairn-quiet', CairnQuiet);
