package matching

import (
	"math/bits"
	"slices"

	"cairn/internal/core/people"
)

// search is one question on its way through the index. What counts and is the
// same for many peers stands in sets; what is each peer's own (hours, wait,
// lessons) is looked up for the few who could still be among the best.
type search struct {
	x       *Index
	seek    *Seek    // nil for an Ask, which looks at nothing of a peer's own
	wanted  []int    // numbers of what the member lived or named; unknown ones are left out
	weights []int    // of sharing each
	kept    []bool   // whether the member keeps each to themselves
	secrets []uint32 // what the peer being explained keeps to themselves
	k       int
	allowed set
	sums    sums
	gladly  []set // who would gladly meet each of what the member lived
	slack   int   // what hours and lessons could bring
	starts  people.Hours
	lessons int        // the most that lessons could bring
	learnt  []extremes // by the peer's situation
	best    []hit      // best first
	need    int        // points a peer needs from sets alone to be looked up
	spare   []set      // buffers
	used    int
}

// hit is a peer found, by position.
type hit struct {
	turn  uint64
	at    int
	score int
}

func (h hit) before(g hit) bool {
	if h.score != g.score {
		return h.score > g.score
	}
	if h.turn != g.turn {
		return h.turn < g.turn
	}
	return h.at < g.at
}

// extremes is the best and the worst that a situation of the peer's was found to
// bring beside what the member lived, and beside which of that.
type extremes struct {
	best, worst     int8
	bestOf, worstOf uint32
}

// borrow gives a search that another one left, or a new one.
func (x *Index) borrow(k int) *search {
	q, ok := x.scratch.Get().(*search)
	if !ok {
		q = &search{}
	}
	q.x, q.seek, q.k, q.used, q.slack, q.need = x, nil, k, 0, 0, unreachable
	q.wanted, q.weights, q.kept, q.best = q.wanted[:0], q.weights[:0], q.kept[:0], q.best[:0]
	q.sums.reset()
	return q
}

// top finds the k best for a Seek, exactly as looking at everybody would. The
// result is good until the search is given back.
func (x *Index) top(s *Seek, k int) *search {
	q := x.borrow(k)
	q.seek, q.starts = s, s.Free.Starts()
	q.note()
	if k > 0 && x.n > 0 {
		q.limits()
		q.weigh()
		q.run()
	}
	return q
}

// run adds up what counts for everybody, and looks up the heaviest first: after
// a guess that is about right, few of the others could still be among the best.
// Whatever the guess, the answer is the same.
func (q *search) run() {
	blocks := len(q.allowed) / blockOf
	q.sums.allot(blocks)
	for b := range blocks {
		if *q.among(b) != (block{}) {
			q.sums.add(b)
		}
	}
	step := weightStep
	for least := q.guess(blocks); least > 0 && len(q.best) < q.k; least -= step {
		q.sweep(blocks, least)
		step *= 2
	}
	q.sweep(blocks, unreachable)
}

// among is who of a block may still be looked up.
func (q *search) among(number int) *block { return (*block)(q.allowed[number*blockOf:]) }

// guess gives a sum, in whole steps, that some three times as many as are wanted
// reach, judged by a few blocks.
func (q *search) guess(blocks int) int {
	apart := max(blocks/4, 1)
	want := max(3*q.k/apart, 1)
	low, high := 0, q.sums.most/weightStep+1
	for high-low > 1 {
		middle, n := (low+high)/2, 0
		for b := 0; b < blocks; b += apart {
			if *q.among(b) != (block{}) {
				some := q.sums.reach(b, middle*weightStep, q.among(b))
				n += some.count()
			}
		}
		if n >= want {
			low = middle
		} else {
			high = middle
		}
	}
	return low * weightStep
}

// sweep looks up, once, everybody whose sum is at least so much and who could
// still be among the best.
func (q *search) sweep(blocks, least int) {
	for b := range blocks {
		among := q.among(b)
		if *among == (block{}) {
			continue
		}
		if q.seek == nil && len(q.best) == q.k {
			q.need = q.best[q.k-1].score + 1 // of equals, who all are met in one sweep, the first stands first
		}
		who := q.sums.reach(b, max(least, q.need), among)
		among.minus(&who)
		for i, m := range who {
			for ; m != 0; m &= m - 1 {
				bit := bits.TrailingZeros64(m)
				q.lookUp((b*blockOf+i)<<6|bit, q.sums.of(b, i, bit))
			}
		}
	}
}

// giveBack lets another question use the buffers.
func (x *Index) giveBack(q *search) {
	q.x, q.seek = nil, nil
	x.scratch.Put(q)
}

const unreachable = -1 << 40

// note numbers what the member lived or named.
func (q *search) note() {
	note := func(slug string) {
		if n := q.x.names.find(slug); n >= 0 && !slices.Contains(q.wanted, n) {
			q.wanted, q.kept = append(q.wanted, n), append(q.kept, q.seek.hides(slug))
		}
	}
	for _, slug := range q.seek.Situations {
		note(slug)
	}
	for _, l := range q.seek.Lived {
		note(l.Situation)
	}
}

// buffer gives a set of the index's length; what is in it is not cleared.
func (q *search) buffer() set {
	words := len(q.x.live)
	if q.used == len(q.spare) {
		q.spare = append(q.spare, nil)
	}
	b := q.spare[q.used]
	if cap(b) < words {
		b = make(set, words, words+words/8)
	}
	b = b[:words]
	q.spare[q.used] = b
	q.used++
	return b
}

// whole gives a set in the index's length.
func (q *search) whole(s set) set {
	words := len(q.x.live)
	if len(s) >= words {
		return s[:words]
	}
	b := q.buffer()
	clear(b[copy(b, s):])
	return b
}

