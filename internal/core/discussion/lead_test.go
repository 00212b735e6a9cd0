package discussion_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// followed is where the address of a comment leads somebody: its thread.
func (h house) followed(t *testing.T, p *cairntest.Someone, path string) string {
	t.Helper()
	got := p.Get(path)
	if got.Status != 303 || !strings.HasSuffix(got.To(), "#e-"+strings.TrimPrefix(path, "/post/")) {
		t.Fatalf("%s opens %s: %d %s", p.Name, path, got.Status, got.To())
	}
	to, _, _ := strings.Cut(got.To(), "#")
	return to
}

func (h house) goesHome(t *testing.T, p *cairntest.Someone) {
	t.Helper()
	must(t, h.DB.Write(t.Context(), func(tx db.Writer) error { return h.Shifts.Leave(t.Context(), tx, p.Actor) }))
	h.Settle()
	h.Time.Advance(time.Hour)
}

// Whoever leads and belongs to the space as anybody does reads what they are told of,
// even of somebody from whom they are kept apart. On the wall they do not come upon it.
func TestALeadWhoBelongsReadsWhatIsHeld(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.garden.members[h.ines.ID] = true
		h.apart(t, h.ines, h.heron)
		h.leads(t, h.ines)
		post := h.posts(t, h.wren, "how is everybody")
		open := h.answers(t, h.heron, post, "heron-is-fine")
		got := h.heron.Post("/post/"+string(post)+"/comment", "key", "k", "words", goodbye)
		if got.Status != 303 || h.told(t, h.ines, "discussion.held") != 1 {
			t.Fatalf("comment: %d", got.Status)
		}
		page := h.ines.Get(h.followed(t, h.ines, got.To()))
		has(t, "the lead's thread", page.Body, "how is everybody", goodbye, "Release it")
		lacks(t, "the lead's thread", page.Body, "heron-is-fine")
		if h.audited(t, h.heron, "discussion.read_held") != 1 {
			t.Error("that the lead read it is not in the audit")
		}
		if a := h.ines.Get("/post/" + string(open)); a.Status != 404 {
			t.Errorf("what is open of somebody they are kept apart from: %d", a.Status)
		}
		lacks(t, "the lead's wall", h.ines.Get(h.wall()).Body, "tired")
		for _, p := range []*cairntest.Someone{h.ali, h.wren} {
			lacks(t, "a member's thread", p.Get("/post/"+string(post)).Body, "tired")
		}
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, moment.ID(strings.TrimPrefix(got.To(), "/post/"))))
		lacks(t, "the lead's thread afterwards", h.ines.Get("/post/"+string(post)).Body, "tired")
	})
}

// What comes to stand on an open page is read too, and written down.
func TestALeadReadsOnAsItHappens(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w, anything)
	h.leads(t, h.ines)
	id := h.posts(t, h.heron, goodbye)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Server.URL+"/post/"+string(id)+"/stream", nil)
	must(t, err)
	res, err := h.ines.HTTP.Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	go func() {
		if _, _, err := w.Discussion.Comment(t.Context(), h.heron.Actor, id, discussion.Draft{Words: goodbye + " of the cold"}); err != nil {
			t.Error(err)
		}
	}()
	var all strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(all.String(), "of the cold") {
		n, err := res.Body.Read(buf)
		all.Write(buf[:n])
		must(t, err)
	}
	if n := h.audited(t, h.heron, "discussion.read_held"); n != 2 {
		t.Errorf("of two that the lead read, %d are written down", n)
	}
}

