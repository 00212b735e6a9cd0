package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortest is how many letters the beginning of a word has that stands for the word:
// fewer would stand for half of everything.
const shortest = 3

// term is one thing that was asked for: words in a row, mostly one.
type term struct {
	words []string
	not   bool
	begun bool // the last of the words may go on
}

// read understands what somebody typed. Quotes of any kind hold a phrase; a minus
// before a word or phrase takes documents that have it away; the last word may be the
// beginning of one. Anything else means itself.
func read(text string) []term {
	var out []term
	for _, p := range partsOf(clip(text, MostTyped)) {
		words := Words(p.text)
		if len(words) == 0 {
			continue
		}
		if len(out) == mostTerms {
			break
		}
		out = append(out, term{words: words[:min(len(words), mostTerms)], not: p.not, begun: p.open && !p.not})
	}
	return out
}

// part is a word or phrase as it was typed.
type part struct {
	text string
	not  bool
	open bool // it stands last, and nothing closes it
}

func partsOf(text string) []part {
	var out []part
	rest := strings.TrimLeftFunc(text, unicode.IsSpace)
	for rest != "" {
		var p part
		r, size := utf8.DecodeRuneInString(rest)
		if isMinus(r) {
			p.not = true
			rest = rest[size:]
			r, size = utf8.DecodeRuneInString(rest)
		}
		if isQuote(r) && size > 0 {
			rest = rest[size:]
			end := strings.IndexFunc(rest, isQuote)
			if end < 0 {
				end = len(rest)
			}
			p.text, rest = rest[:end], rest[end:]
			_, size = utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
			if end < 0 {
				end = len(rest)
			}
			p.text, rest = rest[:end], rest[end:]
			p.open = strings.TrimFunc(rest, unicode.IsSpace) == ""
		}
		out = append(out, p)
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	}
	return out
}

func isMinus(r rune) bool { return r == '-' || r == '−' || r == '–' }

func isQuote(r rune) bool { return strings.ContainsRune("\"“”„‟«»＂", r) }

// clip cuts a text after so many characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// wants tells whether there is a word to look for.
func wants(terms []term) bool {
	for _, t := range terms {
		if !t.not {
			return true
		}
	}
	return false
}

// mayBegin tells whether the last word is long enough to stand for others.
func mayBegin(terms []term) bool {
	if len(terms) == 0 {
		return false
	}
	last := terms[len(terms)-1]
	word := last.words[len(last.words)-1]
	return last.begun && utf8.RuneCountInString(word) >= shortest
}

// Asks tells whether a typed search has a word to look for: without one nothing is
// found.
func Asks(text string) bool { return wants(read(text)) }
