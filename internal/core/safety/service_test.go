package safety

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
	"cairn/internal/core/directory"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// world is safety behind a real site. Whoever asks is named by a header.
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
	w := &world{t: t, d: d, clock: moment.NewMovable(time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC))}
	b := bus.New(d, w.clock, slog.New(slog.DiscardHandler))
	w.s = New(Deps{DB: d, Bus: b, Clock: w.clock, Demo: demo,
		Directory: directory.New(directory.Deps{DB: d, Bus: b, Clock: w.clock, Demo: demo}), Shifts: shifts.New(shifts.Deps{DB: d, Bus: b, Clock: w.clock})})
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

func (w *world) want(as, method, path string, form url.Values, status int, parts ...string) string {
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
	req.Header.Set("Accept-Language", "en")
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
	return string(body)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestPolicyVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		ctx, coordinator := context.Background(), actor(access.Coordinator)
		w.want("", "GET", "/policy", nil, 200, "has not published its policy yet")
		for _, role := range []access.Role{access.Member, access.Peer, access.Supervisor, access.Clinician} {
			if _, err := w.s.Publish(ctx, actor(role), nil); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s published: %v", role, err)
			}
		}
		one, err := w.s.Publish(ctx, coordinator, map[string]string{"en": "We are in Valletta.\n\nWrite to us."})
		w.must(err)
		w.clock.Advance(time.Hour)
		w.want("", "GET", "/policy", nil, 200, "Version 1", "We are in Valletta.", "What this service adds", "not end-to-end encrypted")
		w.must(d.Write(ctx, func(tx db.Writer) error { return w.s.Seen(ctx, tx, actor(access.Member).Person, one) }))
		two, err := w.s.Publish(ctx, coordinator, map[string]string{"en": "We moved.\n\nWrite to us."})
		w.must(err)
		if one != 1 || two != 2 {
			t.Errorf("versions %d and %d", one, two)
		}
		w.want("member", "GET", "/policy", nil, 200, "What changed since version 1", "<ins", "We moved.", "<del", "We are in Valletta.", "I have read this")
		if body := w.want("", "GET", "/policy", nil, 200); strings.Contains(body, "What changed since version 1</h2>") {
			t.Error("a visitor is told of changes since a version they never saw")
		}
		w.want("", "GET", "/policy?since=1", nil, 200, "We are in Valletta.")
		w.want("", "GET", "/policy?version=1", nil, 200, "This is an older version")
		for _, bad := range []string{"version=9", "version=0", "version=x", "since=7", "since=-1"} {
			w.want("", "GET", "/policy?"+bad, nil, 404)
		}
		w.want("member", "POST", "/policy/seen", url.Values{"version": {"2"}}, 303)
		w.want("member", "POST", "/policy/seen", url.Values{"version": {"1"}}, 303) // an old page, sent late
		if n, err := w.s.SeenVersion(ctx, d.Reader(), actor(access.Member).Person); err != nil || n != 2 {
			t.Errorf("seen %d, %v", n, err)
		}
		w.want("", "POST", "/policy/seen", url.Values{"version": {"2"}}, 401)
		if body := w.want("member", "GET", "/policy", nil, 200); strings.Contains(body, "I have read this") {
			t.Error("asked to read again what was read")
		}
	})
}

func TestSeenTakesNoVersionThatIsNone(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), false)
	ctx, person := context.Background(), moment.NewID()
	see := func(n int) {
		w.must(w.d.Write(ctx, func(tx db.Writer) error { return w.s.Seen(ctx, tx, person, n) }))
	}
	see(1)
	_, err := w.s.Publish(ctx, actor(access.Administrator), nil)
	w.must(err)
	see(99)
	if n, err := w.s.SeenVersion(ctx, w.d.Reader(), person); err != nil || n != 1 {
		t.Errorf("seen %d, %v", n, err)
	}
}

