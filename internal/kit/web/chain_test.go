package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

// Every kind of answer has the same strict headers.
func TestHeadersOnEveryAnswer(t *testing.T) {
	w := newWorld(t)
	paths := []string{"/", "/nothing", "/fail/internal", "/api/fail/conflict", "/panic", Asset("site.css"), "/favicon.svg",
		"/manifest.webmanifest", "/mine/1", "/assets/none/none.css"}
	seen := map[string]bool{}
	for _, p := range paths {
		res, _ := w.get(p)
		csp := res.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-", "img-src 'self' data:",
			"form-action 'self' https://www.wikipedia.org;", "frame-ancestors 'none'; base-uri 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy %q lacks %q", p, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || seen[csp] {
			t.Errorf("%s: the policy is unsafe or its nonce was used before: %q", p, csp)
		}
		seen[csp] = true
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", p, name, got, want)
			}
		}
		if !strings.Contains(res.Header.Get("Permissions-Policy"), "geolocation=()") {
			t.Errorf("%s: the place of a person may be asked for", p)
		}
		public := strings.HasPrefix(p, "/assets/") && res.StatusCode == 200 || p == "/favicon.svg" || p == "/manifest.webmanifest"
		if !public && res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", p, res.Header.Get("Cache-Control"))
		}
	}
}

func TestPagesHaveNoInlineCode(t *testing.T) {
	w := newWorld(t)
	w.site.Mount(StyleguideRoutes()...)
	for _, p := range []string{"/", "/nothing", "/styleguide"} {
		_, text := w.get(p)
		for _, bad := range []string{" style=", "<style", "onclick=", "javascript:", "http://", "<script>"} {
			if strings.Contains(strings.ReplaceAll(text, "http://www.w3.org", ""), bad) {
				t.Errorf("%s holds %q", p, bad)
			}
		}
		if i, j := strings.Index(text, `class="crisis"`), strings.Index(text, "<header"); i < 0 || i > j {
			t.Errorf("%s: the crisis bar is not before the masthead", p)
		}
		wantText(t, text, `<form method="post" action="/leave"`, `href="/crisis"`, `href="tel:5550100"`, `href="/crisis#exit"`)
	}
}

func TestPermissions(t *testing.T) {
	w := newWorld(t)
	cases := []struct {
		method, path, cookie string
		status               int
		location             string
	}{
		{"GET", "/mine/1?a=b", "", 303, "/sign-in?next=%2Fmine%2F1%3Fa%3Db"},
		{"GET", "/mine/1", asKnown, 200, ""},
		{"POST", "/mine", "", 401, ""},
		{"GET", "/programme", "", 303, "/sign-in?next=%2Fprogramme"},
		{"GET", "/programme", asKnown, 404, ""}, // a member learns nothing about it
		{"GET", "/api/mine", "", 401, ""},
		{"DELETE", "/form", "", 405, ""},
		{"GET", "/form", "", 405, ""},
	}
	for _, c := range cases {
		res, _ := w.ask(c.method, c.path, nil, "Cookie", c.cookie)
		wantStatus(t, res, c.status)
		if res.Header.Get("Location") != c.location {
			t.Errorf("%s %s: location %q, want %q", c.method, c.path, res.Header.Get("Location"), c.location)
		}
		if c.status == 405 && res.Header.Get("Allow") != "POST" {
			t.Errorf("%s %s: Allow is %q", c.method, c.path, res.Header.Get("Allow"))
		}
	}
}

func TestFailuresAsPages(t *testing.T) {
	w := newWorld(t)
	for _, k := range allKinds {
		for _, method := range []string{"GET", "POST"} {
			res, text := w.ask(method, "/fail/"+k.String(), nil)
			want := statuses[k]
			if k == fault.SignIn && method == "GET" {
				want = 303
			}
			wantStatus(t, res, want)
			if strings.Contains(text, "secret cause") {
				t.Errorf("%v: the cause is shown", k)
			}
			if want == 303 {
				continue
			}
			en, err := loadedCatalog()
			if err != nil {
				t.Fatal(err)
			}
			wantText(t, text, "<h1>"+en.tongues[0].plain["web.failure."+k.String()+".title"]+"</h1>", "characters in here")
			if k == fault.TooFast && res.Header.Get("Retry-After") != "7" {
				t.Errorf("Retry-After is %q", res.Header.Get("Retry-After"))
			}
			if k == fault.Internal {
				wantText(t, text, res.Header.Get("X-Request-Id"))
			}
		}
	}
	if !strings.Contains(w.log.String(), "the secret cause") {
		t.Error("the cause of an inner error is not in the log")
	}
}

