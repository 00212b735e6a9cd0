package shifts

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// arriveWithin is how far from its planned beginning a shift is started and
// still belongs to it.
const arriveWithin = 30 * time.Minute

// Arrive begins the actor's shift in the caller's transaction, as Start does, with
// how they are. It tells whether a shift began: pressing twice is no error. That
// somebody wishes to talk is the caller's to tell the lead.
func (s *Service) Arrive(ctx context.Context, tx db.Writer, a access.Actor, leads bool, c Check) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	if leads {
		if err := canLead(a).Err(); err != nil {
			return false, err
		}
	}
	shift, began, err := s.begin(ctx, tx, a, leads)
	if err != nil || !began {
		return false, err
	}
	return true, s.keep(ctx, tx, a, shift, CheckArrive, c)
}

// Parting keeps how the actor is as they leave their running shift, in the
// caller's transaction.
func (s *Service) Parting(ctx context.Context, tx db.Writer, a access.Actor, c Check) error {
	if err := c.Validate(); err != nil {
		return err
	}
	shift, err := s.own(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.keep(ctx, tx, a, shift, CheckLeave, c)
}

func (s *Service) keep(ctx context.Context, tx db.Writer, a access.Actor, shift Shift, kind string, c Check) error {
	if !c.said() {
		return nil
	}
	return fault.Op("shifts check", insertCheck(ctx, tx, Checked{c, shift.ID, kind, s.Clock.Now()}, a.Person))
}

// belong links a shift that begins to the one the person had signed up for, the
// nearest of those that begin about now.
func (s *Service) belong(ctx context.Context, tx db.Writer, shift Shift) error {
	list, err := bookedAfter(ctx, tx, shift.Person, shift.StartedAt)
	if err != nil {
		return err
	}
	var best moment.ID
	nearest := arriveWithin + 1
	for _, b := range list {
		off := b.Planned.StartsAt.Sub(shift.StartedAt).Abs()
		if b.Worked == "" && off < nearest {
			best, nearest = b.ID, off
		}
	}
	if best == "" {
		return nil // starting unplanned is always possible
	}
	return fault.Op("shifts belong", setWorked(ctx, tx, best, shift.ID))
}

// MyChecks gives the actor's own taps; nobody else's page shows them.
func (s *Service) MyChecks(ctx context.Context, a access.Actor) ([]Checked, error) {
	return checksOf(ctx, s.DB.Reader(), a.Person)
}
