package groups_test

import (
	"sync"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
)

func TestAChangedAgreement(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		h.plans(t, h.fern, id)
		// Between the page and pressing.
		status(t, "the page", h.robin.Get(at(id, "/join")), 200)
		for _, p := range []string{"/agreement/edit"} {
			status(t, "a member changes it", h.heron.Get(at(id, p)), 404)
			status(t, "a coordinator changes it", h.tomo.Post(at(id, p), "version", "1", "sentences", "Mine."), 404)
		}
		status(t, "nothing", h.fern.Post(at(id, "/agreement/edit"), "version", "1", "sentences", " "), 422)
		status(t, "the same", h.fern.Post(at(id, "/agreement/edit"), "version", "1", "sentences", agreed), 303)
		if g := h.group(t, id); g.Agreement != 1 || h.told(t, h.heron, "groups.agreement") != 0 {
			t.Error("what has not changed is a new version")
		}
		status(t, "changing", h.fern.Post(at(id, "/agreement/edit"), "version", "1", "sentences", "What is said here stays here.\nPhones stay outside."), 303)
		got := h.fern.Post(at(id, "/agreement/edit"), "version", "1", "sentences", "What I typed meanwhile.")
		status(t, "changed by two", got, 422)
		has(t, "changed by two", got.Body, "What I typed meanwhile.", "Phones stay outside.")
		got = h.robin.Post(at(id, "/join"), "version", "1", "agreed", "yes", "listed", "yes")
		status(t, "joining with the old one", got, 422)
		has(t, "joining with the old one", got.Body, "The agreement has changed meanwhile", "Phones stay outside.", "We give no advice unasked.", `name="version" value="2"`)
		status(t, "with the new one", h.robin.Post(at(id, "/join"), "version", "2", "agreed", "yes"), 303)
		// Everybody else reads and does not write until they have accepted it.
		if h.told(t, h.heron, "groups.agreement") != 1 || h.told(t, h.fern, "groups.agreement") != 0 {
			t.Error("who is told")
		}
		has(t, "the home page", h.heron.Get("/groups").Body, "New agreement to read")
		has(t, "the page", h.heron.Get(at(id)).Body, "Until you accept it you can read, but not write.")
		g := h.group(t, id)
		_, _, err := w.Discussion.Post(ctx, h.heron.Actor, g.Wall, discussion.Draft{Words: "still here"})
		if err == nil {
			t.Error("writes on the wall")
		}
		status(t, "reads the wall", h.heron.Get("/wall/"+string(g.Wall)), 200)
		for path, form := range map[string][]string{"/round": {"went", "typed words", "shared", "group"}, "/touch": {"name", "Juniper", "reach", "typed words"}} {
			got := h.heron.Post(at(id, path), form...)
			status(t, path, got, 409)
			has(t, path, got.Body, "Please read and accept it first")
			status(t, "reading "+path, h.heron.Get(at(id, path)), 200)
		}
		m, err := w.Groups.Meetings.Coming(ctx, w.DB.Reader(), h.heron.Actor, id, 1)
		must(t, err)
		if got := h.heron.Post("/meeting/"+string(m[0].ID)+"/answer", "how", "online"); got.Status == 303 {
			t.Error("answers a meeting")
		}
		page := h.heron.Get(at(id, "/agreement")).Body
		has(t, "what is new", page, "Phones stay outside.", ">New<", "<del dir=\"auto\">We give no advice unasked.</del>")
		status(t, "an old version", h.heron.Post(at(id, "/agreement"), "version", "1"), 422)
		status(t, "one that is not there", h.heron.Post(at(id, "/agreement"), "version", "9"), 422)
		status(t, "who is not in it", h.otter.Post(at(id, "/agreement"), "version", "2"), 404)
		status(t, "accepting", h.heron.Post(at(id, "/agreement"), "version", "2"), 303)
		if h.told(t, h.heron, "groups.agreement") != 0 {
			t.Error("the notice stays")
		}
		h.posts(t, h.heron, id, "back again")
		status(t, "the round", h.heron.Post(at(id, "/round"), "went", "well", "shared", "group"), 303)
	})
}

func TestTwoChangeTheAgreementAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Members, h.wren)
		must(t, w.Groups.Facilitate(t.Context(), h.fern.Actor, id, h.wren.ID, true))
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, p := range []*cairntest.Someone{h.fern, h.wren} {
			wg.Go(func() { errs[i] = w.Groups.Rewrite(t.Context(), p.Actor, id, 1, "Words of "+p.Name) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				wants(t, "who is later", err, fault.Conflict)
			}
		}
		if g := h.group(t, id); g.Agreement != 2 {
			t.Errorf("version %d", g.Agreement)
		}
	})
}

// Whoever asked with one version and is let in with the next reads first.
func TestLetInWithTheNextVersion(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx := t.Context()
	id := h.evenings(t, groups.Request)
	must(t, errOf(h.Groups.Join(ctx, h.heron.Actor, id, groups.Joining{Agreed: 1})))
	must(t, h.Groups.Rewrite(ctx, h.fern.Actor, id, 1, "Only this."))
	list, err := h.Groups.Everybody(ctx, h.fern.Actor, id)
	must(t, err)
	must(t, h.Groups.Answer(ctx, h.fern.Actor, id, list.Asking[0].ID, true))
	if v := h.look(t, h.heron, id); !v.MayRead() || v.MayWrite() {
		t.Errorf("reads %v, writes %v", v.MayRead(), v.MayWrite())
	}
}
