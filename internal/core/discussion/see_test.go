package discussion_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestAWallIsReadAndWritten(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		empty := h.heron.Get(h.wall())
		has(t, "the empty wall", empty.Body, "Nothing has been written yet", "the people of the garden.", "The garden")
		got := h.heron.Post(h.wall(), "key", "k1", "words", "the first\n\nof two", "back", "/garden?tab=wall")
		if got.Status != 303 || !strings.HasPrefix(got.To(), "/garden?tab=wall#e-") {
			t.Fatalf("post: %d %s", got.Status, got.To())
		}
		if again := h.heron.Post(h.wall(), "key", "k1", "words", "the first\n\nof two"); again.Status != 303 {
			t.Errorf("sent twice: %d", again.Status)
		}
		v := h.page(t, h.ali)
		if len(v.Posts) != 1 || v.Posts[0].Who.Name != "Heron" {
			t.Fatalf("%d posts", len(v.Posts))
		}
		at := "/post/" + string(v.Posts[0].ID)
		if got := h.ali.Post(at+"/comment", "key", "c", "words", "I am with you"); got.Status != 303 {
			t.Fatalf("comment: %d", got.Status)
		}
		wall := h.ali.Get(h.wall())
		has(t, "the wall", wall.Body, "the first", "of two", "I am with you", "Heron", "Been there")
		if wall.Status != 200 || wall.Header.Get("Cache-Control") == "" {
			t.Errorf("the wall: %d, %q", wall.Status, wall.Header.Get("Cache-Control"))
		}
		title := wall.Body[strings.Index(wall.Body, "<title>"):strings.Index(wall.Body, "</title>")]
		lacks(t, "the title", title, "the first", "garden")
		comment := v.Posts[0].ID
		for _, e := range h.page(t, h.ali).Posts[0].First {
			comment = e.ID
		}
		if got := h.heron.Get("/post/" + string(comment)); got.Status != 303 || !strings.HasPrefix(got.To(), at+"?from=") || !strings.HasSuffix(got.To(), "#e-"+string(comment)) {
			t.Errorf("a comment's address leads to its thread: %d %s", got.Status, got.To())
		}
		if n := h.told(t, h.heron, "discussion.answered"); n != 1 {
			t.Errorf("the author was told %d times of the answer", n)
		}
		if a, b, own := h.told(t, h.ali, "discussion.posted"), h.told(t, h.wren, "discussion.posted"), h.told(t, h.heron, "discussion.posted"); a != 1 || b != 1 || own != 0 {
			t.Errorf("told of the post: %d %d, the author %d", a, b, own)
		}
		if n := h.told(t, h.robin, "discussion.posted"); n != 0 {
			t.Error("somebody who does not belong is told")
		}
	})
}

func TestWhoDoesNotBelongFindsNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "heron-says-so")
		comment := h.answers(t, h.ali, id, "ali-answers")
		visitor := w.Browser()
		for _, path := range []string{h.wall(), "/post/" + string(id), "/post/" + string(comment), "/post/" + string(id) + "/edit", "/post/" + string(id) + "/history", "/post/" + string(id) + "/label",
			"/post/" + string(id) + "/sure/hide", h.wall() + "/stream", "/post/" + string(id) + "/stream", "/report?kind=post&id=" + string(id), "/wall/x", "/post/x", "/wall/" + string(moment.NewID())} {
			for _, p := range []*cairntest.Someone{h.robin, h.ines} {
				if got := p.Get(path); got.Status != 404 || strings.Contains(got.Body, "heron-says-so") {
					t.Errorf("%s: %s: %d", p.Name, path, got.Status)
				}
			}
			if got := visitor.Get(path); got.Status != 303 || !strings.HasPrefix(got.To(), "/sign-in") {
				if !strings.HasSuffix(path, "/stream") {
					t.Errorf("a visitor: %s: %d %s", path, got.Status, got.To())
				}
			}
		}
		for _, path := range []string{h.wall(), "/post/" + string(id) + "/comment", "/post/" + string(id) + "/edit", "/post/" + string(id) + "/withdraw", "/post/" + string(id) + "/react", "/post/" + string(id) + "/hide",
			"/post/" + string(id) + "/release", "/post/" + string(id) + "/label", "/post/" + string(id) + "/pin", "/post/" + string(id) + "/reveal"} {
			for _, p := range []*cairntest.Someone{h.robin, h.ines, h.otto} {
				if got := p.Post(path, "words", "x", "reason", "x", "do", "with_you/on", "on", "yes"); got.Status != 404 {
					t.Errorf("%s posts to %s: %d", p.Name, path, got.Status)
				}
			}
			if got := visitor.Post(path, "words", "x"); got.Status != 401 {
				t.Errorf("a visitor posts to %s: %d", path, got.Status)
			}
		}
		// Members do not do what is the author's or a keeper's.
		for _, path := range []string{"/edit", "/withdraw", "/hide", "/release", "/label", "/pin", "/reveal"} {
			if got := h.ali.Post("/post/"+string(id)+path, "words", "x", "reason", "x", "on", "yes"); got.Status != 404 {
				t.Errorf("a member posts to %s: %d", path, got.Status)
			}
		}
		if got := h.page(t, h.heron).Posts[0]; got.Words != "heron-says-so" || got.State != discussion.Open || got.Comments != 1 {
			t.Errorf("something has changed: %+v", got)
		}
	})
}

func TestReadOnlyClosedAndSlow(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.posts(t, h.heron, "one")
		h.garden.slow = 10 * time.Minute
		got := h.heron.Post(h.wall(), "key", "b", "words", "too soon for this")
		if got.Status != 429 {
			t.Errorf("too soon: %d", got.Status)
		}
		has(t, "too soon", got.Body, "too soon for this", "you can write again in 10 minutes")
		if got := h.fern.Post(h.wall(), "key", "b", "words", "a keeper need not wait"); got.Status != 303 {
			t.Errorf("a keeper waits: %d", got.Status)
		}
		h.Time.Advance(10 * time.Minute)
		if got := h.heron.Post(h.wall(), "key", "b", "words", "now"); got.Status != 303 {
			t.Errorf("in time: %d", got.Status)
		}
		h.garden.slow, h.garden.readOnly = 0, true
		if got := h.heron.Post(h.wall(), "key", "c", "words", "x"); got.Status != 403 {
			t.Errorf("where one only reads: %d", got.Status)
		}
		has(t, "a wall to read", h.heron.Get(h.wall()).Body, "Writing is for those who belong to it")
		h.garden.readOnly = false
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Discussion.CloseSpace(t.Context(), tx, h.space) }))
		closed := h.heron.Post(h.wall(), "key", "c", "words", "keep these words")
		if closed.Status != 409 {
			t.Errorf("closed: %d", closed.Status)
		}
		has(t, "a closed wall", closed.Body, "keep these words", "nothing new can be added")
		must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Discussion.SetRules(t.Context(), tx, h.space, anything) }))
		h.posts(t, h.heron, "open again")
	})
}

