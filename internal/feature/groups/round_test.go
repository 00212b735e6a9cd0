package groups_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
)

func (h *house) leads(t *testing.T, p *cairntest.Someone) {
	t.Helper()
	must(t, h.Shifts.Start(t.Context(), p.Actor, true))
	h.Settle()
}

func TestTheRound(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		h.plans(t, h.fern, id)
		path := at(id, "/round")
		status(t, "nothing", h.heron.Post(path, "went", " ", "next", "", "shared", "group"), 422)
		long := strings.Repeat("y", 1001)
		got := h.heron.Post(path, "went", long, "shared", "group")
		status(t, "too long", got, 422)
		has(t, "too long", got.Body, long)
		for _, p := range []*cairntest.Someone{h.tomo, h.ines, h.robin} {
			status(t, p.Name, p.Post(path, "went", "x", "shared", "group"), 404)
		}
		status(t, "to oneself", h.heron.Post(path, "went", "kept-by-heron", "next", "next-of-heron", "shared", "me"), 303)
		for _, p := range []*cairntest.Someone{h.juniper, h.fern, h.tomo, h.ines, h.robin} {
			for _, at := range []string{path, at(id), "/groups"} {
				lacks(t, p.Name+" at "+at, p.Get(at).Body, "kept-by-heron", "next-of-heron")
			}
		}
		has(t, "their own page", h.heron.Get(path).Body, "kept-by-heron")
		has(t, "the group's page, for them", h.heron.Get(at(id)).Body, "kept-by-heron", "Only you read this")
		status(t, "shared, and changed", h.heron.Post(path, "went", "shared-by-heron", "next", "next-of-heron", "shared", "group"), 303)
		if n := h.count(t, `SELECT count(*) FROM groups_round`); n != 1 {
			t.Errorf("%d rows of one round", n)
		}
		has(t, "another's page", h.juniper.Get(path).Body, "shared-by-heron", "Heron")
		lacks(t, "another's page", h.juniper.Get(path).Body, "kept-by-heron")
		has(t, "the group's page", h.juniper.Get(at(id)).Body, "shared-by-heron")
		h.apart(t, h.heron, h.juniper)
		lacks(t, "for who is kept apart", h.juniper.Get(path).Body+h.juniper.Get(at(id)).Body, "shared-by-heron")
		// The round after: what one said would be next is one's own start, and nobody counts.
		must(t, errOf(w.Groups.Say(ctx, h.fern.Actor, id, groups.Said{Went: "fern-before", Shared: true}, "en")))
		w.Time.Advance(4 * 24 * time.Hour)
		w.Settle()
		page := h.heron.Get(path).Body
		has(t, "the next round", page, "Last time you said you would like to:", "next-of-heron", "The round before", "fern-before", "What you said before", "shared-by-heron")
		_, r, err := w.Groups.Round(ctx, h.heron.Actor, id)
		must(t, err)
		if r.Mine != nil || r.Start != "next-of-heron" || len(r.Others) != 0 {
			t.Errorf("%+v", r)
		}
		mine := r.Own[0].ID
		status(t, "another takes it back", h.juniper.Post(at(id, "/unsay/"+string(mine))), 404)
		status(t, "the holder takes it back", h.fern.Post(at(id, "/unsay/"+string(mine))), 404)
		status(t, "taking it back", h.heron.Post(at(id, "/unsay/"+string(mine))), 303)
		lacks(t, "afterwards", h.heron.Get(path).Body, "shared-by-heron", "next-of-heron")
	})
}

