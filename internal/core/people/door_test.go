package people_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
)

func regexpAll(s, pattern string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	return out
}

func (b *browser) join(name string) answer {
	b.w.t.Helper()
	return b.post("/join", "name", name, "age", "yes", "password", goodPassword)
}

func TestJoinByPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.get("/join").want(t, http.StatusOK, "18", `href="/younger"`, `type="password"`)
		once := b.join("Heron").want(t, http.StatusSeeOther, "/me/once/").Header.Get("Location")
		page := b.get(once).want(t, http.StatusOK)
		codes := regexpAll(page.body, `<code[^>]*>([^<]+)</code>`)
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes, want 10", len(codes))
		}
		// A reload on a weak line shows them again; once kept, or ten minutes later, nothing does.
		b.get(once).want(t, http.StatusOK, codes[0])
		other := w.browser()
		other.signIn("heron", goodPassword)
		other.get(once).want(t, http.StatusNotFound)
		b.post(once+"/kept").want(t, http.StatusSeeOther)
		b.get(once).want(t, http.StatusNotFound)

		// Each code lets its person in once.
		in := w.browser()
		in.post("/sign-in/code", "who", "Heron", "code", strings.ToUpper(codes[3])).want(t, http.StatusSeeOther, "/me/ways")
		in.get("/").want(t, http.StatusOK, "name=Heron")
		w.browser().post("/sign-in/code", "who", "Heron", "code", codes[3]).want(t, http.StatusUnprocessableEntity)
		w.member("Tansy")
		w.browser().post("/sign-in/code", "who", "Tansy", "code", codes[4]).want(t, http.StatusUnprocessableEntity)
	})
}

func TestJoinRefusals(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron")
	for _, c := range []struct{ name, age, password, says string }{
		{"Wren", "", goodPassword, "18 or older"},
		{"HER0N", "yes", goodPassword, "goes by this name"},
		{"Wren", "yes", "grey-hern", "at least 10"},
		{"Wren", "yes", "password2026!", "guessed first"},
		{"Wren", "yes", "1234567890123", "guessed first"},
		{"Marigold Wren", "yes", "marigoldwren1", "not use your name"},
		{"me@example.org", "yes", goodPassword, "e-mail"},
		{"Wren\u202e", "yes", goodPassword, "letters"},
	} {
		b := w.browser()
		page := b.post("/join", "name", c.name, "age", c.age, "password", c.password).want(t, http.StatusUnprocessableEntity, c.says)
		if strings.Contains(page.body, c.password) && c.password != c.name {
			t.Errorf("%q: the page repeats the password", c.name)
		}
		if b.token() != "" {
			t.Errorf("%q: a session was given", c.name)
		}
	}
	w.browser().post("/join", "name", "Wren", "age", "yes", "password", "xK9-any ♥ characters").want(t, http.StatusSeeOther)
	w.browser().get("/younger").want(t, http.StatusOK, `href="/crisis"`, "tell them your age")
}

func TestAGuestWhoJoinsKeepsTheirID(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.post("/guest").want(t, http.StatusSeeOther)
		if got := b.who(); !regexp.MustCompile(`^name=Guest \d{3,4} roles=guest$`).MatchString(got) {
			t.Fatalf("the guest is taken for %q", got)
		}
		before, old := w.actorOf(b.token()), b.token()
		b.join("Heron").want(t, http.StatusSeeOther)
		after := w.actorOf(b.token())
		if before.Person == "" || after.Person != before.Person || !after.Has(access.Member) || after.Has(access.Guest) {
			t.Fatalf("before %+v, after %+v", before, after)
		}
		if b.token() == old || w.actorOf(old).Known() {
			t.Error("the guest's token still works")
		}
		b.join("Wren").want(t, http.StatusConflict)
	})
}

