package people

import "math/bits"

// SlotsOfWeek is how many half-hours a week has.
const SlotsOfWeek = 7 * 48

// Hours are half-hours of a week in UTC, one bit each, Monday 00:00 first. It is a
// week like every other: where a clock changes, the hours move with it.
type Hours [6]uint64

// Has tells whether a half-hour is among them. Slots count from Monday 00:00 UTC,
// and go round.
func (h Hours) Has(slot int) bool {
	slot = turn(slot)
	return h[slot>>6]&(1<<(slot&63)) != 0
}

// Put adds a half-hour.
func (h *Hours) Put(slot int) {
	slot = turn(slot)
	h[slot>>6] |= 1 << (slot & 63)
}

// Empty tells whether there are none.
func (h Hours) Empty() bool { return h == Hours{} }

// And gives what both have.
func (h Hours) And(o Hours) Hours {
	for i := range h {
		h[i] &= o[i]
	}
	return h
}

// Count is how many half-hours there are.
func (h Hours) Count() int {
	n := 0
	for _, w := range h {
		n += bits.OnesCount64(w)
	}
	return n
}

// Starts gives the half-hours from which a whole hour is free.
func (h Hours) Starts() Hours {
	const last = len(h) - 1
	first := h[0] & 1
	for i := range last {
		h[i] &= h[i]>>1 | h[i+1]<<63
	}
	h[last] &= h[last]>>1 | first<<((SlotsOfWeek-1)&63) // the week goes round
	h[last] &= 1<<(SlotsOfWeek&63) - 1
	return h
}

func turn(slot int) int { return ((slot % SlotsOfWeek) + SlotsOfWeek) % SlotsOfWeek }