func TestAGoodbyeInTheRound(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Closed, h.heron, h.juniper)
		h.leads(t, h.ines)
		path := at(id, "/round")
		// Kept to oneself nobody reads it, and help is shown.
		got := h.heron.Post(path, "went", goodbye, "shared", "me")
		status(t, "to oneself", got, 303)
		page := h.heron.Get(got.To()).Body
		has(t, "the page", page, "There are people you can reach at once", "/crisis", "/safe")
		lacks(t, "the page", page, "Others do not see your words yet")
		if h.told(t, h.ines, "groups.held")+h.told(t, h.fern, "groups.asked") != 0 {
			t.Error("words of one's own are told")
		}
		got = h.heron.Post(path, "went", goodbye, "shared", "group")
		page = h.heron.Get(got.To()).Body
		has(t, "the page", page, "Others do not see your words yet", "/safe")
		has(t, "the page later", h.heron.Get(path).Body, "Others do not see your words yet")
		lacks(t, "the page", page, "Nobody is on duty")
		if h.told(t, h.ines, "groups.held") != 1 || h.told(t, h.fern, "groups.asked") != 1 || h.told(t, h.tomo, "groups.asked") != 0 {
			t.Errorf("lead %d, holder %d, coordinator %d", h.told(t, h.ines, "groups.held"), h.told(t, h.fern, "groups.asked"), h.told(t, h.tomo, "groups.asked"))
		}
		for _, at := range []string{path, at(id)} {
			lacks(t, "a member at "+at, h.juniper.Get(at).Body, "tired")
		}
		_, r, err := w.Groups.Round(ctx, h.heron.Actor, id)
		must(t, err)
		held := "/round/" + string(r.Mine.ID)
		for _, p := range []*cairntest.Someone{h.juniper, h.robin, h.wren, h.slate} {
			status(t, p.Name+" reads it", p.Get(held), 404)
			status(t, p.Name+" shows it", p.Post(held), 404)
		}
		status(t, "its writer shows it", h.heron.Post(held), 404)
		has(t, "the lead", h.ines.Get(held).Body, "tired", "Heron", "Evenings by the river")
		status(t, "the lead sees the rest", h.ines.Get(path), 404)
		if h.audited(t, h.heron, "groups.read_held") != 1 {
			t.Error("read without a trace")
		}
		// Changed to other words: what was told does not stand.
		must(t, errOf(w.Groups.Say(ctx, h.heron.Actor, id, groups.Said{Went: "better today", Shared: true}, "en")))
		if h.told(t, h.ines, "groups.held")+h.told(t, h.fern, "groups.asked") != 0 {
			t.Error("what does not stand any more still asks")
		}
		status(t, "the old address", h.ines.Get(held), 404)
		w.Time.Advance(time.Second)
		must(t, errOf(w.Groups.Say(ctx, h.heron.Actor, id, groups.Said{Went: goodbye, Shared: true}, "en")))
		if h.told(t, h.ines, "groups.held") != 1 {
			t.Error("held again, and not told")
		}
		status(t, "the holder shows it", h.fern.Post(held), 303)
		has(t, "a member", h.juniper.Get(path).Body, "tired")
		if h.told(t, h.heron, "groups.answer") != 1 || h.told(t, h.ines, "groups.held") != 0 {
			t.Error("the writer is not told, or it still asks")
		}
	})
}

func TestAGoodbyeInTheRoundWhileNobodyLeads(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron)
		got := h.heron.Post(at(id, "/round"), "next", goodbye, "shared", "group")
		has(t, "the page", h.heron.Get(got.To()).Body, "Nobody is on duty right now")
		if h.told(t, h.tomo, "groups.asked") != 1 || h.told(t, h.ines, "groups.asked") != 1 || h.told(t, h.fern, "groups.asked") != 1 {
			t.Error("nobody leads, and whoever could read it is not told")
		}
		h.leads(t, h.ines)
		if h.told(t, h.ines, "groups.held") != 1 {
			t.Error("whoever leads next is not told")
		}
		must(t, w.Groups.Leave(ctx, h.heron.Actor, id))
		if h.told(t, h.ines, "groups.held")+h.told(t, h.tomo, "groups.asked")+h.told(t, h.fern, "groups.asked") != 0 {
			t.Error("what is gone still asks")
		}
	})
}

func TestAGoodbyeOnTheWall(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Closed, h.heron, h.juniper)
		h.leads(t, h.ines)
		h.posts(t, h.heron, id, goodbye)
		if h.told(t, h.fern, "discussion.waiting") != 1 || h.told(t, h.ines, "discussion.held") != 1 {
			t.Errorf("holder %d, lead %d", h.told(t, h.fern, "discussion.waiting"), h.told(t, h.ines, "discussion.held"))
		}
		lacks(t, "a member", h.juniper.Get(at(id)).Body, "tired")
	})
}

func TestWhoFollowsTheWall(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		must(t, w.Groups.Show(ctx, h.heron.Actor, id, false, true))
		h.posts(t, h.fern, id, "hello")
		if h.told(t, h.heron, "discussion.posted") != 1 || h.told(t, h.juniper, "discussion.posted") != 0 {
			t.Error("who wanted to be told")
		}
		wall := "/wall/" + string(h.group(t, id).Wall)
		for p, want := range map[*cairntest.Someone]int{h.heron: 200, h.fern: 200, h.robin: 404, h.tomo: 404, h.ines: 404, h.slate: 404} {
			status(t, p.Name, p.Get(wall), want)
		}
		must(t, w.Groups.Leave(ctx, h.heron.Actor, id))
		status(t, "who left", h.heron.Get(wall), 404)
		h.keptOut(t, h.juniper, h.fern, id, "pause", "2")
		status(t, "who is kept out writes", h.juniper.Post(wall, "key", "k", "words", "x"), 409)
	})
}

func TestAWallOfAnotherIsNotThere(t *testing.T) {
	h := begin(t, cairntest.New(t))
	id := h.evenings(t, groups.Public)
	other := h.makes(t, h.wren, draft("Walks", groups.Closed))
	if _, err := h.Groups.Open(t.Context(), h.fern.Actor, other); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	lacks(t, "a visitor", h.visitor.Get(at(id)).Body, "/wall/", "The round")
}
