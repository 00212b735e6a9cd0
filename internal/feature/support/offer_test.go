package support_test

import (
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

func TestTheBestPeerIsAskedAndWhyIsSaid(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		guest := w.Browser()
		f.ask(t, guest, support.Wanted{Situations: []string{"hospital"}, Words: "I cannot sleep."})
		if o := f.offer(t, f.wren); o != nil {
			t.Fatal("the peer who shares nothing is asked first")
		}
		o := f.offer(t, f.ali)
		if o == nil || len(o.Shared) != 1 || o.Shared[0] != "hospital" || o.Words != "I cannot sleep." {
			t.Fatalf("the offer does not say why: %+v", o)
		}
		if p := f.state(t, guest); p.Request.State != support.Offered || p.Ahead != 0 {
			t.Fatalf("the guest sees %+v", p)
		}
	})
}

func TestAnOfferNotAnsweredGoesOnAndThePeerRests(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		guest := w.Browser()
		f.ask(t, guest, support.Wanted{Situations: []string{"hospital"}})
		late := f.offer(t, f.ali)
		w.Pass(support.OfferLasts + time.Second)
		if f.offer(t, f.ali) != nil {
			t.Fatal("the same peer is asked again")
		}
		if f.offer(t, f.wren) == nil {
			t.Fatal("nobody else is asked")
		}
		if _, err := w.Support.Accept(t.Context(), f.ali.Actor, late.ID); !fault.Is(err, fault.Conflict) {
			t.Fatalf("too late is told kindly: %v", err)
		}
		if mine, _, _ := w.Shifts.Mine(t.Context(), w.DB.Reader(), f.ali.ID); mine.State != "break" || mine.Busy != 0 {
			t.Fatalf("the peer who did not answer should rest: %+v", mine)
		}
		// "Not now" is no mark against anybody: the peer stays ready.
		if err := w.Support.Decline(t.Context(), f.wren.Actor, f.offer(t, f.wren).ID); err != nil {
			t.Fatal(err)
		}
		if mine, _, _ := w.Shifts.Mine(t.Context(), w.DB.Reader(), f.wren.ID); mine.State != "ready" || mine.Busy != 0 {
			t.Fatalf("declining should leave the peer ready: %+v", mine)
		}
	})
}

func TestWhoLosesTheRoleIsOfferedNobody(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	slate := w.Person("Slate", access.Administrator)
	if err := w.People.TakeRole(t.Context(), slate.Actor, f.ali.ID, access.Peer); err != nil {
		t.Fatal(err)
	}
	guest := w.Browser()
	f.ask(t, guest, support.Wanted{})
	if f.offer(t, f.ali) != nil || f.offer(t, f.wren) == nil {
		t.Fatal("somebody without the role is offered people")
	}
}

func TestOffersAreExtendedByTheDowntime(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		if err := w.Support.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		guest := w.Browser()
		f.ask(t, guest, support.Wanted{Situations: []string{"hospital"}})
		o := f.offer(t, f.ali)
		if err := w.Support.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Time.Advance(10 * time.Minute) // the machine was off
		if err := w.Support.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		again := f.offer(t, f.ali)
		if again == nil || again.ID != o.ID {
			t.Fatal("the offer ran out while nobody could answer it")
		}
		if left := again.ExpiresAt.Sub(w.Time.Now()); left != support.OfferLasts {
			t.Fatalf("%s left, want all of %s", left, support.OfferLasts)
		}
		w.Pass(support.OfferLasts + time.Second)
		if f.offer(t, f.ali) != nil {
			t.Fatal("it holds for ever")
		}
	})
}

