package shifts

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// SignUp is "I'll take it". With anyway the actor goes past default limits, by
// their own choice; it is written on the sign-up and in the audit.
func (s *Service) SignUp(ctx context.Context, a access.Actor, id moment.ID, leads, anyway bool) error {
	if err := PermWork.Check(a); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		p, err := s.touch(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if _, on, err := signupOf(ctx, tx, id, a.Person); err != nil || on {
			return err // pressing twice is no error
		}
		return s.join(ctx, tx, a, p, Signup{Person: a.Person, Leads: leads}, a.Roles, anyway)
	})
	if db.IsUnique(err) {
		return nil // nor is pressing twice at once
	}
	return err
}

// PutIn puts somebody else on a shift. They see who did it and can say no. Only
// the person themselves goes past a default limit.
func (s *Service) PutIn(ctx context.Context, a access.Actor, id, person moment.ID, leads bool) error {
	return s.onPlanned(ctx, a, id, func(tx db.Writer, p Planned) error {
		roles, err := s.rolesOf(ctx, tx, person)
		if err != nil {
			return err
		}
		if !roles.Any(PermWork.Roles) {
			var wrong fault.Problems
			wrong.Add("person", "shifts.error.person")
			return wrong.Err()
		}
		if _, on, err := signupOf(ctx, tx, id, person); err != nil || on {
			return err
		}
		if err := s.join(ctx, tx, a, p, Signup{Person: person, Leads: leads, PutBy: a.Person}, roles, false); err != nil {
			return err
		}
		x, _, err := signupOf(ctx, tx, id, person)
		if err != nil {
			return err
		}
		return s.Bus.Emit(ctx, tx, bus.Event{Name: "shifts.put", ID: x.ID, Also: map[string]moment.ID{"person": person}})
	})
}

// rolesOf gives the roles of somebody who is not asking.
func (s *Service) rolesOf(ctx context.Context, r db.Reader, person moment.ID) (access.Roles, error) {
	fits, err := s.People.FitOf(ctx, r, person)
	return fits[person].Roles, err
}

// touch counts a use and loads a shift that the actor may see.
func (s *Service) touch(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID) (Planned, error) {
	if err := planning.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
		return Planned{}, err
	}
	return s.seen(ctx, tx, a, id)
}

// join takes a place for x.Person, who has the roles, by the rules.
func (s *Service) join(ctx context.Context, tx db.Writer, a access.Actor, p Planned, x Signup, roles access.Roles, anyway bool) error {
	now := s.Clock.Now()
	if err := canJoin(roles, p, x.Leads, now).Err(); err != nil {
		return err
	}
	v, err := s.weigh(ctx, tx, x.Person, p.Span())
	if err != nil {
		return err
	}
	if err := v.Err(anyway); err != nil {
		return err
	}
	x.ID, x.Planned, x.Talks, x.PastDefault, x.At = moment.NewID(), p.ID, roles.Has(access.Peer), len(v.Past) > 0, now
	took, err := takePlace(ctx, tx, p.ID, x.Leads, x.Talks)
	if err != nil {
		return fault.Op("shifts sign up", err)
	}
	if !took {
		return fault.New(fault.Conflict, "shifts.error.full")
	}
	return s.enter(ctx, tx, a, x)
}

// enter writes a sign-up whose place is taken, with its audit.
func (s *Service) enter(ctx context.Context, tx db.Writer, a access.Actor, x Signup) error {
	if err := insertSignup(ctx, tx, x); err != nil {
		return fault.Op("shifts sign up", err)
	}
	verb := "shifts.sign_up"
	if x.PastDefault {
		verb = "shifts.sign_up_past_default"
	}
	if x.PutBy != "" {
		verb = "shifts.put_in"
	}
	return s.told(ctx, tx, a, access.Entry{Verb: verb, Kind: "planned shift", Object: x.Planned, Subject: x.Person})
}

// weigh applies the rules to a person and one more shift; without are sign-ups
// that would end by it.
func (s *Service) weigh(ctx context.Context, r db.Reader, person moment.ID, add Span, without ...moment.ID) (Verdict, error) {
	b, err := s.burden(ctx, r, person, add.From)
	if err != nil {
		return Verdict{}, err
	}
	return b.weigh(add, without...), nil
}

