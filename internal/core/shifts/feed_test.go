package shifts_test

import (
	"net/url"
	"strings"
	"testing"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/cairntest/icaltest"
	"cairn/internal/kit/access"
	"cairn/internal/kit/web"
)

func TestTheCalendarOfMyShifts(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		stays, dropped, cancelled := c.shift(t, 2, 2, false), c.shift(t, 4, 2, false), c.shift(t, 6, 2, false)
		for _, id := range []string{string(stays), string(dropped), string(cancelled)} {
			if got := c.ali.Post("/rota/shift/" + id + "/take"); got.Status != 303 {
				t.Fatal(got.Status)
			}
		}
		c.take(t, c.wren, stays)
		page := c.ali.Post("/rota/feed")
		address, err := url.Parse(between(t, page.Body, `id="address" name="address" type="text" value="`, `"`))
		must(t, err)
		if c.ali.Get("/rota/mine").Status != 200 || strings.Contains(c.ali.Get("/rota/mine").Body, address.Path) {
			t.Error("the address is shown once")
		}
		read := func() icaltest.Calendar {
			t.Helper()
			got := w.Browser().Get(address.Path) // a program: no session
			if got.Status != 200 || got.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || got.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%d %v", got.Status, got.Header)
			}
			for _, word := range []string{"shift", "peer", "support", "mental", "crisis", "location", "ali", "wren", "cairn"} {
				if strings.Contains(strings.ToLower(got.Body), word) {
					t.Errorf("the file says %q", word)
				}
			}
			return icaltest.Parse(t, "../../..", got.Body)
		}
		before := read()
		if len(before.Events) != 3 {
			t.Fatalf("%d events", len(before.Events))
		}
		for _, e := range before.Events {
			if e.Summary != "Appointment" || e.Status != "CONFIRMED" || e.Sequence != 0 || e.Zone != "UTC" || e.Ends.Sub(e.Starts).Hours() != 4 {
				t.Errorf("%+v", e)
			}
		}
		must(t, w.Shifts.SignOff(ctx, c.ali.Actor, dropped))
		must(t, w.Shifts.CancelShift(ctx, c.tomo.Actor, cancelled, false))
		after := read()
		for i, want := range []string{"CONFIRMED", "CANCELLED", "CANCELLED"} {
			a, b := before.Events[i], after.Events[i]
			if a.UID != b.UID || b.Status != want || (b.Sequence > a.Sequence) != (want == "CANCELLED") {
				t.Errorf("%d: %+v became %+v", i, a, b)
			}
		}
		renewed := c.ali.Post("/rota/feed")
		if old := w.Browser().Get(address.Path); old.Status != 404 {
			t.Errorf("the old address goes on: %d", old.Status)
		}
		address, err = url.Parse(between(t, renewed.Body, `id="address" name="address" type="text" value="`, `"`))
		must(t, err)
		read()
		if got := c.ali.Post("/rota/feed/stop"); got.Status != 303 || w.Browser().Get(address.Path).Status != 404 {
			t.Errorf("stopping: %d", got.Status)
		}
		for _, path := range []string{"/calendar/x.ics", "/calendar/" + strings.Repeat("A", 43) + ".ics", "/calendar/" + strings.Repeat("A", 43)} {
			if got := w.Browser().Get(path); got.Status != 404 {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
	})
}

func TestTheCalendarsAddressIsCounted(t *testing.T) {
	w := cairntest.Build(t, dbtest.SQLiteURL(t), true, func(_ *app.Settings, o *app.Options) { o.Rate = web.Rate{PerMinute: 5, Burst: 5} })
	w.Person("Ali", access.Peer)
	last := 0
	for range 12 {
		last = w.Browser().Get("/calendar/" + strings.Repeat("A", 43) + ".ics").Status
	}
	if last != 429 {
		t.Errorf("after many tries: %d", last)
	}
}
