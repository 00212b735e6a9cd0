package groups_test

import (
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// stall is an event for the public.
func (h *house) stall(t *testing.T) moment.ID {
	t.Helper()
	d := draft("A stall at the market", groups.Public)
	d.Form, d.SignUp = groups.Outreach, true
	return h.makes(t, h.fern, d)
}

func TestContactsAreCounted(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.stall(t)
		path := at(id, "/outreach")
		for _, p := range []*cairntest.Someone{h.robin, h.tomo, h.ines, h.wren} {
			status(t, p.Name+" reads", p.Get(path), 404)
			status(t, p.Name+" writes", p.Post(path, "day", "2026-11-20", "talks", "3"), 404)
		}
		key := string(moment.NewID())
		for field, form := range map[string][]string{"day": {"day", "2026-11-30"}, "no day": {"day", "soon"}, "talks": {"day", "2026-11-20", "talks", "-3"}, "given": {"day", "2026-11-20", "given", "many"}, "signed": {"day", "2026-11-20", "signed", "100001"}} {
			got := h.fern.Post(path, append(form, "key", key, "note", "what-was-typed")...)
			status(t, field, got, 422)
			has(t, field, got.Body, "what-was-typed", key)
		}
		for range 3 {
			status(t, "counting", h.fern.Post(path, "key", key, "day", "2026-11-20", "talks", "12", "given", "3", "note", "it-rained"), 303)
		}
		if n := h.count(t, `SELECT count(*) FROM groups_contact`); n != 1 {
			t.Errorf("%d rows of one form", n)
		}
		other := h.makes(t, h.wren, groups.Draft{Name: "Another stall", About: "x", Form: groups.Outreach, Openness: groups.Public, Zone: "UTC", Languages: []string{"en"}})
		status(t, "the same key elsewhere", h.wren.Post(at(other, "/outreach"), "key", key, "day", "2026-11-20", "talks", "9"), 303)
		has(t, "the page", h.fern.Get(path).Body, "it-rained", "conversations 12")
		row, err := groupsContacts(t, w, h.fern, id)
		must(t, err)
		status(t, "another removes it", h.wren.Post(at(id, "/uncount/"+string(row[0].ID))), 404)
		status(t, "from another group", h.wren.Post(at(other, "/uncount/"+string(row[0].ID))), 404)
		status(t, "removing", h.fern.Post(at(id, "/uncount/"+string(row[0].ID))), 303)
		closed := h.evenings(t, groups.Public)
		status(t, "a group that people join", h.fern.Get(at(closed, "/outreach")), 404)
	})
}

func groupsContacts(t *testing.T, w *cairntest.World, p *cairntest.Someone, id moment.ID) ([]groups.Contact, error) {
	t.Helper()
	_, list, err := w.Groups.Contacts(t.Context(), p.Actor, id)
	return list, err
}

// No small number is given, nor can one be worked out from the others.
func TestSmallNumbersAreNotGiven(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.stall(t)
		for day, c := range map[string]groups.Contact{
			"2026-01-10": {Talks: 100, Given: 1, Signed: 0, Referred: 4},
			"2026-02-10": {Talks: 3, Given: 2, Signed: 0, Referred: 4},
			"2026-02-11": {Talks: 1, Given: 1, Signed: 0, Referred: 0},
			"2026-03-10": {Talks: 20, Given: 90, Signed: 5, Referred: 50},
			"2025-12-31": {Talks: 500},
		} {
			c.Day = day
			must(t, w.Groups.Count(ctx, h.fern.Actor, id, moment.NewID(), c))
		}
		list, err := w.Groups.Sums(ctx, h.tomo.Actor, 2026)
		must(t, err)
		few, n, least := func() groups.Cell { return groups.Cell{Few: true} }(), func(n int) groups.Cell { return groups.Cell{N: n} }, func(n int) groups.Cell { return groups.Cell{N: n, Least: true} }
		want := []groups.Sum{
			{Month: "2026-01", Events: 1, Cells: [4]groups.Cell{n(100), few, n(0), few}},
			{Month: "2026-02", Events: 2, Cells: [4]groups.Cell{few, few, n(0), few}},
			{Month: "2026-03", Events: 1, Cells: [4]groups.Cell{n(20), n(90), n(5), n(50)}},
			{Events: 4, Cells: [4]groups.Cell{least(120), least(90), n(5), least(50)}},
		}
		if len(list) != len(want) {
			t.Fatalf("%+v", list)
		}
		for i := range want {
			if list[i] != want[i] {
				t.Errorf("%+v, not %+v", list[i], want[i])
			}
		}
		page := h.tomo.Get("/programme/groups/outreach?year=2026").Body
		has(t, "the page", page, "below 5", "120 or more", "50 or more")
		lacks(t, "the page", page, ">124<", ">94<", ">58<", "A stall at the market", "Fern")
		for _, p := range []*cairntest.Someone{h.fern, h.ines, h.robin} {
			status(t, p.Name, p.Get("/programme/groups/outreach"), 404)
		}
		wants(t, "a facilitator reads sums", errOf(w.Groups.Sums(ctx, h.fern.Actor, 2026)), fault.NotFound)
	})
}

func TestATalkKit(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.stall(t)
		path := at(id, "/kit")
		for _, p := range []*cairntest.Someone{h.robin, h.tomo, h.wren} {
			status(t, p.Name, p.Post(path, "title", "x", "words", "y"), 404)
			status(t, p.Name, p.Get(path+"/edit"), 404)
		}
		for _, link := range []string{"javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a:b@evil.example", "https://x.example/\"onload=\"", "ftp://x.example"} {
			got := h.fern.Post(path, "title", "Title typed", "words", "Words typed", "links", link)
			status(t, link, got, 422)
			has(t, link, got.Body, "Title typed", "Words typed")
		}
		status(t, "a sheet", h.fern.Post(path, "title", "What peers do", "words", "We listen.", "links", "https://example.org/a"), 303)
		page := h.visitor.Get(path)
		has(t, "the kit", page.Body, "What peers do", "We listen.", `href="https://example.org/a"`)
		lacks(t, "the kit", page.Body, "/kit/edit")
		_, list, err := w.Groups.Kit(t.Context(), h.fern.Actor, id)
		must(t, err)
		sheet := string(list[0].ID)
		other := h.makes(t, h.wren, draft("Walks", groups.Public))
		status(t, "a sheet of another group", h.wren.Post(at(other, "/kit"), "sheet", sheet, "title", "Mine", "words", "now"), 404)
		status(t, "removing one of another group", h.wren.Post(at(other, "/unsheet/"+sheet)), 404)
		status(t, "changing", h.fern.Post(path, "sheet", sheet, "title", "What peers do", "words", "We listen, and tell."), 303)
		for range 11 {
			must(t, w.Groups.PutSheet(t.Context(), h.fern.Actor, id, groups.Sheet{Title: "More", Words: "words"}))
		}
		wants(t, "a thirteenth", w.Groups.PutSheet(t.Context(), h.fern.Actor, id, groups.Sheet{Title: "More", Words: "words"}), fault.Conflict)
		status(t, "removing", h.fern.Post(at(id, "/unsheet/"+sheet)), 303)
		if strings.Contains(h.visitor.Get(path).Body, "We listen, and tell.") {
			t.Error("it stays")
		}
	})
}
