package mentoring_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/core/people"
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
		must2(t, w, h, id, note)
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

// must2 checks that a note is written by both, and that nothing is lost.
func must2(t *testing.T, w *cairntest.World, h two, id, note moment.ID) {
	t.Helper()
	ctx := t.Context()
	if _, err := w.Mentoring.WriteNote(ctx, h.heron.Actor, id, note, 1, "walked to the river, twice"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Mentoring.WriteNote(ctx, h.ali.Actor, id, note, 1, "mine instead"); !fault.Is(err, fault.Conflict) {
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

func TestNobodyIsLeftWithoutAWord(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		slate := w.Person("Slate", access.Administrator)
		id := h.walks(t)
		terms := h.terms()
		terms.Backup = h.wren.ID
		h.agrees(t, id, terms)
		must(t, w.Mentoring.StandIn(ctx, h.wren.Actor, id, true))
		must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.ByChat, StartsAt: w.Time.Now().Add(48 * time.Hour), Minutes: 30}))
		must(t, w.Mentoring.Away(ctx, h.ali.Actor, w.Time.Now().Add(72*time.Hour)))
		x := h.open(t, h.heron, id).Coming[0]
		if x.Instead != h.wren.ID {
			t.Fatal("nobody stands in")
		}
		if got := h.wren.Get("/people/walk/" + string(id)); got.Status != 200 || !strings.Contains(got.Body, "heron-finds-a-rhythm") {
			t.Errorf("the page of who stands in: %d", got.Status)
		}
		w.Pass(48 * time.Hour)
		if _, err := w.Mentoring.Enter(ctx, h.ali.Actor, x.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("who is away comes: %v", err)
		}
		if _, err := w.Mentoring.Enter(ctx, h.wren.Actor, x.ID); err != nil {
			t.Errorf("who stands in cannot come: %v", err)
		}
		must(t, w.People.TakeRole(ctx, slate.Actor, h.ali.ID, access.Peer))
		w.Settle()
		home := h.home(t, h.heron)
		if len(home.Walks) != 1 || home.Walks[0].With.Name != "Wren" || home.Walks[0].Brought != mentoring.ByBackup || !home.Walks[0].Mine {
			t.Fatalf("after the peer has left: %+v", home.Walks)
		}
		must(t, w.Mentoring.Answer(ctx, h.heron.Actor, home.Walks[0].ID, false))
		if home := h.home(t, h.heron); home.Seek == nil {
			t.Error("nobody looks for them any more")
		}
	})
}

func TestANoAndASwitchAreNeverExplained(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.asks(t)
		must(t, w.Mentoring.Answer(ctx, h.ali.Actor, id, false))
		home := h.home(t, h.heron)
		if home.Seek == nil || len(home.Suggested) != 1 || home.Suggested[0].Card.Name != "Wren" {
			t.Fatalf("the search does not go on: %+v", home.Suggested)
		}
		if got := h.heron.Get("/people/walk/" + string(id)); !strings.Contains(got.Body, "It says nothing about you.") {
			t.Error("the words for a no")
		}
		next, err := w.Mentoring.Choose(ctx, h.heron.Actor, home.Suggested[0].ID)
		must(t, err)
		must(t, w.Mentoring.Answer(ctx, h.wren.Actor, next, true))
		must(t, w.Mentoring.MayKnow(ctx, h.wren.Actor, next))
		if got := h.heron.Get("/people/walk/" + string(next)); !strings.Contains(got.Body, "nobody’s fault") || strings.Contains(got.Body, "know each other") {
			t.Error("why it ended is told")
		}
		apart, err := w.People.Apart(ctx, w.DB.Reader(), h.heron.ID)
		must(t, err)
		if !apart[h.wren.ID] {
			t.Error("they are not kept apart")
		}
		if home := h.home(t, h.heron); len(home.Suggested) != 0 {
			t.Errorf("suggested again: %+v", home.Suggested)
		}
	})
}

