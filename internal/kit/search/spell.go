package search

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// speller knows words, and finds the one that somebody may have meant.
type speller struct {
	at       map[string]int // where a word stands in words
	words    []spelled
	compared int // pairs that were compared letter by letter
}

// spelled is a known word. mark tells cheaply of most words that they are not near: it has
// a bit for each letter that the word has.
type spelled struct {
	word    string
	mark    uint64
	letters int
	n       int // how often it was met
}

func newSpeller() *speller { return &speller{at: map[string]int{}} }

// add makes a word known, or met once more.
func (s *speller) add(word string) {
	if i, known := s.at[word]; known {
		s.words[i].n++
		return
	}
	if word == "" {
		return
	}
	s.at[word] = len(s.words)
	s.words = append(s.words, spelled{word: word, mark: letterMark(word), letters: utf8.RuneCountInString(word), n: 1})
}

func (s *speller) knows(word string) bool {
	_, known := s.at[word]
	return known
}

func (s *speller) begins(word string) bool {
	return slices.ContainsFunc(s.words, func(x spelled) bool { return strings.HasPrefix(x.word, word) })
}

// respell writes a search anew with the words that are known. Where more words are unknown
// than are written anew it is left as it is: it would be another search.
func (s *speller) respell(terms []term) (string, bool) {
	var parts []string
	unknown, changed := 0, false
	for _, t := range terms {
		words := slices.Clone(t.words)
		for i, w := range words {
			if t.not || s.knows(w) || t.begun && i == len(words)-1 && s.begins(w) {
				continue
			}
			if unknown++; unknown > nearSpelled {
				return "", false
			}
			if near := s.nearest(w); near != "" {
				words[i], changed = near, true
			}
		}
		text := strings.Join(words, " ")
		if len(words) > 1 {
			text = `"` + text + `"`
		}
		if t.not {
			text = "-" + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " "), changed
}

// near is how like one word is to another.
type near struct {
	apart int     // letters
	share float64 // of three-letter pieces in common
	n     int
	word  string
}

// before tells which of two is nearer: few letters apart, then the most pieces in common,
// then the more frequent.
func (x near) before(y near) bool {
	switch {
	case y.word == "":
		return true
	case x.apart != y.apart:
		return x.apart < y.apart
	case x.share != y.share:
		return x.share > y.share
	case x.n != y.n:
		return x.n > y.n
	}
	return x.word < y.word
}

// nearest gives the known word that is most like one, "" when none is like it. What was met
// first is compared first, for as long as there is work left to do.
func (s *speller) nearest(word string) string {
	letters := []rune(word)
	if len(letters) < nearLetters || len(letters) > nearLongest {
		return ""
	}
	mark, most, mine := letterMark(word), farthest(len(letters)), pieces(letters)
	var best near
	for _, x := range s.words {
		if d := x.letters - len(letters); d < -most || d > most || bits.OnesCount64(mark^x.mark) > 2*most {
			continue
		}
		if s.compared == nearCompared {
			break
		}
		s.compared++
		theirs := []rune(x.word)
		apart := distance(letters, theirs)
		if apart > most {
			continue
		}
		if got := (near{apart, shared(mine, pieces(theirs)), x.n, x.word}); got.share >= nearShare && got.before(best) {
			best = got
		}
	}
	return best.word
}

// letterMark has a bit for each letter of a word, several letters to a bit. A letter that is
// left out or put in changes one bit at most, another letter in its place two, and two that
// changed places none.
func letterMark(word string) (mark uint64) {
	for _, r := range word {
		mark |= 1 << (uint32(r) % 64)
	}
	return mark
}

// farthest is how many letters may differ.
func farthest(letters int) int {
	if letters <= 5 {
		return 1
	}
	return 2
}

// pieces are the three-letter pieces of a word, with its edges, in order and each once.
func pieces(letters []rune) [][3]rune {
	out := make([][3]rune, 0, len(letters)+2)
	at := func(i int) rune {
		if i < 0 || i >= len(letters) {
			return ' '
		}
		return letters[i]
	}
	for i := -1; i <= len(letters); i++ {
		out = append(out, [3]rune{at(i - 1), at(i), at(i + 1)})
	}
	slices.SortFunc(out, byLetters)
	return slices.Compact(out)
}

func byLetters(a, b [3]rune) int { return slices.Compare(a[:], b[:]) }

// shared is how many of two words' pieces are in both, of those in the shorter one.
func shared(a, b [][3]rune) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := byLetters(a[i], b[j]); {
		case c == 0:
			both++
			i, j = i+1, j+1
		case c < 0:
			i++
		default:
			j++
		}
	}
	return float64(both) / float64(max(min(len(a), len(b)), 1))
}

// distance counts letters that were left out, put in, changed, or changed places with
// their neighbour.
func distance(a, b []rune) int {
	before, above, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(above[j]+1, now[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, above, now = above, now, before
	}
	return above[len(b)]
}
