package rooms

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// A captions service outside hears what is said, so everybody in the room is asked, each
// answers by themselves, and one no is enough: nobody learns whose. Whoever is aside is
// asked too, since they come back. While it runs it is listed like everybody else.

// asking bounds how often one person asks a room for captions from outside: people who
// said no are not asked on and on.
var asking = access.Rate{Name: "rooms.captions_ask", Most: 3, Per: 10 * time.Minute}

// offers tells whether a room can have captions from outside.
func (s *Service) offers(x Room) bool {
	return s.Captioning.Address != "" && s.Media.Available() && x.meets()
}

// AskCaptions asks everybody in a room whether the service may write captions, by
// somebody who holds it; for themselves it is a yes. lang is the language that they
// read. While the question stands asking again changes nothing.
func (s *Service) AskCaptions(ctx context.Context, a access.Actor, id moment.ID, lang string) error {
	may := func(x Room, mine Seat) access.Decision { return canAskCaptions(x, mine, s.offers(x)) }
	return s.act(ctx, a, id, acting, "rooms.captions_ask", may, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		if x.Outside.Live() {
			return nil
		}
		if err := asking.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := forgetAgrees(ctx, tx, id); err != nil {
			return err
		}
		if err := setOutside(ctx, tx, id, Outside{State: OutsideAsked, Run: moment.NewID(), Lang: lang}); err != nil {
			return err
		}
		if err := setAgrees(ctx, tx, mine.ID, true); err != nil {
			return err
		}
		return s.weigh(ctx, tx, id, now)
	})
}

// AnswerCaptions says yes or no, or takes a yes back, at any time. A no of somebody who
// is in ends it for all at once; the audit has that they answered, not what. Whoever
// waits at the door answers for themselves only.
func (s *Service) AnswerCaptions(ctx context.Context, a access.Actor, id moment.ID, yes bool) error {
	var ends []line
	err := s.act(ctx, a, id, acting, "rooms.captions_answer", canAnswerCaptions, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		ends = nil
		switch {
		case !x.Outside.Live() && yes:
			return fault.New(fault.Conflict, "rooms.error.outside_over")
		case !x.Outside.Live():
			return nil
		case !yes && mine.State.Holds():
			ends = []line{{id, x.Outside.Identity}}
			return s.endOutside(ctx, tx, x, OutsideOver, now)
		}
		if err := setAgrees(ctx, tx, mine.ID, yes); err != nil {
			return err
		}
		return s.weigh(ctx, tx, id, now)
	})
	if err == nil {
		s.cutOutside(ctx, ends)
	}
	return err
}

// EndCaptions ends captions from outside, or takes the question back, by somebody who
// holds the room.
func (s *Service) EndCaptions(ctx context.Context, a access.Actor, id moment.ID) error {
	var ends []line
	err := s.act(ctx, a, id, acting, "rooms.captions_end", canHold, func(tx db.Writer, x Room, _ Seat, now moment.Time) error {
		ends = nil
		if !x.Outside.Live() {
			return nil
		}
		ends = []line{{id, x.Outside.Identity}}
		return s.endOutside(ctx, tx, x, OutsideOver, now)
	})
	if err == nil {
		s.cutOutside(ctx, ends)
	}
	return err
}

// cutOutside takes the service out at once. Before it was invited it has no identity.
func (s *Service) cutOutside(ctx context.Context, ends []line) {
	for _, l := range ends {
		if l.identity != "" {
			s.takeOut(ctx, l.room, l.identity)
		}
	}
}

// weigh begins captions from outside once everybody who is in has said yes, and ends
// them when nobody is in any more, or the operator has taken the service away.
func (s *Service) weigh(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	x, found, err := roomByID(ctx, tx, id)
	if err != nil || !found || !x.Open || !x.Outside.Live() {
		return err
	}
	in, yes, err := countAgrees(ctx, tx, id)
	if err != nil {
		return err
	}
	switch to := outsideNext(x.Outside.State, s.offers(x), in, yes); to {
	case x.Outside.State:
		return nil
	case OutsideRuns:
		return s.beginOutside(ctx, tx, x, now)
	default:
		return s.endOutside(ctx, tx, x, to, now)
	}
}

func (s *Service) beginOutside(ctx context.Context, tx db.Writer, x Room, now moment.Time) error {
	x.Outside.State, x.Outside.Identity = OutsideRuns, newIdentity()
	if err := setOutside(ctx, tx, x.ID, x.Outside); err != nil {
		return err
	}
	if err := s.Bus.At(ctx, tx, jobInvite, string(x.ID), now, aboutRun{Room: x.ID, Run: x.Outside.Run}); err != nil {
		return err
	}
	s.changed(tx, x)
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "rooms.captions_begin", Kind: "room", Object: x.ID})
}

// endOutside ends one asking: what the service wrote goes with it, its addresses are
// worth nothing, and the next time everybody is asked anew.
func (s *Service) endOutside(ctx context.Context, tx db.Writer, x Room, to OutsideState, now moment.Time) error {
	if err := setOutside(ctx, tx, x.ID, Outside{State: to}); err != nil {
		return err
	}
	if err := forgetAgrees(ctx, tx, x.ID); err != nil {
		return err
	}
	if err := dropCaptionsOf(ctx, tx, x.ID, x.Outside.Run); err != nil {
		return err
	}
	if err := s.Bus.Cancel(ctx, tx, jobInvite, string(x.ID)); err != nil {
		return err
	}
	s.changed(tx, x)
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "rooms.captions_over", Kind: "room", Object: x.ID})
}

// aboutRun is what a job carries that invites the service: ids, and how often it was
// tried.
type aboutRun struct {
	Room moment.ID `json:"room"`
	Run  moment.ID `json:"run"`
	Try  int       `json:"try"`
}

// inviteAfter is how long to wait before the service is asked again; after the last it
// is given up. People wait for it meanwhile.
var inviteAfter = []time.Duration{2 * time.Second, 5 * time.Second, 15 * time.Second}

// invite asks the service to come, with addresses that are made now. Asked again, after
// no answer or a lost node, it gets others, and those before are worth nothing.
func (s *Service) invite(ctx context.Context, j bus.Job) error {
	var about aboutRun
	if err := j.Read(&about); err != nil {
		return err
	}
	m, wanted, err := s.invitation(ctx, about)
	if err != nil || !wanted {
		return err
	}
	err = s.Captioning.Hook.Send(ctx, m)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // the node stops; that is not the service's failure
	}
	return s.inviteAgain(ctx, about, err)
}
