package shifts

import (
	"context"
	"strconv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// planning is how often one person may change the plan.
var planning = access.Rate{Name: "shifts.planning", Most: 60, Per: time.Minute}

// Limits gives the service's own limits.
func (s *Service) Limits(ctx context.Context, r db.Reader) (Limits, error) {
	l := Limits{Length: LengthDefault, Rest: RestDefault, Week: WeekDefault}
	for _, f := range []struct {
		name string
		into *time.Duration
	}{{SettingLength, &l.Length}, {SettingRest, &l.Rest}, {SettingWeek, &l.Week}} {
		text, err := access.Setting(ctx, r, f.name, "")
		if err != nil {
			return l, err
		}
		if d := hoursOf(text); d > 0 {
			*f.into = d
		}
	}
	return l, nil
}

// SetLimits changes them. People who are signed up stay so.
func (s *Service) SetLimits(ctx context.Context, a access.Actor, l Limits) error {
	if err := PermRota.Check(a); err != nil {
		return err
	}
	if err := l.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := planning.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		for name, d := range map[string]time.Duration{SettingLength: l.Length, SettingRest: l.Rest, SettingWeek: l.Week} {
			if err := access.SetSetting(ctx, tx, a, now, name, strconv.Itoa(hours(d))); err != nil {
				return err
			}
		}
		return nil
	})
}

// Make puts a shift, or one each week, into the plan. It gives the first.
func (s *Service) Make(ctx context.Context, a access.Actor, n NewShift) (moment.ID, error) {
	if err := PermRota.Check(a); err != nil {
		return "", err
	}
	var first moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := planning.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		spans, err := s.checked(ctx, tx, n, now)
		if err != nil {
			return err
		}
		state, series := Draft, moment.NewID()
		if n.Publish {
			state = Published
		}
		for i, span := range spans {
			p := Planned{ID: moment.NewID(), Series: series, StartsAt: span.From, EndsAt: span.Until, Places: n.Places, NeedsLead: n.NeedsLead, State: state, ChangedAt: now}
			if i == 0 {
				first = p.ID
			}
			if err := insertPlanned(ctx, tx, p, a.Person); err != nil {
				return fault.Op("shifts make", err)
			}
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.make", Kind: "planned shift", Object: first})
	})
	return first, err
}

// checked validates what is to be made and gives its instants. A night when the
// clocks go back is an hour longer than it looks; it too must not be too long.
func (s *Service) checked(ctx context.Context, r db.Reader, n NewShift, now moment.Time) ([]Span, error) {
	minimum, _, err := s.Minimum(ctx, r)
	if err != nil {
		return nil, err
	}
	plan, err := s.Plan(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := n.Validate(minimum, calendar.DateOf(now.Std().In(plan.Zone))); err != nil {
		return nil, err
	}
	spans := n.spans(plan.Zone)
	var p fault.Problems
	if spans[0].Until <= now {
		p.Add("date", "shifts.error.date")
	}
	for _, x := range spans {
		if x.Long() > LengthMost {
			p.AddWith("ends", "shifts.error.clocks", map[string]any{"n": hours(LengthMost)})
			break
		}
	}
	return spans, p.Err()
}

// Publish opens a draft for sign-up.
func (s *Service) Publish(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onPlanned(ctx, a, id, func(tx db.Writer, p Planned) error { return s.publish(ctx, tx, a, p) })
}

func (s *Service) publish(ctx context.Context, tx db.Writer, a access.Actor, p Planned) error {
	done, err := setPlanState(ctx, tx, p.ID, Draft, Published, s.Clock.Now())
	if err != nil || !done {
		return fault.Op("shifts publish", err) // published already is no error
	}
	return s.told(ctx, tx, a, access.Entry{Verb: "shifts.publish", Kind: "planned shift", Object: p.ID})
}

// PublishBetween opens every draft in a stretch of time, such as a week, and
// tells how many there were.
func (s *Service) PublishBetween(ctx context.Context, a access.Actor, span Span) (int, error) {
	if err := PermRota.Check(a); err != nil {
		return 0, err
	}
	n := 0
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		n = 0
		if err := planning.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		list, err := plannedBetween(ctx, tx, span)
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.State != Draft {
				continue
			}
			n++
			if err := s.publish(ctx, tx, a, p); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// CancelShift takes a shift out of the plan: a draft goes, a published one stays to
// be seen as cancelled. With later, those after it in its series too.
func (s *Service) CancelShift(ctx context.Context, a access.Actor, id moment.ID, later bool) error {
	return s.onPlanned(ctx, a, id, func(tx db.Writer, p Planned) error {
		list := []Planned{p}
		if later {
			var err error
			if list, err = laterInSeries(ctx, tx, p.Series, p.StartsAt); err != nil {
				return err
			}
		}
		for _, x := range list {
			if err := s.cancelOne(ctx, tx, a, x); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) cancelOne(ctx context.Context, tx db.Writer, a access.Actor, p Planned) error {
	now := s.Clock.Now()
	entry := access.Entry{Verb: "shifts.cancel", Kind: "planned shift", Object: p.ID}
	switch {
	case p.State == Draft:
		if err := deleteDraft(ctx, tx, p.ID); err != nil {
			return fault.Op("shifts cancel", err)
		}
		return s.told(ctx, tx, a, entry)
	case p.State == Cancelled:
		return nil
	case p.EndsAt <= now:
		return fault.New(fault.Conflict, "shifts.error.over")
	}
	if _, err := setPlanState(ctx, tx, p.ID, Published, Cancelled, now); err != nil {
		return fault.Op("shifts cancel", err)
	}
	on, err := signupsOn(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, x := range on {
		if err := dropExchanges(ctx, tx, x.ID); err != nil {
			return fault.Op("shifts cancel", err)
		}
	}
	return s.told(ctx, tx, a, entry)
}

// onPlanned runs a coordinator's verb on a shift of the plan.
func (s *Service) onPlanned(ctx context.Context, a access.Actor, id moment.ID, f func(tx db.Writer, p Planned) error) error {
	if err := PermRota.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := planning.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		p, err := s.seen(ctx, tx, a, id)
		if err != nil {
			return err
		}
		return f(tx, p)
	})
}

// seen loads a shift that the actor may see.
func (s *Service) seen(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (Planned, error) {
	p, found, err := plannedByID(ctx, r, id)
	if err != nil {
		return p, err
	}
	if !found {
		return p, fault.Hidden()
	}
	return p, canSee(a, p).Err()
}

// told writes the audit of a change of the plan and wakes open pages.
func (s *Service) told(ctx context.Context, tx db.Writer, a access.Actor, e access.Entry) error {
	now := s.Clock.Now()
	s.Bus.Publish(tx, Topic, int64(now))
	return access.Record(ctx, tx, a, now, e)
}
