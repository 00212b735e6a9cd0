package calendar

import (
	"slices"
	"time"

	"cairn/internal/kit/fault"
)

// Freq is how often a rule comes round; "" does not repeat.
type Freq string

// The frequencies of RFC 5545, 3.3.10, that come at most once a day.
const (
	Daily   Freq = "DAILY"
	Weekly  Freq = "WEEKLY"
	Monthly Freq = "MONTHLY"
	Yearly  Freq = "YEARLY"
)

// Limits of a rule.
const (
	MostInterval = 99
	MostCount    = 730 // two years of every day
	mostNth      = 5
	mostPosition = 366
	mostParts    = 80 // things in one list: all weekdays with all their numbers are 77
)

// Nth is a weekday in its month or year: N 1 to 5 counts from the beginning, -1
// to -5 from the end, 0 is every one. In a yearly rule without months the
// number counts in the year.
type Nth struct {
	N   int
	Day time.Weekday
}

// WeekStart is the day a week begins on. Its zero is Monday, as RFC 5545 has it;
// that is why it is no time.Weekday, whose zero is Sunday.
type WeekStart uint8

// StartsOn is the week that begins on a weekday.
func StartsOn(d time.Weekday) WeekStart { return WeekStart((int(d) + 6) % 7) }

// Weekday is the day the week begins on.
func (w WeekStart) Weekday() time.Weekday { return time.Weekday((int(w) + 1) % 7) }

// Rule is how something repeats, at most once a day, as RFC 5545, 3.3.10,
// describes. The zero Rule does not repeat. What a rule leaves out (a weekly one
// its weekday, a monthly one its day) is the series' first day's.
type Rule struct {
	Freq       Freq
	Interval   int          // 1 to MostInterval; 0 is taken as 1
	ByDay      []Nth        // numbers only in monthly and yearly rules
	ByMonthDay []int        // 1 to 31, -1 to -31; not in weekly rules, in yearly ones with ByMonth
	ByMonth    []time.Month // only in these months
	BySetPos   []int        // which of a period's days: 1 the first, -1 the last; not in daily rules
	WeekStart  WeekStart    // matters from every second week on, and for BySetPos in weeks
	Count      int          // how many there are in all, to MostCount; 0: no end by count
	Until      Date         // the last day that counts, on the series' own clock; zero: no end by date
}

// Repeats tells whether there may be more than one.
func (r Rule) Repeats() bool { return r.Freq != "" }

// Ends tells whether the rule has an end of its own.
func (r Rule) Ends() bool { return !r.Repeats() || r.Count > 0 || r.Until != Date{} }

func (r Rule) interval() int { return max(r.Interval, 1) }

// Validate says in words, under the field "rule", what cannot be done. Nothing
// that passes means two things to two calendar programs.
func (r Rule) Validate() error {
	if key := r.wrong(); key != "" {
		return ruleFault(key, "")
	}
	return nil
}

func ruleFault(key, part string) error {
	var p fault.Problems
	p.AddWith("rule", key, ruleArgs(key, part))
	return p.Err()
}

// ruleArgs are the arguments of a sentence about a rule.
func ruleArgs(key, part string) map[string]any {
	switch key {
	case "calendar.rule.count":
		return map[string]any{"most": MostCount}
	case "calendar.rule.interval":
		return map[string]any{"most": MostInterval}
	case "calendar.rule.twice", "calendar.rule.unknown":
		return map[string]any{"part": part}
	}
	return nil
}

// wrong gives the key of the first thing that is wrong, or "".
func (r Rule) wrong() string {
	if !r.Repeats() {
		if r.String() != "" {
			return "calendar.rule.frequency"
		}
		return ""
	}
	for _, check := range []func(Rule) string{Rule.wrongSize, Rule.wrongEnd, Rule.wrongDays, Rule.wrongMonthDays, Rule.wrongPositions} {
		if key := check(r); key != "" {
			return key
		}
	}
	if !r.possible() {
		return "calendar.rule.never"
	}
	return ""
}

func (r Rule) wrongSize() string {
	switch {
	case !slices.Contains([]Freq{Daily, Weekly, Monthly, Yearly}, r.Freq):
		return "calendar.rule.frequency"
	case r.Interval < 0 || r.Interval > MostInterval:
		return "calendar.rule.interval"
	case max(len(r.ByDay), len(r.ByMonthDay), len(r.ByMonth), len(r.BySetPos)) > mostParts:
		return "calendar.rule.broken"
	case r.WeekStart > 6:
		return "calendar.rule.weekstart"
	}
	return ""
}

func (r Rule) wrongEnd() string {
	switch {
	case r.Count < 0 || r.Count > MostCount:
		return "calendar.rule.count"
	case r.Count > 0 && r.Until != Date{}:
		return "calendar.rule.ends_twice" // RFC 5545: not both
	case r.Until != Date{} && !r.Until.real():
		return "calendar.rule.until"
	}
	return ""
}

func (r Rule) wrongDays() string {
	for _, d := range r.ByDay {
		if d.Day < time.Sunday || d.Day > time.Saturday {
			return "calendar.rule.weekday"
		}
		if d.N < -mostNth || d.N > mostNth {
			return "calendar.rule.nth"
		}
		if d.N != 0 && (r.Freq == Daily || r.Freq == Weekly || len(r.ByMonthDay) > 0) {
			return "calendar.rule.nth"
		}
	}
	for _, m := range r.ByMonth {
		if m < time.January || m > time.December {
			return "calendar.rule.month"
		}
	}
	return ""
}

// A yearly rule with days of the month and no month means every month to some
// programs and the first day's month to others: it is refused.
func (r Rule) wrongMonthDays() string {
	for _, d := range r.ByMonthDay {
		if d == 0 || d < -31 || d > 31 {
			return "calendar.rule.monthday"
		}
	}
	if len(r.ByMonthDay) > 0 && (r.Freq == Weekly || r.Freq == Yearly && len(r.ByMonth) == 0) {
		return "calendar.rule.monthday_here"
	}
	return ""
}

func (r Rule) wrongPositions() string {
	for _, p := range r.BySetPos {
		if p == 0 || p < -mostPosition || p > mostPosition {
			return "calendar.rule.position"
		}
	}
	if len(r.BySetPos) > 0 && (r.Freq == Daily || len(r.ByDay)+len(r.ByMonthDay)+len(r.ByMonth) == 0) {
		return "calendar.rule.position_here"
	}
	return ""
}

// possible tells whether any of the months has one of the days of the month.
func (r Rule) possible() bool {
	if len(r.ByMonthDay) == 0 {
		return true
	}
	months := r.ByMonth
	if len(months) == 0 {
		months = []time.Month{time.January}
	}
	for _, m := range months {
		longest := Date{2000, m + 1, 0}.utc().Day() // of a leap year
		for _, d := range r.ByMonthDay {
			if d <= longest && -d <= longest {
				return true
			}
		}
	}
	return false
}