func TestAdditionsReachEveryReader(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), false)
	ctx := context.Background()
	_, err := w.s.Publish(ctx, actor(access.Coordinator), map[string]string{"es": "Estamos en Vigo."})
	w.must(err)
	p, found, err := w.s.Policy(ctx, w.d.Reader(), "ar")
	w.must(err)
	last := p.Sections[len(p.Sections)-1]
	if !found || last.Key != OwnSection || last.Body != "Estamos en Vigo." || last.Lang != "es" || !p.HasOwn() {
		t.Errorf("%+v", last)
	}
	own, err := w.s.Additions(ctx, w.d.Reader())
	if err != nil || len(own) != 1 || own["es"] != "Estamos en Vigo." {
		t.Errorf("%v %v", own, err)
	}
	if old, err := w.s.Outdated(ctx, w.d.Reader()); err != nil || old {
		t.Errorf("outdated at once: %v", err)
	}
	w.must(w.d.Write(ctx, func(tx db.Writer) error {
		_, err := tx.Exec(ctx, `UPDATE safety_policy_text SET body = $1 WHERE lang = 'en'`, `[{"key":"who","heading":"Who","body":"An older text."}]`)
		return err
	}))
	if old, err := w.s.Outdated(ctx, w.d.Reader()); err != nil || !old {
		t.Errorf("the standard text changed, and nobody is told: %v", err)
	}
}

func TestReadiness(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		ctx, a := context.Background(), actor(access.Coordinator)
		states := func(want string, open bool) {
			t.Helper()
			list, err := w.s.Readiness(ctx, d.Reader())
			w.must(err)
			var got []string
			for _, c := range list {
				got = append(got, c.Key+"="+c.State)
				if c.OK != (c.State == "ok") || strings.HasPrefix(c.Sentence(ctx), "safety.") || c.DoHref == "" {
					t.Errorf("%+v", c)
				}
			}
			if s := strings.Join(got, " "); s != want {
				t.Errorf("%s\nwant %s", s, want)
			}
			if may, err := w.s.MayOpen(ctx, d.Reader()); err != nil || may != open {
				t.Errorf("may open: %v, %v", may, err)
			}
		}
		states("policy=missing lines=emergency page=missing staffed=few", false)
		_, err := w.s.Publish(ctx, a, nil)
		w.must(err)
		line := directory.Line{Name: "Emergency", Number: "000", Kind: directory.Emergency, Source: "the law", CheckedOn: "2026-11-21"}
		_, err = w.s.Directory.Add(ctx, a, line, "")
		w.must(err)
		states("policy=ok lines=talk page=missing staffed=few", false)
		line.Name, line.Number, line.Kind = "Night line", "555 0100", directory.Call
		_, err = w.s.Directory.Add(ctx, a, line, "")
		w.must(err)
		w.must(w.s.Shifts.SendTestPage(ctx, a, actor(access.Peer).Person))
		states("policy=ok lines=ok page=unanswered staffed=few", false)
		pages, err := w.s.Shifts.TestPages(ctx, d.Reader())
		w.must(err)
		w.must(w.s.Shifts.AcknowledgeTestPage(ctx, actor(access.Peer), pages[0].ID))
		states("policy=ok lines=ok page=ok staffed=few", true)
		w.must(w.s.Shifts.Start(ctx, actor(access.Supervisor), true))
		w.must(w.s.Shifts.Start(ctx, actor(access.Coordinator), false))
		states("policy=ok lines=ok page=ok staffed=no_peer", true)
		w.must(w.s.Shifts.Start(ctx, actor(access.Peer), false))
		states("policy=ok lines=ok page=ok staffed=ok", true)
		w.clock.Advance(91 * 24 * time.Hour)
		states("policy=ok lines=ok page=old staffed=ok", false)
		w.clock.Advance(300 * 24 * time.Hour)
		states("policy=ok lines=stale page=old staffed=ok", false)
	})
}

func TestDemoOpens(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), true)
	if may, err := w.s.MayOpen(context.Background(), w.d.Reader()); err != nil || !may {
		t.Errorf("the demo does not open: %v", err)
	}
}

