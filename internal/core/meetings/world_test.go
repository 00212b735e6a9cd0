package meetings_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// club is what meetings of these tests belong to: some hold it, some are in it, and
// whether others see it is a setting.
type club struct {
	id      moment.ID
	facets  meetings.Facets
	holders []moment.ID
	members []moment.ID
}

func (c *club) Stands(_ context.Context, _ db.Reader, a access.Actor, owner moment.ID) (meetings.Stand, error) {
	st := meetings.Stand{Name: "The club", Href: "/"}
	if owner != c.id {
		return st, nil
	}
	st.Hold = slices.Contains(c.holders, a.Person)
	st.Answer = st.Hold || slices.Contains(c.members, a.Person)
	st.See = st.Answer || c.facets.Audience == meetings.Public || c.facets.Audience == meetings.Members && a.Has(access.Member)
	return st, nil
}

func (c *club) Facets(context.Context, db.Reader, moment.ID) (meetings.Facets, error) {
	f := c.facets
	f.Hosts = slices.Clone(f.Hosts)
	return f, nil
}

func (c *club) People(context.Context, db.Reader, moment.ID) ([]moment.ID, error) {
	return c.members, nil
}

func (c *club) Of(_ context.Context, _ db.Reader, person moment.ID) ([]moment.ID, error) {
	if slices.Contains(c.members, person) || slices.Contains(c.holders, person) {
		return []moment.ID{c.id}, nil
	}
	return nil, nil
}

// house is a world with a club in it.
type house struct {
	*cairntest.World
	club                   *club
	wren, marten           *cairntest.Someone // hold it
	juniper, heron, willow *cairntest.Someone // are in it
	stranger, visitor      *cairntest.Someone
}

func begin(t *testing.T, w *cairntest.World) *house {
	t.Helper()
	h := &house{World: w}
	for name, p := range map[string]**cairntest.Someone{"Wren": &h.wren, "Marten": &h.marten, "Juniper": &h.juniper, "Heron": &h.heron, "Willow": &h.willow, "Stranger": &h.stranger} {
		*p = w.Person(name)
	}
	h.visitor = w.Browser()
	h.club = &club{id: moment.NewID(), facets: meetings.Facets{Title: "Evenings by the river", Quiet: "Tuesday", Audience: meetings.Members, Tags: []string{"lang/en", "topic/grief"}, Facilitated: true, Hosts: []moment.ID{h.wren.ID, h.marten.ID}},
		holders: []moment.ID{h.wren.ID, h.marten.ID}, members: []moment.ID{h.juniper.ID, h.heron.ID, h.willow.ID}}
	w.Meetings.Around("club", h.club)
	return h
}

func (h *house) ref() meetings.Ref { return meetings.Ref{Kind: "club", ID: h.club.id} }

// weekly is Tuesdays at 18:30 in Berlin, from 24 November 2026 on; hybrid.
func weekly() meetings.Plan {
	return meetings.Plan{First: calendar.Date{Year: 2026, Month: 11, Day: 24}, Starts: 18*60 + 30, Minutes: 90, Zone: "Europe/Berlin", Rule: calendar.Rule{Freq: calendar.Weekly, Interval: 1},
		Attendance: meetings.Hybrid, Place: "Near the old station", Inside: meetings.Inside{Address: "7 Heron-Lane, second bell", Link: "https://rooms.example/river", Way: "through the yard"}, RoomPlaces: 2}
}

func (h *house) plans(t *testing.T, p meetings.Plan) moment.ID {
	t.Helper()
	id, err := h.Meetings.Make(t.Context(), h.wren.Actor, h.ref(), p)
	must(t, err)
	return id
}

// coming gives what comes, as somebody who holds it plans it.
func (h *house) coming(t *testing.T, series moment.ID) []meetings.Meeting {
	t.Helper()
	_, _, list, err := h.Meetings.Planned(t.Context(), h.wren.Actor, series)
	must(t, err)
	return list
}

func (h *house) look(t *testing.T, p *cairntest.Someone, id moment.ID) meetings.View {
	t.Helper()
	v, err := h.Meetings.Look(t.Context(), p.Actor, id)
	must(t, err)
	return v
}

// goTo moves the clock to an instant, and lets what is due run on the way.
func (h *house) goTo(t *testing.T, at moment.Time) {
	t.Helper()
	if d := at.Sub(h.Time.Now()); d > 0 {
		h.Time.Advance(d)
	}
	h.Settle()
}

// told counts how often somebody was told something about a meeting, by its words.
func (h *house) told(t *testing.T, p *cairntest.Someone, kind string) int {
	t.Helper()
	list, err := h.Notify.Open(t.Context(), h.DB.Reader(), p.ID)
	must(t, err)
	n := 0
	for _, x := range list {
		if x.Kind == kind {
			n++
		}
	}
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func utc(s string) moment.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return moment.At(t)
}

func days(list []meetings.Meeting) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Day.String())
	}
	return strings.Join(out, " ")
}

type writer = db.Writer
