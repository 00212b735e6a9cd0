package mentoring_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// two are a member who looks for somebody and a peer who walks with people.
type two struct {
	*cairntest.World
	heron, ali, wren *cairntest.Someone
}

func begin(t *testing.T, w *cairntest.World) two {
	t.Helper()
	h := two{World: w, heron: w.Person("Heron").Knows("hospital", "sleep"), ali: w.Person("Ali", access.Peer).Knows("hospital"), wren: w.Person("Wren", access.Peer).Knows("grief")}
	for _, p := range []*cairntest.Someone{h.ali, h.wren} {
		must(t, w.Mentoring.Take(t.Context(), p.Actor, true, 3))
	}
	w.Settle()
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h two) home(t *testing.T, p *cairntest.Someone) mentoring.Home {
	t.Helper()
	out, err := h.Mentoring.Home(t.Context(), p.Actor)
	must(t, err)
	return out
}

// asks lets the member look, and ask the first who is suggested.
func (h two) asks(t *testing.T) moment.ID {
	t.Helper()
	must(t, h.Mentoring.Look(t.Context(), h.heron.Actor, mentoring.Wanted{Situations: []string{"hospital"}, Words: "heron-asks-softly", Dial: 0}))
	sug := h.home(t, h.heron).Suggested
	if len(sug) == 0 || sug[0].Card.Name != "Ali" {
		t.Fatalf("suggested: %+v", sug)
	}
	id, err := h.Mentoring.Choose(t.Context(), h.heron.Actor, sug[0].ID)
	must(t, err)
	return id
}

func (h two) open(t *testing.T, p *cairntest.Someone, id moment.ID) mentoring.View {
	t.Helper()
	v, err := h.Mentoring.Open(t.Context(), p.Actor, id)
	must(t, err)
	return v
}

// meets holds one meeting by chat, of so many minutes.
func (h two) meets(t *testing.T, id moment.ID, lasts time.Duration) {
	t.Helper()
	ctx := t.Context()
	must(t, h.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: h.Time.Now().Add(2 * time.Hour), Minutes: 30}))
	v := h.open(t, h.heron, id)
	x := v.Coming[len(v.Coming)-1]
	h.Pass(2 * time.Hour)
	talk, err := h.Mentoring.Enter(ctx, h.heron.Actor, x.ID)
	must(t, err)
	again, err := h.Mentoring.Enter(ctx, h.ali.Actor, x.ID)
	must(t, err)
	if again != talk {
		t.Fatal("two conversations of one meeting")
	}
	for _, p := range []*cairntest.Someone{h.heron, h.ali} {
		if _, err := h.Chat.Say(ctx, p.Actor, talk, chat.Draft{Key: "a", Text: "words of " + p.Name}); err != nil {
			t.Fatal(err)
		}
		if got := p.Get("/talk/" + string(talk)); got.Status != 200 || !strings.Contains(got.Body, "words of "+p.Name) {
			t.Fatalf("the page of the meeting: %d", got.Status)
		}
	}
	h.Time.Advance(lasts)
	must(t, h.Mentoring.Finish(ctx, h.ali.Actor, x.ID))
}

// walks brings the two through the trial.
func (h two) walks(t *testing.T) moment.ID {
	t.Helper()
	ctx, id := t.Context(), h.asks(t)
	must(t, h.Mentoring.Answer(ctx, h.ali.Actor, id, true))
	h.meets(t, id, 25*time.Minute)
	h.meets(t, id, 25*time.Minute)
	for _, p := range []*cairntest.Someone{h.heron, h.ali} {
		must(t, h.Mentoring.GoOn(ctx, p.Actor, id))
	}
	return id
}

func (h two) terms() mentoring.Terms {
	today := calendar.DateOf(h.Time.Now().Std())
	t := mentoring.Draft(today, "Europe/Berlin", "between us", "I call the line")
	t.Purpose = "heron-finds-a-rhythm"
	for day := range 7 {
		t.Slots = append(t.Slots, mentoring.Slot{Day: time.Weekday(day), From: 17 * 60, To: 21 * 60})
	}
	t.Channels = []mentoring.Channel{mentoring.ByChat, mentoring.InPerson}
	return t
}

