package rooms

import (
	"context"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// aliasWord is what the text chat shows of somebody without a name: their number.
func aliasWord(n int) string {
	if n == 0 {
		return ""
	}
	return "#" + strconv.Itoa(n)
}

// Leave is going out, from the room or from the waiting room. It never fails because
// one has gone already.
func (s *Service) Leave(ctx context.Context, a access.Actor, id moment.ID) error {
	var ends []line
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		ends = nil
		x, mine, err := s.inside(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if mine.ID == "" {
			return fault.Hidden()
		}
		if mine.State == Out || mine.State == Removed || mine.State == Refused {
			return nil
		}
		now := s.Clock.Now()
		if ends, err = s.goes(ctx, tx, x, mine, Out, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "rooms.leave", Kind: "room", Object: id})
	})
	if err == nil {
		s.cut(ctx, ends)
	}
	return err
}

// goesNow takes somebody out of a room who cannot be in it any more, when that still
// holds of their seat as it is now.
func (s *Service) goesNow(ctx context.Context, a access.Actor, id moment.ID, verb string, holds func(Room, Seat) access.Decision) error {
	var ends []line
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		ends = nil
		x, mine, err := s.inside(ctx, tx, a, id)
		if err != nil || !holds(x, mine).OK() {
			return err
		}
		now := s.Clock.Now()
		if ends, err = s.goes(ctx, tx, x, mine, Out, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "room", Object: id})
	})
	if err == nil {
		s.cut(ctx, ends)
	}
	return err
}

// line is somebody's line to the media server in a room.
type line struct {
	room     moment.ID
	identity string
}

// cut ends lines, at once, after what ended them was written.
func (s *Service) cut(ctx context.Context, lines []line) {
	for _, l := range lines {
		s.takeOut(ctx, l.room, l.identity)
	}
}

// goes takes somebody out of a room, and out of the room for two beside it when they
// are there. It gives the lines that end with it.
func (s *Service) goes(ctx context.Context, tx db.Writer, x Room, seat Seat, to SeatState, now moment.Time) ([]line, error) {
	ends := []line{{x.ID, seat.Identity}}
	if seat.State == Beside {
		there, err := s.outOfAside(ctx, tx, seat, to, now)
		if err != nil {
			return nil, err
		}
		ends = append(ends, there...)
	}
	return ends, s.out(ctx, tx, x, seat, to, now)
}

// out takes somebody out of a room for a reason. Whoever waited for their turn passes.
func (s *Service) out(ctx context.Context, tx db.Writer, x Room, seat Seat, to SeatState, now moment.Time) error {
	held := seat.State.Holds()
	was := seat.State
	seat.State, seat.HandAt, seat.AskedBy, seat.Agrees, seat.GoneAt = to, 0, "", false, now
	if err := putSeat(ctx, tx, seat); err != nil {
		return fault.Op("seat", err)
	}
	if err := forgetAsks(ctx, tx, seat.ID); err != nil {
		return fault.Op("questions aside", err)
	}
	s.changed(tx, x)
	if !held {
		return nil
	}
	if err := givePlace(ctx, tx, x.ID, now); err != nil {
		return fault.Op("place", err)
	}
	if x.gathers() {
		if err := s.Talks.Dismiss(ctx, tx, x.Talk, seat.Person); err != nil {
			return err
		}
	}
	if err := s.fromRound(ctx, tx, x, seat.ID, now); err != nil {
		return err
	}
	if err := s.weigh(ctx, tx, x.ID, now); err != nil { // they may have been the last to be asked
		return err
	}
	if was == Beside {
		return nil // the owner learned it when they went aside
	}
	return s.owners[x.Owner.Kind].Went(ctx, tx, seat.Person, x.Owner.ID, seat.Role == Host)
}

// shut closes a room for everybody. What was said goes with it, and a quarter of an hour
// later who was there; until then they can still read why it closed. Who was removed is
// remembered.
func (s *Service) shut(ctx context.Context, tx db.Writer, x Room, why string, now moment.Time) error {
	done, err := closeRoom(ctx, tx, x.ID, why, now)
	if err != nil || !done {
		return fault.Op("close a room", err)
	}
	if owner, ok := s.owners[x.Owner.Kind].(Closer); ok {
		if err := owner.Closed(ctx, tx, x.Owner.ID, why == whyEnded); err != nil {
			return err
		}
	}
	seats, err := seatsIn(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.State != In {
			continue
		}
		if err := s.owners[x.Owner.Kind].Went(ctx, tx, seat.Person, x.Owner.ID, seat.Role == Host); err != nil {
			return err
		}
	}
	if err := allOut(ctx, tx, x.ID, now); err != nil {
		return fault.Op("everybody out", err)
	}
	if err := forgetWords(ctx, tx, x.ID); err != nil {
		return fault.Op("forget words", err)
	}
	if x.gathers() {
		if err := s.Talks.Close(ctx, tx, x.Talk); err != nil {
			return err
		}
	}
	s.changed(tx, x)
	return s.Bus.At(ctx, tx, jobForget, string(x.ID), now.Add(forgetAfter), aboutRoom{x.ID})
}

// End closes the room for everybody, by somebody who holds it.
func (s *Service) End(ctx context.Context, a access.Actor, id moment.ID) error {
	err := s.act(ctx, a, id, acting, "rooms.end", canHold, func(tx db.Writer, x Room, _ Seat, now moment.Time) error {
		return s.shut(ctx, tx, x, whyEnded, now)
	})
	if err == nil {
		s.endMedia(ctx, id)
	}
	return err
}

func (s *Service) endMedia(ctx context.Context, id moment.ID) {
	if err := s.Media.End(ctx, string(id)); err != nil {
		s.Log.Warn("the end of a room waits for the media server", "room", string(id), "error", err.Error())
	}
}