func TestPhrasesShipped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, false)
		ctx := context.Background()
		list, err := w.s.Phrases(ctx, actor(access.Supervisor))
		w.must(err)
		for _, lang := range Languages() {
			if n := len(ofLang(list, lang)); n < 25 {
				t.Errorf("%s has %d phrases", lang, n)
			}
		}
		seen := map[string]bool{}
		for _, p := range list {
			key := p.Lang + fold(p.Text)
			if err := p.Validate(); err != nil || seen[key] {
				t.Errorf("%s: %v, twice %v", p.Text, err, seen[key])
			}
			seen[key] = true
		}
		for text, want := range map[string]bool{
			"honestly i DON’T want to live any more": true, "Me quiero morir, no aguanto": true, "وأُريد أن أَموت الليلة": true,
			"I took all my pills": true, "my phone died again": false, "this film is killing me": false, "I am tired and could sleep for a year": false,
			"me muero de risa": false, "me mata el calor": false, "أموت من الضحك": false, "أحب حياتي": false,
		} {
			hits, err := w.s.Match(ctx, d.Reader(), text, "en")
			if err != nil || (len(hits) > 0) != want {
				t.Errorf("%q: %v, %v", text, hits, err)
			}
		}
	})
}

func TestPhrasesOverHTTP(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), false)
	ctx := context.Background()
	for _, r := range [][2]string{{"GET", "/phrases"}, {"POST", "/phrases"}, {"POST", "/phrases/try"}, {"POST", "/phrases/" + string(moment.NewID()) + "/retire"}} {
		for _, as := range []string{"guest", "member", "peer", "administrator", "clinician"} {
			w.want(as, r[0], r[1], url.Values{"lang": {"en"}, "phrase": {"new words here"}}, 404)
		}
	}
	w.want("supervisor", "GET", "/phrases", nil, 200, "It decides nothing about anybody", "kill myself")
	w.want("supervisor", "POST", "/phrases", url.Values{"lang": {"en"}, "phrase": {"Kill  MYSELF"}}, 422, "in the list already", `value="Kill  MYSELF"`)
	w.want("supervisor", "POST", "/phrases", url.Values{"lang": {"en"}, "phrase": {"x"}}, 422, `id="phrase-wrong"`)
	w.want("coordinator", "POST", "/phrases", url.Values{"lang": {"en"}, "phrase": {"walk into the sea"}}, 303)
	w.want("coordinator", "POST", "/phrases/try", url.Values{"try": {"I could walk into the sea <b>"}}, 200, "The writer would be shown crisis lines", "walk into the sea", "&lt;b&gt;")
	w.want("coordinator", "POST", "/phrases/try", url.Values{"try": {"I could walk by the sea"}}, 200, "Nothing matches")
	list, err := livePhrases(ctx, w.d.Reader())
	w.must(err)
	for _, p := range list {
		if p.Text == "walk into the sea" {
			w.want("supervisor", "POST", "/phrases/"+string(p.ID)+"/retire", nil, 303)
			w.want("supervisor", "POST", "/phrases/"+string(p.ID)+"/retire", nil, 409)
		}
	}
	if hits, err := w.s.Match(ctx, w.d.Reader(), "walk into the sea", "en"); err != nil || len(hits) > 0 {
		t.Errorf("still in use: %v, %v", hits, err)
	}
	var n int
	w.must(w.d.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM access_audit WHERE verb IN ('safety.phrase_add', 'safety.phrase_retire')`).Scan(&n))
	if n != 2 {
		t.Errorf("%d entries in the audit", n)
	}
}

func TestHolding(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), false)
	ctx, a := context.Background(), actor(access.Coordinator)
	_, err := w.s.Publish(ctx, a, nil)
	w.must(err)
	w.must(w.s.AddPhrase(ctx, a, "en", "walk into the sea"))
	w.must(w.d.Write(ctx, func(tx db.Writer) error { return w.s.Seen(ctx, tx, a.Person, 1) }))
	h := Holding{w.s}
	files := map[string]any{}
	put := func(file string, v any) error { files[file] = v; return nil }
	w.must(h.Export(ctx, w.d.Reader(), a.Person, put))
	if len(files) != 1 || h.Name() != "safety" {
		t.Errorf("%v", files)
	}
	w.must(w.d.Write(ctx, func(tx db.Writer) error { return h.Erase(ctx, tx, a.Person, w.clock.Now()) }))
	var n int
	w.must(w.d.Reader().QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM safety_policy_seen WHERE person = $1) + (SELECT COUNT(*) FROM safety_phrase WHERE added_by = $1)`, a.Person).Scan(&n))
	if n != 0 {
		t.Errorf("%d rows still name the person", n)
	}
}
