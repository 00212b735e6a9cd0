package discussion_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
var anyStone = regexp.MustCompile(`stones\.svg#p\d+`)

// done is what others did with somebody's own, after their account was made.
func (h house) done(t *testing.T, p *cairntest.Someone) []access.Line {
	t.Helper()
	list, err := h.Ledger.About(t.Context(), p.ID, 50)
	must(t, err)
	return slices.DeleteFunc(list, func(x access.Line) bool { return x.Verb == "people.create" })
}

// Two members who write the same without a name cannot be told apart by anything
// on the page, by anybody.
func TestNothingTellsWhoWroteWithoutAName(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.posts(t, h.ali, "named first")
		h.posts(t, h.wren, "named too")
		byAli := h.posts(t, h.ali, "the same words", true)
		byWren := h.posts(t, h.wren, "the same words", true)
		on := h.posts(t, h.heron, "what do you think")
		h.answers(t, h.ali, on, "as I said", true)
		h.answers(t, h.wren, on, "as I said", true)
		h.answers(t, h.ali, on, "and again", true)
		h.answers(t, h.ali, on, "with my name")
		article := func(body string, id moment.ID) string {
			i := strings.Index(body, `id="e-`+string(id)+`"`)
			if i < 0 {
				t.Fatal("not on the page")
			}
			body = body[i : i+strings.Index(body[i:], "</article>")]
			body = anyStone.ReplaceAllString(anyID.ReplaceAllString(body, "ID"), "STONE")
			return regexp.MustCompile(`<time[^>]*>[^<]*</time>`).ReplaceAllString(body, "TIME")
		}
		for _, p := range []*cairntest.Someone{h.heron, h.fern} {
			wall := p.Get(h.wall()).Body
			if a, b := article(wall, byAli), article(wall, byWren); a != b {
				t.Errorf("%s can tell them apart:\n%s\n%s", p.Name, a, b)
			}
			for _, page := range []string{wall, p.Get("/post/" + string(byAli)).Body} {
				lacks(t, "a page", page, string(h.ali.ID), string(h.wren.ID))
			}
			alone := p.Get("/post/" + string(byAli)).Body
			lacks(t, "the page of the post", alone, ">Ali<", ">Wren<")
			th, err := w.Discussion.Open(t.Context(), p.Actor, on)
			must(t, err)
			if a := []int{th.Comments[0].Who.Alias, th.Comments[1].Who.Alias, th.Comments[2].Who.Alias, th.Comments[3].Who.Alias}; a[0] != 1 || a[1] != 2 || a[2] != 1 || a[3] != 0 {
				t.Errorf("numbers in one thread: %v", a)
			}
			for _, c := range th.Comments[:3] {
				if c.Who.Person != "" || c.Who.Name != "" || strings.Contains(c.Who.Seed, string(h.ali.ID)) || c.Who.Seed == th.Comments[3].Who.Seed {
					t.Errorf("%s: the author is in it: %+v", p.Name, c.Who)
				}
			}
			other, err := w.Discussion.Open(t.Context(), p.Actor, byAli)
			must(t, err)
			if other.Post.Who.Seed == th.Comments[0].Who.Seed {
				t.Error("the stone links two threads")
			}
		}
		mine := h.ali.Get("/post/" + string(on))
		has(t, "the author's page", mine.Body, "You, without your name (somebody 1)", `value="yes" checked`)
		lacks(t, "who has not written unnamed here", h.heron.Get("/post/"+string(on)).Body, `value="yes" checked`)
		// What keepers and others do leaves no trace of who it was about with anybody but them.
		for _, p := range []*cairntest.Someone{h.heron, h.fern} {
			if list := h.done(t, p); len(list) > 0 {
				t.Errorf("the audit of %s names who answered: %v", p.Name, list)
			}
		}
	})
}

