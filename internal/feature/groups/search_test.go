package groups_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/edge/find"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
)

// finds gives the titles of what somebody finds by words, in their order.
func (h *house) finds(t *testing.T, p *cairntest.Someone, words string) string {
	t.Helper()
	out, err := h.Find.Find(t.Context(), p.Actor, find.Asked{Words: words})
	must(t, err)
	var titles []string
	for _, row := range out.Rows {
		var b strings.Builder
		for _, piece := range row.Title {
			b.WriteString(piece.Text)
		}
		titles = append(titles, b.String())
	}
	return strings.Join(titles, " | ")
}

// sound looks whether the index is what it would be if it were made anew.
func (h *house) sound(t *testing.T) {
	t.Helper()
	const all = `SELECT count(*) FROM search_doc`
	kept := h.count(t, all)
	want := 0
	for after := ""; ; {
		docs, next, err := groups.Source{Service: h.Groups}.Batch(t.Context(), h.DB.Reader(), after, 3)
		must(t, err)
		for _, d := range docs {
			want++
			title, words := strings.Join(search.Words(d.Title), " "), strings.Join(search.Words(d.Words), " ")
			if n := h.count(t, `SELECT count(*) FROM search_doc WHERE kind = 'group' AND id = $1 AND area = $2 AND title = $3 AND words = $4`, d.ID, d.Area, title, words); n != 1 {
				t.Errorf("the index lags behind %s", d.Title)
			}
		}
		if after = next; next == "" {
			break
		}
	}
	if kept != want {
		t.Errorf("%d documents, not %d", kept, want)
	}
}

func TestGroupsAreFoundByWhoMaySeeThem(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		makes := func(name string, open groups.Openness, form groups.Form) moment.ID {
			d := draft(name, open)
			d.Form = form
			h.Time.Advance(time.Second)
			return h.makes(t, h.tomo, d)
		}
		open := makes("Anchor", groups.Public, groups.Facilitated)
		makes("Brook", groups.Members, groups.Facilitated)
		makes("Cave", groups.Closed, groups.Facilitated)
		makes("Delta", groups.Request, groups.PeerLed)
		makes("Estuary", groups.Public, groups.Briefing)
		h.Time.Advance(time.Second)
		proposal, err := h.Groups.Make(ctx, h.heron.Actor, groups.Draft{Name: "Fjord", About: "Awake too.", Form: groups.PeerLed, Openness: groups.Public, Languages: []string{"en"}, Zone: "UTC"}, agreed)
		must(t, err)
		look := func(visitor, member, works string) {
			t.Helper()
			for p, want := range map[*cairntest.Someone]string{h.visitor: visitor, h.heron: member, h.fern: works} {
				if got := h.finds(t, p, "awake"); got != want {
					t.Errorf("%s finds %q, not %q", p.Name, got, want)
				}
			}
			h.sound(t)
		}
		look("Anchor", "Delta | Brook | Anchor", "Estuary | Delta | Brook | Anchor")
		if got := h.finds(t, h.tomo, "cave"); got != "" {
			t.Errorf("a closed group is found: %q", got)
		}
		must(t, h.Groups.Decide(ctx, h.tomo.Actor, proposal, true, ""))
		look("Fjord | Anchor", "Fjord | Delta | Brook | Anchor", "Fjord | Estuary | Delta | Brook | Anchor")
		must(t, h.Groups.Turn(ctx, h.tomo.Actor, open, groups.Paused))
		d := h.group(t, proposal).Draft
		d.Name, d.Openness = "Fjörd at night", groups.Members
		must(t, h.Groups.Change(ctx, h.heron.Actor, proposal, d))
		look("Anchor", "Fjörd at night | Delta | Brook | Anchor", "Fjörd at night | Estuary | Delta | Brook | Anchor")
		must(t, h.Groups.Turn(ctx, h.tomo.Actor, open, groups.Ended))
		look("", "Fjörd at night | Delta | Brook", "Fjörd at night | Estuary | Delta | Brook")
		d.Openness = groups.Closed
		must(t, h.Groups.Change(ctx, h.heron.Actor, proposal, d))
		look("", "Delta | Brook", "Estuary | Delta | Brook")
	})
}

func TestWhoWasTakenOutFindsAGroupNoMore(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.evenings(t, groups.Public, h.heron, h.otter)
		must(t, h.Groups.TakeOut(t.Context(), h.fern.Actor, id, h.otter.ID, "It was too much."))
		if got := h.finds(t, h.heron, "river"); got != "Evenings by the river" {
			t.Errorf("who is in it finds %q", got)
		}
		for _, words := range []string{"river", "rivver"} {
			out, err := h.Find.Find(t.Context(), h.otter.Actor, find.Asked{Words: words})
			must(t, err)
			if len(out.Rows) != 0 || out.Instead != "" {
				t.Errorf("who was taken out finds %d, suggested %q", len(out.Rows), out.Instead)
			}
		}
	})
}

func TestAProposalTakenBackIsGoneFromTheIndex(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		d := draft("Fjord", groups.Public)
		d.Form = groups.PeerLed
		id := h.makes(t, h.heron, d)
		h.sound(t)
		must(t, h.Groups.TakeBack(t.Context(), h.heron.Actor, id))
		h.sound(t)
		h.erases(t, h.fern)
		h.sound(t)
	})
}
