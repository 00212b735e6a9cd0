package groups

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Facilitate lets somebody hold a group beside its owner, or no more. In a group that
// is led by its people any of them can; elsewhere they are peers or facilitators here.
func (s *Service) Facilitate(ctx context.Context, a access.Actor, id, person moment.ID, on bool) error {
	return s.on(ctx, a, id, "groups.facilitate", canOwn, func(tx db.Writer, st stand, now moment.Time) error {
		m, err := memberOf(ctx, tx, id, person)
		if err != nil {
			return err
		}
		if m == nil || person == st.Owner {
			return fault.Hidden()
		}
		if on {
			if may, err := s.mayHoldNow(ctx, tx, st.Form, person); err != nil {
				return err
			} else if !may {
				return fault.New(fault.Conflict, "groups.error.may_not_hold")
			}
		}
		if err := s.setHolding(ctx, tx, st.Group, *m, on, now); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, person, noticeChanged, "holds-"+stamp(now), pathOf(id), id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.facilitate_person", Kind: Kind, Object: id, Subject: person})
	})
}

// Bring puts somebody who works here beside the owner of a gathering, or of a group
// that they are not in. They are told, and can leave.
func (s *Service) Bring(ctx context.Context, a access.Actor, id moment.ID, name string) error {
	return s.on(ctx, a, id, "groups.bring", canOwn, func(tx db.Writer, st stand, now moment.Time) error {
		if st.Form == PeerLed {
			return fault.New(fault.Conflict, "groups.error.may_not_hold")
		}
		person, found, err := s.People.Named(ctx, tx, name)
		if err != nil {
			return err
		}
		may := false
		if found {
			if may, err = s.mayHoldNow(ctx, tx, st.Form, person); err != nil {
				return err
			}
		}
		if !may { // whether there is such a person is not told
			var p fault.Problems
			p.Add("name", "groups.error.nobody_here")
			return p.Err()
		}
		m := Member{Group: id, Person: person, Listed: true, Follows: true, Agreed: 0, JoinedAt: now}
		if in, err := memberOf(ctx, tx, id, person); err != nil {
			return err
		} else if in != nil {
			m = *in
		} else if _, err := s.enter(ctx, tx, m); err != nil {
			return err
		}
		if _, err := deleteOut(ctx, tx, id, person); err != nil {
			return fault.Op("bring", err)
		}
		if err := s.setHolding(ctx, tx, st.Group, m, true, now); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, person, noticeChanged, "holds-"+stamp(now), pathOf(id), id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.facilitate_person", Kind: Kind, Object: id, Subject: person})
	})
}

// setHolding writes whether somebody facilitates; they come last in the rota.
func (s *Service) setHolding(ctx context.Context, tx db.Writer, g Group, m Member, on bool, now moment.Time) error {
	if m.Facilitates == on {
		return nil
	}
	m.Facilitates, m.HeldAt, m.Place = on, 0, 0
	if on {
		all, err := facilitatorsOf(ctx, tx, []moment.ID{g.ID})
		if err != nil {
			return err
		}
		m.HeldAt = now
		for _, f := range all[g.ID] {
			m.Place = max(m.Place, f.Place+1)
		}
	} else if err := s.withdrawOffer(ctx, tx, g.ID, m.Person); err != nil {
		return err
	}
	if err := updateMember(ctx, tx, m); err != nil {
		return fault.Op("facilitate", err)
	}
	if !g.Runs() {
		return nil
	}
	return s.Meetings.Changed(ctx, tx, g.ID)
}

// Order puts the facilitators of a group in the order in which they hold its coming
// meetings. Whoever is not named comes last.
func (s *Service) Order(ctx context.Context, a access.Actor, id moment.ID, order []moment.ID) error {
	return s.on(ctx, a, id, "groups.order", canFacilitate, func(tx db.Writer, st stand, _ moment.Time) error {
		all, err := facilitatorsOf(ctx, tx, []moment.ID{id})
		if err != nil {
			return err
		}
		list := all[id]
		slices.SortStableFunc(list, func(x, y Member) int { return rank(order, x.Person) - rank(order, y.Person) })
		for i, m := range list {
			m.Place = i
			if err := updateMember(ctx, tx, m); err != nil {
				return fault.Op("order", err)
			}
		}
		if !st.Runs() {
			return nil
		}
		return s.Meetings.Changed(ctx, tx, id)
	})
}

func rank(order []moment.ID, id moment.ID) int {
	if i := slices.Index(order, id); i >= 0 {
		return i
	}
	return len(order)
}

