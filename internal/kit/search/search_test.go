package search

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const second = 1_000_000

// shelf is an index with documents whose names stand for their ids.
type shelf struct {
	*Index
	t    *testing.T
	db   *db.DB
	name map[moment.ID]string
	id   map[string]moment.ID
	at   moment.Time
}

func newShelf(t *testing.T, d *db.DB) *shelf {
	return &shelf{Index: New(d), t: t, db: d, name: map[moment.ID]string{}, id: map[string]moment.ID{}, at: 1_700_000_000 * second}
}

func (s *shelf) write(f func(tx db.Writer) error) {
	s.t.Helper()
	if err := s.db.Write(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

// put puts a document a second later than the one before.
func (s *shelf) put(name, area, title, words string, with ...func(*Doc)) {
	s.t.Helper()
	id, known := s.id[name]
	if !known {
		id = moment.NewID()
		s.id[name], s.name[id] = id, name
	}
	s.at += second
	d := Doc{Kind: "page", ID: id, Area: area, Title: title, Words: words, At: s.at}
	for _, f := range with {
		f(&d)
	}
	s.write(func(tx db.Writer) error { return s.Put(s.t.Context(), tx, d) })
}

func (s *shelf) find(q Query) string {
	s.t.Helper()
	if q.Areas == nil {
		q.Areas = []string{"open"}
	}
	if q.Most == 0 {
		q.Most = 50
	}
	page, err := s.Find(s.t.Context(), s.db.Reader(), q)
	if err != nil {
		s.t.Fatalf("%q: %v", q.Text, err)
	}
	var out []string
	for _, h := range page.Hits {
		out = append(out, s.name[h.ID])
	}
	if q.After.From == 0 && page.Next == nil && page.Count != len(out) {
		s.t.Errorf("%q counts %d and gives %d", q.Text, page.Count, len(out))
	}
	return strings.Join(out, " ")
}

func by(author moment.ID) func(*Doc) { return func(d *Doc) { d.Author = author } }

// The same searches find the same documents on both databases, in the same order.
func TestTheSameIsFoundOnBoth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		s.put("walk", "open", "Slow walks", "We walk by the river on Tuesday evenings. Don't hurry.")
		s.put("panic", "open", "After a panic attack", "What helps me at night is to count the stones. My well-being.")
		s.put("night", "open", "Night shift", "Working nights, and the panic of Monday.")
		s.put("noche", "open", "Por la noche", "La ansiedad viene después de las once. Un paseo corto ayuda.")
		s.put("paseo", "open", "Paseos lentos", "Caminamos junto al río. La depresión también camina.")
		s.put("qalaq", "open", "القلق في الليل", "كيف نتعامل مع القَلَق؟ مجموعة للأمهات، مع أملٍ صغير.")
		s.put("majmu", "open", "مجموعه المشي", "نمشي على مهل بجانب النهر كل ٣ أيام.")
		s.put("gap", "open", "one two", "three four")
		for text, want := range map[string]string{
			"walk":                         "walk",
			"walks":                        "walk",
			"wal":                          "walk",
			"SLOW":                         "walk",
			"panic":                        "panic night", // the one with it in its title first
			"panic night":                  "night panic",
			"night panic":                  "night panic",
			`"panic attack"`:               "panic",
			`"attack panic"`:               "",
			"panic -monday":                "panic",
			`-"night shift" panic`:         "panic",
			`panic -"shift night"`:         "panic night",
			"dont":                         "walk",
			"don’t hurry":                  "walk",
			"well-being":                   "panic",
			"being well":                   "panic",
			"ansiedad noche":               "noche",
			"después":                      "noche",
			"despues":                      "noche",
			"PASEO":                        "paseo noche", // the last word begins "paseos"
			"rio":                          "paseo",
			"depresion":                    "paseo",
			`"la noche"`:                   "noche",
			"قلق":                          "qalaq",
			"القلق":                        "qalaq",
			"بالقلق":                       "qalaq",
			"مجموعة":                       "majmu qalaq",
			"امل":                          "qalaq",
			"على":                          "majmu",
			"3 ايام":                       "majmu",
			`"two three"`:                  "",
			"two three":                    "gap",
			"nothing":                      "",
			"-panic":                       "",
			"":                             "",
			"*":                            "",
			"panic OR walk":                "",
			"NOT":                          "",
			"title:panic":                  "",
			`'; DROP TABLE search_doc; --`: "",
			`panic " - ) ( & | ! <->`:      "panic night",
			"panic\x00night":               "",
			strings.Repeat("panic ", 200):  "panic night",
		} {
			if got := s.find(Query{Text: text}); got != want {
				t.Errorf("%q finds %q, want %q", clip(text, 40), got, want)
			}
		}
	})
}

