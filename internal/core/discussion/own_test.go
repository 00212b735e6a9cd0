package discussion_test

import (
	"net/url"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/moderation"
	"cairn/internal/core/people"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func draftReport(id moment.ID) moderation.Draft {
	return moderation.Draft{Kind: "post", Object: id, Reason: "threat"}
}

func TestOwnWordsAreChangedAndTakenBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "the first words")
		at := "/post/" + string(id)
		has(t, "the form", h.heron.Get(at+"/edit").Body, "the first words")
		if got := h.heron.Post(at+"/edit", "words", ""); got.Status != 422 {
			t.Errorf("nothing: %d", got.Status)
		}
		long := strings.Repeat("y", 4001)
		if got := h.heron.Post(at+"/edit", "words", long); got.Status != 422 || !strings.Contains(got.Body, long) {
			t.Errorf("too long: %d", got.Status)
		}
		for _, words := range []string{"the second words", "the second words", "the third words"} {
			if got := h.heron.Post(at+"/edit", "words", words); got.Status != 303 {
				t.Fatalf("edit: %d", got.Status)
			}
		}
		page := h.ali.Get(at)
		has(t, "the page", page.Body, "the third words", ">changed<")
		lacks(t, "the page", page.Body, "the first words", "/history")
		if got := h.ali.Get(at + "/history"); got.Status != 404 {
			t.Errorf("a member reads what stood there before: %d", got.Status)
		}
		for _, p := range []*cairntest.Someone{h.heron, h.fern} {
			_, list, err := w.Discussion.History(t.Context(), p.Actor, id)
			if err != nil || len(list) != 2 || list[0].Words != "the second words" || list[1].Words != "the first words" {
				t.Errorf("%s: %+v %v", p.Name, list, err)
			}
			has(t, "before", p.Get(at+"/history").Body, "the first words", "the second words")
		}
		if h.audited(t, h.heron, "discussion.read_history") != 1 {
			t.Error("that a keeper read it is not in the audit")
		}
		h.answers(t, h.ali, id, "I hear you")
		has(t, "sure", h.heron.Get(at+"/sure/withdraw").Body, "cannot be undone")
		if got := h.heron.Post(at + "/withdraw"); got.Status != 303 || got.To() != h.wall() {
			t.Fatalf("withdraw: %d %s", got.Status, got.To())
		}
		for _, p := range []*cairntest.Someone{h.heron, h.ali, h.fern} {
			for _, path := range []string{at, h.wall()} {
				body := p.Get(path).Body
				has(t, path, body, "These words were taken back", "I hear you")
				lacks(t, path, body, "the third words", "the first words")
			}
			if got := p.Get(at + "/history"); got.Status != 404 {
				t.Errorf("%s reads what was taken back: %d", p.Name, got.Status)
			}
		}
		if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE id = $1 AND words IS NOT NULL`, id) + h.count(t, `SELECT count(*) FROM discussion_version WHERE entry = $1`, id); n != 0 {
			t.Error("the sealed words are still there")
		}
		if got := h.ali.Post(at+"/comment", "key", "z", "words", "late"); got.Status != 409 {
			t.Errorf("an answer to what was taken back: %d", got.Status)
		}
		if got := h.heron.Post(at + "/withdraw"); got.Status != 404 {
			t.Errorf("taken back twice: %d", got.Status)
		}
		// Without answers the place goes too.
		gone := h.posts(t, h.heron, "nobody answered")
		must(t, w.Discussion.Withdraw(t.Context(), h.heron.Actor, gone))
		if got := h.ali.Get("/post/" + string(gone)); got.Status != 404 || strings.Contains(h.words(t, h.ali), "nobody") || len(h.page(t, h.heron).Posts) != 1 {
			t.Error("an empty place stays")
		}
	})
}

func TestWhoHasLeftTakesTheirWordsBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "I was here")
		h.answers(t, h.ali, id, "a private answer")
		delete(h.garden.members, h.heron.ID)
		page := h.heron.Get("/post/" + string(id))
		has(t, "their page", page.Body, "I was here", "/sure/withdraw")
		lacks(t, "their page", page.Body, "a private answer", "The garden", "Write an answer", "/edit")
		if got := h.heron.Post("/post/"+string(id)+"/comment", "words", "x"); got.Status != 404 {
			t.Errorf("they write on: %d", got.Status)
		}
		if got := h.heron.Post("/post/"+string(id)+"/edit", "words", "x"); got.Status != 404 {
			t.Errorf("they change: %d", got.Status)
		}
		if got := h.heron.Post("/post/" + string(id) + "/withdraw"); got.Status != 303 || got.To() != "/me" {
			t.Fatalf("withdraw: %d %s", got.Status, got.To())
		}
		has(t, "a member's page", h.ali.Get("/post/"+string(id)).Body, "taken back", "a private answer")
	})
}

func TestSigns(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "a hard day")
		at := "/post/" + string(id) + "/react"
		for range 3 {
			if got := h.ali.Post(at, "do", "been_there/on", "back", "/garden"); got.Status != 303 || got.To() != "/garden#e-"+string(id) {
				t.Fatalf("react: %d %s", got.Status, got.To())
			}
		}
		h.ali.Post(at, "do", "with_you/on")
		h.wren.Post(at, "do", "been_there/on")
		e := h.page(t, h.ali).Posts[0]
		if e.Counts[discussion.BeenThere] != 2 || e.Counts[discussion.WithYou] != 1 || !e.Reacted[discussion.BeenThere] || e.Reacted[discussion.ThankYou] {
			t.Errorf("%v %v", e.Counts, e.Reacted)
		}
		body := h.heron.Get(h.wall()).Body
		has(t, "the author's wall", body, "Been there · 2", "With you · 1")
		lacks(t, "the author's wall", body, "Ali", "Wren", "/react")
		for range 2 {
			h.ali.Post(at, "do", "been_there/off")
		}
		if e := h.page(t, h.ali).Posts[0]; e.Counts[discussion.BeenThere] != 1 || e.Reacted[discussion.BeenThere] {
			t.Errorf("taken back: %v", e.Counts)
		}
		if got := h.heron.Post(at, "do", "with_you/on"); got.Status != 409 {
			t.Errorf("to one's own: %d", got.Status)
		}
		for _, wrong := range []string{"", "love/on", "been_there'/on"} {
			if got := h.ali.Post(at, "do", wrong); got.Status != 422 {
				t.Errorf("%q: %d", wrong, got.Status)
			}
		}
		if h.told(t, h.heron, "discussion.answered") != 0 {
			t.Error("signs are told")
		}
	})
}

func TestLabels(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "about sleep")
		at := "/post/" + string(id) + "/label"
		has(t, "the form", h.heron.Get(at).Body, `value="self-harm"`, `value="sleep"`)
		if got := h.heron.Post(at, "topics", "sleep", "topics", "self-harm"); got.Status != 303 {
			t.Fatalf("label: %d", got.Status)
		}
		if e := h.page(t, h.ali).Posts[0]; len(e.Topics) != 2 || e.Topics[0].Slug != "self-harm" || e.Topics[0].Text == "" {
			t.Errorf("%+v", e.Topics)
		}
		if got := h.heron.Post(at, "topics", "nonsense"); got.Status != 422 {
			t.Errorf("what is no topic: %d", got.Status)
		}
		if got := h.fern.Post(at); got.Status != 303 || len(h.page(t, h.ali).Posts[0].Topics) != 0 {
			t.Errorf("a keeper takes them off: %d", got.Status)
		}
		if got := h.ali.Get(at); got.Status != 404 {
			t.Errorf("a member: %d", got.Status)
		}
	})
}

func TestQuotes(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, "a question")
		one := h.answers(t, h.ali, id, "ali-one")
		other := h.posts(t, h.heron, "another")
		elsewhere := h.answers(t, h.ali, other, "elsewhere")
		page := h.wren.Get("/post/" + string(id) + "?quotes=" + string(one))
		has(t, "the form", page.Body, `name="quotes" value="`+string(one)+`"`)
		if got := h.wren.Post("/post/"+string(id)+"/comment", "key", "q", "words", "to that", "quotes", string(one)); got.Status != 303 {
			t.Fatalf("quote: %d", got.Status)
		}
		th, err := w.Discussion.Open(t.Context(), h.heron.Actor, id)
		must(t, err)
		if q := th.Comments[1].Quoted; q == nil || !q.Shown || q.Words != "ali-one" || q.Who.Name != "Ali" {
			t.Errorf("%+v", q)
		}
		if h.told(t, h.ali, "discussion.answered") != 1 {
			t.Error("who is quoted is not told")
		}
		for _, wrong := range []moment.ID{elsewhere, id, moment.NewID()} {
			if _, _, err := w.Discussion.Comment(t.Context(), h.wren.Actor, id, discussion.Draft{Words: "x", Quotes: wrong}); !fault.Is(err, fault.NotFound) {
				t.Errorf("quotes what is not in the thread: %v", err)
			}
		}
		must(t, w.Discussion.Withdraw(t.Context(), h.ali.Actor, one))
		body := h.heron.Get("/post/" + string(id)).Body
		has(t, "the thread", body, "to that", "are not shown")
		lacks(t, "the thread", body, "ali-one")
	})
}

func TestExportAndErasure(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		mine := h.posts(t, h.ali, "ali-post")
		must(t, w.Discussion.Edit(t.Context(), h.ali.Actor, mine, "ali-post-changed"))
		theirs := h.posts(t, h.heron, "heron-post")
		h.answers(t, h.ali, theirs, "ali-unnamed", true)
		h.answers(t, h.ali, theirs, "ali-named")
		h.answers(t, h.wren, mine, "wren-answers")
		h.garden.members[h.ines.ID] = true
		secret := h.posts(t, h.ali, "ali-secret", true)
		_, err := w.Discussion.Reveal(t.Context(), h.ines.Actor, secret, "because of a worry")
		must(t, err)
		held := h.posts(t, h.ali, goodbye)
		hidden := h.posts(t, h.ali, "ali-hidden")
		must(t, w.Discussion.Hide(t.Context(), h.fern.Actor, hidden, "the reason to hide"))
		for _, kind := range discussion.Reactions() {
			must(t, w.Discussion.React(t.Context(), h.ali.Actor, theirs, kind, true))
		}
		all := w.Exported(h.ali)["discussion.json"]
		has(t, "the export", all, "ali-post", "ali-post-changed", "ali-unnamed", "ali-named", "ali-secret", "because of a worry", "The garden", "the reason to hide", goodbye, "been_there", `"without_a_name": true`)
		lacks(t, "the export", all, "heron-post", "wren-answers", string(h.ines.ID))
		lacks(t, "another's export", w.Exported(h.heron)["discussion.json"], "ali-", string(h.ali.ID))

		must(t, w.People.Erase(t.Context(), h.ali.Actor, people.Proof{Name: "Ali"}))
		th, err := w.Discussion.Open(t.Context(), h.heron.Actor, theirs)
		must(t, err)
		if len(th.Comments) != 0 || th.Post.Comments != 0 || th.Post.Counts[discussion.BeenThere]+th.Post.Counts[discussion.WithYou]+th.Post.Counts[discussion.ThankYou] != 0 {
			t.Errorf("%d comments, counted %d, %v", len(th.Comments), th.Post.Comments, th.Post.Counts)
		}
		place := h.heron.Get("/post/" + string(mine))
		has(t, "the place", place.Body, "taken back", "wren-answers")
		lacks(t, "the place", place.Body, "ali-post")
		for what, query := range map[string]string{
			"entries": `SELECT count(*) FROM discussion_entry WHERE author = $1`, "reactions": `SELECT count(*) FROM discussion_reaction WHERE person = $1`,
			"numbers": `SELECT count(*) FROM discussion_alias WHERE person = $1`,
		} {
			if n := h.count(t, query, h.ali.ID); n != 0 {
				t.Errorf("%s: %d left", what, n)
			}
		}
		if n := h.count(t, `SELECT count(*) FROM discussion_version`) + h.count(t, `SELECT count(*) FROM discussion_reveal WHERE reason IS NOT NULL`) + h.count(t, `SELECT count(*) FROM discussion_entry WHERE author IS NULL AND (words IS NOT NULL OR title IS NOT NULL OR reason IS NOT NULL)`); n != 0 {
			t.Errorf("%d texts left", n)
		}
		if h.told(t, h.fern, "discussion.waiting") != 0 || h.told(t, h.ines, "discussion.left") != 1 {
			t.Error("what was held still waits to be read, or nobody learns that its author left")
		}
		left := h.ines.Get("/post/" + string(held))
		has(t, "of somebody who left", left.Body, "has left")
		lacks(t, "of somebody who left", left.Body, "Ali", "tired", string(h.ali.ID))
	})
}

func TestHostileWords(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, discussion.SpaceRules{Titles: true})
		hostile := "<script>alert(1)</script> <img src=x onerror=alert(1)> javascript:alert(1) https://evil.example/\"onmouseover=\"alert(1) a\u202eb [x](javascript:alert(2)) https://a@evil.example/"
		if got := h.heron.Post(h.wall(), "key", "k", "title", "<b>\u202etitle</b>", "words", hostile); got.Status != 303 {
			t.Fatalf("post: %d", got.Status)
		}
		body := h.ali.Get(h.wall()).Body
		body = body[strings.Index(body, `id="wall"`):]
		lacks(t, "the wall", body, "<script>alert", "<img", "href=\"javascript", "\u202e", "<b>title", "onmouseover=\"alert")
		has(t, "the wall", body, "&lt;script&gt;", `href="https://evil.example/" rel="nofollow noreferrer noopener"`, "https://a@evil.example/", "&lt;b&gt;title")
		lacks(t, "the wall", body, `href="https://a@`)
		for name, form := range map[string]string{
			"a megabyte":    "key=m&words=" + strings.Repeat("paste+", 1<<20/6),
			"three bytes":   "key=m&words=" + url.QueryEscape(strings.Repeat("م", 300_000)),
			"a long title":  "key=m&words=fine-words&title=" + strings.Repeat("t", 200),
			"nothing shown": "key=m&words=" + url.QueryEscape("\u200b\u2066"),
		} {
			got := h.heron.Send("POST", h.wall(), form, map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}})
			if got.Status != 422 || !strings.Contains(got.Body, "aria-invalid") {
				t.Errorf("%s: %d", name, got.Status)
			}
			switch name {
			case "a megabyte":
				has(t, name, got.Body, strings.Repeat("paste ", 1000), "longer than 4,000 characters")
			case "a long title":
				has(t, name, got.Body, "fine-words")
			}
		}
		for name, form := range map[string]string{"a zero": "key=n&words=a%00b", "no letters": "key=n&words=a%ffb", "no quote": "key=n&words=x&quotes=%00"} {
			if got := h.heron.Send("POST", h.wall(), form, map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}); got.Status != 422 {
				t.Errorf("%s: %d", name, got.Status)
			}
		}
		if got := h.heron.Post(h.wall(), "key", "r", "words", "fine", "back", "//evil.example/"); got.Status != 303 || strings.Contains(got.To(), "evil") {
			t.Errorf("back leads away: %s", got.To())
		}
		if n := len(h.page(t, h.ali).Posts); n != 2 {
			t.Errorf("%d posts", n)
		}
	})
}

