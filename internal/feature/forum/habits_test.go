package forum_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const (
	peerRole       = access.Peer
	supervisorRole = access.Supervisor
)

func (h *house) listed(t *testing.T, p *cairntest.Someone, id moment.ID) forum.Listed {
	t.Helper()
	list, err := h.Forum.Spaces(t.Context(), p.Actor)
	must(t, err)
	for _, x := range list {
		if x.ID == id {
			return x
		}
	}
	t.Fatalf("%s does not see the space", p.Name)
	return forum.Listed{}
}

func TestWhatIsNew(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		old := h.begins(t, h.heron, id, "Old", "words")
		if x := h.listed(t, h.ali, id); x.Threads != 1 || x.New != 0 {
			t.Errorf("before the first look: %+v", x)
		}
		lacks(t, "the first look", h.ali.Get(at(id)).Body, ">new<")
		h.Time.Advance(time.Minute)
		fresh := h.begins(t, h.heron, id, "Fresh", "words")
		h.answers(t, h.wren, old, "words")
		if x := h.listed(t, h.ali, id); x.Threads != 2 || x.New != 2 {
			t.Errorf("two are new: %+v", x)
		}
		if n := strings.Count(h.ali.Get(at(id)).Body, ">new<"); n != 2 {
			t.Errorf("%d marks", n)
		}
		h.ali.Get(post(fresh))
		if x := h.listed(t, h.ali, id); x.New != 1 {
			t.Errorf("one was read: %+v", x)
		}
		h.answers(t, h.wren, fresh, "more")
		if x := h.listed(t, h.ali, id); x.New != 2 {
			t.Errorf("something was added: %+v", x)
		}
		status(t, "everything is read", h.ali.Post(at(id, "/read")), 303)
		if x := h.listed(t, h.ali, id); x.New != 0 {
			t.Errorf("everything is read: %+v", x)
		}
		// One's own is not new to oneself, once one has looked at it.
		h.Time.Advance(time.Minute)
		mine := h.begins(t, h.ali, id, "Mine", "words")
		h.ali.Get(post(mine))
		if x := h.listed(t, h.ali, id); x.New != 0 {
			t.Errorf("one's own: %+v", x)
		}
	})
}

// Whom one is kept apart from is in no count, and what is held is in nobody's but its author's.
func TestCountsTellNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Members)
		d.HoldNew = true
		id := h.space(t, d)
		h.look(t, h.ali, id)
		h.look(t, h.wren, id)
		h.Time.Advance(time.Minute)
		first := h.begins(t, h.heron, id, "One", "words")
		if x := h.listed(t, h.ali, id); x.Threads != 0 || x.New != 0 {
			t.Errorf("what is held is counted: %+v", x)
		}
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, first))
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return h.People.KeepApart(t.Context(), tx, h.ali.Actor, h.heron.ID, people.Block, 0)
		}))
		if x := h.listed(t, h.ali, id); x.Threads != 0 || x.New != 0 {
			t.Errorf("whom one is kept apart from is counted: %+v", x)
		}
		if x := h.listed(t, h.wren, id); x.Threads != 1 || x.New != 1 {
			t.Errorf("others: %+v", x)
		}
	})
}

func TestFollowing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		status(t, "follow the space", h.ali.Post(at(id, "/follow"), "on", "yes"), 303)
		thread := h.begins(t, h.heron, id, "One", "words")
		if a, b, own := h.told(t, h.ali, "discussion.posted"), h.told(t, h.wren, "discussion.posted"), h.told(t, h.heron, "discussion.posted"); a != 1 || b != 0 || own != 0 {
			t.Errorf("told of a thread: %d %d %d", a, b, own)
		}
		status(t, "follow the thread", h.wren.Post(post(thread, "/follow"), "on", "yes"), 303)
		has(t, "the thread", h.wren.Get(post(thread)).Body, "Stop following")
		h.answers(t, h.ali, thread, "a")
		h.answers(t, h.ali, thread, "b")
		if n := h.told(t, h.wren, "discussion.posted"); n != 1 {
			t.Errorf("told %d times before reading", n)
		}
		h.wren.Get(post(thread))
		h.answers(t, h.ali, thread, "c")
		if n := h.told(t, h.wren, "discussion.posted"); n != 2 {
			t.Errorf("told %d times, once before reading and once after", n)
		}
		// That everything is read counts for each thread, and takes the marks of each away.
		status(t, "everything is read", h.wren.Post(at(id, "/read")), 303)
		if n := h.count(t, `SELECT count(*) FROM discussion_seen WHERE person = $1 AND object = $2`, h.wren.ID, thread); n != 0 {
			t.Error("the mark of the thread is kept beside that of its space")
		}
		h.answers(t, h.ali, thread, "c2")
		if n := h.told(t, h.wren, "discussion.posted"); n != 3 {
			t.Errorf("told %d times, after everything was read", n)
		}
		h.wren.Get(post(thread))
		status(t, "follow no more", h.wren.Post(post(thread, "/follow"), "on", "no"), 303)
		h.answers(t, h.ali, thread, "d")
		if n := h.told(t, h.wren, "discussion.posted"); n != 3 {
			t.Errorf("told %d times after ending it", n)
		}
		status(t, "a visitor follows", h.visitor.Post(post(thread, "/follow"), "on", "yes"), 401)
		status(t, "a wall is not followed", h.wren.Post(at(moment.NewID(), "/follow"), "on", "yes"), 404)
	})
}