// Offer offers a group to somebody in it, who says yes or no. Whoever owns it does;
// for a group without an owner a coordinator.
func (s *Service) Offer(ctx context.Context, a access.Actor, id, person moment.ID) error {
	return s.on(ctx, a, id, "groups.offer", canOwn, func(tx db.Writer, st stand, now moment.Time) error {
		m, err := memberOf(ctx, tx, id, person)
		if err != nil {
			return err
		}
		fits, err := s.People.FitOf(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := canHold(st.Group, m, fits[person].Roles, person).Err(); err != nil {
			return err
		}
		if _, kept, err := s.Standing.OutUntil(ctx, tx, person); err != nil {
			return err
		} else if kept {
			return fault.New(fault.Conflict, "groups.error.may_not_hold")
		}
		if err := s.settleOffer(ctx, tx, id); err != nil {
			return err
		}
		if err := putOffer(ctx, tx, offerRow{Group: id, Person: person, By: a.Person, At: now}); err != nil {
			return fault.Op("offer", err)
		}
		return s.tell(ctx, tx, person, noticeAsked, offerKey(now), pathOf(id)+"/handover", id)
	})
}

// settleOffer takes the question off the list of whoever was asked before.
func (s *Service) settleOffer(ctx context.Context, tx db.Writer, id moment.ID) error {
	o, found, err := offerOf(ctx, tx, id)
	if err != nil || !found {
		return err
	}
	return s.Tell.Settle(ctx, tx, o.Person, noticeAsked+"/"+string(id)+"/"+offerKey(o.At))
}

// offerKey names one offer: whoever said no can be asked again another time.
func offerKey(at moment.Time) string { return "offer-" + stamp(at) }

// withdrawOffer takes back what somebody was asked; "" is whoever it was.
func (s *Service) withdrawOffer(ctx context.Context, tx db.Writer, id, person moment.ID) error {
	o, found, err := offerOf(ctx, tx, id)
	if err != nil || !found || person != "" && o.Person != person {
		return err
	}
	if err := s.settleOffer(ctx, tx, id); err != nil {
		return err
	}
	_, err = dropOffer(ctx, tx, id, o.Person)
	return fault.Op("offer", err)
}

// Unoffer takes an offer back before it was answered.
func (s *Service) Unoffer(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, "groups.unoffer", canOwn, func(tx db.Writer, _ stand, _ moment.Time) error {
		return s.withdrawOffer(ctx, tx, id, "")
	})
}

// AnswerOffer says yes or no to holding a group. The owner before stays a facilitator.
// Of two who say yes at once the first has it.
func (s *Service) AnswerOffer(ctx context.Context, a access.Actor, id moment.ID, yes bool) error {
	may := func(st stand) access.Decision {
		if d := canSee(st); !d.OK() {
			return d
		}
		if st.kept {
			return access.Wrong("groups.error.out")
		}
		return access.Allow()
	}
	return s.on(ctx, a, id, "groups.answer_offer", may, func(tx db.Writer, st stand, now moment.Time) error {
		o, found, err := offerOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found || o.Person != a.Person {
			return fault.New(fault.Conflict, "groups.error.no_offer")
		}
		if was, err := dropOffer(ctx, tx, id, a.Person); err != nil || !was {
			return changedMeanwhile(err)
		}
		if err := s.Tell.Settle(ctx, tx, a.Person, noticeAsked+"/"+string(id)+"/"+offerKey(o.At)); err != nil {
			return err
		}
		if yes {
			if err := s.becomeOwner(ctx, tx, st, now); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, o.By, noticeAnswer, "offer-"+stamp(now), pathOf(id)+"/handover", id)
	})
}

// becomeOwner gives the group to the actor of a stand, who is in it.
func (s *Service) becomeOwner(ctx context.Context, tx db.Writer, st stand, now moment.Time) error {
	if st.in == nil {
		return fault.Hidden()
	}
	if may, err := s.mayHoldNow(ctx, tx, st.Form, st.actor.Person); err != nil {
		return err
	} else if !may {
		return fault.New(fault.Conflict, "groups.error.may_not_hold")
	}
	if done, err := setOwner(ctx, tx, st.ID, st.Owner, st.actor.Person); err != nil || !done {
		return changedMeanwhile(err)
	}
	// An offer of before is not theirs to give any more.
	if err := s.withdrawOffer(ctx, tx, st.ID, ""); err != nil {
		return err
	}
	m := *st.in
	m.Listed = true // whoever holds a group is shown with it
	if err := updateMember(ctx, tx, m); err != nil {
		return fault.Op("owner", err)
	}
	if err := s.settleNobody(ctx, tx, st.Group); err != nil {
		return err
	}
	if m.Facilitates {
		return nil
	}
	return s.setHolding(ctx, tx, st.Group, m, true, now)
}

// settleNobody takes a group that has somebody again off the lists of coordinators.
func (s *Service) settleNobody(ctx context.Context, tx db.Writer, g Group) error {
	if g.Owner != "" {
		return nil
	}
	return s.Tell.SettleAbout(ctx, tx, g.ID, noticeAsked)
}

// TakeOn lets a coordinator hold a group that has nobody.
func (s *Service) TakeOn(ctx context.Context, a access.Actor, id moment.ID) error {
	may := func(st stand) access.Decision {
		if !a.Has(access.Coordinator) {
			return access.Hide()
		}
		if st.Owner != "" || !st.Runs() {
			return access.Wrong("groups.error.changed")
		}
		return canSee(st)
	}
	return s.on(ctx, a, id, "groups.take_on", may, func(tx db.Writer, st stand, now moment.Time) error {
		if st.in == nil {
			m := Member{Group: id, Person: a.Person, Listed: true, Follows: true, JoinedAt: now}
			if _, err := s.enter(ctx, tx, m); err != nil {
				return err
			}
			st.in = &m
		}
		if err := s.becomeOwner(ctx, tx, st, now); err != nil {
			return err
		}
		return s.tellAll(ctx, tx, st.Group, "held-"+stamp(now), a.Person)
	})
}
