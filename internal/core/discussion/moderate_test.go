package discussion_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/moderation"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// reported lets Heron report something, and Ines claim it; it gives the report.
func (h house) reported(t *testing.T, id moment.ID, reason string) moment.ID {
	t.Helper()
	if got := h.heron.Post("/report", "kind", "post", "id", string(id), "reason", reason); got.Status != 303 {
		t.Fatalf("report: %d", got.Status)
	}
	q, err := h.Moderation.Queue(t.Context(), h.ines.Actor)
	must(t, err)
	for _, r := range q.Reports {
		if r.Object == id {
			must(t, h.Moderation.Claim(t.Context(), h.ines.Actor, r.ID))
			return r.ID
		}
	}
	t.Fatal("it is not in the queue")
	return ""
}

// lastOf gives the newest decision about somebody.
func (h house) lastOf(t *testing.T, p *cairntest.Someone) moderation.Action {
	t.Helper()
	list, err := h.Moderation.Mine(t.Context(), p.Actor)
	must(t, err)
	if len(list) == 0 {
		t.Fatalf("nothing was decided about %s", p.Name)
	}
	return list[0]
}

func TestModerationHidesAndTakesItBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.ali, "something hurtful")
		h.answers(t, h.wren, post, "that hurts")
		report := h.reported(t, post, "threat")
		at := "/moderation/" + string(report)
		if got := h.ines.Post(at+"/decide", "what", "none", "thing", "hide", "reason", ""); got.Status != 422 {
			t.Errorf("hidden without a reason: %d", got.Status)
		}
		if got := h.ines.Post(at+"/decide", "what", "warn", "thing", "hide", "reason", "This would hurt anybody."); got.Status != 303 {
			t.Fatalf("decide: %d", got.Status)
		}
		if got := h.words(t, h.wren); got != "" {
			t.Errorf("others still meet: %s", got)
		}
		if got := h.wren.Get("/post/" + string(post)); got.Status != 404 {
			t.Errorf("others open it: %d", got.Status)
		}
		has(t, "the author's page", h.ali.Get("/post/"+string(post)).Body, "something hurtful", "This would hurt anybody.", "Ask somebody else to look again")
		if err := w.Discussion.Release(t.Context(), h.fern.Actor, post); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a keeper releases what moderation hid: %v", err)
		}
		mine, err := w.Moderation.Mine(t.Context(), h.ali.Actor)
		must(t, err)
		if len(mine) != 2 {
			t.Fatalf("%d decisions, want one about the person and one about the thing", len(mine))
		}
		var hid moderation.Action
		for _, x := range mine {
			if x.What == moderation.Hide {
				hid = x
			}
		}
		undo := at + "/undo"
		if got := h.ines.Post(undo, "action", string(hid.ID), "undo", ""); got.Status != 422 {
			t.Errorf("undone without a word: %d", got.Status)
		}
		if got := h.heron.Post(undo, "action", string(hid.ID), "undo", "x"); got.Status != 404 {
			t.Errorf("anybody undoes: %d", got.Status)
		}
		if got := h.otto.Post(undo, "action", string(hid.ID), "undo", "It was a quotation."); got.Status != 303 {
			t.Fatalf("undo: %d", got.Status)
		}
		if got := h.otto.Post(undo, "action", string(hid.ID), "undo", "twice"); got.Status != 409 {
			t.Errorf("undone twice: %d", got.Status)
		}
		if got := h.words(t, h.wren); got != "something hurtful" {
			t.Errorf("after undoing others meet: %q", got)
		}
		if p := h.page(t, h.wren).Posts[0]; p.Comments != 1 {
			t.Errorf("%d answers are counted", p.Comments)
		}
		has(t, "the author's decisions", h.ali.Get("/me/decisions").Body, "It was a quotation.", "This would hurt anybody.")
		if n := h.count(t, `SELECT count(*) FROM shifts_exposure WHERE person = $1 AND kind = 'report' AND heavy`, h.ines.ID); n != 1 {
			t.Errorf("%d readings are carried, want one that weighs", n)
		}
	})
}

