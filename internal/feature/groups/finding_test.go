package groups_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

var heading = regexp.MustCompile(`<h3 class="t-l"><a href="/groups/[^"]*"><bdi>([^<]*)</bdi>`)

// found gives the names of the groups on a page of finding, in their order.
func found(p *cairntest.Someone, query string) string {
	body := p.Get("/groups" + query).Body
	if i := strings.Index(body, `id="find"`); i > 0 {
		body = body[i:]
	}
	var out []string
	for _, m := range heading.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, " | ")
}

func TestFinding(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		slug, _ := h.identity(t)
		make := func(name string, open groups.Openness, change func(*groups.Draft)) moment.ID {
			d := draft(name, open)
			d.About = "Words about it."
			if change != nil {
				change(&d)
			}
			return h.makes(t, h.fern, d)
		}
		a := make("Anchor", groups.Public, func(d *groups.Draft) { d.About, d.Languages = "Für Träume, und الأرق.", []string{"de", "en"} })
		b := make("Brook", groups.Members, func(d *groups.Draft) { d.Access, d.Community = []string{"captions", "step_free"}, slug })
		c := make("Cave", groups.Closed, nil)
		make("Delta", groups.Request, func(d *groups.Draft) { d.Form = groups.PeerLed; d.Topics = []string{"sleep"} })
		for id, plan := range map[moment.ID][2]int{a: {24, 23*60 + 30}, b: {25, 7 * 60}, c: {24, 19 * 60}} {
			_, err := w.Meetings.Make(ctx, h.fern.Actor, refOf(id), weekly(plan[0], plan[1], "Europe/Berlin"))
			must(t, err)
		}
		h.joins(t, h.heron, c)
		for _, x := range []struct{ query, visitor, member, inIt string }{
			{"", "Anchor", "Anchor | Brook | Delta", "Anchor | Brook | Cave | Delta"},
			{"?words=TRAUME", "Anchor", "Anchor", "Anchor"},
			{"?words=" + url.QueryEscape("الأَرَق"), "Anchor", "Anchor", "Anchor"},
			{"?words=%25", "", "", ""},
			{"?words=_rook", "", "", ""},
			{"?words=cave", "", "", "Cave"},
			{"?lang=de", "Anchor", "Anchor", "Anchor"},
			{"?access=captions", "", "Brook", "Brook"},
			{"?for=" + slug, "", "Brook", "Brook"},
			{"?topic=sleep", "", "Delta", "Delta"},
			{"?form=peer_led", "", "Delta", "Delta"},
			{"?access=captions&lang=de", "", "", ""},
			{"?how=hybrid", "Anchor", "Anchor | Brook", "Cave | Anchor | Brook"},
			{"?how=online&words=x", "", "", ""},
			{"?how=in_person", "", "", ""},
			// 23:30 on a Tuesday in Berlin is 22:30 in UTC, where these people are.
			{"?day=2", "Anchor", "Anchor", "Cave | Anchor"},
			{"?day=2&time=night", "Anchor", "Anchor", "Anchor"},
			{"?day=2&time=evening", "", "", "Cave"},
			{"?day=3&time=morning", "", "Brook", "Brook"},
			{"?time=morning&access=captions", "", "Brook", "Brook"},
			{"?nonsense=1&day=9&time=tea&how=flying&form=cult", "Anchor", "Anchor | Brook | Delta", "Anchor | Brook | Cave | Delta"},
		} {
			for p, want := range map[*cairntest.Someone]string{h.visitor: x.visitor, h.robin: x.member, h.heron: x.inIt, h.tomo: x.member} {
				if got := found(p, x.query); got != want {
					t.Errorf("%s %q: %q, not %q", p.Name, x.query, got, want)
				}
			}
		}
		page := h.robin.Get("/groups?words=brook&day=3&access=captions").Body
		has(t, "the form keeps what was looked for", page, `value="brook"`, `value="captions" selected`, `value="3" selected`)
		has(t, "nothing found", h.robin.Get("/groups?words=zzz").Body, "No group fits all of that", `href="/groups"`)
		status(t, "too many words", h.robin.Get("/groups?words="+strings.Repeat("z", 81)), 422)
		has(t, "my groups", h.heron.Get("/groups").Body, "My groups", "Cave")
		lacks(t, "a visitor's page", h.visitor.Get("/groups").Body, "Cave", "Brook", "My groups", "/groups/propose")
	})
}

