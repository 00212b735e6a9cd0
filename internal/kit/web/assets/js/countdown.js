// <cairn-countdown data-from data-until data-now> around a <progress>: runs down
// by the server's clock (all in milliseconds), whatever this device's clock says.
// An element with data-seconds inside shows the seconds left. Dispatches
// 'cairn:over' once.

class CairnCountdown extends HTMLElement {
  connectedCallback() {
    this.ahead = Number(this.dataset.now) - Date.now();
    this.over = false;
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const left = Math.max(0, Number(this.dataset.until) - (Date.now() + this.ahead));
    const bar = this.querySelector('progress');
    if (bar) bar.value = left / 1000;
    for (const place of this.querySelectorAll('[data-seconds]')) place.textContent = Math.ceil(left / 1000);
    if (left > 0 || this.over) return;
    this.over = true;
    clearInterval(this.timer);
    this.dispatchEvent(new CustomEvent('cairn:over', { bubbles: true }));
  }
}

customElements.define('cairn-countdown', CairnCountdown);
