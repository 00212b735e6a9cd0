package discussion_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/directory"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const goodbye = "I want to die, and I am tired"

func (h house) leads(t *testing.T, p *cairntest.Someone) {
	t.Helper()
	must(t, h.Shifts.Start(t.Context(), p.Actor, true))
	h.Settle()
}

// audited counts what others did with somebody's own under a verb.
func (h house) audited(t *testing.T, p *cairntest.Someone, verb string) int {
	t.Helper()
	list, err := h.Ledger.About(t.Context(), p.ID, 100)
	must(t, err)
	n := 0
	for _, x := range list {
		if x.Verb == verb {
			n++
		}
	}
	return n
}

func TestAGoodbyeWhileSomebodyLeads(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		country, err := w.Directory.Country(t.Context(), w.DB.Reader())
		must(t, err)
		_, err = w.Directory.Add(t.Context(), h.otto.Actor, directory.Line{Country: country, Name: "Night line", Number: "555 0100", Kind: directory.Call, Audience: "all", Source: "their own site", CheckedOn: "2026-11-20"}, "")
		must(t, err)
		h.Time.Advance(time.Minute) // what a node remembers of the lines is over
		h.leads(t, h.ines)
		got := h.heron.Post(h.wall(), "key", "k", "words", goodbye, "back", "/garden")
		if got.Status != 303 || !strings.HasPrefix(got.To(), "/post/") {
			t.Fatalf("post: %d %s", got.Status, got.To())
		}
		page := h.heron.Get(got.To())
		has(t, "the author's page", page.Body, goodbye, "/crisis", "/safe", "You need not wait for anybody", "Others do not see this yet", "The person on duty has been told")
		lacks(t, "the author's page", page.Body, "Nobody is on duty")
		has(t, "the author's page", page.Body[strings.Index(page.Body, `id="thread"`):], "Night line 555 0100", `href="tel:5550100"`)
		has(t, "the author's wall", h.heron.Get(h.wall()).Body, goodbye, "You need not wait for anybody")
		lacks(t, "a member's wall", h.ali.Get(h.wall()).Body, "tired")
		if a := h.ali.Get(got.To()); a.Status != 404 {
			t.Errorf("a member opens it: %d", a.Status)
		}
		if n := h.told(t, h.ines, "discussion.held"); n != 1 {
			t.Errorf("the lead was told %d times", n)
		}
		if n := h.told(t, h.fern, "discussion.waiting"); n != 1 {
			t.Errorf("the keeper was told %d times", n)
		}
		if h.told(t, h.otto, "discussion.waiting")+h.told(t, h.ali, "discussion.posted") != 0 {
			t.Error("others were told")
		}
		// The lead does not belong to the garden, reads it, and that is written down.
		read := h.ines.Get(got.To())
		has(t, "the lead's page", read.Body, goodbye, "Heron", "Release it", "Write an answer")
		if h.ines.Get(h.wall()).Status != 404 || h.audited(t, h.heron, "discussion.read_held") != 1 {
			t.Error("the lead sees the whole wall, or reads without a trace")
		}
		lacks(t, "the lead's page", read.Body, "Without my name")
		if a := h.ines.Post(got.To()+"/comment", "key", "b", "words", "I am here", "anonymous", "yes"); a.Status != 422 {
			t.Errorf("whoever helps does so without a name: %d", a.Status)
		}
		if a := h.ines.Post(got.To()+"/comment", "key", "a", "words", "Do you want to die right now? I am here."); a.Status != 303 {
			t.Fatalf("the lead's answer: %d", a.Status)
		}
		has(t, "the author's page", h.heron.Get(got.To()).Body, "right now? I am here.")
		if h.told(t, h.ines, "discussion.held")+h.told(t, h.fern, "discussion.waiting") != 0 {
			t.Error("what was answered still asks to be read")
		}
		if h.told(t, h.heron, "discussion.answered") != 1 {
			t.Error("the author is not told of the answer")
		}
		// The author says more, and that is held too: the lead, who is told, reads it in its thread.
		more := h.heron.Post(got.To()+"/comment", "key", "c", "words", "no. "+goodbye+" of the cold")
		if more.Status != 303 || h.told(t, h.ines, "discussion.held") != 1 {
			t.Fatalf("what the author says below: %d", more.Status)
		}
		thread := h.ines.Get(h.followed(t, h.ines, more.To()))
		has(t, "the lead's thread", thread.Body, "of the cold", "right now? I am here.")
		if n := h.audited(t, h.heron, "discussion.read_held"); n != 2 {
			t.Errorf("of two that the lead read, %d are written down", n)
		}
		if a := h.ines.Post(more.To() + "/release"); a.Status != 303 {
			t.Fatalf("release below: %d", a.Status)
		}
		if a := h.ines.Post(got.To() + "/release"); a.Status != 303 || a.To() != "/board" {
			t.Fatalf("release: %d %s", a.Status, a.To())
		}
		if a := h.ines.Get(got.To()); a.Status != 404 {
			t.Errorf("the lead goes on reading: %d", a.Status)
		}
		has(t, "a member's wall", h.ali.Get(h.wall()).Body, goodbye)
		if h.told(t, h.heron, "discussion.decision") != 2 || h.told(t, h.ali, "discussion.posted") != 1 {
			t.Error("the author, or those who follow, are not told of what was released")
		}
		lacks(t, "the author's page", h.heron.Get(got.To()).Body, "Others do not see this yet")
		if a := h.ines.Post(got.To() + "/release"); a.Status != 404 {
			t.Errorf("released twice: %d", a.Status)
		}
	})
}

