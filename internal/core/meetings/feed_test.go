package meetings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/cairntest/icaltest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

// shown is what the service shows of a series: the starts of what takes place.
func shown(list []meetings.Meeting, until moment.Time) []time.Time {
	var out []time.Time
	for _, m := range list {
		if m.State == meetings.Planned && m.StartsAt < until {
			out = append(out, m.StartsAt.Std())
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// A calendar program that reads the address sees the same instants as the page does:
// across daylight saving in three zones, with one meeting moved, one cancelled, and the
// rest changed from one on.
func TestCalendarsShowWhatWeShow(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		until := w.Time.Now().Add(170 * 24 * time.Hour)
		var want []time.Time
		for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
			p := weekly()
			p.Zone = zone
			id := h.plans(t, p)
			list := h.coming(t, id)
			must(t, w.Meetings.Move(ctx, h.wren.Actor, list[1].ID, meetings.Shift{Seen: meetings.AnyVersion, StartsAt: list[1].StartsAt.Add(26 * time.Hour), Minutes: 45, Attendance: meetings.Online}))
			must(t, w.Meetings.Cancel(ctx, h.wren.Actor, list[3].ID, ""))
			p.First, p.Starts = list[6].Day, 17*60
			next, err := w.Meetings.Change(ctx, h.wren.Actor, list[6].ID, p, meetings.AnyVersion)
			must(t, err)
			want = append(append(want, shown(h.coming(t, id), until)...), shown(h.coming(t, next), until)...)
		}
		slices.SortFunc(want, time.Time.Compare)
		token, err := w.Meetings.NewFeed(ctx, h.juniper.Actor, meetings.Ref{}, "en")
		must(t, err)
		file := w.Browser().Get(calendar.Path(token))
		if file.Status != 200 || !strings.Contains(file.Body, "BEGIN:VTIMEZONE") {
			t.Fatalf("the address: %d", file.Status)
		}
		for _, private := range []string{"river", "Heron-Lane", "station", "rooms.example", "club"} {
			if strings.Contains(file.Body, private) {
				t.Errorf("the file tells %q", private)
			}
		}
		read := icaltest.Expand(t, "../../..", icaltest.Window{Text: file.Body, From: w.Time.Now().Std(), To: until.Std()})[0]
		for parser, list := range read.By() {
			var got []time.Time
			for _, o := range list {
				if o.Status != "CANCELLED" {
					got = append(got, o.Starts.UTC())
				}
			}
			slices.SortFunc(got, time.Time.Compare)
			if !slices.EqualFunc(got, want, time.Time.Equal) {
				t.Errorf("%s shows %d, we show %d\n%v\n%v", parser, len(got), len(want), got, want)
			}
		}
	})
}

func TestAnAddressShowsWhatOneMaySee(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		h.club.facets.Audience = meetings.Closed
		m := h.coming(t, h.plans(t, weekly()))[0]
		_, err := w.Meetings.Answer(ctx, h.juniper.Actor, m.ID, meetings.ByRoom, meetings.Asked{})
		must(t, err)
		if got := h.stranger.Post("/my-calendar", "kind", "club", "owner", string(h.club.id)); got.Status != 404 {
			t.Errorf("a stranger makes an address of a closed club: %d", got.Status)
		}
		page := h.juniper.Post("/my-calendar", "kind", "club", "owner", string(h.club.id))
		at := strings.Index(page.Body, "/calendar/")
		if page.Status != 200 || at < 0 {
			t.Fatalf("making one: %d", page.Status)
		}
		address := page.Body[at : at+strings.Index(page.Body[at:], ".ics")+4]
		events := func() int { return strings.Count(w.Browser().Get(address).Body, "BEGIN:VEVENT") }
		if events() != 1 {
			t.Errorf("%d events", events())
		}
		h.club.members = slices.DeleteFunc(h.club.members, func(id moment.ID) bool { return id == h.juniper.ID })
		if events() != 0 {
			t.Error("who left still reads it")
		}
		h.club.members = append(h.club.members, h.juniper.ID)
		if got := h.juniper.Post("/my-calendar/stop", "kind", "club", "owner", string(h.club.id)); got.Status != 303 || w.Browser().Get(address).Status != 404 {
			t.Error("a stopped address still answers")
		}
	})
}

