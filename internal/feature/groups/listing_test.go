package groups_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups"
	"cairn/internal/feature/groups/guide"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func fine(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// row is a meeting of the River House, a made-up organisation.
type row map[string]any

func tea(more ...any) row {
	r := row{"name": "Tea and talk", "slug": "tea", "day": []int{2, 5}, "time": "18:00", "end_time": "19:30", "timezone": "Europe/Berlin", "formatted_address": "3 Heron Lane, Exampleton",
		"location": "River House", "types": []string{"O", "X", "XB", "EN"}, "url": "https://river.example/tea", "notes": "Bring a cup."}
	for i := 0; i+1 < len(more); i += 2 {
		r[fmt.Sprint(more[i])] = more[i+1]
	}
	return r
}

func walk() row {
	return row{"name": "A walk", "slug": "walk", "day": 6, "time": "10:00", "timezone": "Europe/Berlin", "conference_url": "https://rooms.example/walk", "regions": []string{"Germany"}}
}

func listFile(t testing.TB, rows ...row) []byte {
	t.Helper()
	b, err := json.Marshal(rows)
	fine(t, err)
	if len(rows) == 0 {
		return []byte("[]")
	}
	return b
}

// river is a world with a coordinator who brings in the list of the River House.
type river struct {
	*cairntest.World
	lead *cairntest.Someone
	feed moment.ID
}

func bring(t *testing.T, w *cairntest.World, rows ...row) *river {
	t.Helper()
	h := &river{World: w, lead: w.Person("Wren", access.Coordinator)}
	var err error
	h.feed, err = w.Groups.MakeFeed(t.Context(), h.lead.Actor, groups.FeedDraft{Name: "River House", Zone: "Europe/Berlin", File: listFile(t, rows...)})
	fine(t, err)
	return h
}

func (h *river) look(t *testing.T) groups.FeedView {
	t.Helper()
	v, err := h.Groups.Feed(t.Context(), h.lead.Actor, h.feed)
	fine(t, err)
	return v
}

func (h *river) take(t *testing.T) {
	t.Helper()
	fine(t, h.Groups.Take(t.Context(), h.lead.Actor, h.feed, h.look(t).Look, false))
	h.Settle()
}

func (h *river) reads(t *testing.T, rows ...row) groups.FeedView {
	t.Helper()
	fine(t, h.Groups.ReadFeed(t.Context(), h.lead.Actor, h.feed, "", listFile(t, rows...)))
	return h.look(t)
}

// all gives every group that everybody finds, by name.
func (h *river) all(t *testing.T) map[string]groups.Found {
	t.Helper()
	out := map[string]groups.Found{}
	page, err := h.Groups.Search(t.Context(), access.Actor{}, groups.Search{Zone: time.UTC})
	fine(t, err)
	for _, g := range page.Groups {
		out[g.Name] = g
	}
	return out
}

// meets gives when a group meets from now on.
func (h *river) meets(t *testing.T, id moment.ID) []string {
	t.Helper()
	list, err := h.Meetings.Coming(t.Context(), h.DB.Reader(), access.Actor{}, meetings.Ref{Kind: groups.Kind, ID: id}, 3)
	fine(t, err)
	var out []string
	for _, m := range list {
		out = append(out, m.StartsAt.Std().Format("01-02 15:04 ")+string(m.State)+" "+string(m.Attendance))
	}
	return out
}

func counts(v groups.FeedView) string {
	r := v.Report
	return fmt.Sprintf("%d new, %d changed, %d same, %d gone, %d wrong", len(r.New), len(r.Changed), r.Same, len(r.Gone), len(r.Problems))
}

func TestAListOfOthersIsTakenOverAndReadAgain(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := bring(t, w, tea(), walk(), row{"name": "Nowhere", "slug": "nowhere", "day": 1, "time": "12:00"})
		if got := counts(h.look(t)); got != "2 new, 0 changed, 0 same, 0 gone, 1 wrong" || len(h.all(t)) != 0 {
			t.Fatalf("looking: %s, %d groups", got, len(h.all(t)))
		}
		if p := h.look(t).Report.Problems[0]; p.Number != 3 || p.Key != "listing.row.place" || p.What != "Nowhere" {
			t.Errorf("why not: %+v", p)
		}
		hash := h.look(t).Look
		if err := w.Groups.Take(t.Context(), h.lead.Actor, h.feed, hash, true); !fault.Is(err, fault.Invalid) || len(h.all(t)) != 0 {
			t.Fatalf("all or nothing: %v", err)
		}
		if err := w.Groups.Take(t.Context(), h.lead.Actor, h.feed, "another", false); !fault.Is(err, fault.Conflict) || len(h.all(t)) != 0 {
			t.Fatalf("what was not looked at: %v", err)
		}
		h.take(t)
		if err := w.Groups.Take(t.Context(), h.lead.Actor, h.feed, hash, false); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		first := h.all(t)
		g := first["Tea and talk"]
		if len(first) != 2 || g.Form != groups.Theirs || g.Openness != groups.Public || g.Owner != "" || g.Members != 0 || g.Wall != "" || g.Agreement != 0 || g.Slug != "tea-and-talk" {
			t.Fatalf("%d groups: %+v", len(first), g.Group)
		}
		if got := strings.Join(h.meets(t, g.ID), ","); got != "11-24 17:00 planned in_person,11-27 17:00 planned in_person,12-01 17:00 planned in_person" {
			t.Errorf("meets %s", got)
		}
		if got := strings.Join(h.meets(t, first["A walk"].ID), ","); !strings.HasPrefix(got, "11-28 09:00 planned online") {
			t.Errorf("the walk meets %s", got)
		}

		// The same again changes nothing but the day it was checked.
		w.Time.Advance(24 * time.Hour)
		if got := counts(h.reads(t, tea(), walk())); got != "0 new, 0 changed, 2 same, 0 gone, 0 wrong" {
			t.Errorf("the same again: %s", got)
		}
		h.take(t)
		if again := h.all(t); again["Tea and talk"].ID != g.ID || again["Tea and talk"].ChangedAt != g.ChangedAt || again["Tea and talk"].Next.ID != g.Next.ID {
			t.Error("the same again changed something")
		}
		if v := h.look(t); v.Groups != 2 || v.Taken != 2 || v.LeftOut != 0 || v.ReadBy != h.lead.ID || v.Look != "" {
			t.Errorf("%+v", v.Feed)
		}

		// A changed row keeps its group; one that is gone ends, and comes back.
		if got := counts(h.reads(t, tea("name", "Tea, cake and talk", "time", "17:00", "end_time", "18:00"))); got != "0 new, 1 changed, 0 same, 1 gone, 0 wrong" {
			t.Errorf("changed: %s", got)
		}
		h.take(t)
		all := h.all(t)
		if x := all["Tea, cake and talk"]; len(all) != 1 || x.ID != g.ID || x.Slug != g.Slug {
			t.Errorf("%+v", all)
		}
		if got := strings.Join(h.meets(t, g.ID), ","); !strings.HasPrefix(got, "11-24 16:00 planned in_person,11-27 16:00") {
			t.Errorf("at another time: %s", got)
		}
		if got := h.meets(t, first["A walk"].ID); len(got) != 0 {
			t.Errorf("what is gone meets %s", got)
		}
		page := w.Browser().Get("/groups/" + string(first["A walk"].ID))
		if page.Status != 200 || !strings.Contains(page.Body, "no longer listed by River House") || strings.Contains(page.Body, "rooms.example") {
			t.Errorf("the page of what is gone: %d", page.Status)
		}
		if got := counts(h.reads(t, tea(), walk())); got != "1 new, 1 changed, 0 same, 0 gone, 0 wrong" {
			t.Errorf("back: %s", got)
		}
		h.take(t)
		if all := h.all(t); all["A walk"].ID != first["A walk"].ID || len(h.meets(t, all["A walk"].ID)) == 0 || all["Tea and talk"].ID != g.ID {
			t.Errorf("back: %+v", all)
		}
		// A row that cannot be read now is not gone.
		if v := h.reads(t, tea(), row{"name": "A walk", "slug": "walk", "day": "someday", "time": "10:00"}); counts(v) != "0 new, 0 changed, 1 same, 0 gone, 1 wrong" || v.Report.Unclear != 1 {
			t.Errorf("unclear: %s", counts(v))
		}
		h.take(t)
		if all := h.all(t); len(all) != 2 {
			t.Errorf("what is unclear went: %+v", all)
		}
	})
}

