package notify_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestWebhooks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		slate, ruth := h.Person("Slate", access.Administrator), h.lead("Ruth")
		id, secret := h.connects(slate, "care.word")
		h.hook.Believe(secret)
		path := "/service/webhooks/" + string(id)
		got := slate.Get("/service/webhooks")
		if got.Status != 200 || !strings.Contains(got.Body, h.hook.URL()) || strings.Contains(got.Body, "whsec_") {
			t.Errorf("the list: %d", got.Status)
		}
		h.tell(ruth, "care.word", "a")
		h.tell(ruth, "care.page", "a2") // not chosen
		h.Settle()
		if got, refused := h.hook.Got(); len(got) != 1 || refused != 0 || !strings.Contains(got[0].Body, `"type":"care.word"`) || !strings.Contains(got[0].Body, `"urgent":false`) {
			t.Fatalf("hooked %+v, %d refused", got, refused)
		}
		// A test goes to this one alone, and to nobody's mail.
		h.writes(slate, "slate@example.org")
		if got := slate.Post(path + "/test"); got.Status != 303 {
			t.Fatalf("test: %d", got.Status)
		}
		h.Settle()
		if got, _ := h.hook.Got(); len(got) != 2 || !strings.Contains(got[1].Body, `"type":"notify.test"`) || len(h.letters()) != 0 {
			t.Fatalf("hooked %+v, %d letters", got, len(h.letters()))
		}
		// A new secret: for a day whoever has only the old one still believes.
		again := slate.Post(path + "/rotate")
		after := h.shown(slate, again.To())
		if after == secret {
			t.Fatal("the secret stays")
		}
		for i, step := range []struct {
			believes string
			later    time.Duration
			want     int
		}{{secret, 0, 3}, {after, 0, 4}, {secret, 25 * time.Hour, 4}, {after, time.Minute, 6}} {
			h.Time.Advance(step.later)
			h.hook.Believe(step.believes)
			h.tell(ruth, "care.word", "rotated "+string(rune('a'+i)))
			h.Settle()
			if got, _ := h.hook.Got(); len(got) != step.want {
				t.Errorf("step %d: %d believed, want %d", i, len(got), step.want)
			}
		}
		// Removed: what waits for it does not go, and its key is destroyed.
		h.hook.Answer(500)
		h.tell(ruth, "care.word", "z")
		h.Settle()
		if body := slate.Get(path + "/remove").Body; !strings.Contains(body, "Remove this webhook?") {
			t.Error("nobody is asked")
		}
		if got := slate.Post(path + "/remove"); got.Status != 303 {
			t.Fatalf("remove: %d", got.Status)
		}
		h.hook.Answer(200)
		h.Pass(time.Hour)
		if got, _ := h.hook.Got(); len(got) != 6 {
			t.Errorf("%d hooked after it was removed", len(got))
		}
		var keys int
		if err := h.DB.Reader().QueryRow(t.Context(), `SELECT COUNT(*) FROM vault_key WHERE scope = $1`, id).Scan(&keys); err != nil || keys != 0 {
			t.Errorf("%d keys are left, %v", keys, err)
		}
		for _, do := range []string{"/rotate", "/test", "/remove"} {
			if got := slate.Post(path + do); got.Status != 404 {
				t.Errorf("%s of what is gone: %d", do, got.Status)
			}
		}
	})
}

func TestWebhooksThatAreRefused(t *testing.T) {
	h := newHouse(t, sqlite(t))
	slate, tomo, ruth := h.Person("Slate", access.Administrator), h.Person("Tomo", access.Coordinator), h.lead("Ruth")
	for address, want := range map[string]string{
		"http://hooks.example.org/":          "must begin with https://",
		"https://169.254.169.254/latest":     "own network",
		"https://localhost/in":               "own network",
		"https://[::1]/in":                   "own network",
		"":                                   "not a whole address",
		"https://user:pw@hooks.example.org/": "not a whole address",
	} {
		got := slate.Post("/service/webhooks", "address", address, "kinds", "care.word")
		if got.Status != 422 || !strings.Contains(got.Body, want) || !strings.Contains(got.Body, `value="`+address+`"`) || !strings.Contains(got.Body, `value="care.word" checked`) {
			t.Errorf("%s: %d", address, got.Status)
		}
	}
	if got := slate.Post("/service/webhooks", "address", h.hook.URL(), "kinds", "care.none"); got.Status != 422 {
		t.Errorf("a kind that is none: %d", got.Status)
	}
	for _, who := range []*someone{tomo, ruth, h.Person("Heron")} {
		if got := who.Post("/service/webhooks", "address", h.hook.URL()); got.Status != 404 {
			t.Errorf("%s: %d", who.Name, got.Status)
		}
		if _, err := h.Notify.AddHook(t.Context(), who.Actor, h.hook.URL(), nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who.Name, err)
		}
		if _, err := h.Notify.Hooks(t.Context(), who.Actor); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who.Name, err)
		}
		if err := h.Notify.RemoveHook(t.Context(), who.Actor, moment.NewID()); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who.Name, err)
		}
	}
	for range 20 {
		h.Time.Advance(time.Minute)
		h.connects(slate)
	}
	h.Time.Advance(time.Minute)
	if got := slate.Post("/service/webhooks", "address", h.hook.URL()); got.Status != 409 || !strings.Contains(got.Body, "There can be 20 webhooks") {
		t.Errorf("one too many: %d", got.Status)
	}
	// A receiver that is over is not tried for hours.
	h.hook.Answer(410)
	h.believesAll(slate)
	h.tell(ruth, "care.page", "a")
	h.Settle()
	if got := h.states(); got["hook failed"] != 20 {
		t.Errorf("%v", got)
	}
}

// believesAll lets the receiver believe every webhook, by new secrets.
func (h *house) believesAll(slate *someone) {
	h.T.Helper()
	list, err := h.Notify.Hooks(h.T.Context(), slate.Actor)
	if err != nil {
		h.T.Fatal(err)
	}
	var secrets []string
	for _, one := range list {
		h.Time.Advance(time.Minute)
		secrets = append(secrets, h.shown(slate, slate.Post("/service/webhooks/"+string(one.ID)+"/rotate").To()))
	}
	h.hook.Believe(secrets...)
}
