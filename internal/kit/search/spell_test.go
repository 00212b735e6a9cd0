package search

import (
	"fmt"
	"strings"
	"testing"
)

// alike are words of the same letters, none of which can be told from another cheaply.
func alike(n int) *speller {
	s := newSpeller()
	for i := 0; len(s.words) < n; i++ {
		letters := []byte("abcdefghij")
		for k, at := 0, i; k < 8; k, at = k+1, at/7 {
			other := (k + at%7) % len(letters)
			letters[k], letters[other] = letters[other], letters[k]
		}
		s.add(string(letters))
	}
	return s
}

// However many words there are and whatever is typed, no more than so many pairs are compared
// letter by letter, in all that one search asks for.
func TestSpellingIsBounded(t *testing.T) {
	s := alike(nearWords)
	s.respell(read("abcdefghji abdcefghij bacdefgihj"))
	if s.compared != nearCompared {
		t.Errorf("%d pairs of words were compared, want as many as are allowed: %d", s.compared, nearCompared)
	}
	s = newSpeller()
	for i := range nearWords {
		s.add(fmt.Sprintf("%c%c%cword%d", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, i%10))
	}
	s.add("lantern")
	if got, changed := s.respell(read("lanten")); got != "lantern" || !changed || s.compared > nearWords/100 {
		t.Errorf("%q after %d comparisons: the first look tells most words apart", got, s.compared)
	}
	before := s.compared
	for _, text := range []string{"aaaaax bbbbbx cccccx lanten", strings.Repeat("l", nearLongest+1), "lan"} {
		if got, changed := s.respell(read(text)); changed {
			t.Errorf("%q is written anew as %q", text, got)
		}
	}
	if n := wordsIn(read(`one "two three" -four five six seven`)); n != 7 || n <= nearTyped {
		t.Errorf("%d words", n)
	}
	if s.compared-before > nearCompared {
		t.Errorf("%d comparisons", s.compared-before)
	}
}

// The first look passes by nothing that is near: whatever letters change.
func TestTheFirstLookMissesNothing(t *testing.T) {
	s := newSpeller()
	s.add("harbour")
	for _, typed := range []string{"harbor", "harbouur", "hrabour", "xarbour", "harbuor", "harbou", "arbour", "hxrbxur"} {
		if got := s.nearest(typed); got != "harbour" && typed != "hxrbxur" {
			t.Errorf("%q is near %q", typed, got)
		}
	}
}

func BenchmarkRespell(b *testing.B) {
	for name, s := range map[string]*speller{"alike": alike(nearWords)} {
		b.Run(name, func(b *testing.B) {
			terms := read("abcdefghji abdcefghij bacdefgihj")
			for b.Loop() {
				s.compared = 0
				s.respell(terms)
			}
		})
	}
}