func TestAGoodbyeWhileNobodyLeads(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.wren, "how is everybody")
		got := h.heron.Post("/post/"+string(post)+"/comment", "key", "k", "words", goodbye)
		if got.Status != 303 {
			t.Fatalf("comment: %d", got.Status)
		}
		at := got.To()
		page := h.heron.Get("/post/" + string(post))
		has(t, "the author's page", page.Body, "Nobody is on duty right now", "we cannot say when", "/crisis")
		lacks(t, "the author's page", page.Body, "has been told", "tonight")
		lacks(t, "a member's page", h.ali.Get("/post/"+string(post)).Body, "tired", "One answer")
		if h.told(t, h.wren, "discussion.answered") != 0 {
			t.Error("the author of the post is told of what they do not see")
		}
		for _, p := range []*cairntest.Someone{h.ines, h.otto, h.fern} {
			if h.told(t, p, "discussion.waiting") != 1 || h.told(t, p, "discussion.held") != 0 {
				t.Errorf("%s: told wrongly", p.Name)
			}
		}
		// Whoever leads next is told then, and the author reads that.
		h.Time.Advance(time.Hour)
		h.leads(t, h.ines)
		if n := h.told(t, h.ines, "discussion.held"); n != 1 {
			t.Errorf("the next lead was told %d times", n)
		}
		has(t, "the author's page", h.heron.Get("/post/"+string(post)).Body, "has been told")
		must(t, w.Shifts.Start(t.Context(), h.otto.Actor, true))
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Shifts.Leave(t.Context(), tx, h.ines.Actor) }))
		if a, b := h.told(t, h.otto, "discussion.held"), h.told(t, h.ines, "discussion.held"); a != 1 || b != 1 {
			t.Errorf("the one after was told %d times, the one before %d", a, b)
		}
		alone := h.ines.Get(at)
		has(t, "the lead's page", alone.Body, goodbye, "Release it")
		lacks(t, "the lead's page", alone.Body, "how is everybody", "Write an answer", "The garden")
		if a := h.ines.Get("/post/" + string(post)); a.Status != 404 {
			t.Errorf("the lead reads what is around it: %d", a.Status)
		}
		id := moment.ID(strings.TrimPrefix(at, "/post/"))
		if err := w.Discussion.Release(t.Context(), h.fern.Actor, id); !fault.Is(err, fault.Forbidden) || h.told(t, h.otto, "discussion.held") != 1 {
			t.Errorf("a keeper who does not lead releases it: %v", err)
		}
		kept := h.fern.Get(h.followed(t, h.fern, at)).Body
		has(t, "the keeper's page", kept, "Supervisors and coordinators have been told")
		lacks(t, "the keeper's page", kept, "Release it")
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, id))
		has(t, "a member's page", h.ali.Get("/post/"+string(post)).Body, "tired", "One answer")
		if h.told(t, h.wren, "discussion.answered") != 1 || h.told(t, h.ines, "discussion.held") != 0 {
			t.Error("after the release")
		}
	})
}

