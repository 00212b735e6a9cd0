package shifts

import (
	"strconv"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// What nobody goes past, whoever asks for it. Samaritans plan no shift longer
// than six hours (field.md 3.4); the least rest and the most of a week are ours.
const (
	LengthMost = 6 * time.Hour
	RestLeast  = 8 * time.Hour
	WeekMost   = 40 * time.Hour
)

// The defaults of what a person goes past only by their own choice: a warmline
// of New Mexico works four hours (field.md 3.4); eleven hours between shifts is
// the daily rest of the European working time directive (2003/88/EC, article 3);
// twenty hours a week is ours.
const (
	LengthDefault = 4 * time.Hour
	RestDefault   = 11 * time.Hour
	WeekDefault   = 20 * time.Hour
)

// The names of the service's own limits, in whole hours.
const (
	SettingLength = "shifts.length"
	SettingRest   = "shifts.rest"
	SettingWeek   = "shifts.week"
)

// Limits are the service's defaults within what nobody goes past.
type Limits struct {
	Length time.Duration // of one shift
	Rest   time.Duration // between two
	Week   time.Duration // of one person in a week, from Monday in the service's zone
}

// Validate checks them.
func (l Limits) Validate() error {
	var p fault.Problems
	within := func(name, key string, d, least, most time.Duration) {
		if d < least || d > most {
			p.AddWith(name, key, map[string]any{"least": hours(least), "most": hours(most)})
		}
	}
	within("length", "shifts.error.limit", l.Length, time.Hour, LengthMost)
	within("rest", "shifts.error.limit", l.Rest, RestLeast, 48*time.Hour)
	within("week", "shifts.error.limit", l.Week, time.Hour, WeekMost)
	return p.Err()
}

func hours(d time.Duration) int { return int(d / time.Hour) }

// Span is a stretch of time.
type Span struct{ From, Until moment.Time }

// Long is its length: the time that passes, whatever the clocks show.
func (s Span) Long() time.Duration { return s.Until.Sub(s.From) }

// meets tells whether two stretches have a moment in common.
func (s Span) meets(o Span) bool { return s.From < o.Until && o.From < s.Until }

// apart is the time between two stretches that do not meet.
func (s Span) apart(o Span) time.Duration {
	if s.Until <= o.From {
		return o.From.Sub(s.Until)
	}
	return s.From.Sub(o.Until)
}

// Verdict is what the rules say about a person taking a shift: what nothing
// helps against, and what their own choice does.
type Verdict struct {
	Never []fault.Field
	Past  []fault.Field
}

// OK tells whether the person may, given their choice to go past the defaults.
func (v Verdict) OK(anyway bool) bool { return len(v.Never) == 0 && (anyway || len(v.Past) == 0) }

// Err is nil, or an Invalid fault with every reason.
func (v Verdict) Err(anyway bool) error {
	if v.OK(anyway) {
		return nil
	}
	fields := v.Never
	if !anyway {
		fields = append(fields, v.Past...)
	}
	return &fault.Fault{Kind: fault.Invalid, Key: "shifts.error.rules", Fields: fields}
}

// field is where the form's reasons point to.
const ruleField = "shift"

func (v *Verdict) never(key string, n int) {
	v.Never = append(v.Never, fault.Field{Name: ruleField, Key: key, Args: map[string]any{"n": n}})
}

func (v *Verdict) past(key string, n int) {
	v.Past = append(v.Past, fault.Field{Name: ruleField, Key: key, Args: map[string]any{"n": n}})
}

// weigh applies the rules to a person's shifts and one more.
func weigh(l Limits, add Span, mine []Span, zone *time.Location) Verdict {
	var v Verdict
	switch long := add.Long(); {
	case long > LengthMost:
		v.never("shifts.never.length", hours(LengthMost))
	case long > l.Length:
		v.past("shifts.past.length", hours(l.Length))
	}
	week, rest := add.Long(), time.Duration(1<<62)
	overlap := false
	for _, m := range mine {
		if calendar.WeekOf(m.From.Std().In(zone)) == calendar.WeekOf(add.From.Std().In(zone)) {
			week += m.Long()
		}
		if m.meets(add) {
			overlap = true
			continue
		}
		rest = min(rest, m.apart(add))
	}
	switch {
	case overlap:
		v.never("shifts.never.overlap", 0)
	case rest < RestLeast:
		v.never("shifts.never.rest", hours(RestLeast))
	case rest < l.Rest:
		v.past("shifts.past.rest", hours(l.Rest))
	}
	switch {
	case week > WeekMost:
		v.never("shifts.never.week", hours(WeekMost))
	case week > l.Week:
		v.past("shifts.past.week", hours(l.Week))
	}
	return v
}

// hoursOf reads a number of hours as it was typed; -1 is none.
func hoursOf(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1000 {
		return -1
	}
	return time.Duration(n) * time.Hour
}
