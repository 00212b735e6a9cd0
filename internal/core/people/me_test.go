package people_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func (w *world) fit(id moment.ID) people.Fit {
	w.t.Helper()
	fits, err := w.FitOf(context.Background(), w.db.Reader(), id)
	ok(w.t, err)
	return fits[id]
}

func TestProfile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.member("Heron", access.Peer)
		w.member("Wren")
		b := w.browser()
		b.signIn("Heron", goodPassword)
		before := w.fit(a.Person)
		b.get("/me").want(t, http.StatusOK, "Hello, Heron", "/me/lived", "/me/delete")
		b.get("/me/profile").want(t, http.StatusOK, `value="Heron"`, "Nairobi (UTC+03:00)", "Somali")
		b.post("/me/profile", "name", "Blue Heron", "pronouns", "she/her", "first", "so", "languages", "en", "languages", "so", "languages", "ar", "zone", "Africa/Nairobi", "lang", "es", "theme", "dark", "hides", "yes").
			want(t, http.StatusSeeOther, "/me/profile?done=saved")
		after := w.fit(a.Person)
		if after.Rev <= before.Rev || !slices.Equal(after.Languages, []string{"so", "en", "ar"}) || !after.Roles.Has(access.Peer) {
			t.Errorf("before %+v, after %+v", before, after)
		}
		cards, err := w.Cards(context.Background(), w.db.Reader(), a.Person, moment.NewID())
		ok(t, err)
		if c := cards[a.Person]; c.Name != "Blue Heron" || c.Pronouns != "she/her" || !c.HidesReads || c.Kind != people.KindMember {
			t.Errorf("card %+v", c)
		}
		if len(cards) != 2 {
			t.Errorf("%d cards: an unknown id has one of kind gone", len(cards))
		}
		page := b.get("/me/profile?done=saved").want(t, http.StatusOK, "Guardado.", `lang="es"`, `data-theme="dark"`)
		if strings.Contains(page.body, "<script>") {
			t.Error("a script in the page")
		}
		b.post("/me/profile", "name", "WREN", "zone", "Mars/Base", "first", "klingon!").want(t, http.StatusUnprocessableEntity, `value="WREN"`)
		b.post("/me/profile", "name", "wren", "first", "en").want(t, http.StatusUnprocessableEntity)
		w.browser().signIn("blueheron", goodPassword)
	})
}

func TestNotTodayEndsTomorrowAtFiveInOnesOwnZone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.member("Heron")
		heard := 0
		w.bus.On("people.changed", "test", func(context.Context, bus.Event) error { heard++; return nil })
		b := w.browser()
		b.signIn("Heron", goodPassword)
		b.post("/me/profile", "name", "Heron", "zone", "America/New_York").want(t, http.StatusSeeOther)
		b.post("/me/today", "v_grief", "today", "v_panic", "stays").want(t, http.StatusSeeOther)
		if f := w.fit(a.Person); !slices.Equal(f.NotToday, []string{"grief", "panic"}) {
			t.Fatalf("not today %v", f.NotToday)
		}
		b.get("/me/today").want(t, http.StatusOK, `value="today" selected`, `value="stays" selected`)
		w.runJobs()
		heard = 0
		// It is 13:00 in New York on the 21st; five o'clock on the 22nd there is 10:00 UTC.
		w.clock.Advance(16*time.Hour - time.Second)
		w.runJobs()
		if f := w.fit(a.Person); len(f.NotToday) != 2 || heard != 0 {
			t.Fatalf("ended early: %v", f.NotToday)
		}
		rev := w.fit(a.Person).Rev
		w.clock.Advance(time.Second)
		w.runJobs()
		if f := w.fit(a.Person); !slices.Equal(f.NotToday, []string{"panic"}) || f.Rev <= rev || heard != 1 {
			t.Errorf("not today %v, revision %d after %d, heard %d", f.NotToday, f.Rev, rev, heard)
		}
	})
}

