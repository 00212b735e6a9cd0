package discussion_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/moment"
)

// onCall puts Ines and Otto on call for the coming hours.
func (h house) onCall(t *testing.T) {
	t.Helper()
	now := h.Clock.Now()
	for kind, p := range map[shifts.DutyKind]moment.ID{shifts.First: h.ines.ID, shifts.Second: h.otto.ID} {
		must(t, h.Shifts.PutOnCall(t.Context(), h.otto.Actor, shifts.Duty{Kind: kind, Person: p, From: now, Until: now.Add(8 * time.Hour)}))
	}
}

func (h house) wait(d time.Duration) {
	h.Time.Advance(d)
	h.Settle()
}

// One phone that nobody hears is no answer: after ten minutes the next is told, then all who
// could read it, and the author reads no more than is so.
func TestAGoodbyeThatNobodyOpens(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.onCall(t)
		id := h.posts(t, h.heron, goodbye)
		h.wait(9 * time.Minute)
		if first, second := h.told(t, h.ines, "discussion.held"), h.told(t, h.otto, "discussion.held"); first != 1 || second != 0 {
			t.Fatalf("before ten minutes: %d, %d", first, second)
		}
		h.wait(2 * time.Minute)
		if first, second := h.told(t, h.ines, "discussion.held"), h.told(t, h.otto, "discussion.held"); first != 1 || second != 1 {
			t.Fatalf("after ten minutes: %d, %d", first, second)
		}
		page := h.heron.Get("/post/" + string(id)).Body
		has(t, "the author's page", page, "so more people have been sent a message", "/crisis")
		lacks(t, "the author's page", page, "has been told", "You need not wait for them")
		h.wait(11 * time.Minute)
		if first, second := h.told(t, h.ines, "discussion.held"), h.told(t, h.otto, "discussion.held"); first != 2 || second != 2 {
			t.Fatalf("after twenty minutes everybody is told, once more: %d, %d", first, second)
		}
		h.wait(3 * time.Hour)
		if n := h.told(t, h.ines, "discussion.held"); n != 2 {
			t.Errorf("and not again and again: %d", n)
		}
		must(t, w.Discussion.Release(t.Context(), h.otto.Actor, id))
		if n := h.told(t, h.ines, "discussion.held") + h.told(t, h.otto, "discussion.held"); n != 0 {
			t.Errorf("%d stand after the release", n)
		}
	})
}

// Whoever is woken has it before them: nobody else is woken then. A keeper who does not lead
// is not they, whether they read it or answer; and words that are said anew wait anew.
func TestAGoodbyeThatIsOpenedWakesNobodyElse(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.onCall(t)
		read, answered, kept := h.posts(t, h.heron, goodbye), h.posts(t, h.wren, goodbye), h.posts(t, h.ali, goodbye)
		has(t, "who is on call", h.ines.Get("/post/"+string(read)).Body, goodbye)
		h.answers(t, h.ines, answered, "I am here")
		has(t, "a keeper", h.fern.Get("/post/"+string(kept)).Body, goodbye)
		h.answers(t, h.fern, kept, "I am with you")
		if n := h.told(t, h.ines, "discussion.held"); n != 2 {
			t.Errorf("%d stand for whoever is on call: the one that was read, and the one that a keeper answered", n)
		}
		h.wait(30 * time.Minute)
		if n := h.count(t, `SELECT count(DISTINCT about) FROM notify_notice WHERE person = $1 AND kind = 'discussion.held'`, h.otto.ID); n != 1 {
			t.Errorf("the second is told of %d", n)
		}
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = 'discussion.held' AND about = $2`, h.otto.ID, kept); n == 0 {
			t.Error("what only a keeper read wakes nobody else")
		}
		h.answers(t, h.heron, read, "it is worse now")
		h.wait(11 * time.Minute)
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = 'discussion.held' AND about = $2`, h.otto.ID, read); n != 1 {
			t.Errorf("what was said anew and not opened: the second is told %d times", n)
		}
	})
}

