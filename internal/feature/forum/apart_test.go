package forum_test

import (
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// An answer by somebody one is kept apart from moves no thread up, makes none new, and is in
// no count and no date: for both of them, and for nobody else.
func TestWhoIsKeptApartIsInNoThread(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		older := h.begins(t, h.wren, id, "Older", "hi")
		newer := h.begins(t, h.wren, id, "Newer", "hi")
		pinned := h.begins(t, h.wren, id, "Pinned", "hi")
		must(t, h.Discussion.Pin(t.Context(), h.fern.Actor, pinned, true))
		must(t, h.DB.Write(t.Context(), func(tx db.Writer) error {
			return h.People.KeepApart(t.Context(), tx, h.ali.Actor, h.heron.ID, people.Block, 0)
		}))
		state := func(p *cairntest.Someone) (order string, unread int, last map[moment.ID]moment.Time, fresh int) {
			list, err := h.Forum.Spaces(t.Context(), p.Actor)
			must(t, err)
			last = map[moment.ID]moment.Time{}
			for _, e := range h.look(t, p, id).Threads.Posts {
				order += e.Title + " "
				last[e.ID] = e.ActiveAt
				if e.Unread {
					unread++
				}
			}
			return order, unread, last, list[0].New
		}
		for _, p := range []*cairntest.Someone{h.heron, h.wren} {
			h.look(t, p, id)
		}
		_, _, before, _ := state(h.heron)
		h.Time.Advance(10 * time.Minute)
		for _, thread := range []moment.ID{older, pinned} {
			h.answers(t, h.ali, thread, "an answer")
			h.Time.Advance(11 * time.Minute)
		}
		order, unread, last, fresh := state(h.heron)
		if order != "Pinned Newer Older " || unread != 0 || fresh != 0 {
			t.Errorf("kept apart: %q, %d new, %d counted", order, unread, fresh)
		}
		for thread, at := range last {
			if at != before[thread] {
				t.Errorf("kept apart: the last was %v, and is %v", before[thread], at)
			}
		}
		if order, unread, _, fresh = state(h.wren); order != "Pinned Older Newer " || unread != 2 || fresh != 2 {
			t.Errorf("somebody else: %q, %d new, %d counted", order, unread, fresh)
		}
		// What others add there is new to them as to everybody, and so are pages after the first.
		h.answers(t, h.wren, older, "another answer")
		if order, unread, _, fresh = state(h.heron); order != "Pinned Older Newer " || unread != 1 || fresh != 1 {
			t.Errorf("after another's answer: %q, %d new, %d counted", order, unread, fresh)
		}
		h.Time.Advance(11 * time.Minute)
		h.answers(t, h.ali, newer, "one more")
		first, err := h.Discussion.Page(t.Context(), h.heron.Actor, h.wall(t, id), "", 1)
		must(t, err)
		second, err := h.Discussion.Page(t.Context(), h.heron.Actor, h.wall(t, id), first.Next, 1)
		must(t, err)
		if len(first.Posts) != 2 || first.Posts[1].ID != older || len(second.Posts) != 1 || second.Posts[0].ID != newer || second.Next != "" {
			t.Errorf("page by page: %d, then %d", len(first.Posts), len(second.Posts))
		}
		// Read, it is read.
		h.heron.Get(post(older))
		if _, unread, _, fresh = state(h.heron); unread != 0 || fresh != 0 {
			t.Errorf("after reading: %d new, %d counted", unread, fresh)
		}
	})
}