func TestApart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		heron, wren, tansy, guest := w.member("Heron"), w.member("Wren"), w.member("Tansy"), w.guest()
		keep := func(by access.Actor, whom moment.ID, kind people.ApartKind, until moment.Time) {
			t.Helper()
			w.write(func(tx db.Writer) error { return w.KeepApart(ctx, tx, by, whom, kind, until) })
		}
		apart := func(who moment.ID, want ...moment.ID) {
			t.Helper()
			got, err := w.Apart(ctx, w.db.Reader(), who)
			ok(t, err)
			if len(got) != len(want) {
				t.Fatalf("apart from %v, want %v", got, want)
			}
			for _, id := range want {
				if !got[id] {
					t.Fatalf("apart from %v, want %v", got, want)
				}
			}
		}
		keep(heron, wren.Person, people.Block, 0)
		keep(tansy, heron.Person, people.MayKnow, 0)
		keep(heron, guest.Person, people.Block, w.clock.Now().Add(24*time.Hour))
		keep(heron, guest.Person, people.Block, w.clock.Now().Add(time.Hour)) // the longer one holds
		apart(heron.Person, wren.Person, tansy.Person, guest.Person)
		apart(wren.Person, heron.Person)
		w.clock.Advance(2 * time.Hour)
		apart(guest.Person, heron.Person)
		w.clock.Advance(22 * time.Hour)
		apart(guest.Person)
		apart(heron.Person, wren.Person, tansy.Person)

		// One's own list shows one's own side only, and only blocks are undone.
		list, err := w.Blocks(ctx, heron)
		ok(t, err)
		if len(list) != 1 || list[0].Name != "Wren" {
			t.Fatalf("list %+v", list)
		}
		b := w.browser()
		b.signIn("Wren", goodPassword)
		b.get("/me/blocks").want(t, http.StatusOK, "Nobody is kept away")
		b.post("/me/blocks/"+string(list[0].ID)+"/lift").want(t, http.StatusNotFound)
		theirs, err := w.Blocks(ctx, tansy)
		ok(t, err)
		wantKind(t, w.Lift(ctx, tansy, theirs[0].ID), fault.Conflict)
		ok(t, w.Lift(ctx, heron, list[0].ID))
		apart(wren.Person)
		// Nobody learns of it by who opened what is theirs.
		opened, err := w.Opened(ctx, wren)
		ok(t, err)
		for _, o := range opened {
			if !o.Service {
				t.Errorf("Wren is shown %+v", o)
			}
		}
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member("Heron")
		w.member("Wren")
		here, there, wren := w.browser(), w.browser(), w.browser()
		here.signIn("Heron", goodPassword)
		there.signIn("Heron", goodPassword)
		wren.signIn("Wren", goodPassword)
		page := here.get("/me/sessions").want(t, http.StatusOK, "This one", "Firefox, Android")
		if n := strings.Count(page.body, "This one"); n != 1 {
			t.Errorf("%d are this one", n)
		}
		gone := w.actorOf(there.token())
		ear := w.bus.Subscribe(people.SessionTopic(gone.Session))
		defer ear.Close()
		wren.post("/me/sessions/"+string(gone.Session)+"/end").want(t, http.StatusNotFound)
		there.get("/").want(t, http.StatusOK, "name=Heron")
		here.post("/me/sessions/"+string(gone.Session)+"/end").want(t, http.StatusSeeOther)
		if n := <-ear.C(); n.Topic != people.SessionTopic(gone.Session) {
			t.Errorf("note %+v", n)
		}
		there.get("/me").want(t, http.StatusSeeOther, "/sign-in")

		there.signIn("Heron", goodPassword)
		here.post("/me/sessions/end-others").want(t, http.StatusSeeOther)
		there.get("/me").want(t, http.StatusSeeOther, "/sign-in")
		here.get("/me").want(t, http.StatusOK)

		// A new password ends all others too, and asks for the one before.
		there.signIn("Heron", goodPassword)
		here.post("/me/ways/password", "now", "wrong wrong", "password", "eight green herons").want(t, http.StatusUnprocessableEntity, "not your password")
		here.post("/me/ways/password", "now", goodPassword, "password", "eight green herons").want(t, http.StatusSeeOther)
		there.get("/me").want(t, http.StatusSeeOther, "/sign-in")
		w.browser().post("/sign-in", "name", "Heron", "password", goodPassword).want(t, http.StatusUnprocessableEntity)
		w.browser().signIn("Heron", "eight green herons")
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron")
	shared, own, guest := w.browser(), w.browser(), w.browser()
	shared.signIn("Heron", goodPassword)
	own.post("/sign-in", "name", "Heron", "password", goodPassword, "keep", "yes")
	guest.post("/guest")
	// Use moves the end on.
	for range 5 {
		w.clock.Advance(11 * time.Hour)
		shared.get("/").want(t, http.StatusOK, "name=Heron")
		guest.get("/").want(t, http.StatusOK, "name=Guest")
	}
	w.clock.Advance(12 * time.Hour)
	shared.get("/me").want(t, http.StatusSeeOther)
	guest.get("/").want(t, http.StatusOK, "name=Guest")
	w.clock.Advance(24 * time.Hour)
	guest.get("/me").want(t, http.StatusSeeOther)
	own.get("/").want(t, http.StatusOK, "name=Heron")
	w.clock.Advance(60 * 24 * time.Hour)
	own.get("/me").want(t, http.StatusSeeOther)
}

