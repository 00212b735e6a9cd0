// Reads a Meeting Guide list from standard input and prints what the
// specification does not allow, as a list of sentences. The type codes are those
// of npm's @code4recovery/spec; the rules of fields are those of its README,
// which the package does not bring as code. Used by tests.
import spec from '@code4recovery/spec';

let text = '';
for await (const part of process.stdin) text += part;
const list = JSON.parse(text);
const wrong = [];
const say = (i, words) => wrong.push(`row ${i + 1}: ${words}`);
const texts = ['name', 'slug', 'time', 'end_time', 'timezone', 'formatted_address', 'approximate', 'location', 'location_notes', 'conference_url', 'conference_phone', 'notes', 'group',
  'url', 'updated', 'entity'];
const known = new Set([...texts, 'day', 'regions', 'types', 'latitude', 'longitude']);
const slugs = new Set();

function times(m, i) {
  const days = Array.isArray(m.day) ? m.day : [m.day];
  if (days.length === 0 || days.some((d) => !Number.isInteger(d) || d < 0 || d > 6)) say(i, `day ${JSON.stringify(m.day)}`);
  for (const name of ['time', 'end_time']) {
    if (m[name] !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(m[name])) say(i, `${name} ${m[name]}`);
  }
  if (m.time === undefined) say(i, 'no time');
  if (m.timezone !== undefined) {
    try { new Intl.DateTimeFormat('en', { timeZone: m.timezone }); } catch { say(i, `timezone ${m.timezone}`); }
  }
  if (m.updated !== undefined && !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(m.updated)) say(i, `updated ${m.updated}`);
}

function places(m, i) {
  const online = m.conference_url ?? m.conference_phone;
  if (m.conference_url !== undefined && !/^https?:\/\/[^\s/]+/.test(m.conference_url)) say(i, 'conference_url');
  if (m.conference_phone !== undefined && !/^[\d+,*#]+$/.test(m.conference_phone)) say(i, 'conference_phone');
  if (m.approximate !== undefined && !['yes', 'no'].includes(m.approximate)) say(i, 'approximate');
  if (online === undefined && m.formatted_address === undefined) say(i, 'neither a place nor a way to join');
}

if (!Array.isArray(list)) wrong.push('not a list');
else list.forEach((m, i) => {
  for (const name of Object.keys(m)) if (!known.has(name)) say(i, `unknown field ${name}`);
  for (const name of texts) {
    if (m[name] !== undefined && typeof m[name] !== 'string') say(i, `${name} is no text`);
    if (/<[a-z/!]/i.test(m[name] ?? '')) say(i, `${name} has HTML`);
  }
  if (!m.name || [...m.name].length > 255) say(i, 'name');
  if (!m.slug || m.slug.length > 64 || encodeURIComponent(m.slug) !== m.slug) say(i, `slug ${m.slug}`);
  if (slugs.has(m.slug)) say(i, `slug ${m.slug} twice`);
  slugs.add(m.slug);
  for (const type of m.types ?? []) if (!spec.isMeetingType(type)) say(i, `type ${type}`);
  times(m, i);
  places(m, i);
});
console.log(JSON.stringify({ rows: Array.isArray(list) ? list.length : 0, wrong, types: Object.keys(spec.getTypesForLanguage('en')).sort() }));
