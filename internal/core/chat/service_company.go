package chat

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Join lets somebody sit in, in the caller's transaction; the caller has decided
// who may. Both see it, and what was said before stays between them: the third
// reads from here on. There is no other way into a conversation.
func (s *Service) Join(ctx context.Context, tx db.Writer, id, person moment.ID) error {
	f, found, err := loadFrame(ctx, tx, id, person)
	if err != nil {
		return err
	}
	if f.Together {
		return fault.Hidden() // whoever comes into a conversation of many is admitted
	}
	if !found || !f.Open() {
		return fault.New(fault.Conflict, "chat.error.ended")
	}
	if p, in := f.Part(person); in && (p.Side != Company || p.AccessUntil.IsZero()) {
		return fault.New(fault.Conflict, "chat.error.in_it")
	}
	if err := s.announceAbout(ctx, tx, id, Joined, person); err != nil {
		return err
	}
	return fault.Op("chat join", putCompany(ctx, tx, id, person, f.LastSeq, s.Clock.Now()))
}

// LeaveIt ends the part of somebody who sat in, in the caller's transaction.
func (s *Service) LeaveIt(ctx context.Context, tx db.Writer, id, person moment.ID) error {
	f, found, err := loadFrame(ctx, tx, id, person)
	if err != nil {
		return err
	}
	p, in := f.Part(person)
	if !found || !in || p.Side != Company {
		return fault.Hidden()
	}
	if !p.AccessUntil.IsZero() || !f.Open() {
		return nil
	}
	if err := s.announceAbout(ctx, tx, id, Left, person); err != nil {
		return err
	}
	return s.CloseTo(ctx, tx, id, person)
}