func TestLastSeenIsNotWrittenOnEveryRequest(t *testing.T) {
	w := sqliteWorld(t)
	a := w.member("Heron")
	b := w.browser()
	b.signIn("Heron", goodPassword)
	seen := func() moment.Time {
		list, err := w.Sessions(context.Background(), a)
		ok(t, err)
		return list[0].SeenAt
	}
	first := seen()
	w.clock.Advance(4 * time.Minute)
	b.get("/")
	if seen() != first {
		t.Error("written within five minutes")
	}
	w.clock.Advance(2 * time.Minute)
	b.get("/")
	if seen() != w.clock.Now() {
		t.Error("not written after five minutes")
	}
}

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member("Heron", access.Administrator)
		w.member("Wren")
		b, wren := w.browser(), w.browser()
		b.signIn("Heron", goodPassword)
		wren.signIn("Wren", goodPassword)
		b.post("/me/tokens", "label", "", "days", "7").want(t, http.StatusUnprocessableEntity)
		once := b.post("/me/tokens", "label", "My script", "days", "30").want(t, http.StatusSeeOther, "/me/once/").Header.Get("Location")
		tokens := regexpAll(b.get(once).want(t, http.StatusOK).body, `(cairn_pat_[A-Za-z0-9_-]{43})<`)
		if len(tokens) != 1 {
			t.Fatalf("tokens %v", tokens)
		}
		bearer := []string{"Authorization", "Bearer " + tokens[0]}
		api := w.browser()
		api.get("/", bearer...).want(t, http.StatusOK, "name=Heron", "administrator")
		// A token manages no account, whatever its person's roles.
		for _, path := range []string{"/me", "/me/profile", "/me/tokens", "/me/sessions", "/me/ways", "/me/delete", "/me/export", "/accounts"} {
			api.get(path, bearer...).want(t, http.StatusNotFound)
		}
		// A wrong token is a visitor, also beside a good cookie.
		b.get("/", "Authorization", "Bearer cairn_pat_"+strings.Repeat("x", 43)).want(t, http.StatusOK, "name= ")
		api.get("/", "Authorization", "Bearer "+b.token()).want(t, http.StatusOK, "name= ")

		id := regexpAll(b.get("/me/tokens").want(t, http.StatusOK, "My script").body, `/me/tokens/([0-9a-f-]+)/revoke`)[0]
		wren.post("/me/tokens/"+id+"/revoke").want(t, http.StatusNotFound)
		b.post("/me/tokens/"+id+"/revoke").want(t, http.StatusSeeOther)
		api.get("/", bearer...).want(t, http.StatusOK, "name= ")

		once = b.post("/me/tokens", "label", "Another", "days", "30").Header.Get("Location")
		tokens = regexpAll(b.get(once).body, `(cairn_pat_[A-Za-z0-9_-]{43})<`)
		w.clock.Advance(30 * 24 * time.Hour)
		api.get("/", "Authorization", "Bearer "+tokens[0]).want(t, http.StatusOK, "name= ")
	})
}