// The author reads that somebody was told only while somebody was, of these words.
func TestWhetherSomebodyWasToldIsTrue(t *testing.T) {
	const told, nobody = "The person on duty has been told", "Nobody is on duty right now"
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		id := h.posts(t, h.heron, goodbye)
		at := "/post/" + string(id)
		has(t, "while somebody leads", h.heron.Get(at).Body, told)
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, id))
		h.goesHome(t, h.ines)
		must(t, w.Discussion.Edit(t.Context(), h.heron.Actor, id, goodbye+" again"))
		changed := h.heron.Get(at).Body
		has(t, "changed while nobody leads", changed, nobody)
		lacks(t, "changed while nobody leads", changed, told)
		if h.told(t, h.otto, "discussion.waiting") != 1 {
			t.Error("those who could lead are not told")
		}
		h.leads(t, h.ines)
		has(t, "when somebody leads", h.heron.Get(at).Body, told)
		if n := h.told(t, h.ines, "discussion.held"); n != 1 {
			t.Errorf("the lead is told %d times of the new words", n)
		}
		// Said more below it, when the lead has answered and gone home.
		h.answers(t, h.ines, id, "I am here")
		h.goesHome(t, h.ines)
		h.answers(t, h.heron, id, "thank you, and good night")
		more := h.heron.Get(at).Body
		has(t, "said more while nobody leads", more, nobody)
		lacks(t, "said more while nobody leads", more, told)
		h.leads(t, h.ines)
		has(t, "read by the next lead", h.heron.Get(at).Body, told)
		if n := h.told(t, h.ines, "discussion.held"); n != 1 {
			t.Errorf("the lead is told %d times that the author said more", n)
		}
		// Who was told is not kept of whoever is gone, nor of what is released.
		if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE lead = $1`, h.ines.ID); n != 1 {
			t.Fatalf("%d entries know who was told", n)
		}
		h.goesHome(t, h.ines)
		must(t, w.People.Erase(t.Context(), h.ines.Actor, people.Proof{Name: "Ines"}))
		if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE lead = $1`, h.ines.ID); n != 0 {
			t.Errorf("%d entries know somebody who is gone", n)
		}
		h.leads(t, h.otto)
		must(t, w.Discussion.Release(t.Context(), h.otto.Actor, id))
		if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE lead <> ''`); n != 0 {
			t.Errorf("%d released entries know who was told", n)
		}
	})
}

// However much waits to be read, whoever leads next is told of all of it, once.
func TestManyThatWaitHideNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		for i := range 105 {
			if i%18 == 17 {
				h.Time.Advance(11 * time.Minute)
			}
			h.posts(t, h.ali, goodbye)
		}
		h.Time.Advance(11 * time.Minute)
		last := h.posts(t, h.heron, goodbye)
		h.leads(t, h.ines)
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND about = $2 AND kind = 'discussion.held'`, h.ines.ID, last); n != 1 {
			t.Errorf("told %d times of the last", n)
		}
		has(t, "the author's page", h.heron.Get("/post/"+string(last)).Body, "has been told")
		if n := h.told(t, h.ines, "discussion.held"); n != 106 {
			t.Errorf("told of %d of 106", n)
		}
		must(t, w.Shifts.Start(t.Context(), h.otto.Actor, true))
		h.goesHome(t, h.ines)
		h.Settle()
		if n := h.count(t, `SELECT count(DISTINCT about) FROM notify_notice WHERE person = $1 AND kind = 'discussion.held' AND settled_at = 0`, h.otto.ID); n != 106 {
			t.Errorf("the next lead is told of %d of 106", n)
		}
	})
}

func TestAChangeDoesNotTakeAGoodbyeAwayUnread(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		id := h.posts(t, h.heron, goodbye)
		at := "/post/" + string(id)
		has(t, "the form", h.heron.Get(at+"/edit").Body, "for the person on duty while your words wait to be read")
		must(t, w.Discussion.Edit(t.Context(), h.heron.Actor, id, "never mind"))
		if h.told(t, h.ines, "discussion.held") != 1 {
			t.Error("the lead is not asked to read it any more")
		}
		page := h.ines.Get(at).Body
		has(t, "the lead's page", page, "never mind", "Please also read what stood here before", at+"/history")
		before := h.ines.Get(at + "/history")
		if before.Status != 200 {
			t.Fatalf("what stood there before: %d", before.Status)
		}
		has(t, "what stood there before", before.Body, goodbye, "Whoever is on duty too")
		if h.audited(t, h.heron, "discussion.read_history") != 1 {
			t.Error("that the lead read it is not in the audit")
		}
		for _, p := range []*cairntest.Someone{h.ali, h.robin} {
			if got := p.Get(at + "/history"); got.Status != 404 {
				t.Errorf("%s reads what stood there before: %d", p.Name, got.Status)
			}
		}
		h.garden.members[h.ines.ID] = true
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, id))
		if got := h.ines.Get(at + "/history"); got.Status != 404 {
			t.Errorf("the lead goes on reading what stood there before: %d", got.Status)
		}
		lacks(t, "the lead's page afterwards", h.ines.Get(at).Body, "/history")
	})
}

func TestTheLeadLearnsThatAGoodbyeWasTakenBack(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		id := h.posts(t, h.heron, goodbye)
		at := "/post/" + string(id)
		must(t, w.Discussion.Edit(t.Context(), h.heron.Actor, id, "never mind"))
		has(t, "sure", h.heron.Get(at+"/sure/withdraw").Body, "can still see that something was taken back")
		if got := h.heron.Post(at + "/withdraw"); got.Status != 303 {
			t.Fatalf("withdraw: %d", got.Status)
		}
		if a, b := h.told(t, h.ines, "discussion.held"), h.told(t, h.fern, "discussion.waiting")+h.told(t, h.otto, "discussion.waiting"); a != 1 || b != 0 {
			t.Errorf("the lead was told %d times, others %d", a, b)
		}
		for _, p := range []*cairntest.Someone{h.heron, h.ali, h.fern, h.robin} {
			if got := p.Get(at); got.Status != 404 {
				t.Errorf("%s: %d", p.Name, got.Status)
			}
		}
		for _, rest := range []string{"/history", "/edit", "/sure/reveal", "/label"} {
			if got := h.ines.Get(at + rest); got.Status != 404 {
				t.Errorf("the lead opens %s: %d", rest, got.Status)
			}
		}
		for _, rest := range []string{"/comment", "/release", "/reveal", "/hide"} {
			if got := h.ines.Post(at+rest, "key", "x", "words", "x", "reason", "x"); got.Status != 404 {
				t.Errorf("the lead posts to %s: %d", rest, got.Status)
			}
		}
		page := h.ines.Get(at)
		if page.Status != 200 {
			t.Fatalf("the lead: %d", page.Status)
		}
		has(t, "the lead's page", page.Body, "Heron", "The person has taken it back", "how are they now")
		lacks(t, "the lead's page", page.Body, "tired", "never mind", "The garden", "Write an answer", "Release it")
		if h.told(t, h.ines, "discussion.held") != 0 {
			t.Error("what the lead has read still asks to be read")
		}
		if n := h.audited(t, h.heron, "discussion.read_held"); n != 1 {
			t.Errorf("that the lead read it is in the audit %d times", n)
		}
		if n := h.count(t, `SELECT count(*) FROM discussion_version`) + h.count(t, `SELECT count(*) FROM discussion_entry WHERE words IS NOT NULL`); n != 0 {
			t.Errorf("%d of the words are kept", n)
		}
		// What was released is not held any more: taking it back tells nobody.
		shown := h.posts(t, h.wren, goodbye)
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, shown))
		must(t, w.Discussion.Withdraw(t.Context(), h.wren.Actor, shown))
		if got := h.ines.Get("/post/" + string(shown)); got.Status != 404 || h.told(t, h.ines, "discussion.held") != 0 {
			t.Errorf("what was released: %d", got.Status)
		}
	})
}

