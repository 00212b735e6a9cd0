package groups_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func containsName(body, name string) bool { return strings.Contains(body, "<bdi>"+name+"</bdi>") }

// form is what the page of a new group sends.
func form(more ...string) []string {
	return append([]string{"name", "Hearing voices", "about", "For whoever hears them.", "form", "facilitated", "openness", "public", "zone", "Europe/Berlin", "languages", "en", "takes", "until", "sentences", agreed}, more...)
}

func TestWhoMakesGroups(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		peer := w.Person("Ali", access.Peer)
		for p, want := range map[*cairntest.Someone][2]int{h.visitor: {303, 303}, h.robin: {404, 200}, peer: {404, 200}, h.ines: {404, 200}, h.fern: {200, 200}, h.tomo: {200, 200}} {
			status(t, p.Name+" new", p.Get("/groups/new"), want[0])
			status(t, p.Name+" propose", p.Get("/groups/propose"), want[1])
		}
		status(t, "a member makes one", h.robin.Post("/groups/new", form()...), 404)
		got := h.fern.Post("/groups/new", form()...)
		status(t, "making", got, 303)
		page := h.fern.Get(got.To())
		has(t, "the page", page.Body, "Hearing voices", "For whoever hears them.", "What is said here stays here.", "Plan meetings")
		status(t, "its printed address", h.visitor.Get("/groups/hearing-voices"), 200)
		if n := h.count(t, `SELECT count(*) FROM access_audit WHERE verb = 'groups.make'`); n != 1 {
			t.Errorf("%d lines in the audit", n)
		}
	})
}

func TestAProposal(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		got := h.robin.Post("/groups/propose", form("form", "briefing")...)
		status(t, "proposing", got, 303)
		id := moment.ID(strings.TrimSuffix(strings.TrimPrefix(got.To(), "/groups/"), "?done=made"))
		g := h.group(t, id)
		if g.State != groups.Proposed || g.Form != groups.PeerLed || g.Owner != h.robin.ID {
			t.Fatalf("%+v", g)
		}
		has(t, "the proposer's page", h.robin.Get(at(id)).Body, "This is a proposal", "Take the proposal back")
		lacks(t, "the proposer's page", h.robin.Get(at(id)).Body, "The round", at(id, "/leave"))
		status(t, "leaving a proposal", h.robin.Post(at(id, "/leave")), 303)
		if h.group(t, id).Owner != h.robin.ID {
			t.Error("a proposal was left without anybody")
		}
		for _, p := range []*cairntest.Someone{h.heron, h.fern, h.ines, h.visitor} {
			status(t, p.Name+" sees a proposal", p.Get(at(id)), 404)
			if got := p.Post("/programme/groups/"+string(id), "answer", "yes"); got.Status == 303 && !strings.Contains(got.To(), "/sign") && !strings.Contains(got.To(), "/in") {
				t.Errorf("%s answers it: %d %s", p.Name, got.Status, got.To())
			}
		}
		if h.group(t, id).State != groups.Proposed {
			t.Fatal("somebody opened it")
		}
		if h.told(t, h.tomo, "groups.asked") != 1 {
			t.Error("the coordinator is not told")
		}
		has(t, "the overview", h.tomo.Get("/programme/groups").Body, "1 proposal waits", "Hearing voices", "Robin")
		got = h.tomo.Post("/programme/groups/"+string(id), "answer", "no", "reason", " ")
		status(t, "no without a reason", got, 422)
		status(t, "opening it", h.tomo.Post("/programme/groups/"+string(id), "answer", "yes"), 303)
		if g := h.group(t, id); g.State != groups.Open || g.Wall == "" || g.Slug != "hearing-voices" {
			t.Errorf("opened: %+v", g)
		}
		if h.told(t, h.robin, "groups.answer") != 1 || h.told(t, h.tomo, "groups.asked") != 0 {
			t.Error("the proposer is not told, or the question stays")
		}
		status(t, "answered twice", h.tomo.Post("/programme/groups/"+string(id), "answer", "no", "reason", "late"), 409)
	})
}

