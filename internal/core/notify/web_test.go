package notify_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// bar gives what stands between the crisis bar and the masthead.
func bar(body string) string {
	_, rest, _ := strings.Cut(body, `class="urgent"`)
	in, _, _ := strings.Cut(rest, `<header`)
	return in
}

func TestEveryPageSaysWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth, heron := h.lead("Ruth"), h.Person("Heron")
		pages := []string{"/", "/me", "/crisis", "/board", "/me/notices", "/nothing-here"}
		for _, path := range pages {
			if body := ruth.Get(path).Body; strings.Contains(body, "told-count\"><b") || strings.Contains(bar(body), "Answer") || !strings.Contains(body, `src="/me/notices/stream"`) {
				t.Errorf("%s: before anything was told", path)
			}
		}
		h.tell(ruth, "care.word", "a")
		h.tell(ruth, "care.page", "b")
		h.Time.Advance(time.Minute)
		h.tell(ruth, "care.page", "c")
		for _, path := range pages {
			body := ruth.Get(path).Body
			if in := bar(body); !strings.Contains(in, `href="/board"`) || !strings.Contains(in, "Answer") || !strings.Contains(in, "and 1 more") || !strings.Contains(in, "20:01") {
				t.Errorf("%s: the bar is %q", path, in)
			}
			if !strings.Contains(body, "3 notices for you") {
				t.Errorf("%s: no number", path)
			}
		}
		h.tell(heron, "care.word", "a")
		if body := heron.Get("/me").Body; !strings.Contains(body, "1 notice for you") || strings.Contains(body, "/me/notices/stream") {
			t.Error("a member's page")
		}
		if body := h.Browser().Get("/").Body; strings.Contains(body, "told-live") || strings.Contains(body, "notices for you") {
			t.Error("a visitor's page")
		}
		// The list: looking counts as seeing; a page stays until it is settled.
		list := h.open(ruth)
		for _, n := range list {
			got := ruth.Post("/me/notices/" + string(n.ID) + "/open")
			if got.Status != 303 || got.To() != "/board" {
				t.Errorf("open %s: %d %s", n.Key, got.Status, got.To())
			}
			if got := heron.Post("/me/notices/" + string(n.ID) + "/open"); got.Status != 404 {
				t.Errorf("somebody else's: %d", got.Status)
			}
			if got := heron.Post("/me/notices/" + string(n.ID) + "/seen"); got.Status != 404 {
				t.Errorf("somebody else's: %d", got.Status)
			}
		}
		if body := ruth.Get("/me").Body; !strings.Contains(body, "2 notices for you") {
			t.Error("pages are gone before they are answered")
		}
		h.settle(ruth, "b")
		h.settle(ruth, "c")
		if body := ruth.Get("/me/notices").Body; !strings.Contains(body, "Nothing is waiting for you.") || !strings.Contains(body, "Earlier") || strings.Contains(bar(body), "Answer") {
			t.Error("all is answered")
		}
		h.tell(heron, "care.word", "b")
		if got := heron.Post("/me/notices/seen"); got.Status != 303 || len(h.open(heron)) != 0 {
			t.Errorf("see all: %d", got.Status)
		}
		if got := heron.Post("/me/notices/x/open"); got.Status != 404 {
			t.Errorf("no id: %d", got.Status)
		}
	})
}