func TestWhatNarrows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		ali, noor := moment.NewID(), moment.NewID()
		s.put("a", "open", "", "stone", by(ali), func(d *Doc) { d.Topics = []string{"grief", "work"}; d.Lang = "en" })
		s.put("b", "open", "", "stone", by(noor), func(d *Doc) { d.Kind = "post"; d.Lang = "es" })
		middle := s.at + second
		s.put("c", "members", "", "stone")
		s.put("d", "work", "", "stone")
		for i, x := range []struct {
			q    Query
			want string
		}{
			{Query{}, "b a"},
			{Query{Areas: []string{"open", "members"}}, "c b a"},
			{Query{Areas: []string{"elsewhere"}}, ""},
			{Query{Areas: []string{}}, ""},
			{Query{Areas: []string{""}}, ""},
			{Query{Kinds: []string{"post"}}, "b"},
			{Query{Kinds: []string{"post", "page"}}, "b a"},
			{Query{Topics: []string{"work"}}, "a"},
			{Query{Lang: "es"}, "b"},
			{Query{Not: []moment.ID{ali}}, "b"},
			{Query{Not: []moment.ID{ali, noor}, Areas: []string{"open", "members"}}, "c"},
			{Query{Since: middle, Areas: []string{"open", "members", "work"}}, "d c"},
			{Query{Until: middle, Areas: []string{"open", "members", "work"}}, "b a"},
		} {
			x.q.Text = "stone"
			if got := s.find(x.q); got != x.want {
				t.Errorf("%d: %q, want %q", i, got, x.want)
			}
		}
	})
}

func TestPutAgainAndRemove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newShelf(t, d), t.Context()
		ali := moment.NewID()
		at := s.at
		same := func(d *Doc) { d.At = at; d.Author = ali }
		for i := range 30 { // all of one moment
			s.put(fmt.Sprintf("d%d", i), "open", "", "heather", same)
		}
		s.put("other", "open", "", "heather")
		s.put("d0", "open", "", "bracken", same)
		s.put("d0", "open", "", "bracken", same)
		if got := s.find(Query{Text: "bracken"}); got != "d0" {
			t.Errorf("written anew: %q", got)
		}
		if n := len(strings.Fields(s.find(Query{Text: "heather"}))); n != 30 {
			t.Errorf("%d of 30", n)
		}
		s.put("d0", "members", "", "bracken", same)
		if got := s.find(Query{Text: "bracken"}); got != "" {
			t.Errorf("moved to another area: %q", got)
		}
		s.write(func(tx db.Writer) error { return s.Remove(ctx, tx, "page", s.id["d1"]) })
		s.write(func(tx db.Writer) error { return s.Remove(ctx, tx, "page", s.id["d1"]) })
		for left := 10; left == 10; {
			s.write(func(tx db.Writer) (err error) { left, err = s.RemoveAuthor(ctx, tx, ali, 10); return err })
		}
		if got := s.find(Query{Text: "heather", Areas: []string{"open", "members"}}); got != "other" {
			t.Errorf("after their author went: %q", got)
		}
		s.write(func(tx db.Writer) error { _, err := s.RemoveArea(ctx, tx, "open", 100); return err })
		if got := s.find(Query{Text: "heather"}); got != "" {
			t.Errorf("after the area went: %q", got)
		}
		s.write(func(tx db.Writer) error {
			for _, bad := range []Doc{{}, {Kind: "page", ID: ali, Area: "open"}, {Kind: "page", ID: ali, At: 1}} {
				if err := s.Put(ctx, tx, bad); err == nil {
					t.Errorf("%+v was put", bad)
				}
			}
			return nil
		})
	})
}