func TestAPausedRowDoesNotMeet(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := bring(t, w, tea("conference_url", "https://rooms.example/tea"))
		h.take(t)
		id := h.all(t)["Tea and talk"].ID
		if got := h.meets(t, id); len(got) != 3 || !strings.Contains(got[0], "planned hybrid") {
			t.Fatalf("%s", got)
		}
		h.reads(t, tea("types", []string{"O", "TC"}))
		h.take(t)
		if got := h.meets(t, id); len(got) != 0 {
			t.Errorf("paused: %s", got)
		}
		if page := w.Browser().Get("/groups/" + string(id)); !strings.Contains(page.Body, "It does not meet for now.") || strings.Contains(page.Body, "The next meetings") {
			t.Error("the page does not say that it is paused")
		}
		h.reads(t, tea("conference_url", "https://rooms.example/tea"))
		h.take(t)
		if got := h.meets(t, id); len(got) != 3 || !strings.Contains(got[0], "planned hybrid") {
			t.Errorf("going on: %s", got)
		}
	})
}

func TestAListIsTakenAway(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := bring(t, w, tea(), walk())
		h.take(t)
		id := h.all(t)["Tea and talk"].ID
		fine(t, w.Groups.DropFeed(t.Context(), h.lead.Actor, h.feed))
		w.Settle()
		if len(h.all(t)) != 0 || len(h.meets(t, id)) != 0 {
			t.Error("groups of a list that is away are found")
		}
		if page := w.Browser().Get("/groups/" + string(id)); page.Status != 200 || !strings.Contains(page.Body, "no longer listed by River House") {
			t.Errorf("its page: %d", page.Status)
		}
		if _, err := w.Groups.Feed(t.Context(), h.lead.Actor, h.feed); !fault.Is(err, fault.NotFound) {
			t.Errorf("the list: %v", err)
		}
		if err := w.Groups.DropFeed(t.Context(), h.lead.Actor, h.feed); !fault.Is(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
	})
}

