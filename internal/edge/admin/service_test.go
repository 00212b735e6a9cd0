package admin

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/directory"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
)

// crew stands in for the people slice. What a transaction made counts once it
// is committed.
type crew struct {
	cards map[moment.ID]people.Card
	roles map[moment.ID]access.Roles
	token string
}

func (c *crew) HasAdministrator(context.Context) (bool, error) {
	for _, r := range c.roles {
		if r.Has(access.Administrator) {
			return true, nil
		}
	}
	return false, nil
}

func (c *crew) CreateMember(_ context.Context, tx db.Writer, m people.NewMember) (moment.ID, error) {
	if m.Pseudonym == "" {
		var p fault.Problems
		p.Add("name", "people.error.name_short")
		return "", p.Err()
	}
	id := moment.NewID()
	tx.AfterCommit(func() { c.join(id, m.Pseudonym, m.Roles) })
	return id, nil
}

func (c *crew) join(id moment.ID, name string, roles access.Roles) {
	c.cards[id] = people.Card{ID: id, Kind: people.KindMember, Name: name}
	c.roles[id] = roles
}

func (c *crew) SetPassword(_ context.Context, _ db.Writer, _ moment.ID, password string) error {
	if len(password) < 10 {
		var p fault.Problems
		p.AddWith("password", "people.error.password_short", map[string]any{"n": 10})
		return p.Err()
	}
	return nil
}

func (c *crew) NewRecoveryCodes(context.Context, db.Writer, moment.ID) ([]string, error) {
	return []string{"aaaa-bbbb", "cccc-dddd"}, nil
}

func (c *crew) StartSession(_ context.Context, _ db.Writer, _ moment.ID, _ people.SessionInfo) (string, error) {
	return c.token, nil
}

func (c *crew) WithRole(_ context.Context, _ db.Reader, role access.Role) ([]moment.ID, error) {
	var out []moment.ID
	for id, r := range c.roles {
		if r.Has(role) {
			out = append(out, id)
		}
	}
	return out, nil
}

func (c *crew) Cards(_ context.Context, _ db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error) {
	out := map[moment.ID]people.Card{}
	for _, id := range ids {
		out[id] = c.cards[id]
	}
	return out, nil
}

// covered is a service in which appeals find somebody; moderation's own tests know the rest.
type covered struct{}

func (covered) AppealsReady(context.Context, db.Reader) (safety.Condition, error) {
	return safety.Condition{Key: "appeals", State: "ok", OK: true}, nil
}

// world is admin behind a real site. Whoever asks is named by a header.
type world struct {
	*httptest.Server
	t     *testing.T
	s     *Service
	d     *db.DB
	crew  *crew
	clock *moment.Movable
	ids   map[access.Role]moment.ID
}

func (w *world) actor(role access.Role) access.Actor {
	if w.ids[role] == "" {
		w.ids[role] = moment.NewID()
	}
	return access.Actor{Person: w.ids[role], Roles: access.Set(access.Member, role), Way: access.ByBrowser}
}

func (w *world) Authenticate(r *http.Request) (access.Actor, web.Prefs, error) {
	role, ok := access.ParseRole(r.Header.Get("X-As"))
	if !ok {
		return access.Actor{}, web.Prefs{}, nil
	}
	a := w.actor(role)
	if r.Header.Get("X-Token") != "" {
		a.Way = access.ByToken
	}
	return a, web.Prefs{}, nil
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	keys, err := vault.Create(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, d: d, clock: moment.NewMovable(time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)), ids: map[access.Role]moment.ID{},
		crew: &crew{cards: map[moment.ID]people.Card{}, roles: map[moment.ID]access.Roles{}, token: "the-session"}}
	b := bus.New(d, w.clock, slog.New(slog.DiscardHandler))
	sh := shifts.New(shifts.Deps{DB: d, Bus: b, Clock: w.clock})
	dir := directory.New(directory.Deps{DB: d, Bus: b, Clock: w.clock})
	w.s = New(Deps{DB: d, Vault: keys, Bus: b, Clock: w.clock, People: w.crew, Shifts: sh, Directory: dir, Appeals: covered{},
		Safety: safety.New(safety.Deps{DB: d, Bus: b, Clock: w.clock, Directory: dir, Shifts: sh})})
	site, err := web.New(web.Shell{Clock: w.clock, Auth: w, Log: slog.New(slog.DiscardHandler), Rate: web.Rate{Burst: -1}})
	if err != nil {
		t.Fatal(err)
	}
	site.Mount(w.s.Routes()...)
	w.Server = httptest.NewServer(site)
	t.Cleanup(w.Close)
	w.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