// agrees lets both sign a charter.
func (h two) agrees(t *testing.T, id moment.ID, terms mentoring.Terms) {
	t.Helper()
	ctx := t.Context()
	must(t, h.Mentoring.Write(ctx, h.heron.Actor, id, terms))
	must(t, h.Mentoring.Sign(ctx, h.ali.Actor, id, len(h.open(t, h.ali, id).Versions)))
}

func TestTheWholeWay(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.walks(t)
		v := h.open(t, h.heron, id)
		if v.State != mentoring.Walking || v.Held != 2 {
			t.Fatalf("after the trial: %s, %d held", v.State, v.Held)
		}
		if err := w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: w.Time.Now().Add(time.Hour), Minutes: 30}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a meeting before the charter: %v", err)
		}
		h.agrees(t, id, h.terms())
		v = h.open(t, h.ali, id)
		if v.Charter == nil || v.Charter.Terms.Purpose != "heron-finds-a-rhythm" || v.ReviewAt == 0 || v.EndsAt == 0 {
			t.Fatalf("the charter does not hold: %+v", v.Charter)
		}
		h.meets(t, id, 25*time.Minute)
		note, err := w.Mentoring.WriteNote(ctx, h.ali.Actor, id, "", 0, "walked to the river")
		must(t, err)
		h.writeTogether(t, id, note)
		must(t, w.Mentoring.LookBack(ctx, h.heron.Actor, id, "taper", "it helps", "only"))
		if got := h.open(t, h.ali, id); len(got.Reviews) != 1 || got.Reviews[0].MemberWords != "it helps" || len(got.Signals) != 1 || got.Signals[0].Kind != mentoring.OnlySource {
			t.Errorf("both see what was said and noticed: %+v %+v", got.Reviews, got.Signals)
		}
		must(t, w.Mentoring.Taper(ctx, h.ali.Actor, id, 1))
		h.meets(t, id, 25*time.Minute)
		if got := h.open(t, h.heron, id); got.Taper != 0 || got.State != mentoring.Tapering {
			t.Errorf("tapering: %d left, %s", got.Taper, got.State)
		}
		must(t, w.Mentoring.Bye(ctx, h.heron.Actor, id, "thank-you-for-the-river"))
		must(t, w.Mentoring.Bye(ctx, h.ali.Actor, id, "go well"))
		v = h.open(t, h.ali, id)
		if v.State != mentoring.Over || v.EndedHow != mentoring.EndedWell || v.Byes[0] != "thank-you-for-the-river" || v.Byes[1] != "go well" {
			t.Errorf("the ending: %+v %v", v.Walk, v.Byes)
		}
		next, err := w.Mentoring.ComeBack(ctx, h.heron.Actor, id)
		must(t, err)
		must(t, w.Mentoring.Answer(ctx, h.ali.Actor, next, true))
		if v := h.open(t, h.heron, next); v.State != mentoring.Walking || v.After != id {
			t.Errorf("the way back: %+v", v.Walk)
		}
	})
}

