package matching

import "math/bits"

// blockOf is how many words of the sets are added up together: 1,024 peers.
const blockOf = 16

// block is a piece of a set.
type block [blockOf]uint64

// sums adds up weights for 64 peers at a time, as one would on paper with one
// column for each binary digit: digit p of the sum of peer i is bit i of word p.
// A weight joins the columns of its own digits, so that weights with few digits
// cost least; the sum is exact, and takes the same time whoever the peers are.
type sums struct {
	columns [digits][]set    // what joins each column, over the whole index
	total   []sum            // by block
	twice   []set            // being in any of these counts once, in several twice
	once    int              // the column of what that brings
	any     [2]block         // of the block at hand: in one at least, in two at least
	carries [digits][]*block // what came over from the column before, and then what joins
	spare   []block
	used    int
	most    int // the sum if everything counted
}

// sum is the digits of the sums of a block.
type sum [digits]block

// digits bounds a sum to 4095 points: 80 items at the heaviest.
const digits = 12

func (s *sums) reset() {
	for p := range s.columns {
		s.columns[p] = s.columns[p][:0]
	}
	s.twice = s.twice[:0]
	s.most = 0
}

// countTwice lets being in one of the sets bring points, a power of two, and
// being in two or more bring them twice.
func (s *sums) countTwice(who []set, points int) {
	if len(who) > 0 {
		s.twice, s.once = append(s.twice, who...), bits.TrailingZeros(uint(points))
		s.most += 2 * points
	}
}

// addTwice works out who of a block is in one and who in several.
func (s *sums) addTwice(from int) {
	one, two := &s.any[0], &s.any[1]
	*one, *two = block{}, block{}
	for _, who := range s.twice {
		for i, w := range (*block)(who[from : from+blockOf]) {
			two[i] |= one[i] & w
			one[i] |= w
		}
	}
}

// count lets being in a set bring points.
func (s *sums) count(who set, points int) {
	s.most += points
	for p := 0; points != 0; points, p = points>>1, p+1 {
		if points&1 != 0 {
			s.columns[p] = append(s.columns[p], who)
		}
	}
}

// allot makes room for so many blocks, and for the carries: each input gives at
// most one, and each carry at most one.
func (s *sums) allot(blocks int) {
	if cap(s.total) < blocks {
		s.total = make([]sum, blocks+blocks/8)
	}
	s.total = s.total[:blocks]
	n := 0
	for _, c := range s.columns {
		n += len(c)
	}
	if need := n + digits + 2; len(s.spare) < need {
		s.spare = make([]block, need)
	}
}

// add works out the sums of a block.
func (s *sums) add(number int) {
	s.used = 0
	from, total := number*blockOf, &s.total[number]
	for p := range s.carries {
		s.carries[p] = s.carries[p][:0]
	}
	if len(s.twice) > 0 {
		s.addTwice(from)
		s.carries[s.once] = append(s.carries[s.once], &s.any[0], &s.any[1])
	}
	for p := range s.columns {
		sum := &total[p]
		in := s.carries[p]
		for _, who := range s.columns[p] {
			in = append(in, (*block)(who[from:from+blockOf]))
		}
		s.carries[p] = in
		if len(in) == 0 {
			*sum = block{}
			continue
		}
		*sum = *in[0]
		in = in[1:]
		for ; len(in) > 1; in = in[2:] {
			s.carry(p, addThree(sum, in[0], in[1], s.next()))
		}
		if len(in) == 1 {
			s.carry(p, addTwo(sum, in[0], s.next()))
		}
	}
}

func (s *sums) next() *block {
	s.used++
	return &s.spare[s.used-1]
}

func (s *sums) carry(p int, c *block) {
	if p+1 < digits {
		s.carries[p+1] = append(s.carries[p+1], c)
	}
}

// addThree adds two inputs to a column and gives what goes over to the next.
func addThree(sum, a, b, over *block) *block {
	for i := range sum {
		x, y, z := sum[i], a[i], b[i]
		either := x ^ y
		sum[i] = either ^ z
		over[i] = x&y | either&z
	}
	return over
}

func addTwo(sum, a, over *block) *block {
	for i := range sum {
		x, y := sum[i], a[i]
		sum[i] = x ^ y
		over[i] = x & y
	}
	return over
}

// reach gives those of a block, out of `among`, whose sum is at least so much.
func (s *sums) reach(number, least int, among *block) block {
	if least <= 0 {
		return *among
	}
	if least > s.most {
		return block{}
	}
	var out block // those who reach it, by the digits so far
	for i := range out {
		out[i] = ^uint64(0)
	}
	// The noughts that `least` ends in ask for nothing.
	for p := bits.TrailingZeros(uint(least)); p < bits.Len(uint(s.most)); p++ {
		digit := &s.total[number][p]
		if least>>p&1 != 0 {
			for i := range out {
				out[i] &= digit[i]
			}
		} else {
			for i := range out {
				out[i] |= digit[i]
			}
		}
	}
	for i := range out {
		out[i] &= among[i]
	}
	return out
}

// of reads the sum of one peer of a block.
func (s *sums) of(number, word, bit int) int {
	n := 0
	for p := range bits.Len(uint(s.most)) {
		n |= int(s.total[number][p][word]>>bit&1) << p
	}
	return n
}

func (b *block) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b *block) minus(o *block) {
	for i := range b {
		b[i] &^= o[i]
	}
}
