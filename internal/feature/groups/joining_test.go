package groups_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestJoining(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Members)
		page := h.heron.Get(at(id, "/join"))
		has(t, "the page of joining", page.Body, "What is said here stays here.", "I have read this and accept it", "You can leave at any time")
		got := h.heron.Post(at(id, "/join"), "version", "1")
		status(t, "without the agreement", got, 422)
		has(t, "without the agreement", got.Body, "Please say that you accept the agreement.")
		status(t, "joining", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes", "follows", "yes"), 303)
		status(t, "pressed twice", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes"), 303)
		v := h.look(t, h.heron, id)
		if v.In == nil || v.In.Listed || !v.In.Follows || v.Members != 2 {
			t.Errorf("in %+v, %d people", v.In, v.Members)
		}
		lacks(t, "the list of others", h.fernsMember(t, id).Get(at(id, "/people")).Body, "Heron")
		has(t, "the holder's list", h.fern.Get(at(id, "/people")).Body, "Heron")
		if h.told(t, h.fern, "groups.changed")+h.told(t, h.fern, "groups.asked") != 0 {
			t.Error("that somebody joined is told")
		}
		status(t, "a visitor joins", h.visitor.Post(at(id, "/join"), "version", "1", "agreed", "yes"), 401)
		if n := h.group(t, id).Members; n != 3 {
			t.Errorf("%d people", n)
		}
	})
}

// fernsMember is one more in a group, who looks.
func (h *house) fernsMember(t *testing.T, id moment.ID) *cairntest.Someone {
	t.Helper()
	h.joins(t, h.otter, id)
	return h.otter
}

func TestAskingToJoin(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Request)
		got := h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes", "words", strings.Repeat("x", 1001))
		status(t, "too much", got, 422)
		has(t, "too much", got.Body, strings.Repeat("x", 1001))
		for range 2 {
			status(t, "asking", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes", "words", "heron-would-like-to"), 303)
		}
		if h.told(t, h.fern, "groups.asked") != 1 || h.count(t, `SELECT count(*) FROM groups_request`) != 1 {
			t.Error("asked twice is not once")
		}
		if h.look(t, h.heron, id).In != nil {
			t.Fatal("who asks is in")
		}
		var kept []byte
		must(t, w.DB.Reader().QueryRow(t.Context(), `SELECT words FROM groups_request`).Scan(&kept))
		if len(kept) == 0 || bytes.Contains(kept, []byte("heron")) {
			t.Error("the words are not sealed")
		}
		for _, p := range []*cairntest.Someone{h.tomo, h.juniper} {
			lacks(t, p.Name, p.Get(at(id)).Body+p.Get(at(id, "/people")).Body, "heron-would-like-to", "Heron")
		}
		list, err := w.Groups.Everybody(t.Context(), h.fern.Actor, id)
		must(t, err)
		if len(list.Asking) != 1 || list.Asking[0].Words != "heron-would-like-to" {
			t.Fatalf("%+v", list.Asking)
		}
		ask := string(list.Asking[0].ID)
		for _, p := range []*cairntest.Someone{h.tomo, h.juniper, h.heron} {
			status(t, p.Name+" answers", p.Post(at(id, "/asking/"+ask), "answer", "yes"), 404)
		}
		other := h.makes(t, h.wren, draft("Walks", groups.Request))
		status(t, "answered from another group", h.wren.Post(at(other, "/asking/"+ask), "answer", "yes"), 404)
		status(t, "letting in", h.fern.Post(at(id, "/asking/"+ask), "answer", "yes"), 303)
		status(t, "answered twice", h.fern.Post(at(id, "/asking/"+ask), "answer", "no"), 409)
		if v := h.look(t, h.heron, id); v.In == nil || v.In.Listed {
			t.Errorf("%+v", v.In)
		}
		if h.told(t, h.heron, "groups.answer") != 1 || h.told(t, h.fern, "groups.asked") != 0 || h.count(t, `SELECT count(*) FROM groups_request WHERE words IS NOT NULL`) != 0 {
			t.Error("not told, not settled, or the words stay")
		}
		// A no, and taking it back.
		must2(w.Groups.Join(t.Context(), h.juniper.Actor, id, groups.Joining{Agreed: 1}))(t)
		status(t, "taking it back", h.juniper.Post(at(id, "/unask")), 303)
		if h.told(t, h.fern, "groups.asked") != 0 {
			t.Error("what was taken back still asks")
		}
		must2(w.Groups.Join(t.Context(), h.juniper.Actor, id, groups.Joining{Agreed: 1}))(t)
		list, err = w.Groups.Everybody(t.Context(), h.fern.Actor, id)
		must(t, err)
		must(t, w.Groups.Answer(t.Context(), h.fern.Actor, id, list.Asking[0].ID, false))
		if h.look(t, h.juniper, id).In != nil || h.told(t, h.juniper, "groups.answer") != 1 {
			t.Error("a no lets in, or is not told")
		}
		if h.audited(t, h.juniper, "groups.answer") != 0 {
			t.Error("who answered is told")
		}
	})
}

