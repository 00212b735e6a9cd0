package forum_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/discussion"
	"cairn/internal/feature/forum"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Fifty new accounts send a thousand posts at the same moment. Each is either kept, held
// until somebody has read it, or refused in words; nobody gets past their limit, nothing is
// shown or lost, and a goodbye among them is the first thing in the queue.
func TestAThousandPostsAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft(forum.Members)
		d.HoldNew = true
		id := h.space(t, d)
		wall := h.wall(t, id)
		other := h.space(t, draft(forum.Community), h.ali)
		const people, each = 50, 25
		crowd := make([]*cairntest.Someone, people)
		for i := range crowd {
			crowd[i] = w.Person(fmt.Sprintf("Newcomer %s", strings.Repeat("abcdefghij"[i%10:i%10+1], i/10+1)))
		}
		var mu sync.Mutex
		kept, slow := map[moment.ID]bool{}, 0
		var all sync.WaitGroup
		for _, p := range crowd {
			all.Go(func() {
				for n := range each {
					post, state, err := h.Discussion.Post(t.Context(), p.Actor, wall, discussion.Draft{Title: "flood", Words: fmt.Sprintf("flood %d", n)})
					mu.Lock()
					switch {
					case err == nil && state == discussion.Held:
						kept[post] = true
					case fault.Is(err, fault.TooFast):
						slow++
					default:
						t.Errorf("%s: %s %v", p.Name, state, err)
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if len(kept) != 20*people || slow != people*(each-20) {
			t.Errorf("%d kept, %d refused", len(kept), slow)
		}
		if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE space = $1 AND state = 'held'`, wall); n != len(kept) {
			t.Errorf("%d of %d are there", n, len(kept))
		}
		h.Time.Advance(time.Minute)
		cry := h.begins(t, h.heron, id, "Heavy", goodbye)
		held := h.begins(t, h.wren, id, "Mine", "wren-held")
		lacks(t, "a reader's list", h.ali.Get(at(id)).Body, "flood", "Heavy")
		if x := h.listed(t, h.ali, id); x.Threads != 0 || x.New != 0 {
			t.Errorf("a reader counts %+v", x)
		}
		for _, p := range []*cairntest.Someone{h.fern, h.tomo} {
			page := p.Get("/moderation")
			status(t, p.Name+"'s queue", page, 200)
			first := strings.Index(page.Body, string(cry))
			if first < 0 {
				t.Fatalf("%s does not find the goodbye", p.Name)
			}
			for flood := range kept {
				if at := strings.Index(page.Body, string(flood)); at >= 0 && at < first {
					t.Fatalf("%s finds it behind the flood", p.Name)
				}
			}
		}
		// Whoever keeps another space finds what waits there.
		note, _, err := h.Discussion.Post(t.Context(), h.ali.Actor, h.wall(t, other), discussion.Draft{Title: "T", Words: goodbye})
		must(t, err)
		has(t, "the queue of who keeps both", h.fern.Get("/moderation").Body, string(note))
		// Nothing is stuck: what waits is released and seen.
		must(t, h.Discussion.Release(t.Context(), h.fern.Actor, held))
		has(t, "after the release", h.ali.Get(at(id)).Body, "Mine")
		w.Pass(11 * time.Minute)
		h.look(t, h.fern, id)
		if _, _, err := h.Discussion.Post(t.Context(), crowd[0].Actor, wall, discussion.Draft{Title: "later", Words: "later"}); err != nil {
			t.Errorf("after a while: %v", err)
		}
	})
}

// A thread is removed while somebody has it open, has quoted from it and looks for it.
func TestAThreadIsRemovedMeanwhile(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.space(t, draft(forum.Members))
		thread := h.begins(t, h.heron, id, "Kingfishers", "heron-kingfishers")
		said := h.answers(t, h.wren, thread, "wren-said")
		status(t, "follow", h.ali.Post(post(thread, "/follow"), "on", "yes"), 303)
		has(t, "open", h.ali.Get(post(thread, "?quotes="+string(said))).Body, "wren-said", `value="`+string(said)+`"`)
		quoting, _, err := h.Discussion.Comment(t.Context(), h.ali.Actor, thread, discussion.Draft{Words: "ali-quotes", Quotes: said})
		must(t, err)
		finds := func() string {
			t.Helper()
			got := h.wren.Post("/search", "words", "kingfishers")
			for got.Status == 303 {
				got = h.wren.Get(got.To())
			}
			return got.Body
		}
		has(t, "found", finds(), post(thread))
		// First the answer that is quoted, then the thread.
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, said, "why"))
		page := h.heron.Get(post(thread)).Body
		has(t, "the quote of what is gone", page, "ali-quotes", "The words that this answers are not shown")
		lacks(t, "the quote of what is gone", page, "wren-said")
		got := h.ali.Post(post(thread, "/comment"), "words", "ali-late", "quotes", string(said), "key", "late")
		status(t, "quoting it now", got, 404)
		must(t, h.Discussion.Hide(t.Context(), h.fern.Actor, thread, "why"))
		got = h.ali.Post(post(thread, "/comment"), "words", "ali-later", "key", "later")
		status(t, "answering what is open in a browser still", got, 404)
		for name, path := range map[string]string{"the thread": post(thread), "from an answer": post(thread, "?from="+string(quoting)), "its stream": post(thread, "/stream"), "its history": post(thread, "/history"), "reporting it": "/report?kind=post&id=" + string(thread)} {
			if got := h.wren.Get(path); got.Status == 200 && strings.Contains(got.Body, "heron-kingfishers") || name != "reporting it" && got.Status != 404 {
				t.Errorf("%s: %d", name, got.Status)
			}
		}
		lacks(t, "found after", finds(), post(thread))
		lacks(t, "the list", h.wren.Get(at(id)).Body+h.ali.Get("/forum/new").Body, "Kingfishers")
		if n := h.count(t, `SELECT count(*) FROM discussion_entry WHERE client_key LIKE '%late%'`); n != 0 {
			t.Errorf("%d were written below it", n)
		}
		// One's own answer below it stays one's own, by itself.
		own := h.ali.Get(post(quoting))
		status(t, "one's own", own, 200)
		lacks(t, "one's own", own.Body, "heron-kingfishers", "wren-said")
	})
}

// Asking for a peer is offered beside every thread, to visitors too, and leads to support.
func TestAPeerIsOfferedBesideAThread(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Open))
	thread := h.begins(t, h.heron, id, "One", "words")
	for name, p := range map[string]*cairntest.Someone{"a member": h.ali, "the author": h.heron, "a guest": h.guest, "a visitor": h.visitor} {
		has(t, name, p.Get(post(thread)).Body, `href="/ask"`, "Ask for a peer")
		if got := p.Get("/ask"); got.Status != 200 && got.Status != 303 {
			t.Errorf("%s asks: %d", name, got.Status)
		}
	}
}

// What stood there before a change is for the author and those who keep the space.
func TestWhoReadsWhatStoodBefore(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	id := h.space(t, draft(forum.Members))
	thread := h.begins(t, h.heron, id, "One", "heron-before")
	status(t, "change", h.heron.Post(post(thread, "/edit"), "words", "heron-after"), 303)
	for _, p := range []*cairntest.Someone{h.heron, h.fern, h.tomo} {
		has(t, p.Name, p.Get(post(thread)).Body, post(thread, "/history"), "changed")
		has(t, p.Name, p.Get(post(thread, "/history")).Body, "heron-before")
	}
	for _, p := range []*cairntest.Someone{h.ali, h.slate} {
		lacks(t, p.Name, p.Get(post(thread)).Body, post(thread, "/history"), "heron-before")
		status(t, p.Name, p.Get(post(thread, "/history")), 404)
	}
}
