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
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// discussionID takes the id out of "/post/ID" and what follows.
func discussionID(path string) moment.ID {
	id, _, _ := strings.Cut(strings.TrimPrefix(path, "/post/"), "#")
	return moment.ID(id)
}

func TestACommunityIsJoinedByAsking(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Community)
		d.Joins = forum.ByAsking
		id := h.space(t, d)
		has(t, "a member sees that it is there", h.heron.Get(at(id)).Body, "By the water", "Welcome here.", "Ask to join")
		lacks(t, "who belongs to it is told to nobody else", h.heron.Get(at(id)).Body, "Fern")
		status(t, "a long one", h.heron.Post(at(id, "/join"), "words", strings.Repeat("w", 600)), 422)
		got := h.heron.Post(at(id, "/join"), "words", "heron-would-like-to")
		if got.To() != at(id)+"?done=asked" {
			t.Fatalf("%d %s", got.Status, got.To())
		}
		status(t, "asked twice", h.heron.Post(at(id, "/join"), "words", "again"), 409)
		if h.told(t, h.fern, "forum.asked") != 1 || h.told(t, h.tomo, "forum.asked") != 0 {
			t.Error("who looks after it was not told, or others were")
		}
		if h.look(t, h.heron, id).Reads {
			t.Error("asking is enough to read")
		}
		page := h.fern.Get(at(id, "/moderators"))
		has(t, "who asks", page.Body, "Heron", "heron-would-like-to")
		lacks(t, "a coordinator's page", h.tomo.Get(at(id, "/moderators")).Body, "heron-would-like-to", "Heron")
		list, err := h.Ledger.About(t.Context(), h.heron.ID, 10)
		must(t, err)
		if list[0].Verb != "forum.read_request" || list[0].Actor != h.fern.ID {
			t.Errorf("the audit: %+v", list)
		}
		ask := asked(page.Body)
		for _, p := range []*cairntest.Someone{h.heron, h.ali, h.tomo, h.ines} {
			status(t, p.Name+" answers", p.Post(at(id, "/asking/", ask), "yes", "yes"), 404)
		}
		status(t, "a no", h.fern.Post(at(id, "/asking/", ask), "yes", "no"), 303)
		if h.told(t, h.heron, "forum.answer") != 1 || h.told(t, h.fern, "forum.asked") != 0 {
			t.Error("the answer was not told, or the question stands still")
		}
		if n := h.count(t, `SELECT count(*) FROM forum_request WHERE words IS NOT NULL`); n != 0 {
			t.Error("the words stay after the answer")
		}
		status(t, "asks again at once", h.heron.Post(at(id, "/join")), 409)
		const help = "You need not wait for an answer to get help now"
		sent := h.ali.Post(at(id, "/join"), "words", goodbye)
		if sent.Status != 303 || sent.To() != at(id)+"?done=asked" {
			t.Errorf("the address says what was written: %d %s", sent.Status, sent.To())
		}
		has(t, "help at once", h.ali.Get(sent.To()).Body, help)
		has(t, "help while it waits", h.ali.Get(at(id)).Body, help)
		lacks(t, "another's page", h.wren.Get(at(id)).Body, help)
		status(t, "takes it back", h.ali.Post(at(id, "/unask")), 303)
		lacks(t, "taken back", h.ali.Get(at(id)).Body, help)
		status(t, "takes it back twice", h.ali.Post(at(id, "/unask")), 303)
		if h.count(t, `SELECT count(*) FROM forum_request WHERE person = $1`, h.ali.ID) != 0 || h.told(t, h.fern, "forum.asked") != 0 {
			t.Error("it stands still")
		}
		h.Time.Advance(31 * 24 * time.Hour) // sessions end in between
		_, err = h.Forum.Join(t.Context(), h.heron.Actor, id, "")
		must(t, err)
		tended, err := h.Forum.Tend(t.Context(), h.fern.Actor, id)
		must(t, err)
		must(t, h.Forum.Answer(t.Context(), h.fern.Actor, id, tended.Asking[0].ID, true))
		wants(t, "a yes twice", h.Forum.Answer(t.Context(), h.fern.Actor, id, tended.Asking[0].ID, true), fault.NotFound)
		if !h.look(t, h.heron, id).Reads {
			t.Error("let in, and reads nothing")
		}
	})
}

// asked finds which request a page of moderators shows.
func asked(body string) string {
	i := strings.Index(body, "/asking/")
	if i < 0 {
		return ""
	}
	rest := body[i+len("/asking/"):]
	return rest[:strings.IndexByte(rest, '"')]
}