func TestWhatWasRemovedGoesForGood(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		gone, back, asked := h.posts(t, h.ali, "selling pills"), h.posts(t, h.ali, "selling hats"), h.posts(t, h.wren, "selling soap")
		for _, id := range []moment.ID{gone, back, asked} {
			must(t, w.Moderation.Decide(t.Context(), h.ines.Actor, h.reported(t, id, "selling"), moderation.Decision{What: "none", Thing: moderation.Remove, Reason: "We sell nothing here."}))
			h.Time.Advance(time.Minute)
			if id == back {
				must(t, w.Moderation.Undo(t.Context(), h.ines.Actor, h.lastOf(t, h.ali).ID, "Hats are for the jumble sale."))
			}
		}
		must(t, w.Moderation.Appeal(t.Context(), h.wren.Actor, h.lastOf(t, h.wren).ID, "It is a gift."))
		if err := w.Moderation.Undo(t.Context(), h.otto.Actor, h.lastOf(t, h.wren).ID, "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("undone beside an appeal that waits: %v", err)
		}
		h.Time.Advance(moderation.RemoveAfter + time.Hour)
		w.Settle()
		for id, want := range map[moment.ID]int{gone: 1, back: 0, asked: 0} {
			if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE id = $1 AND words IS NULL AND state = 'withdrawn'`, id); n != want {
				t.Errorf("%s: destroyed %d, want %d", id, n, want)
			}
		}
		must(t, w.Moderation.DecideAppeal(t.Context(), h.otto.Actor, h.lastOf(t, h.wren).ID, "no", "You are right."))
		h.Time.Advance(48 * time.Hour)
		w.Settle()
		if got := h.words(t, h.heron); got != "selling soap selling hats" {
			t.Errorf("there is: %q", got)
		}
	})
}

func TestModerationLabels(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.ali, "a night on the ward")
		marks, err := discussion.Subject{Service: w.Discussion}.Labels(t.Context())
		must(t, err)
		own, put := marks[0].Slug, marks[1].Slug
		must(t, w.Discussion.Label(t.Context(), h.ali.Actor, post, []string{own}))
		report := h.reported(t, post, "other")
		at := "/moderation/" + string(report) + "/decide"
		if got := h.ines.Post(at, "what", "none", "thing", "label", "reason", "x"); got.Status != 422 {
			t.Errorf("no label: %d", got.Status)
		}
		if got := h.ines.Post(at, "what", "none", "thing", "label", "labels", "no-such-thing", "reason", "x"); got.Status != 422 {
			t.Errorf("a label that is none: %d", got.Status)
		}
		if got := h.ines.Post(at, "what", "none", "thing", "label", "labels", own, "labels", put, "reason", "So that others can choose."); got.Status != 303 {
			t.Fatalf("label: %d", got.Status)
		}
		if got := len(h.page(t, h.wren).Posts[0].Topics); got != 2 {
			t.Errorf("%d labels", got)
		}
		h.keptOn(t, post, own, put)
		must(t, w.Moderation.Undo(t.Context(), h.ines.Actor, h.lastOf(t, h.ali).ID, "Not needed."))
		if got := h.page(t, h.wren).Posts[0].Topics; len(got) != 1 || got[0].Slug != own || got[0].Fixed {
			t.Errorf("after undoing: %v", got)
		}
		status := h.ali.Post("/post/" + string(post) + "/label").Status
		if n := len(h.page(t, h.wren).Posts[0].Topics); status != 303 || n != 0 {
			t.Errorf("their own again, and they cannot take it off: %d, %d", status, n)
		}
	})
}

// What is held waits in the queue for those who may release it, listed words first, and for nobody else; two
// do not read the same.
func TestWhatIsHeldIsInTheQueue(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, discussion.SpaceRules{HoldNew: true})
		first := h.posts(t, h.heron, "hello, I am new")
		worry := h.posts(t, h.ali, "I want to die")
		for p, want := range map[*cairntest.Someone]string{h.fern: "words new", h.ines: "words", h.otto: "words", h.heron: "", h.robin: "", h.ali: ""} {
			q, err := w.Moderation.Queue(t.Context(), p.Actor)
			must(t, err)
			var got []string
			for _, x := range q.Holds {
				got = append(got, x.Why)
			}
			if s := strings.Join(got, " "); s != want {
				t.Errorf("%s sees %q, want %q", p.Name, s, want)
			}
		}
		lacks(t, "the queue", h.fern.Get("/moderation").Body, "hello, I am new", "I want to die", "Heron", "Ali")
		claim := "/moderation/held/post/"
		if got := h.ines.Post(claim + string(worry)); got.Status != 303 || got.To() != "/post/"+string(worry) {
			t.Errorf("claimed: %d %s", got.Status, got.To())
		}
		if got := h.otto.Post(claim + string(worry)); got.Status != 409 {
			t.Errorf("two read it: %d", got.Status)
		}
		if got := h.ines.Post(claim + string(worry)); got.Status != 303 {
			t.Errorf("going on: %d", got.Status)
		}
		for _, p := range []*cairntest.Someone{h.heron, h.robin} {
			if got := p.Post(claim + string(worry)); got.Status != 404 {
				t.Errorf("%s claims it: %d", p.Name, got.Status)
			}
		}
		has(t, "the other's queue", h.otto.Get("/moderation").Body, "Ines is looking at it.")
		h.Time.Advance(25 * time.Hour)
		if got := h.otto.Post(claim + string(worry)); got.Status != 303 {
			t.Errorf("left for a day: %d", got.Status)
		}
		must(t, w.Discussion.Release(t.Context(), h.fern.Actor, first))
		if got := h.fern.Post(claim + string(first)); got.Status != 404 {
			t.Errorf("what is released is claimed: %d", got.Status)
		}
	})
}

// thrice lets three people report something.
func (h house) thrice(t *testing.T, id moment.ID) moment.ID {
	t.Helper()
	for _, p := range []*cairntest.Someone{h.heron, h.wren, h.fern} {
		if got := p.Post("/report", "kind", "post", "id", string(id), "reason", "threat"); got.Status != 303 {
			t.Fatalf("report: %d", got.Status)
		}
	}
	return id
}

// decides lets Ines decide the next report about something; it gives the decision.
func (h house) decides(t *testing.T, id moment.ID, d moderation.Decision) moderation.Action {
	t.Helper()
	q, err := h.Moderation.Queue(t.Context(), h.ines.Actor)
	must(t, err)
	for _, r := range q.Reports {
		if r.Object == id {
			must(t, h.Moderation.Claim(t.Context(), h.ines.Actor, r.ID))
			must(t, h.Moderation.Decide(t.Context(), h.ines.Actor, r.ID, d))
			h.Time.Advance(time.Minute)
			return h.lastOf(t, h.ali)
		}
	}
	t.Fatal("it is not in the queue")
	return moderation.Action{}
}

// Several people reported the same, and something was decided each time: what is taken back
// of one leaves the others standing, and when none is left it is as if nothing had been.
func TestTwoDecisionsAboutOneThing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		undo := func(x moderation.Action) {
			t.Helper()
			must(t, w.Moderation.Undo(t.Context(), h.ines.Actor, x.ID, "A mistake."))
		}
		seen := func(what string, id moment.ID, want int) {
			t.Helper()
			if got := h.wren.Get("/post/" + string(id)).Status; got != want {
				t.Errorf("%s: others get %d, want %d", what, got, want)
			}
		}
		destroyed := func(what string, id moment.ID) {
			t.Helper()
			h.Time.Advance(moderation.RemoveAfter + time.Hour)
			w.Settle()
			if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE id = $1 AND words IS NULL`, id); n != 1 {
				t.Errorf("%s: the words are never destroyed", what)
			}
		}
		hide, remove := moderation.Decision{What: "none", Thing: moderation.Hide, Reason: "no"}, moderation.Decision{What: "none", Thing: moderation.Remove, Reason: "never"}

		gone := h.thrice(t, h.posts(t, h.ali, "an address"))
		first := h.decides(t, gone, hide)
		h.decides(t, gone, remove)
		undo(first)
		seen("hidden taken back, removed stands", gone, 404)
		destroyed("hidden first", gone)

		stays := h.thrice(t, h.posts(t, h.ali, "another address"))
		h.decides(t, stays, remove)
		undo(h.decides(t, stays, hide))
		if err := w.Discussion.Release(t.Context(), h.fern.Actor, stays); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a keeper releases what is removed still: %v", err)
		}
		destroyed("removed first", stays)

		back := h.thrice(t, h.posts(t, h.ali, "something harmless"))
		a, b, c := h.decides(t, back, hide), h.decides(t, back, remove), h.decides(t, back, hide)
		undo(a)
		undo(b)
		seen("one of three stands", back, 404)
		undo(c)
		seen("none stands", back, 200)
	})
}

