// Reads an iCalendar file from standard input with a parser that is not ours and
// prints its events. Used by the calendar's tests.
import ICAL from 'ical.js';

let text = '';
for await (const part of process.stdin) text += part;
const calendar = new ICAL.Component(ICAL.parse(text));
const events = calendar.getAllSubcomponents('vevent').map((one) => {
  const e = new ICAL.Event(one);
  const first = (name) => one.getFirstPropertyValue(name);
  return {
    uid: e.uid, summary: e.summary, starts: e.startDate.toJSDate().toISOString(), ends: e.endDate.toJSDate().toISOString(),
    zone: e.startDate.zone.tzid, sequence: e.sequence, status: first('status'), stamp: String(first('dtstamp')), class: first('class'),
    names: one.getAllProperties().map((p) => p.name).sort(),
  };
});
console.log(JSON.stringify({
  version: calendar.getFirstPropertyValue('version'), method: calendar.getFirstPropertyValue('method'),
  refresh: String(calendar.getFirstPropertyValue('refresh-interval')), zones: calendar.getAllSubcomponents('vtimezone').length, events,
}));
