/* The quick exit. Plain script, nothing newer than 2018, depends on nothing: the
   button posts to /leave by itself where this does not run. */
(function () {
  var me = document.currentScript;
  var exit = (me && me.getAttribute('data-exit')) || 'https://www.wikipedia.org/';
  var shifts = [];
  var gone = false;

  function forget() {
    try { window.sessionStorage.clear(); } catch (e) { /* not allowed here: nothing was kept */ }
    try { window.localStorage.clear(); } catch (e) { /* as above */ }
  }

  function tell() {
    try {
      if (navigator.sendBeacon && navigator.sendBeacon('/leave')) { return; }
    } catch (e) { /* the request below does it */ }
    try {
      var x = new XMLHttpRequest();
      x.open('POST', '/leave', true);
      x.send();
    } catch (e) { /* leaving matters more than telling */ }
  }

  /* What makes a sound or has a microphone or camera ends here, not when the other
     page has arrived: on a slow line that is many seconds later. */
  function hush() {
    try { document.dispatchEvent(new Event('cairn:leave')); } catch (e) { /* the page ends it */ }
    var all = document.querySelectorAll('audio, video');
    for (var i = 0; i < all.length; i += 1) {
      try {
        all[i].muted = true;
        all[i].pause();
      } catch (e) { /* the page ends it */ }
    }
  }

  function leave() {
    if (gone) { return; }
    gone = true;
    var blank = document.createElement('div');
    blank.className = 'blank';
    document.title = ' ';
    document.documentElement.appendChild(blank);
    if (document.body) { document.body.hidden = true; }
    hush();
    tell();
    forget();
    window.location.replace(exit);
  }

  document.addEventListener('click', function (e) {
    var t = e.target;
    while (t && t !== document) {
      if (t.hasAttribute && t.hasAttribute('data-leave')) {
        e.preventDefault();
        leave();
        return;
      }
      t = t.parentNode;
    }
  }, true);

  document.addEventListener('keydown', function (e) {
    if (e.key !== 'Shift') { shifts = []; return; }
    if (e.repeat) { return; }
    var now = Date.now();
    shifts.push(now);
    while (shifts.length && now - shifts[0] > 1500) { shifts.shift(); }
    if (shifts.length >= 3) { leave(); }
  }, true);

  /* Back from the neutral page must not show what was here. */
  window.addEventListener('pageshow', function (e) {
    if (e.persisted && gone) { window.location.replace(exit); }
  });
})();
