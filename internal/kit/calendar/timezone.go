package calendar

import (
	"fmt"
	"slices"
	"time"
)

// change is a moment at which a zone sets its clocks.
type change struct {
	at       time.Time // UTC
	from, to int       // offsets from UTC in seconds
	name     string    // what the zone calls its time from then on
	summer   bool
}

// wall is what a clock that has not been set yet shows at that moment.
func (c change) wall() time.Time { return c.at.Add(time.Duration(c.from) * time.Second) }

// Years that a VTIMEZONE covers. Rules that go on for ever are written so; what a
// zone plans year by year (a month of fasting, a Friday after the last Thursday)
// is listed as far as anybody's data goes.
const (
	zonesSince  = 1970
	zonesUntil  = 2100
	yearsProved = 28 // a rule that holds so long has met every weekday of every date
	leastYears  = 3  // fewer are listed one by one
)

// timezone writes the VTIMEZONE of a zone, from its own data: no earlier than
// the event's own year, so that every event after it may lean on it.
func (l *lines) timezone(zone *time.Location, e Event) {
	first := e.Starts.Std().Year()
	if e.Series != nil {
		first = e.Series.First.Year
	}
	begin := time.Date(min(zonesSince, first-1), 1, 1, 0, 0, 0, 0, time.UTC)
	horizon := time.Date(zonesUntil, 1, 1, 0, 0, 0, 0, time.UTC)
	l.put("BEGIN", "VTIMEZONE")
	l.put("TZID", zone.String())
	name, offset := begin.In(zone).Zone()
	l.observance(change{begin.Add(-time.Duration(offset) * time.Second), offset, offset, name, begin.In(zone).IsDST()}, "", nil)
	var single []change
	for _, r := range runsOf(changes(zone, begin, horizon.AddDate(yearsProved, 0, 0))) {
		if len(r.changes) >= leastYears && r.changes[0].at.Before(horizon) {
			l.observance(r.changes[0], r.rule(horizon), nil)
			continue
		}
		for _, c := range r.changes {
			if c.at.Before(horizon) {
				single = append(single, c)
			}
		}
	}
	for len(single) > 0 {
		first := single[0]
		alike := func(c change) bool {
			return c.from == first.from && c.to == first.to && c.name == first.name && c.summer == first.summer
		}
		var more []string
		for _, c := range single[1:] {
			if alike(c) {
				more = append(more, c.wall().Format(localStamp))
			}
		}
		single = slices.DeleteFunc(single, alike)
		l.observance(first, "", more)
	}
	l.put("END", "VTIMEZONE")
}

// changes gives what a zone does between two instants. Go's ZoneBounds also ends
// at each new year of a zone whose rules go on for ever, and on the last day of
// such a leap year it stands still: there one looks a day on.
func changes(zone *time.Location, from, to time.Time) (list []change) {
	t := from.In(zone)
	name, before := t.Zone()
	summer := t.IsDST()
	for {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(to) {
			return list
		}
		if !end.After(t) {
			end = t.AddDate(0, 0, 1)
		}
		t = end
		newName, offset := t.Zone()
		if newName == name && offset == before && t.IsDST() == summer {
			continue
		}
		at, _ := t.ZoneBounds()
		list = append(list, change{at.UTC(), before, offset, newName, t.IsDST()})
		name, before, summer = newName, offset, t.IsDST()
	}
}

// run is a change that comes back year after year: at the same time on the same
// weekday of the same month, which is counted the same way, or lies in the same
// seven days ("Sunday on or after the 2nd").
type run struct {
	changes  []change
	nths     []Nth // the ways to count that fit all of them
	min, max int   // their days of the month
}

// runsOf puts each change to the run it goes on, if there is one.
func runsOf(list []change) (runs []*run) {
	for _, c := range list {
		day := c.wall().Day()
		i := slices.IndexFunc(runs, func(r *run) bool { return r.takes(c) })
		if i < 0 {
			runs = append(runs, &run{[]change{c}, nthsOf(c.wall()), day, day})
			continue
		}
		r := runs[i]
		r.changes, r.nths, r.min, r.max = append(r.changes, c), r.common(c), min(r.min, day), max(r.max, day)
	}
	return runs
}

func nthsOf(t time.Time) []Nth {
	list := []Nth{{(t.Day() + 6) / 7, t.Weekday()}}
	if t.AddDate(0, 0, 7).Month() != t.Month() {
		list = append(list, Nth{-1, t.Weekday()})
	}
	return list
}

func (r *run) common(c change) (list []Nth) {
	for _, n := range nthsOf(c.wall()) {
		if slices.Contains(r.nths, n) {
			list = append(list, n)
		}
	}
	return list
}

func (r *run) takes(c change) bool {
	a, b := r.changes[len(r.changes)-1], c
	x, y := a.wall(), b.wall()
	return a.from == b.from && a.to == b.to && a.name == b.name && a.summer == b.summer &&
		x.Year()+1 == y.Year() && x.Month() == y.Month() && x.Weekday() == y.Weekday() && x.Format("150405") == y.Format("150405") &&
		(len(r.common(c)) > 0 || max(r.max, y.Day())-min(r.min, y.Day()) < 7)
}

// rule is how the run repeats; one that goes on past the horizon for as long as
// proves it has no end.
func (r *run) rule(horizon time.Time) string {
	first, last := r.changes[0].wall(), r.changes[len(r.changes)-1]
	rule := Rule{Freq: Yearly, ByMonth: []time.Month{first.Month()}, ByDay: []Nth{{Day: first.Weekday()}}}
	if len(r.nths) > 0 {
		rule.ByDay = r.nths[len(r.nths)-1:] // "the last" rather than "the fourth"
	} else {
		begin := max(r.max-6, 1)
		for day := begin; day < begin+7; day++ {
			rule.ByMonthDay = append(rule.ByMonthDay, day)
		}
	}
	text := rule.String()
	if last.at.Before(horizon.AddDate(yearsProved-1, 0, 0)) {
		text += ";UNTIL=" + last.at.Format(utcStamp)
	}
	return text
}

func (l *lines) observance(c change, rule string, more []string) {
	kind := "STANDARD"
	if c.summer {
		kind = "DAYLIGHT"
	}
	l.put("BEGIN", kind)
	l.put("DTSTART", c.wall().Format(localStamp))
	l.put("TZOFFSETFROM", offsetText(c.from))
	l.put("TZOFFSETTO", offsetText(c.to))
	l.text("TZNAME", c.name)
	if rule != "" {
		l.put("RRULE", rule)
	}
	if len(more) > 0 {
		// Beside other dates ical.js does not count the first itself, and of a list
		// it takes one: each is said, on a line of its own.
		for _, m := range append([]string{c.wall().Format(localStamp)}, more...) {
			l.put("RDATE", m)
		}
	}
	l.put("END", kind)
}

func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	text := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		text += fmt.Sprintf("%02d", seconds%60)
	}
	return text
}