// staff gives the service somebody in each role that works.
func (w *world) staff() {
	for _, r := range []access.Role{access.Administrator, access.Coordinator, access.Supervisor, access.Peer} {
		w.crew.join(w.actor(r).Person, "The "+r.String(), access.Set(access.Member, r))
	}
}

func (w *world) want(as, method, path string, form url.Values, status int, parts ...string) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, w.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	as, token, _ := strings.Cut(as, "+")
	req.Header.Set("X-As", as)
	req.Header.Set("X-Token", token)
	res, err := w.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if res.StatusCode != status {
		w.t.Errorf("%s %s as %q: %d, want %d", method, path, as, res.StatusCode, status)
	}
	for _, p := range parts {
		if !strings.Contains(string(body), p) {
			w.t.Errorf("%s %s as %q lacks %q", method, path, as, p)
		}
	}
	return res, string(body)
}

func (w *world) setting(name string) string {
	w.t.Helper()
	v, err := access.Setting(context.Background(), w.d.Reader(), name, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func account(code string, change map[string]string) url.Values {
	v := url.Values{"step": {"account"}, "code": {code}, "service": {"Harbour"}, "country": {"ES"}, "zone": {"Europe/Madrid"}, "languages": {"es", "en"},
		"name": {"Wren"}, "password": {"three plain words"}}
	for k, x := range change {
		v.Set(k, x)
	}
	return v
}

func TestSetUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := context.Background()
		code, err := w.s.SetUpCode(ctx)
		if err != nil || len(code) != 43 {
			t.Fatalf("%q %v", code, err)
		}
		if strings.Contains(w.setting(settingCode), code) {
			t.Error("the code is stored as it is")
		}
		w.want("", "GET", "/set-up", nil, 200, "one-time code", `name="code"`)
		w.want("", "GET", "/set-up?code=wrong", nil, 422, `id="code-wrong"`)
		w.want("", "GET", "/set-up?code="+code, nil, 200, "Step 1 of 2")
		w.want("", "POST", "/set-up", url.Values{"step": {"code"}, "code": {code}}, 200, "Step 1 of 2")
		service := account(code, map[string]string{"step": "service", "country": "XX", "zone": "Nowhere"})
		w.want("", "POST", "/set-up", service, 422, `id="country-wrong"`, `id="zone-wrong"`, `value="Harbour"`, `value="Nowhere"`)
		w.want("", "POST", "/set-up", account(code, map[string]string{"step": "service"}), 200, "Step 2 of 2", `value="Harbour"`)
		w.want("", "POST", "/set-up", account(code, map[string]string{"to": "service"}), 200, "Step 1 of 2", `value="Harbour"`, `value="Wren"`)
		_, body := w.want("", "POST", "/set-up", account(code, map[string]string{"password": "short"}), 422, `id="password-wrong"`, `value="Wren"`, `value="Harbour"`)
		if strings.Contains(body, `value="short"`) {
			t.Error("the password comes back")
		}
		w.want("", "POST", "/set-up", account("wrong", nil), 422, `id="code-wrong"`, `value="Harbour"`)
		w.want("", "POST", "/set-up", account(code, map[string]string{"country": "XX"}), 422, "Step 1 of 2", `id="country-wrong"`)
		if len(w.crew.cards) != 0 || w.setting(SettingName) != "" {
			t.Fatal("a refused set-up left something behind")
		}
		res, _ := w.want("", "POST", "/set-up", account(code, nil), 200, "aaaa-bbbb", `href="/service"`)
		if c := res.Header.Get("Set-Cookie"); !strings.Contains(c, "the-session") {
			t.Errorf("no session: %q", c)
		}
		if w.setting(SettingName) != "Harbour" || w.setting(SettingCountry) != "ES" || w.setting(SettingZone) != "Europe/Madrid" || w.setting(SettingLanguages) != "en es" || w.setting(settingCode) != "" {
			t.Error("the service is not as it was named, or the code is still good")
		}
		w.want("", "GET", "/set-up", nil, 404)
		w.want("", "GET", "/set-up?code="+code, nil, 404)
		w.want("", "POST", "/set-up", account(code, nil), 404)
		if again, err := w.s.SetUpCode(ctx); err != nil || again != "" {
			t.Errorf("a code for a service that has an administrator: %v", err)
		}
		if w.s.Name(ctx) != "Harbour" {
			t.Error(w.s.Name(ctx))
		}
	})
}