func TestNobodyReleasesTheirOwn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.garden.members[h.ines.ID] = true
		h.leads(t, h.ines)
		id := h.posts(t, h.ines, goodbye)
		if h.told(t, h.ines, "discussion.held")+h.told(t, h.ines, "discussion.waiting") != 0 || h.told(t, h.otto, "discussion.waiting") != 1 {
			t.Error("whoever leads is told of their own words, or nobody else is")
		}
		if err := w.Discussion.Release(t.Context(), h.ines.Actor, id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the lead releases their own: %v", err)
		}
		own := h.posts(t, h.fern, goodbye)
		if err := w.Discussion.Release(t.Context(), h.fern.Actor, own); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a keeper releases their own: %v", err)
		}
	})
}

func TestChangedWordsAreHeldToo(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		post := h.posts(t, h.wren, "hello")
		id := h.answers(t, h.heron, post, "I am here")
		if got := h.heron.Post("/post/"+string(id)+"/edit", "words", goodbye); got.Status != 303 {
			t.Fatalf("edit: %d", got.Status)
		}
		lacks(t, "a member's page", h.ali.Get("/post/"+string(post)).Body, "tired", "I am here", "One answer")
		if h.told(t, h.ines, "discussion.held") != 1 {
			t.Error("the lead is not told")
		}
		must(t, w.Discussion.Edit(t.Context(), h.heron.Actor, id, "I am here again"))
		lacks(t, "what was held is open after a change", h.ali.Get("/post/"+string(post)).Body, "here again")
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, id))
		has(t, "a member's page", h.ali.Get("/post/"+string(post)).Body, "here again", "One answer")
	})
}

func TestFirstOnesAreHeld(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, discussion.SpaceRules{HoldNew: true})
		h.leads(t, h.ines)
		keepers := h.posts(t, h.fern, "welcome")
		id := h.posts(t, h.heron, "I am new")
		comment := h.answers(t, h.heron, keepers, "new here")
		lacks(t, "a member's wall", h.ali.Get(h.wall()).Body, "I am new", "new here")
		has(t, "the author's wall", h.heron.Get(h.wall()).Body, "I am new", "among the first things")
		lacks(t, "the author's wall", h.heron.Get(h.wall()).Body, "You need not wait for anybody")
		if h.told(t, h.fern, "discussion.waiting") != 2 || h.told(t, h.ines, "discussion.held") != 0 {
			t.Error("the keeper is told, and the lead is not")
		}
		if got := h.ines.Get("/post/" + string(id)); got.Status != 404 {
			t.Errorf("the lead reads what is held as the first: %d", got.Status)
		}
		for _, p := range []*cairntest.Someone{h.ali, h.heron} {
			if err := w.Discussion.Release(t.Context(), p.Actor, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s releases it: %v", p.Name, err)
			}
		}
		must(t, w.Discussion.Release(t.Context(), h.fern.Actor, id))
		must(t, w.Discussion.Hide(t.Context(), h.fern.Actor, comment, "Please not here."))
		has(t, "a member's wall", h.ali.Get(h.wall()).Body, "I am new")
		if n := h.told(t, h.ali, "discussion.posted"); n != 2 {
			t.Errorf("told %d times of two posts", n)
		}
		_, state, err := w.Discussion.Post(t.Context(), h.heron.Actor, h.space, discussion.Draft{Words: "the second"})
		if err != nil || state != discussion.Open {
			t.Errorf("the second: %s %v", state, err)
		}
	})
}