// An open page of somebody who works here hears of a page by itself, and of its
// end; signing out ends the line.
func TestAnOpenPageHears(t *testing.T) {
	h := newHouse(t, sqlite(t))
	ruth := h.lead("Ruth")
	body := ruth.Get("/me").Body
	_, after, _ := strings.Cut(body, `src="/me/notices/stream" after="`)
	after, _, _ = strings.Cut(after, `"`)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.Server.URL+"/me/notices/stream?after="+after, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := ruth.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return text
			}
		}
		return ""
	}
	for range 3 { // the retry, an empty line and the ping: nothing has changed since the page
		lines.Scan()
	}
	if lines.Text() != ": ping" {
		t.Fatalf("the line begins with %q", lines.Text())
	}
	h.tell(ruth, "care.page", "a")
	if got := next(); !strings.Contains(got, `data-target="told-urgent"`) || !strings.Contains(got, "Answer") || !strings.Contains(got, "1 notice for you") {
		t.Fatalf("heard %q", got)
	}
	h.settle(ruth, "a")
	if got := next(); strings.Contains(got, "Answer") || strings.Contains(got, "1 notice") || !strings.Contains(got, `data-target="told-count"`) {
		t.Fatalf("heard %q", got)
	}
	ruth.Post("/sign-out")
	if got := next(); got != "" {
		t.Errorf("heard after signing out: %q", got)
	}
}

func TestHowOneIsReached(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		heron, ruth := h.Person("Heron"), h.lead("Ruth")
		mine, theirs := heron.Get("/me/notify").Body, ruth.Get("/me/notify").Body
		// A member can be asked to hold a meeting that begins; the pages of work are not theirs.
		const page = "reaches you on every channel"
		if strings.Count(mine, page) != 1 || strings.Count(theirs, page) < 2 || !strings.Contains(mine, "nobody is there to hold it") {
			t.Error("the page is for those who work here")
		}
		if !strings.Contains(mine, "no confirmed e-mail address") || !strings.Contains(mine, `name="kind.care.word" value="push" checked`) || strings.Contains(mine, `name="kind.care.word" value="mail" checked`) ||
			!strings.Contains(theirs, `name="kind.care.word" value="mail" checked`) || strings.Contains(mine, "kind.care.page") || strings.Contains(mine, `value="hook"`) {
			t.Error("what is chosen at first")
		}
		for _, tt := range []struct{ from, to, wrong string }{{"22:00", "", "Write a time"}, {"", "07:00", "Write a time"}, {"22:00", "22:00", "two different times"}, {"x", "07:00", "Write a time"}} {
			got := heron.Post("/me/notify", "from", tt.from, "to", tt.to, "kind.care.word", "mail")
			if got.Status != 422 || !strings.Contains(got.Body, tt.wrong) || !strings.Contains(got.Body, `value="`+tt.from+`"`) || !strings.Contains(got.Body, `name="kind.care.word" value="mail" checked`) ||
				strings.Contains(got.Body, `name="kind.care.word" value="push" checked`) {
				t.Errorf("%q to %q: %d", tt.from, tt.to, got.Status)
			}
		}
		if got := heron.Post("/me/notify", "from", "22:00", "to", "07:00", "kind.care.word", "mail", "kind.care.word", "nonsense"); got.Status != 303 {
			t.Fatalf("save: %d", got.Status)
		}
		after := heron.Get("/me/notify?done=saved").Body
		if !strings.Contains(after, "Saved.") || !strings.Contains(after, `value="22:00"`) || !strings.Contains(after, `name="kind.care.word" value="mail" checked`) {
			t.Error("what was saved")
		}
		for range 5 {
			if got := heron.Post("/me/notify/test"); got.Status != 303 {
				t.Fatalf("test: %d", got.Status)
			}
		}
		if got := heron.Post("/me/notify/test"); got.Status != 429 || !strings.Contains(got.Body, "Send me a test") {
			t.Errorf("the sixth test: %d", got.Status)
		}
	})
}

func TestTheWorkerScript(t *testing.T) {
	h := newHouse(t, sqlite(t))
	got := h.Browser().Get("/sw.js")
	if got.Status != 200 || got.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || got.Header.Get("Cache-Control") != "no-cache" ||
		!strings.Contains(got.Header.Get("Content-Security-Policy"), "worker-src 'self'") {
		t.Errorf("%d %v", got.Status, got.Header)
	}
	for _, never := range []string{"fetch(", "caches", "'fetch'", "importScripts"} {
		if strings.Contains(got.Body, never) {
			t.Errorf("it has %s", never)
		}
	}
}

