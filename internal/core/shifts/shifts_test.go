package shifts_test

import (
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
)

func say(t *testing.T, w *cairntest.World, p *cairntest.Someone, state shifts.State) error {
	t.Helper()
	return w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Shifts.Say(t.Context(), tx, p.Actor, state) })
}

func at(t *testing.T, zone *time.Location, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestHoursOnTheWallClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	evenings := []shifts.Hours{{Weekday: time.Saturday, Opens: 18 * 60, Closes: 22 * 60}, {Weekday: time.Sunday, Opens: 22 * 60, Closes: 26 * 60}}
	tests := []struct {
		name, now, next, until string
		open                   bool
	}{
		{"before it opens", "2026-11-21 10:00", "2026-11-21 18:00", "", false},
		{"on the minute", "2026-11-21 18:00", "2026-11-22 22:00", "2026-11-21 22:00", true},
		{"on the last minute", "2026-11-21 22:00", "2026-11-22 22:00", "", false},
		{"past midnight", "2026-11-23 01:30", "2026-11-28 18:00", "2026-11-23 02:00", true},
		{"the clocks go back: the wall clock counts", "2026-10-24 23:00", "2026-10-25 22:00", "", false},
		{"the clocks go forward: the wall clock counts", "2027-03-28 12:00", "2027-03-28 22:00", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := at(t, berlin, tt.now)
			next, ok := shifts.NextOpening(evenings, now, berlin)
			if !ok || !next.Equal(at(t, berlin, tt.next)) {
				t.Errorf("next %v, want %s", next, tt.next)
			}
			until, open := shifts.PlannedNow(evenings, now, berlin)
			if open != tt.open || open && !until.Equal(at(t, berlin, tt.until)) {
				t.Errorf("open %v until %v, want %v %s", open, until, tt.open, tt.until)
			}
		})
	}
	if _, ok := shifts.NextOpening(nil, time.Now(), berlin); ok {
		t.Error("no hours open nothing")
	}
}

func TestEnough(t *testing.T) {
	tests := []struct {
		name string
		s    shifts.Staffing
		want bool
	}{
		{"two of two", shifts.Staffing{People: 2, Peers: 2, Minimum: 2}, true},
		{"one of two", shifts.Staffing{People: 1, Peers: 1, Minimum: 2}, false},
		{"a lead and a peer", shifts.Staffing{People: 2, Peers: 1, Minimum: 2}, true},
		{"nobody who talks", shifts.Staffing{People: 2, Minimum: 2}, false},
		{"one with a second outside", shifts.Staffing{People: 1, Peers: 1, Minimum: 1, Second: true}, true},
		{"one without a second", shifts.Staffing{People: 1, Peers: 1, Minimum: 1}, false},
	}
	for _, tt := range tests {
		if got := tt.s.Enough(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestHoursValidate(t *testing.T) {
	for _, bad := range []shifts.Hours{{Weekday: 7, Opens: 1, Closes: 2}, {Opens: -1, Closes: 10}, {Opens: 600, Closes: 600}, {Opens: 600, Closes: 600 + 24*60 + 1}, {Opens: 24 * 60, Closes: 25 * 60}} {
		if !fault.Is(bad.Validate(), fault.Invalid) {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestAPlaceIsClaimedOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ali := w.Person("Ali", access.Peer)
		if err := w.Shifts.Start(t.Context(), ali.Actor, false); err != nil {
			t.Fatal(err)
		}
		claim := func() bool {
			got := false
			err := w.DB.Write(t.Context(), func(tx db.Writer) error {
				var err error
				got, err = w.Shifts.Claim(t.Context(), tx, ali.ID)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return got
		}
		if claim() {
			t.Fatal("a place with somebody on a break was taken")
		}
		if err := say(t, w, ali, shifts.Ready); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		won := make([]bool, 12)
		for i := range won {
			group.Go(func() { won[i] = claim() })
		}
		group.Wait()
		n := 0
		for _, w := range won {
			if w {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d took the one place", n)
		}
	})
}

func TestAShiftEndsWithItsLastConversation(t *testing.T) {
	w := cairntest.New(t)
	ali := w.Person("Ali", access.Peer)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Shifts.Start(ctx, ali.Actor, false))
	must(w.Shifts.Start(ctx, ali.Actor, false)) // pressing twice is no error
	must(say(t, w, ali, shifts.Ready))
	must(w.DB.Write(ctx, func(tx db.Writer) error { _, err := w.Shifts.Claim(ctx, tx, ali.ID); return err }))
	must(w.DB.Write(ctx, func(tx db.Writer) error { return w.Shifts.Leave(ctx, tx, ali.Actor) }))
	if mine, on, err := w.Shifts.Mine(ctx, w.DB.Reader(), ali.ID); err != nil || !on || mine.State != shifts.Closing {
		t.Fatalf("with somebody still there: %+v %v", mine, err)
	}
	must(w.DB.Write(ctx, func(tx db.Writer) error { return w.Shifts.Release(ctx, tx, ali.ID, true) }))
	if _, on, err := w.Shifts.Mine(ctx, w.DB.Reader(), ali.ID); err != nil || on {
		t.Fatalf("the shift goes on: %v", err)
	}
	must(w.Shifts.Start(ctx, ali.Actor, false))
	w.Time.Advance(shifts.LongestShift + time.Minute)
	w.Settle()
	if _, on, err := w.Shifts.Mine(ctx, w.DB.Reader(), ali.ID); err != nil || on {
		t.Fatalf("a forgotten shift goes on: %v", err)
	}
}

func TestLeadingNeedsARole(t *testing.T) {
	w := cairntest.New(t)
	ali := w.Person("Ali", access.Peer)
	if err := w.Shifts.Start(t.Context(), ali.Actor, true); !fault.Is(err, fault.Forbidden) {
		t.Fatalf("got %v", err)
	}
	ines := w.Person("Ines", access.Supervisor)
	if err := w.Shifts.Start(t.Context(), ines.Actor, true); err != nil {
		t.Fatal(err)
	}
	if err := say(t, w, ines, shifts.Ready); !fault.Is(err, fault.Conflict) {
		t.Fatalf("who only leads is offered people: %v", err)
	}
}
