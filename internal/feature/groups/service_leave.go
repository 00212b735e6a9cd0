package groups

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Leave lets somebody go without a word, at any time. What they said in rounds goes
// with them; what they agreed with one other person stays for the two.
func (s *Service) Leave(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, "groups.leave", canLeave, func(tx db.Writer, st stand, _ moment.Time) error {
		return s.goes(ctx, tx, st.Group, a.Person)
	})
}

// goes takes somebody out of everything of a group. Whom they leave alone is looked
// after: a group that was theirs goes to somebody else.
func (s *Service) goes(ctx context.Context, tx db.Writer, g Group, person moment.ID) error {
	was, err := deleteMember(ctx, tx, g.ID, person)
	if err != nil {
		return fault.Op("leave", err)
	}
	if was {
		if err := givePlaceBack(ctx, tx, g.ID); err != nil {
			return fault.Op("leave", err)
		}
	}
	if err := s.withdrawOffer(ctx, tx, g.ID, person); err != nil {
		return err
	}
	if err := s.dropSaid(ctx, tx, g.ID, person); err != nil {
		return err
	}
	if err := s.Meetings.LeaveAll(ctx, tx, g.ID, person); err != nil {
		return err
	}
	if err := s.Tell.Settle(ctx, tx, person, noticeAgreement+"/"+string(g.ID)+"/"+agreementKey(g.Agreement)); err != nil {
		return err
	}
	if g.Owner == person && g.State != Ended {
		return s.passOn(ctx, tx, g)
	}
	if !g.Runs() {
		return nil
	}
	return s.Meetings.Changed(ctx, tx, g.ID)
}

// passOn gives a group whose owner is gone to whoever has held it longest and may; or
// else it looks for somebody, and coordinators are told and answer for it until then.
func (s *Service) passOn(ctx context.Context, tx db.Writer, g Group) error {
	next, err := s.successor(ctx, tx, g)
	if err != nil {
		return err
	}
	if done, err := setOwner(ctx, tx, g.ID, g.Owner, next); err != nil || !done {
		return changedMeanwhile(err)
	}
	if err := s.withdrawOffer(ctx, tx, g.ID, ""); err != nil {
		return err
	}
	was := g.Owner
	g.Owner = next
	if next != "" {
		if err := s.tell(ctx, tx, next, noticeChanged, "yours-"+string(was)[:8]+stamp(s.Clock.Now()), pathOf(g.ID), g.ID); err != nil {
			return err
		}
	} else if g.State != Ended {
		if err := s.tellCoordinators(ctx, tx, "nobody-"+stamp(s.Clock.Now()), g.ID); err != nil {
			return err
		}
	}
	if !g.Runs() {
		return nil
	}
	return s.Meetings.Changed(ctx, tx, g.ID)
}

// successor is the facilitator since longest who may hold the group and is not kept
// out; "" when there is none.
func (s *Service) successor(ctx context.Context, tx db.Writer, g Group) (moment.ID, error) {
	all, err := facilitatorsOf(ctx, tx, []moment.ID{g.ID})
	if err != nil {
		return "", err
	}
	var best *Member
	for _, m := range all[g.ID] {
		if m.Person == g.Owner || best != nil && best.HeldAt <= m.HeldAt {
			continue
		}
		may, err := s.mayHoldNow(ctx, tx, g.Form, m.Person)
		if err != nil {
			return "", err
		}
		if may {
			best = &m
		}
	}
	if best == nil {
		return "", nil
	}
	return best.Person, nil
}

// mayHoldNow tells whether somebody has what it takes and is not kept out.
func (s *Service) mayHoldNow(ctx context.Context, r db.Reader, f Form, person moment.ID) (bool, error) {
	fits, err := s.People.FitOf(ctx, r, person)
	if err != nil {
		return false, err
	}
	_, kept, err := s.Standing.OutUntil(ctx, r, person)
	return !kept && mayHold(f, fits[person].Roles), err
}

func outPlace(group, person moment.ID) string {
	return "groups_out.reason|" + string(group) + "|" + string(person)
}

// TakeOut takes somebody out of a group with a reason that they read. From then on
// the group is not there for them, until it is lifted. An owner is not taken out.
func (s *Service) TakeOut(ctx context.Context, a access.Actor, id, person moment.ID, reason string) error {
	var p fault.Problems
	if reason = need(&p, "reason", reason, mostWords); len(p) > 0 {
		return p.Err()
	}
	return s.on(ctx, a, id, "groups.take_out", canTend, func(tx db.Writer, st stand, now moment.Time) error {
		m, err := memberOf(ctx, tx, id, person)
		if err != nil {
			return err
		}
		switch {
		case m == nil || person == a.Person:
			return fault.Hidden()
		case person == st.Owner, m.Facilitates && !st.owns():
			return fault.New(fault.Forbidden, "groups.error.owner")
		}
		o := outRow{Group: id, Person: person, At: now}
		if o.reason, err = s.seal(ctx, tx, id, outPlace(id, person), reason); err != nil {
			return err
		}
		if err := s.goes(ctx, tx, st.Group, person); err != nil {
			return err
		}
		if err := s.dropInvited(ctx, tx, id, person); err != nil {
			return err
		}
		if err := dropInvitesBy(ctx, tx, id, person); err != nil { // their link is no way back
			return fault.Op("out", err)
		}
		if err := insertOut(ctx, tx, o, a.Person); err != nil {
			return fault.Op("out", err)
		}
		if err := s.tell(ctx, tx, person, noticeChanged, "out-"+stamp(now), pathOf(id)+"/out", id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.take_out_person", Kind: Kind, Object: id, Subject: person})
	})
}

// Lift lets somebody who was taken out see the group again; they may join as others do.
func (s *Service) Lift(ctx context.Context, a access.Actor, id, person moment.ID) error {
	return s.on(ctx, a, id, "groups.lift", canTend, func(tx db.Writer, st stand, now moment.Time) error {
		was, err := deleteOut(ctx, tx, id, person)
		if err != nil {
			return fault.Op("out", err)
		}
		if !was {
			return fault.Hidden()
		}
		path := pathOf(id)
		if st.Openness == Closed {
			path = "/groups" // it is not there for them without an invitation
		}
		if err := s.tell(ctx, tx, person, noticeChanged, "lifted-"+stamp(now), path, id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.lift_person", Kind: Kind, Object: id, Subject: person})
	})
}

// TakenOut is why somebody was taken out of a group, for themselves.
type TakenOut struct {
	Group  moment.ID
	Name   string
	Reason string
	At     moment.Time
}

// WhyOut gives the actor the reason that they were taken out for.
func (s *Service) WhyOut(ctx context.Context, a access.Actor, id moment.ID) (TakenOut, error) {
	r := s.DB.Reader()
	sealed, at, out, err := outOf(ctx, r, id, a.Person)
	if err == nil && !out {
		err = fault.Hidden()
	}
	if err != nil {
		return TakenOut{}, err
	}
	g, _, err := groupByID(ctx, r, id)
	if err != nil {
		return TakenOut{}, err
	}
	o, err := s.Vault.Opener(ctx, r, id)
	if err != nil {
		return TakenOut{}, err
	}
	v := TakenOut{Group: id, Name: g.Name, At: at}
	v.Reason, err = o.Open(sealed, outPlace(id, a.Person))
	return v, err
}