func TestOnlyOneGetsThePerson(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		lead := w.Person("Ruth", access.Peer, access.Supervisor)
		if err := w.Shifts.Start(t.Context(), lead.Actor, true); err != nil {
			t.Fatal(err)
		}
		for round := range 8 {
			guest := w.Browser()
			q := f.ask(t, guest, support.Wanted{})
			peer := f.ali
			if f.offer(t, peer) == nil {
				peer = f.wren
			}
			o := f.offer(t, peer)
			if err := w.Support.Decline(t.Context(), peer.Actor, o.ID); err != nil {
				t.Fatal(err)
			}
			other := f.wren
			if peer == f.wren {
				other = f.ali
			}
			o = f.offer(t, other)
			if o == nil {
				t.Fatalf("round %d: the next best is not asked", round)
			}
			var group sync.WaitGroup
			won := make([]error, 3)
			accept := func(i int) { _, won[i] = w.Support.Accept(t.Context(), other.Actor, o.ID) }
			group.Go(func() { accept(0) })
			group.Go(func() { accept(1) })
			group.Go(func() { _, won[2] = w.Support.Take(t.Context(), lead.Actor, q.ID) })
			group.Wait()
			if won[0] != nil || won[1] != nil {
				t.Fatalf("pressing twice is no error: %v %v", won[0], won[1])
			}
			if !fault.Is(won[2], fault.Conflict) {
				t.Fatalf("the second is told kindly: %v", won[2])
			}
			p := f.state(t, guest)
			if p.Request.State != support.Talking {
				t.Fatalf("state %s", p.Request.State)
			}
			if err := w.Support.End(t.Context(), guest.Actor, p.Request.Conversation); err != nil {
				t.Fatal(err)
			}
			if err := w.Support.Debrief(t.Context(), other.Actor, p.Request.Conversation, support.Debriefing{By: "form"}); err != nil {
				t.Fatal(err)
			}
			for _, x := range []*cairntest.Someone{f.ali, f.wren} {
				if mine, _, _ := w.Shifts.Mine(t.Context(), w.DB.Reader(), x.ID); mine.Busy != 0 {
					t.Fatalf("round %d: %s carries %d", round, x.Name, mine.Busy)
				}
			}
		}
	})
}

func TestTheCircleWidensWithWaiting(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	guest := w.Browser()
	f.ask(t, guest, support.Wanted{Situations: []string{"migration"}}) // nobody here shares it
	if f.offer(t, f.ali) != nil || f.offer(t, f.wren) != nil {
		t.Fatal("the close circle asks for something shared")
	}
	w.Pass(support.WidenAfter + time.Second)
	if f.offer(t, f.ali) == nil && f.offer(t, f.wren) == nil {
		t.Fatal("after a minute the shared situation gives way")
	}
}

func TestNobodyFitsIsToldWithinFiveMinutes(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		guest := w.Browser()
		q := f.ask(t, guest, support.Wanted{Wishes: []string{"veteran"}, Firm: true})
		if f.state(t, guest).Request.NobodyAt.IsZero() {
			t.Fatal("the lead should see at once that nobody fits")
		}
		w.Pass(support.TruthAfter + 5*time.Second)
		if p := f.state(t, guest); p.Request.ToldAt.IsZero() || p.Request.State != support.Waiting {
			t.Fatalf("after five minutes the person knows: %+v", p.Request)
		}
		if err := w.Support.Loosen(t.Context(), guest.Actor, q.ID); err != nil {
			t.Fatal(err)
		}
		if f.offer(t, f.ali) == nil && f.offer(t, f.wren) == nil {
			t.Fatal("without wishes everybody here can be asked")
		}
	})
}

func TestLimitsHoldAlways(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	if err := w.People.SaveNotToday(t.Context(), f.ali.Actor, []string{"self-harm"}, map[string]bool{"self-harm": true}); err != nil {
		t.Fatal(err)
	}
	if err := w.People.SaveNotToday(t.Context(), f.wren.Actor, []string{"self-harm"}, map[string]bool{"self-harm": true}); err != nil {
		t.Fatal(err)
	}
	guest := w.Browser()
	f.ask(t, guest, support.Wanted{Situations: []string{"self-harm"}})
	w.Pass(20 * time.Minute)
	if f.offer(t, f.ali) != nil || f.offer(t, f.wren) != nil {
		t.Fatal("\"not today\" gave way")
	}
}
