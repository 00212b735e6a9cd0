package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Index puts documents in and finds them. It is safe for concurrent use, and keeps no
// word of any search.
type Index struct {
	db     *db.DB
	areas  areas
	common common
}

// New gives the index of a database.
func New(d *db.DB) *Index { return &Index{db: d} }

// row is a document as it is kept.
type row struct {
	n                   int64
	area                string
	marks, title, words string
	text                string // what the index has of it
}

func (x *Index) rowOf(d Doc, code int64) row {
	title, words := Words(d.Title), Words(d.Words)
	title = title[:min(len(title), mostTitle)]
	area := numberOf(code)
	marks := d.marks(area)
	out := row{n: nOf(d), area: d.Area, marks: strings.Join(marks, " "), title: strings.Join(title, " "), words: strings.Join(words, " ")}
	if x.db.Postgres() {
		out.text = tsvector(area, marks, title, words)
	} else {
		out.text = strings.Join(slices.Concat(marks, []string{gap}, behind(area, signWord, title), []string{gap}, behind(area, signWord, words)), " ")
	}
	return out
}

// nOf is where a document stands: by its time to the millisecond, and then anywhere.
// The low 20 bits are of its id, so that documents of one moment seldom meet.
func nOf(d Doc) int64 {
	var low uint32
	for i := range len(d.ID) {
		low = low*31 + uint32(d.ID[i])
	}
	return int64(d.At)/1000<<lowBits | int64(low&(1<<lowBits-1))
}

// lowBits leave room for milliseconds until the year 2248.
const lowBits = 20

// Put makes a document findable as it is now, instead of as it was, in the caller's
// transaction. The same again changes nothing. Nothing private is ever put: whoever
// calls it answers for that.
func (x *Index) Put(ctx context.Context, tx db.Writer, d Doc) error {
	if err := d.check(); err != nil {
		return err
	}
	code, err := codeFor(ctx, tx, d.Area)
	if err != nil {
		return err
	}
	next := x.rowOf(d, code)
	var had row
	err = tx.QueryRow(ctx, `SELECT n, area, marks, title, words FROM search_doc WHERE kind = $1 AND id = $2`, d.Kind, d.ID).Scan(&had.n, &had.area, &had.marks, &had.title, &had.words)
	switch {
	case db.IsNone(err):
	case err != nil:
		return db.Problem("search put", err)
	case had.n>>lowBits == next.n>>lowBits && had.area == next.area && had.marks == next.marks && had.title == next.title && had.words == next.words:
		return nil
	default:
		if err := x.Remove(ctx, tx, d.Kind, d.ID); err != nil {
			return err
		}
	}
	for range 64 {
		done, err := x.insert(ctx, tx, d, next)
		if err != nil || done {
			return err
		}
		next.n++ // another document stands there
	}
	return fault.New(fault.Unavailable, "web.error.storage")
}

func (x *Index) insert(ctx context.Context, tx db.Writer, d Doc, w row) (bool, error) {
	text := `$10`
	if x.db.Postgres() {
		text = `CAST(CAST($10 AS TEXT) AS tsvector)`
	}
	n, err := tx.Exec(ctx, `INSERT INTO search_doc (n, kind, id, area, author, below, at, marks, title, words, text) VALUES ($1, $2, $3, $4, $5, $11, $6, $7, $8, $9, `+text+`) ON CONFLICT (n) DO NOTHING`,
		w.n, d.Kind, d.ID, d.Area, d.Author, d.At, w.marks, w.title, w.words, w.text, d.Below)
	return n == 1, db.Problem("search put", err)
}

// tsvector writes the words of a document as PostgreSQL keeps them: marks and the words
// of the title behind their signs, and all words with where they stand. Between title
// and text is a gap, so that no phrase reaches over it.
func tsvector(area string, marks, title, words []string) string {
	var b strings.Builder
	b.Grow(20 * (len(marks) + 2*len(title) + len(words)))
	add := func(word string, at int) {
		b.WriteString("'" + word + "'")
		if at > 0 {
			b.WriteString(":" + strconv.Itoa(min(at, mostPlace)))
		}
		b.WriteByte(' ')
	}
	for _, m := range marks {
		add(m, 0)
	}
	for i, w := range title {
		add(area+signTitle+w, 0)
		add(area+signWord+w, 1+i)
	}
	for i, w := range words {
		add(area+signWord+w, mostTitle+10+i)
	}
	return b.String()
}

// mostPlace is the last place that a word can have (PostgreSQL manual, 12.11).
const mostPlace = 16383

// Remove makes a document unfindable, with its words, in the caller's transaction. What
// is not there is no error.
func (x *Index) Remove(ctx context.Context, tx db.Writer, kind string, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM search_doc WHERE kind = $1 AND id = $2`, kind, id)
	return db.Problem("search remove", err)
}

// RemoveArea removes up to most documents of an area and tells how many it removed:
// fewer than most when none is left. Whoever removes a large one does it in steps.
func (x *Index) RemoveArea(ctx context.Context, tx db.Writer, area string, most int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM search_doc WHERE n IN (SELECT n FROM search_doc WHERE area = $1 ORDER BY n LIMIT $2)`, area, most)
	return int(n), db.Problem("search remove", err)
}

// RemoveAuthor removes up to most documents of somebody and tells how many it removed:
// fewer than most when none is left.
func (x *Index) RemoveAuthor(ctx context.Context, tx db.Writer, author moment.ID, most int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM search_doc WHERE n IN (SELECT n FROM search_doc WHERE author = $1 ORDER BY n LIMIT $2)`, author, most)
	return int(n), db.Problem("search remove", err)
}
