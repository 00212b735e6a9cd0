package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
	"cairn/migrations"
)

const (
	searchDocs = 1_000_000
	docWords   = 30
	vocabulary = 60_000
	batchDocs  = 2000
	hiddenOne  = 5   // of so many documents one stands where the reader may not look
	mostAreas  = 200 // that a reader may look into: the spaces of a large service
	hidden     = 50  // areas that nobody of the bench may look into
	searchRoom = 4e9 // bytes: what a million documents take on SQLite (1.1e9), and its log beside them
	// planting may take so long. With fewer documents nothing is measured: the promise is
	// about a million.
	plantWithin = 40 * time.Minute
)

// searchSQLite: a page of search as the service finds it, against the bare query of the
// engine on the same index: the same words in the same areas, the newest thousand matches
// counted, and a page of the newest of them, nothing put first and no word gone on with.
// Of 1,000,000 documents in 250 areas, of which a reader looks into the two large ones, or
// into twenty or two hundred spaces. The database lies in memory where there is room: what
// the machine's disk takes, and what its kernel throws out of memory between two searches,
// is no work of either.
func searchSQLite(ctx context.Context) ([]line, error) {
	dir, done, err := inMemory("search", searchRoom)
	if err != nil {
		return nil, err
	}
	defer done()
	return searchOn(ctx, "sqlite", "sqlite:"+filepath.Join(dir, "search.db"), bareSQLite)
}

// searchPostgres is the same on PostgreSQL, where there is a server.
func searchPostgres(ctx context.Context) ([]line, error) {
	server := os.Getenv("CAIRN_TEST_POSTGRES")
	if server == "" {
		return nil, missing("on PostgreSQL: CAIRN_TEST_POSTGRES names no server (scripts/with-postgres sets it)")
	}
	address, drop, err := ownDatabase(ctx, server)
	if err != nil {
		return nil, err
	}
	defer drop()
	return searchOn(ctx, "postgres", address, barePostgres)
}

// ownDatabase makes a database for the benchmark alone.
func ownDatabase(ctx context.Context, server string) (address string, drop func(), err error) {
	pool, err := sql.Open("pgx", server)
	if err != nil {
		return "", nil, err
	}
	name := "cairn_bench_" + strings.ReplaceAll(string(moment.NewID()), "-", "")
	if _, err := pool.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return "", nil, errors.Join(err, pool.Close())
	}
	base, query, _ := strings.Cut(server, "?")
	address = base[:strings.LastIndex(base, "/")+1] + name
	if query != "" {
		address += "?" + query
	}
	return address, func() {
		_, _ = pool.ExecContext(context.WithoutCancel(ctx), `DROP DATABASE `+name+` WITH (FORCE)`)
		_ = pool.Close()
	}, nil
}

// bare gives the engine's own query for some words: its text and the search.
type bare func(words []string, areas int, many bool) (text, match string)

// barePage counts the newest matches and gives a page of them: as much as is told by a
// search.
const barePage = ` SELECT d.kind, d.id, d.at, (SELECT count(*) FROM hit) FROM (SELECT n FROM hit ORDER BY n DESC LIMIT $2) p JOIN search_doc d ON d.n = p.n ORDER BY p.n DESC`

func bareSQLite(words []string, areas int, _ bool) (string, string) {
	return `WITH hit AS MATERIALIZED (SELECT rowid AS n FROM search_text WHERE search_text MATCH $1 ORDER BY rowid DESC LIMIT 1000)` + barePage,
		inAreas(words, areas, `"`, ` AND `, ` OR `)
}

// barePostgres walks through the newest for common words and fetches all matches of rare ones:
// what the engine would do if it looked at the words. By itself it walks through a million
// documents for a word that stands in none of them.
func barePostgres(words []string, areas int, many bool) (string, string) {
	hit := `SELECT n FROM search_doc WHERE text @@ (SELECT CAST(CAST($1 AS TEXT) AS tsquery)) ORDER BY n + 0 DESC LIMIT 1000`
	if many {
		hit = `SELECT n FROM (SELECT n, text FROM search_doc ORDER BY n DESC OFFSET 0) newest WHERE text @@ (SELECT CAST(CAST($1 AS TEXT) AS tsquery)) ORDER BY n DESC LIMIT 1000`
	}
	return `WITH hit AS MATERIALIZED (` + hit + `)` + barePage, inAreas(words, areas, `'`, ` & `, ` | `)
}

// inAreas writes words as they stand in the index, in the areas of the reader: they
// have their numbers in the order in which something was put there first.
func inAreas(words []string, areas int, quote, and, or string) string {
	parts := make([]string, areas)
	for i := range parts {
		area := strconv.FormatInt(int64(i+1), 36) + "."
		parts[i] = "(" + quote + area + strings.Join(words, quote+and+quote+area) + quote + ")"
	}
	return strings.Join(parts, or)
}

