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
		"whoever leads, apart from some": {Actor: access.Actor{Person: moment.NewID(), Roles: access.Set(access.Member, access.Supervisor)}, see: true, apart: map[moment.ID]bool{moment.NewID(): true}},
		"apart from some":                {Actor: access.Actor{Person: moment.NewID()}, see: true, apart: map[moment.ID]bool{moment.NewID(): true, moment.NewID(): true}},
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
		far := 0 // those who are kept apart from some look up where these have answered, of which there is little
		if v.far() {
			far = 2
		}
		if len(s.asked) != 5+far {
			t.Errorf("%s: %d questions", name, len(s.asked))
		}
		for i, q := range s.asked {
			plan := planOf(t, d, q, s.args[i])
			little := strings.Contains(q, "near_at") || i == 4+far
			if strings.Contains(plan, "SCAN e") && !strings.Contains(q, "near_at") || strings.Contains(plan+"\n", "SCAN c\n") || strings.Contains(plan, "TEMP B-TREE") && !little {
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

// What is new to somebody is looked for in what they follow, not in all threads.
func TestNewsBeginAtWhatIsFollowed(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, v := range map[string]viewer{
		"apart from nobody": {Actor: access.Actor{Person: moment.NewID()}, see: true},
		"apart from some":   {Actor: access.Actor{Person: moment.NewID()}, see: true, apart: map[moment.ID]bool{moment.NewID(): true}},
	} {
		s := &spy{Reader: d.Reader()}
		if _, err := newsFor(t.Context(), s, v, 1, 20); err != nil {
			t.Fatal(err)
		}
		plan := planOf(t, d, s.asked[0], s.args[0])
		if strings.Contains(plan, "SCAN") && !strings.Contains(plan, "USING COVERING INDEX discussion_follow") || strings.Contains(plan, "SCAN e") || strings.Contains(plan, "SCAN p") || strings.Contains(plan, "SCAN c") {
			t.Errorf("%s:\n%s", name, plan)
		}
		if !strings.Contains(plan, "SEARCH e USING INDEX sqlite_autoindex_discussion_entry_1 (id=?)") || !strings.Contains(plan, "discussion_entry_page (space=? AND active_at>?)") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}

// Emptying a space sorts nothing, however much is in it, and leaves nothing.
func TestSweepingIsRangesOfAnIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		space, author := moment.NewID(), moment.NewID()
		err := d.Write(t.Context(), func(tx db.Writer) error {
			if err := insertSpace(t.Context(), tx, Space{ID: space, Kind: "k", Owner: author}); err != nil {
				return err
			}
			for i := range 7 {
				post := row{Entry: Entry{ID: moment.NewID(), Space: space, State: Open, At: moment.Time(i + 1), author: author}}
				if err := insertEntry(t.Context(), tx, post, fmt.Sprint(i)); err != nil {
					return err
				}
				for j := range i {
					c := row{Entry: Entry{ID: moment.NewID(), Space: space, Post: post.ID, State: Open, At: moment.Time(10 + j), author: author}}
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
		if !d.Postgres() {
			s := &spy{Reader: d.Reader()}
			if ids, err := sweepable(t.Context(), s, space, 5); err != nil || len(ids) != 5 || len(s.asked) != 2 {
				t.Fatalf("%d of 5, %d questions, %v", len(ids), len(s.asked), err)
			}
			for i, q := range s.asked {
				if plan := planOf(t, d, q, s.args[i]); strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN") || !strings.Contains(plan, "discussion_entry_") {
					t.Errorf("question %d:\n%s", i, plan)
				}
			}
		}
		left := 28
		for more := true; more; {
			was := left
			err := d.Write(t.Context(), func(tx db.Writer) error {
				var err error
				if more, err = sweepSpace(t.Context(), tx, space, 5); err != nil {
					return err
				}
				return tx.QueryRow(t.Context(), `SELECT count(*) FROM discussion_entry`).Scan(&left)
			})
			if err != nil {
				t.Fatal(err)
			}
			if was-left > 5 || more && was == left {
				t.Fatalf("%d, then %d", was, left)
			}
		}
		if left != 0 {
			t.Errorf("%d left", left)
		}
	})
}

// Whoever leads is told first of what nobody was told of, then of the newest.
func TestWhatNobodyWasToldOfComesFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		space, author, before, lead := moment.NewID(), moment.NewID(), moment.NewID(), moment.NewID()
		var want string
		err := d.Write(t.Context(), func(tx db.Writer) error {
			if err := insertSpace(t.Context(), tx, Space{ID: space, Kind: "k", Owner: author}); err != nil {
				return err
			}
			ids := map[string]moment.ID{}
			for i, e := range []struct {
				name         string
				author, lead moment.ID
				state        State
				why          Why
			}{
				{"old", author, "", Held, ForWords}, {"told-old", author, before, Held, ForWords}, {"new", author, "", Held, ForWords}, {"told-new", author, before, Held, ForWords},
				{"knows", author, lead, Held, ForWords}, {"own", lead, "", Held, ForWords}, {"first", author, "", Held, ForNew}, {"open", author, "", Open, ""},
			} {
				ids[e.name] = moment.NewID()
				x := row{Entry: Entry{ID: ids[e.name], Space: space, State: e.state, Why: e.why, At: moment.Time(i + 1), author: e.author, lead: e.lead}}
				if err := insertEntry(t.Context(), tx, x, e.name); err != nil {
					return err
				}
			}
			want = fmt.Sprint([]moment.ID{ids["new"], ids["old"], ids["told-new"], ids["told-old"]})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s := &spy{Reader: d.Reader()}
		list, err := heldForWords(t.Context(), s, lead, 50)
		if got := fmt.Sprint(idsOf(list)); err != nil || got != want {
			t.Errorf("%s instead of %s, %v", got, want, err)
		}
		if !d.Postgres() {
			if plan := planOf(t, d, s.asked[0], s.args[0]); strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "discussion_entry_held") {
				t.Error(plan)
			}
		}
	})
}