// The same meeting is on another day, and at another time of day, on another clock.
func TestFindingOnTheReadersClock(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.makes(t, h.fern, draft("Anchor", groups.Public))
		_, err := w.Meetings.Make(t.Context(), h.fern.Actor, refOf(id), weekly(24, 23*60+30, "Europe/Berlin")) // Tuesday 22:30 UTC, Wednesday 07:30 in Tokyo
		must(t, err)
		for zone, x := range map[string][2]string{"UTC": {"?day=2&time=night", "?day=3"}, "Asia/Tokyo": {"?day=3&time=morning", "?day=2"}, "America/Denver": {"?day=2&time=afternoon", "?time=night"}} {
			browser := h.Browser()
			header := map[string][]string{"Cookie": {"zone=" + zone}}
			yes, no := browser.Send("GET", "/groups"+x[0], "", header).Body, browser.Send("GET", "/groups"+x[1], "", header).Body
			has(t, zone, yes, "Anchor", "Times are in ")
			lacks(t, zone, no, "Anchor")
		}
	})
}

// Pages and counts never tell that there are groups which one does not see.
func TestPagesOfFindingTellNothing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		var closed moment.ID
		for i := range 23 {
			w.Time.Advance(10 * time.Minute)
			h.makes(t, h.fern, draft("Open "+string(rune('a'+i)), groups.Members))
			if i < 12 {
				w.Time.Advance(10 * time.Minute)
				closed = h.makes(t, h.wren, draft("Open "+string(rune('a'+i))+" unseen", groups.Closed))
			}
		}
		first := h.robin.Get("/groups").Body
		names := heading.FindAllStringSubmatch(first, -1)
		if len(names) != 20 || names[0][1] != "Open a" || names[19][1] != "Open t" {
			t.Fatalf("%d on the first page", len(names))
		}
		lacks(t, "the first page", first, "unseen")
		more := regexp.MustCompile(`href="(/groups\?after=[^"]*)"`).FindStringSubmatch(first)
		if more == nil {
			t.Fatal("no second page")
		}
		if got := found(h.robin, strings.TrimPrefix(more[1], "/groups")); got != "Open u | Open v | Open w" {
			t.Errorf("the second page: %s", got)
		}
		// The place of a group that is not there for somebody is no place to go on from.
		if got := found(h.robin, "?after="+string(closed)); !strings.HasPrefix(got, "Open a |") {
			t.Errorf("from a closed one: %s", got)
		}
		if got := found(h.robin, "?words=open&after="+string(closed)); !strings.HasPrefix(got, "Open a |") {
			t.Errorf("from a closed one, with words: %s", got)
		}
		if got := strings.Count(found(h.robin, "?words=open"), "|"); got != 19 {
			t.Errorf("%d with words", got+1)
		}
		wants(t, "a search of many words", errOf(w.Groups.Search(t.Context(), h.robin.Actor, groups.Search{Words: strings.Repeat("w", 81)})), fault.Invalid)
	})
}

func TestPosterAndPrintedList(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft("Evenings by the river", groups.Public)
		d.Quiet, d.Contact = "Tuesday", "Ask at the desk"
		id := h.makes(t, h.fern, d)
		h.plans(t, h.fern, id)
		hidden := h.makes(t, h.fern, draft("Not for everybody", groups.Members))
		h.plans(t, h.fern, hidden)
		h.joins(t, h.heron, id)
		private := []string{"Heron-Lane", "rooms.example", "through the yard"}
		list := h.visitor.Get("/groups/print")
		has(t, "the list", list.Body, "Evenings by the river", "Ask at the desk", "In a room and online")
		lacks(t, "the list", list.Body, append(private, "Not for everybody")...)
		lacks(t, "a holder's list", h.fern.Get("/groups/print").Body, append(private, "Not for everybody")...)
		for _, p := range []*cairntest.Someone{h.visitor, h.heron, h.fern} {
			page := p.Get(at(id, "/poster"))
			status(t, "the poster", page, 200)
			has(t, "the poster", page.Body, "Evenings by the river", "http://localhost/groups/evenings-by-the-river", `class="strips"`)
			lacks(t, "the poster", page.Body, private...)
			quiet := p.Get(at(id, "/poster?quiet=yes")).Body
			printed := quiet[strings.Index(quiet, `class="poster`):]
			has(t, "the quiet poster", printed, "Tuesday", "http://localhost/groups/"+string(id))
			lacks(t, "the quiet poster", printed, append(private, "Evenings", "evenings-by", "lies awake", "Ask at the desk")...)
			has(t, "what is not printed", quiet[:strings.Index(quiet, `class="poster`)], `class="hint screen-only"`)
		}
		status(t, "a poster of what is not there", h.visitor.Get(at(hidden, "/poster")), 404)
	})
}
