package rooms

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
)

// lineFor is how long a line may take to be opened with its token. Each line gets
// another.
const lineFor = 10 * time.Minute

// Line gives what the media server may let the actor do in a room, when this very
// identity of theirs is in it now. It is asked anew at each line that a browser
// opens: a token of another room, hour or person, or of somebody who was removed, finds
// nothing.
func (s *Service) Line(ctx context.Context, a access.Actor, id moment.ID, identity string) (media.Grant, error) {
	r := s.DB.Reader()
	x, mine, err := s.inside(ctx, r, a, id)
	if err != nil {
		return media.Grant{}, err
	}
	if err := canLine(x, mine, identity).Err(); err != nil {
		return media.Grant{}, err
	}
	st, err := s.stays(ctx, r, a, x)
	if err != nil {
		return media.Grant{}, err
	}
	g := grant(x, mine, st.Cameras)
	g.Until = s.Clock.Now().Add(lineFor).Std()
	return g, s.Media.Ensure(ctx, string(x.ID), x.Places+mostInMeeting)
}

// Stays tells whether a line still stands: for somebody who is in the room with this
// identity, and may be.
func (s *Service) Stays(ctx context.Context, a access.Actor, id moment.ID, identity string) bool {
	r := s.DB.Reader()
	x, mine, err := s.inside(ctx, r, a, id)
	if err != nil || !canLine(x, mine, identity).OK() {
		return false
	}
	_, err = s.stays(ctx, r, a, x)
	return !fault.Is(err, fault.NotFound) // a database that is away cuts nobody off
}

// SignedOut takes somebody out whose session has ended while their line stood: what
// they hear must end with it, wherever the browser is. Whoever has come in elsewhere
// meanwhile, with another identity, stays.
func (s *Service) SignedOut(ctx context.Context, a access.Actor, id moment.ID, identity string) error {
	return s.goesNow(ctx, a, id, "rooms.signed_out", func(x Room, mine Seat) access.Decision { return canLine(x, mine, identity) })
}

// Seen notes that somebody is still there, when the last sign is older than ten
// seconds. It is no deed of theirs and adds nothing to the audit.
func (s *Service) Seen(ctx context.Context, mine Seat) error {
	now := s.Clock.Now()
	if mine.State != In && mine.State != Waiting || now.Sub(mine.SeenAt) < seenEvery {
		return nil
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return seen(ctx, tx, mine.ID, mine.Identity, now) })
}

// SeenBy is Seen for a line.
func (s *Service) SeenBy(ctx context.Context, a access.Actor, id moment.ID) error {
	_, mine, err := s.inside(ctx, s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	return s.Seen(ctx, mine)
}