// burden is what the rules need to know about a person.
type burden struct {
	limits Limits
	plan   Plan
	mine   []Booked
}

// lookBack is how far behind a shift others matter to it: its week, and the rest
// before it.
const lookBack = 8 * 24 * time.Hour

func (s *Service) burden(ctx context.Context, r db.Reader, person moment.ID, from moment.Time) (burden, error) {
	var b burden
	var err error
	if b.limits, err = s.Limits(ctx, r); err != nil {
		return b, err
	}
	if b.plan, err = s.Plan(ctx, r); err != nil {
		return b, err
	}
	b.mine, err = bookedAfter(ctx, r, person, from.Add(-lookBack))
	return b, err
}

func (b burden) weigh(add Span, without ...moment.ID) Verdict {
	var spans []Span
	for _, m := range b.mine {
		left := false
		for _, w := range without {
			left = left || m.ID == w
		}
		if !left {
			spans = append(spans, m.Planned.Span())
		}
	}
	return weigh(b.limits, add, spans, b.plan.Zone)
}

// SignOff is "I can't", of one's own or of what one was put into: no reason is asked.
func (s *Service) SignOff(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onMine(ctx, a, id, func(tx db.Writer, p Planned, x Signup) error {
		return s.leaveShift(ctx, tx, a, p, x, "shifts.sign_off")
	})
}

// TakeOff takes somebody else's sign-up back: they could not say so themselves.
func (s *Service) TakeOff(ctx context.Context, a access.Actor, id, person moment.ID) error {
	return s.onPlanned(ctx, a, id, func(tx db.Writer, p Planned) error {
		x, on, err := signupOf(ctx, tx, id, person)
		if err != nil || !on {
			return err
		}
		if err := canPart(p, x, s.Clock.Now()).Err(); err != nil {
			return err
		}
		return s.leaveShift(ctx, tx, a, p, x, "shifts.take_off")
	})
}

// onMine runs a verb on the actor's own sign-up, before the shift begins.
func (s *Service) onMine(ctx context.Context, a access.Actor, id moment.ID, f func(tx db.Writer, p Planned, x Signup) error) error {
	if err := PermWork.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		p, err := s.touch(ctx, tx, a, id)
		if err != nil {
			return err
		}
		x, on, err := signupOf(ctx, tx, id, a.Person)
		if err != nil || !on {
			return err // gone already is no error
		}
		if err := canPart(p, x, s.Clock.Now()).Err(); err != nil {
			return err
		}
		return f(tx, p, x)
	})
}

// leaveShift ends a sign-up and gives its place back.
func (s *Service) leaveShift(ctx context.Context, tx db.Writer, a access.Actor, p Planned, x Signup, verb string) error {
	done, err := endSignup(ctx, tx, x.ID, s.Clock.Now(), false)
	if err != nil || !done {
		return fault.Op("shifts sign off", err)
	}
	if err := givePlace(ctx, tx, p.ID, x.Leads, x.Talks); err != nil {
		return fault.Op("shifts sign off", err)
	}
	if err := dropExchanges(ctx, tx, x.ID); err != nil {
		return fault.Op("shifts sign off", err)
	}
	return s.told(ctx, tx, a, access.Entry{Verb: verb, Kind: "planned shift", Object: p.ID, Subject: x.Person})
}

// refit answers a change of a person's roles: what they may no longer do on
// shifts to come is given back.
func (s *Service) refit(ctx context.Context, tx db.Writer, person moment.ID) error {
	now := s.Clock.Now()
	list, err := bookedAfter(ctx, tx, person, now)
	if err != nil || len(list) == 0 {
		return err
	}
	roles, err := s.rolesOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.Planned.StartsAt <= now || b.Leads && roles.Any(leading()) || !b.Leads && roles.Has(access.Peer) {
			continue
		}
		if err := s.leaveShift(ctx, tx, access.System(), b.Planned, b.Signup, "shifts.unfit"); err != nil {
			return err
		}
	}
	return nil
}