// Where nobody leads all who could are told; without a name it stays without one; and
// when the account is gone, they are told that instead, without anybody's number.
func TestTakenBackWhileNobodyLeads(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		post := h.posts(t, h.wren, "how is everybody")
		id := h.answers(t, h.heron, post, goodbye, true)
		must(t, w.Discussion.Withdraw(t.Context(), h.heron.Actor, id))
		for _, p := range []*cairntest.Someone{h.ines, h.otto} {
			if h.told(t, p, "discussion.waiting") != 0 || h.told(t, p, "discussion.held") != 1 { // nothing comes after it
				t.Errorf("%s: told wrongly", p.Name)
			}
			th, err := w.Discussion.Open(t.Context(), p.Actor, id)
			must(t, err)
			if e := th.Post; !th.Alone || len(th.Comments) != 0 || !e.Taken() || e.Words != "" || e.Who.Name != "" || e.Who.Person != "" || e.Who.Alias != 1 || e.May != (discussion.May{}) {
				t.Errorf("%s: %+v", p.Name, th)
			}
			lacks(t, p.Name, p.Get("/post/"+string(id)).Body, "Heron", "tired", "how is everybody", string(h.heron.ID))
		}
		if h.told(t, h.fern, "discussion.waiting") != 0 || h.fern.Get("/post/"+string(id)).Status != 404 {
			t.Error("the keeper is told of what is gone")
		}
		must(t, w.People.Erase(t.Context(), h.heron.Actor, people.Proof{Name: "Heron"}))
		got := h.otto.Get("/post/" + string(id))
		has(t, "when the account is gone", got.Body, "has left")
		lacks(t, "when the account is gone", got.Body, "Heron", "tired", "how is everybody", "omebody 1")
		if h.told(t, h.ines, "discussion.left") != 1 {
			t.Error("nobody is told that the account is gone")
		}
	})
}

// At night, when nobody leads, who is on call for that hour is told at once; when nobody is
// either, the author reads that.
func TestAGoodbyeAtNight(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		now := w.Clock.Now()
		for kind, p := range map[shifts.DutyKind]*cairntest.Someone{shifts.First: h.ines, shifts.Second: h.otto} {
			must(t, w.Shifts.PutOnCall(t.Context(), h.otto.Actor, shifts.Duty{Kind: kind, Person: p.ID, From: now, Until: now.Add(8 * time.Hour)}))
		}
		id := h.posts(t, h.heron, goodbye)
		page := h.heron.Get("/post/" + string(id)).Body
		has(t, "the author's page", page, "Nobody is on duty right now. The person who is on call has been sent a message", "/crisis", "/safe")
		lacks(t, "the author's page", page, "The person on duty has been told")
		lacks(t, "a member's wall", h.ali.Get(h.wall()).Body, "tired")
		if first, second, waiting := h.told(t, h.ines, "discussion.held"), h.told(t, h.otto, "discussion.held"), h.told(t, h.otto, "discussion.waiting"); first != 1 || second != 0 || waiting != 0 {
			t.Errorf("first on call is told %d times, second %d and %d", first, second, waiting)
		}
		has(t, "who is on call", h.ines.Get("/post/"+string(id)).Body, goodbye, "Release it")
		// Their own words: the second is told.
		h.garden.members[h.ines.ID] = true
		h.posts(t, h.ines, goodbye)
		if n := h.told(t, h.otto, "discussion.held"); n != 1 {
			t.Errorf("the second is told %d times of what the first wrote", n)
		}
		h.Time.Advance(9 * time.Hour)
		later := h.posts(t, h.wren, goodbye)
		has(t, "after their hours", h.wren.Get("/post/"+string(later)).Body, "Nobody is on duty right now")
	})
}