func TestAKeeperHidesWithAReason(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.heron, "a post")
		id := h.answers(t, h.ali, post, "buy my tea")
		if got := h.fern.Get("/post/" + string(id) + "/sure/hide"); got.Status != 200 || !strings.Contains(got.Body, "buy my tea") {
			t.Errorf("sure: %d", got.Status)
		}
		got := h.fern.Post("/post/"+string(id)+"/hide", "reason", " ")
		if got.Status != 422 {
			t.Errorf("without a reason: %d", got.Status)
		}
		if got := h.fern.Post("/post/"+string(id)+"/hide", "reason", strings.Repeat("x", 1001)); got.Status != 422 || !strings.Contains(got.Body, "xxxx") {
			t.Errorf("too long a reason: %d", got.Status)
		}
		if got := h.fern.Post("/post/"+string(id)+"/hide", "reason", "We do not sell here."); got.Status != 303 {
			t.Fatalf("hide: %d", got.Status)
		}
		lacks(t, "a member's page", h.wren.Get("/post/"+string(post)).Body, "buy my tea", "We do not sell", "One answer")
		if got := h.wren.Get("/post/" + string(id)); got.Status != 404 {
			t.Errorf("a member opens what is hidden: %d", got.Status)
		}
		if h.told(t, h.ali, "discussion.decision") != 1 || h.audited(t, h.ali, "discussion.hide") != 1 {
			t.Error("the author is not told, or it is not in the audit as theirs")
		}
		mine := h.ali.Get("/post/" + string(post))
		has(t, "the author's page", mine.Body, "We do not sell here.", "buy my tea")
		lacks(t, "the author's page", mine.Body, "Fern")
		if got := h.ali.Post("/post/"+string(id)+"/edit", "words", "buy my coffee"); got.Status != 409 {
			t.Errorf("what is hidden is written over: %d", got.Status)
		}
		if got := h.fern.Post("/post/"+string(id)+"/hide", "reason", "again"); got.Status != 409 {
			t.Errorf("hidden twice: %d", got.Status)
		}
		if got := h.fern.Post("/post/" + string(id) + "/release"); got.Status != 303 {
			t.Fatalf("release: %d", got.Status)
		}
		has(t, "a member's page", h.wren.Get("/post/"+string(post)).Body, "buy my tea", "One answer")
		lacks(t, "the author's page", h.ali.Get("/post/"+string(post)).Body, "We do not sell here.")
	})
}

// What those who look after it said below words that were held does not come to
// light when the words are taken back, or their author's account is deleted.
func TestWhatWasHeldLeavesNoPlace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		back, gone := h.posts(t, h.heron, goodbye), h.posts(t, h.wren, goodbye)
		for _, id := range []moment.ID{back, gone} {
			h.answers(t, h.fern, id, "only for you")
		}
		if h.told(t, h.ines, "discussion.held") != 2 || h.told(t, h.fern, "discussion.waiting") != 0 {
			t.Error("that a keeper answered is no answer of whoever leads, and the keeper has read it")
		}
		h.answers(t, h.heron, back, "I am afraid")
		if h.told(t, h.ines, "discussion.held") != 2 || h.told(t, h.fern, "discussion.waiting") != 1 {
			t.Error("nobody is told that the author said more")
		}
		must(t, w.Discussion.Withdraw(t.Context(), h.heron.Actor, back))
		must(t, w.People.Erase(t.Context(), h.wren.Actor, people.Proof{Name: "Wren"}))
		for _, p := range []*cairntest.Someone{h.ali, h.heron, h.fern, h.ines} {
			for _, id := range []moment.ID{back, gone} {
				if got := p.Get("/post/" + string(id)); got.Status != 404 && p != h.ines {
					t.Errorf("%s: %d", p.Name, got.Status)
				}
			}
		}
		h.garden.members[h.ines.ID] = true // even so, what was said around it is not there
		learns := h.ines.Get("/post/" + string(back))
		has(t, "the lead's page", learns.Body, "The person has taken it back")
		lacks(t, "the lead's page", learns.Body, "tired", "only for you", "I am afraid")
		left := h.ines.Get("/post/" + string(gone))
		has(t, "of somebody who left", left.Body, "Somebody whose words were held has left")
		lacks(t, "of somebody who left", left.Body, "tired", "only for you", "Wren", string(h.wren.ID))
		lacks(t, "a member's wall", h.ali.Get(h.wall()).Body, "only for you", "I am afraid", "taken back")
		if h.told(t, h.ines, "discussion.held")+h.told(t, h.fern, "discussion.waiting") != 0 {
			t.Error("what is gone asks to be read")
		}
	})
}
