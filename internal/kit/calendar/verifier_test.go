package calendar_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

// verifier looks at each day by itself, as RFC 5545, 3.3.10, reads. It knows
// nothing of the engine and of its library, and may be slow.
type verifier struct {
	first time.Time
	rule  calendar.Rule
}

func utc(d calendar.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func (v verifier) interval() int { return max(v.rule.Interval, 1) }

// bounds are the first day of the period that a day lies in and of the next.
func (v verifier) bounds(d time.Time) (from, to time.Time) {
	switch v.rule.Freq {
	case calendar.Weekly:
		for from = d; from.Weekday() != v.rule.WeekStart.Weekday(); from = from.AddDate(0, 0, -1) {
		}
		return from, from.AddDate(0, 0, 7)
	case calendar.Monthly:
		from = time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 1, 0)
	case calendar.Yearly:
		from = time.Date(d.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(1, 0, 0)
	default:
	}
	return d, d.AddDate(0, 0, 1)
}

// turn tells whether the period of a day is one of every so many.
func (v verifier) turn(d time.Time) bool {
	a, _ := v.bounds(v.first)
	b, _ := v.bounds(d)
	apart := int(b.Sub(a).Hours() / 24)
	switch v.rule.Freq {
	case calendar.Weekly:
		apart /= 7
	case calendar.Monthly:
		apart = (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	case calendar.Yearly:
		apart = b.Year() - a.Year()
	default:
	}
	return apart%v.interval() == 0
}

// fits tells whether a day has what the rule's parts ask, positions apart.
func (v verifier) fits(d time.Time) bool {
	r := v.rule
	if len(r.ByMonth) > 0 && !slices.Contains(r.ByMonth, d.Month()) {
		return false
	}
	last := time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if len(r.ByMonthDay) > 0 && !slices.ContainsFunc(r.ByMonthDay, func(n int) bool { return n == d.Day() || last+1+n == d.Day() }) {
		return false
	}
	if len(r.ByDay) > 0 && !slices.ContainsFunc(r.ByDay, func(n calendar.Nth) bool { return v.nth(d, n) }) {
		return false
	}
	if len(r.ByDay)+len(r.ByMonthDay) > 0 {
		return true
	}
	switch r.Freq {
	case calendar.Weekly:
		return d.Weekday() == v.first.Weekday()
	case calendar.Monthly:
		return d.Day() == v.first.Day()
	case calendar.Yearly:
		return d.Day() == v.first.Day() && (len(r.ByMonth) > 0 || d.Month() == v.first.Month())
	default:
	}
	return true
}

// nth counts the same weekdays around a day within its month, or its year when
// the rule names no month.
func (v verifier) nth(d time.Time, n calendar.Nth) bool {
	if d.Weekday() != n.Day {
		return false
	}
	if n.N == 0 {
		return true
	}
	same := func(o time.Time) bool {
		return o.Year() == d.Year() && (o.Month() == d.Month() || v.rule.Freq == calendar.Yearly && len(v.rule.ByMonth) == 0)
	}
	step, count := -7, 0
	if n.N < 0 {
		step = 7
	}
	for o := d; same(o); o = o.AddDate(0, 0, step) {
		count++
	}
	return count == max(n.N, -n.N)
}

// gives tells whether the rule gives a day, its ends apart.
func (v verifier) gives(d time.Time) bool {
	if d.Before(v.first) || !v.turn(d) || !v.fits(d) {
		return false
	}
	if len(v.rule.BySetPos) == 0 {
		return true
	}
	from, to := v.bounds(d)
	at, all := 0, 0
	for o := from; o.Before(to); o = o.AddDate(0, 0, 1) {
		if v.fits(o) {
			all++
			if o.Equal(d) {
				at = all
			}
		}
	}
	return slices.ContainsFunc(v.rule.BySetPos, func(p int) bool { return p == at || all+1+p == at })
}

// days gives every day from the first to one, ends included.
func (v verifier) days(to time.Time) (list []calendar.Date) {
	for d := v.first; d.Before(to); d = d.AddDate(0, 0, 1) {
		if !v.rule.Repeats() && d.After(v.first) || v.rule.Count > 0 && len(list) == v.rule.Count {
			break
		}
		if v.rule.Until != (calendar.Date{}) && d.After(utc(v.rule.Until)) {
			break
		}
		if !v.rule.Repeats() || v.gives(d) {
			list = append(list, calendar.DateOf(d))
		}
	}
	return list
}

// some gives up to n of a range.
func some(r *rand.Rand, n, from, to int) (list []int) {
	for range 1 + r.IntN(n) {
		if x := from + r.IntN(to-from+1); x != 0 {
			list = append(list, x)
		}
	}
	return list
}

func randomRule(r *rand.Rand) calendar.Rule {
	rule := calendar.Rule{
		Freq:     []calendar.Freq{calendar.Daily, calendar.Weekly, calendar.Monthly, calendar.Yearly}[r.IntN(4)],
		Interval: []int{0, 1, 1, 2, 3, 4, 5, 7, 12, 13}[r.IntN(10)], WeekStart: calendar.WeekStart(r.IntN(7)),
	}
	if r.IntN(2) == 0 {
		numbers := rule.Freq != calendar.Daily && rule.Freq != calendar.Weekly && r.IntN(2) == 0
		for range 1 + r.IntN(4) {
			day := calendar.Nth{Day: time.Weekday(r.IntN(7))}
			if numbers && r.IntN(4) > 0 {
				day.N = r.IntN(11) - 5
			}
			rule.ByDay = append(rule.ByDay, day)
		}
	}
	if r.IntN(3) == 0 {
		for _, m := range some(r, 4, 1, 12) {
			rule.ByMonth = append(rule.ByMonth, time.Month(m))
		}
	}
	if r.IntN(3) == 0 {
		rule.ByMonthDay = some(r, 4, -31, 31)
	}
	if r.IntN(3) == 0 {
		rule.BySetPos = some(r, 3, -6, 6)
	}
	return rule
}

// Every occurrence fulfils the rule, none is missing in the window, and all ways
// to ask say the same.
func TestEveryDayAndNoOther(t *testing.T) {
	const rules, years = 4000, 6
	tried := 0
	for seed := range uint64(rules * 2) {
		if tried == rules {
			break
		}
		r := rand.New(rand.NewPCG(seed, 5545))
		first := time.Date(2015+r.IntN(12), time.Month(1+r.IntN(12)), 1+r.IntN(31), 0, 0, 0, 0, time.UTC)
		rule := randomRule(r)
		if rule.Validate() != nil {
			continue
		}
		s, ok := calendar.Series{First: calendar.DateOf(first), Starts: r.IntN(1440), Minutes: r.IntN(1441), Zone: time.UTC, Rule: rule}.Snap()
		if !ok || s.First.Year > 2030 {
			continue
		}
		switch tried++; r.IntN(3) {
		case 0:
			s.Rule.Count = 1 + r.IntN(40)
		case 1:
			s.Rule.Until = s.First.Add(r.IntN(1500))
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("seed %d: %s from %s: %v", seed, s.Rule, s.First, err)
		}
		from := utc(s.First).AddDate(0, 0, r.IntN(365*years)-100)
		checkWindow(t, seed, s, from, from.AddDate(0, 0, 1+r.IntN(500)))
	}
	if tried < rules {
		t.Errorf("only %d rules were tried", tried)
	}
}

func checkWindow(t *testing.T, seed uint64, s calendar.Series, from, to time.Time) {
	t.Helper()
	all := verifier{utc(s.First), s.Rule}.days(to.AddDate(0, 0, 1))
	var want []calendar.Date
	before := 0
	for _, d := range all {
		starts := utc(d).Add(time.Duration(s.Starts) * time.Minute)
		if starts.Before(from) {
			before++
		}
		if ends := starts.Add(time.Duration(s.Minutes) * time.Minute); starts.Before(to) && (ends.After(from) || !starts.Before(from)) {
			want = append(want, d)
		}
	}
	list, more := s.Between(moment.At(from), moment.At(to), 1000)
	got := make([]calendar.Date, len(list))
	for i, o := range list {
		got[i] = o.Day
		if one, ok := s.On(o.Day); !ok || one != o {
			t.Errorf("seed %d: %s from %s: not on %s: %v", seed, s.Rule, s.First, o.Day, one)
		}
	}
	if more || !slices.Equal(got, want) {
		t.Fatalf("seed %d: %s from %s, between %s and %s:\n got %v\nwant %v", seed, s.Rule, s.First, from, to, got, want)
	}
	if n := s.CountBefore(calendar.DateOf(to)); len(all) > 0 && n != len(all) && n != len(all)-1 {
		t.Errorf("seed %d: %s: %d before %s, want about %d", seed, s.Rule, n, to, len(all))
	}
	if next, ok := s.Next(moment.At(from) - 1); ok != (before < len(all)) && before < len(all) || ok && before < len(all) && next.Day != all[before] {
		t.Errorf("seed %d: %s from %s: after %s comes %v %v, want %v", seed, s.Rule, s.First, from, next, ok, all[before:])
	}
	again, err := calendar.ParseRule(s.Rule.String())
	if err != nil || again.String() != s.Rule.String() {
		t.Errorf("seed %d: %q is read as %q: %v", seed, s.Rule, again, err)
	}
}
