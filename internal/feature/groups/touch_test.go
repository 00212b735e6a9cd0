package groups_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestStayingInTouch(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		path := at(id, "/touch")
		for field, form := range map[string][]string{"reach": {"name", "Juniper", "reach", " "}, "name": {"name", "", "reach", "typed-words"}, "long": {"name", "Juniper", "reach", strings.Repeat("z", 501)}} {
			got := h.heron.Post(path, form...)
			status(t, field, got, 422)
			has(t, field, got.Body, form[3])
		}
		for _, p := range []*cairntest.Someone{h.otter, h.tomo, h.ines} {
			status(t, p.Name, p.Post(path, "name", "Heron", "reach", "x"), 404)
		}
		status(t, "wishing", h.heron.Post(path, "name", " juniper ", "reach", "heron-by-the-bench"), 303)
		w.Settle()
		for _, p := range []*cairntest.Someone{h.juniper, h.fern, h.tomo} {
			lacks(t, p.Name, p.Get(path).Body+p.Get("/groups/touch").Body+p.Get(at(id)).Body, "heron-by-the-bench")
		}
		if h.told(t, h.juniper, "groups.touch")+h.told(t, h.heron, "groups.touch") != 0 || h.audited(t, h.juniper, "groups.touch") != 0 {
			t.Error("a wish is told")
		}
		must(t, w.Groups.WishTouch(ctx, h.juniper.Actor, id, "Heron", "juniper-writes-letters"))
		if h.told(t, h.juniper, "groups.touch") != 1 || h.told(t, h.heron, "groups.touch") != 1 {
			t.Error("both are not told")
		}
		has(t, "Heron reads", h.heron.Get("/groups/touch").Body, "juniper-writes-letters", "heron-by-the-bench", "You both said so.")
		has(t, "Juniper reads", h.juniper.Get("/groups/touch").Body, "heron-by-the-bench")
		lacks(t, "the holder", h.fern.Get(path).Body+h.fern.Get("/groups/touch").Body, "heron-by-the-bench", "juniper-writes")
		// It stays when they leave the group, or it ends.
		must(t, w.Groups.Leave(ctx, h.heron.Actor, id))
		has(t, "after leaving", h.juniper.Get("/groups/touch").Body, "heron-by-the-bench")
		list, err := w.Groups.Touches(ctx, h.heron.Actor)
		must(t, err)
		back := "/touch/" + string(list[0].ID) + "/back"
		for _, p := range []*cairntest.Someone{h.juniper, h.fern, h.tomo} {
			status(t, p.Name+" takes it back", p.Post(back), 404)
		}
		status(t, "taking it back", h.heron.Post(back), 303)
		lacks(t, "Juniper afterwards", h.juniper.Get("/groups/touch").Body, "heron-by-the-bench", "You both said so.")
		has(t, "Juniper afterwards", h.juniper.Get("/groups/touch").Body, "juniper-writes-letters", "We tell you if you both have said so.")
		if n := h.count(t, `SELECT count(*) FROM vault_key WHERE scope = $1 AND wrapped IS NOT NULL`, list[0].ID); n != 0 {
			t.Error("the key of what was taken back is there")
		}
	})
}

// Where both were told, changing one's own words keeps the other person, even when
// somebody else goes by that name by then.
func TestTheNameGoesToAnother(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper, h.otter)
		must(t, w.Groups.WishTouch(ctx, h.heron.Actor, id, "Juniper", "heron-one"))
		must(t, w.Groups.WishTouch(ctx, h.juniper.Actor, id, "Heron", "juniper-one"))
		w.Settle()
		h.renames(t, h.juniper, "Linnet")
		h.renames(t, h.otter, "Juniper")
		must(t, w.Groups.WishTouch(ctx, h.otter.Actor, id, "Heron", "otter-one"))
		must(t, w.Groups.WishTouch(ctx, h.heron.Actor, id, "Juniper", "heron-two"))
		w.Settle()
		lacks(t, "who took the name", h.otter.Get("/groups/touch").Body, "heron-")
		has(t, "who was meant", h.juniper.Get("/groups/touch").Body, "heron-two")
	})
}

