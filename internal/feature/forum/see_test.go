package forum_test

import (
	"strconv"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/fault"
)

// Who sees what: the statuses of the pages of a space, then of a thread in it.
func TestWhoSeesWhat(t *testing.T) {
	pages := []string{"", "/write", "/edit", "/close", "/join", "/leave", "/moderators"}
	for audience, want := range map[forum.Audience]map[string]string{
		forum.Open: {"visitor": "200 303 303 303 303 303 303 200", "guest": "200 404 404 404 404 404 404 200", "member": "200 200 404 404 404 404 404 200", "moderator": "200 200 404 404 404 404 200 200",
			"supervisor": "200 200 404 404 404 404 404 200", "coordinator": "200 200 200 200 404 404 200 200", "administrator": "200 200 404 404 404 404 404 200"},
		forum.Members: {"visitor": "404 303 303 303 303 303 303 303", "guest": "404 404 404 404 404 404 404 404", "member": "200 200 404 404 404 404 404 200", "moderator": "200 200 404 404 404 404 200 200",
			"supervisor": "200 200 404 404 404 404 404 200", "coordinator": "200 200 200 200 404 404 200 200", "administrator": "200 200 404 404 404 404 404 200"},
		forum.Community: {"visitor": "404 303 303 303 303 303 303 303", "guest": "404 404 404 404 404 404 404 404", "member": "200 404 404 404 200 404 404 404", "moderator": "200 200 404 404 200 200 200 200",
			"supervisor": "200 404 404 404 200 404 404 404", "coordinator": "200 404 200 200 200 404 200 404", "administrator": "200 404 404 404 200 404 404 404", "joined": "200 200 404 404 200 200 404 200"},
	} {
		t.Run(string(audience), func(t *testing.T) {
			h := begin(t, cairntest.New(t))
			id := h.space(t, draft(audience))
			if audience == forum.Community {
				_, err := h.Forum.Join(t.Context(), h.ali.Actor, id, "")
				must(t, err)
			}
			thread := h.begins(t, h.fern, id, "A title", "fern-says-so")
			who := map[string]*cairntest.Someone{"visitor": h.visitor, "guest": h.guest, "member": h.heron, "moderator": h.fern, "supervisor": h.ines, "coordinator": h.tomo, "administrator": h.slate, "joined": h.ali}
			for name, codes := range want {
				var got []string
				for _, page := range pages {
					got = append(got, strconv.Itoa(who[name].Get(at(id, page)).Status))
				}
				read := who[name].Get(post(thread))
				got = append(got, strconv.Itoa(read.Status))
				if s := strings.Join(got, " "); s != codes {
					t.Errorf("%s\n got %s\nwant %s", name, s, codes)
				}
				if (read.Status == 200) != strings.Contains(read.Body, "fern-says-so") {
					t.Errorf("%s: the thread", name)
				}
				if !strings.HasSuffix(codes, "200") {
					for _, path := range []string{"/forum", at(id), post(thread, "/stream")} {
						lacks(t, name+" at "+path, who[name].Get(path).Body, "fern-says-so", "A title")
					}
				}
			}
			status(t, "nothing there", h.heron.Get("/forum/x"), 404)
			status(t, "nothing there for a visitor", h.visitor.Get("/forum/x"), 404)
		})
	}
}

