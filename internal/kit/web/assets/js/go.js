// <cairn-go data-to="/somewhere">: somebody has been found, so the page goes
// there by itself after a breath. Not while one is typing: the link stays.

class CairnGo extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.go(), 1200);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  go() {
    const at = document.activeElement;
    if (at && (at.tagName === 'TEXTAREA' || at.tagName === 'INPUT') && at.value) return;
    location.assign(this.dataset.to);
  }
}

customElements.define('cairn-go', CairnGo);
