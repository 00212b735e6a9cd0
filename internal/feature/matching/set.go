package matching

// set is a set of positions, one bit each.
type set []uint64

func (s set) has(i int) bool {
	w := i >> 6
	return w < len(s) && s[w]&(1<<(i&63)) != 0
}

func (s *set) put(i int) {
	for len(*s) <= i>>6 {
		*s = append(*s, make(set, blockOf)...) // whole blocks, see sums
	}
	(*s)[i>>6] |= 1 << (i & 63)
}

func (s set) drop(i int) {
	if w := i >> 6; w < len(s) {
		s[w] &^= 1 << (i & 63)
	}
}

// hold puts a position in or takes it out.
func (s *set) hold(i int, in bool) {
	if in {
		s.put(i)
	} else {
		s.drop(i)
	}
}

func (s set) meet(o set) {
	n := min(len(s), len(o))
	for i, w := range o[:n] {
		s[i] &= w
	}
	clear(s[n:])
}

func (s set) minus(o set) {
	n := min(len(s), len(o))
	s = s[:n]
	for i, w := range o[:n] {
		s[i] &^= w
	}
}

func (s *set) join(o set) {
	for len(*s) < len(o) {
		*s = append(*s, 0)
	}
	to := (*s)[:len(o)]
	for i, w := range o {
		to[i] |= w
	}
}

// posting is who has one thing, and how many they are.
type posting struct {
	who set
	n   int
}

// postings are by the number of the thing.
type postings []posting

// of gives the posting of a thing; an unknown one has nobody.
func (p postings) of(number int) posting {
	if number < 0 || number >= len(p) {
		return posting{}
	}
	return p[number]
}

func (p *postings) add(number uint32, i int) {
	for len(*p) <= int(number) {
		*p = append(*p, posting{})
	}
	if to := &(*p)[number]; !to.who.has(i) {
		to.who.put(i)
		to.n++
	}
}

func (p postings) remove(number uint32, i int) {
	if from := &p[number]; from.who.has(i) {
		from.who.drop(i)
		from.n--
	}
}

// bytes is what the sets take.
func (p postings) bytes() int {
	n := cap(p) * 32
	for i := range p {
		n += 8 * cap(p[i].who)
	}
	return n
}