// Where nobody leads and nobody is on call, all who could read it know that it waits; when
// nobody has opened it they are told as of what cannot wait.
func TestAGoodbyeThatReachesNobodyAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		id := h.posts(t, h.heron, goodbye)
		has(t, "at first", h.heron.Get("/post/"+string(id)).Body, "Nobody is on duty right now, so it can take a while")
		h.wait(11 * time.Minute)
		for _, p := range []moment.ID{h.ines.ID, h.otto.ID} {
			if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = 'discussion.held' AND urgent`, p); n != 1 {
				t.Errorf("told %d times", n)
			}
		}
		has(t, "then", h.heron.Get("/post/"+string(id)).Body, "Nobody is on duty right now, so it can take a while") // nobody else was told
	})
}

// Who leaves after a goodbye leaves a word of that to whoever leads, once, without theirs.
func TestWhoLeavesAfterAGoodbye(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		h.posts(t, h.heron, goodbye)
		last := h.posts(t, h.heron, goodbye)
		must(t, w.People.Erase(t.Context(), h.heron.Actor, people.Proof{Name: "Heron"}))
		if held, left := h.told(t, h.ines, "discussion.held"), h.told(t, h.ines, "discussion.left"); held != 0 || left != 1 {
			t.Fatalf("told of words that are gone %d times, that somebody left %d times", held, left)
		}
		has(t, "the list", h.ines.Get("/me/notices").Body, "Somebody whose words were held has left")
		page := h.ines.Get("/post/" + string(last)).Body
		has(t, "the page", page, "they have deleted their account")
		lacks(t, "the page", page, "Heron", "tired", string(h.heron.ID))
		if n := h.told(t, h.ines, "discussion.left"); n != 0 {
			t.Errorf("read, and %d stand", n)
		}
		for _, p := range []string{"member", "keeper"} {
			who := map[string]*cairntest.Someone{"member": h.ali, "keeper": h.fern}[p]
			if got := who.Get("/post/" + string(last)); got.Status != 404 {
				t.Errorf("a %s learns it: %d", p, got.Status)
			}
		}
	})
}

// Whoever goes on writing puts nothing off, and one who wrote before is told of again.
func TestWritingOnPutsNothingOff(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.onCall(t)
		id := h.posts(t, h.heron, goodbye)
		told := func(p *cairntest.Someone) int {
			return h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1 AND kind = 'discussion.held' AND about = $2`, p.ID, id)
		}
		for i, want := range []int{0, 0, 1, 1, 1, 2} { // every four minutes
			h.wait(4 * time.Minute)
			if n := told(h.otto); n != want {
				t.Fatalf("after %d minutes the second was told %d times", 4*(i+1), n)
			}
			if i == 0 {
				must(t, w.Discussion.Edit(t.Context(), h.heron.Actor, id, goodbye+" still"))
			} else {
				h.answers(t, h.heron, id, "is anybody there")
			}
		}
		before := told(h.otto)
		h.wait(11 * time.Minute) // all had been told; what was said since waits as the first did
		if n := told(h.otto); n <= before {
			t.Errorf("of what was said at last the second was told %d times", n-before)
		}
		has(t, "opened", h.ines.Get("/post/"+string(id)).Body, "is anybody there")
		before = told(h.otto)
		h.wait(time.Hour)
		if n := told(h.otto); n != before {
			t.Errorf("told %d times after it was opened", n-before)
		}
	})
}

// A page that stands open somewhere is nobody who reads.
func TestAnOpenTabOpensNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		h.garden.members[h.ines.ID] = true
		id := h.posts(t, h.heron, goodbye)
		for _, path := range []string{"/post/" + string(id) + "/stream", h.wall() + "/stream"} {
			h.connects(t, h.ines, path)
		}
		const opened = `SELECT count(*) FROM discussion_entry WHERE id = $1 AND opened_at > 0`
		if n := h.count(t, opened, id); n != 0 {
			t.Error("a stream counts as opening")
		}
		h.ines.Get("/post/" + string(id))
		if n := h.count(t, opened, id); n != 1 {
			t.Error("the page does not")
		}
	})
}

// connects opens a stream until its first bytes are there.
func (h house) connects(t *testing.T, p *cairntest.Someone, path string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.Server.URL+path, nil)
	must(t, err)
	res, err := p.HTTP.Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %d", path, res.StatusCode)
	}
	_, err = res.Body.Read(make([]byte, 64))
	must(t, err)
}

// Somebody who releases the author's own answer is not the author who says more.
func TestReleasingAnAnswerBelowIsNoNewAlarm(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w, anything)
		h.leads(t, h.ines)
		id := h.posts(t, h.heron, goodbye)
		below := h.answers(t, h.heron, id, goodbye+" of the cold")
		h.ines.Get("/post/" + string(id))
		before := h.count(t, `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.held'`)
		must(t, w.Discussion.Release(t.Context(), h.ines.Actor, below))
		h.wait(time.Hour)
		if n := h.count(t, `SELECT count(*) FROM notify_notice WHERE kind = 'discussion.held'`); n != before {
			t.Errorf("%d alarms of a release", n-before)
		}
	})
}
