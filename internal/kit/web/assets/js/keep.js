// What somebody has begun in one form stays when another form of the same page is
// answered, and the keyboard stays where it is: on a slow line one goes on writing while
// the answer is on its way.

const never = 'cairn-send, [type=password], [type=file], [type=hidden]';

function changed(field) {
  if (field.tagName === 'SELECT') return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
  return 'defaultValue' in field && field.value !== field.defaultValue;
}

const ticks = (field) => field.type === 'checkbox' || field.type === 'radio';

const known = (field) =>
  [field.form.getAttribute('action'), field.name, field.type, ticks(field) ? field.value : ''].join('|');

const fields = (body, but) =>
  [...body.querySelectorAll('form[method=post] :is(input, textarea, select)')]
    .filter((field) => field.name && field.form && field.form !== but && !field.closest(never));

const byName = (body) => new Map(fields(body).reverse().map((field) => [known(field), field]));

let from = null; // the page and the form that are being answered
let writing = null; // the field that has the keyboard, and where in it

document.addEventListener('turbo:submit-start', (event) => {
  from = { path: location.pathname, form: event.target };
});

document.addEventListener('turbo:before-render', (event) => {
  const was = from;
  from = null;
  writing = null;
  if (!was || was.path !== location.pathname) return;
  const here = fields(document, was.form);
  const at = here.find((field) => field === document.activeElement);
  if (at) writing = { name: known(at), from: at.selectionStart, to: at.selectionEnd };
  const begun = here.filter(changed);
  if (!begun.length) return;
  const next = byName(event.detail.newBody);
  for (const field of begun) {
    const to = next.get(known(field));
    if (!to) continue;
    if (ticks(field)) to.checked = field.checked;
    else to.value = field.value;
  }
});

document.addEventListener('turbo:render', () => {
  const was = writing;
  writing = null;
  const field = was && byName(document).get(was.name);
  if (!field || document.getElementById('wrong')) return; // what was wrong is read first
  field.focus({ preventScroll: true });
  if (Number.isInteger(was.from)) field.setSelectionRange(was.from, was.to); // ticks and lists have no place within
  requestAnimationFrame(() => field.scrollIntoView({ block: 'nearest' })); // the page begins at its top
});
