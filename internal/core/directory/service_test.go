package directory

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// world is the directory behind a real site. Whoever asks is named by a header.
type world struct {
	*httptest.Server
	t     *testing.T
	s     *Service
	d     *db.DB
	clock *moment.Movable
}

func (w *world) Authenticate(r *http.Request) (access.Actor, web.Prefs, error) {
	role, ok := access.ParseRole(r.Header.Get("X-As"))
	if !ok {
		return access.Actor{}, web.Prefs{}, nil
	}
	return actor(role), web.Prefs{}, nil
}

func actor(role access.Role) access.Actor {
	return access.Actor{Person: moment.ID("person-" + role.String()), Roles: access.Set(access.Member, role), Way: access.ByBrowser}
}

func newWorld(t *testing.T, d *db.DB, demo bool) *world {
	t.Helper()
	w := &world{t: t, d: d, clock: moment.NewMovable(noon.Std())}
	w.s = New(Deps{DB: d, Bus: bus.New(d, w.clock, slog.New(slog.DiscardHandler)), Clock: w.clock, Demo: demo})
	site, err := web.New(web.Shell{Clock: w.clock, Auth: w, Crisis: w.s.BarLines, Log: slog.New(slog.DiscardHandler), Rate: web.Rate{Burst: -1}})
	if err != nil {
		t.Fatal(err)
	}
	site.Mount(w.s.Routes()...)
	w.Server = httptest.NewServer(site)
	t.Cleanup(w.Close)
	w.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w
}

func (w *world) ask(as, method, path string, form url.Values) (int, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, w.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	req.Header.Set("X-As", as)
	res, err := w.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (w *world) want(as, method, path string, form url.Values, status int, parts ...string) string {
	w.t.Helper()
	got, body := w.ask(as, method, path, form)
	if got != status {
		w.t.Errorf("%s %s as %q: %d, want %d", method, path, as, got, status)
	}
	for _, p := range parts {
		if !strings.Contains(body, p) {
			w.t.Errorf("%s %s as %q lacks %q", method, path, as, p)
		}
	}
	return body
}

func (w *world) setCountry(code string) {
	w.t.Helper()
	ctx := context.Background()
	err := w.d.Write(ctx, func(tx db.Writer) error {
		return access.SetSetting(ctx, tx, access.System(), w.clock.Now(), SettingCountry, code)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func lineFormOf(change map[string]string) url.Values {
	v := url.Values{"name": {"Night line"}, "kind": {"call"}, "number": {"555 0100"}, "country": {"ES"}, "languages": {"English"}, "hours": {"day and night"},
		"audience": {"all"}, "position": {"5"}, "source": {"their letter"}, "checked_on": {"2026-11-21"}}
	for k, x := range change {
		v.Set(k, x)
	}
	return v
}

func (w *world) only() Line {
	w.t.Helper()
	all, err := liveLines(context.Background(), w.d.Reader())
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%d lines, %v", len(all), err)
	}
	return all[0]
}

func TestLineOverHTTP(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		w.setCountry("ES")
		w.want("", "GET", "/crisis", nil, 200, "This page has no numbers right now", `id="exit"`, "Nobody reads this page")
		w.want("coordinator", "GET", "/crisis/lines", nil, 200, "No line is here yet")
		body := w.want("coordinator", "POST", "/crisis/lines", lineFormOf(map[string]string{"source": "", "checked_on": "", "languages": "Klingish", "position": "high"}), 422,
			`id="source-wrong"`, `id="checked_on-wrong"`, `id="languages-wrong"`, `value="Klingish"`, `value="high"`, `value="Night line"`)
		if strings.Contains(body, `id="name-wrong"`) {
			t.Error("the name was right")
		}
		w.want("coordinator", "POST", "/crisis/lines", lineFormOf(nil), 303)
		w.want("", "GET", "/crisis", nil, 200, `href="tel:5550100"`, "Call 555 0100", "21 November 2026", "English")
		l := w.only()
		at := "/crisis/lines/" + string(l.ID)
		w.want("administrator", "GET", at, nil, 200, `value="their letter"`)
		w.want("administrator", "POST", at, lineFormOf(map[string]string{"kind": "emergency", "number": "000"}), 303)
		w.want("", "GET", "/crisis", nil, 200, "tel:000", "Emergency 000")
		w.clock.Advance(400 * 24 * time.Hour)
		w.want("coordinator", "GET", "/crisis/lines", nil, 200, "a year ago or more")
		w.want("coordinator", "POST", at+"/confirm", nil, 303)
		if got := w.only().CheckedOn; got != "2027-12-26" {
			t.Errorf("checked on %s", got)
		}
		w.want("coordinator", "GET", at+"/retire", nil, 200, "Retire Night line?")
		w.want("coordinator", "POST", at+"/retire", nil, 303)
		w.want("coordinator", "POST", at+"/confirm", nil, 409)
		w.want("", "GET", "/crisis", nil, 200, "This page has no numbers right now")
		w.audited("directory.add", "directory.change", "directory.confirm", "directory.retire")
	})
}

// audited wants one entry of each verb.
func (w *world) audited(verbs ...string) {
	w.t.Helper()
	for _, v := range verbs {
		var n int
		if err := w.d.Reader().QueryRow(context.Background(), `SELECT COUNT(*) FROM access_audit WHERE verb = $1 AND actor IS NOT NULL`, v).Scan(&n); err != nil || n != 1 {
			w.t.Errorf("%s: %d entries, %v", v, n, err)
		}
	}
}

func TestDenials(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), false)
	ctx := context.Background()
	id, err := w.s.Add(ctx, actor(access.Coordinator), good(), "")
	if err != nil {
		t.Fatal(err)
	}
	at := "/crisis/lines/" + string(id)
	for _, r := range [][2]string{{"GET", "/crisis/lines"}, {"GET", "/crisis/lines/new"}, {"POST", "/crisis/lines"}, {"GET", at}, {"POST", at},
		{"POST", at + "/confirm"}, {"GET", at + "/retire"}, {"POST", at + "/retire"}} {
		for _, as := range []string{"guest", "member", "peer", "supervisor", "clinician"} {
			w.want(as, r[0], r[1], lineFormOf(nil), 404)
		}
		status := 401
		if r[0] == "GET" {
			status = 303 // to sign in
		}
		w.want("", r[0], r[1], lineFormOf(nil), status)
	}
	if l := w.only(); l.RetiredAt != 0 || l.Name != good().Name {
		t.Error("a refused change happened")
	}
	if err := w.s.Retire(ctx, actor(access.Peer), id); err == nil {
		t.Error("a peer retired a line")
	}
	for _, bad := range []string{"/crisis/lines/nonsense", "/crisis/lines/" + string(moment.NewID())} {
		w.want("coordinator", "GET", bad, nil, 404)
		w.want("coordinator", "POST", bad, lineFormOf(nil), 404)
	}
}

