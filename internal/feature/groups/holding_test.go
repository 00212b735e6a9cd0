package groups_test

import (
	"sync"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestFacilitatorsAndTheirRota(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.wren)
		h.plans(t, h.fern, id)
		got := h.fern.Post(at(id, "/people/"+string(h.heron.ID)+"/hold"))
		status(t, "a member holds a facilitated group", got, 409)
		for _, p := range []*cairntest.Someone{h.wren, h.heron, h.tomo} {
			if got := p.Post(at(id, "/people/"+string(h.wren.ID)+"/hold")); got.Status != 404 {
				t.Errorf("%s adds one: %d", p.Name, got.Status)
			}
		}
		status(t, "adding one", h.fern.Post(at(id, "/people/"+string(h.wren.ID)+"/hold")), 303)
		if h.told(t, h.wren, "groups.changed") != 1 {
			t.Error("Wren is not told")
		}
		hosts := func() []moment.ID {
			f, err := groups.Owner{Service: w.Groups}.Facets(ctx, w.DB.Reader(), id)
			must(t, err)
			return f.Hosts
		}
		if got := hosts(); len(got) != 2 || got[0] != h.fern.ID {
			t.Errorf("rota: %v", got)
		}
		status(t, "a member orders", h.heron.Post(at(id, "/order"), "first", string(h.wren.ID)), 404)
		status(t, "first", h.wren.Post(at(id, "/order"), "first", string(h.wren.ID)), 303)
		if got := hosts(); got[0] != h.wren.ID {
			t.Errorf("rota: %v", got)
		}
		wants(t, "a facilitator takes the owner out", w.Groups.TakeOut(ctx, h.wren.Actor, id, h.fern.ID, "x"), fault.Forbidden)
		wants(t, "a facilitator ends it", w.Groups.Turn(ctx, h.wren.Actor, id, groups.Ended), fault.Forbidden)
		// Somebody who works here is brought in, by name, with no word on who is here.
		peer := w.Person("Ali", access.Peer)
		for _, name := range []string{"Nobody", "Juniper"} {
			got := h.fern.Post(at(id, "/bring"), "name", name)
			status(t, name, got, 422)
			has(t, name, got.Body, "Nobody by that name can hold this.")
		}
		status(t, "bringing", h.fern.Post(at(id, "/bring"), "name", "ali"), 303)
		if v := h.look(t, peer, id); !v.Facilitates() || v.Current() {
			t.Error("who is brought in holds it, and has the agreement to read")
		}
		status(t, "no more", h.fern.Post(at(id, "/people/"+string(h.wren.ID)+"/unhold")), 303)
		if v := h.look(t, h.wren, id); v.Facilitates() || v.In == nil {
			t.Error("holds it still, or is out of it")
		}
	})
}

func TestHandingOver(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.wren, h.juniper)
		for _, p := range []*cairntest.Someone{h.heron, h.tomo, h.robin} {
			status(t, p.Name+" offers", p.Post(at(id, "/handover"), "person", string(h.wren.ID)), 404)
		}
		for name, p := range map[string]*cairntest.Someone{"a member": h.heron, "who is not in it": h.robin, "the owner": h.fern} {
			if err := w.Groups.Offer(ctx, h.fern.Actor, id, p.ID); err == nil {
				t.Errorf("%s can be asked", name)
			}
		}
		status(t, "nobody", h.fern.Post(at(id, "/handover"), "person", ""), 422)
		for range 2 { // asked, said no, asked again: told each time
			status(t, "asking", h.fern.Post(at(id, "/handover"), "person", string(h.wren.ID)), 303)
			if h.told(t, h.wren, "groups.asked") != 1 {
				t.Fatal("Wren is not asked")
			}
			has(t, "the page", h.wren.Get(at(id)).Body, "You were asked whether you would hold this group.")
			has(t, "the question", h.wren.Get(at(id, "/handover")).Body, "Would you answer for this group?")
			status(t, "another answers", h.heron.Post(at(id, "/handover/yes")), 303)
			if h.group(t, id).Owner != h.fern.ID {
				t.Fatal("somebody else has it")
			}
			status(t, "no", h.wren.Post(at(id, "/handover/no")), 303)
			if h.told(t, h.wren, "groups.asked") != 0 || h.told(t, h.fern, "groups.answer") == 0 {
				t.Error("the question stays, or the no is not told")
			}
			w.Time.Advance(1e9)
		}
		must(t, w.Groups.Offer(ctx, h.fern.Actor, id, h.wren.ID))
		status(t, "taken back", h.fern.Post(at(id, "/handover/back")), 303)
		if h.told(t, h.wren, "groups.asked") != 0 {
			t.Error("what was taken back still asks")
		}
		wants(t, "a yes after that", w.Groups.AnswerOffer(ctx, h.wren.Actor, id, true), fault.Conflict)
		w.Time.Advance(1e9)
		must(t, w.Groups.Offer(ctx, h.fern.Actor, id, h.wren.ID))
		var wg sync.WaitGroup
		done := make([]error, 4)
		for i := range done {
			wg.Go(func() { done[i] = w.Groups.AnswerOffer(ctx, h.wren.Actor, id, true) })
		}
		wg.Wait()
		yes := 0
		for _, err := range done {
			if err == nil {
				yes++
			}
		}
		g := h.group(t, id)
		if yes != 1 || g.Owner != h.wren.ID || !h.look(t, h.fern, id).Facilitates() {
			t.Errorf("%d yes, owner %s", yes, g.Owner)
		}
	})
}

