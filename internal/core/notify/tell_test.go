package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func unescape(s string) string { return html.UnescapeString(s) }

func TestToldOnceInTheAppWhateverHappens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth := h.lead("Ruth")
		sub := h.Bus.Subscribe(notify.Topic(ruth.ID))
		defer sub.Close()
		h.tell(ruth, "care.word", "a")
		select {
		case <-sub.C():
		default:
			t.Error("open pages are not told")
		}
		h.Time.Advance(time.Minute)
		h.tell(ruth, "care.page", "b")
		h.Time.Advance(time.Minute)
		h.tell(ruth, "care.word", "c")
		h.tell(ruth, "care.word", "c")
		h.tell(ruth, "care.page", "a") // the key was told; what it was told as stays
		sorry := errors.New("sorry")
		err := h.DB.Write(t.Context(), func(tx db.Writer) error {
			return errors.Join(h.Notify.Tell(t.Context(), tx, notify.Message{To: ruth.ID, Kind: "care.word", Key: "rolled back", Path: "/"}), sorry)
		})
		if !errors.Is(err, sorry) {
			t.Fatal(err)
		}
		var keys []string
		for _, n := range h.open(ruth) {
			keys = append(keys, n.Key)
		}
		if !slices.Equal(keys, []string{"b", "c", "a"}) {
			t.Fatalf("open: %v", keys)
		}
		h.want("without any way out", map[string]int{})
		for name, m := range map[string]notify.Message{
			"a kind that nobody declared": {To: ruth.ID, Kind: "care.other", Key: "x", Path: "/"},
			"another site":                {To: ruth.ID, Kind: "care.word", Key: "x", Path: "https://example.org"},
		} {
			if err := h.DB.Write(t.Context(), func(tx db.Writer) error { return h.Notify.Tell(t.Context(), tx, m) }); err == nil {
				t.Errorf("%s is told", name)
			}
		}
		h.write(func(tx db.Writer) error { // nobody has this id
			return h.Notify.Tell(t.Context(), tx, notify.Message{To: moment.NewID(), Kind: "care.word", Key: "x", Path: "/"})
		})
		var n int
		if err := h.DB.Reader().QueryRow(t.Context(), `SELECT COUNT(*) FROM notify_notice`).Scan(&n); err != nil || n != 3 {
			t.Fatalf("%d rows, %v", n, err)
		}
	})
}

func TestKindsAreDeclaredOnce(t *testing.T) {
	h := newHouse(t, sqlite(t))
	h.Notify.Declare(page) // the same again is no harm
	for _, k := range []notify.Kind{{Name: "care.page"}, {Name: "care"}, {Name: "Care.page"}, {Name: ""}, {Name: "a.b.c"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v is taken", k)
				}
			}()
			h.Notify.Declare(k)
		}()
	}
	// Open gives a bounded list.
	ruth := h.lead("Ruth")
	for range 60 {
		h.tell(ruth, "care.word", string(moment.NewID()))
	}
	if n := len(h.open(ruth)); n != 50 {
		t.Errorf("%d are open", n)
	}
}

