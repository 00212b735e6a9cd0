package support_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// talks lets somebody ask and the ready peer take them.
func talks(t *testing.T, w *cairntest.World, peer, member *cairntest.Someone) moment.ID {
	t.Helper()
	if got := member.Post("/ask"); got.Status != 303 {
		t.Fatalf("ask: %d", got.Status)
	}
	w.Settle()
	o, err := w.Support.MyOffer(t.Context(), peer.Actor)
	if err != nil || o == nil {
		t.Fatalf("nobody is offered: %v", err)
	}
	id, err := w.Support.Accept(t.Context(), peer.Actor, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	return id
}

func comes(t *testing.T, w *cairntest.World, p *cairntest.Someone, leads bool) {
	t.Helper()
	if err := w.Shifts.Start(t.Context(), p.Actor, leads); err != nil {
		t.Fatal(err)
	}
}

func isReady(t *testing.T, w *cairntest.World, p *cairntest.Someone) {
	t.Helper()
	if err := w.Support.Ready(t.Context(), p.Actor); err != nil {
		t.Fatal(err)
	}
	w.Settle()
}

func TestHandingOverDropsNobody(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ali, mina, noor, heron := w.Person("Ali", access.Peer), w.Person("Mina", access.Peer), w.Person("Noor", access.Peer), w.Person("Heron")
		ines := w.Person("Ines", access.Supervisor)
		comes(t, w, ines, true)
		comes(t, w, ali, false)
		isReady(t, w, ali)
		id := talks(t, w, ali, heron)
		at := "/talk/" + string(id)
		heron.Post(at+"/say", "key", "k1", "text", "this stays between us")

		if got := ali.Post(at+"/pass", "words", " "); got.Status != 422 {
			t.Errorf("without an introduction: %d", got.Status)
		}
		if got := ali.Post(at+"/pass", "words", "Heron has slept badly and likes to be asked plainly."); got.Status != 303 {
			t.Fatalf("hand over: %d", got.Status)
		}
		w.Settle()
		if got := heron.Get(at); !strings.Contains(got.Body, "Another peer is being asked to go on.") {
			t.Error("the person is not told that somebody is asked")
		}
		board, err := w.Support.Board(t.Context(), ines.Actor)
		if err != nil || len(board.CheckIns) != 1 || board.CheckIns[0].Kind != "handover" {
			t.Errorf("nobody is free and the lead does not see it: %+v %v", board.CheckIns, err)
		}
		for _, p := range []*cairntest.Someone{mina, noor} {
			comes(t, w, p, false)
			isReady(t, w, p)
		}
		first, second := mina, noor
		o, err := w.Support.MyOffer(t.Context(), first.Actor)
		if err != nil || o == nil {
			t.Fatalf("nobody is asked: %v", err)
		}
		if o.Words != "Heron has slept badly and likes to be asked plainly." || o.From.ID != ali.ID {
			t.Errorf("the introduction: %+v", o)
		}
		if err := w.Support.Decline(t.Context(), first.Actor, o.ID); err != nil {
			t.Fatal(err)
		}
		if c, _, err := w.Support.Contact(t.Context(), ali.Actor, id); err != nil || !c.EndedAt.IsZero() {
			t.Fatalf("the conversation does not go on meanwhile: %v", err)
		}
		o, err = w.Support.MyOffer(t.Context(), second.Actor)
		if err != nil || o == nil {
			t.Fatalf("the next is not asked: %v", err)
		}
		next, err := w.Support.Accept(t.Context(), second.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if got := heron.Get(at + "/after"); got.Status != 303 || got.To() != "/talk/"+string(next) {
			t.Errorf("the person is not led on: %d %s", got.Status, got.To())
		}
		for _, p := range []*cairntest.Someone{heron, second} {
			got := p.Get("/talk/" + string(next))
			if !strings.Contains(got.Body, "likes to be asked plainly") || strings.Contains(got.Body, "stays between us") {
				t.Errorf("%s reads the introduction, and nothing that was said before", p.Name)
			}
		}
		if got := second.Get(at); got.Status != 404 {
			t.Errorf("the next peer reads the old words: %d", got.Status)
		}
		c, _, err := w.Support.Contact(t.Context(), ali.Actor, id)
		if err != nil || c.EndedHow != support.ByHandover {
			t.Errorf("%+v %v", c, err)
		}
		mine, _, err := w.Shifts.Mine(t.Context(), w.DB.Reader(), ali.ID)
		if err != nil || mine.Busy != 0 {
			t.Errorf("the place is not given back: %+v %v", mine, err)
		}
	})
}

