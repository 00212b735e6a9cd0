// Reads [{text, from, to}] from standard input: iCalendar files and a window each.
// Prints for each file what two parsers that are not ours make of it there: every
// occurrence with its instants. Used by the calendar's tests.
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';

let input = '';
for await (const part of process.stdin) input += part;

const line = (uid, start, end, summary, status) => ({
  uid, summary, status: status ?? '', starts: new Date(start).toISOString(), ends: new Date(end).toISOString(),
});
const inOrder = (list, from, to) => list
  .filter((o) => o.starts >= from.toISOString() && o.starts < to.toISOString())
  .sort((a, b) => (a.starts + a.uid < b.starts + b.uid ? -1 : 1));

function withICAL(text, from, to) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  const all = calendar.getAllSubcomponents('vevent');
  const out = [];
  for (const one of all.filter((c) => !c.hasProperty('recurrence-id'))) {
    const event = new ICAL.Event(one, { strictExceptions: true });
    for (const other of all.filter((c) => c.hasProperty('recurrence-id') && c.getFirstPropertyValue('uid') === event.uid)) event.relateException(other);
    const status = (c) => c.getFirstPropertyValue('status');
    if (!event.isRecurring()) {
      out.push(line(event.uid, event.startDate.toJSDate(), event.endDate.toJSDate(), event.summary, status(one)));
      continue;
    }
    // A moved occurrence stands where it was in the order: look a little past the end.
    const each = event.iterator();
    for (let next = each.next(); next && next.toJSDate() < new Date(to.getTime() + 9 * 86400e3); next = each.next()) {
      const o = event.getOccurrenceDetails(next);
      out.push(line(event.uid, o.startDate.toJSDate(), o.endDate.toJSDate(), o.item.summary, status(o.item.component)));
    }
  }
  return inOrder(out, from, to);
}

function withNodeIcal(text, from, to) {
  const out = [];
  for (const event of Object.values(nodeIcal.sync.parseICS(text))) {
    if (event?.type !== 'VEVENT') continue;
    for (const o of nodeIcal.expandRecurringEvent(event, { from: new Date(from.getTime() - 9 * 86400e3), to })) {
      out.push(line(event.uid, o.start, o.end, o.summary, o.event?.status));
    }
  }
  return inOrder(out, from, to);
}

console.log(JSON.stringify(JSON.parse(input).map(({ text, from, to }) => {
  const window = [new Date(from), new Date(to)];
  return { icaljs: withICAL(text, ...window), nodeical: withNodeIcal(text, ...window) };
})));
