package forum_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
)

var (
	hitTitle = regexp.MustCompile(`<h3 class="t-l"><a href="(/[^"]*)">(.*?)</a>`)
	results  = regexp.MustCompile(`(?s)id="results".*?</main>`)
)

// page searches as a browser does, and gives the page of results.
func (h *house) page(t *testing.T, p *cairntest.Someone, words string) string {
	t.Helper()
	sent := p.Post("/search", "words", words)
	status(t, "a search", sent, 303)
	got := p.Get(sent.To())
	status(t, "its results", got, 200)
	return got.Body
}

// finds gives the titles of what somebody finds, in their order.
func (h *house) finds(t *testing.T, p *cairntest.Someone, words string) string {
	t.Helper()
	var out []string
	for _, m := range hitTitle.FindAllStringSubmatch(h.page(t, p, words), -1) {
		out = append(out, strings.TrimSpace(strings.NewReplacer("<bdi>", "", "</bdi>", "", "<mark>", "", "</mark>", "").Replace(m[2])))
	}
	return strings.Join(out, " | ")
}

// found checks what each of some people find by words.
func (h *house) found(t *testing.T, words, want string, people ...*cairntest.Someone) {
	t.Helper()
	for _, p := range people {
		if got := h.finds(t, p, words); got != want {
			t.Errorf("%s finds %q by %q, not %q", p.Name, got, words, want)
		}
	}
	h.sound(t)
}

// sound looks whether the index is what it would be if it were made anew.
func (h *house) sound(t *testing.T) {
	t.Helper()
	want := 0
	for after := ""; ; {
		docs, next, err := forum.Source{Service: h.Forum}.Batch(t.Context(), h.DB.Reader(), after, 3)
		must(t, err)
		for _, d := range docs {
			want++
			title, words := strings.Join(search.Words(d.Title), " "), strings.Join(search.Words(d.Words), " ")
			if n := h.count(t, `SELECT count(*) FROM search_doc WHERE kind = 'forum' AND id = $1 AND area = $2 AND title = $3 AND words = $4 AND coalesce(author, '') = $5 AND coalesce(below, '') = $6`, d.ID, d.Area, title, words, string(d.Author), string(d.Below)); n != 1 {
				t.Errorf("the index lags behind %s", d.Title)
			}
		}
		if after = next; next == "" {
			break
		}
	}
	if n := h.count(t, `SELECT count(*) FROM search_doc WHERE kind = 'forum'`); n != want {
		t.Errorf("%d documents, not %d", n, want)
	}
}

func TestThreadsAreFoundByWhoReadsThem(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		open, members, community := h.space(t, draft(forum.Open)), h.space(t, draft(forum.Members)), h.space(t, draft(forum.Community), h.ali, h.wren)
		one := h.begins(t, h.ali, open, "Lanterns", "The harbour at dusk")
		two := h.begins(t, h.wren, members, "Boats", "Out of the harbour")
		h.begins(t, h.wren, community, "Ours", "The harbour is ours")
		h.answers(t, h.wren, one, "An answer from the quay")
		h.found(t, "quay", "Lanterns", h.visitor, h.heron)
		has(t, "an answer that was found", h.page(t, h.heron, "quay"), "An answer, in By the water")
		h.found(t, "harbour", "Lanterns", h.visitor, h.guest)
		h.found(t, "harbour", "Boats | Lanterns", h.heron, h.ali, h.wren, h.fern, h.tomo)
		has(t, "what was found", h.page(t, h.heron, "boats"), post(two), "Out of the harbour", "In By the water")
		has(t, "the choice of kinds", h.heron.Get("/search").Body, "Threads of the forum")

		must(t, h.Discussion.Edit(ctx, h.ali.Actor, one, "The pier at dusk"))
		h.found(t, "harbour", "", h.visitor)
		h.found(t, "pier", "Lanterns", h.visitor, h.heron)
		must(t, h.Discussion.Edit(ctx, h.ali.Actor, one, goodbye+" at the pier"))
		h.found(t, "pier", "", h.visitor, h.heron, h.fern, h.ali)
		must(t, h.Discussion.Release(ctx, h.ines.Actor, one))
		h.found(t, "pier", "Lanterns", h.visitor)

		must(t, h.Forum.Close(ctx, h.tomo.Actor, members, true))
		h.found(t, "harbour", "Boats", h.heron)
		d := draft(forum.Community)
		must(t, h.Forum.Change(ctx, h.tomo.Actor, members, d))
		h.found(t, "harbour", "", h.heron, h.wren, h.fern)
		must(t, h.Discussion.Withdraw(ctx, h.ali.Actor, one))
		h.found(t, "pier", "", h.visitor, h.ali)
	})
}

