package safety_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// night is a service at work: Ines leads, Ali talks with Heron.
type night struct {
	*cairntest.World
	ines, otto, ali, heron *cairntest.Someone
	talk                   moment.ID
}

func begin(t *testing.T, w *cairntest.World) night {
	t.Helper()
	n := night{World: w, ines: w.Person("Ines", access.Supervisor), otto: w.Person("Otto", access.Supervisor), ali: w.Person("Ali", access.Peer), heron: w.Person("Heron")}
	must(t, w.Shifts.Start(t.Context(), n.ines.Actor, true))
	must(t, w.Shifts.Start(t.Context(), n.ali.Actor, false))
	must(t, w.Support.Ready(t.Context(), n.ali.Actor))
	if got := n.heron.Post("/ask"); got.Status != 303 {
		t.Fatalf("ask: %d", got.Status)
	}
	w.Settle()
	offer, err := w.Support.MyOffer(t.Context(), n.ali.Actor)
	if err != nil || offer == nil {
		t.Fatalf("no offer: %v", err)
	}
	n.talk, err = w.Support.Accept(t.Context(), n.ali.Actor, offer.ID)
	must(t, err)
	w.Settle()
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (n night) cases(t *testing.T, p *cairntest.Someone) []safety.OpenCase {
	t.Helper()
	list, err := n.Safety.For(t.Context(), n.DB.Reader(), p.ID)
	must(t, err)
	return list
}

func caseIn(t *testing.T, page cairntest.Page) string {
	t.Helper()
	if page.Status != 303 || !strings.HasPrefix(page.To(), "/case/") {
		t.Fatalf("%d to %q", page.Status, page.To())
	}
	return page.To()
}

func TestAConcernReachesTheLeadAndIsAnswered(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		n := begin(t, w)
		if got := n.ali.Get("/cases/new?place=" + string(n.talk)); got.Status != 200 || !strings.Contains(got.Body, "Are you worried about Heron?") {
			t.Fatalf("the form: %d", got.Status)
		}
		if got := n.ali.Post("/cases/new", "place", string(n.talk), "level", "", "words", "She said goodbye"); got.Status != 422 || !strings.Contains(got.Body, "She said goodbye") {
			t.Errorf("what was typed is not kept: %d", got.Status)
		}
		at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "2", "words", "She said goodbye"))
		if got := n.ali.Get(at); !strings.Contains(got.Body, "Nobody has said") || !strings.Contains(got.Body, "Ines") || !strings.Contains(got.Body, "staying with you") {
			t.Error("while nobody has answered, the peer sees who was told and what to say")
		}
		if got := n.ines.Get("/board"); !strings.Contains(got.Body, at) {
			t.Error("the board does not show the case")
		}
		if got := n.ines.Get("/shift"); !strings.Contains(got.Body, at) {
			t.Error("the lead is not told in the app")
		}
		if got := n.ines.Post(at + "/answer"); got.Status != 303 {
			t.Fatalf("answer: %d", got.Status)
		}
		if got := n.ali.Get(at); !strings.Contains(got.Body, "Ines has it.") {
			t.Error("the peer does not see who has it")
		}
		w.Settle()
		c := n.cases(t, n.ines)[0]
		if c.Owner != n.ines.ID || c.State != safety.InHand {
			t.Errorf("%+v", c.Case)
		}
		if got := n.ines.Post(at+"/close", "outcome", "plan", "words", "We made a plan together.", "followup", "yes"); got.Status != 303 {
			t.Fatalf("close: %d", got.Status)
		}
		w.Settle()
		if got := n.heron.Get("/me/cases"); !strings.Contains(got.Body, "She said goodbye") || !strings.Contains(got.Body, "We made a plan together.") || strings.Contains(got.Body, "Ines") || strings.Contains(got.Body, "Ali") {
			t.Error("the member reads what happened, by roles and without names")
		}
		if got := n.heron.Post("/me/"+"cases/"+strings.TrimPrefix(at, "/case/"), "words", "It helped that you asked."); got.Status != 303 {
			t.Errorf("comment: %d", got.Status)
		}
		if got := n.ines.Get(at); !strings.Contains(got.Body, "It helped that you asked.") {
			t.Error("the comment is not on the timeline")
		}
		board, err := w.Support.Board(t.Context(), n.ines.Actor)
		must(t, err)
		if len(board.CheckIns) != 1 || board.CheckIns[0].Kind != "concern" || board.CheckIns[0].Peer != n.ali.ID {
			t.Errorf("the worker is not offered a debrief: %+v", board.CheckIns)
		}
	})
}

