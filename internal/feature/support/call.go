package support

import (
	"slices"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Call is a contact by telephone or in person, logged by the peer who had it.
type Call struct {
	ID         moment.ID
	Peer       moment.ID
	Member     moment.ID // made only when a concern comes from it: callers have no account
	Kind       string    // "phone" or "in_person"
	EndedAt    moment.Time
	Minutes    int
	Situations []string
	Before     int // 1 to 5 as the person said it; 0 not said
	After      int
	Outcome    string
	Heavy      bool
	Concern    bool
	Scope      moment.ID
	Words      string // the peer's own, sealed
	LoggedAt   moment.Time
}

// Limits of what is logged.
const (
	MostCallMinutes = 240
	callWithin      = 7 * 24 * time.Hour // later, nobody remembers the minutes
)

// CallKinds are the ways other than writing.
func CallKinds() []string { return []string{"phone", "in_person"} }

// CallOutcomes are how it ended.
func CallOutcomes() []string { return []string{"calmer", "plan", "passed_on", "cut_off", "other"} }

// Validate cleans and checks what was typed.
func (c *Call) Validate(now moment.Time, situations map[string]bool) error {
	var p fault.Problems
	if !slices.Contains(CallKinds(), c.Kind) {
		p.Add("kind", "support.error.call_kind")
	}
	if c.Minutes < 1 || c.Minutes > MostCallMinutes {
		p.AddWith("minutes", "support.error.call_minutes", map[string]any{"most": MostCallMinutes})
	}
	if c.EndedAt > now.Add(time.Minute) || now.Sub(c.EndedAt) > callWithin {
		p.Add("ended", "support.error.call_when")
	}
	c.Situations = people.Tidy(c.Situations)
	if !allIn(c.Situations, situations) {
		p.Add("situations", "support.error.call_situations")
	}
	if c.Before < 0 || c.Before > 5 {
		p.Add("before", "support.error.distress")
	}
	if c.After < 0 || c.After > 5 {
		p.Add("after", "support.error.distress")
	}
	if !slices.Contains(CallOutcomes(), c.Outcome) {
		p.Add("outcome", "support.error.call_outcome")
	}
	c.Words = chat.CleanOptional(&p, "words", c.Words, MostNote)
	return p.Err()
}
