package calendar

import (
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Event is something at a time, as a calendar program shows it. Summary and what
// follows it are read by whoever looks at the person's calendar.
//
// With a Series it repeats: Starts, Ends and Zone are then the series' own, and
// occurrences that are called off are in Except. With a Series and a Day it is
// one occurrence of it that is not as the others: Starts and Ends are where it
// was moved to, and the UID is the series'.
type Event struct {
	UID         string // stays the same through every change
	Summary     string
	Description string
	Location    string
	URL         string   // with its scheme; anything else is left out
	Categories  []string // words of the kind of event
	Starts      moment.Time
	Ends        moment.Time
	Zone        *time.Location // whose clock it is written on; nil: UTC
	Series      *Series
	Except      []Date
	Day         Date        // which occurrence of the series
	Changed     moment.Time // when it was last changed
	Sequence    int         // grows with every change
	Cancelled   bool
	Public      bool // otherwise it asks programs to show it to nobody else
}

// pollEvery is how often programs are asked to read a feed again.
const pollEvery = "PT1H"

// ContentType is the media type of File.
const ContentType = "text/calendar; charset=utf-8"

// File writes events as one iCalendar object (RFC 5545).
func File(events []Event) string {
	var b strings.Builder
	_ = Write(&b, "", func(yield func(Event, error) bool) { // a Builder and a list do not fail
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	})
	return b.String()
}

// Write writes events as one iCalendar object while they come, and holds none of
// them. The name is what programs call the calendar; "" leaves it to them. When
// the source or the writer fails, the object stays without its end, so that no
// program takes the part for the whole.
func Write(w io.Writer, name string, events iter.Seq2[Event, error]) error {
	l := newLines(w)
	l.put("BEGIN", "VCALENDAR")
	l.put("VERSION", "2.0")
	l.put("PRODID", "-//Calendar//1//EN")
	l.put("METHOD", "PUBLISH")
	l.put("CALSCALE", "GREGORIAN")
	l.text("NAME", name) // RFC 7986, 5.1
	l.text("X-WR-CALNAME", name)
	l.put("REFRESH-INTERVAL;VALUE=DURATION", pollEvery) // RFC 7986, 5.7
	l.put("X-PUBLISHED-TTL", pollEvery)
	written := map[string]bool{}
	for e, err := range events {
		if err != nil {
			return fault.Op("calendar file", err)
		}
		if zone := e.zone(); !isUTC(zone) && !written[zone.String()] {
			written[zone.String()] = true
			l.timezone(zone, e)
		}
		l.event(e)
		if l.out.Buffered() > 2048 {
			if err := l.out.Flush(); err != nil {
				return fault.Op("calendar file", err)
			}
		}
	}
	l.put("END", "VCALENDAR")
	return fault.Op("calendar file", l.out.Flush())
}

func (e Event) zone() *time.Location {
	if e.Series != nil {
		return e.Series.Zone
	}
	return e.Zone
}

func (l *lines) event(e Event) {
	l.put("BEGIN", "VEVENT")
	l.text("UID", e.UID)
	l.put("DTSTAMP", stamp(e.Changed))
	l.put("LAST-MODIFIED", stamp(e.Changed))
	l.put("SEQUENCE", strconv.Itoa(e.Sequence))
	l.times(e)
	l.text("SUMMARY", e.Summary)
	l.text("DESCRIPTION", e.Description)
	l.text("LOCATION", e.Location)
	l.address("URL", e.URL)
	if len(e.Categories) > 0 {
		list := make([]string, len(e.Categories))
		for i, c := range e.Categories {
			list[i] = escape(c)
		}
		l.put("CATEGORIES", strings.Join(list, ","))
	}
	class, status, busy := "PRIVATE", "CONFIRMED", "OPAQUE"
	if e.Public {
		class = "PUBLIC"
	}
	if e.Cancelled {
		status, busy = "CANCELLED", "TRANSPARENT"
	}
	l.put("CLASS", class)
	l.put("STATUS", status)
	l.put("TRANSP", busy)
	l.put("END", "VEVENT")
}

func (l *lines) times(e Event) {
	s := e.Series
	if s == nil || e.Day != (Date{}) {
		if s != nil {
			l.wall("RECURRENCE-ID", e.Day, s.Starts, s.Zone)
		}
		l.when("DTSTART", e.Starts, e.zone())
		l.when("DTEND", e.Ends, e.zone())
		return
	}
	l.wall("DTSTART", s.First, s.Starts, s.Zone)
	l.when("DTEND", s.at(s.First).Ends, s.Zone)
	if !s.Rule.Repeats() {
		return
	}
	l.put("RRULE", s.rule())
	for _, day := range e.Except {
		l.wall("EXDATE", day, s.Starts, s.Zone)
	}
}

// rule is the value of RRULE with its last day as the instant that 3.3.10 wants:
// in UTC, and not before the last occurrence begins.
func (s Series) rule() string {
	r := s.Rule
	if r.Until == (Date{}) {
		return r.String()
	}
	day := r.Until.compact()
	return strings.Replace(r.String(), "UNTIL="+day, "UNTIL="+stamp(s.at(r.Until).Starts), 1)
}
