package calendar

import (
	"fmt"
	"time"
)

// Date is a day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of an instant, in the zone it carries.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-11-23", as browsers send dates.
func ParseDate(s string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, false
	}
	return DateOf(t), true
}

// String writes "2026-11-23".
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// compactDate is how iCalendar writes a day.
const compactDate = "20060102"

func (d Date) compact() string { return d.utc().Format(compactDate) }

func parseCompact(s string) (Date, bool) {
	t, err := time.Parse(compactDate, s)
	return DateOf(t), err == nil && len(s) == len(compactDate)
}

// real tells whether there is such a day, in years that calendars are made for.
func (d Date) real() bool { return DateOf(d.utc()) == d && d.Year >= 1900 && d.Year <= 2200 }

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Add moves by days.
func (d Date) Add(days int) Date { return DateOf(d.utc().AddDate(0, 0, days)) }

// Before tells whether the day comes before another.
func (d Date) Before(o Date) bool { return d.utc().Before(o.utc()) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// At is the instant when a clock on the wall of the zone shows so many minutes
// after midnight; more than a day's are the next day's. What the clock shows
// twice is the first time. What it never shows is taken with the offset before
// the change: 02:30 becomes 03:30. RFC 5545, 3.3.5, wants both so.
func (d Date) At(minutes int, zone *time.Location) time.Time {
	wall := d.utc().Add(time.Duration(minutes) * time.Minute)
	with := func(other time.Time) time.Time {
		_, offset := other.In(zone).Zone()
		return wall.Add(-time.Duration(offset) * time.Second).In(zone)
	}
	before, after := with(wall.Add(-24*time.Hour)), with(wall.Add(24*time.Hour))
	if !shows(before, wall) && shows(after, wall) {
		return after
	}
	return before
}

// shows tells whether the clock at t shows the same as wall.
func shows(t, wall time.Time) bool {
	return DateOf(t) == DateOf(wall) && t.Hour() == wall.Hour() && t.Minute() == wall.Minute()
}

// Week is a week from Monday to Sunday, counted as ISO 8601 does.
type Week struct{ Year, Number int }

// WeekOf is the week of an instant, in the zone it carries.
func WeekOf(t time.Time) Week {
	y, n := t.ISOWeek()
	return Week{y, n}
}

// ParseWeek reads "2026-W48".
func ParseWeek(s string) (Week, bool) {
	var w Week
	if len(s) != len("2026-W48") {
		return w, false
	}
	if _, err := fmt.Sscanf(s, "%4d-W%2d", &w.Year, &w.Number); err != nil {
		return w, false
	}
	return w, w.String() == s && WeekOf(w.Monday().utc()) == w
}

// String writes "2026-W48".
func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Number) }

// Monday is the week's first day.
func (w Week) Monday() Date {
	fourth := Date{w.Year, time.January, 4} // always in week 1
	return fourth.Add(-(int(fourth.Weekday()) + 6) % 7).Add(7 * (w.Number - 1))
}

// Add moves by weeks.
func (w Week) Add(weeks int) Week { return WeekOf(w.Monday().Add(7 * weeks).utc()) }