// One page goes out by everything there is, in the person's language, and says
// nothing.
func TestAPageLeavesByEveryChannel(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth, slate := h.lead("Ruth"), h.Person("Slate", access.Administrator)
		h.writes(ruth, "ruth@example.org")
		one := h.adds(ruth)
		again := h.Browser()
		again.W, again.Actor, again.ID = h.World, ruth.Actor, ruth.ID
		token := h.session(ruth, false)
		again.SetToken(token)
		two := h.adds(again)
		_, secret := h.connects(slate)
		h.hook.Believe(secret)
		if got := ruth.Post("/me/profile", "name", "Ruth", "first", "es", "zone", "Africa/Nairobi", "lang", "es"); got.Status != 303 {
			t.Fatalf("profile: %d", got.Status)
		}
		h.tell(ruth, "care.page", "case/1/1/1")
		h.tell(ruth, "care.page", "case/1/1/1")
		h.Settle()
		h.want("after a page", map[string]int{"hook sent": 1, "mail sent": 1, "push sent": 2})

		id := string(notify.StableIDOf("case/1/1/1", ruth.ID, notify.ByMail))
		letters := h.letters()
		if len(letters) != 1 || letters[0].MessageID != id+"@localhost" || letters[0].To != "ruth@example.org" || !strings.Contains(letters[0].Text, "http://localhost/board") {
			t.Fatalf("letters: %+v", letters)
		}
		if letters[0].Subject != "Hay algo para ti. Abre la página para verlo." {
			t.Errorf("subject %q", letters[0].Subject)
		}
		pushed := h.push.Got()
		slices.SortFunc(pushed, func(a, b sinkPushed) int { return strings.Compare(a.Endpoint, b.Endpoint) })
		tag := string(notify.StableIDOf("case/1/1/1", ruth.ID, notify.ByPush))
		key, err := h.Notify.PublicKey(t.Context())
		if err != nil || len(pushed) != 2 || pushed[0].Endpoint != one.Endpoint || pushed[1].Endpoint != two.Endpoint {
			t.Fatalf("pushed: %+v, %v", pushed, err)
		}
		for _, p := range pushed {
			var said map[string]string
			if err := json.Unmarshal([]byte(p.Payload), &said); err != nil {
				t.Fatal(err)
			}
			if p.Topic != tag[:32] || p.Urgency != "high" || p.TTL != 3600 || p.Key != key || said["tag"] != tag || said["path"] != "/board" ||
				said["body"] != "Hay algo para ti. Abre la página para verlo." || said["title"] != "Cairn" || said["lang"] != "es" || len(said) != 6 {
				t.Errorf("pushed %+v", p)
			}
		}
		hooked, refused := h.hook.Got()
		want := `{"type":"care.page","timestamp":"2026-11-21T20:00:00Z","data":{"id":"` + string(notify.StableIDOf("case/1/1/1", ruth.ID, notify.ByHook)) +
			`","person":"` + string(ruth.ID) + `","urgent":true,"url":"http://localhost/board"}}`
		if len(hooked) != 1 || refused != 0 || hooked[0].Body != want || hooked[0].ID != string(notify.StableIDOf("case/1/1/1", ruth.ID, notify.ByHook)) || !hooked[0].At.Equal(h.Time.Now().Std()) {
			t.Errorf("hooked %+v", hooked)
		}
	})
}

// What somebody chose holds, a page overrides it, and quiet hours hold back what
// is not one.
func TestChoicesAndQuietHours(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		heron, ruth := h.Person("Heron"), h.lead("Ruth")
		h.writes(heron, "heron@example.org")
		h.writes(ruth, "ruth@example.org")
		h.adds(heron)
		h.tell(heron, "care.word", "a")
		h.tell(ruth, "care.word", "a")
		h.Settle()
		h.want("by default a member gets no mail, and who works here does", map[string]int{"mail sent": 1, "push sent": 1})

		if got := heron.Post("/me/notify", "kind.care.word", "mail", "kind.care.page", "mail", "from", "19:30", "to", "21:00"); got.Status != 303 {
			t.Fatalf("save: %d", got.Status)
		}
		if got := ruth.Post("/me/notify", "from", "22:00", "to", "06:00", "kind.care.page", ""); got.Status != 303 {
			t.Fatalf("save: %d", got.Status)
		}
		h.tell(heron, "care.word", "b") // quiet until 21:00
		h.tell(heron, "care.word", "c")
		h.tell(heron, "care.word", "d")
		h.tell(ruth, "care.word", "b") // switched off
		h.tell(ruth, "care.page", "p") // cannot be
		h.Settle()
		h.want("in quiet hours", map[string]int{"mail sent": 2, "mail quiet": 3, "push sent": 1})
		h.settle(heron, "c")
		d := h.open(heron)[0]
		if got := heron.Post("/me/notices/" + string(d.ID) + "/seen"); d.Key != "d" || got.Status != 303 {
			t.Fatalf("see %s: %d", d.Key, got.Status)
		}
		h.Pass(59 * time.Minute)
		h.want("a minute before they end", map[string]int{"mail sent": 2, "mail quiet": 2, "mail dropped": 1, "push sent": 1})
		h.Pass(time.Minute)
		h.want("when they end", map[string]int{"mail sent": 3, "mail dropped": 2, "push sent": 1})

		// Quiet hours set after telling hold too; those of a page never.
		h.mail.Down()
		h.tell(heron, "care.word", "e")
		h.tell(ruth, "care.page", "e")
		h.Settle()
		if err := h.Notify.Save(t.Context(), heron.Actor, notify.Wishes{Kinds: map[string][]notify.Channel{"care.word": {notify.ByMail}}, Hours: &notify.Hours{From: 20 * 60, To: 23 * 60}}); err != nil {
			t.Fatal(err)
		}
		h.mail.Up()
		h.Pass(5 * time.Minute)
		h.want("hours that came later", map[string]int{"mail sent": 4, "mail quiet": 1, "mail dropped": 2, "push sent": 1})
		// A test that somebody sends themselves arrives at once.
		if got := heron.Post("/me/notify/test"); got.Status != 303 {
			t.Fatalf("test: %d", got.Status)
		}
		h.Settle()
		if pushed := h.push.Got(); len(pushed) != 2 {
			t.Errorf("%d pushed", len(pushed))
		}
	})
}