// A worry goes along: whoever talks with the person now sees who was told.
func TestAWorryGoesAlong(t *testing.T) {
	w := cairntest.New(t)
	ines, ali, mina, heron := w.Person("Ines", access.Supervisor), w.Person("Ali", access.Peer), w.Person("Mina", access.Peer), w.Person("Heron")
	comes(t, w, ines, true)
	comes(t, w, ali, false)
	isReady(t, w, ali)
	id := talks(t, w, ali, heron)
	if got := heron.Post("/safe"); got.Status != 303 {
		t.Fatalf("not safe: %d", got.Status)
	}
	w.Settle()
	comes(t, w, mina, false)
	isReady(t, w, mina)
	if err := w.Support.HandOver(t.Context(), ali.Actor, id, "", "Heron is not safe tonight."); err != nil {
		t.Fatal(err)
	}
	o, err := w.Support.MyOffer(t.Context(), mina.Actor)
	if err != nil || o == nil {
		t.Fatalf("nobody is asked: %v", err)
	}
	next, err := w.Support.Accept(t.Context(), mina.Actor, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Safety.At(t.Context(), w.DB.Reader(), next)
	if err != nil || len(list) != 1 {
		t.Fatalf("the worry stays behind: %v %v", list, err)
	}
	if got := mina.Get("/case/" + string(list[0].ID)); got.Status != 200 {
		t.Errorf("the one who talks with them now: %d", got.Status)
	}
}

func TestAHandoverTakenBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ali, mina, heron := w.Person("Ali", access.Peer), w.Person("Mina", access.Peer), w.Person("Heron")
		comes(t, w, w.Person("Ines", access.Supervisor), true)
		comes(t, w, ali, false)
		isReady(t, w, ali)
		id := talks(t, w, ali, heron)
		comes(t, w, mina, false)
		isReady(t, w, mina)
		if err := w.Support.HandOver(t.Context(), ali.Actor, id, mina.ID, "Hello"); err != nil {
			t.Fatal(err)
		}
		o, err := w.Support.MyOffer(t.Context(), mina.Actor)
		if err != nil || o == nil {
			t.Fatal("the one who was wished for is not asked")
		}
		if err := w.Support.KeepIt(t.Context(), ali.Actor, id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Support.Accept(t.Context(), mina.Actor, o.ID); err == nil {
			t.Fatal("what was taken back is taken")
		}
		mine, _, err := w.Shifts.Mine(t.Context(), w.DB.Reader(), mina.ID)
		if err != nil || mine.Busy != 0 {
			t.Errorf("the place is not given back: %+v", mine)
		}
		if err := w.Support.HandOver(t.Context(), ali.Actor, id, "", "Again"); err != nil {
			t.Fatal(err)
		}
		if err := w.Support.End(t.Context(), heron.Actor, id); err != nil {
			t.Fatal(err)
		}
		if o, err := w.Support.MyOffer(t.Context(), mina.Actor); err != nil || o != nil {
			t.Errorf("a conversation that ended is still offered: %v %v", o, err)
		}
	})
}

func TestASupervisorSitsInSeenByBoth(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ines, cora, ali, heron := w.Person("Ines", access.Supervisor), w.Person("Cora", access.Coordinator), w.Person("Ali", access.Peer), w.Person("Heron")
		admin := w.Person("Root", access.Administrator)
		comes(t, w, ines, true)
		comes(t, w, ali, false)
		isReady(t, w, ali)
		id := talks(t, w, ali, heron)
		at := "/talk/" + string(id)
		heron.Post(at+"/say", "key", "k1", "text", "said before anybody came")
		for _, p := range []*cairntest.Someone{ines, cora, admin} {
			for _, path := range []string{at, at + "/join", at + "/stream"} {
				if got := p.Get(path); got.Status != 404 {
					t.Errorf("%s opens %s without being asked: %d", p.Name, path, got.Status)
				}
			}
			if got := p.Post(at + "/join"); got.Status != 404 {
				t.Errorf("%s joins without being asked: %d", p.Name, got.Status)
			}
		}
		if got := ali.Post(at + "/ask-in"); got.Status != 303 {
			t.Fatalf("ask in: %d", got.Status)
		}
		if got := ines.Get(at); got.Status != 404 {
			t.Errorf("being asked is not being there: %d", got.Status)
		}
		if got := ines.Get("/board"); !strings.Contains(got.Body, at+"/join") {
			t.Error("the board does not show it")
		}
		if got := ines.Post(at + "/join"); got.Status != 303 {
			t.Fatalf("join: %d", got.Status)
		}
		for _, p := range []*cairntest.Someone{ali, heron} {
			if got := p.Get(at); !strings.Contains(got.Body, "Ines, a supervisor, is here now.") {
				t.Errorf("%s does not see who came in", p.Name)
			}
		}
		heron.Post(at+"/say", "key", "k2", "text", "said to all three")
		got := ines.Get(at)
		if got.Status != 200 || strings.Contains(got.Body, "said before anybody came") || !strings.Contains(got.Body, "said to all three") {
			t.Errorf("the third reads from when she came: %d", got.Status)
		}
		if got := cora.Post(at + "/join"); got.Status != 404 {
			t.Errorf("a second one joins: %d", got.Status)
		}
		if got := ines.Post(at + "/leave-it"); got.Status != 303 {
			t.Fatalf("leave: %d", got.Status)
		}
		if got := ines.Get(at); got.Status != 404 {
			t.Errorf("who has left still reads: %d", got.Status)
		}
		if got := heron.Get(at); !strings.Contains(got.Body, "Ines has left.") {
			t.Error("leaving is not seen")
		}
		lines, err := w.Ledger.About(t.Context(), heron.ID, 50)
		if err != nil {
			t.Fatal(err)
		}
		joined := false
		for _, l := range lines {
			joined = joined || l.Verb == "support.join" && l.Actor == ines.ID
		}
		if !joined {
			t.Error("it is not in what the person reads of their audit")
		}
	})
}
