package rooms

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// over runs a verb of somebody who holds a room over another seat.
func (s *Service) over(ctx context.Context, a access.Actor, id, other moment.ID, verb string, do func(tx db.Writer, x Room, mine, seat Seat, now moment.Time) error) error {
	return s.act(ctx, a, id, acting, verb, canHold, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		seat, found, err := seatByID(ctx, tx, other)
		if err == nil && !found {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		if err := canHoldOver(x, mine, seat).Err(); err != nil {
			return err
		}
		return do(tx, x, mine, seat, now)
	})
}

// Admit answers somebody in the waiting room.
func (s *Service) Admit(ctx context.Context, a access.Actor, id, other moment.ID, yes bool) error {
	return s.over(ctx, a, id, other, "rooms.admit", func(tx db.Writer, x Room, _, seat Seat, now moment.Time) error {
		if seat.State != Waiting {
			return nil // somebody else has answered
		}
		if !yes {
			return s.out(ctx, tx, x, seat, Refused, now)
		}
		return s.letIn(ctx, tx, a, x, seat, false)
	})
}

// What is held by permission.
const (
	holdVoice   = "speaks"
	holdPicture = "shows"
	holdScreen  = "shares"
)

// Hold gives or takes the microphone, the camera or the screen of somebody. Taken, it
// stays taken until it is given back: their browser cannot undo it.
func (s *Service) Hold(ctx context.Context, a access.Actor, id, other moment.ID, what string, may bool) error {
	var x Room
	var seat Seat
	err := s.over(ctx, a, id, other, "rooms.hold", func(tx db.Writer, in Room, _, of Seat, _ moment.Time) error {
		x, seat = in, of
		switch what {
		case holdVoice:
			seat.Speaks = may
		case holdPicture:
			seat.Shows = may
		case holdScreen:
			seat.Shares = may
		default:
			return fault.New(fault.Invalid, "web.error.form")
		}
		return putSeat(ctx, tx, seat)
	})
	if err == nil {
		s.permit(ctx, x, seat)
	}
	return err
}

