package mentoring_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/feature/mentoring"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

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