func TestNobodyAnswersAndItClimbs(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		n := begin(t, w)
		caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "Now"))
		if len(n.cases(t, n.otto)) != 0 {
			t.Fatal("everybody is told at once")
		}
		w.Pass(safety.DefaultWaits().Lead - 5*time.Second)
		if len(n.cases(t, n.otto)) != 0 {
			t.Fatal("the lead's time is not over")
		}
		w.Pass(5 * time.Second)
		c := n.cases(t, n.otto)
		if len(c) != 1 || c[0].Owner != n.otto.ID || c[0].Rung != safety.RungAll {
			t.Fatalf("nobody else was told: %+v", c)
		}
		w.Pass(safety.DefaultWaits().All)
		if c := n.cases(t, n.ines); c[0].Round != 2 || c[0].Rung != safety.RungLead {
			t.Fatalf("it does not go round: %d %s", c[0].Round, c[0].Rung)
		}
	})
}

func TestImNotSafeInMidConversation(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		n := begin(t, w)
		if got := n.heron.Get("/safe"); got.Status != 200 || !strings.Contains(got.Body, "Tell someone.") {
			t.Fatalf("%d", got.Status)
		}
		for range 3 { // pressed in panic: one case, and never "too fast"
			if got := n.heron.Post("/safe"); got.Status != 303 || got.To() != "/safe" {
				t.Fatalf("%d %s", got.Status, got.To())
			}
		}
		w.Settle()
		if c := n.cases(t, n.ines); len(c) != 1 || c[0].Kind != safety.KindSelf || c[0].Place != n.talk {
			t.Fatalf("%+v", c)
		}
		if got := n.ali.Get("/talk/" + string(n.talk)); !strings.Contains(got.Body, "Heron said that they are not safe.") {
			t.Error("the peer does not see it where they talk")
		}
		at := n.ali.Get("/talk/" + string(n.talk) + "/case").To()
		if got := n.ali.Get(at); got.Status != 200 || !strings.Contains(got.Body, "Who was told") || !strings.Contains(got.Body, "Ines") {
			t.Errorf("the peer does not see who was told: %s %d", at, got.Status)
		}
		if got := n.ali.Post(at+"/answer", "x", "y"); got.Status != 403 {
			t.Errorf("a peer who was not told takes the case: %d", got.Status)
		}
		if got := n.heron.Get("/talk/" + string(n.talk) + "/case"); got.To() != "/safe" {
			t.Errorf("the person is led to %q", got.To())
		}
		if got := w.Person("Mina", access.Peer).Get(at); got.Status != 404 {
			t.Errorf("another peer: %d", got.Status)
		}
		if got := n.heron.Get("/safe"); !strings.Contains(got.Body, "Someone is being told right now.") {
			t.Error("the member is not told what happens")
		}
		c := n.cases(t, n.ines)[0]
		must(t, w.Safety.Answer(t.Context(), n.ines.Actor, c.ID))
		w.Settle()
		if got := n.heron.Get("/safe"); !strings.Contains(got.Body, "Someone has answered.") || strings.Contains(got.Body, "Ines") {
			t.Error("the member reads that somebody answered, without a name")
		}
		if got := n.heron.Post("/safe", "words", "It is worse"); got.Status != 303 {
			t.Fatal(got.Status)
		}
		if c := n.cases(t, n.ines)[0]; c.State != safety.Climbing || c.Rung != safety.RungOwner {
			t.Errorf("said again, whoever has it is asked again: %s %s", c.State, c.Rung)
		}
	})
}

func TestNobodyThere(t *testing.T) {
	w := cairntest.New(t)
	w.Person("Ines", access.Supervisor) // at home, not on call
	heron := w.Person("Heron")
	got := heron.Get("/safe")
	if !strings.Contains(got.Body, "Nobody of this service is here right now.") || strings.Contains(got.Body, "<textarea") {
		t.Fatal("it says that nobody reads it before anything is typed")
	}
	if got := heron.Post("/safe", "words", "Please"); got.Status != 303 {
		t.Fatal(got.Status)
	}
	list, err := w.Safety.Running(t.Context(), w.DB.Reader())
	if err != nil || len(list) != 0 {
		t.Fatalf("something was kept that nobody reads: %v", list)
	}
	if got := w.Browser().Get("/safe"); got.Status != 200 || !strings.Contains(got.Body, "Nobody of this service is here") {
		t.Errorf("a visitor: %d", got.Status)
	}
}

