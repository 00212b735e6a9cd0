package rooms

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// An aside is a room for two beside a room: somebody who holds it asks one person to
// come aside for a moment, the person says yes or no, and both come back. Their
// places in the room are kept, and everybody there reads that the two are aside. Whoever
// goes aside does not hold the room meanwhile: when nobody else does, its owner learns
// it, as when they had left.

// asideKind is the kind of owner of such a room: the seat of whoever was asked.
const asideKind = "aside"

// AskAside asks somebody to come aside, or takes the question back.
func (s *Service) AskAside(ctx context.Context, a access.Actor, id, other moment.ID, yes bool) error {
	return s.over(ctx, a, id, other, "rooms.aside", func(tx db.Writer, x Room, mine, seat Seat, _ moment.Time) error {
		if x.Mode == Two || x.Mode == Aside || seat.State != In {
			return fault.Hidden()
		}
		seat.AskedBy = ""
		if yes {
			seat.AskedBy = mine.ID
		}
		return putSeat(ctx, tx, seat)
	})
}

// GoAside answers: yes brings both into a room for two. Nobody is brought anywhere
// without having said yes.
func (s *Service) GoAside(ctx context.Context, a access.Actor, id moment.ID, yes bool) error {
	var ends []line
	err := s.act(ctx, a, id, acting, "rooms.aside_answer", canBeIn, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		ends = nil
		if mine.State != In || mine.AskedBy == "" {
			return fault.New(fault.Conflict, "rooms.error.aside")
		}
		host, found, err := seatByID(ctx, tx, mine.AskedBy)
		if err != nil {
			return err
		}
		mine.AskedBy = ""
		switch {
		case !yes:
			return putSeat(ctx, tx, mine)
		case !found || host.State != In || host.Role != Host || host.Room != x.ID:
			return fault.New(fault.Conflict, "rooms.error.aside")
		}
		aside, err := s.openAside(ctx, tx, x, mine, now)
		if err != nil {
			return err
		}
		for _, seat := range []Seat{host, mine} {
			ends = append(ends, line{id, seat.Identity})
			if err := s.step(ctx, tx, x, seat, aside, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.cut(ctx, ends)
	}
	return err
}

// openAside makes the room for two of a seat, or opens it again.
func (s *Service) openAside(ctx context.Context, tx db.Writer, x Room, mine Seat, now moment.Time) (Room, error) {
	owner := Ref{asideKind, mine.ID}
	aside, _, err := roomOf(ctx, tx, owner)
	if err != nil {
		return aside, err
	}
	aside.Parent = x.ID
	return s.opened(ctx, tx, aside, owner, Stand{Mode: Aside, Places: 2}, now)
}

// step brings one seat from a room into the room for two.
func (s *Service) step(ctx context.Context, tx db.Writer, x Room, seat Seat, aside Room, now moment.Time) error {
	there, _, err := seatOf(ctx, tx, aside.ID, seat.Person)
	if err != nil {
		return err
	}
	had := there.State.Holds()
	id := there.ID
	if id == "" {
		id = moment.NewID()
	}
	there = Seat{ID: id, Room: aside.ID, Person: seat.Person, Identity: newIdentity(), Role: Part, Speaks: true, Shows: true, EnteredAt: now, SeenAt: now}
	if err := s.letIn(ctx, tx, access.System(), aside, there, had); err != nil {
		return err
	}
	seat.State, seat.Aside, seat.HandAt, seat.SeenAt = Beside, aside.ID, 0, now
	if err := putSeat(ctx, tx, seat); err != nil {
		return err
	}
	if err := forgetAsks(ctx, tx, seat.ID); err != nil { // whoever else they asked
		return err
	}
	if err := s.fromRound(ctx, tx, x, seat.ID, now); err != nil {
		return err
	}
	return s.owners[x.Owner.Kind].Went(ctx, tx, seat.Person, x.Owner.ID, seat.Role == Host)
}

// Back leads from the room for two into the room one came from; it gives that room.
// When it has closed meanwhile, or its door does not let them in, they read so there;
// known is false when that room has forgotten who was in it.
func (s *Service) Back(ctx context.Context, a access.Actor, id moment.ID) (up Room, known bool, err error) {
	var ends []line
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		x, mine, err := s.inside(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if x.Mode != Aside || mine.ID == "" {
			return fault.Hidden()
		}
		ends = []line{{id, mine.Identity}}
		if mine.State.Holds() {
			if err := s.out(ctx, tx, x, mine, Out, now); err != nil {
				return err
			}
		}
		if up, known, err = s.comesBack(ctx, tx, a, x.Parent, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "rooms.back", Kind: "room", Object: id})
	})
	if err == nil {
		s.cut(ctx, ends)
	}
	return up, known, err
}