// Offered to one and then to another: of two who say yes only the last who was asked has it.
func TestTwoAcceptTheHandover(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		ali := w.Person("Ali", access.Peer)
		id := h.evenings(t, groups.Members, ali, h.wren)
		must(t, w.Groups.Offer(ctx, h.fern.Actor, id, ali.ID))
		must(t, w.Groups.Offer(ctx, h.fern.Actor, id, h.wren.ID))
		if h.told(t, ali, "groups.asked") != 0 || h.told(t, h.wren, "groups.asked") != 1 {
			t.Error("both are asked")
		}
		var wg sync.WaitGroup
		var errs [2]error
		for i, p := range []*cairntest.Someone{ali, h.wren} {
			wg.Go(func() { errs[i] = w.Groups.AnswerOffer(ctx, p.Actor, id, true) })
		}
		wg.Wait()
		wants(t, "who was asked before", errs[0], fault.Conflict)
		must(t, errs[1])
		if h.group(t, id).Owner != h.wren.ID {
			t.Error("not Wren's")
		}
	})
}

// A group is never without somebody who answers for it.
func TestAGroupIsNeverWithoutSomebody(t *testing.T) {
	ways := map[string]func(t *testing.T, h *house, id moment.ID){
		"leaves":    func(t *testing.T, h *house, id moment.ID) { status(t, "leaving", h.fern.Post(at(id, "/leave")), 303) },
		"is erased": func(t *testing.T, h *house, _ moment.ID) { h.erases(t, h.fern) },
		"is banned": func(t *testing.T, h *house, id moment.ID) { h.keptOut(t, h.fern, h.heron, id, "ban", "") },
		"is paused": func(t *testing.T, h *house, id moment.ID) { h.keptOut(t, h.fern, h.heron, id, "pause", "3") },
		"lost roles": func(t *testing.T, h *house, _ moment.ID) {
			must(t, h.People.TakeRole(t.Context(), h.slate.Actor, h.fern.ID, access.Facilitator))
			h.Settle()
		},
	}
	for name, goes := range ways {
		t.Run(name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				h := begin(t, w)
				ctx := t.Context()
				id := h.evenings(t, groups.Members, h.heron, h.juniper, h.wren)
				ali := w.Person("Ali", access.Peer)
				h.joins(t, ali, id)
				h.plans(t, h.fern, id)
				must(t, w.Groups.Facilitate(ctx, h.fern.Actor, id, ali.ID, true))
				w.Time.Advance(1e9)
				must(t, w.Groups.Facilitate(ctx, h.fern.Actor, id, h.wren.ID, true))
				must(t, w.Groups.Order(ctx, h.fern.Actor, id, []moment.ID{h.wren.ID})) // the rota is not who has held it longest
				goes(t, h, id)
				if g := h.group(t, id); g.Owner != ali.ID {
					t.Fatalf("it went to %q", g.Owner)
				}
				if h.told(t, ali, "groups.changed") == 0 || h.told(t, h.tomo, "groups.asked") != 0 {
					t.Error("Ali is not told, or coordinators are")
				}
				for _, p := range []*cairntest.Someone{ali, h.wren} {
					must(t, w.Groups.Leave(ctx, p.Actor, id))
				}
				g := h.group(t, id)
				if name == "is paused" && h.group(t, id).Owner == h.fern.ID {
					t.Error("who is kept out has it again")
				}
				if g.Owner != "" || h.told(t, h.tomo, "groups.asked") != 1 {
					t.Fatalf("owner %q, coordinators told %d", g.Owner, h.told(t, h.tomo, "groups.asked"))
				}
				has(t, "the page", h.heron.Get(at(id)).Body, "This group looks for somebody who holds it.")
				has(t, "the overview", h.tomo.Get("/programme/groups").Body, "They look for somebody", "Looks for somebody")
				must(t, w.Groups.TakeOn(ctx, h.tomo.Actor, id))
				if h.told(t, h.tomo, "groups.asked") != 0 || h.group(t, id).Owner != h.tomo.ID {
					t.Error("the question stays, or nobody has it")
				}
			})
		})
	}
}

