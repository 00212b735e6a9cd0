package moderation_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// house is a running conversation between Ali and Heron, and who decides.
type house struct {
	*cairntest.World
	ines, otto, ali, heron *cairntest.Someone
	talk                   string
}

func begin(t *testing.T, w *cairntest.World) house {
	t.Helper()
	h := house{World: w, ines: w.Person("Ines", access.Supervisor), otto: w.Person("Otto", access.Coordinator), ali: w.Person("Ali", access.Peer), heron: w.Person("Heron")}
	for p, leads := range map[*cairntest.Someone]bool{h.ines: true, h.ali: false} {
		if err := w.Shifts.Start(t.Context(), p.Actor, leads); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Support.Ready(t.Context(), h.ali.Actor); err != nil {
		t.Fatal(err)
	}
	h.heron.Post("/ask")
	w.Settle()
	o, err := w.Support.MyOffer(t.Context(), h.ali.Actor)
	if err != nil || o == nil {
		t.Fatalf("no offer: %v", err)
	}
	id, err := w.Support.Accept(t.Context(), h.ali.Actor, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.talk = string(id)
	h.ali.Post("/talk/"+h.talk+"/say", "key", "a", "text", "give me your number")
	h.heron.Post("/talk/"+h.talk+"/say", "key", "b", "text", "I would rather not")
	return h
}

func (h house) first(t *testing.T, by *cairntest.Someone) moderation.Queued {
	t.Helper()
	q, err := h.Moderation.Queue(t.Context(), by.Actor)
	if err != nil || len(q.Reports) != 1 {
		t.Fatalf("%d reports, %v", len(q.Reports), err)
	}
	return q.Reports[0]
}

func TestAReportIsDecidedAndAppealed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		if got := h.heron.Get("/report?kind=talk&id=" + h.talk); got.Status != 200 {
			t.Fatalf("the form: %d", got.Status)
		}
		if got := h.heron.Post("/report", "kind", "talk", "id", h.talk, "words", "He asks for my number"); got.Status != 422 || !strings.Contains(got.Body, "He asks for my number") {
			t.Errorf("without a reason: %d", got.Status)
		}
		for range 2 { // sent twice: once in the queue
			if got := h.heron.Post("/report", "kind", "talk", "id", h.talk, "reason", "contact", "words", "He asks for my number"); got.Status != 303 {
				t.Fatalf("report: %d", got.Status)
			}
		}
		r := h.first(t, h.ines)
		at := "/moderation/" + string(r.ID)
		if got := h.ines.Post(at+"/decide", "what", "warn", "reason", "x"); got.Status != 403 {
			t.Errorf("decided without a claim: %d", got.Status)
		}
		h.ines.Post(at + "/claim")
		if got := h.otto.Post(at + "/claim"); got.Status != 409 {
			t.Errorf("claimed twice: %d", got.Status)
		}
		if got := h.ines.Get(at); !strings.Contains(got.Body, "give me your number") || !strings.Contains(got.Body, "He asks for my number") {
			t.Error("the context is not there")
		}
		if got := h.ines.Post(at+"/decide", "what", "pause", "days", "3", "reason", ""); got.Status != 422 {
			t.Errorf("a pause without a reason: %d", got.Status)
		}
		if got := h.ines.Post(at+"/decide", "what", "pause", "days", "3", "reason", "We do not swap numbers here."); got.Status != 303 {
			t.Fatalf("decide: %d", got.Status)
		}
		w.Settle()
		mine := h.ali.Get("/me/decisions")
		if !strings.Contains(mine.Body, "We do not swap numbers here.") || strings.Contains(mine.Body, "Ines") || strings.Contains(mine.Body, "Heron") {
			t.Error("the person reads what and why, and neither who decided nor who reported")
		}
		if err := w.Support.End(t.Context(), h.heron.Actor, moment.ID(h.talk)); err != nil {
			t.Fatal(err)
		}
		if err := w.Support.Ready(t.Context(), h.ali.Actor); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody who is paused is offered people: %v", err)
		}
		if got := h.ali.Get("/safe"); got.Status != 200 {
			t.Errorf("crisis help: %d", got.Status)
		}
		actions, err := w.Moderation.Mine(t.Context(), h.ali.Actor)
		if err != nil || len(actions) != 1 {
			t.Fatal(err)
		}
		id := actions[0].ID
		if err := w.Moderation.Appeal(t.Context(), h.heron.Actor, id, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else appeals: %v", err)
		}
		if got := h.ali.Post("/me/decisions/"+string(id), "words", "It was for an emergency."); got.Status != 303 {
			t.Fatalf("appeal: %d", got.Status)
		}
		if err := w.Moderation.DecideAppeal(t.Context(), h.ines.Actor, id, "no", "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("whoever decided decides again: %v", err)
		}
		if got := h.otto.Post(at+"/appeal", "action", string(id), "stands", "no", "answer", "You are right."); got.Status != 303 {
			t.Fatalf("appeal: %d", got.Status)
		}
		if out, err := w.Moderation.Out(t.Context(), w.DB.Reader(), h.ali.ID); err != nil || out {
			t.Errorf("what was taken back still holds: %v", err)
		}
		if got := h.ali.Get("/me/decisions"); !strings.Contains(got.Body, "You are right.") {
			t.Error("the answer is not read")
		}
	})
}