func TestLeavingACommunity(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Community), h.heron, h.ali)
		wall := h.wall(t, id)
		mine := h.begins(t, h.heron, id, "Mine", "heron-wrote-this")
		theirs := h.begins(t, h.ali, id, "Theirs", "ali-wrote-this")
		must(t, h.Discussion.Follow(t.Context(), h.heron.Actor, theirs, true))
		must(t, h.Discussion.FollowSpace(t.Context(), h.heron.Actor, wall, true))
		must(t, h.Discussion.KeepAnswer(t.Context(), h.heron.Actor, theirs, discussion.Draft{Words: "not yet sent"}))
		status(t, "who is not in it leaves", h.wren.Post(at(id, "/leave")), 404)
		status(t, "leaves", h.heron.Post(at(id, "/leave")), 303)
		status(t, "what others wrote", h.heron.Get(post(theirs)), 404)
		has(t, "one's own", h.heron.Get(post(mine)).Body, "heron-wrote-this")
		for _, table := range []string{"discussion_seen", "discussion_follow", "discussion_draft"} {
			if n := h.count(t, `SELECT count(*) FROM `+table+` WHERE person = $1`, h.heron.ID); n != 0 {
				t.Errorf("%s: %d", table, n)
			}
		}
		h.begins(t, h.ali, id, "After", "words")
		h.answers(t, h.ali, theirs, "more")
		if n := h.told(t, h.heron, "discussion.posted"); n != 0 {
			t.Errorf("who has left is told %d times", n)
		}
	})
}

func TestNamingWhoLooksAfterASpace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		ours := h.space(t, draft(forum.Community), h.heron)
		for _, p := range []*cairntest.Someone{h.fern, h.heron, h.ines} {
			status(t, p.Name+" names", p.Post(at(id, "/moderators"), "name", "Ali"), 404)
		}
		status(t, "nobody of that name", h.tomo.Post(at(id, "/moderators"), "name", "Nobody Atall"), 422)
		status(t, "a coordinator names themselves in a community", h.tomo.Post(at(ours, "/moderators"), "name", "Tomo"), 422)
		if h.look(t, h.tomo, ours).Reads {
			t.Error("a coordinator let themselves in")
		}
		status(t, "names", h.tomo.Post(at(id, "/moderators"), "name", "Ali"), 303)
		if h.told(t, h.ali, "forum.named") != 1 {
			t.Error("Ali was not told")
		}
		status(t, "its moderator names who joined", h.fern.Post(at(ours, "/moderators"), "name", "Heron"), 303)
		status(t, "its moderator names who has not", h.fern.Post(at(ours, "/moderators"), "name", "Wren"), 422)
		thread := h.begins(t, h.wren, id, "A title", "words")
		must(t, h.Discussion.Hide(t.Context(), h.ali.Actor, thread, "a reason"))
		must(t, h.Discussion.Release(t.Context(), h.ines.Actor, thread))
		status(t, "takes themselves off", h.ali.Post(at(id, "/moderators"), "off", string(h.ali.ID)), 303)
		wants(t, "hide no more", h.Discussion.Hide(t.Context(), h.ali.Actor, thread, "a reason"), fault.NotFound)
		status(t, "takes another off", h.ali.Post(at(id, "/moderators"), "off", string(h.fern.ID)), 404)
	})
}