func TestWhatIsSettledIsNotSent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth, ines, slate := h.lead("Ruth"), h.lead("Ines"), h.Person("Slate", access.Administrator)
		h.writes(ruth, "ruth@example.org")
		h.writes(ines, "ines@example.org")
		_, secret := h.connects(slate)
		h.hook.Believe(secret)
		h.mail.Down()
		h.hook.Answer(500)
		about, other := moment.NewID(), moment.NewID()
		h.tell(ruth, "care.page", "one", about)
		h.tell(ines, "care.page", "one", about)
		h.tell(ruth, "care.page", "two", other)
		h.tell(ruth, "care.word", "three", about)
		h.Settle()
		h.want("nobody answers", map[string]int{"mail waiting": 4, "hook waiting": 3})
		h.write(func(tx db.Writer) error { return h.Notify.SettleAbout(t.Context(), tx, about, "care.page") })
		h.settle(ruth, "two")
		h.settle(ruth, "two")
		h.settle(ruth, "never told")
		h.want("settled", map[string]int{"mail waiting": 1, "mail dropped": 3, "hook dropped": 3})
		if wait := h.due(); wait != time.Minute {
			t.Errorf("what is no page is tried again in %v", wait)
		}
		if n := h.timers(); n != 1 {
			t.Errorf("%d timers are left", n)
		}
		if got := h.open(ruth); len(got) != 1 || got[0].Key != "three" || len(h.open(ines)) != 0 {
			t.Errorf("open: %+v", got)
		}
		h.mail.Up()
		h.hook.Answer(200)
		h.Pass(10 * time.Minute)
		if got, _ := h.hook.Got(); len(got) != 0 || len(h.letters()) != 1 {
			t.Errorf("%d hooked, %d letters", len(got), len(h.letters()))
		}
		if n := h.timers(); n != 0 {
			t.Errorf("%d timers are left", n)
		}
		// Told again with the key that was settled: it stays so.
		h.tell(ruth, "care.page", "two", other)
		if len(h.open(ruth)) != 1 {
			t.Error("what was settled is open again")
		}
	})
}

func TestGuestsAreToldInTheAppOnly(t *testing.T) {
	h := newHouse(t, sqlite(t))
	slate := h.Person("Slate", access.Administrator)
	_, secret := h.connects(slate, "care.word")
	h.hook.Believe(secret)
	guest := h.Browser()
	h.write(func(tx db.Writer) error {
		a, token, err := h.People.Arrive(t.Context(), tx, people.Arrival{Lang: "en", Zone: "UTC"})
		if err == nil {
			guest.ID = a.Person
			guest.SetToken(token)
		}
		return err
	})
	h.tell(guest, "care.word", "a")
	h.Settle()
	h.want("a guest", map[string]int{})
	if got := guest.Get("/me/notices"); got.Status != 200 || !strings.Contains(got.Body, "Something for you") {
		t.Errorf("the guest's notices: %d", got.Status)
	}
	if got := guest.Get("/me/notify"); got.Status != 404 {
		t.Errorf("the guest's settings: %d", got.Status)
	}
	if got := h.offers(guest, h.push.Device()); got.Status != 404 {
		t.Errorf("a guest's device: %d", got.Status)
	}
}

// session begins another session for somebody.
func (h *house) session(who *someone, shared bool) string {
	h.T.Helper()
	var token string
	h.write(func(tx db.Writer) (err error) {
		token, err = h.People.StartSession(context.Background(), tx, who.ID, people.SessionInfo{Label: "Firefox, Linux", Shared: shared})
		return err
	})
	return token
}