func TestWithoutANameOnlyWhereThatIsPossible(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, discussion.SpaceRules{})
		lacks(t, "the form", h.ali.Get(h.wall()).Body, "Without my name")
		got := h.ali.Post(h.wall(), "key", "k", "words", "a secret of mine", "anonymous", "yes")
		if got.Status != 422 {
			t.Errorf("posted all the same: %d", got.Status)
		}
		has(t, "the form", got.Body, "a secret of mine", "Writing without your name is not possible here")
		if len(h.page(t, h.heron).Posts) != 0 {
			t.Error("it was posted with the name")
		}
	})
}

func TestANameIsLookedUpWithAReason(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.garden.members[h.ines.ID] = true
		id := h.posts(t, h.ali, "unnamed words", true)
		plain := h.posts(t, h.ali, "named words")
		at := "/post/" + string(id)
		for _, p := range []*cairntest.Someone{h.fern, h.heron, h.otto} { // Otto may, but does not see the garden
			if got := p.Post(at+"/reveal", "reason", "curious"); got.Status != 404 {
				t.Errorf("%s looks it up: %d", p.Name, got.Status)
			}
		}
		if got := h.ines.Post(at+"/reveal", "reason", ""); got.Status != 422 {
			t.Errorf("without a reason: %d", got.Status)
		}
		if got := h.ines.Post("/post/"+string(plain)+"/reveal", "reason", "x"); got.Status != 409 {
			t.Errorf("a name that is there: %d", got.Status)
		}
		lacks(t, "before", h.ines.Get(at).Body, "Ali")
		if got := h.ines.Post(at+"/reveal", "reason", "I am worried about you."); got.Status != 303 {
			t.Fatalf("look up: %d", got.Status)
		}
		has(t, "after", h.ines.Get(at).Body, "Ali wrote it", "Somebody 1")
		for _, p := range []*cairntest.Someone{h.fern, h.heron} {
			lacks(t, p.Name+"'s page", p.Get(at).Body, "Ali", "worried about you")
		}
		mine := h.ali.Get(at)
		has(t, "the author's page", mine.Body, "looked up that you wrote this", "I am worried about you.")
		lacks(t, "the author's page", mine.Body, "Ines")
		if h.told(t, h.ali, "discussion.decision") != 1 || h.audited(t, h.ali, "discussion.read_author") < 1 {
			t.Error("the author is not told, or does not find it in the audit")
		}
		has(t, "who opened what", h.ali.Get("/me/opened").Body, "who wrote something of yours without a name")
		h.Time.Advance(25 * time.Hour)
		lacks(t, "a day later", h.ines.Get(at).Body, "Ali")
	})
}

