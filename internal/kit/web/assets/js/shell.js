// Small things of every page: the document's own attributes follow Turbo's
// visits, announcements are spoken, focus goes to what was wrong.

const kept = ['lang', 'dir', 'data-theme', 'data-shared', 'data-zone'];

document.addEventListener('turbo:before-render', (event) => {
  const next = event.detail.newBody.ownerDocument.documentElement;
  if (next === document.documentElement) return;
  for (const name of kept) {
    const value = next.getAttribute(name);
    if (value === null) document.documentElement.removeAttribute(name);
    else document.documentElement.setAttribute(name, value);
  }
});

// Whoever is not signed in has set no zone: the device's is told to the service for
// as long as the browser is open. A page that shows times is read again by it, once.
function tellZone() {
  const page = document.documentElement;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!page.dataset.zone || !zone || page.dataset.zone === zone || new URL(location.href).searchParams.has('zone')) return;
  if (document.cookie.split('; ').includes(`zone=${zone}`)) return; // it was told, and the service does not know it
  document.cookie = `zone=${zone}; path=/; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
  if (document.cookie.includes(`zone=${zone}`) && document.querySelector('main [data-zoned]')) location.reload();
}
document.addEventListener('DOMContentLoaded', tellZone);
if (document.readyState !== 'loading') tellZone();

const attend = () => document.getElementById('wrong')?.focus();
document.addEventListener('turbo:render', () => {
  attend();
  // The page changed in place: the keyboard begins at its words, not nowhere.
  if (document.documentElement.hasAttribute('data-turbo-preview')) return;
  if (!document.activeElement || document.activeElement === document.body) {
    document.getElementById('main')?.focus({ preventScroll: true });
  }
});
document.addEventListener('DOMContentLoaded', attend);
if (document.readyState !== 'loading') attend();

// A press is answered once: a second tap on a slow line does not send again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || form.closest('cairn-send')) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '1';
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

// say('…') lets a screen reader speak a sentence: any element may dispatch
// new CustomEvent('cairn:say', { bubbles: true, detail: 'sentence' }).
document.addEventListener('cairn:say', (event) => {
  const place = document.getElementById('say');
  if (place) place.textContent = event.detail;
});
