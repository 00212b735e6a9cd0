package meetings_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestASeriesIsWrittenDownAndGoesOn(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		id := h.plans(t, weekly())
		list := h.coming(t, id)
		if len(list) != 27 || list[0].Day.String() != "2026-11-24" || list[0].StartsAt != utc("2026-11-24 17:30") {
			t.Fatalf("%d meetings, the first %v at %s", len(list), list[0].Day, list[0].StartsAt.Std())
		}
		last := list[len(list)-1] // summer time in Berlin
		if last.Day.String() != "2027-05-25" || last.StartsAt != utc("2027-05-25 16:30") {
			t.Errorf("the last one: %v %s", last.Day, last.StartsAt.Std())
		}
		seen := map[moment.ID]bool{}
		for _, m := range list {
			seen[m.ID] = true
		}
		h.goTo(t, w.Time.Now().Add(100*24*time.Hour))
		again := h.coming(t, id)
		if len(again) != 28 || again[0].Day.String() != "2027-03-02" || !seen[again[0].ID] {
			t.Errorf("100 days on: %d meetings from %v", len(again), again[0].Day)
		}
		for i := 1; i < len(again); i++ {
			if again[i].Day != again[i-1].Day.Add(7) {
				t.Errorf("a gap or a double at %v", again[i].Day)
			}
		}
	})
}

func TestWhoHoldsTakesTurns(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	list := h.coming(t, h.plans(t, weekly()))
	for i, m := range list[:4] {
		v := h.look(t, h.wren, m.ID)
		first, second := h.wren.ID, h.marten.ID
		if i%2 == 1 {
			first, second = second, first
		}
		if len(v.Hosts) != 2 || v.Hosts[0].Person != first || v.Hosts[0].State != meetings.Named || v.Hosts[1].Person != second || v.Hosts[1].State != meetings.StandsBy {
			t.Errorf("meeting %d: %+v", i, v.Hosts)
		}
	}
}

func TestPlansAreChecked(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	tests := []struct {
		name, field string
		change      func(p *meetings.Plan)
	}{
		{"a zone that is none", "zone", func(p *meetings.Plan) { p.Zone = "Mars/Olympus" }},
		{"the machine's zone", "zone", func(p *meetings.Plan) { p.Zone = "Local" }},
		{"no day", "first", func(p *meetings.Plan) { p.First = calendar.Date{} }},
		{"a past day, once", "first", func(p *meetings.Plan) {
			p.First, p.Rule = calendar.Date{Year: 2026, Month: 11, Day: 3}, calendar.Rule{}
		}},
		{"no length", "minutes", func(p *meetings.Plan) { p.Minutes = 0 }},
		{"a day and a night", "minutes", func(p *meetings.Plan) { p.Minutes = 24 * 60 }},
		{"a rule that never comes", "rule", func(p *meetings.Plan) {
			p.Rule = calendar.Rule{Freq: calendar.Yearly, ByMonth: []time.Month{2}, ByMonthDay: []int{31}}
		}},
		{"a million times", "rule", func(p *meetings.Plan) { p.Rule = calendar.Rule{Freq: calendar.Daily, Count: 1000000} }},
		{"a link into the machine", "link", func(p *meetings.Plan) { p.Inside.Link = "javascript:alert(1)" }},
		{"a link with a password", "link", func(p *meetings.Plan) { p.Inside.Link = "https://a:b@rooms.example/" }},
		{"a room without an address", "address", func(p *meetings.Plan) { p.Place, p.Inside.Address = "", "" }},
		{"less than no places", "room_places", func(p *meetings.Plan) { p.RoomPlaces = -1 }},
		{"nowhere", "attendance", func(p *meetings.Plan) { p.Attendance = "moon" }},
	}
	for _, tt := range tests {
		p := weekly()
		tt.change(&p)
		_, err := w.Meetings.Make(t.Context(), h.wren.Actor, h.ref(), p)
		f := fault.As(err)
		if err == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != tt.field {
			t.Errorf("%s: %v %+v", tt.name, err, f)
		}
	}
}

