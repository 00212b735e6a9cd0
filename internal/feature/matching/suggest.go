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
	why := make([]Reason, 0, 10*len(out))
	for i, h := range q.best {
		from := len(why)
		out[i], why = q.explain(h, why)
		out[i].Why = why[from:len(why):len(why)]
	}
	return out
}

// explain adds the parts of a score to a list.
func (q *search) explain(h hit, why []Reason) (Suggestion, []Reason) {
	x, s, row := q.x, q.seek, q.x.rows.at(h.at)
	out := Suggestion{Peer: x.id(x.rows.rest(h.at).id), Score: h.score}
	add := func(kind, slug string, points int, may bool) {
		why = append(why, Reason{kind, slug, points, may})
	}
	q.secrets = x.onlyMatching(h.at, q.secrets[:0])
	for i, n := range q.wanted {
		if x.lived.of(n).who.has(h.at) {
			add(ReasonShared, x.names.list[n], q.weights[i], q.open(i))
		}
	}
	for i, w := range s.Wishes {
		if n := x.names.find(w); x.lived.of(n).who.has(h.at) && !slices.Contains(s.Wishes[:i], w) {
			add(ReasonWish, w, weightWish, !s.hides(w) && !slices.Contains(q.secrets, uint32(n)))
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
	return out, why
}

// open tells whether what the member lived may be named: neither side marked it
// as only for matching. Wishes are held to the same, since a wish met names what
// one lived, and a wish made hints at what the other did.
func (q *search) open(i int) bool {
	return !q.kept[i] && !slices.Contains(q.secrets, uint32(q.wanted[i]))
}

func (q *search) explainGladly(at int, add func(string, string, int, bool)) {
	met := 0
	for i, n := range q.wanted {
		if met < mostGladly && q.x.gladly.of(n).who.has(at) {
			add(ReasonGladly, q.x.names.list[n], weightGladly, q.open(i))
			met++
		}
	}
}

// explainLesson names the pair of situations behind the best and the worst
// lesson. They are never said to anybody, since they would name what either side
// may keep to themselves.
func (q *search) explainLesson(at int, add func(string, string, int, bool)) {
	if !q.x.learned {
		return
	}
	best, worst := q.lessonsOf(at)
	names := q.x.names.list
	if best.best != 0 {
		add(ReasonLesson, names[best.bestOf]+"/"+names[best.peer], int(best.best), false)
	}
	if worst.worst != 0 {
		add(ReasonLesson, names[worst.worstOf]+"/"+names[worst.peer], int(worst.worst), false)
	}
}