// An answer is found where its thread is read, by whoever is kept apart from neither
// author, and is gone with the thread as soon as that is.
func TestAnswersAreFound(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		thread := h.begins(t, h.ali, h.space(t, draft(forum.Open)), "Lanterns", "The harbour at dusk")
		answer := h.answers(t, h.wren, thread, "Meet me at the quay")
		h.found(t, "quay", "Lanterns", h.visitor, h.heron, h.ali)
		apart := h.Person("Moss")
		for _, from := range []*cairntest.Someone{h.ali, h.wren} {
			other := h.Person("Of" + from.Name)
			must(t, h.DB.Write(ctx, func(tx db.Writer) error {
				return h.People.KeepApart(ctx, tx, other.Actor, from.ID, people.Block, 0)
			}))
			h.found(t, "quay", "", other)
		}
		h.found(t, "quay", "Lanterns", apart)

		for _, step := range []struct {
			what string
			do   func() error
			want string
		}{
			{"the answer hidden", func() error { return h.Discussion.Hide(ctx, h.fern.Actor, answer, "not here") }, ""},
			{"the answer back", func() error { return h.Discussion.Release(ctx, h.fern.Actor, answer) }, "Lanterns"},
			{"the thread hidden", func() error { return h.Discussion.Hide(ctx, h.fern.Actor, thread, "not here") }, ""},
			{"the thread back", func() error { return h.Discussion.Release(ctx, h.fern.Actor, thread) }, "Lanterns"},
		} {
			must(t, step.do())
			if step.want == "" {
				h.found(t, "quay", "", h.visitor, h.heron) // before anything was settled
			}
			h.Settle()
			h.found(t, "quay", step.want, h.visitor, h.heron)
			if n := h.count(t, `SELECT count(*) FROM search_doc WHERE id = $1`, answer); n != len(step.want)/len("Lanterns") {
				t.Errorf("%s: %d in the index", step.what, n)
			}
		}
		must(t, h.Discussion.Label(ctx, h.ali.Actor, thread, []string{"sleep"}))
		h.Settle()
		status(t, "would rather not meet it", h.heron.Post("/forum/filters", "topics", "sleep"), 303)
		lacks(t, "what is covered", h.page(t, h.heron, "quay"), "Meet me", "Lanterns")
		must(t, h.Discussion.Withdraw(ctx, h.ali.Actor, thread))
		h.Settle()
		if n := h.count(t, `SELECT count(*) FROM search_doc WHERE id = $1`, answer); n != 1 {
			t.Error("an answer that is read below what was taken back is not found")
		}
		must(t, h.People.Erase(ctx, h.wren.Actor, people.Proof{Name: "Wren"}))
		h.Settle()
		h.found(t, "quay", "", h.visitor)
		if n := h.count(t, `SELECT count(*) FROM search_doc WHERE kind = 'forum'`); n != 0 {
			t.Errorf("%d documents are left", n)
		}
	})
}

// Nobody stands as the author of what was written without a name; deleting an account takes
// both from the index.
func TestWhoWroteWithoutANameIsNotInTheIndex(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		h.begins(t, h.heron, id, "Named", "harbour")
		_, _, err := h.Discussion.Post(t.Context(), h.heron.Actor, h.wall(t, id), discussion.Draft{Title: "Unnamed", Words: "harbour", Anonymous: true})
		must(t, err)
		if n := h.count(t, `SELECT count(*) FROM search_doc WHERE kind = 'forum' AND (author = $1 OR marks LIKE '%' || $2 || '%')`, h.heron.ID, strings.ReplaceAll(string(h.heron.ID), "-", "")); n != 1 {
			t.Errorf("their name is in %d documents", n)
		}
		// Whom one is kept apart from is not found; without a name nobody tells who it is.
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return h.People.KeepApart(t.Context(), tx, h.ali.Actor, h.heron.ID, people.Block, 0)
		}))
		h.found(t, "harbour", "Unnamed", h.ali)
		h.found(t, "harbour", "Unnamed | Named", h.wren)
		must(t, h.People.Erase(t.Context(), h.heron.Actor, people.Proof{Name: h.heron.Name}))
		h.Settle()
		h.found(t, "harbour", "", h.ali, h.wren)
		if n := h.count(t, `SELECT count(*) FROM search_doc WHERE kind = 'forum'`); n != 0 {
			t.Errorf("%d documents are left", n)
		}
	})
}

