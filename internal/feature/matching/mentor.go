package matching

import (
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
)

// Seek is what a member looks for in somebody who walks with them for a while.
// Where an Ask is for now, a Seek is for months: hours, limits of both sides and
// the peer's own choice count too.
type Seek struct {
	Person     moment.ID
	Situations []string       // named in the request: the peer will see them
	Lived      []people.Lived // of the member's profile, situations and identities
	Languages  []string       // any of these will do, the preferred one first; none = any language
	Wishes     []string       // situations, identities and culture the member would gladly meet in the peer
	Firm       bool           // wishes never give way
	NotToday   []string       // what the member does not want to meet in a peer
	Free       people.Hours   // half-hours of a week in UTC; none: never said, which passes
	Apart      map[moment.ID]bool
	Waited     int // days the member has waited, 0 or more; counts in a batch only

	// Dial trades fit against how soon, from 0 to 100. At 0 only fit counts. At
	// 100 a day until the peer has a place costs one point, so that eight days
	// cost as much as the commonest shared situation brings, and forty as much
	// as the rarest. Between, a day costs that part of a point, and the sum is
	// rounded down. It never moves a hard limit.
	Dial int
	// Seed orders equal fits: the same for the same seed, and another order for
	// another, so that the same peers do not always come first.
	Seed uint64
}

// The kinds of reason.
const (
	ReasonShared   = "shared"   // a situation or identity both have lived; Slug is it
	ReasonWish     = "wish"     // the peer is as the member wished; Slug is the wish
	ReasonGladly   = "gladly"   // the member is as the peer wished; Slug is the wish
	ReasonLanguage = "language" // Slug is the tag they would speak; 0 points when it is not the preferred one
	ReasonHours    = "hours"    // hours in common, see Suggestion.Hours
	ReasonRoom     = "room"     // how much room the peer has
	ReasonLesson   = "lesson"   // how such pairs of situations went before; Slug is "member's/peer's"
	ReasonWait     = "wait"     // what waiting for the peer's place costs, by the dial
)

// Reason is one part of a score. A list of them can be kept, to answer later why
// somebody was suggested: slugs and points only.
type Reason struct {
	Kind   string `json:"kind"`
	Slug   string `json:"slug,omitempty"`
	Points int    `json:"points"` // may be negative for a lesson or a wait
	May    bool   `json:"may"`    // may be named to both
}

// Suggestion is a peer for a Seek, and why. The points of Why sum to Score.
type Suggestion struct {
	Peer  moment.ID    `json:"peer"`
	Score int          `json:"score"`
	Why   []Reason     `json:"why"`
	Hours people.Hours `json:"-"` // when both are free; none when either never said
}

// Weights of a Seek, in points, beside weightWish. Situations, wishes and
// languages weigh in steps of eight: finer ones would claim to know more than a
// few thousand profiles tell, and equal fits take turns by the seed, which
// spreads the load. What is smaller than a step (hours, room, lessons) orders
// those who are otherwise equal.
const (
	weightStep      = 8
	weightPreferred = 8 // the preferred language: as much as a common situation
	weightGladly    = 8 // the member is as the peer wished: less than the member's own wish, since it is the member who asks
	mostGladly      = 2 // such wishes that count; else a long list would come first everywhere
	mostHours       = 5 // common hours: two evenings a week are as good as ten, and less than the language
	mostRoom        = 3 // room: spreads load among equals, and never outweighs a shared situation
	mostLesson      = 3 // what was learned: a hint, and never outweighs a shared situation
)

// weightShared weighs a shared situation by how rare it is, in five grades from
// one step to five; each is for a situation about a third as common.
func weightShared(all, having int) int {
	return (rarity(all, having) + weightStep/2) / weightStep * weightStep
}

// hoursPoints gives a point for each whole hour that can begin in common, every
// half-hour counting half, rounded up.
func hoursPoints(starts int) int { return min((starts+1)/2, mostHours) }

// waitCost is what days until a place cost.
func waitCost(days, dial int) int { return days * min(max(dial, 0), 100) / 100 }

// hides tells whether the member marked an item as only for matching, and did
// not name it in the request.
func (s *Seek) hides(slug string) bool {
	return !slices.Contains(s.Situations, slug) && hidden(s.Lived, slug)
}

func hidden(lived []people.Lived, slug string) bool {
	return slices.ContainsFunc(lived, func(l people.Lived) bool {
		return l.Situation == slug && l.Visibility == people.OnlyMatching
	})
}
