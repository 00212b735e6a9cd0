package calendar

import (
	"iter"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// days gives the days of a series from one on, in order. They are computed on a
// clock without a zone by a library, which is asked only for what it does as
// RFC 5545 says; docs/decisions/0023-repeating.md has where it does not:
//
//   - it begins at the beginning of a period, since from the middle of a week it
//     picks positions (BYSETPOS) out of the rest of that week only;
//   - it begins near the day asked for, a whole number of intervals on;
//   - it is told what the rule leaves to the first day, which it would otherwise
//     take from the day it begins at;
//   - "MO,1TU" is given as "1MO,2MO,…,1TU": it takes the two for "and";
//   - positions are picked here: a position that no period has would make it
//     walk to the year 9999.
func (s Series) days(from Date) iter.Seq[Date] {
	return func(yield func(Date) bool) {
		r := s.full()
		if !r.Repeats() {
			if !s.First.Before(from) {
				yield(s.First)
			}
			return
		}
		if r.wrong() != "" || !s.First.real() {
			return
		}
		n := 0
		for day := range r.picked(r.begin(s.First, from)) {
			if day.Before(s.First) {
				continue
			}
			if n++; r.Count > 0 && n > r.Count || r.Until != (Date{}) && r.Until.Before(day) {
				return
			}
			if !day.Before(from) && !yield(day) {
				return
			}
		}
	}
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

// period is the first day of the day, week, month or year that a day lies in.
func (r Rule) period(d Date) Date {
	switch r.Freq {
	case Weekly:
		return d.Add(-(int(d.Weekday()-r.WeekStart.Weekday()) + 7) % 7)
	case Monthly:
		return Date{d.Year, d.Month, 1}
	case Yearly:
		return Date{d.Year, time.January, 1}
	case Daily:
	}
	return d
}

// begin is the first day of the last period that counts before a day. A rule
// with a count has to be counted from its first day.
func (r Rule) begin(first, from Date) Date {
	start := r.period(first)
	if r.Count > 0 || !start.Before(from) {
		return start
	}
	n := r.interval()
	switch r.Freq {
	case Daily, Weekly:
		step := n
		if r.Freq == Weekly {
			step *= 7
		}
		return start.Add(start.daysTo(from) / step * step)
	case Monthly:
		months := (from.Year-start.Year)*12 + int(from.Month-start.Month)
		return DateOf(Date{start.Year, start.Month + time.Month(months/n*n), 1}.utc())
	case Yearly:
		start.Year += (from.Year - start.Year) / n * n
	}
	return start
}

func (d Date) daysTo(o Date) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// picked gives the days of the periods from one on, of each period those whose
// positions the rule names.
func (r Rule) picked(start Date) iter.Seq[Date] {
	all := r.candidates(start)
	if len(r.BySetPos) == 0 {
		return all
	}
	return func(yield func(Date) bool) {
		var set []Date
		for day := range all {
			if len(set) > 0 && r.period(set[0]) != r.period(day) {
				if !r.yieldPositions(set, yield) {
					return
				}
				set = set[:0]
			}
			set = append(set, day)
		}
		r.yieldPositions(set, yield)
	}
}

func (r Rule) yieldPositions(set []Date, yield func(Date) bool) bool {
	for i, day := range set {
		if (slices.Contains(r.BySetPos, i+1) || slices.Contains(r.BySetPos, i-len(set))) && !yield(day) {
			return false
		}
	}
	return true
}

var (
	libraryFreq = map[Freq]rrule.Frequency{Daily: rrule.DAILY, Weekly: rrule.WEEKLY, Monthly: rrule.MONTHLY, Yearly: rrule.YEARLY}
	libraryDays = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}
)

// candidates gives the days of the periods from one on, before positions are
// picked. It ends some lifetimes later.
func (r Rule) candidates(start Date) iter.Seq[Date] {
	option := rrule.ROption{
		Freq: libraryFreq[r.Freq], Dtstart: start.utc(), Interval: r.interval(), Wkst: libraryDays[r.WeekStart.Weekday()],
		Bymonthday: r.ByMonthDay, Byweekday: r.libraryDays(),
	}
	for _, m := range r.ByMonth {
		option.Bymonth = append(option.Bymonth, int(m))
	}
	return func(yield func(Date) bool) {
		rule, err := rrule.NewRRule(option)
		if err != nil {
			return
		}
		next := rule.Iterator()
		for t, ok := next(); ok && yield(DateOf(t)); t, ok = next() {
		}
	}
}

// libraryDays are the weekdays as the library has to be told them: with numbers
// all, or none.
func (r Rule) libraryDays() []rrule.Weekday {
	numbered := slices.ContainsFunc(r.ByDay, func(d Nth) bool { return d.N != 0 })
	most := mostNth
	if r.Freq == Yearly && len(r.ByMonth) == 0 {
		most = 53
	}
	var list []rrule.Weekday
	for _, d := range r.ByDay {
		day := libraryDays[d.Day]
		if d.N != 0 || !numbered {
			list = append(list, day.Nth(d.N))
			continue
		}
		for n := 1; n <= most; n++ {
			list = append(list, day.Nth(n))
		}
	}
	return list
}