// hostile is what somebody might type who wants to speak to the engine.
func TestHostileSearchesFindOrFindNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		s.put("a", "open", "plain", "text")
		for _, text := range []string{
			`"`, `""`, `"""`, `a" OR "b`, `{marks}: a`, `marks:a`, `search_text`, `NEAR(a b)`, `a NEAR/3 b`, `a*b`, `^a`, `a + b`, `(((((`, `)`, `a AND`, `NOT`,
			`'`, `''`, `a' & 'b`, `a:*`, `a:ABCD`, `!a`, `!!!a`, `a <-> b`, `<2>`, `\`, `\'`, "\x00", "\xff\xfe", "1.plain", "1^plain", "1~" + mark(markKind, "page"), "|", "!b",
			strings.Repeat(`"`, 500), strings.Repeat("(", 500), strings.Repeat("a ", 5000), strings.Repeat("-a ", 5000), strings.Repeat("ى", 5000), "\u202e\u2066", "🙂", "%_%", "$1", "; SELECT 1",
		} {
			for _, begun := range []bool{false, true} {
				q := Query{Text: text, Areas: []string{"open", `a" OR "`, "'", strings.Repeat("x", 999)}, Topics: []string{`"`}, Lang: "'", Most: 10, After: Cursor{Begun: begun, From: -5, Newest: -1}}
				for _, topics := range [][]string{nil, q.Topics} {
					q.Topics = topics
					if _, err := s.Find(t.Context(), d.Reader(), q); err != nil {
						t.Errorf("%q: %v", clip(text, 40), err)
					}
					if _, err := s.Suggest(t.Context(), d.Reader(), q); err != nil {
						t.Errorf("%q, suggesting: %v", clip(text, 40), err)
					}
				}
			}
		}
		many := make([]string, MostAreas+1)
		if _, err := s.Find(t.Context(), d.Reader(), Query{Text: "a", Areas: many}); err == nil {
			t.Error("too many areas are taken")
		}
		for i := range many {
			many[i] = fmt.Sprintf("area%d", i)
		}
		many[7] = "open"
		left := make([]moment.ID, MostLeftOut)
		for i := range left {
			left[i] = moment.NewID()
		}
		if got := s.find(Query{Text: "plain", Areas: many[:MostAreas], Not: left}); got != "a" {
			t.Errorf("with as many areas and authors as may be: %q", got)
		}
	})
}

// numbers is a source of documents.
type numbers struct {
	n     int
	calls int
}

func (*numbers) Kind() string { return "number" }
func (*numbers) Reach(context.Context, db.Reader, access.Actor) (Reach, error) {
	return Reach{Areas: []string{"open"}}, nil
}
func (*numbers) Show(context.Context, db.Reader, access.Actor, []moment.ID) (map[moment.ID]Found, error) {
	return nil, nil
}

func (x *numbers) Batch(_ context.Context, _ db.Reader, after string, n int) (docs []Doc, next string, err error) {
	x.calls++
	from := 0
	if after != "" {
		if _, err := fmt.Sscan(after, &from); err != nil {
			return nil, "", err
		}
	}
	for i := from; i < min(from+n, x.n); i++ {
		docs = append(docs, Doc{Kind: "number", ID: moment.ID(fmt.Sprintf("n%d", i)), Area: "open", Words: "counted", At: moment.Time(second * (i + 1))})
	}
	if from+n < x.n {
		next = fmt.Sprint(from + n)
	}
	return docs, next, nil
}

func TestWhatWasThereIsBroughtInInSteps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newShelf(t, d), t.Context()
		count := func() int {
			page, err := s.Find(ctx, d.Reader(), Query{Text: "counted", Areas: []string{"open"}, Most: 1})
			if err != nil {
				t.Fatal(err)
			}
			return page.Count
		}
		src := &numbers{n: 250}
		if done, err := s.Fill(ctx, src, 2); err != nil || done || count() != 100 {
			t.Fatalf("after two steps: done %v, %d (%v)", done, count(), err)
		}
		again := New(d) // whoever was cut off goes on
		if done, err := again.Fill(ctx, src, 50); err != nil || !done || count() != 250 {
			t.Fatalf("in the end: done %v, %d (%v)", done, count(), err)
		}
		calls := src.calls
		if done, err := s.Fill(ctx, src, 50); err != nil || !done || src.calls != calls {
			t.Errorf("done twice (%v)", err)
		}
		if done, err := s.Filled(ctx, d.Reader(), "number"); err != nil || !done {
			t.Errorf("it is not said to be done (%v)", err)
		}
		src.n = 30
		s.write(func(tx db.Writer) error { return s.Refill(ctx, tx, "number") })
		if done, err := s.Fill(ctx, src, 50); err != nil || !done || count() != 30 {
			t.Errorf("anew: done %v, %d (%v)", done, count(), err)
		}
	})
}
