package matching

import "cairn/internal/kit/moment"

// Best gives the k best peers for the ask, best first, out of `among`, or out
// of everybody when among is nil. Hard limits hold; equal fits stand in the
// order in which the index met the people.
func (x *Index) Best(a Ask, among []moment.ID, k int) []Fit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.borrow(k)
	defer x.giveBack(q)
	if k > 0 && x.n > 0 {
		q.admit(a, among)
		q.weighAsk(a)
		q.run()
	}
	out := make([]Fit, len(q.best))
	for i, h := range q.best {
		out[i] = a.explain(x.profile(h.at), h.score)
	}
	return out
}

// weighAsk lists what counts for an ask.
func (q *search) weighAsk(a Ask) {
	x := q.x
	for _, s := range a.wanted() {
		p := x.lived.of(x.names.find(s))
		q.count(p, rarity(x.n, p.n))
	}
	for _, w := range a.Wishes {
		q.count(x.lived.of(x.names.find(w)), weightWish)
	}
	if len(a.Languages) > 0 {
		q.count(x.speaks.of(x.names.find(a.Languages[0])), weightLanguage)
	}
}

// admit works out who may be offered at all, in the ask's circle.
func (q *search) admit(a Ask, among []moment.ID) {
	x, wanted := q.x, a.wanted()
	q.allowed = q.buffer()
	if among == nil {
		copy(q.allowed, x.live)
	} else {
		clear(q.allowed)
		for _, id := range among {
			if i := x.find(id); i >= 0 && x.live.has(i) {
				q.allowed.put(i)
			}
		}
	}
	if i := x.find(a.Person); i >= 0 {
		q.allowed.drop(i) // nobody is their own peer
	}
	for id := range a.Apart {
		if i := x.find(id); i >= 0 {
			q.allowed.drop(i)
		}
	}
	for _, s := range wanted {
		q.allowed.minus(x.notToday.of(x.names.find(s)).who)
	}
	q.meetAny(&x.speaks, a.Languages)
	if a.Circle < Widest || a.Firm {
		for _, w := range a.Wishes {
			q.allowed.meet(x.lived.of(x.names.find(w)).who)
		}
	}
	if a.Circle == Close {
		q.meetAny(&x.lived, wanted)
	}
}

// meetAny leaves those who have at least one of the things, if any is asked for.
func (q *search) meetAny(in *postings, things []string) {
	switch len(things) {
	case 0:
	case 1:
		q.allowed.meet(in.of(q.x.names.find(things[0])).who)
	default:
		either := q.buffer()
		clear(either)
		for _, t := range things {
			either.join(in.of(q.x.names.find(t)).who)
		}
		q.allowed.meet(either)
	}
}