// writeTogether lets both write a note, and looks that nothing is lost.
func (h two) writeTogether(t *testing.T, id, note moment.ID) {
	t.Helper()
	ctx := t.Context()
	if _, err := h.Mentoring.WriteNote(ctx, h.heron.Actor, id, note, 1, "walked to the river, twice"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Mentoring.WriteNote(ctx, h.ali.Actor, id, note, 1, "mine instead"); !fault.Is(err, fault.Conflict) {
		t.Errorf("words of the other are written over: %v", err)
	}
	got := h.ali.Post("/people/walk/"+string(id)+"/note/"+string(note), "version", "1", "words", "mine instead")
	if got.Status != 409 || !strings.Contains(got.Body, "mine instead") || !strings.Contains(got.Body, "walked to the river, twice") {
		t.Errorf("what was typed or what the other wrote is lost: %d", got.Status)
	}
	if v := h.open(t, h.heron, id); len(v.Notes) != 1 || v.Notes[0].Version != 2 {
		t.Errorf("notes: %+v", v.Notes)
	}
}

func TestOnlyTheTwoSeeIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.walks(t)
		h.agrees(t, id, h.terms())
		_, err := w.Mentoring.WriteNote(t.Context(), h.ali.Actor, id, "", 0, "a note of the two")
		must(t, err)
		path := "/people/walk/" + string(id)
		tomo := w.Person("Tomo", access.Coordinator)
		for name, p := range map[string]*cairntest.Someone{"another peer": h.wren, "a coordinator": tomo, "a supervisor": w.Person("Ines", access.Supervisor), "an administrator": w.Person("Slate", access.Administrator), "a member": w.Person("Mina")} {
			for _, at := range []string{path, path + "/charter", path + "/note", path + "/back", path + "/bye", path + "/outside", path + "/plan", path + "/sure/switch"} {
				if got := p.Get(at); got.Status != 404 {
					t.Errorf("%s opens %s: %d", name, at, got.Status)
				}
			}
			for _, act := range []string{"yes", "go-on", "switch", "may-know", "now", "stand-in", "come-back"} {
				if got := p.Post(path + "/do/" + act); got.Status != 404 {
					t.Errorf("%s does %s: %d", name, act, got.Status)
				}
			}
		}
		got := tomo.Get("/programme/walks")
		if got.Status != 200 || strings.Contains(got.Body, "a note of the two") || strings.Contains(got.Body, "heron-finds-a-rhythm") || strings.Contains(got.Body, "heron-asks-softly") {
			t.Errorf("the coordinator's page: %d", got.Status)
		}
		if got := h.ali.Get("/programme/walks"); got.Status != 404 {
			t.Errorf("a peer opens the programme: %d", got.Status)
		}
	})
}

func TestAPeerProposesToWhomTheyTalkedWith(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	ines := w.Person("Ines", access.Supervisor)
	must(t, w.Shifts.Start(ctx, ines.Actor, true))
	must(t, w.Shifts.Start(ctx, h.ali.Actor, false))
	must(t, w.Support.Ready(ctx, h.ali.Actor))
	h.heron.Post("/ask")
	w.Settle()
	o, err := w.Support.MyOffer(ctx, h.ali.Actor)
	must(t, err)
	talk, err := w.Support.Accept(ctx, h.ali.Actor, o.ID)
	must(t, err)
	if _, err := w.Mentoring.Propose(ctx, h.wren.Actor, talk); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody who was not there proposes: %v", err)
	}
	id, err := w.Mentoring.Propose(ctx, h.ali.Actor, talk)
	must(t, err)
	if got := h.heron.Get("/people/walk/" + string(id)); !strings.Contains(got.Body, "would like to walk with you") {
		t.Error("the person is not asked")
	}
	must(t, w.Mentoring.Answer(ctx, h.heron.Actor, id, true))
	if v := h.open(t, h.ali, id); v.State != mentoring.Trial {
		t.Errorf("%s", v.State)
	}
}

func TestACoordinatorIntroduces(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	tomo := w.Person("Tomo", access.Coordinator)
	must(t, w.Mentoring.Look(ctx, h.heron.Actor, mentoring.Wanted{Situations: []string{"hospital"}}))
	o, err := w.Mentoring.Overview(ctx, tomo.Actor)
	must(t, err)
	if len(o.Waiting) != 1 || len(o.Peers) != 2 {
		t.Fatalf("%+v", o)
	}
	must(t, w.Mentoring.Introduce(ctx, tomo.Actor, o.Waiting[0].ID, h.ali.ID))
	home := h.home(t, h.heron)
	if len(home.Walks) != 1 || !home.Walks[0].Mine {
		t.Fatalf("the member is not asked: %+v", home.Walks)
	}
	id := home.Walks[0].ID
	must(t, w.Mentoring.Answer(ctx, h.ali.Actor, id, true))
	if v := h.open(t, h.ali, id); v.State != mentoring.Asked {
		t.Errorf("it begins without the member's yes: %s", v.State)
	}
	must(t, w.Mentoring.Answer(ctx, h.heron.Actor, id, true))
}
