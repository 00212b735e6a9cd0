package calendar

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var dayNames = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// mostRule is the longest text of a rule that is read, in bytes.
const mostRule = 1000

// String writes the rule as the value of an RRULE, its parts always in the same
// order; "" when it does not repeat. UNTIL is the day alone, without a zone:
// this is what databases keep and ParseRule reads back.
func (r Rule) String() string {
	r = r.sorted()
	var parts []string
	add := func(name string, n int, value func(i int) string) {
		values := make([]string, n)
		for i := range values {
			values[i] = value(i)
		}
		if n > 0 {
			parts = append(parts, name+"="+strings.Join(values, ","))
		}
	}
	if r.Freq != "" {
		parts = append(parts, "FREQ="+string(r.Freq))
	}
	if r.Interval > 1 {
		parts = append(parts, "INTERVAL="+strconv.Itoa(r.Interval))
	}
	if r.Count != 0 {
		parts = append(parts, "COUNT="+strconv.Itoa(r.Count))
	}
	if r.Until != (Date{}) {
		parts = append(parts, "UNTIL="+r.Until.compact())
	}
	add("BYMONTH", len(r.ByMonth), func(i int) string { return strconv.Itoa(int(r.ByMonth[i])) })
	add("BYMONTHDAY", len(r.ByMonthDay), func(i int) string { return strconv.Itoa(r.ByMonthDay[i]) })
	add("BYDAY", len(r.ByDay), func(i int) string { return r.ByDay[i].String() })
	add("BYSETPOS", len(r.BySetPos), func(i int) string { return strconv.Itoa(r.BySetPos[i]) })
	if r.WeekStart != 0 {
		parts = append(parts, "WKST="+dayNames[r.WeekStart.Weekday()])
	}
	return strings.Join(parts, ";")
}

// String writes "MO" or "-1FR".
func (n Nth) String() string {
	name := dayNames[(int(n.Day)%7+7)%7]
	if n.N == 0 {
		return name
	}
	return strconv.Itoa(n.N) + name
}

// sorted gives the rule with every list in order and nothing in it twice.
func (r Rule) sorted() Rule {
	r.ByMonth, r.ByMonthDay, r.BySetPos = sortedList(r.ByMonth), sortedList(r.ByMonthDay), sortedList(r.BySetPos)
	r.ByDay = slices.Clone(r.ByDay)
	slices.SortFunc(r.ByDay, func(a, b Nth) int {
		return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(StartsOn(a.Day), StartsOn(b.Day)))
	})
	r.ByDay = slices.Compact(r.ByDay)
	return r
}

func sortedList[T ~int](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// ParseRule reads the value of an RRULE, with or without that name before it.
// What it does not understand, or refuses, it says in words: fault.Invalid with
// one problem, of the field "rule". "" does not repeat. UNTIL is a day.
func ParseRule(text string) (Rule, error) {
	return parseRule(text, parseCompact)
}

// parseRule reads a rule whose last day is read by until.
func parseRule(text string, until func(string) (Date, bool)) (Rule, error) {
	if len(text) > mostRule {
		return Rule{}, ruleFault("calendar.rule.broken", "")
	}
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "RRULE:")
	if text == "" {
		return Rule{}, nil
	}
	var r Rule
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.TrimSuffix(text, ";"), ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return Rule{}, ruleFault("calendar.rule.broken", "")
		}
		key := "calendar.rule.twice"
		if !seen[name] {
			key = r.take(name, value, until)
		}
		if key != "" {
			return Rule{}, ruleFault(key, partName(name))
		}
		seen[name] = true
	}
	if !r.Repeats() {
		return Rule{}, ruleFault("calendar.rule.frequency", "")
	}
	if seen["COUNT"] && r.Count == 0 {
		return Rule{}, ruleFault("calendar.rule.count", "")
	}
	if seen["INTERVAL"] && r.Interval == 0 {
		return Rule{}, ruleFault("calendar.rule.interval", "")
	}
	r.Interval = r.interval()
	r = r.sorted()
	return r, r.Validate()
}

// partName is a part's name as it may be shown: a few letters, whoever wrote it.
func partName(name string) string {
	if len(name) > 20 || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return "?"
	}
	return name
}

// take reads one part; it gives the key of what is wrong, or "".
func (r *Rule) take(name, value string, until func(string) (Date, bool)) string {
	var ok bool
	switch name {
	case "FREQ":
		r.Freq, ok = Freq(value), slices.Contains([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, value)
		return unless(ok, "calendar.rule.frequency")
	case "INTERVAL":
		r.Interval, ok = number(value)
		return unless(ok, "calendar.rule.interval")
	case "COUNT":
		r.Count, ok = number(value)
		return unless(ok, "calendar.rule.count")
	case "UNTIL":
		r.Until, ok = until(value)
		return unless(ok, "calendar.rule.until")
	case "WKST":
		day := slices.Index(dayNames[:], value)
		r.WeekStart = StartsOn(time.Weekday(day))
		return unless(day >= 0, "calendar.rule.weekstart")
	case "BYDAY":
		r.ByDay, ok = listOf(value, parseNth)
		return unless(ok, "calendar.rule.weekday")
	case "BYMONTHDAY":
		r.ByMonthDay, ok = listOf(value, number)
		return unless(ok, "calendar.rule.monthday")
	case "BYMONTH":
		r.ByMonth, ok = listOf(value, func(s string) (time.Month, bool) { n, ok := number(s); return time.Month(n), ok })
		return unless(ok, "calendar.rule.month")
	case "BYSETPOS":
		r.BySetPos, ok = listOf(value, number)
		return unless(ok, "calendar.rule.position")
	case "BYHOUR", "BYMINUTE", "BYSECOND":
		return "calendar.rule.clock"
	case "BYWEEKNO", "BYYEARDAY":
		return "calendar.rule.of_year"
	}
	return "calendar.rule.unknown"
}

func unless(ok bool, key string) string {
	if ok {
		return ""
	}
	return key
}

// number reads a whole number of at most three digits.
func number(s string) (int, bool) {
	if len(s) > 4 || strings.ContainsAny(s, "_ ") {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func parseNth(s string) (Nth, bool) {
	if len(s) < 2 {
		return Nth{}, false
	}
	count, name := s[:len(s)-2], s[len(s)-2:]
	day := slices.Index(dayNames[:], name)
	n, ok := 0, true
	if count != "" {
		n, ok = number(count)
		ok = ok && n != 0
	}
	return Nth{n, time.Weekday(day)}, ok && day >= 0
}

func listOf[T any](value string, read func(string) (T, bool)) ([]T, bool) {
	var list []T
	for s := range strings.SplitSeq(value, ",") {
		x, ok := read(s)
		if !ok || len(list) == mostParts {
			return nil, false
		}
		list = append(list, x)
	}
	return list, true
}