func TestSetUpCodeEnds(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	ctx := context.Background()
	old, err := w.s.SetUpCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	code, err := w.s.SetUpCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.want("", "POST", "/set-up", account(old, nil), 422, `id="code-wrong"`)
	w.clock.Advance(codeLasts)
	w.want("", "POST", "/set-up", account(code, nil), 422, `id="code-wrong"`)
	w.want("", "POST", "/set-up", account("", nil), 422, `id="code-wrong"`)
}

// TestSetUpOnce lets two take the same code: one of them gets the service.
func TestSetUpOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := context.Background()
		code, err := w.s.SetUpCode(ctx)
		if err != nil {
			t.Fatal(err)
		}
		u := SetUp{Code: code, About: About{Name: "Harbour", Country: "ES", Zone: "UTC", Languages: []string{"en"}}, Pseudonym: "Wren", Password: "three plain words"}
		if _, err := w.s.SetUp(ctx, u); err != nil {
			t.Fatal(err)
		}
		w.crew.roles = map[moment.ID]access.Roles{} // as the other saw it before
		if _, err := w.s.SetUp(ctx, u); !fault.Is(err, fault.Invalid) {
			t.Errorf("the code was good twice: %v", err)
		}
	})
}

func TestServiceDenials(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.staff()
	for _, rt := range w.s.Routes() {
		if rt.Path == "/set-up" {
			continue
		}
		path := strings.ReplaceAll(rt.Path, "{id}", string(moment.NewID()))
		for _, as := range []string{"guest", "member", "clinician", "facilitator", "coordinator+token"} {
			w.want(as, rt.Method, path, account("", nil), 404)
		}
		if strings.HasPrefix(path, "/service") {
			w.want("peer", rt.Method, path, account("", nil), 404)
			w.want("supervisor", rt.Method, path, account("", nil), 404)
		}
	}
	if w.setting(SettingName) != "" {
		t.Error("a refused change happened")
	}
}