func TestDrafts(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		thread := h.begins(t, h.heron, id, "One", "words")
		got := h.ali.Post(at(id, "/write"), "do", "keep", "key", "k", "title", "Half a", "words", "ali-half-a-thought", "anonymous", "yes")
		status(t, "keep", got, 303)
		form := h.ali.Get(at(id, "/write")).Body
		has(t, "the form", form, "Half a", "ali-half-a-thought", "You began this and kept it")
		has(t, "the space", h.ali.Get(at(id)).Body, "You have begun one and kept it")
		lacks(t, "another's form", h.heron.Get(at(id, "/write")).Body+h.fern.Get(at(id, "/write")).Body+h.tomo.Get(at(id, "/write")).Body, "ali-half")
		if n := h.count(t, `SELECT count(*) FROM discussion_entry`); n != 1 {
			t.Errorf("%d entries", n)
		}
		status(t, "a long one", h.ali.Post(at(id, "/write"), "do", "keep", "words", strings.Repeat("w", 5000)), 422)
		status(t, "send it", h.ali.Post(at(id, "/write"), "key", "k", "title", "Whole", "words", "ali-whole"), 303)
		lacks(t, "the form after", h.ali.Get(at(id, "/write")).Body, "ali-half")
		status(t, "an answer", h.ali.Post(post(thread, "/comment"), "do", "keep", "words", "ali-begins"), 303)
		has(t, "the thread", h.ali.Get(post(thread)).Body, "ali-begins", "Throw it away")
		lacks(t, "another's", h.heron.Get(post(thread)).Body, "ali-begins")
		status(t, "throw it away", h.ali.Post(post(thread, "/comment"), "do", "drop", "words", "ali-begins"), 303)
		lacks(t, "the thread after", h.ali.Get(post(thread)).Body, "ali-begins")
		status(t, "a goodbye that is kept", h.ali.Post(post(thread, "/comment"), "do", "keep", "words", goodbye), 303)
		has(t, "help at once", h.ali.Get(post(thread)).Body, "You need not wait for anybody to get help now")
		if n := h.count(t, `SELECT count(*) FROM discussion_draft WHERE words IS NULL`); n != 0 {
			t.Error("a draft without words")
		}
	})
}

// Nothing is kept on behalf of a device that is treated as shared.
func TestNoDraftsOnASharedDevice(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Members))
	shared := h.ali.Actor
	shared.Shared = true
	wants(t, "keep", h.Discussion.KeepThread(t.Context(), shared, h.wall(t, id), discussion.Draft{Words: "x"}), fault.NotFound)
	must(t, h.Discussion.KeepThread(t.Context(), h.ali.Actor, h.wall(t, id), discussion.Draft{Words: "x"}))
	v, err := h.Forum.Look(t.Context(), shared, id, "")
	must(t, err)
	if v.Threads.Kept != nil || v.Threads.Drafts {
		t.Error("a draft is shown on a shared device")
	}
	wants(t, "a guest", h.Discussion.KeepThread(t.Context(), h.guest.Actor, h.wall(t, h.space(t, draft(forum.Open))), discussion.Draft{Words: "x"}), fault.NotFound)
}

func TestWhatOneWouldRatherNotMeet(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		thread := h.begins(t, h.heron, id, "heron-title", "heron-words")
		h.begins(t, h.heron, id, "other-title", "other-words")
		must(t, h.Discussion.Label(t.Context(), h.heron.Actor, thread, []string{"sleep"}))
		has(t, "the page", h.ali.Get("/forum/filters").Body, `value="sleep"`, "only you.")
		status(t, "a topic that is not there", h.ali.Post("/forum/filters", "topics", "nothing"), 422)
		status(t, "save", h.ali.Post("/forum/filters", "topics", "sleep"), 303)
		list := h.ali.Get(at(id)).Body
		i, j := strings.Index(list, `<details class="rather">`), strings.Index(list, "heron-title")
		if i < 0 || j < i || !strings.Contains(list[i:j], "You chose not to meet that unasked") || strings.Count(list, `<details class="rather">`) != 1 {
			t.Error("the title is not covered, or others are")
		}
		page := h.ali.Get(post(thread)).Body
		lacks(t, "before the cover", page[:strings.Index(page, `<details class="rather"`)], "heron-title", "heron-words")
		has(t, "behind the cover", page, "heron-title", "heron-words")
		lacks(t, "another's page", h.wren.Get(post(thread)).Body+h.heron.Get(at(id)).Body, `class="rather"`)
		status(t, "nothing chosen", h.ali.Post("/forum/filters"), 303)
		lacks(t, "the page after", h.ali.Get(post(thread)).Body, `class="rather"`)
	})
}

// Simple marks are for threads; what leads away says where.
func TestWordsOfAThreadAreSafe(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Open))
	thread := h.begins(t, h.heron, id, "<b>title</b>", "<script>alert(1)</script> [bank.test](https://evil.test/x) [x](javascript:alert(1)) ![i](https://evil.test/i.png) https://pаypal.test/")
	for _, p := range []*cairntest.Someone{h.visitor, h.ali} {
		body := p.Get(post(thread)).Body
		has(t, "the thread", body, "&lt;b&gt;title", "&lt;script&gt;", `href="https://evil.test/x" rel="nofollow noreferrer noopener ugc"`, ">evil.test/x<", "xn--pypal-4ve.test")
		lacks(t, "the thread", body, "<script>alert", "<b>title", "href=\"javascript", "evil.test/i.png", ">bank.test<")
	}
}