func (h *house) renames(t *testing.T, p *cairntest.Someone, name string) {
	t.Helper()
	_, profile, err := h.People.Me(t.Context(), p.Actor)
	must(t, err)
	profile.Name = name
	must(t, h.People.SaveProfile(t.Context(), p.Actor, profile))
	p.Name = name
}

// What A meets is the same whatever B did, until both have said so.
//
// Two services are played side by side with the same steps of A. In one of them B wishes,
// blocks, leaves and takes back as chance has it, and never so that both have said so;
// everything that A meets (pages, answers, notices, the export, what is planned) is
// compared after each step.
func TestStayingInTouchTellsNothing(t *testing.T) {
	const seeds = 10
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 7))
			still, busy := begin(t, cairntest.New(t)), begin(t, cairntest.New(t))
			ids := map[*house]moment.ID{}
			for _, h := range []*house{still, busy} {
				ids[h] = h.evenings(t, groups.Members, h.heron, h.juniper, h.otter)
			}
			wished, gone, blocked := false, false, false // A has a wish; B is out of the group; B blocks A
			for step := range 12 {
				act, name := chance.IntN(5), []string{"Juniper", "JUNIPER", "Nobody there", "Otter", "Heron"}[chance.IntN(5)]
				wishes := act < 3 && strings.EqualFold(name, "juniper")
				// B, in one of the two services only. Where B does not block A, a wish of B's
				// stands only while A has none.
				b := busy
				switch x := chance.IntN(4); {
				case x < 2 && (blocked || !wished) && !gone:
					must(t, b.Groups.WishTouch(t.Context(), b.juniper.Actor, ids[b], "Heron", "juniper-words"))
				case x == 2 && step > 2:
					b.apart(t, b.juniper, b.heron)
					blocked = true
				case x == 3 && step > 5 && !gone:
					// Leaving shows in the count of people: so does another's, in the other service.
					must(t, b.Groups.Leave(t.Context(), b.juniper.Actor, ids[b]))
					must(t, still.Groups.Leave(t.Context(), still.otter.Actor, ids[still]))
					gone = true
				}
				b.Settle()
				if wishes && !blocked {
					takesBack(t, b, b.juniper)
				}
				var got [2]string
				for i, h := range []*house{still, busy} {
					got[i] = met(t, h, ids[h], act, name)
				}
				wished = act != 3 && (wished || wishes)
				if got[0] != got[1] {
					t.Fatalf("step %d (%d, %q):\n%s", step, act, name, firstDifference(got[0], got[1]))
				}
				for _, h := range []*house{still, busy} {
					h.Time.Advance(time.Minute)
				}
			}
		})
	}
}

// anyStone is drawn from an id.
var anyStone = regexp.MustCompile(`stones\.svg#p\d+`)

func takesBack(t *testing.T, h *house, p *cairntest.Someone) {
	t.Helper()
	list, err := h.Groups.Touches(t.Context(), p.Actor)
	must(t, err)
	for _, x := range list {
		must(t, h.Groups.UnwishTouch(t.Context(), p.Actor, x.ID))
	}
}

