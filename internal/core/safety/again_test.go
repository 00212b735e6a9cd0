package safety_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// next lets Heron be taken by somebody else after a switch.
func (n night) next(t *testing.T, mina *cairntest.Someone) moment.ID {
	t.Helper()
	must(t, n.Shifts.Start(t.Context(), mina.Actor, false))
	must(t, n.Support.Ready(t.Context(), mina.Actor))
	n.Settle()
	o, err := n.Support.MyOffer(t.Context(), mina.Actor)
	if err != nil || o == nil {
		t.Fatalf("no offer: %v", err)
	}
	id, err := n.Support.Accept(t.Context(), mina.Actor, o.ID)
	must(t, err)
	n.Settle()
	return id
}

// A worry belongs to where it was said last: whoever talks with the person now sees
// it, and a peer the person has left reads no further.
func TestAWorryStaysWithWhoTalks(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		n := begin(t, w)
		mina := w.Person("Mina", access.Peer)
		first := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "1", "words", "A worry"))
		if got := n.heron.Post("/safe"); got.Status != 303 {
			t.Fatal(got.Status)
		}
		w.Settle()
		if got := n.ali.Get("/talk/" + string(n.talk)); !strings.Contains(got.Body, "Heron said that they are not safe.") {
			t.Error("a concern that came first hides what the person says themselves")
		}
		must(t, w.Support.Know(t.Context(), n.heron.Actor, n.talk))
		if got := n.ali.Get(first); got.Status != 404 {
			t.Errorf("the one who was left reads on: %d", got.Status)
		}
		if got := n.ali.Get("/cases/new?place=" + string(n.talk)); got.Status != 404 {
			t.Errorf("the one who was left reads their wishes: %d", got.Status)
		}
		id := n.next(t, mina)
		if got := mina.Get("/talk/" + string(id)); !strings.Contains(got.Body, "Heron said that they are not safe.") {
			t.Error("the one who talks with them now does not see it")
		}
		if got := mina.Get(first); got.Status != 200 {
			t.Errorf("the case: %d", got.Status)
		}
		at := caseIn(t, mina.Post("/cases/new", "place", string(id), "level", "3", "words", "Now"))
		if got := mina.Get(at); at != first || got.Status != 200 || !strings.Contains(got.Body, "Somebody is in danger") && !strings.Contains(got.Body, "Someone is in danger now") {
			t.Errorf("said again: %s %d", at, got.Status)
		}
	})
}

func TestASecondPersonTakesNobodyOffTheLadder(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "Now"))
	id := moment.ID(strings.TrimPrefix(at, "/case/"))
	_, err := w.Safety.Propose(t.Context(), n.ali.Actor, id, "emergency", "She does not answer")
	must(t, err)
	w.Pass(safety.DefaultWaits().Lead)
	if c := n.cases(t, n.otto); len(c) != 1 || c[0].Rung != safety.RungAll || c[0].Round != 1 {
		t.Fatalf("whoever was asked for a second opinion is passed over: %+v", c)
	}
}

func TestNotSafeIsNeverRefused(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	if got := n.heron.Post("/safe", "words", strings.Repeat("x", 3*safety.MostConcern)+"\x01"); got.Status != 303 {
		t.Fatalf("refused for what was typed: %d", got.Status)
	}
	if c := n.cases(t, n.ines); len(c) != 1 {
		t.Fatal("nobody was told")
	}
}

func TestWithoutALeadWhoeverIsHereIsTold(t *testing.T) {
	w := cairntest.New(t)
	w.Person("Ines", access.Supervisor) // at home
	ali, heron := w.Person("Ali", access.Peer), w.Person("Heron")
	must(t, w.Shifts.Start(t.Context(), ali.Actor, false))
	if _, told, err := w.Safety.Unsafe(t.Context(), heron.Actor, ""); err != nil || !told {
		t.Fatalf("%v %v", told, err)
	}
	list, err := w.Safety.For(t.Context(), w.DB.Reader(), ali.ID)
	if err != nil || len(list) != 1 || list[0].Owner != ali.ID {
		t.Fatalf("who is here is not told: %v %v", list, err)
	}
	if _, told, err := w.Safety.Unsafe(t.Context(), ali.Actor, ""); err != nil || told {
		t.Errorf("somebody alone is their own help: %v %v", told, err)
	}
	must(t, w.Support.LeaveShift(t.Context(), ali.Actor))
	if got := heron.Get("/safe"); !strings.Contains(got.Body, "Nobody of this service is here right now.") || strings.Contains(got.Body, "Someone is being told") {
		t.Error("the page promises somebody who has gone")
	}
}

func TestMandatoryReportsAreASupervisors(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "2", "words", "A child is in danger"))
	if got := n.ali.Post(at+"/mandatory", "words", "To the office for children"); got.Status != 403 {
		t.Errorf("a peer opens it: %d", got.Status)
	}
	report := caseIn(t, n.ines.Post(at+"/mandatory", "words", "To the office for children"))
	if report == at {
		t.Fatal("it is no case of its own")
	}
	if got := n.ali.Get(report); got.Status != 404 {
		t.Errorf("the peer reads it: %d", got.Status)
	}
	if got := n.otto.Get(report); got.Status != 200 {
		t.Errorf("another supervisor: %d", got.Status)
	}
}

// Who took a step alone is not asked to look at it, and cannot.
func TestWhoActedAloneDoesNotReview(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "Now"))
	act, err := w.Safety.Propose(t.Context(), n.ali.Actor, moment.ID(strings.TrimPrefix(at, "/case/")), "emergency", "She does not answer")
	must(t, err)
	must(t, w.Safety.Done(t.Context(), n.ines.Actor, act, ""))
	must(t, w.Safety.Close(t.Context(), n.ines.Actor, moment.ID(strings.TrimPrefix(at, "/case/")), "emergency", "They came.", false)) // which does not end the review
	w.Pass(safety.ReviewAfter)
	asked := func(p *cairntest.Someone) bool {
		list, err := w.Notify.Open(t.Context(), w.DB.Reader(), p.ID)
		must(t, err)
		for _, x := range list {
			if x.Kind == "safety.review" {
				return true
			}
		}
		return false
	}
	if asked(n.ines) || !asked(n.otto) {
		t.Error("the next day somebody else is asked, and not who did it")
	}
	if err := w.Safety.Review(t.Context(), n.ines.Actor, act, "Fine"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who did it reviews it: %v", err)
	}
}