func TestAProposalThatIsNotOpened(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		d := draft("Walks at night", groups.Members)
		d.Form = groups.PeerLed
		id := h.makes(t, h.robin, d)
		must(t, w.Groups.Decide(ctx, h.tomo.Actor, id, false, "there-is-one-already"))
		has(t, "the proposer's page", h.robin.Get(at(id)).Body, "there-is-one-already")
		has(t, "the export", w.Exported(h.robin)["groups.json"], "there-is-one-already", "Walks at night", "For whoever lies awake")
		status(t, "others", h.heron.Get(at(id)), 404)
		if n := h.count(t, `SELECT count(*) FROM groups_group WHERE id = $1 AND reason IS NOT NULL`, id); n != 1 {
			t.Error("the reason is not kept")
		}
		for range 3 {
			h.makes(t, h.robin, d)
		}
		if _, err := w.Groups.Make(ctx, h.robin.Actor, d, agreed); !fault.Is(err, fault.Conflict) {
			t.Errorf("a fourth that waits: %v", err)
		}
		status(t, "somebody else takes it back", h.heron.Post(at(id, "/do/take-back")), 404)
		status(t, "sure", h.robin.Get(at(id, "/sure/take-back")), 200)
		status(t, "taking it back", h.robin.Post(at(id, "/do/take-back")), 303)
		status(t, "afterwards", h.robin.Get(at(id)), 404)
		if n := h.count(t, `SELECT count(*) FROM vault_key WHERE scope = $1 AND wrapped IS NOT NULL`, id); n != 0 {
			t.Error("its key is still there")
		}
		h.erases(t, h.robin)
		if n := h.count(t, `SELECT count(*) FROM groups_group WHERE state = 'proposed'`); n != 0 {
			t.Error("proposals of somebody who is gone wait")
		}
	})
}

// Whoever proposed a group may be kept out when it is opened: then it looks for somebody.
func TestAProposalOfSomebodyWhoIsKeptOut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		other := h.evenings(t, groups.Members, h.robin, h.heron)
		d := draft("Walks at night", groups.Members)
		d.Form = groups.PeerLed
		id := h.makes(t, h.robin, d)
		h.keptOut(t, h.robin, h.heron, other, "pause", "3")
		must(t, w.Groups.Decide(ctx, h.tomo.Actor, id, true, ""))
		if g := h.group(t, id); g.State != groups.Open || g.Owner != "" {
			t.Errorf("%+v", g)
		}
		has(t, "the page", h.heron.Get(at(id)).Body, "looks for somebody")
		if h.told(t, h.tomo, "groups.asked") == 0 {
			t.Error("the coordinator is not told")
		}
	})
}

func TestSlugs(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		slug := func(name string, open groups.Openness) string {
			h.Time.Advance(10 * time.Minute) // nobody makes twenty in an hour
			return h.group(t, h.makes(t, h.fern, draft(name, open))).Slug
		}
		if got := []string{slug("Café  de la Nuit!", groups.Public), slug("cafe de la nuit", groups.Members), slug("Hearing Voices, Tuesday", groups.Public)}; got[0] != "cafe-de-la-nuit" || got[1] != "cafe-de-la-nuit-2" || got[2] != "hearing-voices-tuesday" {
			t.Errorf("%q", got)
		}
		for _, name := range []string{"الأمسية", "夜の会", "ab", "12345678-1234-7123-8123-123456789abc", "!!!"} {
			if got := slug(name, groups.Public); !strings.HasPrefix(got, "g-") {
				t.Errorf("%q: %q", name, got)
			}
		}
		if got := slug("Café de la nuit", groups.Closed); !strings.HasPrefix(got, "g-") {
			t.Errorf("a closed one tells its name: %q", got)
		}
		long := slug(strings.Repeat("evening ", 8), groups.Public)
		if len(long) > 64 || strings.HasSuffix(long, "-") {
			t.Errorf("%q", long)
		}
		// No group takes a word that stands where a slug does, now or with what is added.
		for _, r := range w.Groups.Routes() {
			word, ok := strings.CutPrefix(r.Path, "/groups/")
			if !ok || strings.ContainsAny(word, "/{.") {
				continue
			}
			if got := slug(word, groups.Public); got == word {
				t.Errorf("a group is called %q in its address", word)
			}
		}
		for _, word := range []string{"calendar", "import", "new", "propose", "print", "touch"} {
			if got := slug(word, groups.Public); got == word {
				t.Errorf("a group takes %q", word)
			}
		}
	})
}

