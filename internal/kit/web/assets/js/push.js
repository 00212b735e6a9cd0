// <cairn-push data-key data-send hidden> around a button: asks this browser for
// push and hands what it gives to the server. It stays hidden where a browser
// cannot; data-refused, data-failed and data-on are what it says.

const bytes = (text) => {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};

const able = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

// fits tells whether a subscription was made with the key that the service has now.
function fits(subscription, key) {
  const had = new Uint8Array(subscription.options.applicationServerKey || []);
  return had.length === key.length && had.every((b, i) => b === key[i]);
}

async function subscribed(key) {
  await navigator.serviceWorker.register('/sw.js');
  const worker = await navigator.serviceWorker.ready;
  const old = await worker.pushManager.getSubscription();
  if (old && fits(old, key)) return old;
  if (old) await old.unsubscribe();
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

class CairnPush extends HTMLElement {
  connectedCallback() {
    if (!able()) return;
    this.hidden = false;
    for (const place of document.querySelectorAll('[data-no-push]')) place.hidden = true;
    this.button = this.querySelector('button');
    this.onPress = () => this.run();
    this.button?.addEventListener('click', this.onPress);
  }

  disconnectedCallback() {
    this.button?.removeEventListener('click', this.onPress);
  }

  async run() {
    this.say('');
    this.button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== 'granted') {
        this.say(this.dataset.refused);
        return;
      }
      const { endpoint, keys } = (await subscribed(bytes(this.dataset.key))).toJSON();
      const answer = await fetch(this.dataset.send, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
      });
      const json = await answer.json();
      if (answer.ok) window.location.assign(json.next);
      else this.say(json.errors?.length ? json.errors.map((one) => one.detail).join(' ') : json.detail);
    } catch {
      this.say(this.dataset.failed);
    } finally {
      this.button.disabled = false;
    }
  }

  say(words) {
    const place = this.querySelector('.wrong');
    if (place) place.textContent = words;
  }
}

customElements.define('cairn-push', CairnPush);
