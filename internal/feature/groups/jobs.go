package groups

import (
	"context"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// The timers of groups. Each can run twice.
const (
	jobTouch  = "groups.touch"  // looks whether two people wish the same
	jobForget = "groups.forget" // a year after the end of a group
	jobInvite = "groups.invite" // an invitation holds no longer
)

type aboutGroup struct {
	Group moment.ID `json:"group"`
}

type aboutInvite struct {
	Invite moment.ID `json:"invite"`
}

type aboutTouch struct {
	Touch moment.ID `json:"touch"`
}

func itoa(n int) string { return strconv.Itoa(n) }

// numberOf reads a whole number; what is none is 0.
func numberOf(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// register names what happens when a timer is due or something else changed.
func (s *Service) register() {
	bus.HandleTx(s.Bus, jobTouch, func(ctx context.Context, tx db.Writer, about aboutTouch) error { return s.meet(ctx, tx, about.Touch) })
	bus.HandleTx(s.Bus, jobForget, func(ctx context.Context, tx db.Writer, about aboutGroup) error { return s.forget(ctx, tx, about.Group) })
	s.registerListing()
	bus.HandleTx(s.Bus, jobInvite, func(ctx context.Context, tx db.Writer, about aboutInvite) error {
		return s.inviteOver(ctx, tx, about.Invite)
	})
	s.Bus.OnTx("people.changed", "groups", func(ctx context.Context, tx db.Writer, e bus.Event) error { return s.changed(ctx, tx, e.ID) })
	for _, event := range []string{"moderation.acted", "moderation.lifted"} {
		s.Bus.OnTx(event, "groups", func(ctx context.Context, tx db.Writer, e bus.Event) error { return s.acted(ctx, tx, e.ID) })
	}
	s.Bus.OnTx("shifts.changed", "groups", func(ctx context.Context, tx db.Writer, _ bus.Event) error { return s.somebodyLeads(ctx, tx) })
}

// forget destroys what people wrote in a group that ended a year ago. What the group
// was called, and who was in it, stays with it for its people.
func (s *Service) forget(ctx context.Context, tx db.Writer, id moment.ID) error {
	g, found, err := groupByID(ctx, tx, id)
	if err != nil || !found || g.State != Ended {
		return err
	}
	if at := g.EndedAt.Add(WordsLast); s.Clock.Now() < at {
		return s.Bus.At(ctx, tx, jobForget, string(id), at, aboutGroup{id})
	}
	if g.Wall != "" {
		if err := s.Walls.Destroy(ctx, tx, g.Wall); err != nil {
			return err
		}
		g.Wall = "" // the page of the group stays for its people
		if _, err := s.move(ctx, tx, g, Ended); err != nil {
			return fault.Op("forget", err)
		}
	}
	if err := deleteSaidIn(ctx, tx, id); err != nil {
		return fault.Op("forget", err)
	}
	return s.Vault.Destroy(ctx, tx, id)
}

// changed answers a change of somebody: who is no peer or facilitator here any more
// does not hold groups that ask for it.
func (s *Service) changed(ctx context.Context, tx db.Writer, person moment.ID) error {
	list, err := membershipsOf(ctx, tx, person)
	if err != nil || len(list) == 0 {
		return err
	}
	fits, err := s.People.FitOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, m := range list {
		g, _, err := groupByID(ctx, tx, m.Group)
		if err != nil {
			return err
		}
		if g.State == Ended || !m.Facilitates && g.Owner != person || mayHold(g.Form, fits[person].Roles) {
			continue
		}
		if err := s.holdsNoMore(ctx, tx, g, m); err != nil {
			return err
		}
	}
	return nil
}

// holdsNoMore takes somebody out of the rota of a group; they stay in it.
func (s *Service) holdsNoMore(ctx context.Context, tx db.Writer, g Group, m Member) error {
	if err := s.setHolding(ctx, tx, g, m, false, s.Clock.Now()); err != nil {
		return err
	}
	if g.Owner != m.Person {
		return nil
	}
	if g.State == Proposed {
		return nil // their proposal stays a proposal
	}
	return s.passOn(ctx, tx, g)
}

// acted answers a decision about somebody. Kept out for a time, a group of theirs goes
// to somebody else and they hold no meetings; for good, they leave every group.
func (s *Service) acted(ctx context.Context, tx db.Writer, person moment.ID) error {
	until, out, err := s.Standing.OutUntil(ctx, tx, person)
	if err != nil {
		return err
	}
	list, err := membershipsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, m := range list {
		g, _, err := groupByID(ctx, tx, m.Group)
		if err != nil {
			return err
		}
		switch {
		case g.State == Ended:
			continue
		case out && until.IsZero():
			err = s.goes(ctx, tx, g, person)
		case out && g.Owner == person && g.State != Proposed:
			err = s.passOn(ctx, tx, g)
		case m.Facilitates && g.Runs():
			err = s.Meetings.Changed(ctx, tx, g.ID) // the rota without them, or with them again
		}
		if err != nil {
			return err
		}
	}
	if !out || !until.IsZero() {
		return nil
	}
	return s.dropProposals(ctx, tx, person)
}

func (s *Service) dropProposals(ctx context.Context, tx db.Writer, person moment.ID) error {
	list, err := proposalsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, g := range list {
		if err := s.drop(ctx, tx, g.ID); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, access.System(), s.Clock.Now(), access.Entry{Verb: "groups.drop", Kind: Kind, Object: g.ID}); err != nil {
			return err
		}
	}
	return nil
}