func TestFailuresAsProblems(t *testing.T) {
	w := newWorld(t)
	for _, k := range allKinds {
		res, text := w.get("/api/fail/" + k.String())
		wantStatus(t, res, statuses[k])
		if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%v: content type %q", k, got)
		}
		var p problem
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%v: %v in %q", k, err, text)
		}
		if p.Type != "/problems/"+k.String() || p.Status != statuses[k] || p.Title == "" || p.Detail == "" || len(p.Errors) != 1 ||
			p.Errors[0].Field != "name" || p.Errors[0].Code != "web.error.characters" || p.Errors[0].Detail == p.Errors[0].Code {
			t.Errorf("%v: %+v", k, p)
		}
		if strings.Contains(text, "secret") {
			t.Errorf("%v: the cause is shown", k)
		}
	}
}

// Whoever leaves before they are answered is no mistake of ours: only what broke is in the log.
func TestWhoLeavesIsNoMistake(t *testing.T) {
	w := newWorld(t)
	leaves := func(method, path string) (logged, answered string) {
		ctx, leave := context.WithCancel(t.Context())
		leave()
		r := httptest.NewRequestWithContext(ctx, method, path, nil)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		before, got := w.log.String(), httptest.NewRecorder()
		w.site.ServeHTTP(got, r)
		return strings.TrimPrefix(w.log.String(), before), got.Body.String()
	}
	for _, k := range allKinds {
		for _, method := range []string{"GET", "POST"} {
			logged, answered := leaves(method, "/fail/"+k.String())
			if strings.Contains(logged, "ERROR") != (k == fault.Unavailable) || strings.Contains(logged, "error page") || answered != "" && k != fault.SignIn {
				t.Errorf("%s %v: %q, and %q is answered", method, k, logged, answered)
			}
		}
	}
	if logged, answered := leaves("GET", "/waits"); strings.Contains(logged, "ERROR") || answered != "" {
		t.Errorf("who left while they waited: %q, and %q is answered", logged, answered)
	}
}