func TestRoles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		none, err := w.HasAdministrator(ctx)
		ok(t, err)
		if none {
			t.Fatal("an empty service has an administrator")
		}
		admin, wren := w.member("Heron", access.Administrator), w.member("Wren")
		guest := w.guest()
		b, other := w.browser(), w.browser()
		b.signIn("Heron", goodPassword)
		other.signIn("Wren", goodPassword)
		other.get("/accounts").want(t, http.StatusNotFound)
		other.post("/accounts/"+string(wren.Person)+"/give", "role", "administrator").want(t, http.StatusNotFound)
		wantKind(t, w.GiveRole(ctx, wren, wren.Person, access.Administrator), fault.NotFound)

		b.get("/accounts").want(t, http.StatusOK, "Heron")
		b.post("/accounts", "name", "Wre").want(t, http.StatusUnprocessableEntity, "exactly this name")
		at := b.post("/accounts", "name", "wren").want(t, http.StatusSeeOther, "/accounts/").Header.Get("Location")
		b.get(at).want(t, http.StatusOK, "Wren", "Peer worker", "Sees nothing of what people write")
		rev := w.fit(wren.Person).Rev
		b.post(at+"/give", "role", "peer").want(t, http.StatusSeeOther)
		b.post(at+"/give", "role", "peer").want(t, http.StatusSeeOther) // pressing twice is no error
		if f := w.fit(wren.Person); !f.Roles.Has(access.Peer) || f.Rev != rev+1 {
			t.Errorf("fit %+v after revision %d", f, rev)
		}
		peers, err := w.WithRole(ctx, w.db.Reader(), access.Peer)
		ok(t, err)
		if !slices.Equal(peers, []moment.ID{wren.Person}) {
			t.Errorf("peers %v", peers)
		}
		b.post(at+"/give", "role", "member").want(t, http.StatusNotFound)
		b.post(at+"/give", "role", "king").want(t, http.StatusNotFound)
		wantKind(t, w.GiveRole(ctx, admin, guest.Person, access.Peer), fault.Conflict)

		// The last administrator stays one, and cannot delete the account either.
		b.post("/accounts/"+string(admin.Person)+"/take", "role", "administrator").want(t, http.StatusConflict, "one administrator")
		wantKind(t, w.Erase(ctx, admin, people.Proof{Password: goodPassword}), fault.Conflict)
		b.post(at+"/give", "role", "administrator").want(t, http.StatusSeeOther)
		b.post("/accounts/"+string(admin.Person)+"/take", "role", "administrator").want(t, http.StatusSeeOther)
		b.get("/accounts").want(t, http.StatusNotFound)
		other.get("/accounts").want(t, http.StatusOK)

		// Whoever was looked at is told, by role and not by name.
		page := other.get("/me/opened").want(t, http.StatusOK, "read: your account", "did something with: your profile or roles")
		if strings.Contains(page.body, "Heron") {
			t.Error("the page names the administrator")
		}
	})
}

func TestTaxonomy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		for _, lang := range []string{"en", "es", "ar"} {
			all, err := w.Situations(ctx, lang)
			ok(t, err)
			labels := map[string]bool{}
			identities := 0
			for _, x := range all {
				labels[x.Label] = true
				if x.Kind == "identity" {
					identities++
				}
				if x.Label == "" || x.Label == x.Slug && lang != "en" {
					t.Errorf("%s has no words in %s", x.Slug, lang)
				}
			}
			if len(all)-identities < 30 || identities < 12 || len(labels) != len(all) {
				t.Errorf("%s: %d situations, %d identities, %d different labels", lang, len(all)-identities, identities, len(labels))
			}
		}
		heron := w.member("Heron")
		w.member("Tansy", access.Coordinator)
		b := w.browser()
		b.signIn("Tansy", goodPassword)
		b.get("/taxonomy").want(t, http.StatusOK, "a hospital stay")
		b.post("/taxonomy", "kind", "situation", "label_en", "").want(t, http.StatusUnprocessableEntity)
		b.post("/taxonomy", "kind", "situation", "label_en", "<b>x</b>").want(t, http.StatusUnprocessableEntity)
		b.post("/taxonomy", "kind", "situation", "label_en", "a flood", "label_es", "una inundación", "sensitive", "yes").want(t, http.StatusSeeOther)
		b.post("/taxonomy", "kind", "situation", "label_en", "A flood").want(t, http.StatusSeeOther)
		labels, err := w.SituationLabels(ctx, w.db.Reader(), "es")
		ok(t, err)
		if labels["a-flood"] != "una inundación" || labels["a-flood-2"] != "A flood" {
			t.Errorf("labels %q and %q", labels["a-flood"], labels["a-flood-2"])
		}

		ok(t, w.SaveLived(ctx, heron, []people.Lived{{Situation: "hospital", Visibility: people.ToAll}, {Situation: "panic", Visibility: people.ToAll}}))
		rev := w.fit(heron.Person).Rev
		b.post("/taxonomy/hospital", "label_en", "time in a hospital", "retired", "yes").want(t, http.StatusSeeOther)
		if f := w.fit(heron.Person); len(f.Lived) != 1 || f.Rev <= rev {
			t.Errorf("a retired situation still counts: %+v", f)
		}
		// Saving while it is retired does not lose it.
		ok(t, w.SaveLived(ctx, heron, []people.Lived{{Situation: "panic", Visibility: people.ToMatches}}))
		b.post("/taxonomy/hospital", "label_en", "time in a hospital").want(t, http.StatusSeeOther)
		if f := w.fit(heron.Person); len(f.Lived) != 2 {
			t.Errorf("it did not come back: %+v", f)
		}
		b.post("/taxonomy/nothing-such", "label_en", "x").want(t, http.StatusNotFound)
		other := w.browser()
		other.signIn("Heron", goodPassword)
		other.get("/taxonomy").want(t, http.StatusNotFound)
		_, err = w.AddSituation(ctx, heron, people.SituationDraft{Kind: "situation", Labels: map[string]string{"en": "x y"}})
		wantKind(t, err, fault.NotFound)
	})
}

