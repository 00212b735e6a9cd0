// Shows what is pushed, and leads to it. It keeps no pages and asks for nothing:
// what it is given are neutral words and an address of this service.

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('push', (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // a message without words still has to be shown
  }
  event.waitUntil(
    self.registration.showNotification(told.title || self.location.hostname, {
      body: told.body || '',
      tag: told.tag || 'told',
      lang: told.lang || '',
      dir: told.dir === 'rtl' ? 'rtl' : 'ltr',
      icon: '/favicon.svg',
      data: { path: told.path },
    }),
  );
});

// ours gives an address of this service, whatever the message said.
function ours(path) {
  const home = new URL('/', self.location.origin);
  try {
    const to = new URL(path, home);
    return to.origin === home.origin ? to.href : home.href;
  } catch {
    return home.href;
  }
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const to = ours(event.notification.data?.path || '/');
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((open) => {
      const there = open.find((one) => one.url === to);
      return there ? there.focus() : self.clients.openWindow(to);
    }),
  );
});
