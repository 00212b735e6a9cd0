package shifts

import (
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Ceilings are what a worker carries at most. They protect; nobody is measured by
// them. The defaults are ours where no source is named.
type Ceilings struct {
	New         int           // conversations at once while new: 1 (field.md 3.1)
	Experienced int           // and with experience: 2 (field.md 3.1)
	After       int           // contacts after which somebody has experience
	Contact     time.Duration // with people, in one stretch of work
	Heavy       int           // heavy contacts in a row before a rest
	CoolDown    time.Duration // rest after a concern, or after heavy contacts in a row
}

// The hard limits, which nobody passes by any choice. Three at once is the most
// that is known from text lines (field.md 3.1, "never >3").
const (
	HardMost    = 3
	HardContact = 5 * time.Hour
	// SameStretch is a gap that is no rest: leaving and coming back goes on with
	// what was carried before.
	SameStretch = time.Hour
)

// DefaultCeilings are a new service's.
func DefaultCeilings() Ceilings {
	return Ceilings{New: 1, Experienced: 2, After: 20, Contact: 3 * time.Hour, Heavy: 2, CoolDown: 20 * time.Minute}
}

// Validate checks each ceiling against its hard limit.
func (c Ceilings) Validate() error {
	var p fault.Problems
	for _, x := range []struct {
		name        string
		n, low, top int
	}{
		{"new", c.New, 1, HardMost}, {"experienced", c.Experienced, 1, HardMost}, {"after", c.After, 0, 500},
		{"contact", int(c.Contact.Minutes()), 30, int(HardContact.Minutes())}, {"heavy", c.Heavy, 1, 3},
		{"cooldown", int(c.CoolDown.Minutes()), 5, 60},
	} {
		if x.n < x.low || x.n > x.top {
			p.AddWith(x.name, "shifts.error.ceiling", map[string]any{"least": x.low, "most": x.top})
		}
	}
	if len(p) == 0 && c.Experienced < c.New {
		p.Add("experienced", "shifts.error.experienced")
	}
	return p.Err()
}

// Most is how many at once somebody has who had so many contacts.
func (c Ceilings) Most(contacts int) int {
	if contacts >= c.After {
		return c.Experienced
	}
	return c.New
}

// Contact is how long the shift has been with people by now.
func (s Shift) Contact(now moment.Time) time.Duration {
	return time.Duration(s.Spent+int64(s.OpenN)*int64(now)-s.OpenSum) * time.Microsecond
}

// Ceiling names what keeps somebody from the next person; "" when nothing does.
func (s Shift) Ceiling(now moment.Time) string {
	switch {
	case now < s.RestUntil:
		return "rest"
	case s.Contact(now) >= time.Duration(s.SpentMost)*time.Microsecond:
		return "contact"
	case s.Busy >= s.Most:
		return "busy"
	}
	return ""
}

// Free tells whether another person could be offered now.
func (s Shift) Free(now moment.Time) bool { return s.State == Ready && s.Ceiling(now) == "" }

// Exposure is one contact in a worker's ledger.
type Exposure struct {
	Person    moment.ID
	Ref       moment.ID
	Kind      string // "chat", "phone", "in_person", "report" (what was reported was read)
	StartedAt moment.Time
	EndedAt   moment.Time
	Heavy     bool
	Concern   bool
	Night     bool
}

// Ledger is what somebody has carried in some weeks, newest first.
type Ledger struct {
	Weeks   []LedgerWeek
	Choices []Choice
}

// LedgerWeek is one week, from Monday.
type LedgerWeek struct {
	From     moment.Time
	Contacts int
	Minutes  int
	Heavy    int
	Concerns int
	Nights   int
}

// Choice is what somebody chose for themselves beyond the usual.
type Choice struct {
	What          string // "most", "minutes", "rest"
	Usual, Chosen int
	At            moment.Time
}

// isNight: work between 22 and 6 o'clock of the service, as the ledger counts it.
func isNight(t time.Time) bool { return t.Hour() >= 22 || t.Hour() < 6 }

// weekOf is the Monday on which a week began.
func weekOf(t time.Time) time.Time {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// weeksOf sums exposures, newest week first. They come in order of time.
func weeksOf(list []Exposure, zone *time.Location) []LedgerWeek {
	var out []LedgerWeek
	for i := len(list) - 1; i >= 0; i-- {
		x := list[i]
		from := moment.At(weekOf(x.StartedAt.Std().In(zone)))
		if len(out) == 0 || out[len(out)-1].From != from {
			out = append(out, LedgerWeek{From: from})
		}
		w := &out[len(out)-1]
		w.Contacts++
		if !x.EndedAt.IsZero() {
			w.Minutes += int(x.EndedAt.Sub(x.StartedAt).Minutes())
		}
		w.Heavy += asOne(x.Heavy)
		w.Concerns += asOne(x.Concern)
		w.Nights += asOne(x.Night)
	}
	return out
}

func asOne(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
