package groups_test

import (
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
)

func TestLeaving(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		h.plans(t, h.fern, id)
		m, err := w.Groups.Meetings.Coming(ctx, w.DB.Reader(), h.heron.Actor, id, 1)
		must(t, err)
		status(t, "answering", h.heron.Post("/meeting/"+string(m[0].ID)+"/answer", "how", "online"), 303)
		must(t, errOf(w.Groups.Say(ctx, h.heron.Actor, id, groups.Said{Went: "said-by-heron", Shared: true}, "en")))
		must(t, w.Groups.WishTouch(ctx, h.heron.Actor, id, "Juniper", "heron-by-the-bench"))
		has(t, "sure", h.heron.Get(at(id, "/leave")).Body, "You need no reason, and nobody is told.")
		status(t, "leaving", h.heron.Post(at(id, "/leave")), 303)
		status(t, "twice", h.heron.Post(at(id, "/leave")), 303)
		if h.told(t, h.fern, "groups.changed")+h.told(t, h.juniper, "groups.changed") != 0 {
			t.Error("that somebody left is told")
		}
		if g := h.group(t, id); g.Members != 2 {
			t.Errorf("%d people", g.Members)
		}
		lacks(t, "the round", h.juniper.Get(at(id, "/round")).Body, "said-by-heron")
		status(t, "the round, for who left", h.heron.Get(at(id, "/round")), 404)
		if n := h.count(t, `SELECT count(*) FROM meetings_answer WHERE person = $1 AND state = 'going'`, h.heron.ID); n != 0 {
			t.Error("an answer stays")
		}
		has(t, "staying in touch", h.heron.Get("/groups/touch").Body, "heron-by-the-bench")
		h.joins(t, h.heron, id) // and back again, as others come in
	})
}

func TestTakenOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Public, h.heron, h.juniper)
		h.plans(t, h.fern, id)
		out := "/people/" + string(h.heron.ID) + "/out"
		for _, p := range []*cairntest.Someone{h.juniper, h.tomo, h.ines, h.wren} {
			status(t, p.Name+" asks", p.Get(at(id, out)), 404)
			status(t, p.Name, p.Post(at(id, out), "reason", "x"), 404)
		}
		got := h.fern.Post(at(id, out), "reason", " ")
		status(t, "without a reason", got, 422)
		has(t, "without a reason", got.Body, "Heron")
		status(t, "taking out", h.fern.Post(at(id, out), "reason", "words-to-heron"), 303)
		if h.told(t, h.heron, "groups.changed") != 1 || h.audited(t, h.heron, "groups.take_out_person") != 1 {
			t.Error("not told, or not in the audit")
		}
		has(t, "why", h.heron.Get(at(id, "/out")).Body, "words-to-heron", "Evenings by the river")
		for _, p := range []string{"", "/join", "/round", "/people", "/touch", "/agreement", "/poster"} {
			status(t, "who was taken out at "+p, h.heron.Get(at(id, p)), 404)
		}
		status(t, "joining", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes"), 404)
		for _, q := range []string{"", "?how=hybrid", "?words=evenings", "?day=2"} {
			lacks(t, "finding "+q, h.heron.Get("/groups"+q).Body, "Evenings by the river")
		}
		lacks(t, "others read why", h.juniper.Get(at(id, "/people")).Body+h.tomo.Get(at(id)).Body, "words-to-heron")
		status(t, "others ask why", h.juniper.Get(at(id, "/out")), 404)
		must(t, w.Groups.InvitePerson(ctx, h.fern.Actor, id, "Heron"))
		status(t, "an invitation does not reach them", h.heron.Get(at(id)), 404)
		token, err := w.Groups.InviteByLink(ctx, h.fern.Actor, id, 3)
		must(t, err)
		wants(t, "nor a link", errOf(w.Groups.Follow(ctx, h.heron.Actor, token)), fault.NotFound)
		lift := at(id, "/people/"+string(h.heron.ID)+"/lift")
		status(t, "a member lifts it", h.juniper.Post(lift), 404)
		status(t, "lifting", h.fern.Post(lift), 303)
		status(t, "twice", h.fern.Post(lift), 404)
		status(t, "afterwards", h.heron.Get(at(id)), 200)
		status(t, "why, afterwards", h.heron.Get(at(id, "/out")), 404)
		if h.look(t, h.heron, id).In != nil {
			t.Error("who is let see it is in it")
		}
	})
}

// The links of somebody who is taken out are no way back for them.
func TestTheLinksOfWhoIsTakenOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Closed, h.wren)
		must(t, w.Groups.Facilitate(ctx, h.fern.Actor, id, h.wren.ID, true))
		token, err := w.Groups.InviteByLink(ctx, h.wren.Actor, id, 30)
		must(t, err)
		must(t, w.Groups.TakeOut(ctx, h.fern.Actor, id, h.wren.ID, "Please rest."))
		wants(t, "the link", errOf(w.Groups.Follow(ctx, h.robin.Actor, token)), fault.NotFound)
	})
}

// For good is out of every group, for a time is not.
func TestKeptOutForGood(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		h.keptOut(t, h.heron, h.juniper, id, "ban", "")
		if n := h.count(t, `SELECT count(*) FROM groups_member WHERE person = $1`, h.heron.ID); n != 1 {
			t.Error("what could not be given back is taken at once")
		}
		status(t, "what they find there", h.heron.Get(at(id, "/people")), 404)
		h.Time.Advance(moderation.SettleAfter)
		h.Settle()
		if n := h.count(t, `SELECT count(*) FROM groups_member WHERE person = $1`, h.heron.ID); n != 0 || h.group(t, id).Members != 2 {
			t.Error("who is kept out for good is in it")
		}
	})
}
