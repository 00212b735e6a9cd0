package search

import (
	"fmt"
	"slices"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func TestPagesGoOnAndStayWhatTheyWere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		want := []string{}
		for i := range 45 {
			name := fmt.Sprintf("d%d", i)
			s.put(name, "open", "", "pebble pebbles")
			want = append(want, name)
		}
		slices.Reverse(want)
		var got []string
		q := Query{Text: "pebbl", Areas: []string{"open"}, Most: 20}
		for range 5 {
			page, err := s.Find(t.Context(), d.Reader(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range page.Hits {
				got = append(got, s.name[h.ID])
			}
			if page.Next == nil {
				break
			}
			q.After = *page.Next
			s.put("later"+fmt.Sprint(len(got)), "open", "", "pebble") // shifts nothing
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d of %d, %v", len(got), len(want), got)
		}
	})
}

// However far one reads on, nothing is left out and nothing comes twice.
func TestPagesBehindTitlesAreWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		var titled, others []string
		for i := range 150 {
			name, title := fmt.Sprintf("d%d", i), ""
			if i%7 == 0 {
				title = "harbour"
			}
			s.put(name, "open", title, "harbour lights")
			if i%7 == 0 && i >= 50 {
				titled = append(titled, name)
			} else {
				others = append(others, name)
			}
		}
		slices.Reverse(titled)
		slices.Reverse(others)
		var got []string
		for q := (Query{Text: "harbour", Areas: []string{"open"}, Most: 20}); ; {
			page, err := s.Find(t.Context(), d.Reader(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range page.Hits {
				got = append(got, s.name[h.ID])
			}
			if page.Next == nil || len(got) > 200 {
				break
			}
			q.After = *page.Next
		}
		if want := slices.Concat(titled, others); !slices.Equal(got, want) {
			t.Errorf("%d:\n%v, want\n%v", len(got), got, want)
		}
	})
}

// Titles come first among the newest hundred, on both databases alike.
func TestTitlesComeFirstAmongTheNewest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		s.put("old", "open", "harbour", "harbour")
		s.write(func(tx db.Writer) error {
			for range 60 {
				s.at += second
				if err := s.Put(t.Context(), tx, Doc{Kind: "page", ID: moment.NewID(), Area: "open", Words: "harbour", At: s.at}); err != nil {
					return err
				}
			}
			return nil
		})
		s.put("newer", "open", "harbour", "harbour")
		s.write(func(tx db.Writer) error {
			for range 60 {
				s.at += second
				if err := s.Put(t.Context(), tx, Doc{Kind: "page", ID: moment.NewID(), Area: "open", Words: "harbour", At: s.at}); err != nil {
					return err
				}
			}
			return nil
		})
		s.put("newest", "open", "", "harbour")
		if got := s.find(Query{Text: "harbour", Most: 2}); got != "newer newest" {
			t.Errorf("first come %q", got)
		}
	})
}
