package forum_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// mayBeCalled has somebody choose that they may be called by name.
func (h *house) mayBeCalled(t *testing.T, list ...*cairntest.Someone) {
	t.Helper()
	for _, p := range list {
		status(t, p.Name+" chooses", p.Post("/forum/filters", "called", "yes"), 303)
	}
}

func TestOnlyWhoChoseIsCalled(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		cedar := w.Person("Cedar Moon")
		id := h.space(t, draft(forum.Members))
		lacks(t, "before choosing", h.ali.Get("/forum/filters").Body, `value="yes" checked`)
		h.mayBeCalled(t, h.ali, cedar)
		has(t, "after choosing", h.ali.Get("/forum/filters").Body, `value="yes" checked`)
		thread := h.begins(t, h.heron, id, "One", "@Ali @cedarmoon @Wren @Nobody @Heron, and once more @Ali\n\n> @Fern said")
		if a, c, b, own := h.told(t, h.ali, "discussion.called"), h.told(t, cedar, "discussion.called"), h.told(t, h.wren, "discussion.called"), h.told(t, h.heron, "discussion.called"); a != 1 || c != 1 || b != 0 || own != 0 {
			t.Errorf("called: %d %d %d %d", a, c, b, own)
		}
		// The writer sees the same mark on every name, and so do readers.
		for _, p := range []*cairntest.Someone{h.heron, h.fern} {
			has(t, "the thread", p.Get(post(thread)).Body, "<b>@<bdi>Ali</bdi></b>", "<b>@<bdi>Wren</bdi></b>", "<b>@<bdi>Nobody</bdi></b>")
		}
		must(t, h.Discussion.Edit(t.Context(), h.heron.Actor, thread, "@Ali @CedarMoon again"))
		if n := h.told(t, h.ali, "discussion.called"); n != 1 {
			t.Errorf("told %d times of one post", n)
		}
		h.mayBeCalled(t, h.wren)
		must(t, h.Discussion.Edit(t.Context(), h.heron.Actor, thread, "@Wren too"))
		if n := h.told(t, h.wren, "discussion.called"); n != 1 {
			t.Errorf("a name that was added calls %d", n)
		}
		if n := h.told(t, h.ali, "discussion.called"); n != 0 {
			t.Errorf("a name that is gone from the words calls %d", n)
		}
		// Whoever is answered is told of that already; whoever takes the choice back is told nothing more.
		h.answers(t, h.wren, thread, "@Heron @Ali yes")
		if n := h.told(t, h.heron, "discussion.called"); n != 0 {
			t.Error("told twice of an answer")
		}
		status(t, "choose otherwise", h.ali.Post("/forum/filters"), 303)
		h.answers(t, h.wren, thread, "@Ali still there?")
		if n := h.told(t, h.ali, "discussion.called"); n != 1 {
			t.Errorf("after taking it back: %d", n)
		}
		// The notice has ids and nothing else.
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.called' AND path <> '/post/' || about`); n != 0 {
			t.Error("a notice says more than where")
		}
		if n := h.count(t, `SELECT count(*) FROM bus_job WHERE payload LIKE '%Ali%'`); n != 0 {
			t.Error("a job has a name in it")
		}
		// Five names, and no more.
		many := w.Person("Sixth")
		h.mayBeCalled(t, many)
		h.begins(t, h.heron, id, "Many", "@a1 @a2 @a3 @a4 @a5 @Sixth")
		if n := h.told(t, many, "discussion.called"); n != 0 {
			t.Error("the sixth name calls")
		}
	})
}

// However often words are changed, one entry calls no more than five.
func TestChangesCallNoMoreThanFive(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		var many []*cairntest.Someone
		for i := range 8 {
			many = append(many, w.Person("Member"+string(rune('A'+i))))
		}
		h.mayBeCalled(t, many...)
		called := func() string {
			out := ""
			for _, p := range many {
				if h.told(t, p, "discussion.called") > 0 {
					out += strings.TrimPrefix(p.Name, "Member")
				}
			}
			return out
		}
		thread := h.begins(t, h.heron, id, "One", "@MemberA @MemberB @MemberC")
		h.Settle()
		for _, step := range []struct{ words, stand string }{
			{"@MemberC @MemberD @MemberE @MemberF @MemberG", "CDE"}, // A and B were two of the five
			{"@MemberH @MemberA, and nobody else", ""},              // who was called before is not called again
			{"no name at all", ""},
			{"@MemberH", ""},
		} {
			must(t, h.Discussion.Edit(t.Context(), h.heron.Actor, thread, step.words))
			if got := called(); got != step.stand {
				t.Errorf("%q: there stand calls of %q, not %q", step.words, got, step.stand)
			}
		}
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.called'`); n != discussion.MostCalls {
			t.Errorf("%d were called by one entry", n)
		}
	})
}