// A label that two decisions put on stays until both are taken back.
func TestTwoDecisionsLabelOneThing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.thrice(t, h.posts(t, h.ali, "a night on the ward"))
		marks, err := discussion.Subject{Service: w.Discussion}.Labels(t.Context())
		must(t, err)
		label := moderation.Decision{What: "none", Thing: moderation.Label, Labels: []string{marks[1].Slug}, Reason: "So that others can choose."}
		a, b := h.decides(t, post, label), h.decides(t, post, label)
		for i, x := range []moderation.Action{a, b} {
			must(t, w.Moderation.Undo(t.Context(), h.ines.Actor, x.ID, "Not needed."))
			if got := len(h.page(t, h.wren).Posts[0].Topics); got != 1-i {
				t.Errorf("after %d taken back: %d labels", i+1, got)
			}
		}
	})
}

// That somebody who looks after a place says that they look takes a goodbye out of nobody's
// count above them; they take it over, and it is free for all within minutes.
func TestAClaimSilencesNoGoodbye(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, discussion.SpaceRules{HoldNew: true})
		rowan := w.Person("Rowan")
		h.garden.keepers[rowan.ID] = true
		claim := func(p *cairntest.Someone, id moment.ID, want int) {
			t.Helper()
			if got := p.Post("/moderation/held/post/" + string(id)); got.Status != want {
				t.Errorf("%s claims: %d, want %d", p.Name, got.Status, want)
			}
		}
		waits := func(when string, p *cairntest.Someone, want int) {
			t.Helper()
			if n, err := w.Moderation.Waits(t.Context(), p.Actor); err != nil || n != want {
				t.Errorf("%s: %d wait for %s, want %d; %v", when, n, p.Name, want, err)
			}
		}
		bye, first := h.posts(t, h.ali, goodbye), h.posts(t, h.heron, "hello, I am new")
		claim(h.fern, bye, 303)
		claim(h.fern, first, 303)
		waits("claimed by a keeper", h.ines, 1)
		waits("claimed by a keeper", h.otto, 1)
		waits("claimed by another keeper", rowan, 0)
		claim(rowan, bye, 409)
		has(t, "the queue", h.fern.Get("/moderation").Body, "Give it back", "/let-go")
		claim(h.ines, bye, 303)
		claim(h.fern, bye, 409)
		waits("somebody who decides has it", h.otto, 1)
		claim(h.otto, bye, 409)
		h.Time.Advance(16 * time.Minute)
		waits("a quarter of an hour later", rowan, 1)
		claim(rowan, bye, 303)
		claim(rowan, first, 409)
		for p, want := range map[*cairntest.Someone]int{h.robin: 409, h.fern: 409, rowan: 303} {
			if got := p.Post("/moderation/held/post/" + string(bye) + "/let-go"); got.Status != want {
				t.Errorf("%s gives it back: %d, want %d", p.Name, got.Status, want)
			}
		}
		claim(h.fern, bye, 303)
	})
}

