package support_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
)

// resting is a floor whose peers are on a break: whoever asks waits.
func resting(t *testing.T) floor {
	t.Helper()
	f := open(t, cairntest.New(t))
	for _, p := range []*cairntest.Someone{f.ali, f.wren} {
		if err := f.Support.Pause(t.Context(), p.Actor); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

const danger = "I want to kill myself"

func TestWhatIsSaidTheSecondTimeCounts(t *testing.T) {
	f := resting(t)
	a := f.Browser()
	first := f.ask(t, a, support.Wanted{})
	again := f.ask(t, a, support.Wanted{Distress: 5, Words: danger})
	p := f.state(t, a)
	if again.ID != first.ID || !p.Request.HelpShown || !p.Request.First || p.Words != danger {
		t.Fatalf("asked again: %+v, words %q", p.Request, p.Words)
	}
	if p.Request.WhyFirst != "phrase" {
		t.Errorf("the lead is told %q", p.Request.WhyFirst)
	}
	// Nobody leads here, so the page must not say that a lead knows.
	if page := a.Get("/wait").Body; !strings.Contains(page, "You come first in the line.") || strings.Contains(page, "lead of the shift knows") {
		t.Error("the waiting page shows no help, or says what is not so")
	}
	f.ask(t, a, support.Wanted{}) // one tap more takes nothing back
	if p = f.state(t, a); p.Words != danger {
		t.Errorf("a tap without words took the words away: %q", p.Words)
	}
}

func TestHelpIsShownAlsoWhenNobodyIsThere(t *testing.T) {
	w := cairntest.New(t)
	for _, path := range []string{"/ask", "/hold"} {
		got := w.Browser().Post(path, "words", danger)
		if !strings.Contains(got.Body, "These people answer now:") || !strings.Contains(got.Body, `href="/crisis"`) {
			t.Errorf("%s (%d) shows no crisis lines to somebody in danger", path, got.Status)
		}
		if strings.Contains(got.Body, "You come first in the line") {
			t.Errorf("%s implies that somebody reads it", path)
		}
	}
}

func TestAPlaceIsKeptOnlyWhileNobodyIsHere(t *testing.T) {
	f := resting(t)
	a := f.Browser()
	f.ask(t, a, support.Wanted{})
	f.Pass(10 * time.Minute)
	b := f.Person("Bea")
	if _, err := f.Support.Hold(t.Context(), support.Caller{Actor: b.Actor, Lang: "en"}, support.Wanted{}); err != nil {
		t.Fatal(err)
	}
	f.ask(t, b, support.Wanted{})
	if p := f.state(t, b); p.Ahead != 1 || p.Request.First {
		t.Fatalf("keeping a place jumps the line: %d ahead", p.Ahead)
	}
}

func TestKnowingIsNotExplained(t *testing.T) {
	for name, verb := range map[string]func(t *testing.T, f floor, m *cairntest.Someone) error{
		"know": func(t *testing.T, f floor, m *cairntest.Someone) error {
			return f.Support.Know(t.Context(), f.ali.Actor, f.state(t, m).Request.Conversation)
		},
		"protect": func(t *testing.T, f floor, m *cairntest.Someone) error {
			return f.Support.Protect(t.Context(), f.ali.Actor, f.state(t, m).Request.Conversation)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, cairntest.New(t))
			m := f.Person("Heron")
			f.talk(t, m, support.Wanted{Situations: []string{"hospital"}}, f.ali)
			if err := verb(t, f, m); err != nil {
				t.Fatal(err)
			}
			list, err := f.People.Opened(t.Context(), m.Actor)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range list {
				if strings.Contains(l.Verb, name) {
					t.Errorf("the member reads %s", l.Verb)
				}
			}
		})
	}
}

func TestNobodyWaitsForEverWhenRolesAreLost(t *testing.T) {
	w := cairntest.New(t)
	f := open(t, w)
	slate := w.Person("Slate", access.Administrator)
	for _, p := range []*cairntest.Someone{f.ali, f.wren} {
		if err := w.People.TakeRole(t.Context(), slate.Actor, p.ID, access.Peer); err != nil {
			t.Fatal(err)
		}
	}
	w.Settle()
	if st, err := w.Support.Status(t.Context()); err != nil || st.Open || st.Peers != 0 {
		t.Fatalf("open with nobody who may talk: %+v %v", st, err)
	}
}

