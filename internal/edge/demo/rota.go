package demo

import (
	"context"
	"errors"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// evenings are the shifts of the made-up week: on which days from today, when, and
// who has signed up. The lead comes first where leads is set.
func evenings() []evening {
	return []evening{
		{day: 0, starts: 18, lead: "Ruth", who: []string{"Ali", "Wren"}},
		{day: 1, starts: 18, lead: "Ruth", who: []string{"Noor", "Ali"}, swap: "Noor"},
		{day: 2, starts: 18, lead: "Ines", who: []string{"Wren"}}, // one place is free
		{day: 3, starts: 18, lead: "Ines", who: []string{"Ali", "Noor"}},
		{day: 4, starts: 18, lead: "", who: []string{"Wren"}}, // needs a lead
		{day: 5, starts: 15, lead: "Ruth", who: []string{"Noor", "Wren"}},
		{day: 6, starts: 15, lead: "Ruth", who: []string{"Ali", "Wren"}},
	}
}

// evening is one shift of the made-up week.
type evening struct {
	day, starts int // days from today; hour of the wall clock
	lead        string
	who         []string
	swap        string // looks for somebody
}

// eveningLasts is how long each is, in hours, with places for three.
const (
	eveningLasts  = 4
	eveningPlaces = 3
)

// plan makes the week ahead, once: a plan that is there already stays.
func (d *Demo) plan(ctx context.Context) error {
	r, now := d.DB.Reader(), d.Clock.Now()
	plan, err := d.Shifts.Plan(ctx, r)
	if err != nil {
		return err
	}
	if o, err := d.Shifts.Opening(ctx, r, now); err != nil || o.Planned {
		return err
	}
	tomo, today := d.named("Tomo")[0], calendar.DateOf(now.Std().In(plan.Zone))
	for _, e := range evenings() {
		day := today.Add(e.day)
		if moment.At(day.At(e.starts*60, plan.Zone)) <= now {
			day = day.Add(7) // today's has begun: next week's, then
		}
		id, err := d.Shifts.Make(ctx, tomo.actor(), shifts.NewShift{Date: day, Starts: e.starts * 60, Ends: (e.starts + eveningLasts) * 60, Places: eveningPlaces, NeedsLead: true, Publish: true})
		if err != nil {
			return fault.Op("demo plan", err)
		}
		if err := d.fill(ctx, id, e); err != nil {
			return fault.Op("demo plan", err)
		}
	}
	return d.onCall(ctx, tomo, now)
}

// fill signs people up, by their own verbs.
func (d *Demo) fill(ctx context.Context, id moment.ID, e evening) error {
	if e.lead != "" {
		if err := d.Shifts.SignUp(ctx, d.named(e.lead)[0].actor(), id, true, true); err != nil {
			return err
		}
	}
	for _, p := range d.named(e.who...) {
		if err := d.Shifts.SignUp(ctx, p.actor(), id, false, true); err != nil && !fault.Is(err, fault.Invalid) {
			return err // past a limit that nobody goes past is no harm: the place stays free
		}
	}
	if e.swap == "" {
		return nil
	}
	return d.Shifts.AskSwap(ctx, d.named(e.swap)[0].actor(), id)
}

// onCall says who is reached in the coming week; the clinician is made up.
func (d *Demo) onCall(ctx context.Context, by placed, now moment.Time) error {
	from, until := now.Add(-time.Hour), now.Add(8*24*time.Hour)
	var errs []error
	for _, duty := range []shifts.Duty{
		{Kind: shifts.First, Person: d.named("Ines")[0].id},
		{Kind: shifts.Second, Person: d.named("Ruth")[0].id},
		{Kind: shifts.OfClinics, Name: "Dr. Larch (made up)", Phone: "555 0190"},
	} {
		duty.From, duty.Until = from, until
		errs = append(errs, d.Shifts.PutOnCall(ctx, by.actor(), duty))
	}
	return errors.Join(errs...)
}