// A keeper does not take a goodbye from those who lead by hiding it, and whoever hides it,
// its author is shown help.
func TestHidingSilencesNoGoodbye(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		bye := h.posts(t, h.ali, goodbye)
		at := "/post/" + string(bye)
		helped := func(when string) {
			t.Helper()
			page := h.ali.Get(at).Body
			has(t, when, page[strings.Index(page, `id="thread"`):], "You need not wait for anybody", "/crisis", "/safe")
		}
		lacks(t, "the keeper's page", h.fern.Get(at).Body, "/sure/hide")
		if got := h.fern.Post(at+"/hide", "reason", "not here please"); got.Status != 403 || !strings.Contains(got.Body, "may be a goodbye") {
			t.Errorf("a keeper hides a goodbye: %d", got.Status)
		}
		waits, err := w.Moderation.Waits(t.Context(), h.ines.Actor)
		if err != nil || waits != 1 || h.told(t, h.ines, "discussion.held") != 1 || h.ines.Get(at).Status != 200 {
			t.Errorf("the lead: %d wait; %v", waits, err)
		}
		helped("held")

		// A lead who looks after the place hides it: read, and help stays.
		h.garden.keepers[h.otto.ID] = true
		must(t, w.Discussion.Hide(t.Context(), h.otto.Actor, bye, "We talk about this with you alone."))
		helped("hidden by who leads")
		has(t, "the author's page", h.ali.Get(at).Body, "We talk about this with you alone.")
		lacks(t, "a member's wall", h.wren.Get(h.wall()).Body, "tired")

		// Moderation hides it, and takes that back: it is held again, and asked to be read.
		again := h.posts(t, h.ali, "hello")
		report := h.reported(t, again, "threat")
		must(t, w.Discussion.Edit(t.Context(), h.ali.Actor, again, goodbye))
		must(t, w.Moderation.Decide(t.Context(), h.ines.Actor, report, moderation.Decision{What: "none", Thing: moderation.Hide, Reason: "This would hurt anybody."}))
		at = "/post/" + string(again)
		helped("hidden by moderation")
		h.Time.Advance(time.Minute)
		must(t, w.Moderation.Undo(t.Context(), h.ines.Actor, h.lastOf(t, h.ali).ID, "A mistake."))
		helped("held again")
		if h.told(t, h.ines, "discussion.held") != 1 {
			t.Error("what is held again asks nobody to be read")
		}
	})
}