// What one would rather not meet unasked is covered among what was found too.
func TestWhatIsCoveredIsFoundCovered(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		thread := h.begins(t, h.heron, id, "Lanterns", "harbour lights")
		must(t, h.Discussion.Label(t.Context(), h.heron.Actor, thread, []string{"sleep"}))
		must(t, h.Discussion.Choose(t.Context(), h.ali.Actor, []string{"sleep"}, discussion.Wishes{}))
		got := results.FindString(h.page(t, h.ali, "harbour"))
		lacks(t, "what is covered", got, "Lanterns", "lights")
		has(t, "what is covered", got, post(thread), "rather not meet")
		h.found(t, "harbour", "Lanterns", h.wren, h.heron)
	})
}

// reported lets Wren report a thread, and Ines claim it; it gives the address of the report.
func (h *house) reported(t *testing.T, id moment.ID) string {
	t.Helper()
	status(t, "report", h.wren.Post("/report", "kind", "post", "id", string(id), "reason", "threat"), 303)
	q, err := h.Moderation.Queue(t.Context(), h.ines.Actor)
	must(t, err)
	for _, r := range q.Reports {
		if r.Object == id {
			must(t, h.Moderation.Claim(t.Context(), h.ines.Actor, r.ID))
			return "/moderation/" + string(r.ID)
		}
	}
	t.Fatal("it is not in the queue")
	return ""
}

// What moderation does to a thread, it does to what is found of it, at once.
func TestModerationOfAThread(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		for _, audience := range forum.Audiences() {
			var in []*cairntest.Someone
			seen := "Lanterns"
			if audience == forum.Community {
				in, seen = []*cairntest.Someone{h.heron, h.ali, h.wren}, ""
			}
			thread := h.begins(t, h.heron, h.space(t, draft(audience), in...), "Lanterns", "something hurtful")
			h.found(t, "hurtful", seen, h.ali)
			h.moderated(t, thread, seen)
		}
	})
}

