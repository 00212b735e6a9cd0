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
	digit   [digits]block    // the sums of the block at hand
	carries [digits][]*block // what came over from the column before, and then what joins
	spare   []block
	used    int
	most    int // the sum if everything counted
}

// digits bounds a sum to 4095 points: 80 items at the heaviest.
const digits = 12

func (s *sums) reset() {
	for p := range s.columns {
		s.columns[p] = s.columns[p][:0]
	}
	s.most = 0
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

// room for the carries: each input gives at most one, and each carry at most one.
func (s *sums) allot() {
	n := 0
	for _, c := range s.columns {
		n += len(c)
	}
	if need := n + digits; len(s.spare) < need {
		s.spare = make([]block, need)
	}
}

// add works out the sums of the block that begins at a word.
func (s *sums) add(from int) {
	s.used = 0
	for p := range s.carries {
		s.carries[p] = s.carries[p][:0]
	}
	for p := range s.columns {
		sum := &s.digit[p]
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

// reach gives those of `among` whose sum is at least so much.
func (s *sums) reach(least int, among *block) block {
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
	for p := range bits.Len(uint(s.most)) {
		digit := &s.digit[p]
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

// of reads the sum of one peer of the block.
func (s *sums) of(word, bit int) int {
	n := 0
	for p := range bits.Len(uint(s.most)) {
		n |= int(s.digit[p][word]>>bit&1) << p
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
