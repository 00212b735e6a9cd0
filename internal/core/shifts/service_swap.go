package shifts

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// AskSwap is "I can't: who can?". The actor stays signed up until somebody has
// taken it.
func (s *Service) AskSwap(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onMine(ctx, a, id, func(tx db.Writer, p Planned, x Signup) error {
		if !x.SwapAt.IsZero() {
			return nil
		}
		if err := setSwap(ctx, tx, x.ID, s.Clock.Now()); err != nil {
			return fault.Op("shifts swap", err)
		}
		if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "shifts.swap", ID: x.ID, Also: map[string]moment.ID{"shift": p.ID, "person": a.Person}}); err != nil {
			return err
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.ask_swap", Kind: "planned shift", Object: p.ID, Subject: a.Person})
	})
}

// StopSwap takes it back: the actor comes after all.
func (s *Service) StopSwap(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onMine(ctx, a, id, func(tx db.Writer, p Planned, x Signup) error {
		if err := setSwap(ctx, tx, x.ID, 0); err != nil {
			return fault.Op("shifts swap", err)
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.stop_swap", Kind: "planned shift", Object: p.ID, Subject: a.Person})
	})
}

// TakeSwap takes the shift of a colleague who looks for somebody. Of two who
// take it at once, one has it.
func (s *Service) TakeSwap(ctx context.Context, a access.Actor, signup moment.ID, anyway bool) error {
	if err := PermWork.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, p, err := s.signup(ctx, tx, a, signup)
		if err != nil {
			return err
		}
		if x.Person == a.Person {
			return fault.New(fault.Conflict, "shifts.error.own")
		}
		if x.SwapAt.IsZero() {
			return fault.New(fault.Conflict, "shifts.error.swap_gone")
		}
		return s.takeOver(ctx, tx, a, p, x, Signup{Person: a.Person, Leads: x.Leads}, a.Roles, anyway, true)
	})
}

// signup counts a use and loads a sign-up on a shift that the actor may see.
func (s *Service) signup(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID) (Signup, Planned, error) {
	if err := planning.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
		return Signup{}, Planned{}, err
	}
	x, found, err := signupByID(ctx, tx, id)
	if err != nil {
		return x, Planned{}, err
	}
	if !found {
		return x, Planned{}, fault.Hidden()
	}
	p, err := s.seen(ctx, tx, a, x.Planned)
	return x, p, err
}