// While nobody is there who looks after it, a space goes slowly or holds what is new.
func TestUnattended(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		slow, d := h.space(t, draft(forum.Open)), draft(forum.Members)
		d.Alone = forum.Hold
		hold := h.space(t, d)
		h.begins(t, h.heron, slow, "One", "words")
		h.begins(t, h.heron, slow, "Two", "words")
		early := h.begins(t, h.heron, hold, "Before", "words")
		lacks(t, "attended", h.heron.Get(at(slow)).Body+h.heron.Get(at(hold)).Body, "Nobody is here right now")
		h.Time.Advance(31 * time.Minute)
		has(t, "a slow one", h.heron.Get(at(slow)).Body, "it goes slowly: one post or answer in 10 minutes")
		has(t, "one that holds", h.heron.Get(at(hold, "/write")).Body, "Nobody is here right now to read along")
		h.begins(t, h.heron, slow, "Three", "words")
		_, _, err := h.Discussion.Post(t.Context(), h.heron.Actor, h.wall(t, slow), discussion.Draft{Title: "Four", Words: "words"})
		wants(t, "too soon", err, fault.TooFast)
		id, state, err := h.Discussion.Post(t.Context(), h.heron.Actor, h.wall(t, hold), discussion.Draft{Title: "Late", Words: "late-words"})
		must(t, err)
		if state != discussion.Held {
			t.Errorf("it is %s", state)
		}
		has(t, "its author reads why", h.heron.Get(post(id)).Body, "nobody was here to read along")
		status(t, "others", h.ali.Get(post(id)), 404)
		wants(t, "a change", h.Discussion.Edit(t.Context(), h.heron.Actor, early, "other words"), fault.Conflict)
		if h.told(t, h.fern, "discussion.waiting") != 1 {
			t.Error("who looks after it was not told")
		}
		// She comes: it is read, and what follows is open.
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, id))
		h.fern.Get(at(hold))
		if _, state, err := h.Discussion.Comment(t.Context(), h.ali.Actor, id, discussion.Draft{Words: "here"}); err != nil || state != discussion.Open {
			t.Errorf("attended again: %s %v", state, err)
		}
		h.Time.Advance(31 * time.Minute)
		// A supervisor on shift counts; a peer on shift does not keep spaces.
		peer := h.Person("Peer", peerRole)
		must(t, h.Shifts.Start(t.Context(), peer.Actor, false))
		has(t, "a peer on shift", h.heron.Get(at(hold)).Body, "Nobody is here right now")
		lead := h.Person("Lead", peerRole, supervisorRole)
		must(t, h.Shifts.Start(t.Context(), lead.Actor, true))
		lacks(t, "a supervisor on shift", h.heron.Get(at(hold)).Body, "Nobody is here right now")
		ours := h.space(t, draft(forum.Community), h.heron)
		h.Time.Advance(31 * time.Minute)
		has(t, "a community, whose moderators are away", h.heron.Get(at(ours)).Body, "it goes slowly")
	})
}