func TestPausingAndEnding(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron)
		h.plans(t, h.fern, id)
		must(t, errOf(w.Groups.Say(ctx, h.heron.Actor, id, groups.Said{Went: "before the end", Shared: true}, "en")))
		h.posts(t, h.heron, id, "on the wall before the end")
		must(t, w.Groups.InvitePerson(ctx, h.fern.Actor, id, "Robin"))
		for _, act := range []string{"pause", "resume", "end"} {
			for _, p := range []*cairntest.Someone{h.heron, h.tomo, h.robin} {
				status(t, p.Name+" "+act, p.Post(at(id, "/do/"+act)), 404)
			}
		}
		status(t, "something else", h.fern.Post(at(id, "/do/sing")), 404)
		status(t, "pause", h.fern.Post(at(id, "/do/pause")), 303)
		status(t, "twice", h.fern.Post(at(id, "/do/pause")), 303)
		if h.told(t, h.heron, "groups.changed") != 1 {
			t.Error("told twice or not")
		}
		has(t, "the page", h.heron.Get(at(id)).Body, "does not meet for a while")
		h.posts(t, h.heron, id, "in the pause")
		status(t, "go on", h.fern.Post(at(id, "/do/resume")), 303)
		status(t, "end", h.fern.Post(at(id, "/do/end")), 303)
		page := h.heron.Get(at(id))
		has(t, "its people read it", page.Body, "This group ended on", "on the wall before the end")
		has(t, "the round", h.heron.Get(at(id, "/round")).Body, "before the end")
		status(t, "others", h.juniper.Get(at(id)), 404)
		status(t, "who was invited", h.robin.Get(at(id)), 404)
		if h.told(t, h.robin, "groups.asked") != 0 {
			t.Error("an invitation to what has ended stays")
		}
		for path, form := range map[string][]string{"/round": {"went", "late", "shared", "group"}, "/touch": {"name", "Fern", "reach", "x"}} {
			status(t, path, h.heron.Post(at(id, path), form...), 409)
		}
		wants(t, "going on after the end", w.Groups.Turn(ctx, h.fern.Actor, id, groups.Open), fault.Conflict)
		wants(t, "changing it", w.Groups.Change(ctx, h.fern.Actor, id, draft("x", groups.Members)), fault.Conflict)
		if m, err := w.Groups.Meetings.Coming(ctx, w.DB.Reader(), h.heron.Actor, id, 5); err != nil || len(m) != 0 {
			t.Errorf("it meets: %v %v", m, err)
		}
		w.Time.Advance(groups.WordsLast)
		w.Settle()
		if n := h.count(t, `SELECT count(*) FROM groups_round`) + h.count(t, `SELECT count(*) FROM vault_key WHERE scope = $1 AND wrapped IS NOT NULL`, id); n != 0 {
			t.Error("a year later the words are there")
		}
		page2, err := w.Groups.Open(ctx, h.heron.Actor, id)
		if err != nil || page2.Wall != nil || page2.Name != "Evenings by the river" {
			t.Errorf("a year later: %v", err)
		}
		wants(t, "taking out with a reason then", w.Groups.TakeOut(ctx, h.fern.Actor, id, h.heron.ID, "x"), fault.Conflict)
		has(t, "the export", w.Exported(h.heron)["groups.json"], "Evenings by the river")
	})
}
