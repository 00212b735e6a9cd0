package matching

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// names numbers slugs and language tags, so that a profile holds numbers.
type names struct {
	list   []string
	number map[string]uint32
}

// put numbers a name, the same way every time.
func (n *names) put(name string) uint32 {
	if i, ok := n.number[name]; ok {
		return i
	}
	name = strings.Clone(name)
	i := uint32(len(n.list))
	n.list = append(n.list, name)
	n.number[name] = i
	return i
}

// find gives the number of a name, or -1.
func (n *names) find(name string) int {
	if i, ok := n.number[name]; ok {
		return int(i)
	}
	return -1
}

// key is an id in sixteen bytes: those of a UUID, or eight of ones and a place
// in a list, which no UUID begins with.
type key [16]byte

// row is what a search looks up of a peer: one line of the processor's cache.
type row struct {
	free  people.Hours
	hash  uint64 // of the id, see idHash
	room  room
	roles access.Roles
}

// rest is what else a profile holds. A million of them are held, so each byte counts.
type rest struct {
	id    key
	rev   int64
	until moment.Time
	items string // numbers, see pack
}

// room is what a peer can still carry.
type room struct {
	days          uint16 // until the first of the open places is free
	open, ceiling uint8
	told          bool
}

// points weighs places left against the ceiling.
func (r room) points() int {
	if r.ceiling == 0 {
		return 0
	}
	return mostRoom * int(min(r.open, r.ceiling)) / int(r.ceiling)
}

// pageOf is how many profiles are allotted together: nothing is copied or left
// over by half as the index grows.
const pageOf = 512

// rows are packed profiles by position.
type rows struct {
	hot  []*[pageOf]row
	cold []*[pageOf]rest
	n    int
}

func (r *rows) at(i int) *row    { return &r.hot[uint(i)/pageOf][uint(i)%pageOf] }
func (r *rows) rest(i int) *rest { return &r.cold[uint(i)/pageOf][uint(i)%pageOf] }

func (r *rows) add() int {
	if r.n == len(r.hot)*pageOf {
		r.hot, r.cold = append(r.hot, new([pageOf]row)), append(r.cold, new([pageOf]rest))
	}
	r.n++
	return r.n - 1
}

// The visibilities by number. What is not known is hidden.
var visibilities = [4]people.Visibility{people.OnlyMatching, people.ToMatches, people.ToAll, ""}

func visibilityNumber(v people.Visibility) uint32 {
	for i, known := range visibilities {
		if v == known {
			return uint32(i)
		}
	}
	return 0
}

// pack writes what a profile lists as numbers of varying length: four counts,
// then the lived (number and visibility), languages, "not today", gladly.
func (x *Index) pack(p people.Fit) string {
	var buf [256]byte
	b := buf[:0]
	for _, n := range []int{len(p.Lived), len(p.Languages), len(p.NotToday), len(p.Gladly)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, l := range p.Lived {
		b = binary.AppendUvarint(b, uint64(x.names.put(l.Situation)<<2|visibilityNumber(l.Visibility)))
	}
	for _, list := range [][]string{p.Languages, p.NotToday, p.Gladly} {
		for _, s := range list {
			b = binary.AppendUvarint(b, uint64(x.names.put(s)))
		}
	}
	return string(b)
}

// reader reads numbers of varying length off a string.
type reader string

func (r *reader) next() uint32 {
	var n uint32
	for i := 0; i < len(*r); i++ {
		c := (*r)[i]
		n |= uint32(c&0x7f) << (7 * i)
		if c < 0x80 {
			*r = (*r)[i+1:]
			return n
		}
	}
	*r = ""
	return n
}

// counts reads how many there are of each list.
func (r *reader) counts() (lived, languages, notToday, gladly int) {
	return int(r.next()), int(r.next()), int(r.next()), int(r.next())
}

// profile unpacks the profile at a position.
func (x *Index) profile(i int) people.Fit {
	row, rest := x.rows.at(i), x.rows.rest(i)
	p := people.Fit{ID: x.id(rest.id), Rev: rest.rev, Roles: row.roles, Free: row.free, FreeUntil: rest.until}
	r := reader(rest.items)
	lived, languages, notToday, gladly := r.counts()
	for range lived {
		n := r.next()
		p.Lived = append(p.Lived, people.Lived{Situation: x.names.list[n>>2], Visibility: visibilities[n&3]})
	}
	list := func(n int) (out []string) {
		for range n {
			out = append(out, x.names.list[r.next()])
		}
		return out
	}
	p.Languages, p.NotToday, p.Gladly = list(languages), list(notToday), list(gladly)
	return p
}

// onlyMatching adds what the person at a position marked as only for matching.
func (x *Index) onlyMatching(i int, to []uint32) []uint32 {
	r := reader(x.rows.rest(i).items)
	lived, _, _, _ := r.counts()
	for range lived {
		if n := r.next(); visibilities[n&3] == people.OnlyMatching {
			to = append(to, n>>2)
		}
	}
	return to
}

// other marks a key that is not a UUID.
const other = ^uint64(0)

// parse gives the bytes of a UUID in its canonical form.
func parse(id moment.ID) (k key, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return k, false
	}
	var text [32]byte
	for i, at := 0, 0; i < len(id); i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			continue
		}
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return k, false
		}
		text[at] = id[i]
		at++
	}
	_, err := hex.Decode(k[:], text[:])
	return k, err == nil && binary.BigEndian.Uint64(k[:]) != other
}

// keyOf packs an id, and remembers it when it is no UUID.
func (x *Index) keyOf(id moment.ID) key {
	if k, ok := parse(id); ok {
		return k
	}
	var k key
	binary.BigEndian.PutUint64(k[:], other)
	binary.BigEndian.PutUint64(k[8:], uint64(x.others.put(string(id))))
	return k
}

// id unpacks an id.
func (x *Index) id(k key) moment.ID {
	if binary.BigEndian.Uint64(k[:]) == other {
		return moment.ID(x.others.list[binary.BigEndian.Uint64(k[8:])])
	}
	var text [36]byte
	for i, at := 0, 0; i < len(k); i++ {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		hex.Encode(text[at:at+2], k[i:i+1])
		at += 2
	}
	return moment.ID(text[:])
}