// takeOver ends one sign-up and begins another in its place, by the rules for
// the one who comes. without are sign-ups of theirs that end by it.
func (s *Service) takeOver(ctx context.Context, tx db.Writer, a access.Actor, p Planned, out, in Signup, roles access.Roles, anyway, swap bool, without ...moment.ID) error {
	now := s.Clock.Now()
	if err := canJoin(roles, p, in.Leads, now).Err(); err != nil {
		return err
	}
	if _, on, err := signupOf(ctx, tx, p.ID, in.Person); err != nil || on {
		return orElse(err, fault.New(fault.Conflict, "shifts.error.already"))
	}
	v, err := s.weigh(ctx, tx, in.Person, p.Span(), without...)
	if err != nil {
		return err
	}
	if err := v.Err(anyway); err != nil {
		return err
	}
	done, err := endSignup(ctx, tx, out.ID, now, swap)
	if err != nil {
		return fault.Op("shifts take over", err)
	}
	if !done {
		return fault.New(fault.Conflict, "shifts.error.swap_gone")
	}
	if err := dropExchanges(ctx, tx, out.ID); err != nil {
		return fault.Op("shifts take over", err)
	}
	in.ID, in.Planned, in.Talks, in.PastDefault, in.At = moment.NewID(), p.ID, roles.Has(access.Peer), len(v.Past) > 0, now
	if err := movePlace(ctx, tx, p.ID, out.Talks, in.Talks); err != nil {
		return fault.Op("shifts take over", err)
	}
	if err := s.told(ctx, tx, a, access.Entry{Verb: "shifts.swapped", Kind: "planned shift", Object: p.ID, Subject: out.Person}); err != nil {
		return err
	}
	return s.enter(ctx, tx, a, in)
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// OfferExchange is "my shift for yours": wants is a colleague's sign-up, gives the
// actor's own shift. Nothing changes until the colleague says yes.
func (s *Service) OfferExchange(ctx context.Context, a access.Actor, gives, wants moment.ID, anyway bool) error {
	return s.onMine(ctx, a, gives, func(tx db.Writer, _ Planned, mine Signup) error {
		theirs, p, err := s.signup(ctx, tx, a, wants)
		if err != nil {
			return err
		}
		if err := canPart(p, theirs, s.Clock.Now()).Err(); err != nil {
			return err
		}
		if theirs.Person == a.Person {
			return fault.New(fault.Conflict, "shifts.error.own")
		}
		if theirs.Planned == mine.Planned {
			return fault.New(fault.Conflict, "shifts.error.already")
		}
		if err := canJoin(a.Roles, p, theirs.Leads, s.Clock.Now()).Err(); err != nil {
			return err
		}
		v, err := s.weigh(ctx, tx, a.Person, p.Span(), mine.ID)
		if err != nil {
			return err
		}
		if err := v.Err(anyway); err != nil {
			return err
		}
		e := Exchange{ID: moment.NewID(), Gives: mine.ID, Wants: theirs.ID, From: a.Person, To: theirs.Person, PastDefault: len(v.Past) > 0, At: s.Clock.Now()}
		if fresh, err := insertExchange(ctx, tx, e); err != nil || !fresh {
			return fault.Op("shifts exchange", err)
		}
		if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "shifts.exchange", ID: e.ID, Also: map[string]moment.ID{"person": e.To}}); err != nil {
			return err
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.offer_exchange", Kind: "exchange", Object: e.ID, Subject: e.To})
	})
}

// AcceptExchange says yes: the two change places, both by the rules as they
// stand now.
func (s *Service) AcceptExchange(ctx context.Context, a access.Actor, id moment.ID, anyway bool) error {
	return s.onExchange(ctx, a, id, func(tx db.Writer, e Exchange) error {
		if e.To != a.Person {
			return fault.Hidden()
		}
		given, gp, err := s.signup(ctx, tx, a, e.Gives)
		if err != nil {
			return err
		}
		wanted, wp, err := s.signup(ctx, tx, a, e.Wants)
		if err != nil {
			return err
		}
		for _, side := range []struct {
			p Planned
			x Signup
		}{{gp, given}, {wp, wanted}} {
			if err := canPart(side.p, side.x, s.Clock.Now()).Err(); err != nil {
				return err
			}
		}
		roles, err := s.rolesOf(ctx, tx, e.From)
		if err != nil {
			return err
		}
		if done, err := closeExchange(ctx, tx, e.ID, "accepted"); err != nil || !done {
			return orElse(fault.Op("shifts exchange", err), fault.New(fault.Conflict, "shifts.error.swap_gone"))
		}
		if err := s.takeOver(ctx, tx, a, gp, given, Signup{Person: a.Person, Leads: given.Leads}, a.Roles, anyway, false, wanted.ID); err != nil {
			return err
		}
		return s.takeOver(ctx, tx, a, wp, wanted, Signup{Person: e.From, Leads: wanted.Leads}, roles, e.PastDefault, false, given.ID)
	})
}

// CloseExchange says no, or takes the offer back.
func (s *Service) CloseExchange(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onExchange(ctx, a, id, func(tx db.Writer, e Exchange) error {
		if _, err := closeExchange(ctx, tx, e.ID, "gone"); err != nil {
			return fault.Op("shifts exchange", err)
		}
		return s.told(ctx, tx, a, access.Entry{Verb: "shifts.close_exchange", Kind: "exchange", Object: e.ID})
	})
}

// onExchange runs a verb on an open offer that the actor made or was made.
func (s *Service) onExchange(ctx context.Context, a access.Actor, id moment.ID, f func(tx db.Writer, e Exchange) error) error {
	if err := PermWork.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := planning.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		e, found, err := openExchange(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found || e.From != a.Person && e.To != a.Person {
			return fault.Hidden()
		}
		return f(tx, e)
	})
}