// Two coordinators who take the same list over at once make each group once.
func TestTwoTakeAListOverAtOnce(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		rows := []row{}
		for i := range 30 {
			rows = append(rows, row{"name": fmt.Sprint("Tea ", i), "slug": fmt.Sprint("tea-", i), "day": i % 7, "time": "18:00", "conference_url": "https://rooms.example/tea"})
		}
		h := bring(t, w, rows...)
		other := w.Person("Marten", access.Coordinator)
		hash := h.look(t).Look
		var both sync.WaitGroup
		won := make([]error, 2)
		for i, p := range []*cairntest.Someone{h.lead, other} {
			both.Go(func() { won[i] = w.Groups.Take(t.Context(), p.Actor, h.feed, hash, false) })
		}
		both.Wait()
		if (won[0] == nil) == (won[1] == nil) {
			t.Errorf("%v, %v", won[0], won[1])
		}
		w.Settle()
		if v := h.look(t); v.Groups != 30 || v.Taking {
			t.Errorf("%+v", v)
		}
		if list, more, err := w.Meetings.Find(t.Context(), access.Actor{}, meetings.Filter{From: w.Time.Now(), To: w.Time.Now().Add(7 * 24 * time.Hour), N: 200}); err != nil || more || len(list) != 30 {
			t.Errorf("%d meetings in a week, %v", len(list), err)
		}
	})
}