func TestPlacesAreNeverPassed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		must(t, w.Mentoring.Take(ctx, h.ali.Actor, true, 1))
		must(t, w.Mentoring.Take(ctx, h.wren.Actor, false, 1))
		w.Settle()
		members := []*cairntest.Someone{h.heron, w.Person("Mina"), w.Person("Otter")}
		chosen := 0
		for _, m := range members {
			must(t, w.Mentoring.Look(ctx, m.Actor, mentoring.Wanted{}))
		}
		for _, m := range members {
			for _, x := range h.home(t, m).Suggested {
				if _, err := w.Mentoring.Choose(ctx, m.Actor, x.ID); err == nil {
					chosen++
				} else if !fault.Is(err, fault.Conflict) {
					t.Fatal(err)
				}
			}
		}
		if chosen != 1 {
			t.Errorf("%d places of one were taken", chosen)
		}
		for _, m := range members[1:] {
			if home := h.home(t, m); home.Seek == nil || len(home.Suggested) != 0 {
				t.Errorf("%s: %+v", m.Name, home.Suggested)
			}
		}
		// When a place is free whoever waits is told.
		must(t, w.Mentoring.Take(ctx, h.wren.Actor, true, 2))
		w.Settle()
		if home := h.home(t, members[1]); len(home.Suggested) != 1 {
			t.Error("a free place is not suggested")
		}
	})
}

func TestOutsideTheHoursItIsSaidKindly(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.walks(t)
	terms := h.terms() // 17:00 to 21:00 in Berlin
	h.agrees(t, id, terms)
	w.Time.Advance(moment.At(time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)).Sub(w.Time.Now()))
	path := "/people/walk/" + string(id)
	for range 3 {
		for range 2 { // pressing twice is one
			if got := h.heron.Post(path + "/do/now"); got.To() != path+"/outside" {
				t.Fatalf("outside the hours: %d %s", got.Status, got.To())
			}
		}
		w.Time.Advance(11 * time.Minute)
	}
	if got := h.heron.Get(path + "/outside"); !strings.Contains(got.Body, "Crisis lines and emergency help") || !strings.Contains(got.Body, "I call the line") {
		t.Error("what to do now is not said")
	}
	for _, p := range []*cairntest.Someone{h.heron, h.ali} {
		v := h.open(t, p, id)
		if len(v.Signals) != 1 || v.Signals[0].Kind != mentoring.OutsideHours || v.Signals[0].Is != 3 {
			t.Errorf("%s sees %+v", p.Name, v.Signals)
		}
	}
	w.Time.Advance(15 * time.Hour) // past 19:00 in Berlin
	got := h.heron.Post(path + "/do/now")
	if !strings.HasPrefix(got.To(), "/talk/") {
		t.Errorf("inside the hours: %d %s", got.Status, got.To())
	}
	if got := h.ali.Get("/me/notices"); !strings.Contains(got.Body, "You meet soon") {
		t.Error("the peer is not told")
	}
}

func TestAnAnswerThatNeverCame(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.asks(t)
	w.Pass(mentoring.AnswerWithin + time.Minute)
	v := h.open(t, h.heron, id)
	if v.State != mentoring.Over || v.EndedHow != mentoring.EndedUnasked {
		t.Errorf("%s %s", v.State, v.EndedHow)
	}
	if home := h.home(t, h.heron); home.Seek == nil {
		t.Error("the search does not go on")
	}
	if err := w.Mentoring.Answer(t.Context(), h.ali.Actor, id, true); !fault.Is(err, fault.Conflict) {
		t.Errorf("a yes after that: %v", err)
	}
}

