package matching

import (
	"iter"
	"sync"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
)

// Index finds the best peers without looking at each of them. It is safe for
// concurrent use. A profile's position never changes, nor does it go to somebody
// else.
type Index struct {
	mu     sync.RWMutex
	names  names
	others names // ids that are no UUID
	rows   rows
	places places

	live     set // positions that hold a profile
	n        int
	lived    postings
	speaks   postings
	notToday postings
	gladly   postings
	anyHours set                 // never said when they are free
	parts    [partsOfWeek]set    // who could begin an hour then
	full     set                 // no place left
	roomy    [roomBits]set       // room points, a bit each
	lessons  map[uint32][]taught // by the member's situation
	learned  bool                // there are lessons
	scratch  sync.Pool           // of *search
}

// roomBits is how many bits hold the points for room.
const roomBits = 2

// NewIndex makes an empty index.
func NewIndex() *Index {
	return &Index{names: names{number: map[string]uint32{}}, others: names{number: map[string]uint32{}}}
}

// find gives the position of somebody who has one, or -1.
func (x *Index) find(id moment.ID) int {
	k, ok := parse(id)
	if !ok {
		n := x.others.find(string(id))
		if n < 0 {
			return -1
		}
		k = x.keyOf(id)
	}
	return x.places.find(k, idHash(id), &x.rows)
}

// place gives the position of somebody, a new one if need be.
func (x *Index) place(id moment.ID) int {
	if i := x.find(id); i >= 0 {
		return i
	}
	i := x.rows.add()
	x.rows.rest(i).id, x.rows.at(i).hash = x.keyOf(id), idHash(id)
	x.places.put(i, &x.rows)
	return i
}

// Rev tells the revision of the profile that the index holds, or -1.
func (x *Index) Rev(id moment.ID) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if i := x.find(id); i >= 0 && x.live.has(i) {
		return x.rows.rest(i).rev
	}
	return -1
}

// Profile gives the profile that the index holds.
func (x *Index) Profile(id moment.ID) (people.Fit, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if i := x.find(id); i >= 0 && x.live.has(i) {
		return x.profile(i), true
	}
	return people.Fit{}, false
}

// Put adds a profile, or puts its new self in the place of the old one. What was
// told of the peer's room stays.
func (x *Index) Put(p people.Fit) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := x.place(p.ID)
	x.forget(i)
	row, rest := x.rows.at(i), x.rows.rest(i)
	row.free, row.roles = p.Free, p.Roles
	rest.rev, rest.until, rest.items = p.Rev, p.FreeUntil, x.pack(p)
	x.live.put(i)
	x.n++
	x.eachItem(i, func(to *postings, number uint32) { to.add(number, i) })
	x.anyHours.hold(i, p.Free.Empty())
	for part := range partsOf(p.Free) {
		x.parts[part].put(i)
	}
}

// Drop takes a profile out.
func (x *Index) Drop(id moment.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i := x.find(id); i >= 0 {
		x.forget(i)
	}
}

// Keep drops everybody but these.
func (x *Index) Keep(ids []moment.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var keep set
	for _, id := range ids {
		if i := x.find(id); i >= 0 {
			keep.put(i)
		}
	}
	for i := range x.rows.n {
		if x.live.has(i) && !keep.has(i) {
			x.forget(i)
		}
	}
}

// forget takes the profile at a position out of every posting. Nothing of it
// stays but the id and the room.
func (x *Index) forget(i int) {
	if !x.live.has(i) {
		return
	}
	x.eachItem(i, func(from *postings, number uint32) { from.remove(number, i) })
	row, rest := x.rows.at(i), x.rows.rest(i)
	for part := range partsOf(row.free) {
		x.parts[part].drop(i)
	}
	x.anyHours.drop(i)
	row.free, row.roles = people.Hours{}, 0
	rest.rev, rest.until, rest.items = 0, 0, ""
	x.live.drop(i)
	x.n--
}

// eachItem goes through the postings that the profile at a position stands in.
func (x *Index) eachItem(i int, do func(*postings, uint32)) {
	r := reader(x.rows.rest(i).items)
	lived, languages, notToday, gladly := r.counts()
	for range lived {
		do(&x.lived, r.next()>>2)
	}
	for range languages {
		do(&x.speaks, r.next())
	}
	for range notToday {
		do(&x.notToday, r.next())
	}
	for range gladly {
		do(&x.gladly, r.next())
	}
}

// SetRoom tells how many places a peer has left, of how many they carry at most
// (both 0 to 255). With none left they are not suggested, which is a hard limit.
// A peer of whom it was never told is suggested, and gets no points for room.
func (x *Index) SetRoom(id moment.ID, open, ceiling int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := x.place(id)
	r := &x.rows.at(i).room
	r.told, r.open, r.ceiling = true, uint8(min(max(open, 0), 255)), uint8(min(max(ceiling, 0), 255))
	x.full.hold(i, r.open == 0)
	for b := range x.roomy {
		x.roomy[b].hold(i, r.points()>>b&1 == 1)
	}
}

// SetWait tells in how many days (0 to 3650) the first of a peer's open places
// is free; 0 is now. A place that is not free yet counts as open when the caller
// says so by SetRoom. What a day costs is up to Seek.Dial.
func (x *Index) SetWait(id moment.ID, days int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rows.at(x.place(id)).room.days = uint16(min(max(days, 0), mostDays))
}

// mostDays bounds a wait.
const mostDays = 3650

// SetBytes is what the sets of positions take in memory, in bytes: they grow
// with what is described, and not with each profile.
func (x *Index) SetBytes() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n := x.lived.bytes() + x.speaks.bytes() + x.notToday.bytes() + x.gladly.bytes()
	for _, s := range append(x.parts[:], x.live, x.full, x.anyHours, x.roomy[0], x.roomy[1]) {
		n += 8 * cap(s)
	}
	return n
}

// The week in parts of two hours: fine enough to leave out most of those with no
// hour in common, and few enough to join. The half-hours themselves are looked
// up for whoever is left.
const (
	partSlots   = 4
	partsOfWeek = people.SlotsOfWeek / partSlots
)

// partsOf gives the parts of the week in which an hour could begin.
func partsOf(free people.Hours) iter.Seq[int] {
	starts := free.Starts()
	return func(yield func(int) bool) {
		for part := range partsOfWeek {
			if slot := part * partSlots; starts[slot>>6]>>(slot&63)&(1<<partSlots-1) != 0 && !yield(part) {
				return
			}
		}
	}
}
