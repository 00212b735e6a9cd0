package meetings_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// others are somebody else's: seen by everybody, held by nobody here.
type others struct{ id moment.ID }

func (o others) Stands(_ context.Context, _ db.Reader, _ access.Actor, owner moment.ID) (meetings.Stand, error) {
	return meetings.Stand{Name: "Tea and talk", Href: "/", See: owner == o.id, Elsewhere: "This is held by the River House."}, nil
}

func (others) Facets(context.Context, db.Reader, moment.ID) (meetings.Facets, error) {
	return meetings.Facets{Title: "Tea and talk", Quiet: "Tuesday", Audience: meetings.Public}, nil
}

func (others) People(context.Context, db.Reader, moment.ID) ([]moment.ID, error) { return nil, nil }

func (others) Of(context.Context, db.Reader, moment.ID) ([]moment.ID, error) { return nil, nil }

func theirs() meetings.Plan {
	return meetings.Plan{First: calendar.Date{Year: 2026, Month: 11, Day: 24}, Starts: 18 * 60, Minutes: 60, Zone: "Europe/Berlin",
		Rule:       calendar.Rule{Freq: calendar.Weekly, Interval: 1, ByDay: []calendar.Nth{{Day: time.Tuesday}, {Day: time.Friday}}},
		Attendance: meetings.Hybrid, Place: "River House", OpenAddress: true, Inside: meetings.Inside{Address: "3 Heron Lane", Link: "https://rooms.example/tea", Phone: "+4930123456"}}
}

func TestWhatOthersHoldIsPut(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		o := others{moment.NewID()}
		w.Meetings.Around("others", o)
		ref := meetings.Ref{Kind: "others", ID: o.id}
		put := func(p meetings.Plan) []meetings.Series {
			t.Helper()
			must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Meetings.Put(t.Context(), tx, ref, "list", p) }))
			list, err := w.Meetings.SeriesOf(t.Context(), w.DB.Reader(), ref)
			must(t, err)
			return list
		}
		coming := func() []meetings.Listed {
			t.Helper()
			list, err := w.Meetings.Coming(t.Context(), w.DB.Reader(), access.Actor{}, ref, 100)
			must(t, err)
			return list
		}
		first := put(theirs())
		before := coming()
		if len(first) != 1 || len(before) < 50 || before[0].StartsAt != utc("2026-11-24 17:00") || before[1].StartsAt != utc("2026-11-27 17:00") {
			t.Fatalf("%d series, %d meetings", len(first), len(before))
		}
		later := theirs()
		later.First = calendar.Date{Year: 2026, Month: 12, Day: 1} // read again a week later
		if again := put(later); len(again) != 1 || again[0].Changes != first[0].Changes || coming()[0].ID != before[0].ID {
			t.Error("putting the same again changes something")
		}
		later.Place, later.Attendance, later.Inside.Address, later.Inside.Link = "", meetings.Online, "", "https://rooms.example/other"
		if x := put(later); len(x) != 1 || x[0].ID != first[0].ID || x[0].Inside.Link != "https://rooms.example/other" || coming()[0].Attendance != meetings.Online || coming()[0].ID != before[0].ID {
			t.Errorf("another link: %+v", x)
		}
		later.Starts = 19 * 60
		if x := put(later); len(x) != 2 || x[0].State != meetings.Ended || x[1].State != meetings.Running || len(coming()) < 50 || coming()[0].StartsAt != utc("2026-12-01 18:00") {
			t.Errorf("another time: %d series, first %s", len(x), coming()[0].StartsAt.Std())
		}
		if x := put(theirs()); len(x) != 3 || x[1].State != meetings.Ended || coming()[0].StartsAt != utc("2026-11-24 17:00") {
			t.Errorf("and back: %d series", len(x))
		}
		broken := theirs()
		broken.Inside.Link, broken.Inside.Phone = "javascript:alert(1)", ""
		err := w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Meetings.Put(t.Context(), tx, ref, "list", broken) })
		if !fault.Is(err, fault.Invalid) || !fault.Is(w.Meetings.Fits(broken), fault.Invalid) || w.Meetings.Fits(theirs()) != nil {
			t.Errorf("a link that is none: %v", err)
		}
	})
}

func TestAMeetingOfOthersIsReadByEverybodyAndAnsweredByNobody(t *testing.T) {
	w := cairntest.New(t)
	o := others{moment.NewID()}
	w.Meetings.Around("others", o)
	ref := meetings.Ref{Kind: "others", ID: o.id}
	must(t, w.DB.Write(t.Context(), func(tx db.Writer) error { return w.Meetings.Put(t.Context(), tx, ref, "list", theirs()) }))
	list, err := w.Meetings.Coming(t.Context(), w.DB.Reader(), access.Actor{}, ref, 1)
	must(t, err)
	path := "/meeting/" + string(list[0].ID)
	member, lead := w.Person("Juniper"), w.Person("Wren", access.Coordinator)
	for _, who := range []*cairntest.Someone{w.Browser(), member, lead} {
		got := who.Get(path)
		for _, want := range []string{"This is held by the River House.", "3 Heron Lane", "https://rooms.example/tea", "+4930123456"} {
			if got.Status != 200 || !strings.Contains(got.Body, want) {
				t.Errorf("%s: %d, without %q", who.Name, got.Status, want)
			}
		}
		for _, no := range []string{"/answer\"", "/sign-in?next=/meeting", "/here\"", "/cancel\"", "0 people come"} {
			if strings.Contains(got.Body, no) {
				t.Errorf("%s is asked for something: %s", who.Name, no)
			}
		}
	}
	if got := member.Post(path+"/answer", "how", "room"); got.Status != 409 && got.Status != 422 {
		t.Errorf("a member answers: %d", got.Status)
	}
	for _, verb := range []string{"/cancel", "/move", "/change", "/here", "/say"} {
		if got := lead.Post(path+verb, "words", "no"); got.Status != 404 {
			t.Errorf("a coordinator does %s: %d", verb, got.Status)
		}
	}
	// Nobody here is looked for when it begins, and it is over by itself.
	w.Time.Advance(list[0].StartsAt.Add(20 * time.Minute).Sub(w.Time.Now()))
	w.Settle()
	if v, err := w.Meetings.Look(t.Context(), member.Actor, list[0].ID); err != nil || v.State != meetings.Planned || !v.Link {
		t.Errorf("while it is: %+v %v", v.State, err)
	}
	w.Time.Advance(3 * time.Hour)
	w.Settle()
	if v, err := w.Meetings.Look(t.Context(), member.Actor, list[0].ID); err != nil || v.State != meetings.Over || v.Link {
		t.Errorf("after it: %+v %v", v.State, err)
	}
	told, err := w.Notify.Open(t.Context(), w.DB.Reader(), lead.ID)
	must(t, err)
	if len(told) != 0 {
		t.Errorf("somebody is told: %+v", told)
	}
}
