// Package cairntest is the world that tests happen in: a whole service on a
// fresh database, a clock that moves when it is told to, people with roles, and
// browsers that speak HTTP.
package cairntest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Begins is where every test's clock stands first: a Saturday evening.
func Begins() time.Time { return time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC) }

// World is one service under test.
type World struct {
	*app.App
	T      testing.TB
	Time   *moment.Movable
	Server *httptest.Server
}

// Each runs f in a world on each database.
func Each(t *testing.T, f func(t *testing.T, w *World)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { f(t, At(t, address)) })
}

// New makes a world on SQLite.
func New(t testing.TB) *World { return At(t, dbtest.SQLiteURL(t)) }

// At makes a world on the database at an address. It is a demo's service, which
// may open without a published policy; opening conditions have tests of their own.
func At(t testing.TB, address string) *World {
	t.Helper()
	return Build(t, address, true)
}

// Build makes a world; demo tells whether it may open without its conditions.
// with changes what it is put together from.
func Build(t testing.TB, address string, demo bool, with ...func(s *app.Settings, o *app.Options)) *World {
	t.Helper()
	w := &World{T: t, Time: moment.NewMovable(Begins())}
	s := app.Settings{Data: t.TempDir(), DatabaseURL: address, Listen: "127.0.0.1:0", Metrics: "off", Log: "error", URL: "http://localhost"}
	s.Keyset = filepath.Join(s.Data, "keys.json")
	o := app.Options{Clock: w.Time, Demo: demo, Rate: web.Rate{Burst: -1}}
	for _, change := range with {
		change(&s, &o)
	}
	var err error
	w.App, err = app.New(t.Context(), s, o)
	if err != nil {
		t.Fatalf("put the service together: %v", err)
	}
	w.Server = httptest.NewServer(w.Site)
	t.Cleanup(func() {
		w.Server.CloseClientConnections() // streams end with their lines
		w.Server.Close()
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

// Pass moves the clock and lets every timer that is due by then run, step by
// step, as it would have run.
func (w *World) Pass(d time.Duration) {
	w.T.Helper()
	const step = 5 * time.Second
	for left := d; left > 0; left -= step {
		w.Time.Advance(min(step, left))
		if d > 10*time.Minute && left > step && (left/step)%12 != 0 {
			continue // long stretches are walked in minutes
		}
		if w.due() {
			w.Settle()
		}
	}
	w.Settle()
}

// due tells whether any timer could run now: a look costs a day of minutes much less than as many
// transactions that take nothing.
func (w *World) due() (some bool) {
	w.T.Helper()
	if err := w.DB.Reader().QueryRow(w.T.Context(), `SELECT EXISTS (SELECT 1 FROM bus_job WHERE due <= $1)`, w.Time.Now()).Scan(&some); err != nil {
		w.T.Fatalf("timers: %v", err)
	}
	return some
}

// Settle lets timers and reactions that are due run.
func (w *World) Settle() {
	w.T.Helper()
	if _, err := w.Bus.RunDue(w.T.Context()); err != nil {
		w.T.Fatalf("timers: %v", err)
	}
}

// Someone is a person with a browser.
type Someone struct {
	W     *World
	ID    moment.ID
	Name  string
	Actor access.Actor
	HTTP  *http.Client
}

// Browser makes somebody whom the service does not know.
func (w *World) Browser() *Someone {
	w.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.T.Fatal(err)
	}
	return &Someone{W: w, HTTP: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Person makes a member with roles, signed in.
func (w *World) Person(name string, roles ...access.Role) *Someone {
	w.T.Helper()
	p := w.Browser()
	ctx := w.T.Context()
	var token string
	err := w.DB.Write(ctx, func(tx db.Writer) error {
		var err error
		p.ID, err = w.People.CreateMember(ctx, tx, people.NewMember{Pseudonym: name, Languages: []string{"en"}, Zone: "UTC", Lang: "en", Roles: access.Set(roles...)})
		if err != nil {
			return err
		}
		token, err = w.People.StartSession(ctx, tx, p.ID, people.SessionInfo{Label: "test"})
		return err
	})
	if err != nil {
		w.T.Fatalf("make %s: %v", name, err)
	}
	p.Name = name
	p.SetToken(token)
	p.Actor = w.ActorOf(p)
	return p
}

// SetToken gives the browser a session.
func (p *Someone) SetToken(token string) {
	u, err := url.Parse(p.W.Server.URL)
	if err != nil {
		p.W.T.Fatal(err)
	}
	p.HTTP.Jar.SetCookies(u, []*http.Cookie{{Name: "s", Value: token, Path: "/"}})
}

// ActorOf asks the service who stands behind a browser.
func (w *World) ActorOf(p *Someone) access.Actor {
	w.T.Helper()
	r := httptest.NewRequestWithContext(w.T.Context(), http.MethodGet, w.Server.URL, nil)
	for _, c := range p.HTTP.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	a, _, err := w.People.Authenticate(r)
	if err != nil {
		w.T.Fatal(err)
	}
	return a
}

// Knows says what somebody has lived through and shows to matches.
func (p *Someone) Knows(slugs ...string) *Someone {
	p.W.T.Helper()
	items := make([]people.Lived, len(slugs))
	for i, s := range slugs {
		items[i] = people.Lived{Situation: s, Visibility: people.ToMatches}
	}
	if err := p.W.People.SaveLived(p.W.T.Context(), p.Actor, items); err != nil {
		p.W.T.Fatalf("%s knows: %v", p.Name, err)
	}
	return p
}

// Page is an answer.
type Page struct {
	Status int
	Header http.Header
	Body   string
}

// To is where a redirect leads.
func (p Page) To() string { return p.Header.Get("Location") }

// Get opens a page.
func (p *Someone) Get(path string) Page { return p.do(http.MethodGet, path, "", nil) }

// Post sends a form.
func (p *Someone) Post(path string, pairs ...string) Page {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return p.do(http.MethodPost, path, form.Encode(), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

// Send makes any request.
func (p *Someone) Send(method, path, body string, header http.Header) Page {
	return p.do(method, path, body, header)
}

func (p *Someone) do(method, path, body string, header http.Header) Page {
	p.W.T.Helper()
	r, err := http.NewRequestWithContext(p.W.T.Context(), method, p.W.Server.URL+path, strings.NewReader(body))
	if err != nil {
		p.W.T.Fatal(err)
	}
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for k, v := range header {
		r.Header[k] = v
	}
	res, err := p.HTTP.Do(r)
	if err != nil {
		p.W.T.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.W.T.Fatalf("%s %s: %v", method, path, err)
	}
	return Page{Status: res.StatusCode, Header: res.Header, Body: string(b)}
}