// A large list is taken over in steps, also when the node dies in between.
func TestALargeListGoesOnByItself(t *testing.T) {
	w := cairntest.New(t)
	rows := []row{}
	for i := range 150 {
		rows = append(rows, row{"name": fmt.Sprint("Tea ", i), "slug": fmt.Sprint("tea-", i), "day": 1, "time": "18:00", "conference_url": "https://rooms.example/tea"})
	}
	h := bring(t, w, rows...)
	fine(t, w.Groups.Take(t.Context(), h.lead.Actor, h.feed, h.look(t).Look, false))
	v := h.look(t)
	if !v.Taking || v.Groups == 0 || v.Groups >= 150 {
		t.Fatalf("%d groups, taking %v", v.Groups, v.Taking)
	}
	if page := h.lead.Get("/programme/feeds/" + string(h.feed)); !strings.Contains(page.Body, "The list is being taken over.") || strings.Contains(page.Body, "/read\"") {
		t.Error("the page does not say that it goes on")
	}
	if err := w.Groups.ReadFeed(t.Context(), h.lead.Actor, h.feed, "", listFile(t, tea())); !fault.Is(err, fault.Conflict) {
		t.Errorf("read meanwhile: %v", err)
	}
	w.Settle()
	if v := h.look(t); v.Taking || v.Groups != 150 || v.Taken != 150 {
		t.Errorf("%d groups, taking %v", v.Groups, v.Taking)
	}
}

// What we write ourselves is read as it was.
func TestAListOfOursIsReadThere(t *testing.T) {
	w := cairntest.New(t)
	now := w.Time.Now()
	berlin, err := time.LoadLocation("Europe/Berlin")
	fine(t, err)
	m, why := guide.From(guide.Source{Name: "Evenings", Slug: "evenings", URL: "https://river.example/evenings", Attendance: guide.Hybrid, Address: "3 Heron Lane", AddressOpen: true, Link: "https://rooms.example/e", LinkOpen: true, Languages: []string{"de"}, Open: true,
		Series: calendar.Series{First: calendar.Date{Year: 2026, Month: 11, Day: 23}, Starts: 18 * 60, Minutes: 90, Zone: berlin, Rule: calendar.Rule{Freq: calendar.Weekly, Interval: 1}}}, now)
	if why != "" {
		t.Fatal(why)
	}
	var b bytes.Buffer
	fine(t, guide.Write(&b, func(yield func(guide.Meeting, error) bool) { yield(m, nil) }))
	h := &river{World: w, lead: w.Person("Wren", access.Coordinator)}
	h.feed, err = w.Groups.MakeFeed(t.Context(), h.lead.Actor, groups.FeedDraft{Name: "River House", Zone: "UTC", File: b.Bytes()})
	fine(t, err)
	h.take(t)
	g := h.all(t)["Evenings"]
	if got := h.meets(t, g.ID); len(got) != 3 || got[0] != "11-23 17:00 planned hybrid" || !slices.Contains(g.Languages, "de") {
		t.Errorf("%s %+v", got, g.Group)
	}
	// What others hold does not go out again as ours.
	f, err := w.Groups.Guide(t.Context())
	fine(t, err)
	if strings.Contains(string(f.Body), "Evenings") {
		t.Error("a listed group stands in our own list")
	}
}

// Whoever brought a list in reads it in their data, and is forgotten with their account.
func TestListsForgetWhoBroughtThemIn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := bring(t, w, tea())
		h.take(t)
		h.reads(t, tea(), walk())
		files := map[string]string{}
		holding := groups.Holding{Service: w.Groups}
		fine(t, holding.Export(t.Context(), w.DB.Reader(), h.lead.ID, func(file string, v any) error {
			b, err := json.Marshal(v)
			files[file] = string(b)
			return err
		}))
		if !strings.Contains(files["groups-lists.json"], "River House") || !strings.Contains(files["groups-lists.json"], "2026-11-21") {
			t.Errorf("%s", files["groups-lists.json"])
		}
		fine(t, w.DB.Write(t.Context(), func(tx db.Writer) error {
			return holding.Erase(t.Context(), tx, h.lead.ID, w.Time.Now())
		}))
		other := w.Person("Marten", access.Coordinator)
		v, err := w.Groups.Feed(t.Context(), other.Actor, h.feed)
		if err != nil || v.MadeBy != "" || v.ReadBy != "" || v.Groups != 1 || v.Look == "" {
			t.Errorf("%+v %v", v.Feed, err)
		}
	})
}