// No pace keeps a goodbye from whoever reads it; and where words cannot be sent at all,
// help stands beside what was typed.
func TestAGoodbyeIsNotRefusedForItsPace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		slow, d := h.space(t, draft(forum.Open)), draft(forum.Members)
		d.Alone = forum.Hold
		hold := h.space(t, d)
		early := h.begins(t, h.heron, hold, "Before", "words")
		h.Time.Advance(31 * time.Minute)
		thread := h.begins(t, h.heron, slow, "One", "cannot sleep")
		held := func(what string) {
			t.Helper()
			if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE author = $1 AND state = 'held' AND why = 'words'`, h.heron.ID); n != 1 {
				t.Errorf("%s: %d are held", what, n)
			}
			must(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
				_, err := tx.Exec(t.Context(), `UPDATE discussion_entry SET state = 'open', why = '' WHERE author = $1`, h.heron.ID)
				return err
			}))
		}
		status(t, "too soon", h.heron.Post(post(thread, "/comment"), "key", "a", "words", "and again"), 429)
		status(t, "a goodbye where it goes slowly", h.heron.Post(post(thread, "/comment"), "key", "b", "words", goodbye), 303)
		held("an answer")
		status(t, "a change", h.heron.Post(post(early, "/edit"), "words", "other words"), 409)
		status(t, "a goodbye as a change", h.heron.Post(post(early, "/edit"), "words", goodbye), 303)
		held("a change")

		const help = "What you wrote sounds heavy"
		must(t, h.Forum.Close(t.Context(), h.tomo.Actor, slow, true))
		for at, words := range map[string][]string{post(thread, "/comment"): nil, post(thread, "/edit"): nil, "/forum/" + string(slow) + "/write": {"title", "One more"}} {
			got := h.heron.Post(at, append([]string{"key", "c", "words", goodbye}, words...)...)
			if got.Status < 400 {
				t.Errorf("%s is open: %d", at, got.Status)
			}
			has(t, at, got.Body, help, goodbye)
			lacks(t, at+" with other words", h.heron.Post(at, append([]string{"key", "d", "words", "a quiet evening"}, words...)...).Body, help)
		}
	})
}

func TestAGoodbyeInAThread(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		lead := h.Person("Lead", peerRole, supervisorRole)
		must(t, h.Shifts.Start(t.Context(), lead.Actor, true))
		id := h.space(t, draft(forum.Community), h.heron, h.ali)
		got := h.heron.Post(at(id, "/write"), "key", "k", "title", "Goodbye", "words", goodbye)
		status(t, "goodbye", got, 303)
		has(t, "the author", h.heron.Get(got.To()).Body, "You need not wait for anybody to get help now", "The person on duty has been told")
		status(t, "others", h.ali.Get(got.To()), 404)
		lacks(t, "the list", h.ali.Get(at(id)).Body, "Goodbye")
		if h.told(t, lead, "discussion.held") != 1 {
			t.Error("whoever leads was not told")
		}
		has(t, "whoever leads", lead.Get(got.To()).Body, goodbye)
		status(t, "whoever leads, the space", lead.Get(at(id, "/write")), 404)
	})
}

func TestExportAndErasure(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Community)
		d.Joins = forum.ByAsking
		asking := h.space(t, d)
		_, err := h.Forum.Join(t.Context(), h.heron.Actor, asking, "heron-asks")
		must(t, err)
		ours := h.space(t, draft(forum.Community), h.heron)
		must(t, h.Forum.Name(t.Context(), h.fern.Actor, ours, "Heron"))
		thread := h.begins(t, h.heron, ours, "Mine", "heron-wrote")
		must(t, h.Discussion.Follow(t.Context(), h.heron.Actor, thread, true))
		must(t, h.Discussion.KeepAnswer(t.Context(), h.heron.Actor, thread, discussion.Draft{Words: "heron-begins"}))
		must(t, h.Discussion.Choose(t.Context(), h.heron.Actor, []string{"sleep"}, discussion.Wishes{}))
		all := w.Exported(h.heron)
		has(t, "forum.json", all["forum.json"], "By the water", "heron-asks", "looks_after_it")
		has(t, "discussion.json", all["discussion.json"], "heron-wrote", "heron-begins", "sleep", string(thread))
		lacks(t, "another's", w.Exported(h.ali)["forum.json"]+w.Exported(h.ali)["discussion.json"], "heron", "By the water")
		must(t, w.People.Erase(t.Context(), h.heron.Actor, people.Proof{Name: "Heron"}))
		for _, table := range []string{"forum_member", "forum_moderator", "forum_request", "discussion_seen", "discussion_follow", "discussion_draft", "discussion_rather"} {
			if n := h.count(t, `SELECT count(*) FROM `+table+` WHERE person = $1`, h.heron.ID); n != 0 {
				t.Errorf("%s: %d left", table, n)
			}
		}
		if h.told(t, h.fern, "forum.asked") != 0 {
			t.Error("the question stands still")
		}
	})
}

// Those who look after a space find what waits for them from the forum's own pages; others
// find no link, nor that anything waits.
func TestKeepersAreLedToWhatWaits(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Members)
		d.HoldNew = true
		id := h.space(t, d)
		for _, p := range []*cairntest.Someone{h.fern, h.ines} {
			has(t, p.Name, h.visits(p), "Moderation: nothing waits for you")
		}
		thread := h.begins(t, h.heron, id, "Hello", "I am new")
		for _, p := range []*cairntest.Someone{h.fern, h.ines} {
			has(t, p.Name, h.visits(p), "/moderation", "1 thing waits for you in moderation")
			has(t, p.Name, p.Get(at(id)).Body, "1 thing waits for you in moderation")
		}
		for _, p := range []*cairntest.Someone{h.heron, h.ali, h.slate, h.guest, h.visitor} {
			lacks(t, p.Name, h.visits(p)+p.Get(at(id)).Body, `"/moderation"`)
		}
		// What somebody looks at is not for the other to do.
		status(t, "claimed", h.ines.Post("/moderation/held/post/"+string(thread)), 303)
		has(t, "who looks at it", h.visits(h.ines), "1 thing waits")
		has(t, "the other", h.visits(h.fern), "nothing waits for you")
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, thread))
		has(t, "afterwards", h.visits(h.ines), "nothing waits for you")
	})
}

func (h *house) visits(p *cairntest.Someone) string { return p.Get("/forum").Body }

// A list of titles opens no goodbye, also for those who may open it: its words do.
func TestATitleIsNotOpened(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Open))
		thread := h.begins(t, h.heron, id, "Tonight", goodbye)
		const opened = `SELECT count(*) FROM discussion_entry WHERE id = $1 AND opened_at > 0`
		has(t, "the list", h.tomo.Get(at(id)).Body, "Tonight")
		if h.count(t, opened, thread) != 0 {
			t.Error("a title counts as opened")
		}
		has(t, "the thread", h.tomo.Get(post(thread)).Body, goodbye)
		if h.count(t, opened, thread) != 1 {
			t.Error("the thread does not")
		}
	})
}
