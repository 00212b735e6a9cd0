package safety

import (
	"slices"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Rung is a step of the ladder that a page climbs until somebody answers.
type Rung string

// The rungs, in order. All is everybody who may own a case: a page that went
// round without an answer is heard by all of them.
const (
	RungOwner  Rung = "owner" // a case in hand that nobody moved on: its owner is asked first
	RungLead   Rung = "lead"
	RungFirst  Rung = "first"
	RungSecond Rung = "second"
	RungAll    Rung = "all"

	rungRaised Rung = "raised" // no rung: somebody who raised it again, and works on it
)

func rungs() []Rung { return []Rung{RungLead, RungFirst, RungSecond, RungAll} }

// Waits is how long each rung has to answer before the page moves on, and how
// long a case in hand may stand still. The defaults are field.md 3.2: lead two
// minutes, on-call five, second and clinician ten. The hard limits keep the rule
// behind them: never silent, and never so short that nobody can answer.
type Waits struct {
	Lead, First, Second, All time.Duration
	Still                    time.Duration // in hand at the level Danger or Pressing
	StillWorried             time.Duration // in hand at the level Worried
}

// DefaultWaits are a new service's.
func DefaultWaits() Waits {
	return Waits{Lead: 2 * time.Minute, First: 5 * time.Minute, Second: 10 * time.Minute, All: 5 * time.Minute, Still: 30 * time.Minute, StillWorried: 24 * time.Hour}
}

// bounds of each wait, shortest and longest.
var bounds = map[string][2]time.Duration{
	"lead": {time.Minute, 5 * time.Minute}, "first": {time.Minute, 10 * time.Minute}, "second": {time.Minute, 15 * time.Minute}, "all": {time.Minute, 10 * time.Minute},
	"still": {10 * time.Minute, 2 * time.Hour}, "still_worried": {time.Hour, 72 * time.Hour},
}

// Validate checks every wait against its hard limits.
func (w Waits) Validate() error {
	var p fault.Problems
	for name, d := range map[string]time.Duration{"lead": w.Lead, "first": w.First, "second": w.Second, "all": w.All, "still": w.Still, "still_worried": w.StillWorried} {
		if b := bounds[name]; d < b[0] || d > b[1] {
			p.AddWith(name, "safety.error.wait", map[string]any{"least": int(b[0].Minutes()), "most": int(b[1].Minutes())})
		}
	}
	slices.SortFunc(p, func(a, b fault.Field) int { return len(a.Name) - len(b.Name) })
	return p.Err()
}

// at is how long a rung has.
func (w Waits) at(r Rung) time.Duration {
	switch r {
	case RungOwner, RungLead:
		return w.Lead
	case RungFirst:
		return w.First
	case RungSecond:
		return w.Second
	default:
		return w.All
	}
}

// still is how long a case in hand may stand still.
func (w Waits) still(l Level) time.Duration {
	if l == Worried {
		return w.StillWorried
	}
	return w.Still
}

// longest is the longest any deadline can lie ahead of the step that set it. One
// that lies further ahead was set before the clock went back.
func (w Waits) longest(c Case) time.Duration {
	if c.State == InHand {
		return w.still(c.Level)
	}
	return w.at(c.Rung)
}

func (w Waits) shortest() time.Duration { return min(w.Lead, w.First, w.Second, w.All) }

// Duty is who can be paged now.
type Duty struct {
	Lead      moment.ID
	First     moment.ID
	Second    moment.ID
	Clinician shifts.Clinician
	All       []moment.ID // supervisors and coordinators; whoever is on shift where there is none
	Here      []moment.ID // who is on shift and may answer; they stand in for a lead
}

// Covered tells whether anybody is on duty or on call: without, a person is told
// that nobody reads what they write (safety.md, "Nobody there").
func (d Duty) Covered(member moment.ID) bool {
	for _, id := range append([]moment.ID{d.Lead, d.First, d.Second}, d.Here...) {
		if id != "" && id != member {
			return true
		}
	}
	return false
}

// on gives who stands on a rung.
func (d Duty) on(r Rung, c Case) []moment.ID {
	var list []moment.ID
	switch r {
	case RungOwner:
		list = []moment.ID{c.Owner}
	case RungLead:
		if list = []moment.ID{d.Lead}; d.Lead == "" {
			list = d.Here
		}
	case RungFirst:
		list = []moment.ID{d.First}
	case RungSecond:
		list = []moment.ID{d.Second, d.Clinician.Person}
	case RungAll:
		list = d.All
	case rungRaised: // nobody is asked on it
	}
	var out []moment.ID
	for _, id := range list {
		// Nobody is paged about themselves; whoever raised it knows already.
		if id != "" && id != c.Member && id != c.RaisedBy && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// climbed is the next step: who is paged, as which round and rung, and who owns
// the case from then on.
type climbed struct {
	Round int
	Rung  Rung
	Page  []moment.ID
	Owner moment.ID
}

// climb gives the step after the one a case stands on. The first round asks one
// rung after the other, passing over those where nobody stands and those whose
// people were asked already. Each later round is louder: a rung asks everybody
// below it again. It never ends, and the case is always somebody's.
func climb(c Case, d Duty, asked map[moment.ID]bool) climbed {
	round, next := c.Round, 0
	if i := slices.Index(rungs(), c.Rung); i >= 0 {
		next = i + 1
	}
	if next >= len(rungs()) {
		round, next = round+1, 0
	}
	for range 2 * len(rungs()) {
		r := rungs()[next]
		if page := fresh(paged(r, round, c, d), round, asked); len(page) > 0 {
			return climbed{Round: round, Rung: r, Page: page, Owner: owner(page, r, c, d)}
		}
		if next++; next >= len(rungs()) {
			round, next = round+1, 0
		}
	}
	// Nobody at all but whoever raised it: they keep it, and the page comes round.
	return climbed{Round: round, Rung: RungAll, Owner: c.Owner}
}

// paged is who hears a rung in a round.
func paged(r Rung, round int, c Case, d Duty) []moment.ID {
	if round <= 1 {
		return d.on(r, c)
	}
	var out []moment.ID
	for _, below := range rungs() {
		for _, id := range d.on(below, c) {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		if below == r {
			break
		}
	}
	return out
}

// fresh leaves out, in the first round, who was asked already.
func fresh(list []moment.ID, round int, asked map[moment.ID]bool) []moment.ID {
	if round > 1 {
		return list
	}
	var out []moment.ID
	for _, id := range list {
		if !asked[id] {
			out = append(out, id)
		}
	}
	return out
}

// owner is who the case belongs to while it stands on a rung: the first on it.
func owner(page []moment.ID, r Rung, c Case, d Duty) moment.ID {
	for _, id := range d.on(r, c) {
		if slices.Contains(page, id) {
			return id
		}
	}
	return page[0]
}
