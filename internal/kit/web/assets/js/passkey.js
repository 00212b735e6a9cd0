// <cairn-passkey data-act="create|get" data-begin="/…" data-finish="/…"
// data-form="form-id">: one button for one passkey ceremony. What stands in the
// form (name, age, keep, next) goes along as JSON. Without WebAuthn the element
// stays hidden, and the form beside it does without.

const fromText = (text) => {
  const base64 = text.replace(/-/g, '+').replace(/_/g, '/');
  const raw = atob(base64 + '='.repeat((4 - (base64.length % 4)) % 4));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
};

const toText = (buffer) => {
  let raw = '';
  for (const byte of new Uint8Array(buffer)) raw += String.fromCharCode(byte);
  return btoa(raw).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
};

const withIDs = (list) => (list || []).map((one) => ({ ...one, id: fromText(one.id) }));

// Browsers since 2024 read the options themselves; older ones get them by hand.
function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: fromText(json.challenge),
    user: { ...json.user, id: fromText(json.user.id) },
    excludeCredentials: withIDs(json.excludeCredentials),
  };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: fromText(json.challenge), allowCredentials: withIDs(json.allowCredentials) };
}

function plain(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment || undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

class Refusal extends Error {}

async function send(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (answer.ok) return json;
  throw new Refusal(json.errors?.length ? json.errors.map((one) => one.detail).join(' ') : json.detail);
}

class CairnPasskey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential || !navigator.credentials) return;
    this.hidden = false;
    this.button = this.querySelector('button');
    this.onPress = () => this.run();
    this.button?.addEventListener('click', this.onPress);
  }

  disconnectedCallback() {
    this.button?.removeEventListener('click', this.onPress);
  }

  typed() {
    const form = document.getElementById(this.dataset.form || '');
    if (!form) return {};
    const data = new FormData(form);
    return {
      name: data.get('name') || '',
      age: data.get('age') || '',
      next: data.get('next') || '',
      keep: data.get('keep') === 'yes',
    };
  }

  async run() {
    this.say('');
    this.button.disabled = true;
    try {
      const typed = this.typed();
      const asked = await send(this.dataset.begin, typed);
      const publicKey = asked.options.publicKey;
      const credential =
        this.dataset.act === 'create'
          ? await navigator.credentials.create({ publicKey: creationOptions(publicKey) })
          : await navigator.credentials.get({ publicKey: requestOptions(publicKey) });
      const done = await send(this.dataset.finish, { ...typed, id: asked.id, credential: plain(credential) });
      window.location.assign(done.next);
    } catch (problem) {
      this.button.disabled = false;
      if (problem instanceof Refusal) this.say(problem.message);
      else if (problem.name === 'NotAllowedError' || problem.name === 'AbortError') this.say(this.dataset.stopped);
      else this.say(this.dataset.failed);
    }
  }

  say(words) {
    const place = this.querySelector('.wrong');
    if (place) place.textContent = words;
  }
}

customElements.define('cairn-passkey', CairnPasskey);
