package matching

import (
	"cmp"
	"maps"
	"math"

	"cairn/internal/core/people"
)

// Pair is a situation of a member beside one of a peer.
type Pair struct{ Member, Peer string }

// Count is how trials ended for such pairs.
type Count struct{ Kept, Switched int }

// Lessons is what earlier matches taught, about pairs of situations and never
// about a person: how often members who lived one thing stayed with peers who
// lived another. The zero value has learned nothing.
type Lessons struct{ counts map[Pair]Count }

// LessonsFrom makes a table from counts.
func LessonsFrom(counts map[Pair]Count) Lessons { return Lessons{maps.Clone(counts)} }

// Teach adds one match: the member has a, the peer has b, and they stayed
// together after the trial or switched.
func (l *Lessons) Teach(a, b string, kept bool) {
	if l.counts == nil {
		l.counts = map[Pair]Count{}
	}
	c := l.counts[Pair{a, b}]
	if kept {
		c.Kept++
	} else {
		c.Switched++
	}
	l.counts[Pair{a, b}] = c
}

// Counts gives the table, to keep it.
func (l Lessons) Counts() map[Pair]Count { return maps.Clone(l.counts) }

func (l Lessons) clone() Lessons { return LessonsFrom(l.counts) }

// The smoothing: a pair of situations starts as if it had been seen `smooth`
// times with the average end, so that one match alone moves nothing, and a
// difference of a quarter to the average is worth the most points.
const (
	smooth = 24
	steep  = 4 * mostLesson
)

// weight gives the points of a pair of situations, from -mostLesson to mostLesson.
func (l Lessons) weight(p Pair, average float64) int {
	c := l.counts[p]
	rate := (float64(c.Kept) + smooth*average) / (float64(c.Kept+c.Switched) + smooth)
	return min(max(int(math.Round(steep*(rate-average))), -mostLesson), mostLesson)
}

// average is the share of matches that stayed together, over all pairs.
func (l Lessons) average() float64 {
	kept, all := 1, 2
	for _, c := range l.counts {
		kept += c.Kept
		all += c.Kept + c.Switched
	}
	return float64(kept) / float64(all)
}

// of gives the best and the worst lesson about a pair of people: only these two
// count, so that a long list weighs no more than a short one.
func (l Lessons) of(wanted []string, p people.Fit) []Reason {
	var best, worst Reason
	average := l.average()
	before := func(slug string, r Reason) bool { return r.Slug == "" || cmp.Less(slug, r.Slug) }
	for _, a := range wanted {
		for _, b := range p.Lived {
			w, slug := l.weight(Pair{a, b.Situation}, average), a+"/"+b.Situation
			if w > best.Points || w > 0 && w == best.Points && before(slug, best) {
				best = Reason{ReasonLesson, slug, w, false}
			}
			if w < worst.Points || w < 0 && w == worst.Points && before(slug, worst) {
				worst = Reason{ReasonLesson, slug, w, false}
			}
		}
	}
	var out []Reason
	for _, r := range []Reason{best, worst} {
		if r.Points != 0 {
			out = append(out, r)
		}
	}
	return out
}
