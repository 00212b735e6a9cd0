package support_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// onShift starts a peer's shift, ready.
func onShift(t *testing.T, w *cairntest.World, p *cairntest.Someone) {
	t.Helper()
	if err := w.Shifts.Start(t.Context(), p.Actor, false); err != nil {
		t.Fatal(err)
	}
	if err := w.Support.Ready(t.Context(), p.Actor); err != nil {
		t.Fatal(err)
	}
}

// floor is a service that is open: two peers on shift.
type floor struct {
	*cairntest.World
	ali, wren *cairntest.Someone
}

func open(t *testing.T, w *cairntest.World) floor {
	t.Helper()
	f := floor{w, w.Person("Ali", access.Peer).Knows("hospital", "panic"), w.Person("Wren", access.Peer).Knows("grief")}
	onShift(t, w, f.ali)
	onShift(t, w, f.wren)
	return f
}

func (f floor) ask(t *testing.T, who *cairntest.Someone, want support.Wanted) support.Request {
	t.Helper()
	out, err := f.Support.Ask(t.Context(), support.Caller{Actor: who.Actor, Lang: "en"}, want)
	if err != nil {
		t.Fatalf("ask: %v", err)
	}
	if out.Token != "" {
		who.SetToken(out.Token)
		who.Actor = f.ActorOf(who)
	}
	return out.Request
}

func (f floor) state(t *testing.T, who *cairntest.Someone) support.Place {
	t.Helper()
	p, err := f.Support.Place(t.Context(), who.Actor)
	if err != nil || p == nil {
		t.Fatalf("place: %v %v", p, err)
	}
	return *p
}