func TestAStepWithoutConsent(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		n := begin(t, w)
		at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "Now"))
		id := moment.ID(strings.TrimPrefix(at, "/case/"))
		if got := n.ali.Post(at+"/propose", "what", "emergency", "why", "She has taken pills and does not answer"); got.Status != 303 {
			t.Fatalf("propose: %d", got.Status)
		}
		v, err := w.Safety.Case(t.Context(), n.ali.Actor, id)
		must(t, err)
		act := v.Acts[0].ID
		if err := w.Safety.Second(t.Context(), n.ali.Actor, act, true, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("one is their own second: %v", err)
		}
		// Nobody is ever held up: it can be done at once, and is reviewed.
		must(t, w.Safety.Done(t.Context(), n.ali.Actor, act, "I called them."))
		v, err = w.Safety.Case(t.Context(), n.ines.Actor, id)
		must(t, err)
		if !v.Acts[0].Alone || v.Acts[0].ReviewDue.IsZero() {
			t.Fatalf("it is not marked as acted alone: %+v", v.Acts[0])
		}
		if err := w.Safety.Review(t.Context(), n.ali.Actor, act, "Fine"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("one reviews oneself: %v", err)
		}
		must(t, w.Safety.Review(t.Context(), n.otto.Actor, act, "It was right to call."))

		act, err = w.Safety.Propose(t.Context(), n.ines.Actor, id, "contact", "They asked for it last time")
		must(t, err)
		if err := w.Safety.Close(t.Context(), n.ines.Actor, id, "safe", "x", false); !fault.Is(err, fault.Conflict) {
			t.Errorf("a case closes with an open step: %v", err)
		}
		must(t, w.Safety.Second(t.Context(), n.otto.Actor, act, true, ""))
		must(t, w.Safety.Done(t.Context(), n.ines.Actor, act, ""))
		v, err = w.Safety.Case(t.Context(), n.ines.Actor, id)
		must(t, err)
		if v.Acts[1].Alone || !v.Acts[1].ReviewDue.IsZero() {
			t.Errorf("by two: %+v", v.Acts[1])
		}
	})
}

func TestWhoSeesACase(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	stranger, admin, other := w.Person("Mina", access.Peer), w.Person("Root", access.Administrator), w.Person("Wren")
	coordinator := w.Person("Cora", access.Coordinator)
	at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "1", "words", "A worry"))
	for name, want := range map[string]struct {
		who    *cairntest.Someone
		status int
	}{"the peer who raised it": {n.ali, 200}, "the lead who was told": {n.ines, 200}, "a supervisor": {n.otto, 200}, "another peer": {stranger, 404}, "an administrator": {admin, 404}, "another member": {other, 404}, "the person themselves": {n.heron, 404}, "a coordinator who was not told": {coordinator, 404}} {
		if got := want.who.Get(at); got.Status != want.status {
			t.Errorf("%s: %d, want %d", name, got.Status, want.status)
		}
		if got := want.who.Post(at+"/answer", "x", "y"); want.status == 404 && got.Status != 404 {
			t.Errorf("%s answers: %d", name, got.Status)
		}
	}
	if got := coordinator.Get("/cases"); got.Status != 200 || strings.Contains(got.Body, "A worry") {
		t.Error("a coordinator sees that it runs, and no words")
	}
	if got := n.heron.Get("/me/cases"); strings.Contains(got.Body, "A worry") {
		t.Error("it is shown while it runs")
	}
	w.Pass(safety.ShownAfter)
	if got := n.heron.Get("/me/cases"); !strings.Contains(got.Body, "A worry") {
		t.Error("a day later the person reads it, closed or not")
	}
	if got := stranger.Get("/cases/new?place=" + string(n.talk)); got.Status != 404 {
		t.Errorf("a peer raises a concern about somebody they do not talk with: %d", got.Status)
	}
}