func must2[T any](_ T, err error) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		must(t, err)
	}
}

func TestHeavyWordsOfAskingShowHelp(t *testing.T) {
	h := begin(t, cairntest.New(t))
	id := h.evenings(t, groups.Request)
	got := h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes", "words", goodbye)
	status(t, "asking", got, 303)
	has(t, "the page", h.heron.Get(got.To()).Body, "There are people you can reach at once", "/crisis", "/safe")
}

func TestTwoTakeTheLastPlace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft("A small circle", groups.Members)
		d.Most = 3
		id := h.makes(t, h.fern, d)
		h.joins(t, h.heron, id)
		people := []*cairntest.Someone{h.juniper, h.otter, h.robin, h.wren}
		errs := make([]error, len(people))
		var wg sync.WaitGroup
		for i, p := range people {
			wg.Go(func() {
				_, errs[i] = w.Groups.Join(t.Context(), p.Actor, id, groups.Joining{Agreed: 1})
			})
		}
		wg.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else {
				wants(t, "who comes too late", err, fault.Conflict)
			}
		}
		if n := h.count(t, `SELECT count(*) FROM groups_member WHERE group_id = $1`, id); in != 1 || n != 3 || h.group(t, id).Members != 3 {
			t.Errorf("%d of %d took one place; %d rows", in, len(people), n)
		}
		got := h.tomo.Post(at(id, "/join"), "version", "1", "agreed", "yes")
		status(t, "a full group", got, 409)
		has(t, "a full group", got.Body, "no place left")
		must(t, w.Groups.Leave(t.Context(), h.heron.Actor, id))
		status(t, "a place is free again", h.tomo.Post(at(id, "/join"), "version", "1", "agreed", "yes"), 303)
	})
}

func TestTheSamePersonJoinsTwiceAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Members)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := w.Groups.Join(t.Context(), h.heron.Actor, id, groups.Joining{Agreed: 1}); err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.group(t, id).Members; n != 2 {
			t.Errorf("%d people", n)
		}
	})
}