// Several make a group of the same name at the same moment: each has an address.
func TestSlugsAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = w.Groups.Make(t.Context(), []*cairntest.Someone{h.fern, h.wren, h.tomo}[i%3].Actor, draft("The same name", groups.Public), agreed)
			})
		}
		wg.Wait()
		for _, err := range errs {
			must(t, err)
		}
		if n := h.count(t, `SELECT count(DISTINCT slug) FROM groups_group WHERE slug IN ('the-same-name', 'the-same-name-2', 'the-same-name-3', 'the-same-name-4', 'the-same-name-5', 'the-same-name-6')`); n != 6 {
			t.Errorf("%d addresses", n)
		}
	})
}

func TestHostileWords(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		evil := `<script>alert(1)</script>"><img src=x onerror=alert(1)>`
		got := h.fern.Post("/groups/new", form("name", "x")[2:]...)
		status(t, "the last name holds", got, 303)
		id, err := w.Groups.Make(t.Context(), h.fern.Actor, groups.Draft{Name: evil[:40], About: evil, Quiet: "<b>", Contact: evil, Form: groups.Facilitated, Openness: groups.Public, Zone: "UTC", Languages: []string{"en"}}, evil)
		must(t, err)
		h.plans(t, h.fern, id)
		must(t, w.Groups.PutSheet(t.Context(), h.fern.Actor, id, groups.Sheet{Title: evil, Words: evil}))
		for _, path := range []string{at(id), "/groups", at(id, "/poster"), at(id, "/agreement"), at(id, "/kit"), "/groups/print", "/groups?words=" + url.QueryEscape(evil[:40]), "/groups/lists"} {
			lacks(t, path, h.visitor.Get(path).Body, "<script>alert", "<img src=x")
		}
		lacks(t, "join", h.robin.Get(at(id, "/join")).Body, "<script>alert", "<img src=x")
		for name, wrong := range map[string]string{"an override": "safe\u202Egnp.exe", "an isolate": "a\u2066b"} {
			id := h.makes(t, h.fern, draft(wrong, groups.Public))
			if g := h.group(t, id); strings.ContainsAny(g.Name, "\u202E\u2066") {
				t.Errorf("%s stays: %q", name, g.Name)
			}
		}
		for name, wrong := range map[string]string{"nothing": "", "blanks": " \t ", "nothing to see": "\u200B\u2060", "fillers": "\u3164\u3164"} {
			got := h.fern.Post("/groups/new", append(form()[2:], "name", wrong)...)
			status(t, name, got, 422)
			has(t, name, got.Body, "Please give it a name", "For whoever hears them.")
		}
		long := strings.Repeat("x", groups.MostName+1)
		got = h.fern.Post("/groups/new", append(form()[2:], "name", long)...)
		status(t, "too long", got, 422)
		has(t, "too long", got.Body, long)
		for _, path := range []string{"/groups/%00", "/groups/a%00b", "/groups/%ff%fe", "/groups/" + strings.Repeat("x", 500), "/groups/..%2f..", "/invited/%00", "/invited/" + strings.Repeat("y", 300)} {
			for _, p := range []*cairntest.Someone{h.visitor, h.robin} {
				if got := p.Get(path); got.Status >= 500 || got.Status == 200 && !strings.HasPrefix(path, "/invited") {
					t.Errorf("%s: %d", path, got.Status)
				}
			}
		}
		if got := h.robin.Post("/invited/%00"); got.Status != 404 {
			t.Errorf("a secret with a null: %d", got.Status)
		}
		for _, q := range []string{"words=%00", "lang=%00", "for=%ff", "topic=%00", "after=%00", "day=99", "day=-1", "time=never", "how=%3Cb%3E", "after=-7", "lang=" + strings.Repeat("q", 300), "words=" + strings.Repeat("q", 81), "after=99999999999999999999"} {
			if got := h.visitor.Get("/groups?" + q); got.Status >= 500 {
				t.Errorf("%s: %d", q, got.Status)
			}
		}
	})
}

