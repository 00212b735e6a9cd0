package notify_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
)

// due is when the only waiting delivery is tried next, from the world's beginning.
func (h *house) due() time.Duration {
	h.T.Helper()
	var at moment.Time
	if err := h.DB.Reader().QueryRow(h.T.Context(), `SELECT next_at FROM notify_delivery WHERE state = 'waiting'`).Scan(&at); err != nil {
		h.T.Fatal(err)
	}
	return at.Sub(h.Time.Now())
}

func TestADeadMailServerComesBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth := h.lead("Ruth")
		h.writes(ruth, "ruth@example.org")
		h.mail.Down()
		h.tell(ruth, "care.page", "case/1")
		h.tell(ruth, "care.page", "case/2")
		for _, wait := range []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute} {
			h.Settle()
			var soonest, latest moment.Time
			if err := h.DB.Reader().QueryRow(t.Context(), `SELECT MIN(next_at), MAX(next_at) FROM notify_delivery WHERE state = 'waiting'`).Scan(&soonest, &latest); err != nil {
				t.Fatal(err)
			}
			if soonest != latest || soonest.Sub(h.Time.Now()) != wait {
				t.Fatalf("the next try is in %v, want %v", soonest.Sub(h.Time.Now()), wait)
			}
			h.Time.Advance(wait - time.Second)
			h.Settle()
			h.Time.Advance(time.Second)
		}
		h.mail.Up()
		h.Settle()
		h.Pass(10 * time.Minute)
		ids := map[string]int{}
		for _, l := range h.letters() {
			ids[l.MessageID]++
		}
		want := map[string]int{string(notify.StableIDOf("case/1", ruth.ID, notify.ByMail)) + "@localhost": 1, string(notify.StableIDOf("case/2", ruth.ID, notify.ByMail)) + "@localhost": 1}
		if fmt.Sprint(ids) != fmt.Sprint(want) {
			t.Errorf("arrived %v, want %v", ids, want)
		}
		h.want("alive again", map[string]int{"mail sent": 2})
	})
}

// What is given up stands on the operators' page, without names, until somebody
// tries again or lets it go.
func TestGivenUpAndTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth, tomo, slate := h.lead("Ruth"), h.Person("Tomo", access.Coordinator), h.Person("Slate", access.Administrator)
		h.writes(ruth, "ruth@example.org")
		_, secret := h.connects(slate)
		h.hook.Believe(secret)
		h.hook.Answer(503)
		h.mail.Down()
		if got := tomo.Get("/service/deliveries"); got.Status != 200 || !strings.Contains(got.Body, "Nothing was sent outside yet") {
			t.Errorf("before: %d", got.Status)
		}
		h.tell(ruth, "care.page", "a")
		h.Pass(2 * time.Hour)
		h.want("after two hours", map[string]int{"mail failed": 1, "hook failed": 1})
		for _, who := range []*someone{tomo, slate} {
			got := who.Get("/service/deliveries")
			for _, want := range []string{"The other side does not answer.", "asks to come back later. It answered 503.", "12 tries, the last on ", "Try all failed ones again"} {
				if !strings.Contains(got.Body, want) {
					t.Errorf("%s does not read %q", who.Name, want)
				}
			}
			for _, private := range []string{"Ruth", "ruth@", string(ruth.ID), h.hook.Host()} {
				if strings.Contains(got.Body, private) {
					t.Errorf("%s reads %q", who.Name, private)
				}
			}
		}
		n, err := notify.FailedDeliveries(t.Context(), h.DB.Reader())
		if late, lateErr := notify.LateDeliveries(t.Context(), h.DB.Reader(), h.Time.Now()); err != nil || lateErr != nil || n != 2 || late != 0 {
			t.Errorf("%d failed, %d late: %v %v", n, late, err, lateErr)
		}
		for _, who := range []*someone{ruth, h.Person("Ali", access.Peer), h.Person("Larch", access.Clinician)} {
			if got := who.Get("/service/deliveries"); got.Status != 404 {
				t.Errorf("%s: %d", who.Name, got.Status)
			}
			if _, err := h.Notify.Standing(t.Context(), who.Actor); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who.Name, err)
			}
			if err := errors.Join(h.Notify.Again(t.Context(), who.Actor, "")); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who.Name, err)
			}
		}
		h.mail.Up()
		if got := tomo.Post("/service/deliveries/again"); got.Status != 303 {
			t.Fatalf("again: %d", got.Status)
		}
		h.Settle()
		h.want("tried again", map[string]int{"mail sent": 1, "hook waiting": 1})
		if wait := h.due(); wait != 5*time.Second {
			t.Errorf("quick at first again: %v", wait)
		}
		h.Pass(2 * time.Hour)
		var id string
		if err := h.DB.Reader().QueryRow(t.Context(), `SELECT id FROM notify_delivery WHERE state = 'failed'`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		if got := slate.Post("/service/deliveries/" + id + "/again"); got.Status != 303 {
			t.Fatalf("one again: %d", got.Status)
		}
		if got := slate.Post("/service/deliveries/" + id + "/again"); got.Status != 404 {
			t.Fatalf("one that has not failed: %d", got.Status)
		}
		h.Pass(2 * time.Hour)
		if got := tomo.Post("/service/deliveries/forget"); got.Status != 303 {
			t.Fatalf("forget: %d", got.Status)
		}
		h.hook.Answer(200)
		h.Pass(time.Hour)
		h.want("let go", map[string]int{"mail sent": 1, "hook dropped": 1})
	})
}

