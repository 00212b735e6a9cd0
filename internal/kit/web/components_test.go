package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"

	"github.com/a-h/templ"
)

func drawn(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFieldKeepsWhatWasTyped(t *testing.T) {
	var problems fault.Problems
	problems.Add("name", "web.error.characters")
	err := problems.Err()
	ctx := context.Background()
	text := drawn(t, ctx, Field(FieldData{Name: "name", Label: "Name", Hint: "Any", Value: `"><script>`, Error: Problem(ctx, err, "name"), Max: 40, Required: true}))
	wantText(t, text, `<label for="name"`, `value="&#34;&gt;&lt;script&gt;"`, `aria-invalid="true"`, `aria-describedby="name-wrong name-hint"`,
		`id="name-wrong"`, `id="name-hint"`, `maxlength="40"`, " required")
	if Problem(ctx, err, "other") != "" || Problem(ctx, errors.New("x"), "name") != "" || Problem(ctx, nil, "name") != "" {
		t.Error("a sentence for a field that is right")
	}
	// A textarea eats its first line end: the text must not lose one.
	text = drawn(t, ctx, Field(FieldData{Name: "words", Label: "Words", Value: "\nkept", Rows: 2}))
	wantText(t, text, ">\n\nkept</textarea>")
	text = drawn(t, ctx, Wrong(err))
	wantText(t, text, `role="alert"`, `href="#name"`)
	if drawn(t, ctx, Wrong(nil)) != "" {
		t.Error("something is wrong with nothing")
	}
}

func TestStonesAreSteadyAndLight(t *testing.T) {
	ctx := context.Background()
	one, two := drawn(t, ctx, Face("ali", "moss")), drawn(t, ctx, Face("ali", "moss"))
	if one != two {
		t.Error("a person's stone changes")
	}
	if len(one) > 220 {
		t.Errorf("a face takes %d bytes", len(one))
	}
	different := map[int]bool{}
	for i := range 500 {
		n := stoneOf("person" + strconv.Itoa(i))
		if n < 0 || n >= stoneKinds {
			t.Fatalf("stone %d", n)
		}
		different[n] = true
	}
	if len(different) != stoneKinds {
		t.Errorf("%d stones are in use of %d", len(different), stoneKinds)
	}
	if n := strings.Count(drawn(t, ctx, Row(400, "moss")), "<svg"); n != rowCap {
		t.Errorf("%d stones in a row", n)
	}
	for f, want := range map[float64]string{10.5: "10.5", .5: ".5", -.5: "-.5", 0: "0", -.04: "0", 100.04: "100", -10.25: "-10.3"} {
		if got := num(f); got != want {
			t.Errorf("%v is written %q, want %q", f, got, want)
		}
	}
}

func TestTwoCairnsOnAPage(t *testing.T) {
	w := newWorld(t)
	w.site.Mount(Route{Method: "GET", Path: "/two", Need: access.Everybody(), Do: func(rw http.ResponseWriter, r *http.Request) error {
		return Render(rw, r, 200, templ.Join(Cairn(), Cairn()))
	}})
	_, text := w.get("/two")
	seen := map[string]bool{}
	ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(text, -1)
	for _, id := range ids {
		if seen[id[1]] {
			t.Errorf("the id %s stands twice", id[1])
		}
		seen[id[1]] = true
	}
	if len(ids) != 2*len(pile) {
		t.Errorf("%d ids", len(ids))
	}
}

func TestPageSaysWhoIsAsking(t *testing.T) {
	w := newWorld(t)
	_, text := w.get("/")
	wantText(t, text, "data-shared", `<a href="/sign-in">Sign in</a>`, `content="9"`, `name="turbo-cache-control"`, "<title>Home · Cairn</title>",
		`aria-current="page"`, `name="back" value="/"`)
	_, text = w.get("/", "Cookie", asKnown)
	if strings.Contains(text, "data-shared") {
		t.Error("one's own device is treated as shared")
	}
	wantText(t, text, `href="/me"`)
	w.who.Shared = true
	_, text = w.get("/mine/1?x=2", "Cookie", asKnown)
	wantText(t, text, "data-shared", `name="back" value="/mine/1?x=2"`)
	w.prefs = Prefs{Lang: "es", Zone: "Africa/Nairobi", Theme: "dark"}
	_, text = w.get("/mine/1", "Cookie", asKnown)
	wantText(t, text, `<html lang="es" dir="ltr" data-shared data-theme="dark">`)
}

// A page of somebody we know is not compressed: its length could tell.
func TestOnlyVisitorsPagesAreCompressed(t *testing.T) {
	w := newWorld(t)
	for cookie, want := range map[string]string{"": "gzip", asKnown: ""} {
		res, _ := w.get("/", "Cookie", cookie, "Accept-Encoding", "gzip")
		if got := res.Header.Get("Content-Encoding"); got != want {
			t.Errorf("cookie %q: %q, want %q", cookie, got, want)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	site, err := New(Shell{Clock: fixedClock{}})
	if err != nil {
		b.Fatal(err)
	}
	rows := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		for i := range 50 {
			if err := Person("Wren", strconv.Itoa(i), "4", T(ctx, "web.span.minutes", "n", i)).Render(ctx, out); err != nil {
				return err
			}
		}
		return nil
	})
	site.Mount(Route{Method: "GET", Path: "/{$}", Need: access.Everybody(), Do: func(w http.ResponseWriter, r *http.Request) error {
		return Render(w, r, 200, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
			return Page(PageData{Title: "Rows"}).Render(templ.WithChildren(ctx, rows), out)
		}))
	}})
	site.shell.Log = quietLog()
	r := httptest.NewRequest("GET", "/", nil)
	b.ReportAllocs()
	for b.Loop() {
		site.ServeHTTP(httptest.NewRecorder(), r)
	}
}
