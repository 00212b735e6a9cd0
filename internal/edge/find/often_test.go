package find_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
)

// Searching has a pace of its own: a network's for visitors, one's own for members. Words that
// ask for help show it at any pace, and what was typed stays.
func TestSearchingHasAPace(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		heron, one, other := w.Person("Heron"), w.Browser(), w.Browser()
		_, plain := asks(t, one, "words", "lantern")
		asks(t, other, "words", "lantern") // their visit is known from now on
		_, heavy := asks(t, other, "words", "I want to die")
		n := 0
		for ; n < 200 && one.Get(plain).Status == 200; n++ {
		}
		if n < 20 || n > 60 {
			t.Errorf("a visitor searched %d times in a minute", n)
		}
		got := other.Get(heavy) // of the same network
		if got.Status != 429 || !strings.Contains(got.Body, `value="I want to die"`) || !strings.Contains(got.Body, `href="/safe"`) {
			t.Errorf("too often: %d, %s", got.Status, got.Body)
		}
		if got := one.Get("/search"); got.Status != 200 {
			t.Errorf("the page itself: %d", got.Status)
		}
		page, at := asks(t, heron, "words", "lantern")
		if page.Status != 200 {
			t.Errorf("a member is held to the pace of a network: %d", page.Status)
		}
		for n = 0; n < 200 && heron.Get(at).Status == 200; n++ {
		}
		if n > 30 {
			t.Errorf("a member searched %d times in a minute", n)
		}
		w.Time.Advance(time.Minute)
		if a, b := one.Get(plain), heron.Get(at); a.Status != 200 || b.Status != 200 {
			t.Errorf("a minute later: %d, %d", a.Status, b.Status)
		}
	})
}

// A member reads what is not looked through, and where it stands.
func TestThePageSaysWhatIsNotSearched(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		mine := w.Person("Heron").Get("/search").Body
		for _, part := range []string{"communities that you have joined", "your conversations", `href="/forum"`} {
			if !strings.Contains(mine, part) {
				t.Errorf("a member does not read %q", part)
			}
		}
		if body := w.Browser().Get("/search").Body; strings.Contains(body, "you have joined") || !strings.Contains(body, "What is private is never searched.") {
			t.Error("a visitor reads of communities that they have joined, or not that nothing private is searched")
		}
	})
}