// Export has what was told and chosen; erasing leaves nothing and sends nothing.
func TestTakenAlongAndErased(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		heron, wren := h.Person("Heron"), h.Person("Wren")
		for _, p := range []*someone{heron, wren} {
			h.writes(p, strings.ToLower(p.Name)+"@example.org")
		}
		d := h.adds(heron)
		h.adds(wren)
		for _, p := range []*someone{heron, wren} {
			if got := p.Post("/me/notify", "from", "19:00", "to", "07:00", "kind.care.word", "push"); got.Status != 303 {
				t.Fatal(got.Status)
			}
			h.tell(p, "care.word", "a")
		}
		got := h.Exported(heron)["notices.json"]
		for _, want := range []string{`"care.word"`, `"/board"`, `"from": "19:00"`, `"to": "07:00"`, `"channel": "push"`, `"wanted": true`, `"devices": [`, `"since": "2026-11-21T20:00:00Z"`} {
			if !strings.Contains(got, want) {
				t.Errorf("the export lacks %s:\n%s", want, got)
			}
		}
		if strings.Contains(got, d.Endpoint) || strings.Contains(got, d.Auth) {
			t.Error("the export holds what lets anybody push")
		}
		if err := h.People.Erase(t.Context(), heron.Actor, people.Proof{Name: "Heron"}); err != nil {
			t.Fatal(err)
		}
		h.tell(heron, "care.word", "too late")
		for _, table := range []string{"notify_notice", "notify_delivery", "notify_device", "notify_choice", "notify_quiet"} {
			for who, want := range map[moment.ID]bool{heron.ID: false, wren.ID: true} {
				var n int
				if err := h.DB.Reader().QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table+` WHERE person = $1`, who).Scan(&n); err != nil || (n > 0) != want {
					t.Errorf("%s: %d rows, %v", table, n, err)
				}
			}
		}
		h.Pass(12 * time.Hour)
		if got := h.push.Got(); len(got) != 1 {
			t.Errorf("%d pushed", len(got))
		}
	})
}

// No address, secret, key or word of anything lies open on the disk or in the log.
func TestNothingLiesOpen(t *testing.T) {
	address := dbtest.SQLiteURL(t)
	h := newHouse(t, address)
	ruth, slate := h.lead("Ruth"), h.Person("Slate", access.Administrator)
	h.writes(ruth, "ruth@example.org")
	d := h.adds(ruth)
	id, secret := h.connects(slate)
	h.hook.Believe(secret)
	second := h.shown(slate, slate.Post("/service/webhooks/"+string(id)+"/rotate").To())
	h.hook.Answer(500)
	h.mail.Down()
	h.tell(ruth, "care.page", "a")
	h.Settle()
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(db.SQLitePath(address) + end)
		if err != nil {
			t.Fatal(err)
		}
		if end == "" && !bytes.Contains(b, []byte("notify_notice")) {
			t.Fatal("this is not the database")
		}
		for _, private := range []string{"ruth@example.org", d.Endpoint, d.Auth, d.P256dh, secret[6:], second[6:], h.hook.URL(), "There is something for you"} {
			if bytes.Contains(b, []byte(private)) {
				t.Errorf("%.20s lies open in the database%s", private, end)
			}
		}
	}
	var all []string
	rows, err := h.DB.Reader().Query(t.Context(), `SELECT payload FROM bus_job UNION ALL SELECT key FROM bus_job`)
	all, err = db.Collect(rows, err, func(r db.Row, s *string) error { return r.Scan(s) })
	if err != nil || len(all) == 0 || strings.Contains(fmt.Sprint(all), "http") || strings.Contains(fmt.Sprint(all), "@") {
		t.Errorf("timers: %v, %v", all, err)
	}
}