func TestWhoPlansAndWhoSees(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		form := []string{"kind", "club", "owner", string(h.club.id), "first", "2026-11-24", "starts", "18:30", "minutes", "90", "zone", "Europe/Berlin", "repeat", "weekly", "ends", "never", "attendance", "hybrid",
			"place", "Near the old station", "address", "7 Heron-Lane", "link", "https://rooms.example/river", "room_places", "2"}
		for _, p := range []*cairntest.Someone{h.juniper, h.stranger} {
			if got := p.Post("/series/new", form...); got.Status != 404 {
				t.Errorf("%s plans: %d", p.Name, got.Status)
			}
		}
		if got := h.visitor.Post("/series/new", form...); got.Status != 401 {
			t.Errorf("a visitor plans: %d %s", got.Status, got.To())
		}
		bad := append(append([]string{}, form...), "x", "y")
		bad[13] = "every blue moon" // repeat
		if got := h.wren.Post("/series/new", bad...); got.Status != 422 || !strings.Contains(got.Body, "Please choose how often.") || !strings.Contains(got.Body, "7 Heron-Lane") {
			t.Errorf("a wrong form: %d", got.Status)
		}
		got := h.wren.Post("/series/new", form...)
		if got.Status != 303 || !strings.HasPrefix(got.To(), "/series/") {
			t.Fatalf("planning: %d %s", got.Status, got.Body)
		}
		path := strings.TrimSuffix(got.To(), "?done=planned")
		id, _ := moment.ParseID(strings.TrimPrefix(path, "/series/"))
		if page := h.wren.Get(path); page.Status != 200 || !strings.Contains(page.Body, "Every week: Tuesday") {
			t.Errorf("the series: %d", page.Status)
		}
		if page := h.juniper.Get(path); page.Status != 303 || page.To() != "/" {
			t.Errorf("a member is led on: %d %s", page.Status, page.To())
		}
		m := h.coming(t, id)[0]
		at := "/meeting/" + string(m.ID)
		for name, want := range map[*cairntest.Someone]int{h.wren: 200, h.juniper: 200, h.stranger: 200, h.visitor: 404} {
			if got := name.Get(at); got.Status != want {
				t.Errorf("%q sees %d, want %d", name.Name, got.Status, want)
			}
		}
		h.club.facets.Audience = meetings.Closed
		if got := h.stranger.Get(at).Status + h.stranger.Get(at+"/date.ics").Status + h.stranger.Post(at+"/answer", "how", "room").Status; got != 3*404 {
			t.Errorf("a closed one is seen: %d", got)
		}
		if page := h.wren.Get(at).Body; !strings.Contains(page, "7 Heron-Lane") {
			t.Error("who holds it does not read the address")
		}
		if page := h.juniper.Get(at).Body; strings.Contains(page, "Heron-Lane") || strings.Contains(page, "rooms.example") || !strings.Contains(page, "Near the old station") {
			t.Error("the address is shown before the answer, or the quarter is not")
		}
	})
}

func TestThisAndFollowing(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.plans(t, weekly())
		list := h.coming(t, id)
		for _, p := range []*cairntest.Someone{h.juniper, h.heron} {
			for _, m := range []meetings.Meeting{list[0], list[2], list[3]} {
				_, err := w.Meetings.Answer(ctx, p.Actor, m.ID, meetings.ByRoom, meetings.Asked{Needs: []string{"quiet"}, Words: "a chair by the wall"})
				must(t, err)
			}
		}
		must(t, w.Meetings.Cancel(ctx, h.wren.Actor, list[4].ID, "a holiday"))
		before := h.told(t, h.juniper, "meetings.changed")
		p := weekly()
		p.First, p.Starts = calendar.Date{Year: 2026, Month: 12, Day: 9}, 19*60 // Wednesdays at seven, from the third on
		next, err := w.Meetings.Change(ctx, h.wren.Actor, list[2].ID, p, meetings.AnyVersion)
		must(t, err)
		old := h.coming(t, id)
		if days(old) != "2026-11-24 2026-12-01" {
			t.Fatalf("what was before: %s", days(old))
		}
		fresh := h.coming(t, next)
		if !strings.HasPrefix(days(fresh), "2026-12-09 2026-12-16 2026-12-23 2026-12-30") || fresh[0].StartsAt != utc("2026-12-09 18:00") {
			t.Fatalf("what follows: %s", days(fresh))
		}
		for i, want := range []int{2, 2, 0} {
			if fresh[i].RoomGoing != want {
				t.Errorf("meeting %d has %d coming, want %d", i, fresh[i].RoomGoing, want)
			}
		}
		if fresh[2].State != meetings.Cancelled {
			t.Errorf("the holiday is %s", fresh[2].State)
		}
		v := h.look(t, h.wren, fresh[0].ID)
		if len(v.Comers) != 2 || v.Comers[0].Words != "a chair by the wall" || len(v.Comers[0].Needs) != 1 {
			t.Errorf("what they asked for was lost: %+v", v.Comers)
		}
		if got := h.told(t, h.juniper, "meetings.changed") - before; got != 1 {
			t.Errorf("told %d times, want once", got)
		}
		if list[2].ID != fresh[0].ID || list[4].ID != fresh[2].ID {
			t.Error("a meeting that goes on has another name: old links lead nowhere")
		}
	})
}