func TestAReportShowsNoNameThatIsNotThere(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.ali, "ali-says-openly")
		bad := h.answers(t, h.ali, post, "a hurtful line", true)
		h.answers(t, h.wren, post, "after it")
		if got := h.heron.Get("/report?kind=post&id=" + string(bad)); got.Status != 200 {
			t.Fatalf("the form: %d", got.Status)
		}
		if got := h.heron.Post("/report", "kind", "post", "id", string(bad), "reason", "hurtful"); got.Status != 303 {
			t.Fatalf("report: %d", got.Status)
		}
		if got := h.ali.Get("/report?kind=post&id=" + string(bad)); got.Status == 200 {
			// The form does not tell whose it is; sending it finds nothing.
			if sent := h.ali.Post("/report", "kind", "post", "id", string(bad), "reason", "other"); sent.Status != 404 {
				t.Errorf("one reports oneself: %d", sent.Status)
			}
		}
		q, err := w.Moderation.Queue(t.Context(), h.ines.Actor)
		must(t, err)
		if len(q.Reports) != 1 || q.Reports[0].About != "" || q.Reports[0].AboutCard.Name != "" || !q.Reports[0].Unnamed() {
			t.Fatalf("the queue: %+v", q.Reports)
		}
		at := "/moderation/" + string(q.Reports[0].ID)
		h.ines.Post(at + "/claim")
		open := h.ines.Get(at)
		has(t, "the report", open.Body, "a hurtful line", "(1)", "(2)", "ali-says-openly", "Somebody who wrote without a name")
		lacks(t, "the report", open.Body, ">Ali<", string(h.ali.ID), "after it", "(1) ali-says-openly")
		lacks(t, "the queue", h.ines.Get("/moderation").Body, ">Ali<", string(h.ali.ID))
		if got := h.otto.Post(at+"/reveal", "reason", "x"); got.Status != 403 {
			t.Errorf("looked up without a claim: %d", got.Status)
		}
		if got := h.ines.Post(at+"/reveal", "reason", ""); got.Status != 422 {
			t.Errorf("looked up without a reason: %d", got.Status)
		}
		if got := h.ines.Post(at+"/decide", "what", "warn", "reason", "Please be kind."); got.Status != 303 {
			t.Fatalf("decided without the name: %d", got.Status)
		}
		if got := h.ali.Get("/me/decisions"); !strings.Contains(got.Body, "Please be kind.") {
			t.Error("the author does not read the decision")
		}
		// A later report with a name does not bring that decision with it.
		if got := h.heron.Post("/report", "kind", "post", "id", string(post), "reason", "other"); got.Status != 303 {
			t.Fatalf("report: %d", got.Status)
		}
		q, err = w.Moderation.Queue(t.Context(), h.ines.Actor)
		must(t, err)
		later := h.ines.Get("/moderation/" + string(q.Reports[0].ID))
		has(t, "the later report", later.Body, "Ali")
		lacks(t, "the later report", later.Body, "Please be kind.")
		has(t, "the first report", h.ines.Get(at).Body, "Please be kind.")
		lacks(t, "the first report", h.ines.Get(at).Body, ">Ali<")
		// Neither does an appeal.
		actions, err := w.Moderation.Mine(t.Context(), h.ali.Actor)
		must(t, err)
		must(t, w.Moderation.Appeal(t.Context(), h.ali.Actor, actions[0].ID, "I did not mean it"))
		appeals := h.otto.Get("/moderation").Body
		i := strings.Index(appeals, "Somebody who wrote without a name")
		if i < 0 {
			t.Error("the appeal names who wrote without a name")
		}
	})
}

func TestModerationLooksANameUp(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		bad := h.posts(t, h.ali, "a threat", true)
		must(t, w.Moderation.Report(t.Context(), h.heron.Actor, draftReport(bad)))
		q, err := w.Moderation.Queue(t.Context(), h.ines.Actor)
		must(t, err)
		at := "/moderation/" + string(q.Reports[0].ID)
		h.ines.Post(at + "/claim")
		if got := h.ines.Post(at+"/reveal", "reason", "We must protect somebody."); got.Status != 303 {
			t.Fatalf("look up: %d", got.Status)
		}
		has(t, "the report", h.ines.Get(at).Body, "Ali")
		if got := h.ines.Post(at+"/reveal", "reason", "again"); got.Status != 409 {
			t.Errorf("twice: %d", got.Status)
		}
		mine := h.ali.Get("/post/" + string(bad))
		has(t, "the author's page", mine.Body, "We must protect somebody.")
		lacks(t, "the author's page", mine.Body, "report", "Heron")
		lines := h.done(t, h.ali)
		if len(lines) != 1 || lines[0].Kind != "author" || lines[0].Object != bad {
			t.Errorf("the audit tells more than that it was looked up: %+v", lines)
		}
		// Whoever wrote it does not handle it, and learns nothing.
		h.garden.members[h.otto.ID] = true
		own := h.posts(t, h.otto, "my own", true)
		must(t, w.Moderation.Report(t.Context(), h.heron.Actor, draftReport(own)))
		q, err = w.Moderation.Queue(t.Context(), h.otto.Actor)
		must(t, err)
		for _, x := range q.Reports {
			if x.Object == own {
				t.Error("somebody handles what is about themselves")
			}
		}
	})
}

func TestWhoMayLookUp(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w, anything)
	id := h.posts(t, h.ali, "unnamed", true)
	for _, role := range access.GivenRoles() {
		p := w.Person("In the garden as "+role.String(), role)
		h.garden.members[p.ID] = true
		_, err := w.Discussion.Reveal(t.Context(), p.Actor, id, "a reason")
		may := role == access.Supervisor || role == access.Coordinator
		if may && err != nil || !may && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", role, err)
		}
	}
}