func TestInvitedByName(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Closed, h.otter)
		h.apart(t, h.juniper, h.fern)
		var pages []string
		// Somebody here, nobody, somebody in it, somebody who blocks, somebody taken out.
		for i, name := range []string{"Heron", "Nobody at all", "Otter", "Juniper", " heron "} {
			got := h.fern.Post(at(id, "/invite"), "name", name)
			status(t, name, got, 303)
			body := plain(h.fern.Get(got.To()).Body)
			if i < 4 && !strings.Contains(body, "<bdi>"+name+"</bdi>") {
				t.Errorf("%s is not in the list", name)
			}
			pages = append(pages, anyID.ReplaceAllString(body[strings.Index(body, `id="invites"`):strings.Index(body, `id="invites"`)+300], ""))
		}
		if pages[0] != pages[1] || pages[1] != pages[3] {
			t.Error("the answer tells whether somebody goes by that name")
		}
		if h.told(t, h.heron, "groups.asked") != 1 || h.told(t, h.otter, "groups.asked")+h.told(t, h.juniper, "groups.asked") != 0 {
			t.Errorf("told: %d %d %d", h.told(t, h.heron, "groups.asked"), h.told(t, h.otter, "groups.asked"), h.told(t, h.juniper, "groups.asked"))
		}
		if n := h.count(t, `SELECT count(*) FROM groups_invite`); n != 4 {
			t.Errorf("%d invitations, the same name once", n)
		}
		status(t, "who blocks finds nothing", h.juniper.Get(at(id)), 404)
		has(t, "the home page", h.heron.Get("/groups").Body, "You are invited", "Evenings by the river")
		status(t, "no name", h.fern.Post(at(id, "/invite"), "name", "  "), 422)
		for _, p := range []*cairntest.Someone{h.otter, h.robin, h.tomo} {
			status(t, p.Name+" invites", p.Post(at(id, "/invite"), "name", "Robin"), 404)
		}
		status(t, "joining", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes"), 303)
		if n := h.count(t, `SELECT count(*) FROM groups_invite WHERE person = $1`, h.heron.ID); n != 0 {
			t.Error("the invitation stays")
		}
	})
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

var invited = regexp.MustCompile(`/invited/[A-Za-z0-9_-]+`)

func TestInvitedByLink(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Closed)
		status(t, "a year", h.fern.Post(at(id, "/invite/link"), "days", "365"), 422)
		page := h.fern.Post(at(id, "/invite/link"), "days", "3")
		link := invited.FindString(page.Body)
		if page.Status != 200 || len(link) < 40 {
			t.Fatalf("no link: %d", page.Status)
		}
		lacks(t, "the page afterwards", h.fern.Get(at(id, "/people")).Body, link)
		if n := h.count(t, `SELECT count(*) FROM groups_invite WHERE hash LIKE $1`, "%"+strings.TrimPrefix(link, "/invited/")+"%"); n != 0 {
			t.Error("the secret is kept")
		}
		lacks(t, "the page of a link", h.heron.Get(link).Body, "Evenings")
		status(t, "a wrong link", h.heron.Post(link[:len(link)-2]+"AA"), 404)
		status(t, "before", h.heron.Get(at(id)), 404)
		got := h.heron.Post(link)
		status(t, "following", got, 303)
		has(t, "where it leads", h.heron.Get(got.To()).Body, "What is said here stays here.")
		status(t, "twice", h.heron.Post(link), 303)
		if n := h.count(t, `SELECT count(*) FROM groups_invite WHERE person = $1`, h.heron.ID); n != 1 {
			t.Errorf("%d invitations of one link", n)
		}
		lacks(t, "who followed it", h.fern.Get(at(id, "/people")).Body, "Heron")
		// Taken back: also for whoever has opened it and is not in yet.
		must(t, errOf(w.Groups.Join(ctx, h.heron.Actor, id, groups.Joining{Agreed: 1})))
		status(t, "another follows", h.juniper.Post(link), 303)
		list, err := w.Groups.Everybody(ctx, h.fern.Actor, id)
		must(t, err)
		if len(list.Invited) != 1 {
			t.Fatalf("%+v", list.Invited)
		}
		status(t, "a member takes it back", h.heron.Post(at(id, "/uninvite/"+string(list.Invited[0].ID))), 404)
		status(t, "taking it back", h.fern.Post(at(id, "/uninvite/"+string(list.Invited[0].ID))), 303)
		status(t, "who opened it before", h.juniper.Get(at(id)), 404)
		status(t, "who joined before", h.heron.Get(at(id)), 200)
		status(t, "who opens it now", h.robin.Post(link), 404)
		// Over: gone by itself.
		token, err := w.Groups.InviteByLink(ctx, h.fern.Actor, id, 30)
		must(t, err)
		must(t, errOf(w.Groups.Follow(ctx, h.robin.Actor, token)))
		w.Time.Advance(groups.InviteLasts + time.Second)
		if _, err := w.Groups.Follow(ctx, h.otter.Actor, token); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link that is over: %v", err)
		}
		wants(t, "who followed it", errOf(w.Groups.Look(ctx, h.robin.Actor, id)), fault.NotFound)
		w.Settle()
		if n := h.count(t, `SELECT count(*) FROM groups_invite`); n != 0 {
			t.Errorf("%d invitations stay that hold no longer", n)
		}
	})
}