// actorOf is who Authenticate takes a token for.
func (w *world) actorOf(token string) access.Actor {
	w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
	ok(w.t, err)
	r.AddCookie(&http.Cookie{Name: "s", Value: token})
	a, _, err := w.Authenticate(r)
	ok(w.t, err)
	return a
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member("Heron")
		b := w.browser()
		b.post("/guest").want(t, http.StatusSeeOther)
		fixed := b.token()
		answer := b.post("/sign-in", "name", "hEROn", "password", goodPassword, "next", "/me/lived").want(t, http.StatusSeeOther, "/me/lived")
		if c := answer.Header.Get("Set-Cookie"); strings.Contains(c, "Max-Age") {
			t.Errorf("the cookie of a device that was not said to be theirs stays: %s", c)
		}
		if b.token() == fixed || w.actorOf(fixed).Known() {
			t.Error("a token from before signing in still works")
		}
		if a := w.actorOf(b.token()); !a.Shared || a.Name != "Heron" {
			t.Errorf("actor %+v", a)
		}
		b.post("/sign-out").want(t, http.StatusSeeOther, "/")
		b.get("/me").want(t, http.StatusSeeOther, "/sign-in?next=")

		kept := w.browser()
		answer = kept.post("/sign-in", "name", "Heron", "password", goodPassword, "keep", "yes", "next", "https://evil.example").want(t, http.StatusSeeOther)
		if answer.Header.Get("Location") != "/" || !strings.Contains(answer.Header.Get("Set-Cookie"), "Max-Age") {
			t.Errorf("led to %q with %q", answer.Header.Get("Location"), answer.Header.Get("Set-Cookie"))
		}
	})
}

func TestUnknownNamesAndWrongPasswordsHaveOneAnswer(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron")
	answers := map[string]bool{}
	for _, c := range [][2]string{{"Heron", "not the password"}, {"Nobody here", "not the password"}, {"", ""}, {"nobody@example.org", "x"}} {
		page := w.browser().post("/sign-in", "name", c[0], "password", c[1]).want(t, http.StatusUnprocessableEntity)
		words := regexpAll(page.body, `<p><b>([^<]+)</b></p>`)
		if len(words) != 1 {
			t.Fatalf("%v: %v", c, words)
		}
		answers[words[0]] = true
	}
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
}

func TestSignInIsLimitedByAccountAndAddress(t *testing.T) {
	w := sqliteWorld(t)
	w.member("Heron")
	w.member("Wren")
	b := w.browser()
	for range 10 {
		b.post("/sign-in", "name", "Heron", "password", "not the password").want(t, http.StatusUnprocessableEntity)
	}
	// The right password does not help now; the wait is told, and others are not held up.
	page := b.post("/sign-in", "name", "her0n", "password", goodPassword).want(t, http.StatusTooManyRequests, "Please wait 15 minutes")
	if !strings.Contains(page.body, `value="her0n"`) {
		t.Error("what was typed is lost")
	}
	b.post("/sign-in", "name", "Wren", "password", goodPassword).want(t, http.StatusSeeOther)
	w.clock.Advance(15 * time.Minute)
	w.browser().signIn("Heron", goodPassword)

	// A good sign-in clears the account's count.
	w.clock.Advance(15 * time.Minute)
	for range 2 {
		for range 9 {
			w.browser().post("/sign-in", "name", "Heron", "password", "wrong wrong wrong").want(t, http.StatusUnprocessableEntity)
		}
		w.browser().signIn("Heron", goodPassword)
	}
	// From one address there is an end, whatever the names.
	w.clock.Advance(15 * time.Minute)
	for i := range 40 {
		w.browser().post("/sign-in/code", "who", "Name"+strings.Repeat("x", i+1), "code", "x").want(t, http.StatusUnprocessableEntity)
	}
	w.browser().post("/sign-in", "name", "Wren", "password", goodPassword).want(t, http.StatusTooManyRequests)
}

