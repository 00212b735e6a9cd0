package find_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// makes makes groups that are for everybody, each a second after the other.
func makes(t *testing.T, w *cairntest.World, by *cairntest.Someone, about string, names ...string) {
	t.Helper()
	for _, name := range names {
		w.Time.Advance(time.Second)
		_, err := w.Groups.Make(t.Context(), by.Actor, groups.Draft{Name: name, About: about, Form: groups.Facilitated, Openness: groups.Public, Languages: []string{"en"}, Topics: []string{"sleep"}, Zone: "UTC"}, "We listen.")
		must(t, err)
	}
}

var title = regexp.MustCompile(`<h3 class="t-l"><a href="(/groups/[^"]*)">(.*?)</a>`)

// titles are what stands on a page of results, with the marks.
func titles(body string) string {
	var out []string
	for _, m := range title.FindAllStringSubmatch(body, -1) {
		out = append(out, strings.TrimSpace(strings.NewReplacer("<bdi>", "", "</bdi>", "").Replace(m[2])))
	}
	return strings.Join(out, " | ")
}

// asks searches as a browser does, and gives the page and its address.
func asks(t *testing.T, p *cairntest.Someone, pairs ...string) (cairntest.Page, string) {
	t.Helper()
	sent := p.Post("/search", pairs...)
	if sent.Status != 303 {
		t.Fatalf("sending a search: %d %s", sent.Status, sent.Body)
	}
	return p.Get(sent.To()), sent.To()
}

func TestTheBox(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, heron, visitor := w.Person("Fern", access.Facilitator), w.Person("Heron"), w.Browser()
		makes(t, w, fern, "For <b>everybody</b> who lies awake & listens.", "Slow walks", "Night owls", "Walks at night")
		empty := visitor.Get("/search")
		if empty.Status != 200 || !strings.Contains(empty.Body, `name="words"`) || strings.Contains(empty.Body, `id="results"`) {
			t.Errorf("the empty box: %d", empty.Status)
		}
		for _, p := range []*cairntest.Someone{visitor, heron} {
			got, address := asks(t, p, "words", "  walks ")
			if titles(got.Body) != "<mark>Walks</mark> at night | Slow <mark>walks</mark>" {
				t.Errorf("found: %q", titles(got.Body))
			}
			for _, part := range []string{`value="walks"`, "2 results.", "For &lt;b&gt;everybody&lt;/b&gt; who lies awake &amp; listens.", "turbo-cache-control"} {
				if !strings.Contains(got.Body, part) {
					t.Errorf("the page lacks %q", part)
				}
			}
			if strings.Contains(strings.ToLower(address), "walk") || got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the address %s, kept as %q", address, got.Header.Get("Cache-Control"))
			}
		}
		if got, _ := asks(t, heron, "words", "awake", "topic", "sleep", "since", "week"); titles(got.Body) != "Walks at night | Night owls | Slow walks" || !strings.Contains(got.Body, "<mark>awake</mark>") {
			t.Errorf("narrowed: %q", titles(got.Body))
		}
		if got, _ := asks(t, heron, "words", "awake", "topic", "hospital"); titles(got.Body) != "" || !strings.Contains(got.Body, "Nothing was found") || !strings.Contains(got.Body, `href="/crisis"`) {
			t.Errorf("narrowed to nothing: %q", titles(got.Body))
		}
		w.Time.Advance(40 * 24 * time.Hour)
		if got, _ := asks(t, heron, "words", "awake", "since", "month", "kind", "nonsense"); titles(got.Body) != "" {
			t.Errorf("too old: %q", titles(got.Body))
		}
	})
}

func TestWhatCannotBeSearchedForIsSaid(t *testing.T) {
	w := cairntest.New(t)
	p := w.Browser()
	for words, want := range map[string]string{"": "Type a word", "-only": "Type a word", "***": "Type a word", strings.Repeat("é", 201): "too long"} {
		got := p.Post("/search", "words", words)
		if got.Status != 422 || !strings.Contains(got.Body, want) {
			t.Errorf("%q: %d", words, got.Status)
		}
	}
	if got := p.Post("/search", "words", `<script>"x`); got.Status != 303 {
		t.Errorf("what is strange: %d", got.Status)
	} else if body := p.Get(got.To()).Body; strings.Contains(body, "<script>\"") {
		t.Error("what was typed is markup")
	}
}

func TestAnotherWayToWriteIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, visitor := w.Person("Fern", access.Facilitator), w.Browser()
		makes(t, w, fern, "Words about it.", "Lanterns in autumn")
		got, _ := asks(t, visitor, "words", "latnerns")
		link := regexp.MustCompile(`Did you mean:\s*<a href="([^"]*)"><bdi>([^<]*)</bdi>`).FindStringSubmatch(got.Body)
		if link == nil || link[2] != "lanterns" {
			t.Fatalf("nothing is suggested: %q", link)
		}
		if next := visitor.Get(strings.ReplaceAll(link[1], "&amp;", "&")); titles(next.Body) != "<mark>Lanterns</mark> in autumn" {
			t.Errorf("the suggestion finds %q", titles(next.Body))
		}
	})
}