func TestRemindersComeOnceAndMove(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx, id := t.Context(), h.walks(t)
	h.agrees(t, id, h.terms())
	must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: w.Time.Now().Add(72 * time.Hour), Minutes: 60, Place: "the-café-by-the-river"}))
	x := h.open(t, h.heron, id).Coming[0]
	count := func() int {
		list, err := w.Notify.Open(ctx, w.DB.Reader(), h.ali.ID)
		must(t, err)
		n := 0
		for _, one := range list {
			if one.Kind == "mentoring.meeting" {
				n++
			}
		}
		return n
	}
	before := count()
	w.Pass(49 * time.Hour)
	if got := count() - before; got != 1 {
		t.Errorf("a day before: %d", got)
	}
	must(t, w.Mentoring.Move(ctx, h.ali.Actor, x.ID, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: w.Time.Now().Add(30 * time.Hour), Minutes: 60, Place: "the-café-by-the-river"}))
	w.Pass(29*time.Hour + 30*time.Minute)
	if got := count() - before; got != 3 {
		t.Errorf("after it was moved: %d", got)
	}
	w.Pass(2 * time.Hour)
	must(t, w.Mentoring.Happened(ctx, h.heron.Actor, x.ID, true, 55, ""))
	if err := w.Mentoring.Happened(ctx, h.ali.Actor, x.ID, false, 0, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("said twice: %v", err)
	}
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

func TestExportAndErase(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx, id := t.Context(), h.walks(t)
		h.agrees(t, id, h.terms())
		_, err := w.Mentoring.WriteNote(ctx, h.ali.Actor, id, "", 0, "a-note-of-the-two")
		must(t, err)
		must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: w.Time.Now().Add(72 * time.Hour), Minutes: 60, Place: "the-river"}))
		for _, p := range []*cairntest.Someone{h.heron, h.ali} {
			own := w.Exported(p)["mentoring.json"]
			for _, want := range []string{"heron-finds-a-rhythm", "a-note-of-the-two", "the-river"} {
				if !strings.Contains(own, want) {
					t.Errorf("%s takes away nothing of %q", p.Name, want)
				}
			}
		}
		if !strings.Contains(w.Exported(h.heron)["mentoring-searches.json"], "heron-asks-softly") {
			t.Error("the search is not in the export")
		}
		must(t, w.People.Erase(ctx, h.heron.Actor, people.Proof{Name: "Heron"}))
		w.Settle()
		for what, query := range map[string]string{
			"keys":     `SELECT count(*) FROM vault_key k JOIN mentoring_walk w ON w.id = k.scope`,
			"searches": `SELECT count(*) FROM mentoring_seek WHERE words IS NOT NULL OR situations <> '[]'`,
			"notes":    `SELECT count(*) FROM mentoring_note WHERE words IS NOT NULL`,
			"charters": `SELECT count(*) FROM mentoring_charter WHERE terms IS NOT NULL`,
			"places":   `SELECT count(*) FROM mentoring_session WHERE place IS NOT NULL OR state = 'planned'`,
			"taken":    `SELECT count(*) FROM mentoring_peer WHERE walks > 0`,
		} {
			var n int
			if err := w.DB.Reader().QueryRow(ctx, query).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d left, %v", what, n, err)
			}
		}
		if got := h.ali.Get("/people"); got.Status != 200 {
			t.Errorf("the peer's page: %d", got.Status)
		}
	})
}

func TestTheEndIsToldBeforeAndOnTheDay(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx, id := t.Context(), h.walks(t)
	terms := h.terms()
	terms.Ends = calendar.DateOf(w.Time.Now().Std()).Add(60)
	h.agrees(t, id, terms)
	told := func() int {
		list, err := w.Notify.Open(ctx, w.DB.Reader(), h.heron.ID)
		must(t, err)
		n := 0
		for _, one := range list {
			if one.Kind == "mentoring.review" {
				n++
			}
		}
		return n
	}
	for _, x := range []struct {
		days, told int
	}{{45, 0}, {2, 1}, {8, 1}, {7, 3}, {30, 3}} { // the review is due on day 56
		w.Time.Advance(time.Duration(x.days) * 24 * time.Hour)
		w.Settle()
		if got := told(); got != x.told {
			t.Errorf("after %d more days: told %d times, want %d", x.days, got, x.told)
		}
	}
	if v := h.open(t, h.heron, id); v.State != mentoring.Walking {
		t.Errorf("it ended by itself: %s", v.State)
	}
}
