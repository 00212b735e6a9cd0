package calendar

import (
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const minutesOfADay = 24 * 60

// Series is a rule on a wall clock: every occurrence begins when the clock of
// the zone shows the same time, whatever the zone does to its clocks.
type Series struct {
	First   Date // the first occurrence; a day that the rule gives
	Starts  int  // minutes after midnight, 0 to 1439
	Minutes int  // how long, on a stopwatch; 0 to 1440
	Zone    *time.Location
	Rule    Rule
}

// Occurrence is one time of a series.
type Occurrence struct {
	Day          Date // its name, which stays when it is moved
	Starts, Ends moment.Time
}

// Validate says in words what cannot be done, under the fields "first",
// "starts", "minutes", "zone" and "rule". A first day that the rule does not
// give is refused: RFC 5545, 3.8.5.3, leaves what it means undefined. Snap moves
// it.
func (s Series) Validate() error {
	var p fault.Problems
	if s.Starts < 0 || s.Starts >= minutesOfADay {
		p.Add("starts", "calendar.series.starts")
	}
	if s.Minutes < 0 || s.Minutes > minutesOfADay {
		p.Add("minutes", "calendar.series.minutes")
	}
	if s.Zone == nil || s.Zone.String() == "Local" {
		p.Add("zone", "calendar.series.zone")
	}
	rule := s.Rule.wrong()
	if rule != "" {
		p.AddWith("rule", rule, ruleArgs(rule, ""))
	}
	if !s.First.real() {
		p.Add("first", "calendar.series.day")
	} else if rule == "" {
		s.checkFirst(&p)
	}
	return p.Err()
}

func (s Series) checkFirst(p *fault.Problems) {
	if s.Rule.Until != (Date{}) && s.Rule.Until.Before(s.First) {
		p.Add("rule", "calendar.series.ends_early")
		return
	}
	if day, ok := s.firstDay(); !ok {
		p.Add("rule", "calendar.rule.never")
	} else if day != s.First {
		p.Add("first", "calendar.series.first")
	}
}

// Snap moves the first day on to the first one that the rule gives. What is left
// out of the rule is taken from the day as it was. False when there is none.
func (s Series) Snap() (Series, bool) {
	if s.Rule.wrong() != "" || !s.First.real() {
		return s, false
	}
	day, ok := s.firstDay()
	if !ok {
		return s, false
	}
	s.Rule = s.full()
	s.First = day
	return s, true
}

func (s Series) firstDay() (Date, bool) {
	for day := range s.days(s.First) {
		return day, true
	}
	return Date{}, false
}

func (s Series) at(day Date) Occurrence {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	starts := moment.At(day.At(s.Starts, zone))
	return Occurrence{day, starts, starts.Add(time.Duration(s.Minutes) * time.Minute)}
}

// touches tells whether the occurrence and [from, to) have a moment in common.
// What takes no time touches the moment it happens at.
func (o Occurrence) touches(from, to moment.Time) bool {
	return o.Starts < to && (o.Ends > from || o.Starts >= from)
}

// Between gives what touches [from, to) in order, at most `most`; more tells
// whether there is more. It does not walk through the years before.
func (s Series) Between(from, to moment.Time, most int) (list []Occurrence, more bool) {
	for day := range s.days(s.dayBefore(from)) {
		o := s.at(day)
		if o.Starts >= to {
			break
		}
		if !o.touches(from, to) {
			continue
		}
		if len(list) >= most {
			return list, true
		}
		list = append(list, o)
	}
	return list, false
}

// dayBefore is a day on which nothing begins any more that ends after t: an
// occurrence ends two days after its own at most, and no zone shifts by more
// than a day.
func (s Series) dayBefore(t moment.Time) Date { return DateOf(t.Std()).Add(-4) }

// Next gives the first occurrence that begins after an instant.
func (s Series) Next(after moment.Time) (Occurrence, bool) {
	for day := range s.days(s.dayBefore(after)) {
		if o := s.at(day); o.Starts > after {
			return o, true
		}
	}
	return Occurrence{}, false
}

// Last gives the last occurrence; false when the series has no end.
func (s Series) Last() (Occurrence, bool) {
	if !s.Rule.Ends() {
		return Occurrence{}, false
	}
	if s.Rule.Until == (Date{}) {
		return s.lastFrom(s.First)
	}
	for back := 64 * s.Rule.interval(); ; back *= 8 {
		from := s.Rule.Until.Add(-back)
		if o, ok := s.lastFrom(from); ok || from.Before(s.First) {
			return o, ok
		}
	}
}

func (s Series) lastFrom(from Date) (o Occurrence, ok bool) {
	var last Date
	for day := range s.days(from) {
		last, ok = day, true
	}
	if !ok {
		return o, false
	}
	return s.at(last), true
}

// On gives the occurrence of that name, if the rule gives one.
func (s Series) On(day Date) (Occurrence, bool) {
	for d := range s.days(day) {
		if d == day {
			return s.at(day), true
		}
		break
	}
	return Occurrence{}, false
}

// CountBefore is how many occurrences come before a day: what a part of a series
// that ends by count has used up.
func (s Series) CountBefore(day Date) int {
	n := 0
	for d := range s.days(s.First) {
		if !d.Before(day) {
			break
		}
		n++
	}
	return n
}