// limits works out who may be suggested at all, but for hours.
func (q *search) limits() {
	x, s := q.x, q.seek
	q.allowed = q.buffer()
	copy(q.allowed, x.live)
	q.allowed.minus(x.full)
	if i := x.find(s.Person); i >= 0 {
		q.allowed.drop(i) // nobody is their own peer
	}
	for id := range s.Apart {
		if i := x.find(id); i >= 0 && s.Apart[id] {
			q.allowed.drop(i)
		}
	}
	for _, n := range q.wanted {
		if p := x.notToday.of(n); p.n > 0 {
			q.allowed.minus(p.who)
		}
	}
	for _, slug := range s.NotToday {
		if p := x.lived.of(x.names.find(slug)); p.n > 0 {
			q.allowed.minus(p.who)
		}
	}
	q.meetAny(&x.speaks, s.Languages)
	if !s.Free.Empty() {
		free := q.buffer()
		clear(free[copy(free, x.anyHours):])
		for part := range partsOf(s.Free) {
			free.join(x.parts[part])
		}
		q.allowed.meet(free)
	}
	for _, w := range s.Wishes {
		if s.Firm {
			q.allowed.meet(x.lived.of(x.names.find(w)).who)
		}
	}
}

// weigh lists what counts.
func (q *search) weigh() {
	x, s := q.x, q.seek
	for _, n := range q.wanted {
		p := x.lived.of(n)
		q.weights = append(q.weights, weightShared(x.n, p.n))
		q.count(p, q.weights[len(q.weights)-1])
	}
	for i, w := range s.Wishes {
		if !slices.Contains(s.Wishes[:i], w) {
			q.count(x.lived.of(x.names.find(w)), weightWish)
		}
	}
	if len(s.Languages) > 0 {
		q.count(x.speaks.of(x.names.find(s.Languages[0])), weightPreferred)
	}
	q.weighGladly()
	for b, who := range x.roomy {
		q.count(posting{who, x.n}, 1<<b)
	}
	if !s.Free.Empty() {
		q.slack += mostHours
	}
	q.recall()
}

func (q *search) count(p posting, points int) {
	if p.n > 0 {
		q.sums.count(q.whole(p.who), points)
	}
}

// weighGladly counts who would gladly walk with this member.
func (q *search) weighGladly() {
	q.gladly = q.gladly[:0]
	for _, n := range q.wanted {
		if p := q.x.gladly.of(n); p.n > 0 {
			q.gladly = append(q.gladly, q.whole(p.who))
		}
	}
	q.sums.countTwice(q.gladly, weightGladly)
}

// recall gathers what was learned about what this member lived. Of equal
// lessons the first counts.
func (q *search) recall() {
	q.lessons = 0
	if !q.x.learned {
		return
	}
	if n := len(q.x.names.list); len(q.learnt) < n {
		q.learnt = make([]extremes, n)
	}
	clear(q.learnt)
	for _, a := range q.wanted {
		for _, t := range q.x.lessons[uint32(a)] {
			e := &q.learnt[t.peer]
			if t.points > e.best {
				e.best, e.bestOf = t.points, uint32(a)
			}
			if t.points < e.worst {
				e.worst, e.worstOf = t.points, uint32(a)
			}
			q.lessons = max(q.lessons, int(t.points))
		}
	}
	q.slack += q.lessons
}

// lookUp keeps the peer if they are among the best.
func (q *search) lookUp(at, score int) {
	if score < q.need {
		return
	}
	row := q.x.rows.at(at)
	h := hit{0, at, score}
	full := len(q.best) == q.k
	if q.seek != nil {
		more, ok := q.own(row)
		if h.score += more; !ok || full && h.score+q.lessons < q.best[q.k-1].score {
			return
		}
		h.score += q.lesson(at)
		h.turn = turnOf(row.hash, q.seek.Seed)
	}
	if full {
		if !h.before(q.best[q.k-1]) {
			return
		}
		q.best = q.best[:q.k-1]
	}
	place := len(q.best)
	q.best = append(q.best, h)
	for ; place > 0 && h.before(q.best[place-1]); place-- {
		q.best[place] = q.best[place-1]
	}
	q.best[place] = h
	if len(q.best) == q.k {
		q.need = q.best[q.k-1].score - q.slack
	}
}

// own gives what hours and waiting bring, and holds the limit of hours.
func (q *search) own(row *row) (points int, ok bool) {
	if !q.seek.Free.Empty() && !row.free.Empty() {
		n := row.free.Starts().And(q.starts).Count()
		if n == 0 {
			return 0, false
		}
		points = hoursPoints(n)
	}
	if row.room.days > 0 {
		points -= waitCost(int(row.room.days), q.seek.Dial)
	}
	return points, true
}

// lesson gives the best and the worst lesson together.
func (q *search) lesson(at int) int {
	if len(q.learnt) == 0 || !q.x.learned {
		return 0
	}
	best, worst := q.lessonsOf(at)
	return int(best.best) + int(worst.worst)
}

// lessonsOf gives what holds the best lesson about a peer, and what the worst.
func (q *search) lessonsOf(at int) (best, worst extremesOf) {
	r := reader(q.x.rows.rest(at).items)
	lived, _, _, _ := r.counts()
	for range lived {
		n := r.next() >> 2
		l := &q.learnt[n]
		if l.best > best.best {
			best = extremesOf{*l, n}
		}
		if l.worst < worst.worst {
			worst = extremesOf{*l, n}
		}
	}
	return best, worst
}

// extremesOf is extremes with the peer's situation.
type extremesOf struct {
	extremes
	peer uint32
}
