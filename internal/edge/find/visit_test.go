package find_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/edge/find"
	"cairn/internal/kit/access"
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

// A browser that refuses cookies: words that ask for help are answered at once, with what was
// found; others read truthfully why nothing can be shown, and where help is.
func TestSearchingWithoutCookies(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		makes(t, w, w.Person("Fern", access.Facilitator), "For who thinks: I want to die.", "Night walks")
		p := w.Browser()
		p.HTTP.Jar = nil
		got := p.Post("/search", "words", "I want to die")
		for _, part := range []string{`href="/safe"`, "you do not have to look for help alone", `value="I want to die"`, "Night walks"} {
			if got.Status != 200 || !strings.Contains(got.Body, part) {
				t.Errorf("words that ask for help: %d, without %q", got.Status, part)
			}
		}
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("kept as %q", got.Header.Get("Cache-Control"))
		}
		other, _ := asks(t, p, "words", "walks")
		if !strings.Contains(other.Body, "only be shown with a cookie for this visit") || !strings.Contains(other.Body, `href="/crisis">Lines you can call`) || strings.Contains(other.Body, "no longer kept") {
			t.Error("the page does not say that it needs a cookie, or where help is")
		}
		marked := w.Browser()
		asks(t, marked, "words", "walks")
		if got, _ := asks(t, marked, "words", "I want to die"); !strings.Contains(got.Body, `href="/safe"`) {
			t.Error("with cookies no help")
		}
	})
}

// A visitor's search opens for two hours, on whatever page of it; a member's as long as its key.
func TestAVisitorsSearchOpensForTwoHours(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		fern, visitor, heron := w.Person("Fern", access.Facilitator), w.Browser(), w.Person("Heron")
		w.Time.Advance(time.Hour)
		for i := range 21 {
			if i == 11 {
				w.Time.Advance(2 * time.Hour)
			}
			makes(t, w, fern, "On the hill.", "Heather "+string(rune('a'+i)))
		}
		_, at := asks(t, visitor, "words", "heather")
		_, mine := asks(t, heron, "words", "heather")
		w.Time.Advance(find.VisitLasts - time.Minute)
		more := regexp.MustCompile(`<a href="(/search\?q=[^"]*)">More results`).FindStringSubmatch(visitor.Get(at).Body)
		if more == nil {
			t.Fatal("it does not open within two hours, or has no further page")
		}
		if got := visitor.Get(more[1]); !strings.Contains(got.Body, `value="heather"`) {
			t.Error("the further page does not open")
		}
		w.Time.Advance(2 * time.Minute)
		for _, path := range []string{at, more[1]} {
			if got := visitor.Get(path); got.Status != 200 || strings.Contains(got.Body, `value="heather"`) || !strings.Contains(got.Body, "no longer kept") {
				t.Errorf("it opens after two hours: %d", got.Status)
			}
		}
		if got := heron.Get(mine); !strings.Contains(got.Body, `value="heather"`) {
			t.Error("a member's does not open")
		}
	})
}

// Signing in and out ends the visit.
func TestSigningInEndsTheVisit(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		p, ali := w.Browser(), w.Person("Ali", access.Peer)
		must(t, w.Shifts.Start(t.Context(), w.Person("Ines", access.Supervisor).Actor, true))
		must(t, w.Shifts.Start(t.Context(), ali.Actor, false))
		must(t, w.Support.Ready(t.Context(), ali.Actor))
		_, at := asks(t, p, "words", "xylophone")
		if got := p.Post("/ask"); got.Status != 303 { // a guest has a session
			t.Fatalf("asking: %d", got.Status)
		}
		u, err := url.Parse(w.Server.URL)
		must(t, err)
		for _, c := range p.HTTP.Jar.Cookies(u) {
			if c.Name == "v" {
				t.Error("the mark of the visit is there still")
			}
		}
		if strings.Contains(p.Get(at).Body, "xylophone") {
			t.Error("the search opens")
		}
	})
}
