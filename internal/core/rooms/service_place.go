package rooms

import (
	"context"

	"cairn/internal/core/moderation"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Places tells safety what stands around somebody in a room: a worry about them can be
// raised from it by those who hold it. A place is named by its seat.
type Places struct{ *Service }

// PlaceOf gives a seat with those who hold the room; in a room for two, with whoever asked
// them aside.
func (p Places) PlaceOf(ctx context.Context, r db.Reader, id moment.ID) (safety.Place, bool, error) {
	seat, found, err := seatByID(ctx, r, id)
	if err != nil || !found || seat.Alias > 0 {
		return safety.Place{}, false, err
	}
	x, found, err := roomByID(ctx, r, seat.Room)
	if err != nil || !found {
		return safety.Place{}, false, err
	}
	at := safety.Place{ID: id, Member: seat.Person, Ended: !x.Open || !seat.State.Holds(), Path: roomPath(x.ID)}
	hold, err := p.holders(ctx, r, x, seat.Person)
	if len(hold) > 0 {
		at.Worker, at.Beside = hold[0], hold[1:]
	}
	return at, err == nil, err
}

// holders are those who hold a room, who came first first, but for one person. Of a room
// for two it is who is in it and holds the room beside.
func (p Places) holders(ctx context.Context, r db.Reader, x Room, but moment.ID) ([]moment.ID, error) {
	in := x.ID
	if x.Mode == Aside {
		in = x.Parent
	}
	list, err := seatsIn(ctx, r, in)
	var out []moment.ID
	for _, s := range list {
		here := s.State == In
		if x.Mode == Aside {
			here = s.State == Beside && s.Aside == x.ID
		}
		if s.Role == Host && s.Person != but && here {
			out = append(out, s.Person)
		}
	}
	return out, err
}

// Running gives the room that somebody is in now, when somebody holds it.
func (p Places) Running(ctx context.Context, r db.Reader, member moment.ID) (safety.Place, bool, error) {
	list, err := seatsOf(ctx, r, member)
	if err != nil {
		return safety.Place{}, false, err
	}
	for _, seat := range list {
		if seat.State != In {
			continue
		}
		at, found, err := p.PlaceOf(ctx, r, seat.ID)
		if err != nil || found && at.Worker != "" && !at.Ended {
			return at, found, err
		}
	}
	return safety.Place{}, false, nil
}

// Subject lets somebody report another person in the room with them.
type Subject struct{ *Service }

// Name is the kind.
func (Subject) Name() string { return "seat" }

// Reported gives a seat to whoever was in the room with it. Nothing that was said goes
// with it: nothing is recorded.
func (s Subject) Reported(ctx context.Context, r db.Reader, a access.Actor, object moment.ID) (moderation.Reported, bool, error) {
	seat, found, err := seatByID(ctx, r, object)
	if err != nil || !found || seat.Person == a.Person {
		return moderation.Reported{}, false, err
	}
	_, mine, err := s.inside(ctx, r, a, seat.Room)
	if err != nil || mine.ID == "" || mine.State == Waiting || mine.State == Refused {
		return moderation.Reported{}, false, err
	}
	return moderation.Reported{About: seat.Person, Anonymous: seat.Alias > 0}, true, nil
}