func TestTwoWhoAreApartDoNotMeet(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		theirs := h.posts(t, h.ali, "ali-named")
		hidden := h.posts(t, h.ali, "ali-unnamed", true)
		mine := h.posts(t, h.heron, "heron-post")
		h.answers(t, h.ali, mine, "ali-comment")
		h.answers(t, h.wren, mine, "wren-comment")
		quoted := h.answers(t, h.ali, hidden, "ali-to-quote")
		_, _, err := h.Discussion.Comment(t.Context(), h.wren.Actor, hidden, discussion.Draft{Words: "wren-quotes", Quotes: quoted})
		must(t, err)
		h.apart(t, h.heron, h.ali)
		for _, p := range []*cairntest.Someone{h.heron} {
			body := p.Get(h.wall()).Body
			lacks(t, "the wall", body, "ali-named", "ali-comment", "ali-to-quote", ">Ali<", string(h.ali.ID))
			has(t, "the wall", body, "ali-unnamed", "heron-post", "wren-comment")
			thread := p.Get("/post/" + string(mine)).Body
			lacks(t, "the thread", thread, "ali-comment", "2 answers")
			has(t, "the thread", thread, "wren-comment", "One answer")
			lacks(t, "the quote", p.Get("/post/"+string(hidden)).Body, "ali-to-quote")
			has(t, "the quote", p.Get("/post/"+string(hidden)).Body, "wren-quotes", "are not shown")
			if got := p.Get("/post/" + string(theirs)); got.Status != 404 {
				t.Errorf("their post by its address: %d", got.Status)
			}
			if got := p.Post("/post/"+string(theirs)+"/comment", "words", "x"); got.Status != 404 {
				t.Errorf("a comment on their post: %d", got.Status)
			}
			for _, e := range h.page(t, p).Posts {
				if e.ID == mine && e.Comments != 1 {
					t.Errorf("the number of answers tells of one that is not met: %d", e.Comments)
				}
			}
		}
		lacks(t, "the other's wall", h.ali.Get(h.wall()).Body, "heron-post")
		has(t, "a keeper's wall", h.fern.Get(h.wall()).Body, "ali-named", "heron-post")
		before := h.told(t, h.heron, "discussion.answered")
		h.answers(t, h.ali, hidden, "more")
		again := h.posts(t, h.ali, "again")
		if got := h.told(t, h.heron, "discussion.posted"); got != h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = 'discussion.posted' AND about <> $2`, h.heron.ID, again) || h.told(t, h.heron, "discussion.answered") != before {
			t.Error("somebody is told of what they do not see")
		}
	})
}

func TestPagesGoOn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		var first moment.ID
		for i := range 45 {
			if i%20 == 0 {
				h.Time.Advance(11 * time.Minute) // the rate of posting
			}
			id := h.posts(t, h.heron, fmt.Sprintf("post-%02d", i))
			if i == 0 {
				first = id
			}
		}
		h.answers(t, h.ali, first, "brings it up") // newest activity first
		must(t, w.Discussion.Pin(t.Context(), h.fern.Actor, h.page(t, h.fern).Posts[5].ID, true))
		var seen []string
		for before, n := "", 0; n == 0 || before != ""; n++ {
			v, err := w.Discussion.Page(t.Context(), h.wren.Actor, h.space, before, 0)
			must(t, err)
			for _, e := range v.Posts {
				seen = append(seen, e.Words)
			}
			if before = v.Next; n > 5 {
				t.Fatal("it does not end")
			}
		}
		if len(seen) != 45 || seen[0] != "post-40" || seen[1] != "post-00" || seen[2] != "post-44" || seen[44] != "post-01" {
			t.Errorf("%d: %v", len(seen), seen)
		}
		got := h.wren.Get(h.wall())
		at := strings.Index(got.Body, "?before=")
		if at < 0 {
			t.Fatal("no way to older ones")
		}
		next := got.Body[at : at+strings.IndexByte(got.Body[at:], '"')]
		has(t, "the second page", h.wren.Get(h.wall()+next).Body, "post-22", "Back to the newest")
		for _, wrong := range []string{"?before=x", "?before=1-2-3", "?before=" + strings.Repeat("z", 900)} {
			if got := h.wren.Get(h.wall() + wrong); got.Status != 200 {
				t.Errorf("%.30s: %d", wrong, got.Status)
			}
		}
		for i := range 60 {
			if i%20 == 0 {
				h.Time.Advance(11 * time.Minute)
			}
			h.answers(t, h.ali, first, fmt.Sprintf("answer-%02d", i))
		}
		one, err := w.Discussion.Open(t.Context(), h.wren.Actor, first)
		must(t, err)
		two, err := w.Discussion.OpenFrom(t.Context(), h.wren.Actor, first, one.Next)
		must(t, err)
		if len(one.Comments) != 50 || len(two.Comments) != 11 || two.Comments[10].Words != "answer-59" || !two.Earlier || one.Earlier || two.Next != "" {
			t.Errorf("%d and %d comments, %v %v", len(one.Comments), len(two.Comments), one.Earlier, two.Earlier)
		}
		if v := h.page(t, h.wren); len(v.Posts[1].First) != 3 && len(v.Posts[0].First) != 3 {
			t.Error("a wall shows more or fewer than the first three answers")
		}
	})
}

func TestNoMoreThanAFewAreAtTheTop(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		var ids []moment.ID
		for i := range 4 {
			ids = append(ids, h.posts(t, h.heron, fmt.Sprint(i)))
		}
		for i, id := range ids {
			got := h.fern.Post("/post/"+string(id)+"/pin", "on", "yes")
			if want := map[bool]int{true: 303, false: 409}[i < discussion.MostPinned]; got.Status != want {
				t.Errorf("the %d.: %d", i+1, got.Status)
			}
		}
		must(t, w.Discussion.Hide(t.Context(), h.fern.Actor, ids[0], "not now"))
		if got := h.fern.Post("/post/"+string(ids[3])+"/pin", "on", "yes"); got.Status != 303 {
			t.Errorf("what was hidden keeps a place at the top: %d", got.Status)
		}
	})
}

func TestTwoAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.heron, "together")
		var group sync.WaitGroup
		for i := range 8 {
			p := []*cairntest.Someone{h.ali, h.wren}[i%2]
			group.Go(func() {
				if got := p.Post("/post/"+string(post)+"/comment", "key", "same", "words", "at once", "anonymous", "yes"); got.Status != 303 {
					t.Errorf("comment: %d", got.Status)
				}
				if got := p.Post("/post/"+string(post)+"/react", "do", "with_you/on"); got.Status != 303 {
					t.Errorf("react: %d", got.Status)
				}
				if got := p.Post(h.wall(), "key", "same", "words", "a post at once"); got.Status != 303 {
					t.Errorf("post: %d", got.Status)
				}
			})
		}
		group.Wait()
		th, err := w.Discussion.Open(t.Context(), h.heron.Actor, post)
		must(t, err)
		if len(th.Comments) != 2 || th.Post.Comments != 2 || th.Post.Counts[discussion.WithYou] != 2 {
			t.Errorf("%d comments, counted %d; %d with you", len(th.Comments), th.Post.Comments, th.Post.Counts[discussion.WithYou])
		}
		if a, b := th.Comments[0].Who.Alias, th.Comments[1].Who.Alias; a+b != 3 {
			t.Errorf("somebody %d and %d", a, b)
		}
		if n := len(h.page(t, h.heron).Posts); n != 3 {
			t.Errorf("%d posts", n)
		}
		for range 2 {
			must(t, w.Discussion.React(t.Context(), h.ali.Actor, post, discussion.WithYou, false))
		}
		if again, err := w.Discussion.Open(t.Context(), h.heron.Actor, post); err != nil || again.Post.Counts[discussion.WithYou] != 1 {
			t.Errorf("taken back twice counts twice: %d %v", again.Post.Counts[discussion.WithYou], err)
		}
	})
}

func TestALiveWall(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w, anything)
	h.posts(t, h.heron, "before")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Server.URL+h.wall()+"/stream?back=/garden", nil)
	must(t, err)
	res, err := h.ali.HTTP.Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	go func() {
		if _, _, err := w.Discussion.Post(t.Context(), h.heron.Actor, h.space, discussion.Draft{Words: "as it happens"}); err != nil {
			t.Error(err)
		}
	}()
	var all strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(all.String(), "as it happens") {
		n, err := res.Body.Read(buf)
		all.Write(buf[:n])
		must(t, err)
	}
	has(t, "the stream", all.String(), `data-target="wall"`, `value="/garden"`)
}

func TestWhoIsKeptOutCannotWrite(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.ali, "something hurtful")
		other := h.posts(t, h.heron, "something kind")
		if got := h.heron.Post("/report", "kind", "post", "id", string(id), "reason", "hurtful"); got.Status != 303 {
			t.Fatalf("report: %d", got.Status)
		}
		q, err := w.Moderation.Queue(t.Context(), h.ines.Actor)
		must(t, err)
		at := "/moderation/" + string(q.Reports[0].ID)
		h.ines.Post(at + "/claim")
		if got := h.ines.Post(at+"/decide", "what", "pause", "days", "3", "reason", "Take a breath."); got.Status != 303 {
			t.Fatalf("decide: %d", got.Status)
		}
		for path, want := range map[string]int{h.wall(): 409, "/post/" + string(other) + "/comment": 409, "/post/" + string(id) + "/edit": 409, "/post/" + string(other) + "/react": 409} {
			got := h.ali.Post(path, "key", "k", "words", "I still want to say", "do", "with_you/on")
			if got.Status != want {
				t.Errorf("%s: %d", path, got.Status)
			}
			if path != "/post/"+string(other)+"/react" {
				has(t, path, got.Body, "I still want to say", "You cannot write here for now")
			}
		}
		has(t, "the wall", h.ali.Get(h.wall()).Body, "/me/decisions", "something kind")
		if err := w.Discussion.Withdraw(t.Context(), h.ali.Actor, id); err != nil {
			t.Errorf("own words cannot be taken back: %v", err)
		}
		h.Time.Advance(4 * 24 * time.Hour)
		if _, _, err := w.Discussion.Post(t.Context(), h.ali.Actor, h.space, discussion.Draft{Words: "again"}); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func TestASpaceIsDestroyed(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "gone soon", true)
		h.answers(t, h.ali, id, "me too")
		held := h.posts(t, h.wren, "I want to die")
		must(t, w.Discussion.React(t.Context(), h.ali.Actor, id, discussion.BeenThere, true))
		must(t, w.Discussion.Edit(t.Context(), h.heron.Actor, id, "changed"))
		for range 2 {
			must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Discussion.DestroySpace(t.Context(), tx, h.space) }))
		}
		for _, path := range []string{h.wall(), "/post/" + string(id), "/post/" + string(held)} {
			if got := h.heron.Get(path); got.Status != 404 {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		if err := w.Discussion.Withdraw(t.Context(), h.heron.Actor, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("a verb in a destroyed space: %v", err)
		}
		w.Settle()
		for _, table := range []string{"discussion_entry", "discussion_version", "discussion_alias", "discussion_reaction", "vault_key WHERE scope = '" + string(h.space) + "' AND 1"} {
			query := `SELECT count(*) FROM ` + strings.Replace(table, "AND 1", "AND 1 = 1", 1)
			if n := h.count(t, query); n != 0 {
				t.Errorf("%s: %d left", table, n)
			}
		}
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.waiting' AND settled_at = 0`); n != 0 {
			t.Errorf("%d still wait to read it", n)
		}
	})
}

// TestManyAreTold: those who follow are told some at a time, each once, and whoever wrote it or
// is kept apart from them is not.
func TestManyAreTold(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		for i := range 205 {
			h.garden.members[w.Person(fmt.Sprint("Member ", i)).ID] = true
		}
		h.apart(t, h.wren, h.heron)
		id := h.posts(t, h.heron, "hello")
		h.Settle()
		const all = `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.posted' AND about = $1`
		want := len(h.garden.members) - 2
		if n := h.count(t, all, string(id)); n != want {
			t.Errorf("%d notices, want %d", n, want)
		}
		if n := h.told(t, h.heron, "discussion.posted") + h.told(t, h.wren, "discussion.posted"); n != 0 {
			t.Errorf("told who wrote it, or is kept apart: %d", n)
		}
	})
}