func TestRunningTheService(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.staff()
		w.want("coordinator", "GET", "/service", nil, 200, "Something is missing", "The policy is not published yet", "The emergency number of your country is missing",
			"No test page was sent yet", "Not enough people are on shift now", `href="/service/policy"`, `href="/phrases"`)
		if _, body := w.want("administrator", "GET", "/service", nil, 200); strings.Contains(body, `href="/phrases"`) {
			t.Error("an administrator is led to a page that is not there for them")
		}
		w.want("administrator", "POST", "/service/about", url.Values{"service": {"H"}, "zone": {"Nowhere"}}, 422, `id="service-wrong"`, `id="country-wrong"`, `id="zone-wrong"`, `id="languages-wrong"`)
		w.want("administrator", "POST", "/service/about", account("", nil), 303)
		w.want("coordinator", "GET", "/service", nil, 200, "Harbour", "Spain")

		w.want("coordinator", "POST", "/service/hours", url.Values{"zone": {"Mars"}, "open-1-0": {"18:00"}}, 422, `id="zone-wrong"`, `id="close-1-0-wrong"`, `value="18:00"`)
		w.want("coordinator", "POST", "/service/hours", url.Values{"zone": {"Europe/Madrid"}, "open-1-0": {"18:00"}, "close-1-0": {"01:00"}}, 303)
		w.want("coordinator", "GET", "/service", nil, 200, "Monday, 18:00 to 01:00")

		w.want("coordinator", "POST", "/service/people", url.Values{"size": {"team"}, "minimum": {"1"}}, 422, `id="minimum-wrong"`)
		w.want("coordinator", "POST", "/service/people", url.Values{"size": {"small"}}, 422, `id="second-wrong"`)
		w.want("coordinator", "POST", "/service/people", url.Values{"size": {"small"}, "second": {string(w.actor(access.Peer).Person)}}, 422, `id="second-wrong"`)
		w.want("coordinator", "POST", "/service/people", url.Values{"size": {"small"}, "second": {string(w.actor(access.Supervisor).Person)}}, 303)
		w.want("coordinator", "GET", "/service", nil, 200, "The supervisor")
		w.want("coordinator", "POST", "/service/people", url.Values{"size": {"team"}, "minimum": {"3"}}, 303)
		w.want("coordinator", "GET", "/service", nil, 200, "At least 3 people")

		w.want("coordinator", "POST", "/service/partner", url.Values{"partner": {strings.Repeat("a", maxPartner+1)}}, 422, `id="partner-wrong"`)
		w.want("coordinator", "POST", "/service/partner", url.Values{"partner": {" The  Lighthouse "}}, 303)
		if got := w.setting(SettingPartner); got != "The Lighthouse" {
			t.Error(got)
		}
	})
}

func TestTestPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.staff()
		peer := w.actor(access.Peer).Person
		w.want("coordinator", "POST", "/service/test-page", url.Values{"to": {string(w.actor(access.Administrator).Person)}}, 422, `id="to-wrong"`)
		w.want("coordinator", "POST", "/service/test-page", url.Values{"to": {string(peer)}}, 303)
		w.want("coordinator", "GET", "/service/test-page", nil, 200, "The peer", "Not yet")
		pages, err := w.s.Shifts.TestPages(context.Background(), d.Reader())
		if err != nil || len(pages) != 1 {
			t.Fatal(pages, err)
		}
		at := "/test-page/" + string(pages[0].ID) + "/acknowledge"
		w.want("supervisor", "POST", at, nil, 404) // it was not sent to them
		w.want("peer", "POST", "/test-page/nonsense/acknowledge", nil, 404)
		w.want("peer", "POST", at, nil, 303)
		w.want("peer", "POST", at, nil, 404)
		w.want("coordinator", "GET", "/service", nil, 200, "Someone answered a test page")
	})
}

func TestPublishing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.staff()
		w.want("coordinator", "POST", "/service/about", account("", nil), 303)
		w.want("coordinator", "GET", "/service/policy", nil, 200, `name="own-en"`, `name="own-es"`, "not end-to-end encrypted", "No están cifradas")
		own := url.Values{"do": {"preview"}, "own-en": {"We are in Vigo. <b>"}}
		w.want("coordinator", "POST", "/service/policy", own, 200, "Nothing is published yet", "We are in Vigo. &lt;b&gt;")
		own.Set("do", "publish")
		w.want("coordinator", "POST", "/service/policy", own, 422, `id="own-es-wrong"`, "We are in Vigo.")
		if n, err := w.s.Safety.PolicyVersion(context.Background(), d.Reader()); err != nil || n != 0 {
			t.Fatalf("published %d, %v", n, err)
		}
		own.Set("own-es", "Estamos en Vigo.")
		w.want("coordinator", "POST", "/service/policy", own, 303)
		w.want("coordinator", "GET", "/service/policy", nil, 200, "Version 1 was published on 21 November 2026", "Estamos en Vigo.")
		w.want("coordinator", "GET", "/service", nil, 200, "The policy is published, version 1.")
	})
}