// A no to an invitation reads, for whoever gave it, as if it had reached nobody.
func TestDeclining(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Closed)
		must(t, w.Groups.InvitePerson(ctx, h.fern.Actor, id, "Heron"))
		before := plain(h.fern.Get(at(id, "/people")).Body)
		has(t, "the page", h.heron.Get(at(id, "/join")).Body, "No, thank you", "Nobody is told.")
		status(t, "who was not invited", h.juniper.Post(at(id, "/decline")), 404)
		status(t, "no", h.heron.Post(at(id, "/decline")), 303)
		status(t, "twice", h.heron.Post(at(id, "/decline")), 404)
		if after := plain(h.fern.Get(at(id, "/people")).Body); before != after {
			t.Error("a no can be seen")
		}
		status(t, "the group", h.heron.Get(at(id)), 404)
		must(t, w.Groups.InvitePerson(ctx, h.fern.Actor, id, "Heron"))
		if h.told(t, h.heron, "groups.asked")+h.told(t, h.fern, "groups.answer") != 0 {
			t.Error("asked again by the same invitation, or the no is told")
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestACommunityOwnsItsSpace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		slug, label := h.identity(t)
		d := draft("Our own table", groups.Members)
		d.Community, d.Welcome = slug, "You need not explain yourself here."
		id := h.makes(t, h.fern, d)
		page := h.heron.Get(at(id, "/join")).Body
		has(t, "joining", page, "Nobody checks it")
		got := h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes")
		status(t, "without saying so", got, 422)
		has(t, "without saying so", got.Body, "there are other groups")
		status(t, "saying so", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes", "belongs", "yes"), 303)
		has(t, "the page", h.heron.Get(at(id)).Body, "You need not explain yourself here.", label)
		has(t, "found", h.robin.Get("/groups?for="+slug).Body, "Our own table")
		lacks(t, "the export", fmt.Sprint(w.Exported(h.heron)["groups.json"]), slug, "belongs")
		if n := h.count(t, `SELECT count(*) FROM people_lived WHERE person = $1`, h.heron.ID); n != 0 {
			t.Error("that they belong is written down")
		}
	})
}

// identity is one of the taxonomy that can be chosen.
func (h *house) identity(t *testing.T) (slug, label string) {
	t.Helper()
	all, err := h.People.Situations(t.Context(), "en")
	must(t, err)
	for _, x := range all {
		if x.Kind == "identity" && !x.Retired {
			return x.Slug, x.Label
		}
	}
	t.Fatal("no identity")
	return "", ""
}

func TestAProgrammeTakesPeopleIn(t *testing.T) {
	for takes, want := range map[string][2]int{"until": {303, 409}, "yes": {303, 303}, "no": {409, 409}} {
		t.Run(takes, func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			d := draft("Six weeks of sleep", groups.Members)
			d.Form, d.Weeks, d.Begins, d.Takes = groups.Programme, 6, "2026-11-24", takes
			id := h.makes(t, h.fern, d)
			has(t, "the page", h.heron.Get(at(id)).Body, "It lasts 6 weeks.")
			status(t, "before", h.heron.Post(at(id, "/join"), "version", "1", "agreed", "yes"), want[0])
			h.Time.Advance(49*time.Hour + 59*time.Minute) // 23 November, 22:59 in Berlin
			h.Time.Advance(2 * time.Hour)                 // its first day there, not yet in UTC
			status(t, "on the day", h.juniper.Post(at(id, "/join"), "version", "1", "agreed", "yes"), want[1])
			must(t, h.Groups.InvitePerson(t.Context(), h.fern.Actor, id, "Otter"))
			status(t, "invited", h.otter.Post(at(id, "/join"), "version", "1", "agreed", "yes"), 303)
		})
	}
}