func TestWhatIsNotAboutTheTimeStaysOneSeries(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	p := weekly()
	p.Rule.Count = 8
	id := h.plans(t, p)
	list := h.coming(t, id)
	for _, x := range []*cairntest.Someone{h.juniper, h.heron, h.willow} {
		_, err := w.Meetings.Answer(ctx, x.Actor, list[3].ID, meetings.ByRoom, meetings.Asked{})
		must(t, err)
	}
	same, _, _, err := w.Meetings.Planned(ctx, h.wren.Actor, id)
	must(t, err)
	p = same.Rest(list[2])
	if p.Rule.Count != 6 {
		t.Fatalf("the rest has %d", p.Rule.Count)
	}
	p.Inside.Address, p.RoomPlaces = "9 Stone-Street", 3
	after, err := w.Meetings.Change(ctx, h.wren.Actor, list[2].ID, p, meetings.AnyVersion)
	must(t, err)
	if after != id || len(h.coming(t, id)) != 8 {
		t.Fatalf("a new series was made, or meetings are lost: %d", len(h.coming(t, id)))
	}
	v := h.look(t, h.willow, list[3].ID)
	if v.Mine.State != meetings.Going || v.Address() != "9 Stone-Street" || v.RoomGoing != 3 {
		t.Errorf("Willow waited for a place: %s %q %d", v.Mine.State, v.Address(), v.RoomGoing)
	}
	if h.told(t, h.juniper, "meetings.changed") != 1 || h.told(t, h.willow, "meetings.place") != 1 {
		t.Error("they are not told")
	}
}

func TestPausedAndEnded(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		id := h.plans(t, weekly())
		m := h.coming(t, id)[0]
		_, err := w.Meetings.Answer(ctx, h.juniper.Actor, m.ID, meetings.ByRoom, meetings.Asked{})
		must(t, err)
		pause := func(on bool) {
			must(t, w.DB.Write(ctx, func(tx writer) error { return w.Meetings.Pause(ctx, tx, h.wren.Actor, h.ref(), on) }))
		}
		pause(true)
		find := func() int {
			list, _, err := w.Meetings.Find(ctx, h.juniper.Actor, meetings.Filter{From: w.Time.Now(), To: w.Time.Now().Add(30 * 24 * time.Hour), N: 50})
			must(t, err)
			return len(list)
		}
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.NotForNow || find() != 0 {
			t.Errorf("paused: %s, found %d", v.State, find())
		}
		if _, err := w.Meetings.Answer(ctx, h.heron.Actor, m.ID, meetings.ByRoom, meetings.Asked{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("answering a paused one: %v", err)
		}
		pause(false)
		if v := h.look(t, h.juniper, m.ID); v.State != meetings.Planned || v.Mine.State != meetings.Going || find() != 4 {
			t.Errorf("going on: %s %s %d", v.State, v.Mine.State, find())
		}
		if got := h.told(t, h.juniper, "meetings.changed"); got != 2 {
			t.Errorf("told %d times", got)
		}
		must(t, w.Meetings.End(ctx, h.wren.Actor, id))
		v := h.look(t, h.juniper, m.ID)
		if v.State != meetings.Cancelled || len(h.coming(t, id)) != 1 || find() != 0 {
			t.Errorf("ended: %s, %d left", v.State, len(h.coming(t, id)))
		}
	})
}

func TestChangingAtTheSameTime(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	m := h.coming(t, h.plans(t, weekly()))[0]
	errs := make(chan error)
	for i := range 4 {
		go func() {
			errs <- w.Meetings.Move(t.Context(), []access.Actor{h.wren.Actor, h.marten.Actor}[i%2], m.ID, meetings.Shift{Seen: meetings.AnyVersion, StartsAt: m.StartsAt.Add(time.Duration(i+1) * time.Hour), Minutes: 60, Attendance: meetings.Hybrid})
		}()
	}
	for range 4 {
		if err := <-errs; err != nil && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if v := h.look(t, h.wren, m.ID); !v.Moved || v.Changes < 1 {
		t.Errorf("%+v", v.Meeting)
	}
}