// crashing sends, and dies before anybody can write that it did.
type crashing struct {
	notify.Mailer
	times int
}

func (c *crashing) Send(ctx context.Context, m post.Mail) error {
	if err := c.Mailer.Send(ctx, m); err != nil {
		return err
	}
	if c.times--; c.times >= 0 {
		panic("the node is gone")
	}
	return nil
}

func TestACrashAfterSendingSendsAgainUnderTheSameID(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth := h.lead("Ruth")
		h.writes(ruth, "ruth@example.org")
		smtp, err := post.NewSMTP(h.mail.URL(), "", "hello@example.org")
		if err != nil {
			t.Fatal(err)
		}
		h.Notify.Mail = &crashing{smtp, 3}
		h.tell(ruth, "care.page", "a")
		for range 5 {
			_, _ = h.Bus.RunDue(t.Context()) // dies three times
			h.Time.Advance(time.Minute)
		}
		ids := map[string]int{}
		for _, l := range h.letters() {
			ids[l.MessageID]++
		}
		if id := string(notify.StableIDOf("a", ruth.ID, notify.ByMail)) + "@localhost"; len(ids) != 1 || ids[id] != 4 {
			t.Errorf("arrived %v", ids)
		}
		h.want("in the end", map[string]int{"mail sent": 1})
		if len(h.open(ruth)) != 1 {
			t.Error("in the app it is there once")
		}
	})
}

// counting is a mailer that is in nobody's way.
type counting struct {
	sent atomic.Int64
	ids  sync.Map
	slow time.Duration
}

func (c *counting) Send(_ context.Context, m post.Mail) error {
	time.Sleep(c.slow)
	c.sent.Add(1)
	n, _ := c.ids.LoadOrStore(m.MessageID, new(atomic.Int64))
	if count, ok := n.(*atomic.Int64); ok {
		count.Add(1)
	}
	return nil
}

// Two nodes on one database hand each message over once.
func TestTwoNodes(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		mail := &counting{}
		keyset := filepath.Join(t.TempDir(), "keys.json")
		shared := func(s *app.Settings, o *app.Options) { s.Keyset, o.Mail = keyset, mail }
		one := newHouse(t, address, shared)
		ruth := one.lead("Ruth")
		one.verified(ruth, "ruth@example.org")
		two := newHouse(t, address, shared)
		before := mail.sent.Load()
		const n = 40
		var group sync.WaitGroup
		for i := range n {
			for _, h := range []*house{one, two} { // both nodes tell the same
				group.Go(func() {
					err := h.DB.Write(t.Context(), func(tx db.Writer) error {
						return h.Notify.Tell(t.Context(), tx, notify.Message{To: ruth.ID, Kind: "care.page", Key: fmt.Sprint("case/", i), Path: "/board"})
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		for _, h := range []*house{one, two, one, two} {
			group.Go(func() {
				if _, err := h.Bus.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		one.Pass(10 * time.Second) // those that found every lane taken
		two.Time.Advance(10 * time.Second)
		two.Settle()
		one.want("by two nodes", map[string]int{"mail sent": n})
		if got := mail.sent.Load() - before; got != n {
			t.Errorf("%d sent", got)
		}
		mail.ids.Range(func(id, count any) bool {
			if c, ok := count.(*atomic.Int64); ok && c.Load() != 1 {
				t.Errorf("%v was sent %d times", id, c.Load())
			}
			return true
		})
	})
}

// verified gives an address without a mail server.
func (h *house) verified(who *someone, address string) {
	h.T.Helper()
	if err := h.People.SetEmail(h.T.Context(), who.Actor, address); err != nil {
		h.T.Fatal(err)
	}
	h.write(func(tx db.Writer) error {
		_, err := tx.Exec(h.T.Context(), `UPDATE people_email SET verified_at = $1 WHERE person = $2`, h.Time.Now(), who.ID)
		return err
	})
	h.Settle()
}

// Old rows go, pages that wait for an answer stay.
func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ruth := h.lead("Ruth")
		h.writes(ruth, "ruth@example.org")
		h.tell(ruth, "care.word", "a")
		h.tell(ruth, "care.page", "b")
		h.tell(ruth, "care.page", "c")
		h.settle(ruth, "c")
		h.Settle()
		h.want("told", map[string]int{"mail sent": 2, "mail dropped": 1})
		h.Time.Advance(31 * 24 * time.Hour)
		h.Settle()
		h.want("after a month", map[string]int{})
		if n := len(h.open(ruth)); n != 2 {
			t.Errorf("%d are open after a month", n)
		}
		h.Time.Advance(60 * 24 * time.Hour)
		h.Settle()
		told, err := h.Notify.Told(t.Context(), ruth.Actor)
		if err != nil || len(told) != 1 || told[0].Key != "b" {
			t.Errorf("after three months: %+v, %v", told, err)
		}
	})
}
