package matching

import (
	"math/bits"
	"sync"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
)

// set is a set of positions, one bit each.
type set []uint64

func (s set) has(i int) bool {
	w := i >> 6
	return w < len(s) && s[w]&(1<<(i&63)) != 0
}

func (s *set) put(i int) {
	for len(*s) <= i>>6 {
		*s = append(*s, 0)
	}
	(*s)[i>>6] |= 1 << (i & 63)
}

func (s set) drop(i int) {
	if w := i >> 6; w < len(s) {
		s[w] &^= 1 << (i & 63)
	}
}

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// posting is who has a situation, and how many they are.
type posting struct {
	who set
	n   int
}

// Index finds the best peers for an ask without looking at each of them. It is
// safe for concurrent use. A profile's position never changes; equal fits are
// ordered by position, so an answer is the same every time.
type Index struct {
	mu       sync.RWMutex
	at       map[moment.ID]int
	profiles []people.Fit
	live     set // positions that hold a profile
	n        int
	lived    map[string]*posting
	speaks   map[string]*posting
	notToday map[string]*posting
	room     map[moment.ID]room
	lessons  Lessons
}

// NewIndex makes an empty index.
func NewIndex() *Index {
	return &Index{at: map[moment.ID]int{}, lived: map[string]*posting{}, speaks: map[string]*posting{}, notToday: map[string]*posting{}, room: map[moment.ID]room{}}
}

// Rev tells the revision of the profile that the index holds, or -1.
func (x *Index) Rev(id moment.ID) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if i, ok := x.at[id]; ok && x.live.has(i) {
		return x.profiles[i].Rev
	}
	return -1
}

// Profile gives the profile that the index holds.
func (x *Index) Profile(id moment.ID) (people.Fit, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if i, ok := x.at[id]; ok && x.live.has(i) {
		return x.profiles[i], true
	}
	return people.Fit{}, false
}

// Put adds a profile, or puts its new self in the place of the old one.
func (x *Index) Put(p people.Fit) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, known := x.at[p.ID]
	if !known {
		i = len(x.profiles)
		x.at[p.ID] = i
		x.profiles = append(x.profiles, people.Fit{})
	}
	x.forget(i)
	x.profiles[i] = p
	x.live.put(i)
	x.n++
	for _, l := range p.Lived {
		add(x.lived, l.Situation, i)
	}
	for _, l := range p.Languages {
		add(x.speaks, l, i)
	}
	for _, s := range p.NotToday {
		add(x.notToday, s, i)
	}
}

// Drop takes a profile out.
func (x *Index) Drop(id moment.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i, ok := x.at[id]; ok {
		x.forget(i)
		x.profiles[i] = people.Fit{}
	}
}

// Keep drops everybody but these.
func (x *Index) Keep(ids []moment.ID) {
	keep := make(map[moment.ID]bool, len(ids))
	for _, id := range ids {
		keep[id] = true
	}
	x.mu.RLock()
	var gone []moment.ID
	for id, i := range x.at {
		if x.live.has(i) && !keep[id] {
			gone = append(gone, id)
		}
	}
	x.mu.RUnlock()
	for _, id := range gone {
		x.Drop(id)
	}
}

// forget takes the profile at a position out of every posting.
func (x *Index) forget(i int) {
	if !x.live.has(i) {
		return
	}
	p := x.profiles[i]
	for _, l := range p.Lived {
		remove(x.lived, l.Situation, i)
	}
	for _, l := range p.Languages {
		remove(x.speaks, l, i)
	}
	for _, s := range p.NotToday {
		remove(x.notToday, s, i)
	}
	x.live.drop(i)
	x.n--
}

func add(m map[string]*posting, key string, i int) {
	p := m[key]
	if p == nil {
		p = &posting{}
		m[key] = p
	}
	if !p.who.has(i) {
		p.who.put(i)
		p.n++
	}
}

func remove(m map[string]*posting, key string, i int) {
	if p := m[key]; p != nil && p.who.has(i) {
		p.who.drop(i)
		p.n--
	}
}
