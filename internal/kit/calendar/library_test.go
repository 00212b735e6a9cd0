package calendar_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"

	"github.com/teambition/rrule-go"
)

var (
	libraryFreq = map[calendar.Freq]rrule.Frequency{calendar.Daily: rrule.DAILY, calendar.Weekly: rrule.WEEKLY, calendar.Monthly: rrule.MONTHLY, calendar.Yearly: rrule.YEARLY}
	libraryDays = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}
)

// byLibrary asks rrule-go for the first days of a series, as it is.
func byLibrary(t *testing.T, s calendar.Series, most int) (list []calendar.Date) {
	t.Helper()
	r := s.Rule
	o := rrule.ROption{Freq: libraryFreq[r.Freq], Dtstart: utc(s.First), Interval: r.Interval, Wkst: libraryDays[r.WeekStart.Weekday()],
		Bymonthday: r.ByMonthDay, Bysetpos: r.BySetPos, Count: r.Count}
	for _, m := range r.ByMonth {
		o.Bymonth = append(o.Bymonth, int(m))
	}
	for _, d := range r.ByDay {
		weekday := libraryDays[d.Day]
		o.Byweekday = append(o.Byweekday, weekday.Nth(d.N))
	}
	rule, err := rrule.NewRRule(o)
	if err != nil {
		t.Fatal(err)
	}
	next := rule.Iterator()
	for at, ok := next(); ok && len(list) < most && at.Year() <= 2200; at, ok = next() {
		list = append(list, calendar.DateOf(at))
	}
	return list
}

func byUs(s calendar.Series, most int) (list []calendar.Date) {
	all, _ := s.Between(moment.At(utc(s.First))-1, always, most)
	for _, o := range all {
		list = append(list, o.Day)
	}
	return list
}

// disputed tells where rrule-go 1.8.2 does not do as RFC 5545 says, within what
// a Rule can be: plain and numbered weekdays together, which it takes for "and";
// and positions in weeks, which it picks in the first week out of what is left
// of it.
func disputed(r calendar.Rule) bool {
	plain := slices.ContainsFunc(r.ByDay, func(n calendar.Nth) bool { return n.N == 0 })
	numbered := slices.ContainsFunc(r.ByDay, func(n calendar.Nth) bool { return n.N != 0 })
	return plain && numbered || r.Freq == calendar.Weekly && len(r.BySetPos) > 0
}

// A second witness: where it is right, the library says what we say.
func TestTheLibraryAgrees(t *testing.T) {
	tried := 0
	for seed := uint64(0); tried < 1500; seed++ {
		r := rand.New(rand.NewPCG(seed, 1997))
		rule := randomRule(r)
		if rule.Validate() != nil || disputed(rule) {
			continue
		}
		s, ok := calendar.Series{First: calendar.Date{Year: 2026, Month: time.Month(1 + r.IntN(12)), Day: 1 + r.IntN(28)}, Zone: time.UTC, Rule: rule}.Snap()
		if !ok {
			continue
		}
		tried++
		if got, want := byUs(s, 40), byLibrary(t, s, 40); !slices.Equal(got, want) {
			t.Errorf("seed %d: %s from %s:\n  we %v\nthey %v", seed, s.Rule, s.First, got, want)
		}
	}
}

// Where the library is wrong. When one of these lines fails, it has been mended.
func TestTheLibraryDisagrees(t *testing.T) {
	for _, tt := range []struct{ first, rule string }{
		{"2026-11-02", "FREQ=MONTHLY;BYDAY=MO,-1FR"},
		{"2026-11-27", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=3"},
	} {
		s := series(t, "UTC", tt.first, 0, 0, tt.rule)
		us, they := byUs(s, 8), byLibrary(t, s, 8)
		if slices.Equal(us, they) || !disputed(s.Rule) {
			t.Errorf("%s: it agrees now: %v", tt.rule, they)
		}
		if want := (verifier{utc(s.First), s.Rule}).days(utc(us[7]).AddDate(0, 0, 1)); !slices.Equal(us, want) {
			t.Errorf("%s: %v, want %v", tt.rule, us, want)
		}
	}
}
