package scan

import (
	"math"
	"math/bits"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/moment"
)

// Peer is a profile with what the index is told beside it.
type Peer struct {
	people.Fit
	Open, Ceiling, Days int
	Told                bool // room was told at all
}

// mentor is a peer in few words: up to 128 situations and 64 languages.
type mentor struct {
	lived, notToday, gladly [2]uint64
	speaks                  uint64
	starts                  people.Hours
	hash                    uint64
	room, days              int16
	full, said              bool
}

// lesson is a situation of the peer's, and what it was found to bring.
type lesson struct{ peer, points int }

// Mentors is all peers, tightly, in the order of the index.
type Mentors struct {
	rows       []mentor
	ids        []moment.ID
	at         map[moment.ID]int
	situations map[string]int
	languages  map[string]int
	having     [128]int
	lessons    [128][]lesson // by the member's situation
}

// PackMentors packs peers, with what was learned.
func PackMentors(all []Peer, l matching.Lessons) *Mentors {
	m := NewMentors(len(all))
	for _, p := range all {
		m.Add(p)
	}
	m.Learn(l)
	return m
}

// NewMentors has room for so many peers.
func NewMentors(n int) *Mentors {
	return &Mentors{rows: make([]mentor, 0, n), at: make(map[moment.ID]int, n), situations: map[string]int{}, languages: map[string]int{}}
}

// Add packs one peer more.
func (m *Mentors) Add(p Peer) {
	r := mentor{starts: p.Free.Starts(), said: !p.Free.Empty(), full: p.Told && p.Open <= 0, hash: fnv(p.ID), days: int16(p.Days)}
	for _, l := range p.Lived {
		n := number(m.situations, l.Situation)
		mark(&r.lived, n)
		m.having[n]++
	}
	for _, s := range p.NotToday {
		mark(&r.notToday, number(m.situations, s))
	}
	for _, s := range p.Gladly {
		mark(&r.gladly, number(m.situations, s))
	}
	for _, l := range p.Languages {
		r.speaks |= 1 << number(m.languages, l)
	}
	if p.Ceiling > 0 {
		r.room = int16(3 * p.Open / p.Ceiling)
	}
	m.at[p.ID] = len(m.rows)
	m.rows, m.ids = append(m.rows, r), append(m.ids, p.ID)
}

// Learn works out the points of each pair of situations.
func (m *Mentors) Learn(l matching.Lessons) {
	counts := l.Counts()
	kept, all := 1.0, 2.0
	for _, c := range counts {
		kept, all = kept+float64(c.Kept), all+float64(c.Kept+c.Switched)
	}
	average := kept / all
	for p, c := range counts {
		rate := (float64(c.Kept) + 24*average) / (float64(c.Kept+c.Switched) + 24)
		if w := int(math.Round(12 * (rate - average))); w != 0 {
			a := number(m.situations, p.Member)
			m.lessons[a] = append(m.lessons[a], lesson{number(m.situations, p.Peer), min(max(w, -3), 3)})
		}
	}
}

func number(m map[string]int, name string) int {
	if _, ok := m[name]; !ok {
		m[name] = len(m)
	}
	return m[name]
}

func mark(to *[2]uint64, n int) { to[n>>6] |= 1 << (n & 63) }

func fnv(id moment.ID) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}

