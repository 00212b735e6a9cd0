package support_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
)

func TestComingAndGoingWithAShortCheck(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ali, wren, ruth := w.Person("Ali", access.Peer), w.Person("Wren", access.Peer), w.Person("Ruth", access.Supervisor)
		if got := ali.Post("/shift/start", "how", "9"); got.Status != 422 {
			t.Errorf("a number that is none: %d", got.Status)
		}
		if got := wren.Post("/shift/start"); got.To() != "/shift" { // all of it can be left out
			t.Errorf("without a word: %d %s", got.Status, got.To())
		}
		if got := ali.Post("/shift/start", "how", "5", "talk", "yes", "nottoday", "yes"); got.To() != "/me/today" {
			t.Errorf("something not to meet today: %d %s", got.Status, got.To())
		}
		ali.Post("/shift/start", "how", "2", "talk", "yes") // pressing twice is no error, and says nothing more
		board := func() string { return ruth.Get("/board").Body }
		if got := board(); strings.Count(got, "Ali would like to talk to you before the first person comes.") != 1 || strings.Contains(got, "very bad") {
			t.Error("the lead is told of the wish, and of nothing else")
		}
		if got := ali.Get("/rota/mine").Body; !strings.Contains(got, "coming: very bad") {
			t.Error("the person does not see their own tap")
		}
		if got := wren.Get("/rota/mine").Body; strings.Contains(got, "very bad") {
			t.Error("somebody else sees it")
		}
		if got := ali.Get("/shift/leave"); got.Status != 200 || !strings.Contains(got.Body, "End my shift") {
			t.Errorf("before going: %d", got.Status)
		}
		if got := ali.Post("/shift/leave", "how", "4", "talk", "yes"); got.To() != "/shift" {
			t.Errorf("going: %d %s", got.Status, got.To())
		}
		if got := board(); !strings.Contains(got, "Ali would like to be called after their shift.") || strings.Contains(got, "not well") {
			t.Error("the lead is told of the wish to be called, and of nothing else")
		}
		if got := ali.Get("/rota/mine").Body; !strings.Contains(got, "leaving: not well") {
			t.Error("the person does not see their own tap as they went")
		}
		if got := ali.Get("/shift/leave"); got.Status != 303 {
			t.Errorf("who is not on shift has nothing to leave: %d", got.Status)
		}
	})
}

func TestTheLeadSeesWhatIsOwedAlsoOfThoseWhoLeft(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		f := open(t, w)
		ruth := w.Person("Ruth", access.Supervisor)
		id := f.talk(t, w.Person("Heron"), support.Wanted{Situations: []string{"hospital"}}, f.ali)
		if err := w.Support.End(t.Context(), f.ali.Actor, id); err != nil {
			t.Fatal(err)
		}
		if got := ruth.Get("/board").Body; !strings.Contains(got, "1 to look back on") {
			t.Error("of who is here")
		}
		if got := f.ali.Get("/shift/leave").Body; !strings.Contains(got, "1 conversation to look back on") {
			t.Error("who goes is not reminded")
		}
		if err := w.Support.LeaveShift(t.Context(), f.ali.Actor); err != nil { // nothing is a locked screen
			t.Fatal(err)
		}
		if got := ruth.Get("/board").Body; !strings.Contains(got, "Ali has left with 1 conversation to look back on.") {
			t.Error("of who has left")
		}
		if err := w.Support.Debrief(t.Context(), f.ali.Actor, id, support.Debriefing{By: "form"}); err != nil {
			t.Fatal(err)
		}
		if got := ruth.Get("/board").Body; strings.Contains(got, "to look back on") {
			t.Error("after it was done")
		}
	})
}