func TestNobodyIsCalledByWhomTheyAreKeptApartFrom(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Community), h.heron, h.ali)
		h.mayBeCalled(t, h.ali, h.wren)
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return h.People.KeepApart(t.Context(), tx, h.ali.Actor, h.heron.ID, people.Block, 0)
		}))
		h.begins(t, h.heron, id, "One", "@Ali @Wren")
		_, _, err := h.Discussion.Post(t.Context(), h.heron.Actor, h.wall(t, id), discussion.Draft{Title: "Two", Words: "@Ali", Anonymous: true})
		must(t, err)
		if a, b := h.told(t, h.ali, "discussion.called"), h.told(t, h.wren, "discussion.called"); a != 0 || b != 0 {
			t.Errorf("kept apart %d, outside the community %d", a, b)
		}
		// Words without a name call nobody, so that no notice tells anything of who wrote them.
		_, _, err = h.Discussion.Post(t.Context(), h.fern.Actor, h.wall(t, id), discussion.Draft{Title: "Three", Words: "@Ali", Anonymous: true})
		must(t, err)
		if n := h.told(t, h.ali, "discussion.called"); n != 0 {
			t.Error("words without a name call")
		}
		h.begins(t, h.fern, id, "Four", "@Ali")
		if n := h.told(t, h.ali, "discussion.called"); n != 1 {
			t.Errorf("by somebody else: %d", n)
		}
		status(t, "leave", h.ali.Post(at(id, "/leave")), 303)
		if n := h.told(t, h.ali, "discussion.called"); n != 0 {
			t.Error("told of what is not theirs any more")
		}
	})
}

func TestWhatIsHeldOrHiddenCallsNobody(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Members)
		d.HoldNew = true
		id := h.space(t, d)
		h.mayBeCalled(t, h.ali)
		thread := h.begins(t, h.heron, id, "One", "@Ali")
		if n := h.told(t, h.ali, "discussion.called"); n != 0 {
			t.Error("held words call")
		}
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, thread))
		if n := h.told(t, h.ali, "discussion.called"); n != 1 {
			t.Errorf("after the release: %d", n)
		}
		below := h.answers(t, h.heron, thread, "@Ali below")
		if n := h.told(t, h.ali, "discussion.called"); n != 2 {
			t.Errorf("an answer: %d", n)
		}
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, below, "why"))
		if n := h.told(t, h.ali, "discussion.called"); n != 1 {
			t.Errorf("an answer that is hidden: %d", n)
		}
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, below))
		h.answers(t, h.heron, thread, "@Ali once more")
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, thread, "why"))
		if n := h.told(t, h.ali, "discussion.called"); n != 0 {
			t.Errorf("below what is hidden: %d", n)
		}
		mine := h.begins(t, h.heron, id, "Two", "@Ali")
		must(t, h.Discussion.Withdraw(t.Context(), h.heron.Actor, mine))
		h.begins(t, h.heron, id, "Three", "@Ali")
		h.told(t, h.ali, "discussion.called")
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return discussion.Holding{Service: h.Discussion}.Erase(t.Context(), tx, h.heron.ID, w.Clock.Now())
		}))
		if n := h.told(t, h.ali, "discussion.called"); n != 0 {
			t.Errorf("taken back and erased: %d", n)
		}
		if n := h.count(t, `SELECT count(*) FROM discussion_call WHERE entry IN ($1, $2)`, mine, below); n != 0 {
			t.Errorf("%d rows of what is gone", n)
		}
	})
}

// hears has somebody choose when they hear of what is new.
func (h *house) hears(t *testing.T, p *cairntest.Someone, pace, hour string) {
	t.Helper()
	status(t, p.Name+" chooses", p.Post("/forum/filters", "pace", pace, "hour", hour, "weekday", "1"), 303)
}

