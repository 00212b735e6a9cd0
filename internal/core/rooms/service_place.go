package rooms

import (
	"context"
	"slices"

	"cairn/internal/core/moderation"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Places tells safety what stands around somebody in a room: a worry about them can be
// raised from it by those who hold it. A place is named by its seat.
type Places struct{ *Service }

// PlaceOf gives a seat with whoever holds the room.
func (p Places) PlaceOf(ctx context.Context, r db.Reader, id moment.ID) (safety.Place, bool, error) {
	seat, found, err := seatByID(ctx, r, id)
	if err != nil || !found || seat.Alias > 0 {
		return safety.Place{}, false, err
	}
	x, found, err := roomByID(ctx, r, seat.Room)
	if err != nil || !found {
		return safety.Place{}, false, err
	}
	worker, err := p.holder(ctx, r, x, seat.Person)
	return safety.Place{ID: id, Member: seat.Person, Worker: worker, Ended: !x.Open || !seat.State.Holds(), Path: roomPath(x.ID)}, err == nil, err
}

// holder is who holds a room longest, but for one person.
func (p Places) holder(ctx context.Context, r db.Reader, x Room, but moment.ID) (moment.ID, error) {
	list, err := seatsIn(ctx, r, x.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(s Seat) bool { return s.Role == Host && s.Person != but })
	if i < 0 {
		return "", nil
	}
	return list[i].Person, nil
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
	return moderation.Reported{About: seat.Person}, true, nil
}