func TestADebriefOutlivesTheMembersAccount(t *testing.T) {
	f := open(t, cairntest.New(t))
	m := f.Person("Heron")
	id := f.talk(t, m, support.Wanted{Situations: []string{"hospital"}}, f.ali)
	if err := f.Support.End(t.Context(), m.Actor, id); err != nil {
		t.Fatal(err)
	}
	if err := f.People.Erase(t.Context(), m.Actor, people.Proof{Name: "Heron"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Support.Debrief(t.Context(), f.ali.Actor, id, support.Debriefing{By: "form", Words: "that was heavy", Note: "for them"}); err != nil {
		t.Fatalf("the debrief that is owed cannot be done: %v", err)
	}
}

func TestAnErasedPeerIsOfferedNobody(t *testing.T) {
	f := open(t, cairntest.New(t))
	if err := f.Support.Pause(t.Context(), f.wren.Actor); err != nil {
		t.Fatal(err)
	}
	a := f.Browser()
	f.ask(t, a, support.Wanted{})
	if err := f.People.Erase(t.Context(), f.ali.Actor, people.Proof{Name: "Ali"}); err != nil {
		t.Fatal(err)
	}
	f.Settle()
	if p := f.state(t, a); p.Request.State != support.Waiting {
		t.Fatalf("the person is %s", p.Request.State)
	}
}

func TestStoppingTwiceIsOneCheckIn(t *testing.T) {
	f := open(t, cairntest.New(t))
	lead := f.Person("Ruth", access.Coordinator)
	for range 5 {
		if err := f.Support.Stop(t.Context(), f.ali.Actor); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := f.Support.Board(t.Context(), lead.Actor); err != nil || len(b.CheckIns) != 1 {
		t.Fatalf("%d check-ins, %v", len(b.CheckIns), err)
	}
}

func TestTakingGivesBackOnesOwnOffer(t *testing.T) {
	f := resting(t)
	lead := f.Person("Ruth", access.Peer, access.Supervisor)
	onShift(t, f.World, lead)
	a, b := f.Browser(), f.Browser()
	f.ask(t, a, support.Wanted{})
	f.ask(t, b, support.Wanted{})
	if _, err := f.Support.Take(t.Context(), lead.Actor, f.state(t, b).Request.ID); err != nil {
		t.Fatal(err)
	}
	mine, _, err := f.Shifts.Mine(t.Context(), f.DB.Reader(), lead.ID)
	if err != nil || f.offer(t, lead) != nil || mine.Busy != 1 {
		t.Fatalf("talks and is offered another: %+v %v", mine, err)
	}
	if p := f.state(t, a); p.Request.State != support.Waiting {
		t.Errorf("the other is %s", p.Request.State)
	}
}

func TestWordsTypedWhileAskingGoWithTheConversation(t *testing.T) {
	for name, keep := range map[string]bool{"deleted": false, "retention": true} {
		t.Run(name, func(t *testing.T) {
			f := open(t, cairntest.New(t))
			m := f.Person("Heron")
			id := f.talk(t, m, support.Wanted{Situations: []string{"hospital"}, Words: "words of that night"}, f.ali)
			if err := f.Support.End(t.Context(), m.Actor, id); err != nil {
				t.Fatal(err)
			}
			q := f.state(t, m).Request.ID
			if keep {
				f.Time.Advance(91 * 24 * time.Hour)
			} else {
				if err := f.Chat.Delete(t.Context(), m.Actor, id); err != nil {
					t.Fatal(err)
				}
				f.Settle()
				if p := f.state(t, m); p.Words != "" {
					t.Errorf("right after deleting: %q", p.Words)
				}
				f.Time.Advance(25 * time.Hour)
			}
			f.Settle()
			if p := f.state(t, m); p.Words != "" {
				t.Errorf("still readable: %q", p.Words)
			}
			var keys int
			if err := f.DB.Reader().QueryRow(t.Context(), `SELECT count(*) FROM vault_key WHERE scope = $1`, q).Scan(&keys); err != nil || keys != 0 {
				t.Errorf("%d keys are left (%v)", keys, err)
			}
		})
	}
}

func TestACrowdAsksAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		crowd := make([]*cairntest.Someone, 32)
		for i := range crowd {
			crowd[i] = w.Person(fmt.Sprintf("Pebble %d", i))
		}
		var group sync.WaitGroup
		for _, m := range crowd {
			for range 2 { // each presses twice
				group.Go(func() {
					if _, err := w.Support.Ask(t.Context(), support.Caller{Actor: m.Actor, Lang: "en"}, support.Wanted{}); err != nil {
						t.Errorf("%s: %v", m.Name, err)
					}
				})
			}
		}
		group.Wait()
		offered := 0
		for _, m := range crowd {
			if f.state(t, m).Request.State == support.Offered {
				offered++
			}
		}
		if offered != 2 {
			t.Fatalf("%d are offered to two peers", offered)
		}
	})
}

func TestOneAddressCannotFillTheLine(t *testing.T) {
	f := resting(t)
	refused := 0
	for range 80 {
		if f.Browser().Post("/ask", "distress", "5").Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("eighty guests from one address, none refused")
	}
}