// met lets A do a step, and gives all that A meets afterwards, without what is by chance.
func met(t *testing.T, h *house, id moment.ID, act int, name string) string {
	t.Helper()
	var out strings.Builder
	put := func(what string, p cairntest.Page) {
		fmt.Fprintf(&out, "%s: %d %s\n%s\n", what, p.Status, p.To(), plain(p.Body))
	}
	switch {
	case act < 3:
		put("wish", h.heron.Post(at(id, "/touch"), "name", name, "reach", "heron-words"))
	case act == 3:
		takesBack(t, h, h.heron)
	}
	h.Settle()
	for _, path := range []string{at(id, "/touch"), "/groups/touch", "/groups", "/me/notices", "/me/opened", at(id, "/people"), at(id)} {
		put(path, h.heron.Get(path))
	}
	fmt.Fprintf(&out, "notices %d, lines %d, jobs %d\n",
		h.count(t, `SELECT count(*) FROM notify_notice WHERE person = $1`, h.heron.ID),
		h.count(t, `SELECT count(*) FROM access_audit WHERE actor = $1 OR subject = $1`, h.heron.ID)-
			h.count(t, `SELECT count(*) FROM access_audit WHERE subject = $1 AND verb LIKE 'people.%'`, h.heron.ID),
		h.count(t, `SELECT count(*) FROM bus_job WHERE kind = 'groups.touch'`))
	files := h.Exported(h.heron)
	out.WriteString(files["groups-staying-in-touch.json"])
	return anyStone.ReplaceAllString(anyID.ReplaceAllString(out.String(), "ID"), "STONE")
}

func firstDifference(a, b string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			from := max(0, i-200)
			return a[from:min(len(a), i+200)] + "\n---\n" + b[from:min(len(b), i+200)]
		}
	}
	return fmt.Sprintf("%d and %d bytes", len(a), len(b))
}

// Who blocks is never brought together, whoever says what afterwards.
func TestABlockForbidsIt(t *testing.T) {
	for name, first := range map[string]bool{"before": true, "afterwards": false} {
		t.Run(name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				h := begin(t, w)
				ctx := t.Context()
				id := h.evenings(t, groups.Members, h.heron, h.juniper)
				if first {
					h.apart(t, h.juniper, h.heron)
				}
				must(t, h.Groups.WishTouch(ctx, h.heron.Actor, id, "Juniper", "heron-words"))
				must(t, h.Groups.WishTouch(ctx, h.juniper.Actor, id, "Heron", "juniper-words"))
				h.Settle()
				if !first {
					h.apart(t, h.juniper, h.heron)
				}
				want := 0
				if !first {
					want = 1
				}
				if n := h.told(t, h.heron, "groups.touch"); n != want {
					t.Errorf("told %d", n)
				}
				lacks(t, "Heron", h.heron.Get("/groups/touch").Body, "juniper-words")
				lacks(t, "Juniper", h.juniper.Get("/groups/touch").Body, "heron-words")
			})
		})
	}
}

// What goes with a person who is erased is gone for the other too.
func TestWhoIsErasedIsOutOfTouch(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.evenings(t, groups.Members, h.heron, h.juniper)
		must(t, w.Groups.WishTouch(ctx, h.heron.Actor, id, "Juniper", "heron-words"))
		must(t, w.Groups.WishTouch(ctx, h.juniper.Actor, id, "Heron", "juniper-words"))
		w.Settle()
		must(t, w.People.Erase(ctx, h.juniper.Actor, people.Proof{Name: "Juniper"}))
		page := h.heron.Get("/groups/touch").Body
		lacks(t, "the other", page, "juniper-words", string(h.juniper.ID))
		has(t, "the other", page, "heron-words")
		if n := h.count(t, `SELECT count(*) FROM groups_touch WHERE person = $1 OR by_person = $1`, h.juniper.ID); n != 0 {
			t.Error("the person is still in a row")
		}
	})
}

func TestNobodyNamesWithoutEnd(t *testing.T) {
	h := begin(t, cairntest.New(t))
	ctx := t.Context()
	id := h.evenings(t, groups.Members, h.heron)
	var err error
	for i := range 51 {
		err = h.Groups.WishTouch(ctx, h.heron.Actor, id, fmt.Sprintf("Name %d", i), "x")
	}
	wants(t, "the fifty-first", err, fault.Conflict)
	must(t, h.Groups.WishTouch(ctx, h.heron.Actor, id, "Name 3", "changed"))
}
