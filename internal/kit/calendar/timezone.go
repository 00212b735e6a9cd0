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

// Years that a VTIMEZONE covers after the event that asks for it. Rules that go
// on for ever are written so; what a zone plans year by year ends there.
const (
	yearsAhead  = 12
	yearsProved = 28 // a rule that holds so long has met every weekday of every date
	leastYears  = 3  // fewer are listed one by one
)

// timezone writes the VTIMEZONE of a zone, from its own data: no earlier than
// 1970 or the event's own year, so that every event after it may lean on it.
func (l *lines) timezone(zone *time.Location, e Event) {
	first, last := e.Starts.Std(), e.Starts.Std()
	if e.Series != nil {
		first = e.Series.First.utc()
	}
	for _, t := range []time.Time{e.Changed.Std(), first} {
		if t.After(last) {
			last = t
		}
	}
	begin := time.Date(min(1970, first.Year()-1), 1, 1, 0, 0, 0, 0, time.UTC)
	horizon := last.AddDate(yearsAhead, 0, 0)
	l.put("BEGIN", "VTIMEZONE")
	l.put("TZID", zone.String())
	name, offset := begin.In(zone).Zone()
	l.observance(change{begin.Add(-time.Duration(offset) * time.Second), offset, offset, name, begin.In(zone).IsDST()}, "")
	for _, run := range runsOf(changes(zone, begin, horizon.AddDate(yearsProved, 0, 0))) {
		run.write(l, horizon)
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

// run is a change that comes back year after year: on the same weekday of the
// same month, counted the same way.
type run struct {
	changes []change
	nths    []Nth // the ways to count that fit all of them
}

// runsOf puts each change to the run it goes on, if there is one.
func runsOf(list []change) (runs []*run) {
	for _, c := range list {
		i := slices.IndexFunc(runs, func(r *run) bool { return r.takes(c) })
		if i < 0 {
			runs = append(runs, &run{changes: []change{c}, nths: nthsOf(c.wall())})
			continue
		}
		runs[i].changes = append(runs[i].changes, c)
		runs[i].nths = runs[i].common(c)
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
		x.Year()+1 == y.Year() && x.Month() == y.Month() && x.Hour() == y.Hour() && x.Minute() == y.Minute() && x.Second() == y.Second() && len(r.common(c)) > 0
}

func (r *run) write(l *lines, horizon time.Time) {
	first, last := r.changes[0], r.changes[len(r.changes)-1]
	if len(r.changes) < leastYears {
		for _, c := range r.changes {
			if !c.at.After(horizon) {
				l.observance(c, "")
			}
		}
		return
	}
	if first.at.After(horizon) {
		return
	}
	nth := r.nths[len(r.nths)-1] // "the last" rather than "the fourth"
	rule := Rule{Freq: Yearly, ByMonth: []time.Month{first.wall().Month()}, ByDay: []Nth{nth}}.String()
	if proved := horizon.AddDate(yearsProved-1, 0, 0); last.at.Before(proved) {
		rule += ";UNTIL=" + last.at.Format(utcStamp)
	}
	l.observance(first, rule)
}

func (l *lines) observance(c change, rule string) {
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