func TestPagesGoOn(t *testing.T) {
	w := cairntest.New(t)
	fern, visitor := w.Person("Fern", access.Facilitator), w.Browser()
	names := []string{}
	for i := range 25 {
		names = append(names, "Heather "+string(rune('a'+i)))
	}
	w.Time.Advance(time.Hour)
	for i := 0; i < len(names); i += 15 { // as many as one person may make in an hour
		makes(t, w, fern, "On the hill.", names[i:min(i+15, len(names))]...)
		w.Time.Advance(time.Hour)
	}
	first, _ := asks(t, visitor, "words", "heather")
	more := regexp.MustCompile(`<a href="(/search\?q=[^"]*)">More results`).FindStringSubmatch(first.Body)
	if n := strings.Count(titles(first.Body), "Heather"); n != 20 || more == nil || strings.Contains(first.Body, "results.</") {
		t.Fatalf("the first page has %d", n)
	}
	second := visitor.Get(strings.ReplaceAll(more[1], "&amp;", "&"))
	if n := strings.Count(titles(second.Body), "Heather"); n != 5 || strings.Contains(second.Body, "More results") {
		t.Errorf("the second page has %d", n)
	}
}

// Words that ask for help show it, and leave nothing behind.
func TestWordsThatAskForHelp(t *testing.T) {
	w := cairntest.New(t)
	heron := w.Person("Heron")
	got, _ := asks(t, heron, "words", "I want to die")
	for _, part := range []string{`href="/safe"`, "you do not have to look for help alone"} {
		if !strings.Contains(got.Body, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if got, _ := asks(t, heron, "words", "walks"); strings.Contains(got.Body, "look for help alone") {
		t.Error("help is pressed on whoever looks for walks")
	}
	var n int
	must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM access_audit WHERE actor = $1 AND verb LIKE 'find%'`, heron.ID).Scan(&n))
	if n != 0 {
		t.Errorf("%d lines of the audit", n)
	}
}

// An address opens for whoever searched, until the key of its day is destroyed.
func TestWhatWasSearchedForIsSealed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		heron, otter, visitor := w.Person("Heron"), w.Person("Otter"), w.Browser()
		_, address := asks(t, heron, "words", "xylophone")
		_, public := asks(t, visitor, "words", "xylophone")
		for name, p := range map[string]*cairntest.Someone{"another member": otter, "a visitor": visitor} {
			got := p.Get(address)
			if got.Status != 200 || strings.Contains(got.Body, "xylophone") || !strings.Contains(got.Body, "no longer kept") {
				t.Errorf("%s opens it: %d", name, got.Status)
			}
		}
		for _, broken := range []string{"/search?q=", "/search?q=x", "/search?q=%00", public + "A", public[:len(public)-2], "/search?q=" + strings.Repeat("A", 9000), "/search?q=" + url.QueryEscape("../../x")} {
			if got := visitor.Get(broken); got.Status != 200 && got.Status != 400 && got.Status != 422 || strings.Contains(got.Body, "xylophone") {
				t.Errorf("%.60s: %d", broken, got.Status)
			}
		}
		w.Pass(24 * time.Hour)
		if got := heron.Get(address); !strings.Contains(got.Body, "xylophone") {
			t.Error("a search over midnight does not go on")
		}
		w.Pass(25 * time.Hour)
		if got := heron.Get(address); strings.Contains(got.Body, "xylophone") {
			t.Error("it opens after its key should be destroyed")
		}
		var n int
		must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM find_day WHERE day = '2026-11-21'`).Scan(&n))
		if n != 0 {
			t.Error("the day is still kept")
		}
	})
}

// What is searched for lies nowhere: in no table, no file of the database, no log.
func TestNothingOfASearchIsKept(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	var log bytes.Buffer
	w := cairntest.Build(t, address, true, func(_ *app.Settings, o *app.Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	p := w.Browser()
	got, _ := asks(t, p, "words", "xylophone quartet")
	if !strings.Contains(got.Body, "xylophone quartet") {
		t.Fatal("the page does not say what was searched for: the test looks for nothing")
	}
	p.Post("/search", "words", "-xylophone")
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(db.SQLitePath(address) + end)
		must(t, err)
		if bytes.Contains(b, []byte("xylophone")) {
			t.Errorf("it lies in the database%s", end)
		}
	}
	if strings.Contains(log.String(), "xylophone") || !strings.Contains(log.String(), "/search") {
		t.Error("the log has it, or has nothing")
	}
}

// Groups that were there before the index was are brought in by a timer, and anew by
// whoever runs the machine.
func TestWhatWasThereBeforeIsFound(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ctx := t.Context()
		w.Settle()
		fern, visitor := w.Person("Fern", access.Facilitator), w.Browser()
		makes(t, w, fern, "On the hill.", "Heather", "Bracken")
		empty := func() {
			t.Helper()
			must(t, w.DB.Write(ctx, func(tx db.Writer) error {
				for _, id := range groupIDs(ctx, t, tx) {
					if err := w.Index.Remove(ctx, tx, groups.Kind, id); err != nil {
						return err
					}
				}
				return nil
			}))
			if got, _ := asks(t, visitor, "words", "hill"); titles(got.Body) != "" {
				t.Fatalf("the index is not empty: %q", titles(got.Body))
			}
		}
		empty()
		must(t, w.DB.Write(ctx, func(tx db.Writer) error { return w.Index.Refill(ctx, tx, groups.Kind) }))
		must(t, w.Find.Begin(ctx))
		w.Settle()
		if got, _ := asks(t, visitor, "words", "hill"); titles(got.Body) != "Bracken | Heather" {
			t.Errorf("by the timer: %q", titles(got.Body))
		}
		empty()
		steps := 0
		must(t, w.Find.Rebuild(ctx, func(string) { steps++ }))
		if got, _ := asks(t, visitor, "words", "hill"); titles(got.Body) != "Bracken | Heather" || steps == 0 {
			t.Errorf("made anew: %q in %d steps", titles(got.Body), steps)
		}
	})
}

func groupIDs(ctx context.Context, t *testing.T, r db.Reader) []moment.ID {
	t.Helper()
	rows, err := r.Query(ctx, `SELECT id FROM groups_group`)
	ids, err := db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
	must(t, err)
	return ids
}