func TestNobodyPostsWithoutEnd(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w, anything)
	n := 0
	for n < 100 {
		if _, _, err := w.Discussion.Post(t.Context(), h.heron.Actor, h.space, discussion.Draft{Words: "again"}); err != nil {
			if !fault.Is(err, fault.TooFast) {
				t.Fatal(err)
			}
			break
		}
		n++
	}
	if n != 20 {
		t.Errorf("%d at once", n)
	}
	got := h.heron.Post(h.wall(), "key", "x", "words", "kept for later")
	if got.Status != 429 || !strings.Contains(got.Body, "kept for later") {
		t.Errorf("too fast: %d", got.Status)
	}
}

// Nothing that people write lies open in the database.
func TestWordsAreSealed(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w, discussion.SpaceRules{Titles: true})
	_, _, err := w.Discussion.Post(t.Context(), h.heron.Actor, h.space, discussion.Draft{Words: "heron-over-water", Title: "heron-title"})
	must(t, err)
	if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE instr(coalesce(words, ''), 'heron') > 0 OR instr(coalesce(title, ''), 'heron') > 0`); n != 0 {
		t.Error("words lie open")
	}
	for _, table := range []string{"access_audit", "bus_job", "notify_notice"} {
		rows, err := w.DB.Reader().Query(t.Context(), `SELECT * FROM `+table)
		must(t, err)
		cols, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			vals := make([]any, len(cols))
			for i := range vals {
				vals[i] = new(any)
			}
			must(t, rows.Scan(vals...))
			for _, v := range vals {
				if s, ok := (*v.(*any)).(string); ok && strings.Contains(s, "heron-") {
					t.Errorf("%s has words in it", table)
				}
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
}