func TestPanicsAndHalfPages(t *testing.T) {
	w := newWorld(t)
	res, text := w.get("/panic")
	wantStatus(t, res, 500)
	wantText(t, text, "Something broke", res.Header.Get("X-Request-Id"))
	if strings.Contains(w.log.String(), "somebody's words") {
		t.Error("what a panic carried is in the log")
	}
	res, text = w.get("/broken-page")
	wantStatus(t, res, 500)
	if strings.Contains(text, "half of a page") {
		t.Error("half of a broken page was sent")
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", w.URL+"/half", nil)
	if res, err := w.Client().Do(req); err == nil {
		_, err = res.Body.Read(make([]byte, 20_000))
		for err == nil {
			_, err = res.Body.Read(make([]byte, 20_000))
		}
		_ = res.Body.Close()
		if err.Error() == "EOF" {
			t.Error("an answer that failed half-way ended like a whole one")
		}
	}
}

// When it cannot be known who is asking, crisis help is still served.
func TestCrisisHelpOutlivesTheDatabase(t *testing.T) {
	w := newWorld(t)
	w.broken = fault.Wrap(fault.Unavailable, "web.failure.unavailable.text", errors.New("disk"))
	res, _ := w.get("/help", "Cookie", asKnown)
	wantStatus(t, res, 200)
	res, text := w.get("/mine/1", "Cookie", asKnown)
	wantStatus(t, res, 503)
	wantText(t, text, "555 0100")
	res, _ = w.get("/nothing")
	wantStatus(t, res, 404)
}

func TestAnotherSiteCannotPost(t *testing.T) {
	w := newWorld(t)
	res, _ := w.post("/form", url.Values{}, "Sec-Fetch-Site", "cross-site")
	wantStatus(t, res, 403)
	res, _ = w.post("/form", url.Values{}, "Origin", "https://elsewhere.example")
	wantStatus(t, res, 403)
	res, _ = w.post("/form", url.Values{}, "Sec-Fetch-Site", "same-origin")
	wantStatus(t, res, 200)
}

func TestRateLimit(t *testing.T) {
	w := newWorld(t, func(s *Shell) { s.Rate = Rate{PerMinute: 60, Burst: 3} })
	send := func(path string) *http.Response {
		res, _ := w.post(path, url.Values{"name": {"x"}})
		return res
	}
	for range 3 {
		wantStatus(t, send("/form"), 200)
	}
	res := send("/form")
	wantStatus(t, res, 429)
	if res.Header.Get("Retry-After") == "" {
		t.Error("nothing says when to come back")
	}
	wantStatus(t, send("/help"), 200) // never on crisis help
	read, _ := w.get("/")
	wantStatus(t, read, 200)
	w.clock.Advance(1100 * time.Millisecond)
	wantStatus(t, send("/form"), 200)
	wantStatus(t, send("/form"), 429)
	w.clock.Advance(24 * time.Hour) // a new day: the key and all hashes are gone
	wantStatus(t, send("/form"), 200)
}

func TestRateLimitMemoryIsBounded(t *testing.T) {
	w := newWorld(t)
	l := newLimiter(w.clock, Rate{PerMinute: 1, Burst: 1})
	l.limit = 1000
	addr := netip.MustParseAddr("10.0.0.1")
	for range 20_000 {
		addr = addr.Next()
		if err := l.take(addr); err != nil {
			t.Fatal("a new address was refused", err)
		}
		if len(l.next) > 1000 {
			t.Fatalf("%d addresses kept", len(l.next))
		}
	}
	six := netip.MustParseAddr("2001:db8:1:2::1")
	if err := l.take(six); err != nil {
		t.Fatal(err)
	}
	if l.take(netip.MustParseAddr("2001:db8:1:2:ffff::9")) == nil {
		t.Error("one household of IPv6 counts as many")
	}
}

func TestClientAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8")}
	cases := []struct {
		remote, forwarded, want string
		trusted                 []netip.Prefix
	}{
		{"203.0.113.9:5", "", "203.0.113.9", trusted},
		{"203.0.113.9:5", "1.2.3.4", "203.0.113.9", trusted}, // a stranger's word about itself
		{"10.0.0.2:5", "6.6.6.6, 198.51.100.7, 10.0.0.9", "198.51.100.7", trusted},
		{"10.0.0.2:5", "198.51.100.7, rubbish", "10.0.0.2", trusted},
		{"10.0.0.2:5", "198.51.100.7", "10.0.0.2", nil},
		{"[::ffff:203.0.113.9]:5", "", "203.0.113.9", nil},
		{"pipe", "", "0.0.0.0", nil},
	}
	for _, c := range cases {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := clientAddress(r, c.trusted).String(); got != c.want {
			t.Errorf("%s forwarded %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestLogHasNoAddressOfAnything(t *testing.T) {
	w := newWorld(t)
	w.get("/mine/0190-secret-id?q=private-words", "Cookie", asKnown)
	w.get("/nothing/private-words?q=more-words")
	log := w.log.String()
	wantText(t, log, "route=/mine/{id}", "route=(none)", "status=200", "status=404")
	for _, bad := range []string{"secret-id", "private-words", "more-words", "127.0.0.1", "known"} {
		if strings.Contains(log, bad) {
			t.Errorf("the log holds %q: %s", bad, log)
		}
	}
	w.count.mu.Lock()
	defer w.count.mu.Unlock()
	if strings.Join(w.count.seen, ",") != "GET /mine/{id} OK,GET (none) Not Found" {
		t.Errorf("counted %v", w.count.seen)
	}
}

func TestSessionCookie(t *testing.T) {
	w := newWorld(t, func(s *Shell) { s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	var seen string
	w.site.Mount(Route{Method: "GET", Path: "/in", Need: access.Everybody(), Do: func(rw http.ResponseWriter, r *http.Request) error {
		seen = SessionToken(r)
		SetSession(rw, r, "token", time.Hour)
		return nil
	}}, Route{Method: "GET", Path: "/in-guest", Need: access.Everybody(), Do: func(rw http.ResponseWriter, r *http.Request) error {
		SetSession(rw, r, "token", 0)
		return nil
	}}, Route{Method: "POST", Path: "/leave", Need: access.Everybody(), Do: Leave})
	res, _ := w.get("/in", "Cookie", "s=plain; __Host-s=forged")
	if got := res.Header.Get("Set-Cookie"); got != "s=token; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax" || seen != "plain" {
		t.Errorf("plain: %q, token %q", got, seen)
	}
	res, _ = w.get("/in", "X-Forwarded-Proto", "https", "Cookie", "s=plain; __Host-s=good")
	if got := res.Header.Get("Set-Cookie"); got != "__Host-s=token; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax" || seen != "good" {
		t.Errorf("https: %q, token %q", got, seen)
	}
	if res.Header.Get("Strict-Transport-Security") == "" {
		t.Error("https without Strict-Transport-Security")
	}
	res, _ = w.get("/in-guest")
	if strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age") {
		t.Error("a guest's cookie outlives the browser")
	}
	res, _ = w.post("/leave", nil, "Cookie", "s=x; lang=ar; theme=dark")
	wantStatus(t, res, 303)
	if res.Header.Get("Location") != DefaultExitURL || len(res.Header.Values("Set-Cookie")) != 5 || res.Header.Get("Clear-Site-Data") == "" {
		t.Errorf("leaving: %v", res.Header)
	}
	res, _ = w.post("/leave", nil, "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin")
	wantStatus(t, res, 204)
	if len(res.Header.Values("Set-Cookie")) != 5 {
		t.Error("the beacon leaves cookies behind")
	}
}
