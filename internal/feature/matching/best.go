package matching

import (
	"container/heap"
	"math/bits"
	"slices"

	"cairn/internal/kit/moment"
)

// Best gives the k best peers for the ask, best first, out of `among`, or out
// of everybody when among is nil. Hard limits hold; equal fits stand in the
// order in which the index met the people.
func (x *Index) Best(a Ask, among []moment.ID, k int) []Fit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	traits := x.traits(a)
	allowed := x.allowed(a, among, traits)
	found := topOf(allowed, traits, k)
	out := make([]Fit, len(found))
	for i, f := range found {
		out[i] = a.explain(x.profile(f.at), f.score)
	}
	return out
}

// trait is one thing that counts, and for how much.
type trait struct {
	who    set
	weight int
	n      int
	kind   traitKind
}

type traitKind uint8

const (
	isSituation traitKind = iota
	isWish
	isLanguage
)

// traits lists what counts for an ask, heaviest first; of equal weight the
// rarer first, since it narrows the search more.
func (x *Index) traits(a Ask) []trait {
	out := make([]trait, 0, 16)
	for _, s := range a.wanted() {
		if p := x.lived.of(x.names.find(s)); p.n > 0 {
			out = append(out, trait{p.who, rarity(x.n, p.n), p.n, isSituation})
		}
	}
	for _, w := range a.Wishes {
		if p := x.lived.of(x.names.find(w)); p.n > 0 {
			out = append(out, trait{p.who, weightWish, p.n, isWish})
		}
	}
	if len(a.Languages) > 0 {
		if p := x.speaks.of(x.names.find(a.Languages[0])); p.n > 0 {
			out = append(out, trait{p.who, weightLanguage, p.n, isLanguage})
		}
	}
	slices.SortStableFunc(out, func(p, q trait) int {
		if p.weight != q.weight {
			return q.weight - p.weight
		}
		return p.n - q.n
	})
	return out
}

// allowed is who may be offered at all, in the ask's circle.
func (x *Index) allowed(a Ask, among []moment.ID, traits []trait) set {
	ok := make(set, len(x.live))
	if among == nil {
		copy(ok, x.live)
	} else {
		for _, id := range among {
			if i := x.find(id); i >= 0 && x.live.has(i) {
				ok.put(i)
			}
		}
	}
	if i := x.find(a.Person); i >= 0 {
		ok.drop(i) // nobody is their own peer
	}
	for id := range a.Apart {
		if i := x.find(id); i >= 0 {
			ok.drop(i)
		}
	}
	for _, s := range a.wanted() {
		ok.minus(x.notToday.of(x.names.find(s)).who)
	}
	if len(a.Languages) > 0 {
		ok.meet(x.anyOf(a.Languages))
	}
	if a.Circle < Widest || a.Firm {
		for _, w := range a.Wishes {
			ok.meet(x.lived.of(x.names.find(w)).who)
		}
	}
	if a.Circle == Close && len(a.wanted()) > 0 {
		var sharing set
		for _, t := range traits {
			if t.kind == isSituation {
				sharing.join(t.who)
			}
		}
		ok.meet(sharing)
	}
	return ok
}

// anyOf is who speaks any of the languages.
func (x *Index) anyOf(languages []string) set {
	var s set
	for _, l := range languages {
		s.join(x.speaks.of(x.names.find(l)).who)
	}
	return s
}

// found is a peer with the score of the pair.
type found struct{ at, score int }

// before orders answers: the better fit first, then the lower position.
func (f found) before(g found) bool {
	if f.score != g.score {
		return f.score > g.score
	}
	return f.at < g.at
}

// branch is a group of peers who agree on the first `depth` traits. Its bound is
// what the best of them could reach.
type branch struct {
	who   set
	n     int
	depth int
	score int
	bound int
}

// few is when scoring each peer of a group costs less than splitting it again.
const few = 192

