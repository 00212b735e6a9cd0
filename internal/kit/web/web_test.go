package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"github.com/a-h/templ"
)

// world is a site over real HTTP with a clock that moves and somebody who asks.
type world struct {
	*httptest.Server
	t     *testing.T
	site  *Site
	clock *moment.Movable
	log   *lockedLog
	count *counted
	// who answers for everybody who sends the session cookie "known".
	who    access.Actor
	prefs  Prefs
	broken error
}

type lockedLog struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type counted struct {
	mu   sync.Mutex
	seen []string
}

func (c *counted) Observe(method, route string, status int, _ float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, method+" "+route+" "+http.StatusText(status))
}

func (w *world) Authenticate(r *http.Request) (access.Actor, Prefs, error) {
	if w.broken != nil {
		return access.Actor{}, Prefs{}, w.broken
	}
	if SessionToken(r) == "known" {
		return w.who, w.prefs, nil
	}
	return access.Actor{}, Prefs{}, nil
}

// failing answers each fault at /fail/<kind>.
func failing(kind fault.Kind) Handler {
	return func(http.ResponseWriter, *http.Request) error {
		return &fault.Fault{Kind: kind, Cause: errors.New("the secret cause"), Args: map[string]any{"seconds": 7, "n": 7},
			Fields: []fault.Field{{Name: "name", Key: "web.error.characters"}}}
	}
}

var allKinds = []fault.Kind{fault.Internal, fault.Invalid, fault.SignIn, fault.Forbidden, fault.NotFound,
	fault.Conflict, fault.TooFast, fault.TooLarge, fault.Unavailable}

func newWorld(t *testing.T, change ...func(*Shell)) *world {
	t.Helper()
	w := &world{t: t, clock: moment.NewMovable(time.Date(2026, 11, 21, 18, 14, 0, 0, time.UTC)), log: &lockedLog{}, count: &counted{},
		who: access.Actor{Person: "p1", Session: "s1", Roles: access.Set(access.Member), Way: access.ByBrowser}}
	shell := Shell{Name: "Cairn", Clock: w.clock, Auth: w, Metrics: w.count, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		Crisis: func(context.Context) []CrisisLine {
			return []CrisisLine{{Name: "Night line", Number: "555 0100", Kind: "call", Href: "tel:5550100"}}
		},
		Places: func(ctx context.Context) []Place {
			return []Place{{Key: "now", Href: "/"}, {Key: "shift", Href: "/shift", LabelKey: "web.place.shift", Work: true}}
		}}
	for _, f := range change {
		f(&shell)
	}
	site, err := New(shell)
	if err != nil {
		t.Fatal(err)
	}
	w.site = site
	w.mountAll()
	w.Server = httptest.NewServer(site)
	t.Cleanup(w.Close)
	w.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

func (w *world) mountAll() {
	text := func(s string) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
			_, err := io.WriteString(out, "<p>"+s+"</p>")
			return err
		})
	}
	page := func(rw http.ResponseWriter, r *http.Request) error {
		return Render(rw, r, http.StatusOK, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
			return Page(PageData{Title: "Home", Place: "now", Private: true, Refresh: 9}).Render(templ.WithChildren(ctx, text("hello "+Address(r))), out)
		}))
	}
	echo := func(rw http.ResponseWriter, r *http.Request) error {
		form, err := Form(r)
		if err != nil {
			return err
		}
		return Render(rw, r, http.StatusOK, text("got "+form.Get("name")))
	}
	everybody := access.Everybody()
	w.site.Mount(
		Route{Method: "GET", Path: "/{$}", Need: everybody, Do: page},
		Route{Method: "GET", Path: "/mine/{id}", Need: access.SignedIn(), Do: page},
		Route{Method: "GET", Path: "/programme", Need: access.Permit("t.work", "x", access.Coordinator), Do: page},
		Route{Method: "POST", Path: "/form", Need: everybody, Do: echo},
		Route{Method: "POST", Path: "/mine", Need: access.SignedIn(), Do: echo},
		Route{Method: "POST", Path: "/help", Need: everybody, Do: echo, Open: true},
		Route{Method: "GET", Path: "/help", Need: everybody, Do: page, Open: true},
		Route{Method: "GET", Path: "/api/mine", Need: access.SignedIn(), Do: page, API: true},
		Route{Method: "GET", Path: "/panic", Need: everybody, Do: func(http.ResponseWriter, *http.Request) error { panic("somebody's words") }},
		Route{Method: "GET", Path: "/half", Need: everybody, Do: func(rw http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(rw, strings.Repeat("x", 10_000))
			return errors.New("too late")
		}},
		Route{Method: "GET", Path: "/broken-page", Need: everybody, Do: func(rw http.ResponseWriter, r *http.Request) error {
			return Render(rw, r, http.StatusOK, templ.ComponentFunc(func(_ context.Context, out io.Writer) error {
				_, _ = io.WriteString(out, "half of a page")
				return errors.New("no more")
			}))
		}},
	)
	w.site.Mount(Route{Method: "GET", Path: "/waits", Need: everybody, Do: func(_ http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return fault.Wrap(fault.Unavailable, "web.error.storage", r.Context().Err())
	}})
	for _, k := range allKinds {
		w.site.Mount(Route{Method: "GET", Path: "/fail/" + k.String(), Need: everybody, Do: failing(k)},
			Route{Method: "POST", Path: "/fail/" + k.String(), Need: everybody, Do: failing(k)},
			Route{Method: "GET", Path: "/api/fail/" + k.String(), Need: everybody, Do: failing(k), API: true})
	}
}

// ask sends a request; headers come in pairs.
func (w *world) ask(method, path string, body io.Reader, headers ...string) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, w.URL+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	if method == http.MethodPost && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := w.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		w.t.Fatal(err)
	}
	return res, string(text)
}

func (w *world) get(path string, headers ...string) (*http.Response, string) {
	w.t.Helper()
	return w.ask(http.MethodGet, path, nil, headers...)
}

func (w *world) post(path string, form url.Values, headers ...string) (*http.Response, string) {
	w.t.Helper()
	return w.ask(http.MethodPost, path, strings.NewReader(form.Encode()), headers...)
}

const asKnown = "s=known"

func wantStatus(t *testing.T, res *http.Response, status int) {
	t.Helper()
	if res.StatusCode != status {
		t.Errorf("%s %s: status %d, want %d", res.Request.Method, res.Request.URL.Path, res.StatusCode, status)
	}
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("missing %q in %.600q", p, text)
		}
	}
}

type fixedClock struct{}

func (fixedClock) Now() moment.Time { return 1 }

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
