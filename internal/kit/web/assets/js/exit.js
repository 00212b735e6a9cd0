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

  function leave() {
    if (gone) { return; }
    gone = true;
    var blank = document.createElement('div');
    blank.className = 'blank';
    document.title = ' ';
    document.documentElement.appendChild(blank);
    if (document.body) { document.body.hidden = true; }
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