func TestAVisitorReadsAndIsAskedToSignInToWrite(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Open))
		h.space(t, forum.Draft{Name: "The quiet room", Audience: forum.Members, Alone: forum.Slow})
		thread := h.begins(t, h.heron, id, "Soup", "What soup do you make?")
		h.answers(t, h.ali, thread, "- lentils\n- **lemon**")
		home := h.visitor.Get("/forum")
		has(t, "the forum", home.Body, "By the water", "One thread", "Open to everybody")
		lacks(t, "the forum", home.Body, "The quiet room", "Make a space")
		space := h.visitor.Get(at(id))
		has(t, "the space", space.Body, "Welcome here.", "Stay as long as you like.", "Soup", "One answer", "To write, sign in", "/sign-in")
		lacks(t, "the space", space.Body, "Fern", at(id, "/follow"), at(id, "/write"))
		page := h.visitor.Get(post(thread))
		has(t, "the thread", page.Body, `<h1 dir="auto">Soup</h1>`, "What soup do you make?", "<strong>lemon</strong>", "<li>", `href="/ask"`, "To write, sign in")
		lacks(t, "the thread", page.Body, "cairn-live", post(thread, "/comment"), post(thread, "/follow"), post(thread, "/react"), "/report?", "Answer this one")
		has(t, "a member's page", h.wren.Get(post(thread)).Body, post(thread, "/comment"), post(thread, "/follow"), "/report?", "Answer this one")
		before := h.count(t, `SELECT count(*) FROM access_audit`)
		h.visitor.Get(post(thread))
		h.visitor.Get(at(id))
		if n := h.count(t, `SELECT count(*) FROM access_audit`); n != before {
			t.Errorf("reading what everybody reads wrote %d rows", n-before)
		}
		for _, p := range []*cairntest.Someone{h.visitor, h.guest} {
			if got := p.Post(post(thread, "/comment"), "key", "k", "words", "x"); got.Status != 401 && got.Status != 404 {
				t.Errorf("writes: %d", got.Status)
			}
		}
	})
}

