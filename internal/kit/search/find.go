package search

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
)

// few is how little is found when the last word may go on: whoever has more has what they typed.
const few = 10

// Find gives a page of the documents that have all that was asked for, of those in
// the query's areas. Words are looked for as they are; when little is found, the last
// one may be the beginning of a word. Too many areas or authors are fault.Invalid.
func (x *Index) Find(ctx context.Context, r db.Reader, q Query) (Page, error) {
	if len(q.Areas) > MostAreas || len(q.Not) > MostLeftOut {
		return Page{}, fault.New(fault.Invalid, "web.error.form")
	}
	q.Most = min(max(q.Most, 1), mostPage)
	q.After.From = min(max(q.After.From, 0), MostCounted)
	terms := read(q.Text)
	if !wants(terms) {
		return Page{}, nil
	}
	areas, err := x.numbers(ctx, q.Areas)
	if err != nil || len(areas) == 0 {
		return Page{}, err
	}
	found, err := x.find(ctx, r, q, areas, terms)
	if err != nil {
		return Page{}, err
	}
	if first := q.After.From == 0 && !q.After.Begun; first && found.count < min(few, q.Most) && mayBegin(terms) {
		if more, err := x.goesOn(ctx, r, areas, terms); err != nil || !more {
			return found.page(q), err
		}
		q.After.Begun = true
		if found, err = x.find(ctx, r, q, areas, terms); err != nil {
			return Page{}, err
		}
	}
	return found.page(q), nil
}

// found is what the engine gave.
type found struct {
	hits   []Hit
	newest int64
	count  int
}

func (f found) page(q Query) Page {
	p := Page{Hits: f.hits, Count: f.count}
	if next := q.After.From + len(f.hits); len(f.hits) > 0 && next < f.count {
		p.Next = &Cursor{Newest: q.After.Newest, From: next, Begun: q.After.Begun}
		if p.Next.Newest == 0 {
			p.Next.Newest = f.newest
		}
	}
	return p
}

// span is between which places the query looks, both included.
func (q Query) span() (from, to int64) {
	to = math.MaxInt64
	if q.Since > 0 {
		from = int64(q.Since) / 1000 << lowBits
	}
	if q.Until > 0 {
		to = int64(q.Until)/1000<<lowBits - 1
	}
	if q.After.Newest > 0 {
		to = min(to, q.After.Newest)
	}
	return from, to
}

// find asks the engine.
func (x *Index) find(ctx context.Context, r db.Reader, q Query, areas []string, terms []term) (found, error) {
	a := q.asked(areas, terms)
	if !x.db.Postgres() {
		words, list, err := a.titleWords()
		if err != nil {
			return found{}, err
		}
		return x.ask(ctx, r, q, onSQLite(words), a.inWords(fts5()), list)
	}
	want, first := a.inWords(tsquery()), a.inTitle()
	if many, err := x.common.expect(ctx, r, a); err != nil {
		return found{}, err
	} else if many {
		f, err := x.ask(ctx, r, q, onPostgresNewest, want, first)
		if err != nil || f.count == MostCounted {
			return f, err
		}
	}
	return x.ask(ctx, r, q, onPostgres, want, first)
}

// ask runs one statement: $1 is the search, $2 the search within titles, $3 and $4 the
// places between which it looks, $5 and $6 the page.
func (x *Index) ask(ctx context.Context, r db.Reader, q Query, text, want, first string) (found, error) {
	from, to := q.span()
	var f found
	rows, err := r.Query(ctx, text, want, first, from, to, q.Most, q.After.From)
	f.hits, err = db.Collect(rows, err, func(r db.Row, h *Hit) error {
		return r.Scan(&h.Kind, &h.ID, &h.At, &f.count, &f.newest)
	})
	return f, err
}

// goesOnText asks the list of words of the index, from each beginning on. A CROSS JOIN makes
// SQLite begin with these: the other way round it reads all words there are.
const goesOnText = `SELECT EXISTS (SELECT 1 FROM json_each($1) b CROSS JOIN search_vocab v WHERE v.term >= b.value || char(1) AND v.term <= b.value || char(1114111))`

// goesOn tells whether any word of these areas goes on from the last one. Where none does,
// there is nothing more to find, and SQLite tells so for a small part of what a search for
// beginnings takes. PostgreSQL has no list of its words to ask: there it may always be.
func (x *Index) goesOn(ctx context.Context, r db.Reader, areas []string, terms []term) (more bool, err error) {
	if x.db.Postgres() {
		return true, nil
	}
	words := terms[len(terms)-1].words
	begins := make([]string, len(areas))
	for i, area := range areas {
		begins[i] = area + signWord + words[len(words)-1]
	}
	list, err := json.Marshal(begins)
	if err != nil {
		return false, fault.Op("search", err)
	}
	err = r.QueryRow(ctx, goesOnText, string(list)).Scan(&more)
	return more, db.Problem("search words", err)
}

// onSQLite takes the newest matches from the index of words backwards, and looks at the titles
// of the newest hundred of those for the ones that have all of so many words in them. To ask the
// index of words for these once more would cost as much as the search itself. Only those can be
// put first, so that a page is made of a hundred matches more than it reaches down to.
func onSQLite(words int) string {
	var all strings.Builder
	for i := range words {
		if i > 0 {
			all.WriteString(" AND ")
		}
		all.WriteString("instr(' ' || d.title || ' ', (SELECT json_extract($2, '$[" + strconv.Itoa(i) + "]'))) > 0") // a query of its own is asked once
	}
	return `WITH hit AS MATERIALIZED (SELECT rowid AS n FROM search_text WHERE search_text MATCH $1 AND rowid >= $3 AND rowid <= $4 ORDER BY rowid DESC LIMIT 1000),
	near AS MATERIALIZED (SELECT n FROM hit ORDER BY n DESC LIMIT $5 + $6 + 100),
	top AS MATERIALIZED (SELECT h.n FROM (SELECT n FROM near ORDER BY n DESC LIMIT 100) h CROSS JOIN search_doc d WHERE d.n = h.n AND ` + all.String() + `)
	SELECT d.kind, d.id, d.at, (SELECT count(*) FROM hit), (SELECT max(n) FROM near)
	FROM (SELECT n, n IN (SELECT n FROM top) AS first FROM near ORDER BY first DESC, n DESC LIMIT $5 OFFSET $6) p JOIN search_doc d ON d.n = p.n ORDER BY p.first DESC, p.n DESC`
}
