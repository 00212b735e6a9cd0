package mentoring

import (
	"slices"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Bounds of a charter. All ours, and wide: the two decide.
const (
	shortest      = 15 // minutes of a meeting
	longest       = 180
	mostAWeek     = 7
	mostSlots     = 7
	grace         = 15 * time.Minute // before the hours begin, one may come already
	longestAhead  = 400              // days until the end of a charter
	usualMinutes  = 50
	usualReview   = 8 * 7 // days
	usualEnd      = 26 * 7
	minutesOfADay = 24 * 60
)

// Slot is a stretch of one day of the week on the charter's clock, in minutes
// after midnight; To is after From.
type Slot struct {
	Day  time.Weekday `json:"day"`
	From int          `json:"from"`
	To   int          `json:"to"`
}

// Terms are what the two agree.
type Terms struct {
	Purpose  string        `json:"purpose"`
	Between  string        `json:"between"` // what stays between them, and what cannot
	Slots    []Slot        `json:"slots"`
	Zone     string        `json:"zone"` // whose clock the hours follow
	Minutes  int           `json:"minutes"`
	PerWeek  int           `json:"per_week"`
	Channels []Channel     `json:"channels"`
	Outside  string        `json:"outside"` // what they do when it cannot wait
	Review   calendar.Date `json:"review"`
	Ends     calendar.Date `json:"ends"`
	Backup   moment.ID     `json:"backup,omitempty"`
}

// Charter is one version of what the two agreed.
type Charter struct {
	Walk     moment.ID
	Version  int
	Terms    Terms
	By       moment.ID
	At       moment.Time
	MemberAt moment.Time // signed
	PeerAt   moment.Time
}

// Signed tells whether both have signed.
func (c Charter) Signed() bool { return !c.MemberAt.IsZero() && !c.PeerAt.IsZero() }

// SignedBy tells whether one of the two has.
func (c Charter) SignedBy(person, member moment.ID) bool {
	if person == member {
		return !c.MemberAt.IsZero()
	}
	return !c.PeerAt.IsZero()
}

// Validate checks terms as of today.
func (t *Terms) Validate(today calendar.Date) error {
	var p fault.Problems
	t.Purpose = need(&p, "purpose", t.Purpose, mostWords)
	t.Between = chat.CleanOptional(&p, "between", t.Between, mostWords)
	t.Outside = chat.CleanOptional(&p, "outside", t.Outside, mostWords)
	if _, err := time.LoadLocation(t.Zone); err != nil || t.Zone == "" || t.Zone == "Local" {
		p.Add("zone", "mentoring.error.zone")
	}
	if t.Minutes < shortest || t.Minutes > longest {
		p.AddWith("minutes", "mentoring.error.minutes", map[string]any{"least": shortest, "most": longest})
	}
	if t.PerWeek < 1 || t.PerWeek > mostAWeek {
		p.AddWith("per_week", "mentoring.error.per_week", map[string]any{"most": mostAWeek})
	}
	if len(t.Channels) == 0 || slices.ContainsFunc(t.Channels, func(c Channel) bool { return !slices.Contains(Channels(), c) }) {
		p.Add("channels", "mentoring.error.channels")
	}
	t.checkSlots(&p)
	t.checkDays(&p, today)
	return p.Err()
}

func (t *Terms) checkSlots(p *fault.Problems) {
	bad := len(t.Slots) == 0 || len(t.Slots) > mostSlots
	for _, s := range t.Slots {
		if s.Day < time.Sunday || s.Day > time.Saturday || s.From < 0 || s.To > minutesOfADay || s.From >= s.To {
			bad = true
		}
	}
	if bad {
		p.AddWith("slots", "mentoring.error.slots", map[string]any{"most": mostSlots})
	}
}

func (t *Terms) checkDays(p *fault.Problems, today calendar.Date) {
	last := today.Add(longestAhead)
	if !today.Before(t.Review) || last.Before(t.Review) {
		p.Add("review", "mentoring.error.review")
	}
	if t.Ends.Before(t.Review) || last.Before(t.Ends) {
		p.Add("ends", "mentoring.error.ends")
	}
}

func (t Terms) zone() *time.Location {
	if z, err := time.LoadLocation(t.Zone); err == nil && t.Zone != "" {
		return z
	}
	return time.UTC
}

// Inside tells whether an instant is within the agreed hours, or shortly before
// them. The hours follow the charter's clock, also across a change of it.
func (t Terms) Inside(at moment.Time) bool {
	for _, h := range t.around(at) {
		if at >= h.from.Add(-grace) && at < h.to {
			return true
		}
	}
	return false
}

// Next gives the next agreed hours that begin after an instant.
func (t Terms) Next(at moment.Time) (from, to moment.Time, ok bool) {
	for _, h := range t.around(at) {
		if h.from > at && (!ok || h.from < from) {
			from, to, ok = h.from, h.to, true
		}
	}
	return from, to, ok
}

type stretch struct{ from, to moment.Time }

// around gives the agreed hours from the day before an instant to eight days after.
func (t Terms) around(at moment.Time) []stretch {
	zone := t.zone()
	day := calendar.DateOf(at.Std().In(zone)).Add(-1)
	var out []stretch
	for range 10 {
		for _, s := range t.Slots {
			if s.Day == day.Weekday() {
				out = append(out, stretch{moment.At(day.At(s.From, zone)), moment.At(day.At(s.To, zone))})
			}
		}
		day = day.Add(1)
	}
	return out
}

// Allows tells whether a channel was agreed.
func (t Terms) Allows(c Channel) bool { return slices.Contains(t.Channels, c) }

// day is the middle of a day on the charter's clock: whoever reads it on another
// clock reads the same day.
func (t Terms) day(d calendar.Date) moment.Time { return moment.At(d.At(minutesOfADay/2, t.zone())) }

// Draft gives the terms that two people start from: what is usual, in words of
// the service that they change.
func Draft(today calendar.Date, zone string, between, outside string) Terms {
	return Terms{Zone: zone, Minutes: usualMinutes, PerWeek: 1, Channels: []Channel{ByChat}, Between: between, Outside: outside,
		Review: today.Add(usualReview), Ends: today.Add(usualEnd)}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