func TestWhatIsNotOpenIsReadWithAnAudit(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Members))
	thread := h.begins(t, h.heron, id, "Soup", "words")
	h.ali.Get(post(thread))
	h.ali.Get(at(id))
	if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = 'discussion.read' AND actor = $1`, h.ali.ID); n != 2 {
		t.Errorf("%d rows", n)
	}
}

// Without JavaScript: a form, its page again with what was typed, and the thread.
func TestAThreadIsBegunByAForm(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		form := h.heron.Get(at(id, "/write"))
		has(t, "the form", form.Body, `name="title"`, `name="words"`, "everybody who has an account here", "Without my name")
		got := h.heron.Post(at(id, "/write"), "key", "k", "words", "words without a title")
		status(t, "no title", got, 422)
		has(t, "no title", got.Body, "words without a title", "Please give it a title", "aria-invalid")
		got = h.heron.Post(at(id, "/write"), "key", "k", "title", "Soup", "words", "What soup?")
		if got.Status != 303 || !strings.HasPrefix(got.To(), "/post/") {
			t.Fatalf("%d %s", got.Status, got.To())
		}
		again := h.heron.Post(at(id, "/write"), "key", "k", "title", "Soup", "words", "What soup?")
		if again.To() != got.To() {
			t.Errorf("sent twice: %s and %s", got.To(), again.To())
		}
		page := h.ali.Get(got.To())
		has(t, "the thread", page.Body, `<h1 dir="auto">Soup</h1>`, "Heron", at(id))
		title := page.Body[strings.Index(page.Body, "<title>"):strings.Index(page.Body, "</title>")]
		lacks(t, "the tab", title, "Soup", "water")
		long := h.heron.Post(at(id, "/write"), "key", "l", "title", "Long", "words", strings.Repeat("word ", 2000))
		status(t, "a long one", long, 422)
		has(t, "a long one", long.Body, "longer than 4,000 characters", "word word word")
		lists := h.ali.Get(at(id)).Body
		if strings.Count(lists, "thread-row") != 1 {
			t.Error("not one thread")
		}
		wall := h.ali.Get("/wall/" + string(h.wall(t, id)))
		if wall.Status != 303 || wall.To() != at(id) {
			t.Errorf("the wall of a space: %d %s", wall.Status, wall.To())
		}
		// A comment's quote, from the link on the page.
		comment := h.answers(t, h.ali, discussionID(got.To()), "lentils")
		quote := h.heron.Get(got.To() + "?from=" + string(comment) + "&quotes=" + string(comment))
		has(t, "the quote", quote.Body, `name="quotes" value="`+string(comment)+`"`)
		h.heron.Post(got.To()+"/comment", "key", "c", "words", "with lemon?", "quotes", string(comment))
		has(t, "the quote stands", h.wren.Get(got.To()).Body, "post-quote", "with lemon?")
	})
}

func TestThreadsComeInPages(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Members))
	for i := range discussion.PageLength + 3 {
		by := []*cairntest.Someone{h.heron, h.ali, h.wren, h.fern}[i%4]
		h.begins(t, by, id, "Thread "+strconv.Itoa(i)+".", "words")
	}
	first := h.heron.Get(at(id)).Body
	if n := strings.Count(first, "thread-row"); n != discussion.PageLength {
		t.Errorf("%d on the first page", n)
	}
	has(t, "the first page", first, "Thread 22.", "Show older ones")
	lacks(t, "the first page", first, "Thread 2.")
	i := strings.Index(first, at(id)+"?before=")
	next := first[i : i+strings.IndexByte(first[i:], '"')]
	second := h.heron.Get(next).Body
	has(t, "the second page", second, "Thread 2.", "Thread 0.", "Back to the newest")
	lacks(t, "the second page", second, "Thread 3.", "Thread 22.")
}

func TestOnlyCoordinatorsMakeChangeAndClose(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		got := h.tomo.Post("/forum/make", "name", "", "audience", "everyone", "alone", "slow")
		status(t, "a wrong form", got, 422)
		got = h.tomo.Post("/forum/make", "name", "  The   shore ", "welcome", "Hello", "audience", "members", "alone", "hold", "unnamed", "yes")
		if got.Status != 303 {
			t.Fatalf("made: %d", got.Status)
		}
		id := discussionID(strings.Replace(got.To(), "/forum/", "/post/", 1))
		if v := h.look(t, h.heron, id); v.Name != "The shore" || v.Alone != forum.Hold || !v.Unnamed || v.HoldNew {
			t.Errorf("%+v", v.Space)
		}
		for _, p := range []*cairntest.Someone{h.fern, h.heron, h.ines, h.slate} {
			status(t, p.Name+" makes", p.Post("/forum/make", "name", "x", "audience", "open", "alone", "slow"), 404)
			status(t, p.Name+" changes", p.Post(at(id, "/edit"), "name", "x", "audience", "members", "alone", "slow"), 404)
			status(t, p.Name+" closes", p.Post(at(id, "/close")), 404)
			_, err := h.Forum.Make(t.Context(), p.Actor, draft(forum.Open))
			wants(t, p.Name, err, fault.NotFound)
			wants(t, p.Name, h.Forum.Change(t.Context(), p.Actor, id, draft(forum.Members)), fault.NotFound)
			wants(t, p.Name, h.Forum.Close(t.Context(), p.Actor, id, true), fault.NotFound)
		}
		status(t, "change", h.tomo.Post(at(id, "/edit"), "name", "The far shore", "audience", "members", "alone", "slow"), 303)
		thread := h.begins(t, h.tomo, id, "A title", "words")
		status(t, "close", h.tomo.Post(at(id, "/close"), "closed", "yes"), 303)
		has(t, "a closed space", h.heron.Get(at(id)).Body, "The far shore", "This space is closed", "A title")
		_, _, err := h.Discussion.Post(t.Context(), h.heron.Actor, h.wall(t, id), discussion.Draft{Title: "x", Words: "x"})
		wants(t, "write in a closed one", err, fault.Conflict)
		lacks(t, "the thread", h.heron.Get(post(thread)).Body, post(thread, "/comment"))
		status(t, "open", h.tomo.Post(at(id, "/close"), "closed", "no"), 303)
		h.answers(t, h.heron, thread, "again")
		for _, verb := range []string{"forum.make", "forum.change", "forum.close", "forum.open"} {
			if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = $1 AND actor = $2`, verb, h.tomo.ID); n != 1 {
				t.Errorf("%s: %d in the audit", verb, n)
			}
		}
	})
}

// Who reads was said to those who wrote: never more people read it later.
func TestASpaceIsNeverWidened(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		for _, was := range forum.Audiences() {
			for _, now := range forum.Audiences() {
				id := h.space(t, draft(was))
				h.begins(t, h.fern, id, "A title", "words")
				err := h.Forum.Change(t.Context(), h.tomo.Actor, id, draft(now))
				allowed := was == now || was == forum.Open || was == forum.Members && now == forum.Community
				if allowed && err != nil || !allowed && !fault.Is(err, fault.Invalid) {
					t.Errorf("from %s to %s: %v", was, now, err)
				}
				if allowed && now == forum.Community {
					if v := h.look(t, h.fern, id); !v.Reads || !v.Keeps {
						t.Error("who looks after it does not read it")
					}
					if h.look(t, h.tomo, id).Reads {
						t.Error("a coordinator reads a community")
					}
				}
				h.Time.Advance(20 * 60 * 1e9)
			}
		}
	})
}