// later begins a thread while Fern is there, whatever time has passed.
func (h *house) later(t *testing.T, p *cairntest.Someone, id moment.ID, title, words string) moment.ID {
	t.Helper()
	h.look(t, h.fern, id)
	return h.begins(t, p, id, title, words)
}

func TestNewsAtOnesHour(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) { // it is Saturday, 20:00
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		thread := h.later(t, h.heron, id, "Old", "words")
		for _, p := range []*cairntest.Someone{h.ali, h.wren, h.ines} {
			status(t, "follow the space", p.Post(at(id, "/follow"), "on", "yes"), 303)
		}
		status(t, "follow the thread", h.ali.Post(post(thread, "/follow"), "on", "yes"), 303)
		h.hears(t, h.ali, "day", "9")
		h.hears(t, h.wren, "week", "9")
		h.hears(t, h.ines, "never", "9")
		h.Time.Advance(time.Minute)
		fresh := h.later(t, h.heron, id, "fresh-title", "words")
		h.look(t, h.fern, id)
		h.answers(t, h.heron, thread, "a")
		digests := func(when string, want ...int) {
			t.Helper()
			for i, p := range []*cairntest.Someone{h.ali, h.wren, h.ines} {
				if n := h.told(t, p, "discussion.digest"); n != want[i] {
					t.Errorf("%s, %s: %d, not %d", when, p.Name, n, want[i])
				}
				if n := h.told(t, p, "discussion.posted"); n != 0 {
					t.Errorf("%s, %s is told at once", when, p.Name)
				}
			}
		}
		w.Pass(12*time.Hour + 50*time.Minute)
		digests("before nine", 0, 0, 0)
		w.Pass(20 * time.Minute)
		digests("on Sunday after nine", 1, 0, 0)
		page := h.ali.Get("/forum/new").Body
		has(t, "what is new", page, "fresh-title", "By the water", "Old", ">new<")
		digests("after opening it", 0, 0, 0) // settled
		lacks(t, "another's page", h.heron.Get("/forum/new").Body, "fresh-title")
		w.Pass(24 * time.Hour)
		digests("on Monday, with nothing new", 0, 1, 0)
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.digest' AND path <> '/forum/new'`); n != 0 {
			t.Error("a notice leads elsewhere")
		}
		// What was read by then is not told; what was hidden meanwhile is not on the page.
		h.ali.Get(post(fresh))
		h.ali.Get(post(thread))
		lacks(t, "after reading", h.ali.Get("/forum/new").Body, "fresh-title")
		second := h.later(t, h.heron, id, "second-title", "words")
		h.ali.Get(post(second))
		third := h.later(t, h.heron, id, "third-title", "words")
		has(t, "in between", h.ali.Get("/forum/new").Body, "third-title")
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, third, "why"))
		lacks(t, "after hiding", h.ali.Get("/forum/new").Body, "third-title", "second-title")
		w.Pass(24 * time.Hour)
		digests("all read or gone", 0, 1, 0)
		// Each period with something new has one notice, also when the one before was not read.
		h.look(t, h.fern, id)
		h.answers(t, h.heron, thread, "b")
		w.Pass(24 * time.Hour)
		h.look(t, h.fern, id)
		h.answers(t, h.heron, thread, "c")
		h.look(t, h.fern, id)
		h.answers(t, h.heron, thread, "d")
		w.Pass(24 * time.Hour)
		digests("two days", 2, 1, 0)
	})
}

