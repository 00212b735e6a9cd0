// Package scan looks at every profile in turn. It is what the index is measured
// and checked against, in tests and benchmarks; the service does not use it.
package scan

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/moment"
)

// packed is a profile in three words: up to 128 situations, 64 languages, and
// up to 128 topics of "not today".
type packed struct {
	lived    [2]uint64
	speaks   uint64
	notToday [2]uint64
}

// Packed is all profiles, tightly, in the order of the index.
type Packed struct {
	rows       []packed
	ids        []moment.ID
	situations map[string]int
	languages  map[string]int
	having     map[string]int
}

// Pack packs profiles.
func Pack(all []people.Fit) *Packed {
	p := &Packed{situations: map[string]int{}, languages: map[string]int{}, having: map[string]int{}}
	number := func(m map[string]int, key string) int {
		if _, ok := m[key]; !ok {
			m[key] = len(m)
		}
		return m[key]
	}
	for _, f := range all {
		var r packed
		for _, l := range f.Lived {
			n := number(p.situations, l.Situation)
			r.lived[n>>6] |= 1 << (n & 63)
			p.having[l.Situation]++
		}
		for _, l := range f.Languages {
			r.speaks |= 1 << number(p.languages, l)
		}
		for _, s := range f.NotToday {
			n := number(p.situations, s)
			r.notToday[n>>6] |= 1 << (n & 63)
		}
		p.rows = append(p.rows, r)
		p.ids = append(p.ids, f.ID)
	}
	return p
}

// Found is one answer.
type Found struct {
	Peer  moment.ID
	Score int
	at    int
	turn  uint64
}

// query is an ask in the packed form.
type query struct {
	wanted, wishes [2]uint64
	weights        [128]int
	speaks, first  uint64
	anyLanguage    bool
	needWishes     bool
	needShared     bool
	impossible     bool
}

// The weights, written down a second time on purpose: a change of the rule in
// one place only is found by the comparison.
func weigh(all, having int) int {
	w := int(math.Round(5 * math.Log2(float64(all+1)/float64(having))))
	return min(max(w, 4), 40)
}

func (p *Packed) compile(a matching.Ask) query {
	var q query
	names := slices.Clone(a.Situations)
	for _, l := range a.Lived {
		if !slices.Contains(names, l.Situation) {
			names = append(names, l.Situation)
		}
	}
	for _, s := range names {
		if n, ok := p.situations[s]; ok {
			q.wanted[n>>6] |= 1 << (n & 63)
			if p.having[s] > 0 {
				q.weights[n] += weigh(len(p.rows), p.having[s])
			}
		}
	}
	for _, s := range a.Wishes {
		n, ok := p.situations[s]
		if !ok {
			q.impossible = q.impossible || a.Circle < matching.Widest || a.Firm
			continue
		}
		q.wishes[n>>6] |= 1 << (n & 63)
		q.weights[n] += 24
	}
	for i, l := range a.Languages {
		if n, ok := p.languages[l]; ok {
			q.speaks |= 1 << n
			if i == 0 {
				q.first = 1 << n
			}
		}
	}
	q.anyLanguage = len(a.Languages) == 0
	q.needWishes = a.Circle < matching.Widest || a.Firm
	q.needShared = a.Circle == matching.Close && len(names) > 0
	return q
}

// Best gives the k best, by looking at everybody.
func (p *Packed) Best(a matching.Ask, k int) []Found {
	q := p.compile(a)
	if q.impossible {
		return nil
	}
	best := make([]Found, 0, k+1)
	for i := range p.rows {
		r := &p.rows[i]
		if !q.anyLanguage && r.speaks&q.speaks == 0 || r.notToday[0]&q.wanted[0]|r.notToday[1]&q.wanted[1] != 0 {
			continue
		}
		if q.needWishes && (r.lived[0]&q.wishes[0] != q.wishes[0] || r.lived[1]&q.wishes[1] != q.wishes[1]) {
			continue
		}
		if q.needShared && r.lived[0]&q.wanted[0]|r.lived[1]&q.wanted[1] == 0 {
			continue
		}
		if len(a.Apart) > 0 && a.Apart[p.ids[i]] || p.ids[i] == a.Person {
			continue
		}
		score := 0
		for w := range 2 {
			for m := r.lived[w] & (q.wanted[w] | q.wishes[w]); m != 0; m &= m - 1 {
				score += q.weights[w<<6|bits.TrailingZeros64(m)]
			}
		}
		if r.speaks&q.first != 0 {
			score += 6
		}
		if len(best) == k && score <= best[k-1].Score {
			continue
		}
		at := len(best)
		for at > 0 && best[at-1].Score < score {
			at--
		}
		best = slices.Insert(best, at, Found{p.ids[i], score, i, 0})
		if len(best) > k {
			best = best[:k]
		}
	}
	return best
}

// RandomProfile makes a profile with a skewed choice of 60 situations, so that
// a few are common and many are rare, as in life.
func RandomProfile(rnd *rand.Rand, i int) people.Fit {
	f := people.Fit{ID: moment.ID(fmt.Sprintf("peer-%06d", i)), Languages: []string{"en"}}
	for range 3 + rnd.IntN(6) {
		f.Lived = append(f.Lived, people.Lived{Situation: someSituation(rnd), Visibility: people.ToMatches})
	}
	f.Lived = unique(f.Lived)
	if rnd.IntN(4) == 0 {
		f.Languages = append(f.Languages, fmt.Sprintf("l%d", rnd.IntN(20)))
	}
	if rnd.IntN(10) == 0 {
		f.Languages = f.Languages[1:]
		f.Languages = append(f.Languages, "es")
	}
	if rnd.IntN(8) == 0 {
		f.NotToday = []string{someSituation(rnd)}
	}
	return f
}

func unique(ls []people.Lived) []people.Lived {
	slices.SortFunc(ls, func(a, b people.Lived) int {
		if a.Situation < b.Situation {
			return -1
		}
		if a.Situation > b.Situation {
			return 1
		}
		return 0
	})
	return slices.CompactFunc(ls, func(a, b people.Lived) bool { return a.Situation == b.Situation })
}

func someSituation(rnd *rand.Rand) string {
	u := rnd.Float64()
	return fmt.Sprintf("s%02d", int(60*u*u))
}

// RandomAsk makes an ask for two to six situations, sometimes with a wish.
func RandomAsk(rnd *rand.Rand) matching.Ask {
	a := matching.Ask{Languages: []string{"en"}}
	for range 2 + rnd.IntN(5) {
		if s := someSituation(rnd); !slices.Contains(a.Situations, s) {
			a.Situations = append(a.Situations, s)
		}
	}
	if rnd.IntN(5) == 0 {
		a.Wishes = []string{fmt.Sprintf("s%02d", 50+rnd.IntN(10))}
		a.Situations = slices.DeleteFunc(a.Situations, func(s string) bool { return s == a.Wishes[0] })
	}
	return a
}
