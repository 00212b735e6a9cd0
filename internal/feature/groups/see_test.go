package groups_test

import (
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
)

// pages are those of one group that are read.
func pages() []string {
	return []string{"", "/agreement", "/join", "/people", "/round", "/touch", "/leave", "/edit", "/agreement/edit", "/handover", "/poster", "/kit", "/kit/edit", "/outreach", "/sure/pause", "/sure/end", "/out"}
}

// Who sees what of a group, for every openness: the statuses of pages() in their order.
func TestWhoSeesWhat(t *testing.T) {
	const (
		nothing  = "404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404"
		asMember = "200 200 200 200 200 200 200 404 404 404 200 200 404 404 404 404 404"
		asGuest  = "200 200 200 404 404 404 404 404 404 404 200 200 404 404 404 404 404" // sees it, and may join
		asHolder = "200 200 200 200 200 200 200 200 200 404 200 200 200 404 403 403 404"
		asOwner  = "200 200 200 200 200 200 200 200 200 200 200 200 200 404 200 200 404"
		asBoss   = "200 200 404 404 404 404 404 404 404 404 200 200 404 404 404 404 404"
		asOut    = "404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 200"
	)
	// A visitor is asked to sign in where an account is needed, whatever is there.
	const open, shut = "200 200 303 303 303 303 303 303 303 303 200 200 303 303 303 303 303", "404 404 303 303 303 303 303 303 303 303 404 404 303 303 303 303 303"
	for openness, want := range map[groups.Openness]map[string]string{
		groups.Public:  {"visitor": open, "member": asGuest, "boss": asGuest, "supervisor": asGuest},
		groups.Members: {"visitor": shut, "member": asGuest, "boss": asGuest, "supervisor": asGuest},
		groups.Request: {"visitor": shut, "member": asGuest, "boss": asGuest, "supervisor": asGuest},
		groups.Closed:  {"visitor": shut, "member": nothing, "boss": asBoss, "supervisor": nothing},
	} {
		t.Run(string(openness), func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			id := h.evenings(t, openness, h.heron, h.juniper, h.otter, h.wren)
			must(t, h.Groups.Facilitate(t.Context(), h.fern.Actor, id, h.wren.ID, true))
			must(t, h.Groups.TakeOut(t.Context(), h.fern.Actor, id, h.otter.ID, "Please rest."))
			h.keptOut(t, h.juniper, h.heron, id, "pause", "3")
			invited := h.Person("Invited")
			must(t, h.Groups.InvitePerson(t.Context(), h.fern.Actor, id, "Invited"))
			want["in it"], want["holder"], want["owner"], want["taken out"], want["kept out"], want["invited"] = asMember, asHolder, asOwner, asOut, asMember, asGuest
			who := map[string]*cairntest.Someone{"visitor": h.visitor, "member": h.robin, "boss": h.tomo, "supervisor": h.ines, "in it": h.heron, "holder": h.wren, "owner": h.fern,
				"taken out": h.otter, "kept out": h.juniper, "invited": invited}
			for name, p := range who {
				got := ""
				for i, page := range pages() {
					if i > 0 {
						got += " "
					}
					got += statusText(p.Get(at(id, page)).Status)
				}
				if got != want[name] {
					t.Errorf("%s\n got %s\nwant %s", name, got, want[name])
				}
			}
		})
	}
}

func statusText(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

// A coordinator sees that a group is there and who holds it, never what is written in
// it nor who is in it.
func TestACoordinatorByThatRoleAlone(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Closed, h.heron, h.juniper)
		post := h.posts(t, h.heron, id, "heron-on-the-wall")
		_, err := w.Groups.Say(ctx, h.heron.Actor, id, groups.Said{Went: "heron-in-the-round", Shared: true}, "en")
		must(t, err)
		for name, p := range map[string]*cairntest.Someone{"coordinator": h.tomo, "supervisor": h.ines, "administrator": h.slate} {
			for _, path := range []string{at(id), at(id, "/round"), at(id, "/people"), "/groups", "/programme/groups", "/post/" + string(post), "/wall/" + string(h.group(t, id).Wall)} {
				lacks(t, name+" at "+path, p.Get(path).Body, "heron-on-the-wall", "heron-in-the-round", "Heron", "Juniper")
			}
			if got := p.Get("/wall/" + string(h.group(t, id).Wall)); got.Status != 404 {
				t.Errorf("%s reads the wall: %d", name, got.Status)
			}
		}
		page := h.tomo.Get("/programme/groups").Body
		has(t, "the overview", page, "Evenings by the river", "Fern")
		for _, p := range []*cairntest.Someone{h.robin, h.fern, h.ines, h.visitor} {
			if got := p.Get("/programme/groups"); got.Status == 200 {
				t.Errorf("%s reads the overview", p.Name)
			}
		}
		has(t, "a member's page", h.juniper.Get(at(id)).Body, "heron-on-the-wall", "heron-in-the-round", "2 people in it"[1:])
	})
}