func TestNewsAreInOnesZoneAndQuiet(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Members))
	must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
		_, err := tx.Exec(t.Context(), `UPDATE people_person SET zone = 'Asia/Kathmandu' WHERE id = $1`, h.ali.ID)
		return err
	}))
	status(t, "follow", h.ali.Post(at(id, "/follow"), "on", "yes"), 303)
	h.hears(t, h.ali, "day", "4")
	h.Time.Advance(time.Minute)
	h.later(t, h.heron, id, "One", "words")
	w.Pass(2*time.Hour + 10*time.Minute) // 22:11 in UTC, 03:56 there
	if n := h.told(t, h.ali, "discussion.digest"); n != 0 {
		t.Error("before their hour")
	}
	w.Pass(10 * time.Minute)
	if n := h.told(t, h.ali, "discussion.digest"); n != 1 {
		t.Errorf("at their hour: %d", n)
	}
	// Changing to at once takes back what waits.
	h.later(t, h.heron, id, "Two", "words")
	h.Settle()
	if n := h.count(t, `SELECT count(*) FROM bus_job WHERE kind = 'discussion.digest'`); n != 1 {
		t.Errorf("%d wait", n)
	}
	h.hears(t, h.ali, "now", "4")
	if n := h.count(t, `SELECT count(*) FROM bus_job WHERE kind = 'discussion.digest'`); n != 0 {
		t.Errorf("%d wait still", n)
	}
	h.later(t, h.heron, id, "Three", "words")
	if n := h.told(t, h.ali, "discussion.posted"); n != 1 {
		t.Errorf("at once: %d", n)
	}
	for _, bad := range [][]string{{"pace", "hourly"}, {"pace", "day", "hour", "24"}, {"pace", "day", "hour", "nine"}, {"pace", "week", "weekday", "7"}} {
		got := h.ali.Post("/forum/filters", append(bad, "called", "yes")...)
		status(t, strings.Join(bad, " "), got, 422)
		has(t, "what was chosen beside", got.Body, "cannot be chosen", `value="yes" checked`)
	}
	status(t, "a visitor", h.visitor.Get("/forum/new"), 303)
	status(t, "a guest", h.guest.Get("/forum/new"), 404)
}

// What one may not read any more is not on the page, nor whom one is kept apart from.
func TestNewsShowOnlyWhatOneSees(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Community), h.ali, h.heron)
		thread := h.later(t, h.fern, id, "fern-title", "words")
		status(t, "follow", h.ali.Post(at(id, "/follow"), "on", "yes"), 303)
		status(t, "follow", h.ali.Post(post(thread, "/follow"), "on", "yes"), 303)
		h.hears(t, h.ali, "day", "9")
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return h.People.KeepApart(t.Context(), tx, h.ali.Actor, h.heron.ID, people.Block, 0)
		}))
		h.Time.Advance(time.Minute)
		h.later(t, h.heron, id, "heron-title", "words")
		h.look(t, h.fern, id)
		h.answers(t, h.heron, thread, "heron-answers")
		lacks(t, "kept apart", h.ali.Get("/forum/new").Body, "heron-title", "fern-title")
		w.Pass(24 * time.Hour)
		if n := h.told(t, h.ali, "discussion.digest"); n != 0 {
			t.Error("told of somebody they are kept apart from")
		}
		h.later(t, h.fern, id, "next-title", "words")
		has(t, "of others", h.ali.Get("/forum/new").Body, "next-title")
		if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = 'discussion.read' AND actor = $1 AND object = $2`, h.ali.ID, h.wall(t, id)); n == 0 {
			t.Error("that the page was read is not written down")
		}
		status(t, "leave", h.ali.Post(at(id, "/leave")), 303)
		lacks(t, "after leaving", h.ali.Get("/forum/new").Body, "next-title")
		w.Pass(24 * time.Hour)
		if n := h.told(t, h.ali, "discussion.digest"); n != 0 {
			t.Error("told of what is not theirs any more")
		}
	})
}

// What somebody chose goes with their data, and with their account.
func TestChoicesAreTaken(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		status(t, "choose", h.ali.Post("/forum/filters", "called", "yes", "pace", "week", "hour", "7", "weekday", "3"), 303)
		status(t, "follow", h.ali.Post(at(id, "/follow"), "on", "yes"), 303)
		h.Time.Advance(time.Minute)
		thread := h.begins(t, h.heron, id, "One", "@Ali")
		h.Settle()
		got := w.Exported(h.ali)["discussion.json"]
		has(t, "the export", got, `"may_be_called_by_name": true`, `"hears_what_is_new": "week"`, `"minute_of_the_day": 420`, string(thread))
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return discussion.Holding{Service: h.Discussion}.Erase(t.Context(), tx, h.ali.ID, w.Clock.Now())
		}))
		if n := h.count(t, `SELECT (SELECT count(*) FROM discussion_wish) + (SELECT count(*) FROM discussion_call) + (SELECT count(*) FROM bus_job WHERE kind = 'discussion.digest')`); n != 0 {
			t.Errorf("%d rows stay", n)
		}
	})
}
