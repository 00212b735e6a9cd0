package mentoring_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
)

func TestABatchIsProposedAndChosenByAPerson(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		tomo := w.Person("Tomo", access.Coordinator)
		mina := w.Person("Mina").Knows("grief")
		for _, m := range []*cairntest.Someone{h.heron, mina} {
			must(t, w.Mentoring.Look(ctx, m.Actor, mentoring.Wanted{}))
		}
		list, err := w.Mentoring.Pairings(ctx, tomo.Actor, 0)
		must(t, err)
		got := map[string]string{}
		for _, p := range list {
			got[p.Member.Name] = p.Peer.Name
		}
		if got["Heron"] != "Ali" || got["Mina"] != "Wren" {
			t.Fatalf("proposed: %v", got)
		}
		page := tomo.Get("/programme/walks/batch?dial=0")
		if page.Status != 200 || strings.Contains(page.Body, "hospital") || strings.Contains(page.Body, "grief") {
			t.Errorf("the page names what people live through, or is not there: %d", page.Status)
		}
		if home := h.home(t, h.heron); len(home.Walks) != 0 {
			t.Error("something happened before somebody chose")
		}
		if got := tomo.Post("/programme/walks/batch", "pair", string(list[0].Seek)+"/"+string(list[0].Peer.ID)); got.Status != 303 {
			t.Fatalf("introduce: %d", got.Status)
		}
		asked := 0
		for _, m := range []*cairntest.Someone{h.heron, mina} {
			asked += len(h.home(t, m).Walks)
		}
		if asked != 1 {
			t.Errorf("%d were introduced, one was ticked", asked)
		}
		if n, err := w.Mentoring.IntroduceAll(ctx, tomo.Actor, []mentoring.Pair{{Seek: list[0].Seek, Peer: list[0].Peer.ID}, {Seek: list[1].Seek, Peer: list[1].Peer.ID}}); err != nil || n != 1 {
			t.Errorf("the second time: %d, %v", n, err)
		}
		if _, err := w.Mentoring.Pairings(ctx, h.ali.Actor, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("a peer proposes a batch: %v", err)
		}
	})
}

func TestFewAreNotShown(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	tomo := w.Person("Tomo", access.Coordinator)
	for i := range 12 {
		m := w.Person(fmt.Sprintf("Pebble %02d", i))
		if i < 3 {
			m.Knows("veteran")
		}
		must(t, w.Mentoring.Look(ctx, m.Actor, mentoring.Wanted{}))
	}
	w.Time.Advance(48 * time.Hour)
	f, err := w.Mentoring.Fairness(ctx, tomo.Actor)
	must(t, err)
	if f.All.People != 12 || f.All.MeanWait != 2 {
		t.Errorf("everybody: %+v", f.All)
	}
	for _, c := range f.ByGroup {
		if !c.Hidden || c.People != 0 {
			t.Errorf("a group of three is shown: %+v", c)
		}
	}
	if got := tomo.Get("/programme/walks/fair"); got.Status != 200 || !strings.Contains(got.Body, "Too few to show") || strings.Contains(got.Body, "Pebble") {
		t.Errorf("the page: %d", got.Status)
	}
	if got := h.ali.Get("/programme/walks/fair"); got.Status != 404 {
		t.Errorf("a peer opens it: %d", got.Status)
	}
}

func TestWhyNobodyFits(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	tomo := w.Person("Tomo", access.Coordinator)
	week := func(p *cairntest.Someone, begins int) {
		must(t, w.People.SaveWeek(ctx, p.Actor, []people.Stretch{{Day: 1, Begins: begins, Halves: 4}}))
	}
	week(h.ali, 18)
	week(h.wren, 18)
	week(h.heron, 40)
	must(t, w.Mentoring.Look(ctx, h.heron.Actor, mentoring.Wanted{}))
	why := func() string {
		o, err := w.Mentoring.Overview(ctx, tomo.Actor)
		must(t, err)
		if len(o.Waiting) != 1 {
			t.Fatalf("%+v", o.Waiting)
		}
		return o.Waiting[0].WhyNot
	}
	if got := why(); got != "hours" {
		t.Errorf("with other hours: %q", got)
	}
	week(h.heron, 18)
	if got := why(); got != "" {
		t.Errorf("with the same hours: %q", got)
	}
	for _, p := range []*cairntest.Someone{h.ali, h.wren} {
		must(t, w.Mentoring.Take(ctx, p.Actor, false, 3))
	}
	if got := why(); got != "room" {
		t.Errorf("without room: %q", got)
	}
	if got := tomo.Get("/programme/walks"); !strings.Contains(got.Body, "Nobody has room.") {
		t.Error("the page does not say why")
	}
}

func TestTheCalendarIsNeutralAndMoves(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx, id := t.Context(), h.walks(t)
	h.agrees(t, id, h.terms())
	must(t, w.Mentoring.Plan(ctx, h.heron.Actor, id, mentoring.Planning{Channel: mentoring.InPerson, StartsAt: w.Time.Now().Add(72 * time.Hour), Minutes: 60, Place: "the-café-by-the-river"}))
	token, err := w.Mentoring.NewFeed(ctx, h.ali.Actor, "en")
	must(t, err)
	file := w.Browser().Get(calendar.Path(token))
	if file.Status != 200 || !strings.Contains(file.Body, "SUMMARY:Appointment") || strings.Contains(file.Body, "river") || strings.Contains(file.Body, "Heron") {
		t.Fatalf("the calendar: %d\n%s", file.Status, file.Body)
	}
	x := h.open(t, h.ali, id).Coming[0]
	must(t, w.Mentoring.CallOff(ctx, h.heron.Actor, x.ID))
	file = w.Browser().Get(calendar.Path(token))
	if !strings.Contains(file.Body, "STATUS:CANCELLED") || !strings.Contains(file.Body, "SEQUENCE:1") {
		t.Errorf("what was called off: %s", file.Body)
	}
	must(t, w.Mentoring.StopFeed(ctx, h.ali.Actor))
	if got := w.Browser().Get(calendar.Path(token)); got.Status != 404 {
		t.Errorf("a stopped address: %d", got.Status)
	}
}