func TestCodeWords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		g := w.guest()
		var words string
		w.write(func(tx db.Writer) (err error) {
			words, err = w.GiveCodeWords(context.Background(), tx, g.Person)
			return err
		})
		if len(strings.Fields(words)) != 4 {
			t.Fatalf("words %q", words)
		}
		b := w.browser()
		b.get("/come-back").want(t, http.StatusOK)
		b.post("/come-back", "words", " "+strings.ToUpper(strings.ReplaceAll(words, " ", ", "))).want(t, http.StatusSeeOther, "/")
		if a := w.actorOf(b.token()); a.Person != g.Person || !a.Has(access.Guest) {
			t.Fatalf("came back as %+v", a)
		}
		b.post("/come-back", "words", "acorn acorn acorn acorn").want(t, http.StatusUnprocessableEntity)
		w.clock.Advance(people.WordsLast)
		w.browser().post("/come-back", "words", words).want(t, http.StatusUnprocessableEntity)
	})
}

func TestCodeWordsAreLimited(t *testing.T) {
	w := sqliteWorld(t)
	b := w.browser()
	for range 12 {
		b.post("/come-back", "words", "acorn acorn acorn acorn").want(t, http.StatusUnprocessableEntity)
	}
	b.post("/come-back", "words", "acorn acorn acorn acorn").want(t, http.StatusTooManyRequests)
	// Over all addresses too.
	refused := false
	for i := range 310 {
		_, err := w.ComeBack(context.Background(), people.Door{Address: "10.0.0." + strings.Repeat("1", i%40+1) + string(rune('a'+i/40))}, "acorn")
		if fault.Is(err, fault.TooFast) {
			refused = true
			break
		}
	}
	if !refused {
		t.Error("guessing from many addresses has no end")
	}
}

func TestWordsAreManyAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	w := sqliteWorld(t)
	g := w.guest()
	for range 60 {
		w.write(func(tx db.Writer) error {
			words, err := w.GiveCodeWords(context.Background(), tx, g.Person)
			seen[words] = true
			return err
		})
	}
	if len(seen) != 60 {
		t.Errorf("%d different of 60", len(seen))
	}
}

// linkIn finds the link's path and token in a mail.
func linkIn(t *testing.T, m people.Mail) (path, token string) {
	t.Helper()
	raw := regexp.MustCompile(`https://\S+`).FindString(m.Body)
	u, err := url.Parse(raw)
	ok(t, err)
	if u.Query().Get("k") == "" {
		t.Fatalf("no link in %q", m.Body)
	}
	return u.RequestURI(), u.Query().Get("k")
}

func TestEmail(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.member("Heron")
		b := w.browser()
		b.signIn("Heron", goodPassword)
		b.post("/me/ways/email", "email", "not an address").want(t, http.StatusUnprocessableEntity, "not an address")
		b.post("/me/ways/email", "email", "Heron@Example.org").want(t, http.StatusSeeOther)
		w.runJobs()
		verify := w.mail.last(t)
		for _, word := range []string{"mental", "peer", "support", "crisis", "health", "cairn"} {
			if strings.Contains(strings.ToLower(verify.Subject+verify.Body), word) {
				t.Errorf("the mail says %q", word)
			}
		}
		// Not verified yet: used for nothing.
		w.browser().post("/sign-in/mail", "email", "heron@example.org").want(t, http.StatusSeeOther)
		w.runJobs()
		if n := len(w.mail.sent); n != 1 {
			t.Fatalf("%d mails, want 1", n)
		}
		w.browser().post("/sign-in", "name", "heron@example.org", "password", goodPassword).want(t, http.StatusUnprocessableEntity)

		path, token := linkIn(t, verify)
		// Programs that read mail follow links: a GET does nothing.
		w.browser().get(path).want(t, http.StatusOK, "It is mine")
		w.browser().post("/confirm", "k", token).want(t, http.StatusSeeOther)
		w.browser().post("/confirm", "k", token).want(t, http.StatusUnprocessableEntity)

		w.browser().post("/sign-in", "name", "HERON@example.org", "password", goodPassword).want(t, http.StatusSeeOther)
		w.browser().post("/sign-in/mail", "email", "heron@example.org").want(t, http.StatusSeeOther, "sent=1")
		w.runJobs()
		path, token = linkIn(t, w.mail.last(t))
		in := w.browser()
		in.get(path).want(t, http.StatusOK)
		if in.token() != "" {
			t.Error("opening the link signed in")
		}
		in.post("/sign-in/link", "k", token).want(t, http.StatusSeeOther)
		in.get("/").want(t, http.StatusOK, "name=Heron")
		w.browser().post("/sign-in/link", "k", token).want(t, http.StatusUnprocessableEntity)
		w.browser().post("/confirm", "k", token).want(t, http.StatusUnprocessableEntity)

		// Nobody learns whether an address is known.
		before := len(w.mail.sent)
		w.browser().post("/sign-in/mail", "email", "nobody@example.org").want(t, http.StatusSeeOther, "sent=1")
		w.runJobs()
		if len(w.mail.sent) != before {
			t.Error("a mail went to an unknown address")
		}
	})
}

