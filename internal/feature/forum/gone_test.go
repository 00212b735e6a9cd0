package forum_test

import (
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/moderation"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/moment"
)

// bans has Ines keep the author of a post out for good, and gives the decision.
func (h *house) bans(t *testing.T, author *cairntest.Someone, post moment.ID) moment.ID {
	t.Helper()
	status(t, "report", h.ali.Post("/report", "kind", "post", "id", string(post), "reason", "threat"), 303)
	q, err := h.Moderation.Queue(t.Context(), h.ines.Actor)
	must(t, err)
	id := q.Reports[0].ID
	must(t, h.Moderation.Claim(t.Context(), h.ines.Actor, id))
	must(t, h.Moderation.Decide(t.Context(), h.ines.Actor, id, moderation.Decision{What: "ban", Reason: "No threats here."}))
	h.Settle()
	list, err := h.Moderation.Mine(t.Context(), author.Actor)
	must(t, err)
	return list[0].ID
}

// Whoever is kept out for good reads no community, before it settles and after, and is told
// of nothing in it; taking the decision back gives it back.
func TestKeptOutForGoodReadsNoCommunity(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Community), h.heron, h.ali, h.wren)
		h.mayBeCalled(t, h.wren)
		secret := h.begins(t, h.heron, id, "Ours alone", "secret words")
		bad := h.begins(t, h.wren, id, "Bad", "hurtful words")
		status(t, "follow", h.wren.Post(at(id, "/follow"), "on", "yes"), 303)
		status(t, "follow", h.wren.Post(post(secret, "/follow"), "on", "yes"), 303)
		decision := h.bans(t, h.wren, bad)
		reads := func(when string, want int) {
			t.Helper()
			status(t, when+": a thread", h.wren.Get(post(secret)), want)
			if v := h.look(t, h.wren, id); v.Reads != (want == 200) || v.In != (want == 200) {
				t.Errorf("%s: reads %v, in %v", when, v.Reads, v.In)
			}
			if l := h.listed(t, h.wren, id); l.Reads != (want == 200) {
				t.Errorf("%s: in the list they read it: %v", when, l.Reads)
			}
		}
		hears := func() int {
			return h.told(t, h.wren, "discussion.posted") + h.told(t, h.wren, "discussion.answered") + h.told(t, h.wren, "discussion.called")
		}
		reads("at once", 404)
		status(t, "one's own", h.wren.Get(post(bad)), 200)
		says := func() {
			h.look(t, h.fern, id) // so that nobody has to go slowly
			h.begins(t, h.heron, id, "Newer", "newer secret, @Wren")
			h.answers(t, h.heron, secret, "more of it")
			h.answers(t, h.heron, bad, "an answer")
		}
		was := hears()
		says()
		if n := hears(); n != was {
			t.Errorf("told %d times before it has settled", n-was)
		}
		h.Time.Advance(40 * 24 * time.Hour)
		h.Settle()
		reads("settled", 404)
		was = hears()
		says()
		if n := hears(); n != was {
			t.Errorf("told %d times after it has settled", n-was)
		}
		must(t, h.Moderation.Undo(t.Context(), h.ines.Actor, decision, "It was somebody else."))
		reads("taken back", 200)
		was = hears()
		says()
		if n := hears(); n == was {
			t.Error("nothing is told after it was taken back")
		}
	})
}

// A community whose only moderator is kept out for good is not left alone: who asks to join is
// led to whoever coordinates. Looking after it ends when that has settled.
func TestKeptOutForGoodLooksAfterNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Community)
		id := h.space(t, d, h.heron, h.ali)
		bad := h.begins(t, h.fern, id, "Bad", "hurtful words")
		h.bans(t, h.fern, bad)
		status(t, "who looks after it", h.fern.Get(at(id, "/moderators")), 404)
		d.Joins = forum.ByAsking
		must(t, h.Forum.Change(t.Context(), h.tomo.Actor, id, d))
		_, err := h.Forum.Join(t.Context(), h.wren.Actor, id, "May I?")
		must(t, err)
		if n, m := h.told(t, h.fern, "forum.asked"), h.told(t, h.tomo, "forum.asked"); n != 0 || m != 1 {
			t.Errorf("who asks was told to Fern %d, to Tomo %d times", n, m)
		}
		if n := h.count(t, `SELECT count(*) FROM forum_moderator WHERE person = $1`, h.fern.ID); n != 1 {
			t.Error("what could not be given back is taken at once")
		}
		h.Time.Advance(moderation.SettleAfter)
		h.Settle()
		if n := h.count(t, `SELECT count(*) FROM forum_moderator WHERE person = $1`, h.fern.ID); n != 0 {
			t.Error("whoever is kept out for good looks after it still")
		}
	})
}