func turn(hash, seed uint64) uint64 {
	z := hash ^ seed*0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// sought is a Seek in the packed form.
type sought struct {
	wanted, counts, avoid, firm [2]uint64
	weights                     [128]int
	best, worst                 [128]int
	lessons                     bool
	speaks, first               uint64
	starts                      people.Hours
	said, anyLanguage           bool
	impossible                  bool
	most                        int // what hours, room and lessons could bring
}

func (m *Mentors) compile(s *matching.Seek) sought {
	q := sought{starts: s.Free.Starts(), said: !s.Free.Empty(), anyLanguage: len(s.Languages) == 0, most: 3 + 5 + 3}
	names := slices.Clone(s.Situations)
	for _, l := range s.Lived {
		names = append(names, l.Situation)
	}
	for i, name := range names {
		n, ok := m.situations[name]
		if !ok || slices.Contains(names[:i], name) {
			continue
		}
		mark(&q.wanted, n)
		if m.having[n] > 0 {
			q.weights[n] += (weigh(len(m.rows), m.having[n]) + 4) &^ 7
		}
	}
	q.counts = q.wanted
	for i, w := range s.Wishes {
		n, ok := m.situations[w]
		q.impossible = q.impossible || !ok && s.Firm
		if ok && !slices.Contains(s.Wishes[:i], w) {
			mark(&q.counts, n)
			q.weights[n] += 24
			if s.Firm {
				mark(&q.firm, n)
			}
		}
	}
	for _, name := range s.NotToday {
		if n, ok := m.situations[name]; ok {
			mark(&q.avoid, n)
		}
	}
	for i, l := range s.Languages {
		if n, ok := m.languages[l]; ok {
			q.speaks |= 1 << n
			if i == 0 {
				q.first = 1 << n
			}
		}
	}
	for a, taught := range m.lessons {
		if q.wanted[a>>6]&(1<<(a&63)) != 0 {
			for _, l := range taught {
				q.best[l.peer], q.worst[l.peer], q.lessons = max(q.best[l.peer], l.points), min(q.worst[l.peer], l.points), true
			}
		}
	}
	return q
}

// Best gives the k best, by looking at everybody.
func (m *Mentors) Best(s matching.Seek, k int) []Found {
	q := m.compile(&s)
	if q.impossible {
		return nil
	}
	self, apart := -1, make(map[int]bool, len(s.Apart))
	if i, ok := m.at[s.Person]; ok {
		self = i
	}
	for id := range s.Apart {
		if i, ok := m.at[id]; ok {
			apart[i] = true
		}
	}
	best := make([]Found, 0, k+1)
	worst := math.MinInt
	for i := range m.rows {
		r := &m.rows[i]
		if r.full || !q.anyLanguage && r.speaks&q.speaks == 0 || r.notToday[0]&q.wanted[0]|r.notToday[1]&q.wanted[1]|r.lived[0]&q.avoid[0]|r.lived[1]&q.avoid[1] != 0 ||
			r.lived[0]&q.firm[0] != q.firm[0] || r.lived[1]&q.firm[1] != q.firm[1] {
			continue
		}
		score := q.score(r)
		if score+q.most < worst || i == self || len(apart) > 0 && apart[i] {
			continue
		}
		more, ok := q.own(r)
		if !ok {
			continue
		}
		score += more - int(r.days)*s.Dial/100
		if score < worst {
			continue
		}
		best = keep(best, Found{m.ids[i], score, i, turn(r.hash, s.Seed)}, k)
		if len(best) == k {
			worst = best[k-1].Score
		}
	}
	return best
}

// score counts what stands in masks.
func (q *sought) score(r *mentor) int {
	score := 0
	for w := range 2 {
		for b := r.lived[w] & q.counts[w]; b != 0; b &= b - 1 {
			score += q.weights[w<<6|bits.TrailingZeros64(b)]
		}
	}
	if r.speaks&q.first != 0 {
		score += 8
	}
	return score + 8*min(bits.OnesCount64(r.gladly[0]&q.wanted[0])+bits.OnesCount64(r.gladly[1]&q.wanted[1]), 2)
}

// own counts hours, room and lessons, and holds the limit of hours.
func (q *sought) own(r *mentor) (points int, ok bool) {
	points = int(r.room)
	if q.said && r.said {
		n := q.starts.And(r.starts).Count()
		if n == 0 {
			return 0, false
		}
		points += min((n+1)/2, 5)
	}
	if q.lessons {
		best, worst := 0, 0
		for w := range 2 {
			for b := r.lived[w]; b != 0; b &= b - 1 {
				n := w<<6 | bits.TrailingZeros64(b)
				best, worst = max(best, q.best[n]), min(worst, q.worst[n])
			}
		}
		points += best + worst
	}
	return points, true
}

func keep(best []Found, f Found, k int) []Found {
	at := len(best)
	for at > 0 && (best[at-1].Score < f.Score || best[at-1].Score == f.Score && best[at-1].turn > f.turn) {
		at--
	}
	if at == k {
		return best
	}
	best = slices.Insert(best, at, f)
	return best[:min(k, len(best))]
}