func TestLinksEndAndAreMintedWhenSent(t *testing.T) {
	w := sqliteWorld(t)
	a := w.member("Heron")
	w.mail.fail = true
	ok(t, w.SetEmail(context.Background(), a, "heron@example.org"))
	if _, err := w.bus.RunDue(context.Background()); err == nil {
		t.Fatal("a mail that was not sent is no success")
	}
	w.mail.fail = false
	w.clock.Advance(time.Minute)
	w.runJobs()
	m := w.mail.last(t)
	_, token := linkIn(t, m)
	if m.MessageID == "" || !strings.HasSuffix(m.MessageID, "@here.example") {
		t.Errorf("message id %q", m.MessageID)
	}
	w.clock.Advance(20 * time.Minute)
	wantKind(t, w.VerifyEmail(context.Background(), token), fault.Invalid)

	// A link to an address that was changed since is worth nothing.
	ok(t, w.SetEmail(context.Background(), a, "heron@example.org"))
	w.runJobs()
	_, token = linkIn(t, w.mail.last(t))
	ok(t, w.SetEmail(context.Background(), a, "other@example.org"))
	wantKind(t, w.VerifyEmail(context.Background(), token), fault.Invalid)

	// Two people cannot both have verified one address.
	w.runJobs()
	_, mine := linkIn(t, w.mail.last(t))
	b := w.member("Wren")
	ok(t, w.SetEmail(context.Background(), b, "other@example.org"))
	w.runJobs()
	_, theirs := linkIn(t, w.mail.last(t))
	ok(t, w.VerifyEmail(context.Background(), mine))
	wantKind(t, w.VerifyEmail(context.Background(), theirs), fault.Conflict)
}

func TestQuickExit(t *testing.T) {
	w := sqliteWorld(t)
	b := w.browser()
	b.post("/guest")
	token := b.token()
	res := b.post("/leave").want(t, http.StatusSeeOther, "https://www.wikipedia.org/")
	if w.actorOf(token).Known() || res.Header.Get("Clear-Site-Data") == "" {
		t.Error("the guest is still known after leaving")
	}
	b.post("/guest")
	token = b.token()
	b.do(http.MethodPost, "/leave", "text/plain", "", "Sec-Fetch-Dest", "empty").want(t, http.StatusNoContent)
	if w.actorOf(token).Known() {
		t.Error("the beacon did not sign the guest out")
	}
	w.member("Heron")
	own, shared := w.browser(), w.browser()
	own.post("/sign-in", "name", "Heron", "password", goodPassword, "keep", "yes")
	shared.signIn("Heron", goodPassword)
	own.post("/leave").want(t, http.StatusSeeOther)
	shared.post("/leave").want(t, http.StatusSeeOther)
	own.get("/").want(t, http.StatusOK, "name=Heron")
	shared.get("/me").want(t, http.StatusSeeOther, "/sign-in")
	w.browser().post("/leave").want(t, http.StatusSeeOther)
}
