package people_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
)

// world is the service over real HTTP, with a clock that moves.
type world struct {
	*people.Service
	t      *testing.T
	db     *db.DB
	bus    *bus.Bus
	clock  *moment.Movable
	mail   *post
	server *httptest.Server
	log    *strings.Builder
}

// post keeps what was sent.
type post struct {
	mu   sync.Mutex
	sent []people.Mail
	fail bool
}

func (p *post) Send(_ context.Context, m people.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail {
		return errors.New("the post is closed")
	}
	p.sent = append(p.sent, m)
	return nil
}

func (p *post) last(t *testing.T) people.Mail {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sent) == 0 {
		t.Fatal("no mail was sent")
	}
	return p.sent[len(p.sent)-1]
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: d, clock: moment.NewMovable(time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)), mail: &post{}, log: &strings.Builder{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.bus = bus.New(d, w.clock, log)
	w.Service = people.New(people.Deps{DB: d, Vault: v, Bus: w.bus, Clock: w.clock, Ledger: access.NewLedger(d), Log: log, Mail: w.mail, BaseURL: testOrigin})
	site, err := web.New(web.Shell{Clock: w.clock, Log: log, Auth: w.Service, Rate: web.Rate{Burst: -1}})
	if err != nil {
		t.Fatal(err)
	}
	site.Mount(w.Routes()...)
	site.Mount(web.Route{Method: "GET", Path: "/{$}", Need: access.Everybody(), Do: func(rw http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(rw, "name="+web.Actor(r.Context()).Name+" roles="+web.Actor(r.Context()).Roles.String())
		return err
	}}, web.Route{Method: "POST", Path: "/guest", Need: access.Everybody(), Do: w.makeGuest})
	w.server = httptest.NewServer(site)
	t.Cleanup(w.server.Close)
	return w
}

// makeGuest is how support makes one.
func (w *world) makeGuest(rw http.ResponseWriter, r *http.Request) error {
	var token string
	err := w.db.Write(r.Context(), func(tx db.Writer) (err error) {
		_, token, err = w.Arrive(r.Context(), tx, people.Arrival{Lang: "en", Label: "Firefox, Android"})
		return err
	})
	if err != nil {
		return err
	}
	web.SetSession(rw, r, token, 0)
	return web.SeeOther(rw, r, "/")
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

func sqliteWorld(t *testing.T) *world { t.Helper(); return newWorld(t, dbtest.SQLite(t)) }

// write runs f in a transaction that must succeed.
func (w *world) write(f func(tx db.Writer) error) {
	w.t.Helper()
	if err := w.db.Write(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

const goodPassword = "seven grey herons"

// member makes one with a password and roles, and gives them as an actor.
func (w *world) member(name string, roles ...access.Role) access.Actor {
	w.t.Helper()
	var id moment.ID
	w.write(func(tx db.Writer) (err error) {
		if id, err = w.CreateMember(context.Background(), tx, people.NewMember{Pseudonym: name, Languages: []string{"en"}, Roles: access.Set(roles...)}); err != nil {
			return err
		}
		return w.SetPassword(context.Background(), tx, id, goodPassword)
	})
	return access.Actor{Person: id, Session: moment.NewID(), Roles: access.Set(append(roles, access.Member)...), Way: access.ByBrowser, Name: name}
}

// guest makes one, as an actor.
func (w *world) guest() access.Actor {
	w.t.Helper()
	var a access.Actor
	w.write(func(tx db.Writer) (err error) {
		a, _, err = w.Arrive(context.Background(), tx, people.Arrival{Lang: "en"})
		return err
	})
	return a
}

func (w *world) runJobs() {
	w.t.Helper()
	if _, err := w.bus.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// browser has cookies of its own and follows nothing.
type browser struct {
	w *world
	c *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, c: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(method, path, kind, body string, headers ...string) answer {
	b.w.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.w.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.w.t.Fatal(err)
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (Android 14) Firefox/130.0")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return answer{res, string(text)}
}

func (b *browser) get(path string, headers ...string) answer {
	b.w.t.Helper()
	return b.do(http.MethodGet, path, "", "", headers...)
}

// post sends a form; fields come in pairs.
func (b *browser) post(path string, pairs ...string) answer {
	b.w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

func (b *browser) json(path, body string) answer {
	b.w.t.Helper()
	return b.do(http.MethodPost, path, "application/json", body)
}

// token is the session cookie's value, or "".
func (b *browser) token() string {
	u, _ := url.Parse(b.w.server.URL)
	for _, c := range b.c.Jar.Cookies(u) {
		if c.Name == "s" {
			return c.Value
		}
	}
	return ""
}

// who says who the browser is taken for.
func (b *browser) who() string { b.w.t.Helper(); return b.get("/").body }

func (b *browser) signIn(name, password string) {
	b.w.t.Helper()
	b.post("/sign-in", "name", name, "password", password).want(b.w.t, http.StatusSeeOther)
}

func (a answer) want(t *testing.T, status int, texts ...string) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
	for _, s := range texts {
		if !strings.Contains(a.body, s) && !strings.Contains(a.Header.Get("Location"), s) {
			t.Fatalf("%s %s: %q is neither in the page nor in Location %q\n%s", a.Request.Method, a.Request.URL.Path, s, a.Header.Get("Location"), a.body)
		}
	}
	return a
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.As(err).Kind != kind {
		t.Fatalf("error %v, want kind %v", err, kind)
	}
}

func wantField(t *testing.T, err error, key string) {
	t.Helper()
	for _, f := range fault.As(err).Fields {
		if f.Key == key {
			return
		}
	}
	t.Fatalf("error %v, want a field with %q", err, key)
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
