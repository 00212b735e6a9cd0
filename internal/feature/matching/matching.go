package matching

import (
	"math"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
)

// Circle is how wide to look.
type Circle int

// The circles. The first asks for everything; the second lets go of the shared
// situation; the third lets go of wishes, unless they are firm. Hard limits hold
// in all of them.
const (
	Close Circle = iota
	Wider
	Widest
)

// Ask is what one person looks for.
type Ask struct {
	Person     moment.ID
	Situations []string       // named in the request: the peer will see them
	Lived      []people.Lived // of the person's profile
	Languages  []string       // any of these will do, the preferred one first; none = any language
	Wishes     []string       // identities wished for in the peer
	Firm       bool           // wishes never give way
	Apart      map[moment.ID]bool
	Circle     Circle
}

// Fit is how well a pair fits, with what may be said about it.
type Fit struct {
	Peer     moment.ID
	Score    int
	Shared   []string // situations both sides show: may be named to both
	Wishes   []string // wishes that the peer shows and meets: may be named
	Language string   // the language they would speak; "" when none was asked for
}

// Most is how many situations, wishes and languages one ask may name. It keeps
// an ask readable and the search bounded.
const (
	MostSituations = 8
	MostWishes     = 4
	MostLanguages  = 6
)

// Weights, in points. A shared situation weighs between lightest and heaviest by
// how rare it is; a wish met weighs about as much as a fairly rare situation,
// the preferred language about as much as a common one.
const (
	lightest       = 4
	heaviest       = 40
	weightWish     = 24
	weightLanguage = 6
)

// rarity weighs a situation by how many of all peers know it: the logarithm of
// the inverse share, as in text search, clamped to [lightest, heaviest].
func rarity(all, having int) int {
	if having <= 0 || all <= 0 {
		return heaviest
	}
	w := int(math.Round(5 * math.Log2(float64(all+1)/float64(having))))
	return min(max(w, lightest), heaviest)
}

// wanted lists every situation that counts for the ask, once.
func (a Ask) wanted() []string {
	out := slices.Clone(a.Situations)
	for _, l := range a.Lived {
		if !slices.Contains(out, l.Situation) {
			out = append(out, l.Situation)
		}
	}
	return out
}

// shows tells whether the asker's side of a shared situation may be named: it
// was named in the request, or the profile shows it to matches.
func (a Ask) shows(situation string) bool {
	if slices.Contains(a.Situations, situation) {
		return true
	}
	for _, l := range a.Lived {
		if l.Situation == situation {
			return l.Visibility != people.OnlyMatching
		}
	}
	return false
}

// explain fills in what may be said about a pair.
func (a Ask) explain(p people.Fit, score int) Fit {
	f := Fit{Peer: p.ID, Score: score}
	for _, s := range a.wanted() {
		if visible(p, s) && a.shows(s) {
			f.Shared = append(f.Shared, s)
		}
	}
	for _, w := range a.Wishes {
		if visible(p, w) {
			f.Wishes = append(f.Wishes, w)
		}
	}
	for _, l := range a.Languages {
		if slices.Contains(p.Languages, l) {
			f.Language = l
			break
		}
	}
	return f
}

func visible(p people.Fit, situation string) bool {
	for _, l := range p.Lived {
		if l.Situation == situation {
			return l.Visibility != people.OnlyMatching
		}
	}
	return false
}