// Hush takes the microphones of everybody who does not hold the room; each is given
// back one by one, or to all by Speak.
func (s *Service) Hush(ctx context.Context, a access.Actor, id moment.ID, may bool) error {
	var x Room
	var all []Seat
	err := s.act(ctx, a, id, acting, "rooms.hush", canHold, func(tx db.Writer, in Room, _ Seat, _ moment.Time) error {
		x, all = in, nil
		list, err := seatsIn(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, seat := range list {
			if seat.Role == Host || seat.Role == Interpreter || seat.Speaks == may {
				continue
			}
			seat.Speaks = may
			if err := putSeat(ctx, tx, seat); err != nil {
				return err
			}
			all = append(all, seat)
		}
		return nil
	})
	for _, seat := range all {
		if err == nil && seat.State == In {
			s.permit(ctx, x, seat)
		}
	}
	return err
}

// Remove takes somebody out, and they stay out of this room.
func (s *Service) Remove(ctx context.Context, a access.Actor, id, other moment.ID) error {
	var ends []line
	err := s.over(ctx, a, id, other, "rooms.remove", func(tx db.Writer, x Room, _, seat Seat, now moment.Time) error {
		var err error
		if ends, err = s.goes(ctx, tx, x, seat, Removed, now); err != nil {
			return err
		}
		if owner, ok := s.owners[x.Owner.Kind].(Remover); ok {
			return owner.Removed(ctx, tx, seat.Person, x.Owner.ID)
		}
		return nil
	})
	if err == nil {
		s.cut(ctx, ends)
	}
	return err
}

// Lock lets nobody else in, or opens the door again.
func (s *Service) Lock(ctx context.Context, a access.Actor, id moment.ID, locked bool) error {
	return s.act(ctx, a, id, acting, "rooms.lock", canHold, func(tx db.Writer, x Room, _ Seat, _ moment.Time) error {
		return setLocked(ctx, tx, x.ID, locked)
	})
}

// KeepDoor makes whoever comes wait until they are let in; without it whoever waits
// comes in at once.
func (s *Service) KeepDoor(ctx context.Context, a access.Actor, id moment.ID, keeps bool) error {
	return s.act(ctx, a, id, acting, "rooms.door", canHold, func(tx db.Writer, x Room, _ Seat, _ moment.Time) error {
		if err := setKeepsDoor(ctx, tx, x.ID, keeps); err != nil || keeps {
			return err
		}
		list, err := seatsIn(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		for _, seat := range list {
			if seat.State != Waiting || !canBeLetIn(x, seat).OK() {
				continue // who has not agreed to captions from outside waits on, and is asked
			}
			err := s.letIn(ctx, tx, a, x, seat, false)
			if fault.Is(err, fault.Conflict) {
				return nil // full: the others wait on
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// GiveRole makes somebody a listener, a speaker, captioner or interpreter. lang is an
// interpreter's channel. A role that needs a voice or hands gives them back; whoever is
// made a listener does not speak again by going out and coming in, but when they are
// made a speaker.
func (s *Service) GiveRole(ctx context.Context, a access.Actor, id, other moment.ID, role Role, lang string) error {
	var x Room
	var seat Seat
	err := s.over(ctx, a, id, other, "rooms.role", func(tx db.Writer, in Room, _, of Seat, now moment.Time) error {
		x, seat = in, of
		if !slices.Contains(Given(), role) {
			return fault.New(fault.Invalid, "web.error.form")
		}
		seat.Role, seat.Lang = role, ""
		if role == Interpreter {
			if len(lang) < 2 || len(lang) > 12 {
				var wrong fault.Problems
				wrong.Add("lang", "rooms.error.lang")
				return wrong.Err()
			}
			seat.Lang = lang
		}
		switch {
		case role == Listener:
			seat.Speaks, seat.Shows, seat.Shares = false, false, false
		case role == Part && of.Hears():
			seat.Speaks, seat.Shows, seat.HandAt = true, true, 0
		case role == Interpreter:
			seat.Speaks = true
		case role == Signer:
			seat.Shows = true
		}
		return s.takesPart(ctx, tx, x, seat, now)
	})
	if err == nil {
		s.permit(ctx, x, seat)
	}
	return err
}

// Raise raises the actor's hand or takes it down. Raising it again keeps the place in
// the order.
func (s *Service) Raise(ctx context.Context, a access.Actor, id moment.ID, up bool) error {
	return s.act(ctx, a, id, acting, "rooms.hand", canBeIn, func(tx db.Writer, _ Room, mine Seat, now moment.Time) error {
		if up == !mine.HandAt.IsZero() {
			return nil
		}
		if !up {
			now = 0
		}
		return setHand(ctx, tx, mine.ID, now)
	})
}

// Lower takes somebody's hand down, by those who hold the room.
func (s *Service) Lower(ctx context.Context, a access.Actor, id, other moment.ID) error {
	return s.over(ctx, a, id, other, "rooms.lower", func(tx db.Writer, _ Room, _, seat Seat, _ moment.Time) error {
		return setHand(ctx, tx, seat.ID, 0)
	})
}

// Listen makes the actor a listener by their own choice, or takes them back into the
// talk. In a webinar those who hold it give the word.
func (s *Service) Listen(ctx context.Context, a access.Actor, id moment.ID, only bool) error {
	var x Room
	var seat Seat
	err := s.act(ctx, a, id, acting, "rooms.listen", canBeIn, func(tx db.Writer, in Room, mine Seat, now moment.Time) error {
		x, seat = in, mine
		switch {
		case seat.Role != Part && seat.Role != Listener, !only && x.Mode == Webinar:
			return fault.Hidden()
		case only:
			seat.Role = Listener
		default:
			seat.Role = Part
		}
		return s.takesPart(ctx, tx, x, seat, now)
	})
	if err == nil {
		s.permit(ctx, x, seat)
	}
	return err
}

// takesPart writes how somebody takes part now. A round that runs asks them, or asks
// them no more.
func (s *Service) takesPart(ctx context.Context, tx db.Writer, x Room, seat Seat, now moment.Time) error {
	if err := putSeat(ctx, tx, seat); err != nil {
		return fault.Op("seat", err)
	}
	if turns(seat) {
		return s.toRound(ctx, tx, x, seat)
	}
	return s.fromRound(ctx, tx, x, seat.ID, now)
}
