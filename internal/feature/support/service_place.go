package support

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/safety"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Places tells safety what stands around a conversation or a request.
type Places struct{ *Service }

// PlaceOf gives a conversation while its peer may still look back on it, or a
// request that waits.
func (p Places) PlaceOf(ctx context.Context, r db.Reader, id moment.ID) (safety.Place, bool, error) {
	c, found, err := contactByID(ctx, r, id)
	if err != nil {
		return safety.Place{}, false, err
	}
	if found {
		over := !c.EndedAt.IsZero() && p.Clock.Now().Sub(c.EndedAt) > chat.WorkerReadsOnly
		return safety.Place{ID: id, Member: c.Member, Worker: c.Peer, Ended: !c.EndedAt.IsZero()}, !over, nil
	}
	call, found, err := callByID(ctx, r, id)
	if err != nil {
		return safety.Place{}, false, err
	}
	if found {
		return safety.Place{ID: id, Member: call.Member, Worker: call.Peer, Ended: true}, call.Member != "" && p.Clock.Now().Sub(call.LoggedAt) <= chat.WorkerReadsOnly, nil
	}
	q, found, err := requestByID(ctx, r, id)
	if err != nil || !found || q.State != Waiting && q.State != Offered {
		return safety.Place{}, false, err
	}
	return safety.Place{ID: id, Member: q.Person}, true, nil
}

// MetIn gives the member of a conversation while its peer may look back on it.
func (p Places) MetIn(ctx context.Context, r db.Reader, peer, conversation moment.ID) (moment.ID, bool, error) {
	c, found, err := contactByID(ctx, r, conversation)
	if err != nil || !found || c.Peer != peer {
		return "", false, err
	}
	return c.Member, c.EndedAt.IsZero() || p.Clock.Now().Sub(c.EndedAt) <= chat.WorkerReadsOnly, nil
}

// Running gives the conversation in which somebody is being helped now.
func (p Places) Running(ctx context.Context, r db.Reader, member moment.ID) (safety.Place, bool, error) {
	q, found, err := liveOf(ctx, r, member)
	if err != nil || !found || q.State != Talking {
		return safety.Place{}, false, err
	}
	return p.PlaceOf(ctx, r, q.Conversation)
}

// hearSafety follows what happens to concerns that came from here.
func (s *Service) hearSafety() {
	for name, f := range map[string]func(context.Context, db.Writer, bus.Event) error{"safety.raised": s.concernRaised, "safety.answered": s.concernAnswered, "safety.closed": s.concernClosed} {
		s.Bus.OnTx(name, "support", func(ctx context.Context, tx db.Writer, e bus.Event) error {
			return f(ctx, tx, e)
		})
	}
}

// concernRaised marks the conversation, which is heavy from then on for the one
// who has it. When it was the person's own word, both see it where they talk.
func (s *Service) concernRaised(ctx context.Context, tx db.Writer, e bus.Event) error {
	s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
	c, found, err := contactByID(ctx, tx, e.Also["place"])
	if err != nil || !found {
		return err
	}
	if err := setConcern(ctx, tx, c.Conversation); err != nil {
		return fault.Op("support concern", err)
	}
	s.Bus.Publish(tx, PeerTopic(c.Peer), int64(s.Clock.Now()))
	if e.Also["by"] != c.Member || !c.EndedAt.IsZero() {
		return nil
	}
	return s.Chat.AnnounceOnce(ctx, tx, c.Conversation, chat.Unsafe, c.Member, "unsafe-"+string(e.ID))
}

// worriesCome lets what runs about somebody come along into the conversation that
// begins: its peer sees it from the first moment.
func (s *Service) worriesCome(ctx context.Context, tx db.Writer, member, conversation moment.ID) error {
	list, err := s.Safety.Follow(ctx, tx, member, conversation)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := setConcern(ctx, tx, conversation); err != nil {
		return fault.Op("support concern", err)
	}
	for _, c := range list {
		if c.Kind != safety.KindSelf {
			continue
		}
		if err := s.Chat.AnnounceOnce(ctx, tx, conversation, chat.Unsafe, member, "unsafe-"+string(c.ID)); err != nil {
			return err
		}
	}
	return nil
}

// kept answers a decision about somebody: whoever is kept out is offered nobody any
// more, and what they were offered goes on to the next. Whom they talk with is not
// dropped: the lead is told, and sees to it.
func (s *Service) kept(ctx context.Context, tx db.Writer, person moment.ID) error {
	out, err := s.Standing.Out(ctx, tx, person)
	if err != nil || !out {
		return err
	}
	if err := s.Shifts.Rest(ctx, tx, person); err != nil {
		return err
	}
	if err := s.giveBack(ctx, tx, person); err != nil {
		return err
	}
	running, err := runningWith(ctx, tx, person)
	if err != nil || len(running) == 0 {
		return err
	}
	return s.lookAfter(ctx, tx, person, checkInKept)
}

// concernAnswered tells both that somebody has it, where the person said it themselves.
func (s *Service) concernAnswered(ctx context.Context, tx db.Writer, e bus.Event) error {
	s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
	c, found, err := contactByID(ctx, tx, e.Also["place"])
	if err != nil || !found || !c.EndedAt.IsZero() || e.Also["by"] != "" {
		return err
	}
	return s.Chat.Announce(ctx, tx, c.Conversation, chat.Answered, "")
}

// concernClosed asks the board to look after the peer: they are offered to talk
// about it.
func (s *Service) concernClosed(ctx context.Context, tx db.Writer, e bus.Event) error {
	s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
	c, found, err := contactByID(ctx, tx, e.Also["place"])
	if err != nil || !found {
		return err
	}
	return s.lookAfter(ctx, tx, c.Peer, "concern")
}
