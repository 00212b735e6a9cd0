package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// The list of words is looked into at the beginnings that were asked for, however many words
// there are.
func TestWordsThatGoOnAreARange(t *testing.T) {
	d := dbtest.SQLite(t)
	rows, err := d.Reader().Query(t.Context(), "EXPLAIN QUERY PLAN "+goesOnText, `["1.a"]`)
	plan, err := db.Collect(rows, err, func(r db.Row, step *string) error { return r.Scan(new(int), new(int), new(int), step) })
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Join(plan, "\n")
	begins, words := strings.Index(whole, "SCAN b "), strings.Index(whole, "SCAN v ")
	if begins < 0 || words < begins || strings.Contains(whole, "SCAN v VIRTUAL TABLE INDEX 1:") || strings.Contains(whole, "SCAN v VIRTUAL TABLE INDEX 0:") {
		t.Errorf("all words are read:\n%s", whole)
	}
}

// What one may not see changes nothing: not what is found, nor how much, nor how it is
// looked for, nor what is suggested.
func TestWhatIsHiddenChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		kept := moment.NewID()
		for i := range 30 {
			s.put(fmt.Sprintf("o%d", i), "open", "", fmt.Sprintf("lantern number%d", i))
		}
		queries := []Query{{Text: "lantern"}, {Text: "lanten"}, {Text: "lantern -number3"}, {Text: "secretword"}, {Text: "secretwrd"}, {Text: "numb"}, {Text: "lantern", Not: []moment.ID{kept}}}
		look := func() (out []string) {
			for _, q := range queries {
				q.Areas, q.Most = []string{"open"}, 10
				if q.Not == nil {
					q.Not = []moment.ID{kept}
				}
				page, err := s.Find(t.Context(), d.Reader(), q)
				if err != nil {
					t.Fatal(err)
				}
				near, err := s.Suggest(t.Context(), d.Reader(), q)
				if err != nil {
					t.Fatal(err)
				}
				names := ""
				for _, h := range page.Hits {
					names += " " + s.name[h.ID]
				}
				out = append(out, fmt.Sprintf("%q: %d%s near %q next %v\n%s", q.Text, page.Count, names, near, page.Next != nil, s.plan(q)))
			}
			return out
		}
		before := look()
		for i := range 200 {
			s.put(fmt.Sprintf("h%d", i), "hidden", "lantern secretword", "lantern secretword lantens")
			s.put(fmt.Sprintf("k%d", i), "open", "lantern secretword", "lantern secretword", by(kept))
		}
		if after := look(); !slices.Equal(before, after) {
			t.Errorf("before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
		if !strings.Contains(before[1], `near "lantern"`) {
			t.Errorf("nothing is suggested: %s", before[1])
		}
	})
}

func (s *shelf) asked(q Query) asked {
	s.t.Helper()
	areas, err := s.numbers(s.t.Context(), q.Areas)
	if err != nil || len(areas) == 0 {
		s.t.Fatalf("%d areas (%v)", len(areas), err)
	}
	return q.asked(areas, read(q.Text))
}

// plan is how the engine answers a query.
func (s *shelf) plan(q Query) string {
	s.t.Helper()
	a := s.asked(q)
	from, to := q.span()
	n, list, err := a.titleWords()
	if err != nil {
		s.t.Fatal(err)
	}
	text, args := `EXPLAIN QUERY PLAN `+onSQLite(n), []any{a.inWords(fts5()), list, from, to, q.Most, 0}
	if s.db.Postgres() {
		text, args = `EXPLAIN (COSTS OFF) `+onPostgres, []any{a.inWords(tsquery()), a.inTitle(), from, to, q.Most, 0}
	}
	rows, err := s.db.Reader().Query(s.t.Context(), text, args...)
	lines, err := db.Collect(rows, err, func(r db.Row, line *string) error {
		if s.db.Postgres() {
			return r.Scan(line)
		}
		var id, parent, unused int
		return r.Scan(&id, &parent, &unused, line)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// Both ways that PostgreSQL is asked find the same.
func TestBothWaysFindTheSame(t *testing.T) {
	d := dbtest.Postgres(t)
	s := newShelf(t, d)
	for i := range 300 {
		s.put(fmt.Sprintf("d%d", i), []string{"open", "hidden"}[i%2], []string{"", "harbour"}[i%7/6], fmt.Sprintf("harbour w%d", i%10))
	}
	for _, text := range []string{"harbour", "harbour -w3", `"harbour w5"`, "w4", "nowhere"} {
		q := Query{Text: text, Areas: []string{"open"}, Most: 40}
		a := s.asked(q)
		one, err := s.ask(t.Context(), d.Reader(), q, onPostgres, a.inWords(tsquery()), a.inTitle())
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.ask(t.Context(), d.Reader(), q, onPostgresNewest, a.inWords(tsquery()), a.inTitle())
		if err != nil {
			t.Fatal(err)
		}
		if one.count != other.count || !slices.Equal(one.hits, other.hits) {
			t.Errorf("%q: %d and %d", text, one.count, other.count)
		}
	}
}

// The engine's own figures decide which way is taken, and are understood.
func TestCommonWordsAreKnown(t *testing.T) {
	d := dbtest.Postgres(t)
	s := newShelf(t, d)
	for i := range 50 {
		s.put(fmt.Sprintf("d%d", i), "open", "", fmt.Sprintf("harbour w%d", i%2))
	}
	s.write(func(tx db.Writer) error { _, err := tx.Exec(t.Context(), `ANALYZE search_doc`); return err })
	f, err := learn(t.Context(), d.Reader())
	if err != nil || f.docs != 50 {
		t.Fatalf("%v documents, %v", f.docs, err)
	}
	if f.share["1.harbour"] != 1 || f.share["1.w1"] != .5 || f.share["1~"+mark(markKind, "page")] != 1 {
		t.Errorf("shares: %v", f.share)
	}
	f.docs = 1_000_000
	c := common{known: f}
	for _, x := range []struct {
		text        string
		begun, many bool
	}{
		{"harbour", false, true}, {"harbour w1", false, true}, {"harbour lighthouse", false, false},
		{"harb", true, true}, {"harb", false, false}, {"harbour w", true, true}, {"harbour light", true, false}, {"lighthouse harb", true, false}, {"hart", true, false},
	} {
		q := Query{Text: x.text, Areas: []string{"open"}, Kinds: []string{"page"}, After: Cursor{Begun: x.begun}}
		a := s.asked(q)
		a.begun = x.begun // also where what was typed is too short for it
		got, err := c.expect(t.Context(), d.Reader(), a)
		if err != nil || got != x.many {
			t.Errorf("%q, begun %v: many is %v (%v)", x.text, x.begun, got, err)
		}
	}
	if got := f.beginning("1.w"); got != 1 {
		t.Errorf("words with w: %v", got)
	}
}