// moderated hides, takes back, labels, takes back and removes a thread of Heron's. seen is
// what Ali finds of it while it is there.
func (h *house) moderated(t *testing.T, thread moment.ID, seen string) {
	t.Helper()
	decide := func(report, thing string, more ...string) {
		t.Helper()
		status(t, thing, h.ines.Post(report+"/decide", append([]string{"what", "none", "thing", thing, "reason", "This would hurt anybody."}, more...)...), 303)
	}
	undo := func(report, what string) {
		t.Helper()
		status(t, "undo "+what, h.ines.Post(report+"/undo", "action", string(h.decided(t, h.heron, what).ID), "undo", "It was a quotation."), 303)
	}
	report := h.reported(t, thread)
	decide(report, moderation.Hide)
	h.found(t, "hurtful", "", h.ali, h.heron, h.fern, h.ines, h.visitor)
	status(t, "what is hidden", h.ali.Get(post(thread)), 404)
	status(t, "a keeper releases it", h.fern.Post(post(thread, "/release")), 403)
	undo(report, moderation.Hide)
	h.found(t, "hurtful", seen, h.ali)
	status(t, "what is back", h.ali.Get(post(thread)), 200)

	report = h.reported(t, thread)
	decide(report, moderation.Label, "labels", "sleep")
	if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE id = $1 AND topics = '["sleep"]'`, thread); n != 1 {
		t.Error("it has no label")
	}
	h.found(t, "hurtful", seen, h.ali)
	undo(report, moderation.Label)

	report = h.reported(t, thread)
	decide(report, moderation.Remove)
	h.found(t, "hurtful", "", h.ali, h.heron)
	h.Time.Advance(moderation.RemoveAfter + time.Hour)
	h.Settle()
	h.found(t, "hurtful", "", h.ali, h.heron)
}

// What is held waits in the one queue for whoever may read it, and is found by nobody.
func TestWhatIsHeldWaitsInTheQueue(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Members)
		d.HoldNew = true
		first := h.begins(t, h.heron, h.space(t, d), "Lanterns", "harbour lights")
		d = draft(forum.Community)
		d.HoldNew = true
		ours := h.begins(t, h.ali, h.space(t, d, h.ali), "Ours", "harbour lights")
		h.found(t, "harbour", "", h.heron, h.wren, h.fern, h.ines, h.visitor)
		waits := func(id moment.ID) string { return "/moderation/held/post/" + string(id) }
		for p, want := range map[*cairntest.Someone][2]bool{h.fern: {true, true}, h.ines: {true, false}, h.tomo: {true, false}, h.wren: {false, false}, h.ali: {false, false}} {
			body := p.Get("/moderation").Body
			for i, id := range []moment.ID{first, ours} {
				if got := strings.Contains(body, waits(id)); got != want[i] {
					t.Errorf("%s meets %d in the queue: %t", p.Name, i, got)
				}
			}
			lacks(t, "the queue", body, "harbour")
		}
		status(t, "whoever keeps nothing", h.wren.Post(waits(first)), 404)
		status(t, "a supervisor, of a community", h.ines.Post(waits(ours)), 404)
		if got := h.fern.Post(waits(first)); got.Status != 303 || !strings.Contains(got.To(), post(first)) {
			t.Errorf("looking at it: %d %s", got.Status, got.To())
		}
		status(t, "somebody else looks at it already", h.ines.Post(waits(first)), 409)
		status(t, "release", h.fern.Post(post(first, "/release")), 303)
		h.found(t, "harbour", "Lanterns", h.heron, h.wren)
		lacks(t, "the queue afterwards", h.fern.Get("/moderation").Body, waits(first))
	})
}

// A page of results is the same to the letter with and without what its reader may not see.
func TestResultsTellNothingOfWhatIsNotSeen(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Members)
		d.HoldNew = true
		id, ours := h.space(t, d), h.space(t, draft(forum.Community), h.ali)
		h.begins(t, h.fern, id, "Harbour lights", "Lanterns")
		h.begins(t, h.fern, id, "Dusk", "Over the harbour")
		look := func() string { return steady(results.FindString(h.page(t, h.wren, "harbour"))) }
		suggests := func() string { return steady(results.FindString(h.page(t, h.wren, "harbuor"))) }
		was, meant := look(), suggests()
		has(t, "the page", was, "2 results.")
		for _, title := range []string{"Harbour", "Harbuor"} {
			held := h.begins(t, h.heron, id, title, "harbour harbuor")
			h.begins(t, h.ali, ours, title, "harbour harbuor")
			if got := look(); got != was {
				t.Errorf("what is held shows:\n%s\n%s", was, got)
			}
			if got := suggests(); got != meant {
				t.Errorf("what is held is suggested:\n%s\n%s", meant, got)
			}
			must(t, h.Discussion.Withdraw(t.Context(), h.heron.Actor, held))
		}
		hidden := h.begins(t, h.fern, id, "Harbour too", "harbour harbuor")
		if look() == was {
			t.Error("the test sees nothing")
		}
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, hidden, "Too much."))
		if look() != was || suggests() != meant {
			t.Error("what is hidden shows")
		}
		must(t, h.Discussion.Release(t.Context(), h.tomo.Actor, hidden))
		has(t, "the page", look(), "3 results.")
	})
}

// steady takes out what differs from page to page: sealed searches and the keys of forms.
func steady(page string) string { return sealedParts.ReplaceAllString(page, "") }

var sealedParts = regexp.MustCompile(`/search[^"]*|value="[^"]*"`)

func (h *house) decided(t *testing.T, p *cairntest.Someone, what string) moderation.Action {
	t.Helper()
	list, err := h.Moderation.Mine(t.Context(), p.Actor)
	must(t, err)
	for _, x := range list {
		if x.What == what && x.LiftedAt.IsZero() {
			return x
		}
	}
	t.Fatalf("no %s was decided", what)
	return moderation.Action{}
}
