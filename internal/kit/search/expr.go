package search

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// A mark is a word of the index that says something about a document that is not one of
// its words: a letter for what, and a short hash, so that it is one word whatever it
// stands for. Marks live apart from words: in a column of their own, or behind a sign
// that no word has.
func mark(what, value string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + value))
	return what + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// What marks say.
const (
	markArea   = "a"
	markAuthor = "b"
	markKind   = "k"
	markLang   = "l"
	markTopic  = "t"
)

// marks of a document, in a settled order.
func (d Doc) marks() []string {
	out := []string{mark(markArea, d.Area), mark(markKind, d.Kind)}
	if d.Author != "" {
		out = append(out, mark(markAuthor, string(d.Author)))
	}
	if d.Lang != "" {
		out = append(out, mark(markLang, d.Lang))
	}
	for _, t := range d.Topics {
		out = append(out, mark(markTopic, t))
	}
	return out
}

// asked is a search as both engines are asked it: groups of marks, one of each must be
// there; marks that must not; and what was typed.
type asked struct {
	some  [][]string
	none  []string
	terms []term
	begun bool // the last word is the beginning of one
}

func (q Query) asked(terms []term) asked {
	a := asked{terms: terms, begun: q.After.Begun && mayBegin(terms)}
	add := func(what string, values []string) {
		var group []string
		for _, v := range values {
			if v != "" {
				group = append(group, mark(what, v))
			}
		}
		if len(group) > 0 {
			a.some = append(a.some, group)
		}
	}
	var areas []string // always a group: a search without one would be of everything
	for _, area := range q.Areas {
		areas = append(areas, mark(markArea, area))
	}
	a.some = append(a.some, areas)
	add(markKind, q.Kinds)
	add(markTopic, q.Topics)
	add(markLang, []string{q.Lang})
	for _, id := range q.Not {
		a.none = append(a.none, mark(markAuthor, string(id)))
	}
	return a
}

// match writes the search for FTS5. Every word is quoted, so that none of them is an
// operator; title asks for documents that have all words in their title.
func (a asked) match(title bool) string {
	var b strings.Builder
	column := "{title words} : "
	if title {
		column = "title : "
	}
	b.WriteString("(")
	for _, group := range a.some {
		b.WriteString("(marks : (")
		writeJoined(&b, group, " OR ", `"`)
		b.WriteString(")) AND ")
	}
	b.WriteString("(" + column + "(")
	n := 0
	for i, t := range a.terms {
		if t.not {
			continue
		}
		if n++; n > 1 {
			b.WriteString(" AND ")
		}
		begun := a.begun && i == len(a.terms)-1
		if title { // in any order: a title is short
			writeJoined(&b, t.words, " AND ", `"`)
		} else {
			b.WriteString(`"` + strings.Join(t.words, " ") + `"`)
		}
		if begun {
			b.WriteString(" *")
		}
	}
	b.WriteString(")))")
	a.matchNot(&b)
	return b.String()
}

func (a asked) matchNot(b *strings.Builder) {
	if len(a.none) > 0 {
		b.WriteString(" NOT (marks : (")
		writeJoined(b, a.none, " OR ", `"`)
		b.WriteString("))")
	}
	for _, t := range a.terms {
		if t.not {
			b.WriteString(` NOT ({title words} : "` + strings.Join(t.words, " ") + `")`)
		}
	}
}

// tsquery writes the search for PostgreSQL. Words are letters and digits, quoted all the
// same; title asks for documents that have all words in their title, of those found.
func (a asked) tsquery(title bool) string {
	var b strings.Builder
	and := func() {
		if b.Len() > 0 {
			b.WriteString(" & ")
		}
	}
	if !title {
		for _, group := range a.some {
			and()
			b.WriteString("(")
			writeJoined(&b, withSign("~", group), " | ", "'")
			b.WriteString(")")
		}
	}
	for i, t := range a.terms {
		if t.not {
			continue
		}
		and()
		if title {
			writeJoined(&b, withSign("^", t.words), " & ", "'")
		} else {
			b.WriteString("(")
			writeJoined(&b, t.words, " <-> ", "'")
		}
		if a.begun && i == len(a.terms)-1 {
			b.WriteString(":*")
		}
		if !title {
			b.WriteString(")")
		}
	}
	if !title {
		a.tsqueryNot(&b)
	}
	return b.String()
}

func (a asked) tsqueryNot(b *strings.Builder) {
	if len(a.none) > 0 {
		b.WriteString(" & !(")
		writeJoined(b, withSign("~", a.none), " | ", "'")
		b.WriteString(")")
	}
	for _, t := range a.terms {
		if t.not {
			b.WriteString(" & !(")
			writeJoined(b, t.words, " <-> ", "'")
			b.WriteString(")")
		}
	}
}

func withSign(sign string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = sign + w
	}
	return out
}

func writeJoined(b *strings.Builder, words []string, between, quote string) {
	for i, w := range words {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(quote + w + quote)
	}
}
