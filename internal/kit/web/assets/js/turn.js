// Forms and links wait for one another. While a form is being answered, Turbo
// would drop it for the next one pressed; here the next one waits for the answer
// and is then pressed on the page that came. The crisis bar, telephone numbers
// and the quick exit never wait.

const most = 8000; // an answer that does not come holds nobody up for longer
const never = '.crisis, .leave, cairn-send, [data-leave]';

let busy = false;
let waiting = null;
let timer = 0;

// A press that has begun is finished on the page where it began: a new body
// between its two halves would swallow it.
let pressing = false;
let held = null;

const path = (url) => new URL(url, location.href).pathname;

const submits = (form, button) => ({
  action: path((button && button.getAttribute('formaction')) || form.getAttribute('action') || location.href),
  form: [...new FormData(form)].filter(([, value]) => typeof value === 'string'),
  name: button?.name || '',
  value: button?.value || '',
});

// again finds on this page what was pressed on the one before, with what was typed in it.
function again(press) {
  if (press.href) {
    location.assign(press.href);
    return;
  }
  for (const form of document.querySelectorAll('form[method=post]')) {
    const buttons = [...form.querySelectorAll('button:not([type=button])')];
    const button = buttons.find((one) => one.name === press.name && one.value === press.value
      && path(one.getAttribute('formaction') || form.getAttribute('action') || location.href) === press.action);
    if (!button) continue;
    for (const [name, value] of press.form) {
      const field = form.elements.namedItem(name);
      if (field && field.tagName === 'TEXTAREA') field.value = value;
    }
    form.requestSubmit(button);
    return;
  }
}

function free() {
  clearTimeout(timer);
  if (!busy) return;
  busy = false;
  const press = waiting;
  waiting = null;
  if (press) again(press);
}

document.addEventListener('turbo:submit-start', () => {
  busy = true;
  clearTimeout(timer);
  timer = setTimeout(free, most);
});
document.addEventListener('turbo:submit-end', (event) => {
  if (!event.detail.fetchResponse) free(); // nothing came: nothing will be shown
});
document.addEventListener('turbo:render', () => {
  // The visit is over one frame later; what is pressed again belongs to a new one.
  requestAnimationFrame(() => setTimeout(free, 0));
});

window.addEventListener('submit', (event) => {
  const form = event.target;
  if (!busy || form.method !== 'post' || form.closest(never) || form.querySelector('[type=file], [type=password]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!form.dataset.sent) waiting = submits(form, event.submitter);
}, true);

window.addEventListener('click', (event) => {
  pressing = false;
  const link = event.target.closest?.('a[href]');
  if (busy && link && link.origin === location.origin && !link.hash && !link.target && !link.closest(never)
    && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { href: link.href };
  }
  release();
}, true);

function release() {
  const resume = held;
  held = null;
  if (resume) setTimeout(resume, 0);
}

window.addEventListener('pointerdown', () => {
  pressing = true;
}, true);
for (const name of ['pointerup', 'pointercancel']) {
  window.addEventListener(name, () => setTimeout(() => {
    pressing = false;
    release();
  }, 0), true);
}
document.addEventListener('turbo:before-render', (event) => {
  if (!busy || !pressing) return;
  event.preventDefault();
  held = event.detail.resume;
});
