package shifts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
)

func TestTheOpeningFollowsTheStaffedPlan(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		next := func() string {
			t.Helper()
			st, err := w.Support.Status(ctx)
			must(t, err)
			if !st.NextKnown {
				return "unknown"
			}
			return st.Next.Std().Format("01-02 15:04")
		}
		must(t, w.Shifts.SetPlan(ctx, c.tomo.Actor, []shifts.Hours{{Weekday: time.Sunday, Opens: 600, Closes: 660}}, "UTC"))
		if got := next(); got != "11-22 10:00" {
			t.Fatalf("without a plan the hours count: %s", got)
		}
		tuesday, thursday := c.shift(t, 3, 3, true), c.shift(t, 5, 2, false)
		if got := next(); got != "unknown" {
			t.Errorf("nobody is signed up, and it is promised: %s", got)
		}
		c.take(t, c.ali, thursday)
		if got := next(); got != "unknown" {
			t.Errorf("one of two is signed up, and it is promised: %s", got)
		}
		c.take(t, c.wren, thursday)
		if got := next(); got != "11-26 18:00" {
			t.Errorf("the staffed shift: %s", got)
		}
		home := w.Browser().Get("/").Body
		if !strings.Contains(home, "Thursday 26 November") || strings.Contains(home, "Sunday") {
			t.Error("the first page does not say the staffed shift")
		}
		c.take(t, c.ali, tuesday)
		c.take(t, c.wren, tuesday)
		if got := next(); got != "11-26 18:00" {
			t.Errorf("a lead is needed and none is there: %s", got)
		}
		gaps, err := w.Shifts.Gaps(ctx, w.DB.Reader(), shifts.Span{From: w.Time.Now(), Until: w.Time.Now().Add(7 * 24 * time.Hour)})
		must(t, err)
		if len(gaps) != 1 || gaps[0].ID != tuesday || !gaps[0].Lead || gaps[0].People != 0 {
			t.Errorf("what the coordinator sees: %+v", gaps)
		}
		if got := c.tomo.Get("/service").Body; !strings.Contains(got, "Needs a lead") || strings.Contains(got, "Wren") {
			t.Error("the overview says what the plan lacks, and no names")
		}
		must(t, w.Shifts.SignUp(ctx, c.ines.Actor, tuesday, true, false))
		if got := next(); got != "11-24 18:00" {
			t.Errorf("with a lead: %s", got)
		}
		must(t, w.Shifts.CancelShift(ctx, c.tomo.Actor, tuesday, false))
		if got := next(); got != "11-26 18:00" {
			t.Errorf("after it was cancelled: %s", got)
		}
		w.Time.Advance(118*time.Hour + time.Minute) // Thursday, 18:01
		st, err := w.Support.Status(ctx)
		must(t, err)
		if st.Until.Std().Format("01-02 15:04") != "11-26 22:00" || st.Open {
			t.Errorf("planned until %v; open %v though nobody is here", st.Until.Std(), st.Open)
		}
	})
}

func TestEachWeekByTheWallClock(t *testing.T) {
	w := cairntest.New(t)
	c := newCrew(w)
	ctx := t.Context()
	must(t, w.Shifts.SetPlan(ctx, c.tomo.Actor, nil, "Europe/Berlin"))
	_, err := w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: calendar.Date{Year: 2027, Month: 3, Day: 14}, Starts: 120, Ends: 300, Places: 2, Weekly: true,
		Until: calendar.Date{Year: 2027, Month: 4, Day: 4}, Publish: true})
	must(t, err)
	r, err := w.Shifts.Rota(ctx, c.ali.Actor, shifts.Span{From: w.Time.Now(), Until: w.Time.Now().Add(200 * 24 * time.Hour)})
	must(t, err)
	var got []string
	for _, l := range r.Shifts {
		got = append(got, l.StartsAt.Std().Format("01-02 15:04")+" "+l.Span().Long().String())
	}
	want := []string{"03-14 01:00 3h0m0s", "03-21 01:00 3h0m0s", "03-28 01:00 2h0m0s", "04-04 00:00 3h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("two to five in Berlin:\n%v\nwant\n%v", got, want)
	}
	_, err = w.Shifts.Make(ctx, c.tomo.Actor, shifts.NewShift{Date: calendar.Date{Year: 2027, Month: 10, Day: 30}, Starts: 22 * 60, Ends: 28 * 60, Places: 2})
	wants(t, err, fault.Invalid, "shifts.error.clocks")
	must(t, w.Shifts.CancelShift(ctx, c.tomo.Actor, r.Shifts[1].ID, true))
	after, err := w.Shifts.Rota(ctx, c.ali.Actor, shifts.Span{From: w.Time.Now(), Until: w.Time.Now().Add(200 * 24 * time.Hour)})
	must(t, err)
	for i, l := range after.Shifts {
		if (l.State == shifts.Cancelled) != (i > 0) {
			t.Errorf("%d is %s after this and all later ones were cancelled", i, l.State)
		}
	}
}

func TestAStartedShiftBelongsToThePlan(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := newCrew(w)
		ctx := t.Context()
		id := c.shift(t, 1, 3, false)
		for _, p := range []*cairntest.Someone{c.ali, c.wren, c.noor} {
			c.take(t, p, id)
		}
		w.Time.Advance(21*time.Hour + 29*time.Minute) // 17:29
		must(t, w.Shifts.Start(ctx, c.ali.Actor, false))
		w.Time.Advance(61 * time.Minute) // 18:30
		must(t, w.Shifts.Start(ctx, c.wren.Actor, false))
		w.Time.Advance(time.Minute)
		must(t, w.Shifts.Start(ctx, c.noor.Actor, false))
		for p, linked := range map[*cairntest.Someone]bool{c.ali: false, c.wren: true, c.noor: false} {
			mine, on, err := w.Shifts.Mine(ctx, w.DB.Reader(), p.ID)
			must(t, err)
			if worked := c.signup(t, p, id).Worked; !on || (worked == mine.ID) != linked || worked != "" && !linked {
				t.Errorf("%s: on %v, linked to %q", p.Name, on, worked)
			}
		}
	})
}
