package calendar

import (
	"iter"
	"slices"
	"time"
)

// lastYear is the last that calendars are made for. No walk goes on after it, so
// that a rule which gives nothing ends too.
const lastYear = 2200

// days gives the days of a series that lie in [from, to], in order. It begins
// near the first of them, a whole number of intervals on; only a series that
// ends by count is walked from its beginning.
func (s Series) days(from, to Date) iter.Seq[Date] {
	return func(yield func(Date) bool) {
		r := s.full()
		if !r.Repeats() {
			if !s.First.Before(from) && !to.Before(s.First) {
				yield(s.First)
			}
			return
		}
		if r.wrong() != "" || !s.First.real() {
			return
		}
		first, least, most := s.First.number(), from.number(), r.end(to).number()
		n := 0
		for day := range r.picked(r.begin(s.First, from), most) {
			if day < first {
				continue
			}
			if n++; r.Count > 0 && n > r.Count {
				return
			}
			if day >= least && !yield(dateOf(day)) {
				return
			}
		}
	}
}

// end is the earlier of a day, the rule's own last day, and the last of all.
func (r Rule) end(to Date) Date {
	for _, d := range []Date{r.Until, {lastYear, time.December, 31}} {
		if d != (Date{}) && d.Before(to) {
			to = d
		}
	}
	return to
}

// full is the rule with what the first day says and it does not.
func (s Series) full() Rule {
	r := s.Rule
	if len(r.ByDay)+len(r.ByMonthDay) > 0 {
		return r
	}
	switch r.Freq {
	case Weekly:
		r.ByDay = []Nth{{Day: s.First.Weekday()}}
	case Monthly:
		r.ByMonthDay = []int{s.First.Day}
	case Yearly:
		r.ByMonthDay = []int{s.First.Day}
		if len(r.ByMonth) == 0 {
			r.ByMonth = []time.Month{s.First.Month}
		}
	case Daily:
	}
	return r
}

// gives tells whether a series has a day, its ends apart.
func (s Series) gives(day Date) bool {
	r := s.full()
	if !r.Repeats() || !day.real() || r.wrong() != "" {
		return day == s.First
	}
	r.Count = 0 // an end, which would make begin count from the first day
	if day.Before(s.First) || !r.fits(day.number()) || r.begin(s.First, day) != r.period(day).number() {
		return false
	}
	if len(r.BySetPos) == 0 {
		return true
	}
	n := day.number()
	for d := range r.picked(r.period(day).number(), n) {
		if d == n {
			return true
		}
	}
	return false
}

// period is the first day of the day, week, month or year that a day lies in.
func (r Rule) period(d Date) Date {
	switch r.Freq {
	case Weekly:
		return d.Add(-((int(d.Weekday()-r.WeekStart.Weekday()) + 7) % 7))
	case Monthly:
		return Date{d.Year, d.Month, 1}
	case Yearly:
		return Date{d.Year, time.January, 1}
	case Daily:
	}
	return d
}

// after is the first day of the period that comes n periods later; days are
// numbers.
func (r Rule) after(period, n int) int {
	switch r.Freq {
	case Daily:
		return period + n
	case Weekly:
		return period + 7*n
	case Monthly:
		d := dateOf(period)
		return Date{d.Year, d.Month + time.Month(n), 1}.number()
	case Yearly:
	}
	return Date{dateOf(period).Year + n, time.January, 1}.number()
}

// begin is the number of the first day of the last period of the series that
// does not begin after a day. One that ends by count has to be counted from its
// first.
func (r Rule) begin(first, from Date) int {
	start := r.period(first)
	if r.Count > 0 || !start.Before(from) {
		return start.number()
	}
	passed := 0
	switch r.Freq {
	case Daily:
		passed = from.number() - start.number()
	case Weekly:
		passed = (from.number() - start.number()) / 7
	case Monthly:
		passed = (from.Year-start.Year)*12 + int(from.Month-start.Month)
	case Yearly:
		passed = from.Year - start.Year
	}
	return r.after(start.number(), passed/r.interval()*r.interval())
}

// picked gives the days, as numbers, of the periods from one on to a last day:
// of each period those that fit, and whose positions the rule names if it names
// any.
func (r Rule) picked(period, most int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; period <= most; period = r.after(period, r.interval()) {
			end := r.after(period, 1)
			if len(r.BySetPos) > 0 {
				if !r.positions(period, end, most, yield) {
					return
				}
				continue
			}
			for n := period; n < end && n <= most; n++ {
				if r.fits(n) && !yield(n) {
					return
				}
			}
		}
	}
}

// positions gives those of one period's days whose positions the rule names.
func (r Rule) positions(period, end, most int, yield func(int) bool) bool {
	var set []int
	for n := period; n < end; n++ {
		if r.fits(n) {
			set = append(set, n)
		}
	}
	for i, n := range set {
		if n <= most && (slices.Contains(r.BySetPos, i+1) || slices.Contains(r.BySetPos, i-len(set))) && !yield(n) {
			return false
		}
	}
	return true
}

// fits tells whether a day has what the rule's parts ask, positions apart.
func (r Rule) fits(number int) bool {
	if len(r.ByMonth)+len(r.ByMonthDay)+len(r.ByDay) == 0 {
		return true
	}
	weekday := weekdayOf(number)
	if len(r.ByDay) > 0 && !slices.ContainsFunc(r.ByDay, func(n Nth) bool { return n.Day == weekday }) {
		return false
	}
	d := dateOf(number)
	if len(r.ByMonth) > 0 && !slices.Contains(r.ByMonth, d.Month) {
		return false
	}
	if len(r.ByMonthDay) > 0 && !slices.Contains(r.ByMonthDay, d.Day) && !slices.Contains(r.ByMonthDay, d.Day-1-d.ofMonth()) {
		return false
	}
	return len(r.ByDay) == 0 || slices.ContainsFunc(r.ByDay, func(n Nth) bool {
		return n.Day == weekday && (n.N == 0 || r.nth(d, n.N))
	})
}

// nth tells whether a day is the nth of its weekday in its month, or in its year
// when a yearly rule names no month.
func (r Rule) nth(d Date, n int) bool {
	day, of := d.Day, d.ofMonth()
	if r.Freq == Yearly && len(r.ByMonth) == 0 {
		day, of = d.utc().YearDay(), Date{d.Year, time.December, 31}.utc().YearDay()
	}
	if n < 0 {
		return (of-day)/7+1 == -n
	}
	return (day-1)/7+1 == n
}
