package shifts

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Opening is what may be said in public about when the service is open. It is a
// promise of the plan; whether it is open now follows who is here (Staffing).
type Opening struct {
	Planned bool        // by the staffed plan; otherwise by the hours
	Next    moment.Time // when it opens next; 0 when nobody knows
	Until   moment.Time // until when it is planned to be open now; 0 when it is not
}

// Opening reads the staffed plan: published shifts with enough people signed up.
// Where there is no plan at all it reads the hours. What is planned and not
// staffed is not promised.
func (s *Service) Opening(ctx context.Context, r db.Reader, now moment.Time) (Opening, error) {
	minimum, second, err := s.Minimum(ctx, r)
	if err != nil {
		return Opening{}, err
	}
	spans, planned, err := staffedAfter(ctx, r, now, minimum)
	if err != nil {
		return Opening{}, err
	}
	if planned {
		if minimum == 1 && second == "" {
			spans = nil
		}
		return openingOf(spans, now), nil
	}
	plan, err := s.Plan(ctx, r)
	if err != nil {
		return Opening{}, err
	}
	var out Opening
	if at, ok := NextOpening(plan.Hours, now.Std(), plan.Zone); ok {
		out.Next = moment.At(at)
	}
	if until, ok := PlannedNow(plan.Hours, now.Std(), plan.Zone); ok {
		out.Until = moment.At(until)
	}
	return out, nil
}

// openingOf joins stretches that touch, in order of their beginning, and finds
// the one that runs and the one that comes next.
func openingOf(spans []Span, now moment.Time) Opening {
	out := Opening{Planned: true}
	for i := 0; i < len(spans) && out.Next == 0; {
		whole := spans[i]
		for i++; i < len(spans) && spans[i].From <= whole.Until; i++ {
			whole.Until = max(whole.Until, spans[i].Until)
		}
		switch {
		case whole.From > now:
			out.Next = whole.From
		case whole.Until > now:
			out.Until = whole.Until
		}
	}
	return out
}

// Gaps lists published shifts of a stretch of time that lack somebody, for
// whoever runs the service. No names.
func (s *Service) Gaps(ctx context.Context, r db.Reader, span Span) ([]Gap, error) {
	minimum, _, err := s.Minimum(ctx, r)
	if err != nil {
		return nil, err
	}
	list, err := plannedBetween(ctx, r, span)
	if err != nil {
		return nil, err
	}
	var out []Gap
	for _, p := range list {
		if g := gapOf(p, minimum); p.State == Published && g.Open() {
			out = append(out, g)
		}
	}
	return out, nil
}

// Next gives what a person is signed up for and is not over, the next first.
func (s *Service) Next(ctx context.Context, r db.Reader, person moment.ID) ([]Booked, error) {
	return bookedAfter(ctx, r, person, s.Clock.Now())
}

// CountSwaps counts the shifts whose person looks for somebody. No names.
func (s *Service) CountSwaps(ctx context.Context, r db.Reader) (int, error) {
	list, err := openSwaps(ctx, r, s.Clock.Now())
	return len(list), err
}

// OpenSwaps lists who looks for somebody to take their shift.
func (s *Service) OpenSwaps(ctx context.Context, a access.Actor) ([]Booked, error) {
	if err := PermWork.Check(a); err != nil {
		return nil, err
	}
	return openSwaps(ctx, s.DB.Reader(), s.Clock.Now())
}
