package search

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"

	"cairn/internal/kit/fault"
)

// The index has each word behind the number of its area: "7.panic" is the word panic in
// area 7. So the words of one area are a list of their own, and what stands in others
// is not even passed by. Signs tell what a word of the index is; nobody can type one.
const (
	signWord  = "." // a word of the document: "7.panic"
	signTitle = "^" // a word of its title, once more; on PostgreSQL only
	signMark  = "~" // a kind, language or topic
	authored  = "!" // an author, behind no number: "!b…"
	gap       = "|" // between title and text, so that no phrase reaches over it
)

// What marks say.
const (
	markAuthor = "b"
	markKind   = "k"
	markLang   = "l"
	markTopic  = "t"
)

// mark is a word of the index that says something about a document that is not one of
// its words: a letter for what, and a short hash, so that it is one word whatever it
// stands for.
func mark(what, value string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + value))
	return what + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// marks of a document in an area, in a settled order.
func (d Doc) marks(area string) []string {
	out := []string{area + signMark + mark(markKind, d.Kind)}
	if d.Author != "" {
		out = append(out, authored+mark(markAuthor, string(d.Author)))
	}
	if d.Below != "" && d.Below != d.Author {
		out = append(out, authored+mark(markAuthor, string(d.Below)))
	}
	if d.Lang != "" {
		out = append(out, area+signMark+mark(markLang, d.Lang))
	}
	for _, t := range d.Topics {
		out = append(out, area+signMark+mark(markTopic, t))
	}
	return out
}

// numberOf writes the number of an area as it stands before words.
func numberOf(code int64) string { return strconv.FormatInt(code, 36) }

// asked is a search as both engines are asked it.
type asked struct {
	areas []string   // numbers
	some  [][]string // of each group one mark must be there
	none  []string   // authors
	terms []term
	begun bool // the last word is the beginning of one
}

func (q Query) asked(areas []string, terms []term) asked {
	a := asked{areas: areas, terms: terms, begun: q.After.Begun && mayBegin(terms)}
	add := func(what string, values []string) {
		var group []string
		for _, v := range values {
			if v != "" {
				group = append(group, signMark+mark(what, v))
			}
		}
		if len(group) > 0 {
			a.some = append(a.some, group)
		}
	}
	add(markKind, q.Kinds)
	add(markTopic, q.Topics)
	add(markLang, []string{q.Lang})
	for _, id := range q.Not {
		a.none = append(a.none, authored+mark(markAuthor, string(id)))
	}
	return a
}

// tongue is how an engine writes a search. Every word is quoted, so that none of them
// is ever an operator.
type tongue struct {
	quote, and, or, not string
	row                 func(words []string) string // words in a row
	begun               string                      // behind a word that may go on
}

func fts5() tongue {
	return tongue{quote: `"`, and: " AND ", or: " OR ", not: " NOT ", begun: " *", row: func(words []string) string { return `"` + strings.Join(words, " ") + `"` }}
}

func tsquery() tongue {
	return tongue{quote: "'", and: " & ", or: " | ", not: " & !", begun: ":*", row: func(words []string) string { return "('" + strings.Join(words, "' <-> '") + "')" }}
}

// inWords writes what must be there, and what must not.
func (a asked) inWords(t tongue) string {
	var areas []string
	for _, area := range a.areas {
		var parts []string
		for i, x := range a.terms {
			if !x.not {
				parts = append(parts, a.words(t, x, area, a.begun && i == len(a.terms)-1))
			}
		}
		for _, group := range a.some {
			parts = append(parts, "("+t.join(behind(area, "", group), t.or)+")")
		}
		one := "(" + strings.Join(parts, t.and) + ")"
		for _, x := range a.terms {
			if x.not {
				one += t.not + a.words(t, x, area, false)
			}
		}
		areas = append(areas, "("+one+")")
	}
	out := "(" + strings.Join(areas, t.or) + ")"
	if len(a.none) > 0 {
		out += t.not + "(" + t.join(a.none, t.or) + ")"
	}
	return out
}

func (a asked) words(t tongue, x term, area string, begun bool) string {
	words := behind(area, signWord, x.words)
	out := t.quote + words[0] + t.quote
	if len(words) > 1 {
		out = t.row(words)
	}
	if !begun {
		return out
	}
	if len(words) > 1 && t.quote == "'" { // the sign belongs to the word, within the row
		return strings.TrimSuffix(out, ")") + t.begun + ")"
	}
	return out + t.begun
}

// inTitle writes for PostgreSQL that all words stand in the title, in any order: a title is
// short. It is asked of what was found only.
func (a asked) inTitle() string {
	t := tsquery()
	var areas []string
	for _, area := range a.areas {
		var parts []string
		for i, x := range a.terms {
			if x.not {
				continue
			}
			parts = append(parts, t.join(behind(area, signTitle, x.words), t.and))
			if a.begun && i == len(a.terms)-1 {
				parts[len(parts)-1] += t.begun
			}
		}
		areas = append(areas, "("+strings.Join(parts, t.and)+")")
	}
	return strings.Join(areas, t.or)
}

// titleWords is inTitle for SQLite: the words that have to stand in a title, as they stand between blanks, as a
// list in JSON, and how many they are.
func (a asked) titleWords() (n int, list string, err error) {
	words := []string{}
	for i, x := range a.terms {
		if x.not {
			continue
		}
		for k, w := range x.words {
			w = " " + w
			if !a.begun || i != len(a.terms)-1 || k != len(x.words)-1 {
				w += " "
			}
			words = append(words, w)
		}
	}
	b, err := json.Marshal(words)
	return len(words), string(b), fault.Op("search", err)
}

// join quotes words and joins them.
func (t tongue) join(words []string, between string) string {
	return t.quote + strings.Join(words, t.quote+between+t.quote) + t.quote
}

// behind puts the number of an area and a sign before words.
func behind(area, sign string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = area + sign + w
	}
	return out
}
