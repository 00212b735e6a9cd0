package calendar_test

import (
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/icaltest"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTheWallClock(t *testing.T) {
	tests := []struct {
		name, zone, date string
		minutes          int
		want             string // UTC
	}{
		{"an evening in winter", "Europe/Berlin", "2026-11-23", 18 * 60, "2026-11-23 17:00"},
		{"an evening in summer", "Europe/Berlin", "2026-07-20", 18 * 60, "2026-07-20 16:00"},
		{"past midnight", "Europe/Berlin", "2026-11-23", 26 * 60, "2026-11-24 01:00"},
		{"before the clocks go back", "Europe/Berlin", "2026-10-25", 60, "2026-10-24 23:00"},
		{"shown twice: the first time", "Europe/Berlin", "2026-10-25", 2*60 + 30, "2026-10-25 00:30"},
		{"after the clocks went back", "Europe/Berlin", "2026-10-25", 3 * 60, "2026-10-25 02:00"},
		{"the evening of that day", "Europe/Berlin", "2026-10-25", 18 * 60, "2026-10-25 17:00"},
		{"over the night from the day before", "Europe/Berlin", "2026-10-24", 28 * 60, "2026-10-25 03:00"},
		{"never shown: the offset before", "Europe/Berlin", "2027-03-28", 2*60 + 30, "2027-03-28 01:30"},
		{"after the clocks went forward", "Europe/Berlin", "2027-03-28", 3 * 60, "2027-03-28 01:00"},
		{"the evening before they go forward", "Europe/Berlin", "2027-03-27", 23 * 60, "2027-03-27 22:00"},
		{"a change at midnight", "America/Santiago", "2026-09-06", 30, "2026-09-06 04:30"},
		{"half an hour", "Australia/Lord_Howe", "2026-10-04", 2*60 + 10, "2026-10-03 15:40"},
		{"no change at all", "Africa/Nairobi", "2026-10-25", 2*60 + 30, "2026-10-24 23:30"},
	}
	for _, tt := range tests {
		d, ok := calendar.ParseDate(tt.date)
		if !ok {
			t.Fatal(tt.date)
		}
		if got := d.At(tt.minutes, zone(t, tt.zone)).UTC().Format("2006-01-02 15:04"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestWeeks(t *testing.T) {
	for text, monday := range map[string]string{"2026-W48": "2026-11-23", "2026-W01": "2025-12-29", "2026-W53": "2026-12-28", "2027-W01": "2027-01-04", "2020-W53": "2020-12-28"} {
		w, ok := calendar.ParseWeek(text)
		if !ok || w.Monday().String() != monday || w.String() != text {
			t.Errorf("%s: %v %s, want %s", text, ok, w.Monday(), monday)
		}
	}
	for _, bad := range []string{"", "2026-W54", "2027-W53", "2026-W00", "2026-48", "2026-W4", "2026-W-1", "w026-W48", "2026-W480"} {
		if w, ok := calendar.ParseWeek(bad); ok {
			t.Errorf("%q is taken as %v", bad, w)
		}
	}
	w, _ := calendar.ParseWeek("2026-W53")
	if got := w.Add(1).String() + " " + w.Add(-53).String(); got != "2027-W01 2025-W52" {
		t.Errorf("a year's edge: %s", got)
	}
	sunday := time.Date(2026, 11, 22, 22, 30, 0, 0, time.UTC)
	if got := calendar.WeekOf(sunday).String() + " " + calendar.WeekOf(sunday.In(zone(t, "Africa/Nairobi"))).String(); got != "2026-W47 2026-W48" {
		t.Errorf("the zone decides which week: %s", got)
	}
}

func TestAForeignParserReadsTheFile(t *testing.T) {
	at := func(h int) moment.Time { return moment.At(time.Date(2026, 11, 23, h, 0, 0, 0, time.UTC)) }
	text := calendar.File([]calendar.Event{
		{UID: "a", Summary: "Appointment; quiet, \\ and long " + strings.Repeat("ميعاد ", 30), Starts: at(18), Ends: at(22), Changed: at(1) + 5},
		{UID: "b", Summary: "Appointment", Starts: at(8), Ends: at(9), Changed: at(2), Sequence: 3, Cancelled: true},
	})
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: RFC 5545, 3.1, wants 75 at most", len(line))
		}
	}
	c := icaltest.Parse(t, "../../..", text)
	if c.Version != "2.0" || c.Method != "PUBLISH" || c.Refresh != "PT1H" || c.Zones != 0 || len(c.Events) != 2 {
		t.Fatalf("%+v", c)
	}
	a, b := c.Events[0], c.Events[1]
	if a.UID != "a" || !strings.HasPrefix(a.Summary, "Appointment; quiet, \\ and long ميعاد") || !a.Starts.Equal(at(18).Std()) || !a.Ends.Equal(at(22).Std()) || a.Zone != "UTC" || a.Status != "CONFIRMED" || a.Sequence != 0 || a.Class != "PRIVATE" {
		t.Errorf("%+v", a)
	}
	if b.Status != "CANCELLED" || b.Sequence != 3 {
		t.Errorf("%+v", b)
	}
}

func TestFeeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		make1 := func(person moment.ID) string {
			var token string
			if err := d.Write(ctx, func(tx db.Writer) error {
				var err error
				token, err = calendar.NewFeed(ctx, tx, person, "shifts", "en", 1)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return token
		}
		owner := func(token string) moment.ID {
			f, found, err := calendar.FeedBy(ctx, d.Reader(), token)
			if err != nil || found != (f.Person != "") {
				t.Fatal(f, err)
			}
			return f.Person
		}
		old, other := make1("a"), make1("b")
		fresh := make1("a")
		if owner(old) != "" || owner(fresh) != "a" || owner(other) != "b" || owner("") != "" {
			t.Error("a renewed address must stop, and only that")
		}
		if got, ok := calendar.TokenOf(strings.TrimPrefix(calendar.Path(fresh), "/calendar/")); !ok || got != fresh || len(fresh) != 43 {
			t.Errorf("%q %v", got, ok)
		}
		for _, bad := range []string{fresh, fresh + ".txt", "x.ics", ".ics", fresh + "A.ics"} {
			if _, ok := calendar.TokenOf(bad); ok {
				t.Errorf("%q is taken", bad)
			}
		}
		var kept int
		if err := d.Reader().QueryRow(ctx, `SELECT count(*) FROM calendar_feed WHERE hash = $1`, fresh).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("the token lies open: %d %v", kept, err)
		}
		if err := d.Write(ctx, func(tx db.Writer) error { return calendar.StopFeed(ctx, tx, "a", "shifts") }); err != nil || owner(fresh) != "" || owner(other) != "b" {
			t.Errorf("stopping: %v", err)
		}
		of := func(person, kind moment.ID) (token string) {
			if err := d.Write(ctx, func(tx db.Writer) (err error) {
				token, err = calendar.NewFeed(ctx, tx, person, string(kind), "en", 1)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return token
		}
		one, two := of("c", "group/"+moment.NewID()), of("c", "group/"+moment.NewID())
		if owner(one) != "c" || owner(two) != "c" {
			t.Error("two kinds of one person are two feeds")
		}
		if err := d.Write(ctx, func(tx db.Writer) error { return calendar.StopFeedsOf(ctx, tx, "c") }); err != nil || owner(one) != "" || owner(two) != "" || owner(other) != "b" {
			t.Errorf("stopping all of one person: %v", err)
		}
	})
}