func TestPairs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		ctx, a := context.Background(), actor(access.Coordinator)
		adults, youth := good(), good()
		adults.Name, youth.Name, youth.Audience = "For adults", "For the young", "youth"
		one, err := w.s.Add(ctx, a, adults, "")
		if err != nil {
			t.Fatal(err)
		}
		two, err := w.s.Add(ctx, a, youth, one)
		if err != nil {
			t.Fatal(err)
		}
		if lines, err := w.s.Lines(ctx, d.Reader(), "ES"); err != nil || len(lines) != 2 {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		if err := w.s.Retire(ctx, a, two); err != nil {
			t.Fatal(err)
		}
		if lines, err := w.s.Lines(ctx, d.Reader(), "ES"); err != nil || len(lines) != 0 {
			t.Errorf("half a pair is shown: %d, %v", len(lines), err)
		}
		w.want("coordinator", "GET", "/crisis/lines", nil, 200, "Both are shown or none")
		adults.ID = one
		if err := w.s.Change(ctx, a, adults, ""); err != nil {
			t.Fatal(err)
		}
		if lines, err := w.s.Lines(ctx, d.Reader(), "ES"); err != nil || len(lines) != 1 {
			t.Errorf("a line that stands alone again is not shown: %v", err)
		}
		other := good()
		other.Country = "FR"
		if _, err := w.s.Add(ctx, a, other, one); err == nil {
			t.Error("a pair over two countries")
		}
	})
}

func TestLastKnownOutlivesTheDatabase(t *testing.T) {
	d, err := db.Open(context.Background(), dbtest.SQLiteURL(t), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, d, false)
	w.setCountry("ES")
	if _, err := w.s.Add(context.Background(), actor(access.Coordinator), good(), ""); err != nil {
		t.Fatal(err)
	}
	w.want("", "GET", "/crisis", nil, 200, "tel:5550100")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	w.want("", "GET", "/crisis", nil, 200, "tel:5550100")
	if bar := w.s.BarLines(context.Background()); len(bar) != 1 || bar[0].Href != "tel:5550100" {
		t.Errorf("the bar: %v", bar)
	}
}

func TestDemoLines(t *testing.T) {
	ctx := context.Background()
	made := func(number string) Line {
		l := good()
		l.Number = number
		return l
	}
	add := func(w *world, lines ...Line) error {
		return w.d.Write(ctx, func(tx db.Writer) error { return w.s.AddDemoLines(ctx, tx, lines...) })
	}
	w := newWorld(t, dbtest.SQLite(t), true)
	for _, n := range []string{"116 123", "988", "555 0200", "+1 555 0100", "5550100000"} {
		if err := add(w, made(n)); err == nil {
			t.Errorf("%s was taken as made up", n)
		}
	}
	if err := add(w, made("000"), made("555 0100"), made("555 0101")); err != nil {
		t.Fatal(err)
	}
	if lines, err := w.s.Lines(ctx, w.d.Reader(), "ES"); err != nil || len(lines) != 3 || !lines[0].Demo {
		t.Errorf("%v %v", lines, err)
	}
	real := newWorld(t, w.d, false)
	if lines, err := real.s.Lines(ctx, w.d.Reader(), "ES"); err != nil || len(lines) != 0 {
		t.Errorf("made-up lines are shown in earnest: %v %v", lines, err)
	}
	if err := add(real, made("000")); err == nil {
		t.Error("made-up lines outside of the demo")
	}
}
