package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Piece is a part of a text as it is shown: Mark says that it was looked for.
type Piece struct {
	Text string
	Mark bool
}

// Mark cuts a whole text into pieces, with what was looked for marked. Nothing of the
// text is lost or added.
func Mark(text, typed string) []Piece {
	out, _ := cut(text, read(typed))
	return out
}

// Excerpt gives about most characters of a text around the first place where something
// that was looked for stands, marked; its beginning where nothing does.
func Excerpt(text, typed string, most int) []Piece {
	text = strings.Join(strings.Fields(text), " ")
	_, first := cut(text, read(typed))
	from := backTo(text, max(first, 0), most/4)
	end := from + len(clip(text[from:], most))
	if end < len(text) { // not in the middle of a word
		if blank := strings.LastIndexByte(text[from:end], ' '); blank > most/2 {
			end = from + blank
		}
	}
	out, _ := cut(text[from:end], read(typed))
	if from > 0 {
		out = append([]Piece{{Text: "… "}}, out...)
	}
	if end < len(text) {
		out = append(out, Piece{Text: " …"})
	}
	return out
}

// backTo gives the beginning of a word about so many characters before a place.
func backTo(text string, at, back int) int {
	from := at
	for range back {
		if from == 0 {
			return 0
		}
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if blank := strings.IndexByte(text[from:at], ' '); blank >= 0 && from > 0 {
		from += blank + 1
	}
	return from
}

// cut marks the words of a text that were looked for, and tells where the first stands;
// -1 when none does.
func cut(text string, terms []term) (out []Piece, first int) {
	first = -1
	done := 0
	add := func(part string, is bool) {
		if part != "" {
			out = append(out, Piece{part, is})
		}
	}
	eachWord(text, func(from, to int, words []string) bool {
		if slices.ContainsFunc(words, func(w string) bool { return lookedFor(terms, w) }) {
			if first < 0 {
				first = from
			}
			add(text[done:from], false)
			add(text[from:to], true)
			done = to
		}
		return true
	})
	add(text[done:], false)
	return out, first
}

func lookedFor(terms []term, word string) bool {
	for _, t := range terms {
		if t.not {
			continue
		}
		for i, w := range t.words {
			last := t.begun && i == len(t.words)-1 && utf8.RuneCountInString(w) >= shortest
			if w == word || last && strings.HasPrefix(word, w) {
				return true
			}
		}
	}
	return false
}