func TestWhoReportedReachesNobody(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.heron.Post("/report", "kind", "talk", "id", h.talk, "reason", "threat", "words", "reporter-words-7")
	r := h.first(t, h.ines)
	h.ines.Post("/moderation/" + string(r.ID) + "/claim")
	h.ines.Post("/moderation/"+string(r.ID)+"/decide", "what", "warn", "reason", "Please be kind.")
	w.Settle()
	for _, path := range []string{"/moderation", "/moderation/" + string(r.ID), "/board"} {
		got := h.ines.Get(path)
		if path != "/board" && strings.Contains(got.Body, "Heron") {
			t.Errorf("%s names who reported", path)
		}
	}
	lines, err := w.Ledger.About(t.Context(), h.ali.ID, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Actor == h.heron.ID && strings.HasPrefix(l.Verb, "moderation.") {
			t.Errorf("the audit tells who reported: %+v", l)
		}
	}
	for name, body := range w.Exported(h.ali) {
		if strings.Contains(body, "reporter-words-7") || strings.HasPrefix(name, "moderation") && strings.Contains(body, string(h.heron.ID)) {
			t.Errorf("%s tells who reported", name)
		}
	}
	if own := w.Exported(h.heron)["moderation-reports.json"]; !strings.Contains(own, "reporter-words-7") {
		t.Errorf("their own words are not in the export of who reported: %s", own)
	}
	if got := h.ali.Get("/moderation/" + string(r.ID)); got.Status != 404 {
		t.Errorf("the one it is about opens it: %d", got.Status)
	}
}

func TestNobodyHandlesTheirOwn(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.ali.Post("/report", "kind", "talk", "id", h.talk, "reason", "hurtful")
	r := h.first(t, h.ines)
	if err := w.People.GiveRole(t.Context(), w.Person("Root", access.Administrator).Actor, h.ali.ID, access.Supervisor); err != nil {
		t.Fatal(err)
	}
	now := w.ActorOf(h.ali)
	if q, err := w.Moderation.Queue(t.Context(), now); err != nil || len(q.Reports) != 0 {
		t.Errorf("who reported handles it: %v", err)
	}
	if err := w.Moderation.Claim(t.Context(), now, r.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("who reported claims it: %v", err)
	}
	if got := w.Person("Wren").Get("/report?kind=talk&id=" + h.talk); got.Status != 404 {
		t.Errorf("somebody who was not there reports it: %d", got.Status)
	}
}

// Whoever talks with a peer who is kept out is not dropped: the lead sees it.
func TestTheLeadSeesToWhomAPeerTalksWithWhoIsKeptOut(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.heron.Post("/report", "kind", "talk", "id", h.talk, "reason", "threat")
	r := h.first(t, h.otto)
	h.otto.Post("/moderation/" + string(r.ID) + "/claim")
	h.otto.Post("/moderation/"+string(r.ID)+"/decide", "what", "pause", "days", "7", "reason", "Please wait for us.")
	w.Settle()
	if got := h.ines.Get("/board"); !strings.Contains(got.Body, "Ali was asked to pause while they talk with someone") {
		t.Error("the board does not say so")
	}
	if got := h.heron.Post("/talk/"+h.talk+"/say", "key", "c", "text", "are you still there"); got.Status != 303 {
		t.Errorf("the conversation was cut: %d", got.Status)
	}
}

func TestAGuestIsPausedForADayAtMost(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	guest := w.Browser()
	if err := w.Support.End(t.Context(), h.heron.Actor, moment.ID(h.talk)); err != nil {
		t.Fatal(err)
	}
	h.ali.Post("/talk/"+h.talk+"/debrief", "by", "form")
	got := guest.Post("/ask")
	if got.Status != 303 {
		t.Fatalf("ask: %d", got.Status)
	}
	w.Settle()
	o, err := w.Support.MyOffer(t.Context(), h.ali.Actor)
	if err != nil || o == nil {
		t.Fatalf("no offer: %v", err)
	}
	id, err := w.Support.Accept(t.Context(), h.ali.Actor, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.ali.Post("/report", "kind", "talk", "id", string(id), "reason", "sexual")
	r := h.first(t, h.otto)
	if err := w.Moderation.Claim(t.Context(), h.otto.Actor, r.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Moderation.Decide(t.Context(), h.otto.Actor, r.ID, moderation.Decision{What: "ban", Reason: "Not here."}); err != nil {
		t.Fatal(err)
	}
	who := w.ActorOf(guest)
	if out, err := w.Moderation.Out(t.Context(), w.DB.Reader(), who.Person); err != nil || !out {
		t.Fatalf("it does not hold: %v", err)
	}
	w.Time.Advance(moderation.GuestMost + time.Minute)
	if out, err := w.Moderation.Out(t.Context(), w.DB.Reader(), who.Person); err != nil || out {
		t.Errorf("a guest is kept out longer than a day by somebody who does not lead: %v", err)
	}
}

func TestSmallNumbersAreNotGiven(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	h.heron.Post("/report", "kind", "talk", "id", h.talk, "reason", "threat")
	got := w.Browser().Get("/house")
	if got.Status != 200 || !strings.Contains(got.Body, "fewer than 5") {
		t.Errorf("%d", got.Status)
	}
}
