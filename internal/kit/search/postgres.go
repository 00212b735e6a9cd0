package search

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"cairn/internal/kit/db"
)

// PostgreSQL's index of words knows no order: it gives all matches or none. For rare
// words that is the way. For common ones the newest documents are looked through
// instead until there are enough. Which of the two is decided here, by the same
// figures that the engine's planner has, because the engine decides for prepared
// statements without looking at the words.
//
// A search is a query of its own within the statement: so the engine reads what was typed
// once, and not once for each document it looks at.
const (
	// manyMatches is from how many expected matches on the newest are looked through.
	manyMatches = 20_000
	// learnEvery is after how many searches the figures are read again.
	learnEvery = 5_000
)

const postgresPage = `SELECT d.kind, d.id, d.at, (SELECT count(*) FROM hit), (SELECT max(n) FROM hit)
	FROM (SELECT n, n >= (SELECT min(n) FROM (SELECT n FROM hit ORDER BY n DESC LIMIT 100) newest) AND text @@ (SELECT CAST(CAST($2 AS TEXT) AS tsquery)) AS first FROM hit ORDER BY first DESC, n DESC LIMIT $5 OFFSET $6) p JOIN search_doc d ON d.n = p.n ORDER BY p.first DESC, p.n DESC`

// onPostgres fetches all matches from the index of words. The sums keep the engine from
// walking through all documents by their place.
const onPostgres = `WITH hit AS MATERIALIZED (SELECT n, text FROM search_doc WHERE text @@ (SELECT CAST(CAST($1 AS TEXT) AS tsquery)) AND n + 0 >= $3 AND n + 0 <= $4 ORDER BY n + 0 DESC LIMIT 1000)
	` + postgresPage

// onPostgresNewest looks through the newest documents until a thousand match, at 50,000
// at most: 50 for each that is wanted.
const onPostgresNewest = `WITH hit AS MATERIALIZED (SELECT n, text FROM (SELECT n, text FROM search_doc WHERE n >= $3 AND n <= $4 ORDER BY n DESC LIMIT 50000) newest
		WHERE text @@ (SELECT CAST(CAST($1 AS TEXT) AS tsquery)) ORDER BY n DESC LIMIT 1000)
	` + postgresPage

// common knows how many documents have a common word. It is a guess that decides how
// something is looked for, never what is found.
type common struct {
	mu    sync.Mutex
	asked int
	known figures
}

// figures are what the engine knows of the index.
type figures struct {
	docs  float64            // -1 before it has looked
	share map[string]float64 // of all documents, by common word as the index has it
	words []string           // these words, in order
}

// expect tells whether many documents are expected to match.
func (c *common) expect(ctx context.Context, r db.Reader, a asked) (bool, error) {
	f, err := c.figures(ctx, r)
	if err != nil || f.docs < manyMatches {
		return false, err
	}
	sum := 0.0
	for _, area := range a.areas {
		sum += f.matches(a, area)
	}
	return f.docs*sum >= manyMatches, nil
}

// matches is what share of all documents is expected to match in one area.
func (f figures) matches(a asked, area string) float64 {
	out := 1.0
	for i, t := range a.terms {
		if t.not {
			continue
		}
		words := behind(area, signWord, t.words)
		if last := len(words) - 1; a.begun && i == len(a.terms)-1 {
			out *= f.beginning(words[last])
			words = words[:last]
		}
		for _, w := range words {
			out *= f.share[w]
		}
	}
	for _, group := range a.some {
		sum := 0.0
		for _, m := range behind(area, "", group) {
			sum += f.share[m]
		}
		out *= min(sum, 1)
	}
	return out
}

// beginning is what share of all documents is expected to have a word that begins so: that of
// the common words that do, together.
func (f figures) beginning(word string) float64 {
	sum := 0.0
	for i, _ := slices.BinarySearch(f.words, word); i < len(f.words) && strings.HasPrefix(f.words[i], word); i++ {
		sum += f.share[f.words[i]]
	}
	return min(sum, 1)
}

// figures gives what is known, read again now and then.
func (c *common) figures(ctx context.Context, r db.Reader) (figures, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked++; c.known.share != nil && c.asked < learnEvery {
		return c.known, nil
	}
	f, err := learn(ctx, r)
	if err != nil {
		return figures{}, err
	}
	c.known, c.asked = f, 0
	return f, nil
}

// learn reads what the engine's own ANALYZE found: the share of each common word.
func learn(ctx context.Context, r db.Reader) (figures, error) {
	f := figures{share: map[string]float64{}}
	err := r.QueryRow(ctx, `SELECT reltuples FROM pg_class WHERE oid = CAST('search_doc' AS regclass)`).Scan(&f.docs)
	if err != nil {
		return figures{}, db.Problem("search figures", err)
	}
	type figure struct {
		word  string
		share float64
	}
	rows, err := r.Query(ctx, `SELECT w.word, s.most_common_elem_freqs[CAST(w.place AS INTEGER)] FROM pg_stats s,
		LATERAL unnest(CAST(CAST(s.most_common_elems AS TEXT) AS TEXT[])) WITH ORDINALITY AS w (word, place)
		WHERE s.schemaname = current_schema() AND s.tablename = 'search_doc' AND s.attname = 'text'`)
	list, err := db.Collect(rows, err, func(r db.Row, f *figure) error { return r.Scan(&f.word, &f.share) })
	if err != nil {
		return figures{}, err
	}
	for _, w := range list {
		f.share[w.word] = w.share
	}
	f.words = slices.Sorted(maps.Keys(f.share))
	return f, nil
}
