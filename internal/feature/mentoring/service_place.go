package mentoring

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/safety"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Places tells safety what stands around a meeting: a worry can be raised from the
// conversation that runs or was, and from a meeting in person or by telephone.
type Places struct{ *Service }

// PlaceOf gives a meeting or its conversation while its peer may still look back
// on it.
func (p Places) PlaceOf(ctx context.Context, r db.Reader, id moment.ID) (safety.Place, bool, error) {
	x, found, err := sessionOfTalk(ctx, r, id)
	if err == nil && !found {
		return p.meetingPlace(ctx, r, id)
	}
	if err != nil {
		return safety.Place{}, false, err
	}
	w, err := p.load(ctx, r, x.Walk)
	if err != nil {
		return safety.Place{}, false, err
	}
	helper := w.Peer
	if x.Instead != "" {
		helper = x.Instead
	}
	over := !x.EndedAt.IsZero() && p.Clock.Now().Sub(x.EndedAt) > chat.WorkerReadsOnly
	return safety.Place{ID: id, Member: w.Member, Worker: helper, Ended: x.State != Running}, !over, nil
}

// meetingPlace gives a meeting in person or by telephone, from its beginning until
// a day after it.
func (p Places) meetingPlace(ctx context.Context, r db.Reader, id moment.ID) (safety.Place, bool, error) {
	x, found, err := sessionByID(ctx, r, id)
	if err != nil || !found || x.Channel.Here() || x.State != Planned && x.State != Held {
		return safety.Place{}, false, err
	}
	now := p.Clock.Now()
	if now < x.StartsAt.Add(-doorBefore) || now > x.EndsAt().Add(chat.WorkerReadsOnly) {
		return safety.Place{}, false, nil
	}
	w, err := p.load(ctx, r, x.Walk)
	helper := w.Peer
	if x.Instead != "" {
		helper = x.Instead
	}
	return safety.Place{ID: id, Member: w.Member, Worker: helper, Ended: true, Path: "/people/meeting/" + string(id)}, err == nil, err
}

// Running gives the conversation that somebody has now.
func (p Places) Running(ctx context.Context, r db.Reader, member moment.ID) (safety.Place, bool, error) {
	x, found, err := runningOf(ctx, r, member)
	if err != nil || !found {
		return safety.Place{}, false, err
	}
	return p.PlaceOf(ctx, r, x.Conversation)
}

// hearSafety shows a worry where the two talk: both see that the person said it,
// and that somebody has answered.
func (s *Service) hearSafety() {
	for name, f := range map[string]func(context.Context, db.Writer, bus.Event, Session) error{"safety.raised": s.worryRaised, "safety.answered": s.worryAnswered} {
		s.Bus.OnTx(name, "mentoring", func(ctx context.Context, tx db.Writer, e bus.Event) error {
			x, found, err := sessionOfTalk(ctx, tx, e.Also["place"])
			if err != nil || !found || x.State != Running {
				return err
			}
			return f(ctx, tx, e, x.Session)
		})
	}
}

func (s *Service) worryRaised(ctx context.Context, tx db.Writer, e bus.Event, x Session) error {
	w, err := s.load(ctx, tx, x.Walk)
	if err != nil || e.Also["by"] != w.Member {
		return err
	}
	return s.Chat.AnnounceOnce(ctx, tx, x.Conversation, chat.Unsafe, w.Member, "unsafe-"+string(e.ID))
}

func (s *Service) worryAnswered(ctx context.Context, tx db.Writer, e bus.Event, x Session) error {
	if e.Also["by"] != "" && e.Also["by"] != e.Also["member"] {
		return nil // somebody else worried: the person reads it on their own page
	}
	return s.Chat.AnnounceOnce(ctx, tx, x.Conversation, chat.Answered, "", "answered-"+string(e.ID))
}
