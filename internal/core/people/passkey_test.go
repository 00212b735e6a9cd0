package people_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (b *browser) begin(path, body string) begun {
	b.w.t.Helper()
	return readBegun(b.w.t, b.json(path, body).want(b.w.t, http.StatusOK).body)
}

// joinByKey makes a member with a passkey and gives where the page went next.
func (b *browser) joinByKey(a *authenticator, name string) string {
	b.w.t.Helper()
	asked := b.begin("/join/passkey/begin", `{"name":"`+name+`","age":"yes"}`)
	done := b.json("/join/passkey", body(b.w.t, asked.ID, a.create(asked), map[string]any{"name": name, "age": "yes"})).want(b.w.t, http.StatusOK)
	var next struct{ Next string }
	ok(b.w.t, json.Unmarshal([]byte(done.body), &next))
	return next.Next
}

func TestJoinAndSignInByPasskey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key, first := newAuthenticator(t), w.browser()
		next := first.joinByKey(key, "Heron")
		first.get(next).want(t, http.StatusOK, "Your recovery codes")
		first.get("/").want(t, http.StatusOK, "name=Heron")

		second := w.browser()
		asked := second.begin("/sign-in/passkey/begin", `{}`)
		second.json("/sign-in/passkey", body(t, asked.ID, key.get(asked), map[string]any{"next": "/me/lived"})).want(t, http.StatusOK, `"/me/lived"`)
		second.get("/").want(t, http.StatusOK, "name=Heron")

		// A next address of another site is none of ours.
		asked = second.begin("/sign-in/passkey/begin", `{}`)
		second.json("/sign-in/passkey", body(t, asked.ID, key.get(asked), map[string]any{"next": "//evil.example"})).want(t, http.StatusOK, `{"next":"/"}`)
	})
}

func TestPasskeyRefusals(t *testing.T) {
	w := sqliteWorld(t)
	key, owner := newAuthenticator(t), w.browser()
	owner.joinByKey(key, "Heron")

	t.Run("a challenge is answered once", func(t *testing.T) {
		b := w.browser()
		asked := b.begin("/sign-in/passkey/begin", `{}`)
		right := body(t, asked.ID, key.get(asked), nil)
		b.json("/sign-in/passkey", right).want(t, http.StatusOK)
		w.browser().json("/sign-in/passkey", right).want(t, http.StatusUnprocessableEntity)
	})
	t.Run("a wrong answer uses the challenge up", func(t *testing.T) {
		b := w.browser()
		asked := b.begin("/sign-in/passkey/begin", `{}`)
		stranger := newAuthenticator(t)
		stranger.handle, stranger.id = key.handle, key.id // another key under the same name
		b.json("/sign-in/passkey", body(t, asked.ID, stranger.get(asked), nil)).want(t, http.StatusUnprocessableEntity)
		b.json("/sign-in/passkey", body(t, asked.ID, key.get(asked), nil)).want(t, http.StatusUnprocessableEntity)
	})
	t.Run("a challenge lasts five minutes", func(t *testing.T) {
		b := w.browser()
		asked := b.begin("/sign-in/passkey/begin", `{}`)
		w.clock.Advance(5 * time.Minute)
		b.json("/sign-in/passkey", body(t, asked.ID, key.get(asked), nil)).want(t, http.StatusUnprocessableEntity)
	})
	t.Run("another origin", func(t *testing.T) {
		b := w.browser()
		asked := b.begin("/sign-in/passkey/begin", `{}`)
		key.origin = "https://here.example.evil"
		b.json("/sign-in/passkey", body(t, asked.ID, key.get(asked), nil)).want(t, http.StatusUnprocessableEntity)
		key.origin = testOrigin
	})
	t.Run("a counter that went back", func(t *testing.T) {
		b := w.browser()
		asked := b.begin("/sign-in/passkey/begin", `{}`)
		now := key.counter
		key.counter = 0
		b.json("/sign-in/passkey", body(t, asked.ID, key.get(asked), nil)).want(t, http.StatusUnprocessableEntity)
		key.counter = now
	})
	t.Run("a challenge for signing in does not join", func(t *testing.T) {
		b := w.browser()
		asked := b.begin("/sign-in/passkey/begin", `{}`)
		fresh := newAuthenticator(t)
		b.json("/join/passkey", body(t, asked.ID, fresh.create(asked), map[string]any{"name": "Wren", "age": "yes"})).want(t, http.StatusUnprocessableEntity)
	})
	t.Run("somebody else's challenge", func(t *testing.T) {
		w.member("Tansy")
		tansy := w.browser()
		tansy.signIn("Tansy", goodPassword)
		asked := tansy.begin("/me/ways/passkey/begin", `{}`)
		fresh := newAuthenticator(t)
		owner.json("/me/ways/passkey", body(t, asked.ID, fresh.create(asked), nil)).want(t, http.StatusUnprocessableEntity)
	})
	t.Run("without the age said", func(t *testing.T) {
		w.browser().json("/join/passkey/begin", `{"name":"Wren"}`).want(t, http.StatusUnprocessableEntity, "18")
	})
	t.Run("not JSON, and not from here", func(t *testing.T) {
		w.browser().post("/sign-in/passkey/begin").want(t, http.StatusUnprocessableEntity)
		w.browser().do(http.MethodPost, "/sign-in/passkey/begin", "application/json", "{}", "Sec-Fetch-Site", "cross-site").want(t, http.StatusForbidden)
		w.browser().json("/sign-in/passkey", "{").want(t, http.StatusUnprocessableEntity)
	})
}

func TestSeveralPasskeys(t *testing.T) {
	w := sqliteWorld(t)
	b, first, second := w.browser(), newAuthenticator(t), newAuthenticator(t)
	b.joinByKey(first, "Heron")
	asked := b.begin("/me/ways/passkey/begin", `{}`)
	b.json("/me/ways/passkey", body(t, asked.ID, second.create(asked), map[string]any{"label": "My telephone"})).want(t, http.StatusOK, "/me/ways")
	page := b.get("/me/ways").want(t, http.StatusOK, "My telephone", "Firefox, Android")

	ids := regexpAll(page.body, `what=passkey&amp;id=([0-9a-f-]+)`)
	if len(ids) != 2 {
		t.Fatalf("%d passkeys on the page, want 2", len(ids))
	}
	b.post("/me/ways/passkey/"+ids[1]+"/name", "label", "Old telephone").want(t, http.StatusSeeOther)
	b.get("/me/ways").want(t, http.StatusOK, "Old telephone")

	// Another person's passkey is not there for anybody else.
	w.member("Tansy")
	tansy := w.browser()
	tansy.signIn("Tansy", goodPassword)
	tansy.post("/me/ways/passkey/"+ids[0]+"/name", "label", "Mine").want(t, http.StatusNotFound)
	tansy.post("/me/ways/remove", "what", "passkey", "id", ids[0], "sure", "yes").want(t, http.StatusNotFound)

	b.post("/me/ways/remove", "what", "passkey", "id", ids[1]).want(t, http.StatusSeeOther)
	in := w.browser()
	asked = in.begin("/sign-in/passkey/begin", `{}`)
	in.json("/sign-in/passkey", body(t, asked.ID, second.get(asked), nil)).want(t, http.StatusUnprocessableEntity)
	asked = in.begin("/sign-in/passkey/begin", `{}`)
	in.json("/sign-in/passkey", body(t, asked.ID, first.get(asked), nil)).want(t, http.StatusOK)
	if strings.Contains(w.log.String(), "telephone") {
		t.Error("the log has what somebody wrote")
	}
}