func TestALineIsKeptBackByTwo(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "2", "words", "Her brother reads her mail"))
	id := moment.ID(strings.TrimPrefix(at, "/case/"))
	must(t, w.Safety.Answer(t.Context(), n.ines.Actor, id))
	must(t, w.Safety.Delay(t.Context(), n.ines.Actor, id, 1, 7, "He could read it"))
	if err := w.Safety.AgreeDelay(t.Context(), n.ines.Actor, id, 1); !fault.Is(err, fault.Forbidden) {
		t.Errorf("one person alone keeps it back: %v", err)
	}
	must(t, w.Safety.AgreeDelay(t.Context(), n.otto.Actor, id, 1))
	must(t, w.Safety.Close(t.Context(), n.ines.Actor, id, "plan", "There is a plan.", false))
	got := n.heron.Get("/me/cases")
	if strings.Contains(got.Body, "Her brother") || !strings.Contains(got.Body, "kept back for a time") {
		t.Error("the line is shown, or nothing says that something is kept back")
	}
	w.Pass(7 * 24 * time.Hour)
	if got := n.heron.Get("/me/cases"); !strings.Contains(got.Body, "Her brother") {
		t.Error("on its date the line is shown")
	}
}

func TestACaseIsNeverWithoutAnOwner(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		n := begin(t, w)
		admin := w.Person("Root", access.Administrator)
		at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "2", "words", "A worry"))
		must(t, w.Safety.Answer(t.Context(), n.ines.Actor, moment.ID(strings.TrimPrefix(at, "/case/"))))
		must(t, w.People.TakeRole(t.Context(), admin.Actor, n.ines.ID, access.Supervisor))
		w.Settle()
		c := n.cases(t, n.otto)
		if len(c) != 1 || c[0].Owner != n.otto.ID || c[0].State != safety.Climbing {
			t.Fatalf("whoever has lost the role still has it: %+v", c)
		}
	})
}

func TestWishesAreShownFirst(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	if got := n.heron.Post("/me/wishes", "ask", "Ask me about the dog", "avoid", "No police, please", "name0", "Sam", "phone0", "x"); got.Status != 422 || !strings.Contains(got.Body, "Ask me about the dog") {
		t.Fatalf("%d", got.Status)
	}
	if got := n.heron.Post("/me/wishes", "ask", "Ask me about the dog", "avoid", "No police, please", "name0", "Sam", "phone0", "+1 555 0100", "may0", "yes"); got.Status != 303 {
		t.Fatalf("%d", got.Status)
	}
	for _, path := range []string{"/safe", "/crisis"} {
		if got := n.heron.Get(path); !strings.Contains(got.Body, "tel:+15550100") {
			t.Errorf("%s: people they trust are not at hand", path)
		}
	}
	if got := n.ali.Get("/crisis"); strings.Contains(got.Body, "tel:+15550100") {
		t.Error("somebody else sees them")
	}
	got := n.ali.Get("/cases/new?place=" + string(n.talk))
	if !strings.Contains(got.Body, "Ask me about the dog") || !strings.Contains(got.Body, "may be called") {
		t.Error("who worries does not read them first")
	}
	lines, err := w.Ledger.About(t.Context(), n.heron.ID, 20)
	must(t, err)
	seen := false
	for _, l := range lines {
		seen = seen || l.Verb == "safety.read_wish" && l.Actor == n.ali.ID
	}
	if !seen {
		t.Error("the person cannot see that it was opened")
	}
}

func TestAClockSetBackHoldsNothingUp(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "Now"))
	w.Time.Advance(-time.Hour)
	w.Settle()
	if c := n.cases(t, n.ines); len(c) != 1 {
		t.Fatal("a page was taken back")
	}
	must(t, w.Safety.Watch(t.Context()))
	w.Pass(safety.DefaultWaits().Lead)
	if len(n.cases(t, n.otto)) != 1 {
		t.Fatal("the next person waits for the clock")
	}
}

func TestTheWatchTakesAStepThatNoTimerTook(t *testing.T) {
	w := cairntest.New(t)
	n := begin(t, w)
	at := caseIn(t, n.ali.Post("/cases/new", "place", string(n.talk), "level", "3", "words", "Now"))
	must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
		return w.Bus.Cancel(t.Context(), tx, "safety.climb", strings.TrimPrefix(at, "/case/"))
	}))
	w.Pass(safety.DefaultWaits().Lead + time.Minute)
	if len(n.cases(t, n.otto)) != 0 {
		t.Fatal("the timer was not lost")
	}
	for range 3 { // three nodes watch: one step
		must(t, w.Safety.Watch(t.Context()))
	}
	if c := n.cases(t, n.otto); len(c) != 1 || c[0].Round != 1 {
		t.Fatalf("%+v", c)
	}
}
