package rooms

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// AskCall asks the other of two who talk whether they would like to hear each other. The
// conversation says it to both. Asking again while the question stands changes nothing.
func (s *Service) AskCall(ctx context.Context, a access.Actor, talk moment.ID) error {
	return s.onCall(ctx, a, talk, "rooms.call_ask", func(tx db.Writer, st Stand, c Call, now moment.Time) error {
		if err := canCall(st).Err(); err != nil {
			return err
		}
		switch {
		case c.State == CallAgreed || c.State == CallAsked && c.By == a.Person:
			return nil
		case c.State == CallAsked: // both asked: both wish it
			return s.agreeCall(ctx, tx, a, talk, now)
		}
		if err := calling.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := putCall(ctx, tx, talk, Call{CallAsked, a.Person, now}); err != nil {
			return err
		}
		return s.Talks.Announce(ctx, tx, talk, chat.CallAsked, a.Person)
	})
}

// AnswerCall says yes or no. After a no they go on writing, and nobody has to say why.
func (s *Service) AnswerCall(ctx context.Context, a access.Actor, talk moment.ID, yes bool) error {
	return s.onCall(ctx, a, talk, "rooms.call_answer", func(tx db.Writer, st Stand, c Call, now moment.Time) error {
		if err := canAnswerCall(st, c, a.Person).Err(); err != nil {
			return err
		}
		if yes {
			return s.agreeCall(ctx, tx, a, talk, now)
		}
		if err := putCall(ctx, tx, talk, Call{}); err != nil {
			return err
		}
		return s.Talks.Announce(ctx, tx, talk, chat.CallDeclined, a.Person)
	})
}

// StopCall takes a question back, or the yes: the room closes when it is open.
func (s *Service) StopCall(ctx context.Context, a access.Actor, talk moment.ID) error {
	var x Room
	err := s.onCall(ctx, a, talk, "rooms.call_stop", func(tx db.Writer, st Stand, c Call, now moment.Time) error {
		if err := canStand(st).Err(); err != nil || c.State == NoCall {
			return err
		}
		if c.State == CallAsked && c.By != a.Person {
			return fault.New(fault.Conflict, "rooms.error.call")
		}
		if err := putCall(ctx, tx, talk, Call{}); err != nil {
			return err
		}
		var found bool
		var err error
		if x, found, err = roomOf(ctx, tx, Ref{TalkKind, talk}); err != nil || !found || !x.Open {
			return err
		}
		return s.shut(ctx, tx, x, whyEnded, now)
	})
	if err == nil && x.Open {
		s.endMedia(ctx, x.ID)
	}
	return err
}

func (s *Service) agreeCall(ctx context.Context, tx db.Writer, a access.Actor, talk moment.ID, now moment.Time) error {
	if err := putCall(ctx, tx, talk, Call{CallAgreed, a.Person, now}); err != nil {
		return err
	}
	return s.Talks.Announce(ctx, tx, talk, chat.CallAgreed, a.Person)
}

// Agreed opens the room of a conversation in the caller's transaction, for two who
// have agreed on it beforehand: they planned to meet so. Each still comes in by
// themselves.
func (s *Service) Agreed(ctx context.Context, tx db.Writer, talk, by moment.ID) error {
	return putCall(ctx, tx, talk, Call{CallAgreed, by, s.Clock.Now()})
}

func (s *Service) onCall(ctx context.Context, a access.Actor, talk moment.ID, verb string, do func(tx db.Writer, st Stand, c Call, now moment.Time) error) error {
	if err := permEnter.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		st, err := s.stands(ctx, tx, a, Ref{TalkKind, talk})
		if err != nil {
			return err
		}
		if err := acting.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		c, err := callOf(ctx, tx, talk)
		if err != nil {
			return err
		}
		if err := do(tx, st, c.Now(now), now); err != nil {
			return err
		}
		s.Bus.Publish(tx, OwnerTopic(Ref{TalkKind, talk}), 0)
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "conversation", Object: talk})
	})
}

// talkEnded closes a call with its conversation, at once: whoever ends it to protect
// themselves is neither heard nor seen from then on.
func (s *Service) talkEnded(ctx context.Context, e bus.Event) error {
	var x Room
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		var found bool
		var err error
		if x, found, err = roomOf(ctx, tx, Ref{TalkKind, e.ID}); err != nil || !found || !x.Open {
			return err
		}
		return s.shut(ctx, tx, x, whyOver, s.Clock.Now())
	})
	if err == nil && x.Open {
		s.endMedia(ctx, x.ID)
	}
	return err
}

// talks is the owner of the rooms of conversations.
type talks struct{ s *Service }

// Stands lets in the two who talk with each other, once both have said yes, while they
// talk. Nobody else comes in, whatever their role.
func (t talks) Stands(ctx context.Context, r db.Reader, a access.Actor, talk moment.ID) (Stand, error) {
	c, err := t.s.Talks.Quiet(ctx, r, talk)
	if fault.Is(err, fault.NotFound) {
		return Stand{}, nil
	}
	if err != nil {
		return Stand{}, err
	}
	call, err := callOf(ctx, r, talk)
	if err != nil {
		return Stand{}, err
	}
	st := Stand{Mode: Two, Places: 2, Door: Shut, Cameras: true, Href: "/talk/" + string(talk), Topics: []string{chat.Topic(talk)}}
	switch {
	case !c.Open():
		st.Door = Over
	case call.Now(t.s.Clock.Now()).State == CallAgreed:
		st.Door = OpenDoor
	}
	part, in := c.Part(a.Person)
	st.Enter = in && part.AccessUntil.IsZero() && (part.Side == chat.Helped || part.Side == chat.Helper)
	st.See = st.Enter || a.Person == "" && a.Way == access.BySystem
	return st, nil
}

// Came has nobody to tell: the conversation said it.
func (talks) Came(context.Context, db.Writer, access.Actor, moment.ID, bool) error { return nil }

// Went has nobody to tell.
func (talks) Went(context.Context, db.Writer, moment.ID, moment.ID, bool) error { return nil }

// Closed makes the next call ask anew.
func (talks) Closed(ctx context.Context, tx db.Writer, talk moment.ID, _ bool) error {
	return putCall(ctx, tx, talk, Call{})
}
