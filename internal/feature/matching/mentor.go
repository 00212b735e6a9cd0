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
	// 100 a day until the peer has a place costs one point, so that four days
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

// Weights of a Seek, in points, beside those of an Ask. What is not a shared
// situation, a wish or a language stays under the lightest shared situation, or
// counts at most about as much as a common one.
const (
	weightGladly = 10 // the member is as the peer wished: less than the member's own wish, more than a common situation
	weightAgain  = 6  // a second such wish; more do not count, or a long list would come first everywhere
	mostHours    = 5  // common hours: two evenings a week are as good as ten, and never more than the language
	mostRoom     = 3  // room: spreads load among equals, and never outweighs a shared situation
	mostLesson   = 3  // what was learned: a hint, and never outweighs a shared situation
)

// hoursPoints gives a point for each whole hour that can begin in common, every
// half-hour counting half, rounded up.
func hoursPoints(starts int) int { return min((starts+1)/2, mostHours) }

// roomPoints weighs places left against the ceiling.
func roomPoints(open, ceiling int) int {
	if ceiling <= 0 {
		return 0
	}
	return mostRoom * min(open, ceiling) / ceiling
}

// waitCost is what days until a place cost.
func waitCost(days, dial int) int { return days * min(max(dial, 0), 100) / 100 }

// wanted lists every situation that counts for the member, once.
func (s Seek) wanted() []string { return Ask{Situations: s.Situations, Lived: s.Lived}.wanted() }

// hides tells whether the member marked an item as only for matching, and did
// not name it in the request.
func (s Seek) hides(slug string) bool {
	return !slices.Contains(s.Situations, slug) && hidden(s.Lived, slug)
}

func hidden(lived []people.Lived, slug string) bool {
	return slices.ContainsFunc(lived, func(l people.Lived) bool {
		return l.Situation == slug && l.Visibility == people.OnlyMatching
	})
}

// Suggest gives the k best peers for the member, best first, with the reasons.
func (x *Index) Suggest(s Seek, k int) []Suggestion {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var out []Suggestion
	for i, p := range x.profiles {
		if x.live.has(i) && x.acceptable(s, p) {
			out = append(out, x.reasons(s, p))
		}
	}
	slices.SortFunc(out, func(a, b Suggestion) int {
		if a.Score != b.Score {
			return b.Score - a.Score
		}
		if turn(s.Seed, a.Peer) < turn(s.Seed, b.Peer) {
			return -1
		}
		return 1
	})
	return out[:min(k, len(out))]
}

// turn places a peer among equals: FNV-1a over the seed and the id.
func turn(seed uint64, id moment.ID) uint64 {
	h := uint64(14695981039346656037) ^ seed*0x9E3779B97F4A7C15
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h ^ h>>32
}

// acceptable holds the hard limits.
func (x *Index) acceptable(s Seek, p people.Fit) bool {
	if p.ID == s.Person || s.Apart[p.ID] {
		return false
	}
	if r, told := x.room[p.ID]; told && r.open <= 0 {
		return false
	}
	if len(s.Languages) > 0 && commonLanguage(s, p) == "" {
		return false
	}
	for _, w := range s.wanted() {
		if slices.Contains(p.NotToday, w) {
			return false
		}
	}
	for _, n := range s.NotToday {
		if has(p, n) {
			return false
		}
	}
	for _, w := range s.Wishes {
		if s.Firm && !has(p, w) {
			return false
		}
	}
	return s.Free.Empty() || p.Free.Empty() || !s.Free.Starts().And(p.Free.Starts()).Empty()
}

func has(p people.Fit, slug string) bool {
	return slices.ContainsFunc(p.Lived, func(l people.Lived) bool { return l.Situation == slug })
}

func commonLanguage(s Seek, p people.Fit) string {
	for _, l := range s.Languages {
		if slices.Contains(p.Languages, l) {
			return l
		}
	}
	return ""
}

// reasons lists the parts of a score.
func (x *Index) reasons(s Seek, p people.Fit) Suggestion {
	out := Suggestion{Peer: p.ID}
	add := func(r Reason) {
		out.Why = append(out.Why, r)
		out.Score += r.Points
	}
	wanted := s.wanted()
	for _, slug := range wanted {
		if has(p, slug) {
			add(Reason{ReasonShared, slug, rarity(x.n, x.lived[slug].n), !hidden(p.Lived, slug) && !s.hides(slug)})
		}
	}
	for _, w := range s.Wishes {
		if has(p, w) {
			add(Reason{ReasonWish, w, weightWish, !hidden(p.Lived, w) && !s.hides(w)})
		}
	}
	points := []int{weightGladly, weightAgain}
	for _, slug := range wanted {
		if len(points) > 0 && slices.Contains(p.Gladly, slug) {
			add(Reason{ReasonGladly, slug, points[0], !hidden(p.Lived, slug) && !s.hides(slug)})
			points = points[1:]
		}
	}
	if l := commonLanguage(s, p); l != "" {
		r := Reason{ReasonLanguage, l, 0, true}
		if l == s.Languages[0] {
			r.Points = weightLanguage
		}
		add(r)
	}
	out.Hours = s.Free.And(p.Free)
	if n := out.Hours.Starts().Count(); n > 0 {
		add(Reason{ReasonHours, "", hoursPoints(n), true})
	}
	if r := x.room[p.ID]; roomPoints(r.open, r.ceiling) > 0 {
		add(Reason{ReasonRoom, "", roomPoints(r.open, r.ceiling), false})
	}
	for _, r := range x.lessons.of(wanted, p) {
		add(r)
	}
	if cost := waitCost(x.room[p.ID].days, s.Dial); cost > 0 {
		add(Reason{ReasonWait, "", -cost, false})
	}
	return out
}

// room is what a peer can still carry.
type room struct{ open, ceiling, days int }

// SetRoom tells how many places a peer has left of their ceiling. With none left
// they are not suggested. A peer of whom it was never told is.
func (x *Index) SetRoom(id moment.ID, open, ceiling int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.room[id]
	r.open, r.ceiling = open, ceiling
	x.room[id] = r
}

// SetWait tells in how many days the first of a peer's open places is free, 0 is
// now. A place that is not free yet counts as open when the caller says so.
func (x *Index) SetWait(id moment.ID, days int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.room[id]
	r.days = max(days, 0)
	x.room[id] = r
}

// Learn takes in what earlier matches taught.
func (x *Index) Learn(l Lessons) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lessons = l.clone()
}
