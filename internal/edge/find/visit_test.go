package find_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
)

// What a visitor searched for opens for nobody who comes to the same device after them: it is
// bound to their visit, which ends with the browser and with the quick exit.
func TestAVisitorsSearchEndsWithTheVisit(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		visitor, next := w.Browser(), w.Browser()
		sent := visitor.Post("/search", "words", "xylophone")
		cookie := strings.Join(sent.Header.Values("Set-Cookie"), "\n")
		if !strings.Contains(cookie, "v=") || strings.Contains(cookie, "Max-Age") || strings.Contains(cookie, "Expires") {
			t.Errorf("the mark of a visit: %q", cookie)
		}
		opens := func(p *cairntest.Someone) bool {
			got := p.Get(sent.To())
			if got.Status != 200 {
				t.Fatalf("opened: %d", got.Status)
			}
			return strings.Contains(got.Body, "xylophone")
		}
		asks(t, next, "words", "something else") // who has a visit of their own
		if !opens(visitor) || opens(next) || opens(w.Browser()) || opens(w.Person("Heron")) {
			t.Error("a visitor's search opens for whoever asked, and for nobody else")
		}
		again, second := asks(t, visitor, "words", "xylophone again")
		if !opens(visitor) || !strings.Contains(again.Body, "xylophone again") {
			t.Error("one visit has one mark")
		}
		visitor.Post("/leave")
		if opens(visitor) || strings.Contains(visitor.Get(second).Body, "xylophone") {
			t.Error("it opens after the quick exit")
		}
	})
}