// topOf searches best-first: the group that could hold the best peer is split by
// its next trait, or scored when it is small, until no group left can better
// the k-th answer. It looks at few peers and gives exactly what looking at all
// would give.
func topOf(allowed set, traits []trait, k int) []found {
	total := 0
	for _, t := range traits {
		total += t.weight
	}
	n := allowed.count()
	if n == 0 || k <= 0 {
		return nil
	}
	open := branches{{who: allowed, n: n, bound: total}}
	best := &answers{k: k}
	for len(open) > 0 {
		b := heap.Pop(&open).(branch) //nolint:errcheck,forcetypeassert // only branches are pushed
		if best.full() && b.bound < best.worst().score {
			break
		}
		switch {
		case b.n <= few:
			best.scoreEach(b, traits)
		case b.depth == len(traits):
			best.takeFirst(b)
		default:
			split(&open, b, traits[b.depth], best)
		}
	}
	return best.sorted()
}

// split parts a group by a trait into those who have it and those who do not.
func split(open *branches, b branch, t trait, best *answers) {
	with := make(set, len(b.who))
	n := 0
	for i := range min(len(b.who), len(t.who)) {
		with[i] = b.who[i] & t.who[i]
		n += bits.OnesCount64(with[i])
	}
	if n > 0 {
		heap.Push(open, branch{with, n, b.depth + 1, b.score + t.weight, b.bound})
	}
	if rest := b.n - n; rest > 0 {
		bound := b.bound - t.weight
		if best.full() && bound < best.worst().score {
			return
		}
		b.who.minus(with) // the group is ours alone: its bits can be reused
		heap.Push(open, branch{b.who, rest, b.depth + 1, b.score, bound})
	}
}

// branches is a heap by bound; of equal bounds the deeper one first.
type branches []branch

func (b branches) Len() int { return len(b) }
func (b branches) Less(i, j int) bool {
	if b[i].bound != b[j].bound {
		return b[i].bound > b[j].bound
	}
	return b[i].depth > b[j].depth
}
func (b branches) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
func (b *branches) Push(x any)   { *b = append(*b, x.(branch)) } //nolint:errcheck,forcetypeassert // only branches are pushed
func (b *branches) Pop() any {
	old := *b
	x := old[len(old)-1]
	*b = old[:len(old)-1]
	return x
}

// answers keeps the k best so far, the worst of them on top of a heap.
type answers struct {
	k    int
	list []found
}

func (a *answers) full() bool   { return len(a.list) >= a.k }
func (a *answers) worst() found { return a.list[0] }
func (a *answers) Len() int     { return len(a.list) }
func (a *answers) Less(i, j int) bool {
	return a.list[j].before(a.list[i])
}
func (a *answers) Swap(i, j int) { a.list[i], a.list[j] = a.list[j], a.list[i] }
func (a *answers) Push(x any)    { a.list = append(a.list, x.(found)) } //nolint:errcheck,forcetypeassert // only answers are pushed
func (a *answers) Pop() any {
	x := a.list[len(a.list)-1]
	a.list = a.list[:len(a.list)-1]
	return x
}

func (a *answers) take(f found) {
	if !a.full() {
		heap.Push(a, f)
		return
	}
	if f.before(a.list[0]) {
		a.list[0] = f
		heap.Fix(a, 0)
	}
}

func (a *answers) scoreEach(b branch, traits []trait) {
	for w, word := range b.who {
		for ; word != 0; word &= word - 1 {
			f := found{w<<6 | bits.TrailingZeros64(word), b.score}
			for _, t := range traits[b.depth:] {
				if t.who.has(f.at) {
					f.score += t.weight
				}
			}
			a.take(f)
		}
	}
}

// takeFirst takes from a group whose members all fit the same: the first k of
// them by position are enough.
func (a *answers) takeFirst(b branch) {
	left := a.k
	for w, word := range b.who {
		for ; word != 0 && left > 0; word &= word - 1 {
			a.take(found{w<<6 | bits.TrailingZeros64(word), b.score})
			left--
		}
	}
}

func (a *answers) sorted() []found {
	slices.SortFunc(a.list, func(f, g found) int {
		if f.before(g) {
			return -1
		}
		return 1
	})
	return a.list
}
