package shifts_test

import (
	"strings"
	"sync"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

func atOnce(everybody []*cairntest.Someone, f func(p *cairntest.Someone) error) (won int, lost []error) {
	var group sync.WaitGroup
	errs := make([]error, len(everybody))
	for i, p := range everybody {
		group.Go(func() { errs[i] = f(p) })
	}
	group.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			lost = append(lost, err)
		}
	}
	return won, lost
}

func crowd(w *cairntest.World, n int) []*cairntest.Someone {
	var out []*cairntest.Someone
	for i := range n {
		out = append(out, w.Person("Peer-"+string(rune('A'+i)), access.Peer))
	}
	return out
}

func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		id := c.shift(t, 2, 3, true)
		c.take(t, c.ali, id)
		won, lost := atOnce(crowd(w, 8), func(p *cairntest.Someone) error { return w.Shifts.SignUp(t.Context(), p.Actor, id, false, false) })
		if won != 1 {
			t.Fatalf("%d took the one place: %s", won, c.on(t, id))
		}
		for _, err := range lost {
			wants(t, err, fault.Conflict, "shifts.error.full")
		}
		must(t, w.Shifts.SignUp(t.Context(), c.ines.Actor, id, true, false)) // the last was kept for who leads
		wants(t, w.Shifts.SignUp(t.Context(), c.tomo.Actor, id, true, false), fault.Conflict, "shifts.error.full")
		must(t, w.Shifts.SignUp(t.Context(), c.ali.Actor, id, false, false)) // pressing twice is no error
		for n := range 2 {
			other := c.shift(t, 5+3*n, 2, false)
			won, lost := atOnce([]*cairntest.Someone{c.noor, c.noor, c.noor, c.noor}, func(p *cairntest.Someone) error { return w.Shifts.SignUp(t.Context(), p.Actor, other, false, false) })
			if won != 4 || c.on(t, other) != "Noor" {
				t.Errorf("pressed four times at once: %v", lost)
			}
		}
		if got := c.on(t, id); strings.Count(got, " ") != 2 {
			t.Errorf("on it: %s", got)
		}
	})
}

func TestASwapIsTakenOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		id := c.shift(t, 2, 2, false)
		c.take(t, c.ali, id)
		mine := c.signup(t, c.ali, id).ID
		wants(t, w.Shifts.TakeSwap(t.Context(), c.wren.Actor, mine, false), fault.Conflict, "shifts.error.swap_gone")
		must(t, w.Shifts.AskSwap(t.Context(), c.ali.Actor, id))
		if got := c.on(t, id); got != "Ali" {
			t.Errorf("who looks for somebody stays until then: %s", got)
		}
		wants(t, w.Shifts.TakeSwap(t.Context(), c.ali.Actor, mine, false), fault.Conflict, "shifts.error.own")
		won, lost := atOnce(crowd(w, 6), func(p *cairntest.Someone) error { return w.Shifts.TakeSwap(t.Context(), p.Actor, mine, false) })
		if won != 1 {
			t.Fatalf("%d took one swap", won)
		}
		for _, err := range lost {
			wants(t, err, fault.Conflict, "shifts.error.swap_gone")
		}
		if got := c.on(t, id); strings.Contains(got, " ") || got == "Ali" {
			t.Errorf("on it: %s", got)
		}
	})
}

func TestAnExchangeChangesBothOrNone(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		tuesday, thursday, friday := c.shift(t, 3, 2, false), c.shift(t, 5, 2, false), c.shift(t, 6, 2, false)
		c.take(t, c.ali, tuesday)
		c.take(t, c.wren, thursday)
		theirs := c.signup(t, c.wren, thursday).ID
		offer := func() shifts.Offered {
			t.Helper()
			must(t, w.Shifts.OfferExchange(ctx, c.ali.Actor, tuesday, theirs, false))
			r, err := w.Shifts.Rota(ctx, c.wren.Actor, shifts.Span{From: 1, Until: 2})
			must(t, err)
			if len(r.Exchanges) != 1 {
				t.Fatalf("%d offers", len(r.Exchanges))
			}
			return r.Exchanges[0]
		}
		first := offer()
		offer() // asking twice is one offer
		wants(t, w.Shifts.AcceptExchange(ctx, c.noor.Actor, first.ID, false), fault.NotFound, "")
		wants(t, w.Shifts.AcceptExchange(ctx, c.ali.Actor, first.ID, false), fault.NotFound, "")
		must(t, w.Shifts.CloseExchange(ctx, c.wren.Actor, first.ID))
		wants(t, w.Shifts.AcceptExchange(ctx, c.wren.Actor, first.ID, false), fault.NotFound, "")
		second := offer()
		must(t, w.Shifts.AcceptExchange(ctx, c.wren.Actor, second.ID, false))
		if a, b := c.on(t, tuesday), c.on(t, thursday); a != "Wren" || b != "Ali" {
			t.Fatalf("Tuesday %s, Thursday %s", a, b)
		}
		// The rules are asked again when it is accepted: Noor has a shift the night before by then.
		c.take(t, c.noor, friday)
		must(t, w.Shifts.OfferExchange(ctx, c.wren.Actor, tuesday, c.signup(t, c.noor, friday).ID, false))
		dawn, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: day(4), Starts: 4 * 60, Ends: 7 * 60, Places: 2, Publish: true})
		must(t, err)
		c.take(t, c.noor, dawn)
		r, err := w.Shifts.Rota(ctx, c.noor.Actor, shifts.Span{From: 1, Until: 2})
		must(t, err)
		wants(t, w.Shifts.AcceptExchange(ctx, c.noor.Actor, r.Exchanges[0].ID, true), fault.Invalid, "shifts.never.rest")
		if a, b := c.on(t, tuesday), c.on(t, friday); a != "Wren" || b != "Noor" {
			t.Fatalf("after a refusal: Tuesday %s, Friday %s", a, b)
		}
	})
}
