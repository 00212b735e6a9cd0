package matching

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
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

// taught is what was learned about a situation of the member's beside one of
// the peer's.
type taught struct {
	peer   uint32
	points int8
}

// Learn takes the place of what was learned before.
func (x *Index) Learn(l Lessons) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lessons = map[uint32][]taught{}
	average := l.average()
	pairs := slices.SortedFunc(maps.Keys(l.counts), func(a, b Pair) int {
		return cmp.Or(strings.Compare(a.Member, b.Member), strings.Compare(a.Peer, b.Peer))
	})
	for _, p := range pairs {
		if w := l.weight(p, average); w != 0 {
			a := x.names.put(p.Member)
			x.lessons[a] = append(x.lessons[a], taught{x.names.put(p.Peer), int8(w)})
		}
	}
	x.learned = len(x.lessons) > 0
}