func (f floor) offer(t *testing.T, peer *cairntest.Someone) *support.OfferView {
	t.Helper()
	o, err := f.Support.MyOffer(t.Context(), peer.Actor)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// talk brings somebody and a peer together.
func (f floor) talk(t *testing.T, who *cairntest.Someone, want support.Wanted, peer *cairntest.Someone) moment.ID {
	t.Helper()
	f.ask(t, who, want)
	o := f.offer(t, peer)
	if o == nil {
		t.Fatalf("%s is offered nobody", peer.Name)
	}
	id, err := f.Support.Accept(t.Context(), peer.Actor, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestDistressAndWordsMoveUpAndShowHelp(t *testing.T) {
	tests := []struct {
		name  string
		want  support.Wanted
		first bool
	}{
		{"calm", support.Wanted{Distress: 4, Words: "a long day"}, false},
		{"unbearable", support.Wanted{Distress: 5}, true},
		{"words", support.Wanted{Words: "I want to die"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := cairntest.New(t)
			f := open(t, w)
			busy := []*cairntest.Someone{w.Browser(), w.Browser()}
			f.talk(t, busy[0], support.Wanted{Situations: []string{"panic"}}, f.ali)
			f.talk(t, busy[1], support.Wanted{Situations: []string{"grief"}}, f.wren)
			before, after := w.Browser(), w.Browser()
			f.ask(t, before, support.Wanted{})
			f.ask(t, after, tt.want)
			p := f.state(t, after)
			if p.Request.First != tt.first || p.Request.HelpShown != tt.first {
				t.Fatalf("first %v, help %v", p.Request.First, p.Request.HelpShown)
			}
			want := 1
			if tt.first {
				want = 0
			}
			if p.Ahead != want {
				t.Fatalf("%d ahead, want %d", p.Ahead, want)
			}
		})
	}
}

func TestEveryRequestEndsSomewhereReadable(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		guest := w.Browser()
		q := f.ask(t, guest, support.Wanted{Languages: []string{"es"}})
		again := f.ask(t, guest, support.Wanted{})
		if again.ID != q.ID {
			t.Fatal("asking twice stands twice in the line")
		}
		if err := w.Support.Withdraw(t.Context(), guest.Actor, q.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Support.Withdraw(t.Context(), guest.Actor, q.ID); err != nil {
			t.Fatalf("withdrawing twice is no error: %v", err)
		}
		waiting := w.Browser()
		f.ask(t, waiting, support.Wanted{Languages: []string{"es"}})
		// One of two leaves: no new asks, those who wait are still served.
		if err := w.Support.LeaveShift(t.Context(), f.wren.Actor); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if _, err := w.Support.Ask(t.Context(), support.Caller{Lang: "en"}, support.Wanted{}); !fault.Is(err, fault.Conflict) {
			t.Fatalf("with one of two the service is closed to new asks: %v", err)
		}
		if s := f.state(t, waiting).Request.State; s != support.Waiting {
			t.Fatalf("who waited already is %s", s)
		}
		if err := w.Support.LeaveShift(t.Context(), f.ali.Actor); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if s := f.state(t, waiting).Request.State; s != support.Alternatives {
			t.Fatalf("when all have gone who waits is %s", s)
		}
		// A held place keeps its owner first when the service opens.
		out, err := w.Support.Hold(t.Context(), support.Caller{Lang: "en"}, support.Wanted{})
		if err != nil || len(strings.Fields(out.Words)) != 4 {
			t.Fatalf("held with words %q: %v", out.Words, err)
		}
		onShift(t, w, f.ali)
		onShift(t, w, f.wren)
		back, err := w.Support.Ask(t.Context(), support.Caller{Actor: out.Actor, Lang: "en"}, support.Wanted{})
		if err != nil || back.Request.ID != out.Request.ID {
			t.Fatalf("coming back takes up the held place: %v", err)
		}
		if f.offer(t, f.ali) == nil && f.offer(t, f.wren) == nil {
			t.Fatal("nobody is asked for a held place")
		}
	})
}

func TestAHeldPlaceLapses(t *testing.T) {
	w := cairntest.New(t)
	out, err := w.Support.Hold(t.Context(), support.Caller{Lang: "en"}, support.Wanted{})
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(support.HeldLasts + time.Minute)
	p, err := w.Support.Place(t.Context(), out.Actor)
	if err != nil || p.Request.State != support.Lapsed {
		t.Fatalf("%+v %v", p, err)
	}
}

func TestWaysOutOfAConversation(t *testing.T) {
	tests := []struct {
		name       string
		by         func(f floor, guest *cairntest.Someone) *cairntest.Someone
		do         func(f floor, a access.Actor, id moment.ID) error
		again      bool // the person is back in the line, first
		apart      bool // and not offered to the same peer
		checkedFor bool // somebody is asked to look after the peer
	}{
		{"end", func(_ floor, g *cairntest.Someone) *cairntest.Someone { return g }, func(f floor, a access.Actor, id moment.ID) error {
			return f.Support.End(f.T.Context(), a, id)
		}, false, false, false},
		{"switch", func(_ floor, g *cairntest.Someone) *cairntest.Someone { return g }, func(f floor, a access.Actor, id moment.ID) error {
			return f.Support.Switch(f.T.Context(), a, id)
		}, true, true, false},
		{"know by the member", func(_ floor, g *cairntest.Someone) *cairntest.Someone { return g }, func(f floor, a access.Actor, id moment.ID) error {
			return f.Support.Know(f.T.Context(), a, id)
		}, true, true, false},
		{"know by the peer", func(f floor, _ *cairntest.Someone) *cairntest.Someone { return f.ali }, func(f floor, a access.Actor, id moment.ID) error {
			return f.Support.Know(f.T.Context(), a, id)
		}, true, true, false},
		{"protect", func(f floor, _ *cairntest.Someone) *cairntest.Someone { return f.ali }, func(f floor, a access.Actor, id moment.ID) error {
			return f.Support.Protect(f.T.Context(), a, id)
		}, false, true, true},
		{"stop", func(f floor, _ *cairntest.Someone) *cairntest.Someone { return f.ali }, func(f floor, a access.Actor, _ moment.ID) error {
			return f.Support.Stop(f.T.Context(), a)
		}, true, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := cairntest.New(t)
			f := open(t, w)
			lead := w.Person("Ruth", access.Supervisor)
			if err := w.Shifts.Start(t.Context(), lead.Actor, true); err != nil {
				t.Fatal(err)
			}
			guest := w.Browser()
			id := f.talk(t, guest, support.Wanted{Situations: []string{"hospital"}}, f.ali)
			if _, err := w.Chat.Say(t.Context(), f.ali.Actor, id, chat.Draft{Key: "a", Text: "Hello."}); err != nil {
				t.Fatal(err)
			}
			if err := tt.do(f, tt.by(f, guest).Actor, id); err != nil {
				t.Fatal(err)
			}
			p := f.state(t, guest)
			if back := p.Request.State == support.Waiting || p.Request.State == support.Offered; back != tt.again {
				t.Fatalf("the person is %s", p.Request.State)
			}
			if tt.again && !p.Request.First {
				t.Error("and not first in the line")
			}
			apart, err := w.People.Apart(t.Context(), w.DB.Reader(), guest.ID)
			if err == nil {
				apart, err = w.People.Apart(t.Context(), w.DB.Reader(), guest.Actor.Person)
			}
			if err != nil || apart[f.ali.ID] != tt.apart {
				t.Errorf("kept apart %v, want %v (%v)", apart[f.ali.ID], tt.apart, err)
			}
			b, err := w.Support.Board(t.Context(), lead.Actor)
			if err != nil || (len(b.CheckIns) == 1) != tt.checkedFor {
				t.Fatalf("check-ins %d (%v)", len(b.CheckIns), err)
			}
			if _, err := w.Chat.Say(t.Context(), f.ali.Actor, id, chat.Draft{Key: "b", Text: "More."}); !fault.Is(err, fault.Conflict) {
				t.Errorf("the conversation goes on: %v", err)
			}
			if _, err := w.Chat.Say(t.Context(), f.ali.Actor, id, chat.Draft{Key: "a", Text: "Hello."}); err != nil {
				t.Errorf("what was saved is still saved when it is sent again: %v", err)
			}
		})
	}
}

func TestADebriefIsOwedBeforeTheNext(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		guest := w.Browser()
		id := f.talk(t, guest, support.Wanted{Situations: []string{"hospital"}}, f.ali)
		if err := w.Support.End(t.Context(), f.ali.Actor, id); err != nil {
			t.Fatal(err)
		}
		next := w.Browser()
		f.ask(t, next, support.Wanted{Situations: []string{"hospital"}})
		if f.offer(t, f.ali) != nil {
			t.Fatal("offered before the debrief")
		}
		if err := w.Support.Ready(t.Context(), f.ali.Actor); !fault.Is(err, fault.Conflict) {
			t.Fatalf("ready before the debrief: %v", err)
		}
		if err := w.Support.Debrief(t.Context(), f.ali.Actor, id, support.Debriefing{By: "form", Note: "You want to call your sister."}); err != nil {
			t.Fatal(err)
		}
		if f.offer(t, f.ali) == nil {
			t.Fatal("not offered after the debrief")
		}
		if _, err := w.Chat.Read(t.Context(), f.ali.Actor, id, 0); !fault.Is(err, fault.NotFound) {
			t.Fatalf("the peer still reads after the debrief: %v", err)
		}
		mine, err := w.Support.Mine(t.Context(), guest.Actor)
		if err != nil || len(mine) != 1 || mine[0].Note != "You want to call your sister." {
			t.Fatalf("the person reads the note: %+v %v", mine, err)
		}
		// Leaving without it is always possible.
		if err := w.Support.LeaveShift(t.Context(), f.wren.Actor); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSilenceIsAskedAboutBeforeItEnds(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	guest := w.Browser()
	id := f.talk(t, guest, support.Wanted{}, f.firstAsked(t, guest))
	w.Pass(support.QuietAsks + time.Minute)
	v, err := w.Chat.Read(t.Context(), guest.Actor, id, 0)
	if err != nil || v.Messages[len(v.Messages)-1].Kind != chat.Checked {
		t.Fatalf("a quarter of an hour of silence is asked about: %+v %v", v.Messages, err)
	}
	if _, err := w.Chat.Say(t.Context(), guest.Actor, id, chat.Draft{Key: "x", Text: "Still here."}); err != nil {
		t.Fatal(err)
	}
	w.Pass(50 * time.Minute)
	if v, _ := w.Chat.Read(t.Context(), guest.Actor, id, 0); !v.Open() {
		t.Fatal("a word keeps it open")
	}
	w.Pass(2 * time.Hour)
	if v, _ := w.Chat.Read(t.Context(), guest.Actor, id, 0); v.Open() {
		t.Fatal("a long silence ends it")
	}
}

// firstAsked is the peer whom a plain ask goes to.
func (f floor) firstAsked(t *testing.T, _ *cairntest.Someone) *cairntest.Someone {
	t.Helper()
	probe := f.Browser()
	q := f.ask(t, probe, support.Wanted{})
	peer := f.ali
	if f.offer(t, f.ali) == nil {
		peer = f.wren
	}
	if err := f.Support.Withdraw(t.Context(), probe.Actor, q.ID); err != nil {
		t.Fatal(err)
	}
	return peer
}

func TestColleaguesAreNeverMatched(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	third := w.Person("Noor", access.Peer)
	if _, err := w.Support.Ask(t.Context(), support.Caller{Actor: third.Actor, Lang: "en"}, support.Wanted{}); !fault.Is(err, fault.Conflict) {
		t.Fatalf("got %v", err)
	}
	_ = f
}

func TestStrangersFindNothing(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	guest := w.Browser()
	id := f.talk(t, guest, support.Wanted{Situations: []string{"hospital"}}, f.ali)
	stranger := w.Person("Heron")
	admin := w.Person("Slate", access.Administrator)
	supervisor := w.Person("Ines", access.Supervisor)
	for _, p := range []*cairntest.Someone{stranger, admin, supervisor, f.wren} {
		for _, path := range []string{"/talk/" + string(id), "/talk/" + string(id) + "/after", "/talk/" + string(id) + "/stream", "/talk/" + string(id) + "/do/end"} {
			if got := p.Get(path); got.Status != 404 {
				t.Errorf("%s opens %s: %d", p.Name, path, got.Status)
			}
		}
		for _, path := range []string{"/talk/" + string(id) + "/say", "/talk/" + string(id) + "/do/end", "/talk/" + string(id) + "/delete", "/talk/" + string(id) + "/after"} {
			if got := p.Post(path, "text", "x", "key", "k"); got.Status != 404 {
				t.Errorf("%s posts %s: %d", p.Name, path, got.Status)
			}
		}
	}
	if v, err := w.Chat.Read(t.Context(), guest.Actor, id, 0); err != nil || !v.Open() || len(v.Messages) != 1 {
		t.Fatalf("something changed: %+v %v", v.Messages, err)
	}
}

func TestTheWholeJourneyOverHTTP(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		guest := w.Browser()
		if home := guest.Get("/"); home.Status != 200 || !strings.Contains(home.Body, "2 peers are here now.") {
			t.Fatalf("home: %d", home.Status)
		}
		asked := guest.Post("/ask")
		if asked.Status != 303 || asked.To() != "/wait" {
			t.Fatalf("ask: %d to %s", asked.Status, asked.To())
		}
		if wait := guest.Get("/wait"); wait.Status != 200 || !strings.Contains(wait.Body, "We are asking a peer right now") {
			t.Fatalf("wait: %d", wait.Status)
		}
		if got := guest.Post("/wait/describe", "distress", "5", "words", strings.Repeat("x", 2000)); got.Status != 422 || !strings.Contains(got.Body, "xxx") {
			t.Fatalf("bad input is told at the field with what was typed: %d", got.Status)
		}
		peer := f.ali
		if f.offer(t, peer) == nil {
			peer = f.wren
		}
		if shift := peer.Get("/shift"); !strings.Contains(shift.Body, "Would you talk with them?") {
			t.Fatalf("the peer's page shows no offer: %d", shift.Status)
		}
		taken := peer.Post("/offer/" + string(f.offer(t, peer).ID) + "/accept")
		if taken.Status != 303 || !strings.HasPrefix(taken.To(), "/talk/") {
			t.Fatalf("accept: %d %s", taken.Status, taken.To())
		}
		talk := taken.To()
		if wait := guest.Get("/wait"); wait.To() != talk {
			t.Fatalf("the guest is led to %q", wait.To())
		}
		if got := peer.Post(talk+"/say", "key", "p1", "text", "Hello <b>you</b>"); got.Status != 303 {
			t.Fatalf("say: %d", got.Status)
		}
		page := guest.Get(talk)
		if page.Status != 200 || !strings.Contains(page.Body, "Hello &lt;b&gt;you&lt;/b&gt;") {
			t.Fatalf("the guest reads: %d", page.Status)
		}
		for _, bad := range []string{"", "   ", "\u200b\u200d", strings.Repeat("a", 5000)} {
			if got := guest.Post(talk+"/say", "key", "g0", "text", bad); got.Status != 422 {
				t.Errorf("%.10q is answered with %d", bad, got.Status)
			}
		}
		if got := guest.Post(talk+"/say", "key", "g1", "text", strings.Repeat("a", 1<<20)); got.Status != 413 {
			t.Errorf("a message of 1 MB is answered with %d", got.Status)
		}
		if got := guest.Post(talk+"/say", "key", "g1", "text", "nul\x00"); got.Status != 422 {
			t.Errorf("a null byte is answered with %d", got.Status)
		}
		if got := guest.Post(talk + "/do/end"); got.To() != talk+"/after" {
			t.Fatalf("end: %d %s", got.Status, got.To())
		}
		if got := guest.Post(talk+"/after", "distress", "2", "helped", "listened", "thanks", "Thank you."); got.Status != 303 {
			t.Fatalf("after: %d %s", got.Status, got.Body)
		}
		if shift := peer.Get("/shift"); !strings.Contains(shift.Body, "Thank you.") || !strings.Contains(shift.Body, "Look back") {
			t.Error("the peer sees thanks and what is owed")
		}
		if got := peer.Post(talk+"/debrief", "by", "form", "heavy", "yes"); got.To() != "/shift" {
			t.Fatalf("debrief: %d", got.Status)
		}
		if got := guest.Post(talk + "/delete"); got.Status != 303 {
			t.Fatalf("delete: %d", got.Status)
		}
		if got := guest.Get(talk); got.Status != 404 {
			t.Fatalf("deleted words are shown: %d", got.Status)
		}
	})
}