func TestTheLastWayInIsNotRemovedWithoutAWarning(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron") // a password and nothing else
	b := w.browser()
	b.signIn("Heron", goodPassword)
	b.get("/me/ways/remove?what=password").want(t, http.StatusOK, "last way in")
	b.post("/me/ways/remove", "what", "password").want(t, http.StatusConflict, "last way in")
	w.browser().signIn("Heron", goodPassword)
	once := b.post("/me/ways/codes").want(t, http.StatusSeeOther, "/me/once/").Header.Get("Location")
	b.get(once).want(t, http.StatusOK, "recovery codes")
	page := b.get("/me/ways/remove?what=password").want(t, http.StatusOK)
	if strings.Contains(page.body, "last way in") {
		t.Error("warned though there are codes")
	}
	b.post("/me/ways/remove", "what", "password").want(t, http.StatusSeeOther)
	b.post("/me/ways/remove", "what", "password").want(t, http.StatusNotFound)
	w.browser().post("/sign-in", "name", "Heron", "password", goodPassword).want(t, http.StatusUnprocessableEntity)
}

func TestNobodyButAMemberIsLetIn(t *testing.T) {
	w := sqliteWorld(t)
	visitor, guest := w.browser(), w.browser()
	guest.post("/guest")
	for _, r := range w.Routes() {
		path := strings.NewReplacer("{id}", string(moment.NewID()), "{slug}", "panic").Replace(r.Path)
		if r.Method != http.MethodGet || !strings.HasPrefix(path, "/me") && path != "/taxonomy" && !strings.HasPrefix(path, "/accounts") {
			continue
		}
		visitor.get(path).want(t, http.StatusSeeOther, "/sign-in?next=")
		if !slices.Contains([]string{"/me", "/me/opened", "/me/export", "/me/delete", "/me/blocks"}, path) {
			guest.get(path).want(t, http.StatusNotFound)
			continue
		}
		guest.get(path).want(t, http.StatusOK)
	}
	for _, r := range w.Routes() {
		if !r.Need.NoToken && r.Path != "/leave" {
			t.Errorf("%s %s can be reached by a token", r.Method, r.Path)
		}
	}
}

func TestPasskeyErrorsAreProblemDetails(t *testing.T) {
	w := sqliteWorld(t)
	res := w.browser().json("/join/passkey/begin", `{"name":"me@example.org","age":"yes"}`).want(t, http.StatusUnprocessableEntity)
	var p struct {
		Detail string
		Errors []struct{ Field, Code string }
	}
	ok(t, json.Unmarshal([]byte(res.body), &p))
	if p.Detail == "" || len(p.Errors) != 1 || p.Errors[0].Code != "people.error.name_email" {
		t.Errorf("problem %+v", p)
	}
}