func TestWhatIsWrongIsSaidWithWhatWasTyped(t *testing.T) {
	h := begin(t, cairntest.New(t))
	for field, x := range map[string][]string{
		"zone": {"zone", "Mars/Olympus"}, "most": {"most", "1"}, "most text": {"most", "many"}, "topics": {"topics", "juggling"}, "access": {"access", "<b>"}, "openness": {"openness", "wide"}, "form": {"form", "cult"},
		"languages": {"languages", "not a language"}, "community": {"community", "nobody"}, "sentences": {"sentences", ""}, "weeks": {"form", "programme", "weeks", "60"}, "begins": {"form", "programme", "weeks", "6", "begins", "soon"},
	} {
		v := url.Values{}
		list := form()
		for i := 0; i+1 < len(list); i += 2 {
			v.Set(list[i], list[i+1])
		}
		for i := 0; i+1 < len(x); i += 2 {
			v.Set(x[i], x[i+1])
		}
		got := h.fern.Send("POST", "/groups/new", v.Encode(), map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}})
		status(t, field, got, 422)
		has(t, field, got.Body, "Hearing voices", "For whoever hears them.")
	}
	if n := h.count(t, `SELECT count(*) FROM groups_group`); n != 0 {
		t.Errorf("%d were made", n)
	}
}

// What a group is stays on its side, and who may own it with it.
func TestChangingAGroup(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.wren)
		must(t, w.Groups.Facilitate(ctx, h.fern.Actor, id, h.wren.ID, true))
		d := h.group(t, id).Draft
		d.About = "Now for whoever sleeps, too."
		must(t, w.Groups.Change(ctx, h.wren.Actor, id, d))
		for what, change := range map[string]func(*groups.Draft){
			"openness": func(x *groups.Draft) { x.Openness = groups.Public }, "form": func(x *groups.Draft) { x.Form = groups.PeerLed },
		} {
			x := d
			change(&x)
			wants(t, "a facilitator changes the "+what, w.Groups.Change(ctx, h.wren.Actor, id, x), fault.Invalid)
		}
		x := d
		x.Form = groups.Workshop
		wants(t, "a group becomes a gathering", w.Groups.Change(ctx, h.fern.Actor, id, x), fault.Invalid)
		wants(t, "a member changes it", w.Groups.Change(ctx, h.heron.Actor, id, d), fault.NotFound)
		wants(t, "a coordinator changes it", w.Groups.Change(ctx, h.tomo.Actor, id, d), fault.NotFound)
		slug := h.group(t, id).Slug
		d.Name = "Mornings"
		status(t, "renaming", h.fern.Post(at(id, "/edit"), "name", d.Name, "about", d.About, "form", "facilitated", "openness", "members", "zone", "UTC", "languages", "en", "quiet", ""), 303)
		if g := h.group(t, id); g.Slug != slug || g.Name != "Mornings" || g.Quiet == "" {
			t.Errorf("%+v", g)
		}
	})
}

// A group led by its people becomes facilitated: whoever may not hold that holds it no more.
func TestAGroupBecomesFacilitated(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		d := draft("Walks", groups.Members)
		d.Form = groups.PeerLed
		id := h.makes(t, h.fern, d)
		h.joins(t, h.heron, id)
		must(t, w.Groups.Facilitate(ctx, h.fern.Actor, id, h.heron.ID, true))
		d.Form = groups.Facilitated
		must(t, w.Groups.Change(ctx, h.fern.Actor, id, d))
		if v := h.look(t, h.heron, id); v.Facilitates() || v.In == nil {
			t.Error("a member holds a facilitated group, or is not in it")
		}
		if g := h.group(t, id); g.Owner != h.fern.ID {
			t.Error("the owner is another")
		}
	})
}
