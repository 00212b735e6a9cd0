package matching

import (
	"slices"
)

// Suggest gives the k best peers for the member, best first, with the reasons.
// Hard limits hold: nobody is their own peer, those kept apart, no common
// language, what either side does not want to meet, no hour that both could
// begin, no place left, firm wishes. Among equals the Seek's seed decides.
func (x *Index) Suggest(s Seek, k int) []Suggestion {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.top(&s, k)
	defer x.giveBack(q)
	out := make([]Suggestion, len(q.best))
	for i, h := range q.best {
		out[i] = q.explain(h)
	}
	return out
}

// explain lists the parts of a score.
func (q *search) explain(h hit) Suggestion {
	x, s, row := q.x, q.seek, q.x.rows.at(h.at)
	out := Suggestion{Peer: x.id(row.id), Score: h.score, Why: make([]Reason, 0, 8)}
	add := func(kind, slug string, points int, may bool) {
		out.Why = append(out.Why, Reason{kind, slug, points, may})
	}
	for _, n := range q.wanted {
		if p := x.lived.of(n); p.who.has(h.at) {
			add(ReasonShared, x.names.list[n], weightShared(x.n, p.n), q.open(h.at, n))
		}
	}
	for i, w := range s.Wishes {
		if n := x.names.find(w); x.lived.of(n).who.has(h.at) && !slices.Contains(s.Wishes[:i], w) {
			add(ReasonWish, w, weightWish, q.open(h.at, n))
		}
	}
	q.explainGladly(h.at, add)
	for i, l := range s.Languages {
		if x.speaks.of(x.names.find(l)).who.has(h.at) {
			add(ReasonLanguage, l, weightPreferred*max(1-i, 0), true)
			break
		}
	}
	if !s.Free.Empty() && !row.free.Empty() {
		out.Hours = s.Free.And(row.free)
		add(ReasonHours, "", hoursPoints(out.Hours.Starts().Count()), true)
	}
	if p := row.room.points(); p > 0 {
		add(ReasonRoom, "", p, false)
	}
	q.explainLesson(h.at, add)
	if cost := waitCost(int(row.room.days), s.Dial); cost > 0 {
		add(ReasonWait, "", -cost, false)
	}
	return out
}

// open tells whether an item may be named: neither side marked it as only for
// matching. It holds for wishes too, since a wish met names what the peer lived,
// and a wish made hints at what the wisher did.
func (q *search) open(at, number int) bool {
	return !q.seek.hides(q.x.names.list[number]) && !q.x.hides(at, number)
}

func (q *search) explainGladly(at int, add func(string, string, int, bool)) {
	met := 0
	for _, n := range q.wanted {
		if met < mostGladly && q.x.gladly.of(n).who.has(at) {
			add(ReasonGladly, q.x.names.list[n], weightGladly, q.open(at, n))
			met++
		}
	}
}

// explainLesson names the pair of situations behind the best and the worst
// lesson; of equal ones the first by the member's situation. They are never said
// to anybody, since they would name what either side may keep to themselves.
func (q *search) explainLesson(at int, add func(string, string, int, bool)) {
	var best, worst taught
	var bestOf, worstOf int
	for _, a := range q.wanted {
		for _, t := range q.x.lessons[uint32(a)] {
			if !q.x.lived.of(int(t.peer)).who.has(at) {
				continue
			}
			if t.points > best.points {
				best, bestOf = t, a
			}
			if t.points < worst.points {
				worst, worstOf = t, a
			}
		}
	}
	say := func(a int, t taught) {
		if t.points != 0 {
			add(ReasonLesson, q.x.names.list[a]+"/"+q.x.names.list[t.peer], int(t.points), false)
		}
	}
	say(bestOf, best)
	say(worstOf, worst)
}