// comesBack takes the place again that was kept. Whoever held the room holds it again
// if its owner still lets them; else they take part.
func (s *Service) comesBack(ctx context.Context, tx db.Writer, a access.Actor, parent moment.ID, now moment.Time) (Room, bool, error) {
	up, found, err := roomByID(ctx, tx, parent)
	if err != nil || !found {
		return up, false, err
	}
	seat, known, err := seatOf(ctx, tx, parent, a.Person)
	if err != nil || seat.State != Beside || !up.Open {
		return up, known, err
	}
	st, err := s.stays(ctx, tx, a, up)
	if fault.Is(err, fault.NotFound) {
		return up, true, s.out(ctx, tx, up, seat, Out, now)
	}
	if err != nil {
		return up, true, err
	}
	if seat.Role == Host && !st.Host && !st.MayHold {
		seat.Role = Part
	}
	seat.State, seat.Aside, seat.Identity, seat.SeenAt = In, "", newIdentity(), now
	s.changed(tx, up)
	return up, true, s.letIn(ctx, tx, a, up, seat, true)
}

// outOfAside ends the aside of somebody who goes out of the room beside it, or is in
// that again. It gives the line that ends with it.
func (s *Service) outOfAside(ctx context.Context, tx db.Writer, seat Seat, to SeatState, now moment.Time) ([]line, error) {
	aside, found, err := roomByID(ctx, tx, seat.Aside)
	if err != nil || !found || !aside.Open {
		return nil, err
	}
	there, found, err := seatOf(ctx, tx, aside.ID, seat.Person)
	if err != nil || !found || !there.State.Holds() {
		return nil, err
	}
	return []line{{aside.ID, there.Identity}}, s.out(ctx, tx, aside, there, to, now)
}

// besides is the owner of rooms for two beside a room.
type besides struct{ s *Service }

// Stands lets in whoever has stepped aside into it, and nobody else.
func (b besides) Stands(ctx context.Context, r db.Reader, a access.Actor, owner moment.ID) (Stand, error) {
	st := Stand{Mode: Aside, Places: 2, Door: Shut, Cameras: true}
	x, found, err := roomOf(ctx, r, Ref{asideKind, owner})
	if err != nil || !found {
		return Stand{}, err
	}
	up, found, err := roomByID(ctx, r, x.Parent)
	if err != nil || !found {
		return Stand{}, err
	}
	above, err := b.s.owners[up.Owner.Kind].Stands(ctx, r, access.System(), up.Owner.ID)
	if err != nil {
		return Stand{}, err
	}
	st.Cameras = above.Cameras
	if !x.Open {
		st.Door = Over
	}
	if a.Person == "" {
		st.See = a.Way == access.BySystem
		return st, nil
	}
	mine, _, err := seatOf(ctx, r, x.ID, a.Person)
	st.See = err == nil && mine.ID != ""
	st.Enter = st.See && mine.State.Holds()
	st.Name, st.Href = above.Name, above.Href
	return st, err
}

// Came has nobody to tell.
func (besides) Came(context.Context, db.Writer, access.Actor, moment.ID, bool) error { return nil }

// Went has nobody to tell.
func (besides) Went(context.Context, db.Writer, moment.ID, moment.ID, bool) error { return nil }
