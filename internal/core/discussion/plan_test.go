package discussion

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// spy notes what is asked.
type spy struct {
	db.Reader
	asked []string
	args  [][]any
}

func (s *spy) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s.asked, s.args = append(s.asked, query), append(s.args, args)
	return s.Reader.Query(ctx, query, args...)
}

// A page and a thread are ranges of an index, however many entries there are: nothing
// is sorted or scanned for them.
func TestPagesAreRangesOfAnIndex(t *testing.T) {
	d := dbtest.SQLite(t)
	space, author := moment.NewID(), moment.NewID()
	var posts []moment.ID
	err := d.Write(t.Context(), func(tx db.Writer) error {
		posts = nil
		if err := insertSpace(t.Context(), tx, Space{ID: space, Kind: "k", Owner: author}); err != nil {
			return err
		}
		for i := range 300 {
			e := row{Entry: Entry{ID: moment.NewID(), Space: space, State: Open, At: moment.Time(i + 1), author: author}, words: []byte("x")}
			if err := insertEntry(t.Context(), tx, e, fmt.Sprint(i)); err != nil {
				return err
			}
			posts = append(posts, e.ID)
			for j := range 5 {
				c := row{Entry: Entry{ID: moment.NewID(), Space: space, Post: e.ID, State: Open, At: moment.Time(1000 + j), author: author}, words: []byte("x")}
				if err := insertEntry(t.Context(), tx, c, fmt.Sprint(i, "/", j)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]viewer{
		"a member": {Actor: access.Actor{Person: moment.NewID()}, see: true}, "a keeper": {Actor: access.Actor{Person: moment.NewID()}, see: true, keep: true},
		"apart from some": {Actor: access.Actor{Person: moment.NewID()}, see: true, apart: map[moment.ID]bool{moment.NewID(): true, moment.NewID(): true}},
	} {
		s := &spy{Reader: d.Reader()}
		page, err := pageOf(t.Context(), s, space, v, place{}, 21)
		if err != nil || len(page) != 21 || page[0].ID != posts[299] {
			t.Fatalf("%s: %d posts, %v", name, len(page), err)
		}
		next, err := pageOf(t.Context(), s, space, v, place{page[20].ActiveAt, page[20].ID}, 21)
		if err != nil || len(next) != 21 || next[0].ID != posts[278] {
			t.Fatalf("%s: the next page: %d, %v", name, len(next), err)
		}
		first, err := firstComments(t.Context(), s, idsOf(page), v, 3)
		if err != nil || len(first) != 63 {
			t.Fatalf("%s: %d first comments, %v", name, len(first), err)
		}
		if list, err := commentsFrom(t.Context(), s, posts[0], v, place{}, 51); err != nil || len(list) != 5 {
			t.Fatalf("%s: %d comments, %v", name, len(list), err)
		}
		if list, err := pinnedOf(t.Context(), s, space, v); err != nil || len(list) != 0 {
			t.Fatalf("%s: %d pinned, %v", name, len(list), err)
		}
		if len(s.asked) != 5 {
			t.Errorf("%s: %d questions", name, len(s.asked))
		}
		for i, q := range s.asked {
			plan := planOf(t, d, q, s.args[i])
			if strings.Contains(plan, "SCAN e") || strings.Contains(plan, "TEMP B-TREE") && i != 4 {
				t.Errorf("%s, question %d:\n%s", name, i, plan)
			}
			if !strings.Contains(plan, "discussion_entry_") {
				t.Errorf("%s, question %d uses no index:\n%s", name, i, plan)
			}
		}
	}
}

func planOf(t *testing.T, d *db.DB, query string, args []any) string {
	t.Helper()
	rows, err := d.Reader().Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	lines, err := db.Collect(rows, err, func(r db.Row, s *string) error {
		var id, parent, x int
		return r.Scan(&id, &parent, &x, s)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