// What a group without an owner lets coordinators do: answer for it, not go in unseen.
func TestWhoAnswersForAGroupWithoutAnOwnerIsNotInIt(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Closed, h.heron)
		must(t, w.Groups.Leave(ctx, h.fern.Actor, id))
		if g := h.group(t, id); g.Owner != "" {
			t.Fatalf("owned by %s", g.Owner)
		}
		status(t, "taking out", h.tomo.Post(at(id, "/people/"+string(h.heron.ID)+"/out"), "reason", "x"), 404)
		status(t, "inviting", h.tomo.Post(at(id, "/invite"), "name", "Tomo"), 404)
		status(t, "a link", h.tomo.Post(at(id, "/invite/link"), "days", "3"), 404)
		status(t, "the people", h.tomo.Get(at(id, "/people")), 404)
		status(t, "the round", h.tomo.Get(at(id, "/round")), 404)
		status(t, "what is said about it", h.tomo.Get(at(id, "/edit")), 200)
		body := h.tomo.Get(at(id, "/handover")).Body
		lacks(t, "whom to ask", body, "Heron")
		status(t, "a member takes it", h.heron.Post(at(id, "/handover/take")), 404)
		status(t, "taking it on", h.tomo.Post(at(id, "/handover/take")), 303)
		if g := h.group(t, id); g.Owner != h.tomo.ID || h.told(t, h.heron, "groups.changed") != 1 {
			t.Errorf("owner %s, told %d", g.Owner, h.told(t, h.heron, "groups.changed"))
		}
		status(t, "twice", h.tomo.Post(at(id, "/handover/take")), 303)
		has(t, "the people", h.tomo.Get(at(id, "/people")).Body, "Heron")
	})
}

// Two who are kept apart do not see each other in the list; that reads as if the other
// had chosen not to be in it.
func TestTwoWhoAreApartAreNotInEachOthersList(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper, h.otter)
		for _, p := range []*cairntest.Someone{h.heron, h.juniper} {
			must(t, w.Groups.Show(ctx, p.Actor, id, true, false))
		}
		page := h.heron.Get(at(id, "/people")).Body
		has(t, "Heron's list", page, "Juniper", "Fern", "And 1 other")
		lacks(t, "Heron's list", page, "Otter")
		must(t, w.Groups.Show(ctx, h.juniper.Actor, id, false, false))
		unlisted := plain(h.heron.Get(at(id, "/people")).Body)
		must(t, w.Groups.Show(ctx, h.juniper.Actor, id, true, false))
		h.apart(t, h.juniper, h.heron)
		blocked := plain(h.heron.Get(at(id, "/people")).Body)
		if unlisted != blocked {
			t.Error("that one blocks reads otherwise than that one is not in the list")
		}
		lacks(t, "Juniper's list", h.juniper.Get(at(id, "/people")).Body, "Heron")
		has(t, "the holder's list", h.fern.Get(at(id, "/people")).Body, "Heron", "Juniper", "Otter")
		status(t, "the group", h.heron.Get(at(id)), 200)
	})
}

func TestKeptOutByModeration(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		other := h.makes(t, h.wren, draft("Walks", groups.Members))
		h.keptOut(t, h.heron, h.juniper, id, "pause", "3")
		for path, form := range map[string][]string{
			at(id, "/round"):   {"went", "still here", "shared", "group"},
			at(id, "/touch"):   {"name", "Juniper", "reach", "still here"},
			at(other, "/join"): {"agreed", "yes", "version", "1"},
		} {
			got := h.heron.Post(path, form...)
			status(t, path, got, 409)
			has(t, path, got.Body, "You cannot take part at the moment")
		}
		got := h.heron.Post("/groups/propose", "name", "Still here", "about", "us", "openness", "members", "zone", "UTC", "sentences", "One.")
		status(t, "proposing", got, 409)
		has(t, "proposing", got.Body, "Still here")
		status(t, "leaving", h.heron.Post(at(id, "/leave")), 303)
	})
}

func TestOnlyThoseWhoWorkHereSeeABriefing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		peer := w.Person("Ali", access.Peer)
		d := draft("Briefing of the evening", groups.Public)
		d.Form = groups.Briefing
		id := h.makes(t, h.fern, d)
		h.plans(t, h.fern, id)
		for p, want := range map[*cairntest.Someone]int{h.visitor: 404, h.robin: 404, peer: 200, h.ines: 200} {
			status(t, p.Name, p.Get(at(id)), want)
			for _, q := range []string{"", "?how=hybrid", "?words=briefing"} {
				if got := p.Get("/groups" + q).Body; (want == 200) != containsName(got, "Briefing of the evening") {
					t.Errorf("%s at %q", p.Name, q)
				}
			}
		}
		lacks(t, "the printed list", h.visitor.Get("/groups/print").Body, "Briefing of")
	})
}
