package shifts

import (
	"net/http"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// rotaWeek is one week of the plan on a page, in the reader's zone.
type rotaWeek struct {
	week calendar.Week
	days []rotaDay
	rota Rota
	err  error
}

// rotaDay is one day with the shifts that begin on it.
type rotaDay struct {
	at     moment.Time
	today  bool
	shifts []Listed
}

func weekSpan(week calendar.Week, zone *time.Location) Span {
	monday := week.Monday()
	return Span{moment.At(monday.At(0, zone)), moment.At(monday.Add(7).At(0, zone))}
}

func (s *Service) weekView(r *http.Request, week calendar.Week) (rotaWeek, error) {
	ctx := r.Context()
	zone := web.Zone(ctx)
	v := rotaWeek{week: week}
	var err error
	if v.rota, err = s.Rota(ctx, web.Actor(ctx), weekSpan(week, zone)); err != nil {
		return v, err
	}
	today := calendar.DateOf(s.Clock.Now().Std().In(zone))
	for i := range 7 {
		date := week.Monday().Add(i)
		day := rotaDay{at: moment.At(date.At(12*60, zone)), today: date == today}
		for _, l := range v.rota.Shifts {
			if calendar.DateOf(l.StartsAt.Std().In(zone)) == date {
				day.shifts = append(day.shifts, l)
			}
		}
		v.days = append(v.days, day)
	}
	return v, nil
}

// plannedShift is the page of one shift.
type plannedShift struct {
	Opened
	week calendar.Week
	now  moment.Time
	me   moment.ID
	err  error
}

func (s *Service) plannedView(r *http.Request, id moment.ID, wrong error) (plannedShift, error) {
	ctx := r.Context()
	a := web.Actor(ctx)
	o, err := s.Shift(ctx, a, id)
	return plannedShift{o, calendar.WeekOf(o.StartsAt.Std().In(web.Zone(ctx))), s.Clock.Now(), a.Person, wrong}, err
}

// myShifts is a worker's own page of the plan.
type myShifts struct {
	next    []Booked
	checks  []Checked
	feedAt  moment.Time
	address string // of a feed that was made just now
	now     moment.Time
}

// mostChecks is how many of one's own taps the page shows, the newest first.
const mostChecks = 20

func (s *Service) mine(r *http.Request) (myShifts, error) {
	ctx := r.Context()
	a := web.Actor(ctx)
	v := myShifts{now: s.Clock.Now()}
	var err error
	if v.next, err = s.Next(ctx, s.DB.Reader(), a.Person); err != nil {
		return v, err
	}
	checks, err := s.MyChecks(ctx, a)
	if err != nil {
		return v, err
	}
	for i := len(checks) - 1; i >= 0 && len(v.checks) < mostChecks; i-- {
		v.checks = append(v.checks, checks[i])
	}
	v.feedAt, err = s.HasFeed(ctx, a)
	return v, err
}
