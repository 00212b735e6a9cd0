package people_test

import (
	"context"
	"testing"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestWhatEndsByItselfClosesItsStreams(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		ok(t, w.Begin(ctx))
		a := w.member("Heron")
		idle, guest := w.browser(), w.browser()
		idle.post("/sign-in", "name", "Heron", "password", goodPassword, "keep", "yes")
		guest.post("/guest")
		_, err := w.NewToken(ctx, w.actorOf(idle.token()), "script", 30)
		ok(t, err)
		tokens, err := w.Tokens(ctx, a)
		ok(t, err)
		ears := map[string]*bus.Subscription{}
		for what, id := range map[string]moment.ID{
			"an idle session": w.actorOf(idle.token()).Session, "a guest's session": w.actorOf(guest.token()).Session, "a token": tokens[0].ID,
		} {
			ears[what] = w.bus.Subscribe(people.SessionTopic(id))
			defer ears[what].Close()
		}
		w.clock.Advance(61 * 24 * time.Hour)
		w.runJobs()
		for what, ear := range ears {
			select {
			case <-ear.C():
			default:
				t.Errorf("the streams of %s stay open", what)
			}
		}
	})
}

func TestOneAddressMakesSoManyGuests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		arrive := func(address string) error {
			return w.db.Write(context.Background(), func(tx db.Writer) error {
				_, _, err := w.Arrive(context.Background(), tx, people.Arrival{Lang: "en", Address: address})
				return err
			})
		}
		for i := range 40 {
			if err := arrive("192.0.2.7"); err != nil {
				t.Fatalf("guest %d: %v", i+1, err)
			}
		}
		for range 2 {
			wantKind(t, arrive("192.0.2.7"), fault.TooFast)
		}
		ok(t, arrive("192.0.2.8"))
		for range 41 {
			ok(t, arrive("")) // not counted
		}
		var kept int
		ok(t, w.db.Reader().QueryRow(context.Background(), `SELECT COUNT(*) FROM people_attempt WHERE who LIKE '%192.0.2%'`).Scan(&kept))
		if kept != 0 {
			t.Error("an address is kept as it is")
		}
		w.clock.Advance(time.Hour)
		ok(t, arrive("192.0.2.7"))
	})
}
