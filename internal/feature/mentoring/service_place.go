package mentoring

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/safety"
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
	if err != nil || !found || x.Channel == ByChat || x.State != Planned && x.State != Held {
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
	list, err := sessionsFor(ctx, r, member, p.Clock.Now().Add(-minutes(longest)-doorAfter))
	if err != nil {
		return safety.Place{}, false, err
	}
	for _, x := range list {
		if x.State != Running {
			continue
		}
		if at, found, err := p.PlaceOf(ctx, r, x.Conversation); err != nil || found && at.Member == member {
			return at, found, err
		}
	}
	return safety.Place{}, false, nil
}