func TestWhatOneSaidElsewhereIsInTheCalendar(t *testing.T) {
	w := cairntest.New(t)
	h := begin(t, w)
	ctx := t.Context()
	h.club.facets.Audience = meetings.Public
	list := h.coming(t, h.plans(t, weekly()))
	guest := w.Person("Guest of a day")
	h.club.members = append(h.club.members, guest.ID)
	for _, m := range list[:2] {
		_, err := w.Meetings.Answer(ctx, guest.Actor, m.ID, meetings.ByScreen, meetings.Asked{})
		must(t, err)
	}
	w.Time.Advance(time.Hour)
	_, err := w.Meetings.Answer(ctx, guest.Actor, list[1].ID, "", meetings.Asked{})
	must(t, err)
	h.club.members = h.club.members[:3]
	token, err := w.Meetings.NewFeed(ctx, guest.Actor, meetings.Ref{}, "en")
	must(t, err)
	c := icaltest.Parse(t, "../../..", w.Browser().Get(calendar.Path(token)).Body)
	if len(c.Events) != 2 || c.Events[0].Status != "CONFIRMED" || c.Events[1].Status != "CANCELLED" || c.Events[1].Sequence == 0 || !c.Events[0].Starts.Equal(list[0].StartsAt.Std()) {
		t.Errorf("%+v", c.Events)
	}
}

func TestFinding(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		h := begin(t, w)
		ctx := t.Context()
		nairobi, err := time.LoadLocation("Africa/Nairobi")
		must(t, err)
		plan := func(title string, audience meetings.Audience, tags []string, change func(*meetings.Plan)) {
			h.club.facets.Audience, h.club.facets.Tags = audience, tags
			p := weekly()
			p.Title = title
			change(&p)
			h.plans(t, p)
		}
		plan("everybody", meetings.Public, []string{"lang/en", "topic/grief"}, func(*meetings.Plan) {})
		plan("members", meetings.Members, []string{"lang/es", "topic/grief"}, func(p *meetings.Plan) { p.Attendance = meetings.Online })
		plan("inside", meetings.Closed, []string{"lang/en"}, func(p *meetings.Plan) { p.Starts = 9 * 60 })
		plan("late", meetings.Public, []string{"lang/en"}, func(p *meetings.Plan) { p.Starts = 22*60 + 30 }) // 00:30 on Wednesday in Nairobi
		from := w.Time.Now()
		base := meetings.Filter{From: from, To: from.Add(7 * 24 * time.Hour), N: 50}
		names := func(p *cairntest.Someone, f meetings.Filter) string {
			list, _, err := w.Meetings.Find(ctx, p.Actor, f)
			must(t, err)
			var out []string
			for _, l := range list {
				out = append(out, l.Called())
			}
			return strings.Join(out, ",")
		}
		with := func(change func(f *meetings.Filter)) meetings.Filter {
			f := base
			change(&f)
			return f
		}
		tests := []struct {
			name   string
			who    *cairntest.Someone
			filter meetings.Filter
			want   string
		}{
			{"a visitor", h.visitor, base, "everybody,late"},
			{"a member", h.stranger, base, "everybody,members,late"},
			{"somebody in it", h.juniper, with(func(f *meetings.Filter) { f.Inside = []moment.ID{h.club.id} }), "inside,everybody,members,late"},
			{"by language", h.stranger, with(func(f *meetings.Filter) { f.Tags = []string{"lang/es"} }), "members"},
			{"by language and topic", h.stranger, with(func(f *meetings.Filter) { f.Tags = []string{"topic/grief", "lang/en"} }), "everybody"},
			{"a tag of nothing", h.stranger, with(func(f *meetings.Filter) { f.Tags = []string{"lang/fr"} }), ""},
			{"online only", h.stranger, with(func(f *meetings.Filter) { f.Attendance = []meetings.Attendance{meetings.Online} }), "members"},
			{"Wednesdays in Nairobi", h.stranger, with(func(f *meetings.Filter) { f.Days, f.Zone = []time.Weekday{time.Wednesday}, nairobi }), "late"},
			{"Tuesday evenings in Nairobi", h.stranger, with(func(f *meetings.Filter) {
				f.Days, f.Zone, f.Earliest, f.Latest = []time.Weekday{time.Tuesday}, nairobi, 18*60, 24*60
			}), "everybody,members"},
			{"mornings", h.juniper, with(func(f *meetings.Filter) {
				f.Inside, f.Zone, f.Earliest, f.Latest = []moment.ID{h.club.id}, nairobi, 6*60, 12*60
			}), "inside"},
			{"of an owner that is not there", h.stranger, with(func(f *meetings.Filter) { f.Only = []moment.ID{moment.NewID()} }), ""},
			{"an SQL of one's own", h.stranger, with(func(f *meetings.Filter) {
				f.Tags, f.Attendance = []string{"lang/en' OR '1'='1"}, []meetings.Attendance{"x') OR ('1'='1"}
			}), ""},
		}
		for _, tt := range tests {
			if got := names(tt.who, tt.filter); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
		var pages []string
		f := with(func(f *meetings.Filter) { f.N = 1 })
		for {
			list, more, err := w.Meetings.Find(ctx, h.stranger.Actor, f)
			must(t, err)
			pages = append(pages, list[0].Called())
			if !more {
				break
			}
			f.After = list[0].Next()
		}
		if strings.Join(pages, ",") != "everybody,members,late" {
			t.Errorf("page by page: %v", pages)
		}
	})
}