func searchOn(ctx context.Context, engine, address string, floor bare) ([]line, error) {
	if _, err := db.Migrate(ctx, address, migrations.FS, 0); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	x := search.New(d)
	n, took, err := plantDocs(ctx, d, x)
	if err != nil {
		return nil, err
	}
	rare := func(r *rand.Rand) []string { return []string{wordNo(20_000 + r.IntN(vocabulary-20_000))} }
	nowhere := func(r *rand.Rand) []string { return []string{wordNo(vocabulary + r.IntN(vocabulary))} }
	common := func(r *rand.Rand) []string { return []string{wordNo(r.IntN(40))} }
	var lines []line
	for _, q := range []searched{
		{name: "rare", areas: 2, words: rare},
		{name: "common", areas: 2, words: common, many: true},
		{name: "rare-20", areas: 20, words: rare},
		{name: "common-20", areas: 20, words: common, many: true},
		{name: "rare-200", areas: mostAreas, words: rare, only: true},
		{name: "common-200", areas: mostAreas, words: common, many: true, only: true},
		{name: "nowhere", areas: 2, words: nowhere, none: true, only: true},
		{name: "both", areas: 2, words: func(r *rand.Rand) []string { return append(common(r), rare(r)...) }, only: true},
		{name: "two-common", areas: 2, words: func(r *rand.Rand) []string { return []string{wordNo(r.IntN(20)), wordNo(20 + r.IntN(20))} }, many: true, only: true},
	} {
		ours, bare, err := searchFor(ctx, d, x, floor, q)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", engine, q.name, err)
		}
		lines = append(lines, line{"search-" + engine + "-" + q.name, percentile(ours, .99), percentile(bare, .99), 2, false,
			fmt.Sprintf("microseconds, p99, in %d of %d areas, of %d documents put in in %.0f s; mean %.0f and %.0f", q.areas, mostAreas+hidden, n, took.Seconds(), mean(ours), mean(bare)), q.only})
	}
	return lines, nil
}

// searched is a kind of search.
type searched struct {
	name  string
	areas int // that are looked into
	words func(r *rand.Rand) []string
	many  bool // documents have these words
	none  bool // has them
	only  bool // a number to know
}

// searchFor asks for the same words in both ways, in turns.
func searchFor(ctx context.Context, d *db.DB, x *search.Index, floor bare, q searched) (ours, bares []float64, err error) {
	rounds := 1000
	if q.areas == mostAreas || q.many && d.Postgres() {
		rounds = 200 // these take long
	}
	rnd := rand.New(rand.NewPCG(5, 8)) //nolint:gosec // repeatable, not secret
	asked := make([][]string, rounds)
	for i := range asked {
		asked[i] = q.words(rnd)
	}
	in := make([]string, q.areas)
	for i := range in {
		in[i] = areaName(i)
	}
	ask := func(i int) {
		page, ferr := x.Find(ctx, d.Reader(), search.Query{Text: strings.Join(asked[i], " "), Areas: in, Most: 20})
		if ferr != nil || len(asked[i]) == 1 && (page.Count == 0) != q.none {
			err = errorOr(ferr, fmt.Errorf("%q finds %d", asked[i], page.Count))
		}
	}
	plain := func(i int) {
		text, match := floor(asked[i], q.areas, q.many)
		rows, qerr := d.Reader().Query(ctx, text, match, 20)
		if _, qerr = db.Collect(rows, qerr, func(r db.Row, h *search.Hit) error { return r.Scan(&h.Kind, &h.ID, &h.At, new(int)) }); qerr != nil {
			err = qerr
		}
	}
	for i := range rounds { // what is read from the disk for the first time is counted against neither
		ask(i)
		plain(i)
	}
	ours, bares = inTurns(ctx, rounds, ask, plain)
	return ours, bares, errorOr(err, ctx.Err())
}

func areaName(i int) string { return fmt.Sprintf("space:%d", i) }

// areaOf says where a document stands: the first of each area gives it its number, one of
// five is hidden, most of the others stand in the two large spaces.
func areaOf(r *rand.Rand, n int) string {
	switch {
	case n < mostAreas+hidden:
		return areaName(n)
	case n%hiddenOne == 0:
		return areaName(mostAreas + r.IntN(hidden))
	case r.IntN(3) > 0:
		return areaName(r.IntN(2))
	}
	return areaName(2 + r.IntN(mostAreas-2))
}

// wordNo is a made-up word that looks like one.
func wordNo(n int) string {
	const consonants, vowels = "bdfghklmnprstvz", "aeiou"
	var b strings.Builder
	for n += 900; n > 0; n /= 75 {
		b.WriteByte(consonants[n%15])
		b.WriteByte(vowels[n/15%5])
	}
	return b.String()
}

// wordOf draws a word as language does: few are frequent, most are rare.
func wordOf(r *rand.Rand) string {
	return wordNo(int(math.Exp(r.Float64()*math.Log(vocabulary))) - 1)
}

// plantDocs puts documents in by the service's own verb, in large transactions, as long
// as there is time.
func plantDocs(ctx context.Context, d *db.DB, x *search.Index) (n int, took time.Duration, err error) {
	rnd := rand.New(rand.NewPCG(21, 34)) //nolint:gosec // repeatable, not secret
	begin := time.Now()
	for n < searchDocs && time.Since(begin) < plantWithin && ctx.Err() == nil {
		docs := make([]search.Doc, 0, batchDocs)
		for range min(batchDocs, searchDocs-n) {
			var words strings.Builder
			for range docWords {
				words.WriteString(wordOf(rnd) + " ")
			}
			docs = append(docs, search.Doc{Kind: "post", ID: moment.NewID(), Area: areaOf(rnd, n), Title: wordOf(rnd) + " " + wordOf(rnd), Words: words.String(), At: moment.At(begin).Add(time.Duration(n-searchDocs) * time.Minute)})
			n++
		}
		if err := d.Write(ctx, func(tx db.Writer) error {
			for _, doc := range docs {
				if err := x.Put(ctx, tx, doc); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return n, 0, err
		}
	}
	if took = time.Since(begin); n < searchDocs {
		return n, took, errorOr(ctx.Err(), fmt.Errorf("only %d of %d documents were put in within %s", n, searchDocs, plantWithin))
	}
	if d.Postgres() { // what its own housekeeping does sooner or later
		err = d.Write(ctx, func(tx db.Writer) error {
			_, err := tx.Exec(ctx, `ANALYZE search_doc`)
			return err
		})
	}
	return n, took, errorOr(err, ctx.Err())
}
