package matching

import "cairn/internal/kit/moment"

// places finds the position of an id: a table with open addressing that holds
// positions alone, since the rows hold the ids. A map would take more room than
// the profile itself.
type places struct {
	slots []uint32 // position + 1; 0 is free
	n     int
}

// idHash is FNV-1a of the id. Positions are found by it, and turns taken from it.
func idHash(id moment.ID) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}

// turnOf gives the turn of a peer among equals: hash of id and seed together, so
// that each seed has an order of its own (the finisher of splitmix64).
func turnOf(hash, seed uint64) uint64 {
	z := hash ^ seed*0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// find gives the position of a key, or -1.
func (p *places) find(k key, hash uint64, r *rows) int {
	if len(p.slots) == 0 {
		return -1
	}
	mask := uint64(len(p.slots) - 1)
	for at := turnOf(hash, 0) & mask; ; at = (at + 1) & mask {
		switch s := p.slots[at]; {
		case s == 0:
			return -1
		case r.rest(int(s-1)).id == k:
			return int(s - 1)
		}
	}
}

// put adds a position that is not in the table yet.
func (p *places) put(i int, r *rows) {
	if 4*(p.n+1) > 3*len(p.slots) {
		old := p.slots
		p.slots = make([]uint32, max(2*len(old), 64))
		for _, s := range old {
			if s != 0 {
				p.set(s, r)
			}
		}
	}
	p.set(uint32(i+1), r)
	p.n++
}

func (p *places) set(s uint32, r *rows) {
	mask := uint64(len(p.slots) - 1)
	at := turnOf(r.at(int(s-1)).hash, 0) & mask
	for p.slots[at] != 0 {
		at = (at + 1) & mask
	}
	p.slots[at] = s
}
