package rooms

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// DoorView is a room as somebody at its door may see it.
type DoorView struct {
	Owner Ref
	Stand
	Room    Room
	Opened  bool // there is somebody in it, or was a moment ago
	Mine    Seat
	Seats   []Seat // who is in it, for whoever may come in; without those they are kept apart from
	Cards   map[moment.ID]people.Card
	Sound   bool // the service carries sound and picture
	Call    Call // of a conversation
	Asked   bool // they are asked whether they would like to talk
	Now     moment.Time
	Refusal error  // why they cannot come in now; nil when they can, captions from outside aside
	Scribe  string // the captions service that writes now and that they have to agree to; "" for none
}

// straight tells whether entering leads into a room that is open, and not to wait.
func (v DoorView) straight() bool {
	return v.Opened && v.Refusal == nil && (v.Host || !v.Room.KeepsDoor)
}

// Door shows a room from outside: whether it is open, who is in it, what was agreed.
func (s *Service) Door(ctx context.Context, a access.Actor, owner Ref) (DoorView, error) {
	r := s.DB.Reader()
	v := DoorView{Owner: owner, Sound: s.Media.Available(), Now: s.Clock.Now()}
	var err error
	if v.Stand, err = s.stands(ctx, r, a, owner); err != nil {
		return v, err
	}
	if v.Room, v.Opened, err = roomOf(ctx, r, owner); err != nil {
		return v, err
	}
	removed := false
	if v.Opened && a.Person != "" {
		if v.Mine, _, err = seatOf(ctx, r, v.Room.ID, a.Person); err != nil {
			return v, err
		}
		removed = v.Mine.State == Removed
	}
	v.Opened = v.Opened && v.Room.Open
	if owner.Kind == TalkKind {
		if v.Call, err = callOf(ctx, r, owner.ID); err != nil {
			return v, err
		}
		v.Call = v.Call.Now(v.Now)
		v.Asked = v.Call.State == CallAsked && v.Call.By != a.Person
	}
	v.Refusal = canEnter(v.Stand, v.Room, v.Mine, Entry{Agrees: true}).Err()
	if v.Opened && v.Room.Outside.State == OutsideRuns && !v.Mine.State.Holds() {
		v.Scribe = s.Captioning.Name
	}
	if v.Opened && (v.Enter || v.Host || v.MayHold) && !removed {
		if v.Seats, err = s.atDoor(ctx, r, a, v.Room.ID); err != nil {
			return v, err
		}
		v.Cards, err = s.cards(ctx, r, v.Seats)
	}
	return v, err
}

// atDoor gives who is in a room as somebody at its door reads it. Two who are kept apart
// do not read there where the other is; inside, everybody is in the list. Somebody
// without a name stays in it: to leave a number out would say whose it is.
func (s *Service) atDoor(ctx context.Context, r db.Reader, a access.Actor, room moment.ID) ([]Seat, error) {
	list, err := seatsIn(ctx, r, room)
	if err != nil {
		return nil, err
	}
	apart, err := s.People.Apart(ctx, r, a.Person)
	return slices.DeleteFunc(list, func(seat Seat) bool {
		return !seat.State.Holds() || seat.Alias == 0 && apart[seat.Person]
	}), err
}

// cards names who is not without a name.
func (s *Service) cards(ctx context.Context, r db.Reader, seats []Seat) (map[moment.ID]people.Card, error) {
	var ids []moment.ID
	for _, x := range seats {
		if x.Alias == 0 {
			ids = append(ids, x.Person)
		}
	}
	return s.People.Cards(ctx, r, ids...)
}

// Enter lets somebody in, or into the waiting room: it gives the room. Entering again,
// from another window or after a lost line, gives another identity, and the old one
// is taken out. The room opens with the first who may.
func (s *Service) Enter(ctx context.Context, a access.Actor, owner Ref, e Entry) (moment.ID, error) {
	if err := permEnter.Check(a); err != nil {
		return "", err
	}
	var x Room
	var ends []line
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		var was Seat
		now := s.Clock.Now()
		st, err := s.stands(ctx, tx, a, owner)
		if err != nil {
			return err
		}
		if x, was, err = s.find(ctx, tx, a, owner); err != nil {
			return err
		}
		if err := canEnter(st, x, was, e).Err(); err != nil {
			return err
		}
		if out, err := s.Standing.Out(ctx, tx, a.Person); err != nil || out {
			return orOut(err)
		}
		if err := acting.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if x, err = s.opened(ctx, tx, x, owner, st, now); err != nil {
			return err
		}
		if ends, err = s.oldLines(ctx, tx, x, was, now); err != nil {
			return err
		}
		if err := s.seat(ctx, tx, a, x, st, was, e, now); err != nil {
			return err
		}
		s.changed(tx, x)
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "rooms.enter", Kind: "room", Object: x.ID})
	})
	if err == nil {
		s.cut(ctx, ends)
	}
	return x.ID, err
}

// oldLines gives the lines that end when somebody enters who is in already. Whoever was
// aside comes out of the room for two: nobody is in two rooms.
func (s *Service) oldLines(ctx context.Context, tx db.Writer, x Room, was Seat, now moment.Time) ([]line, error) {
	if !was.State.Holds() {
		return nil, nil
	}
	ends := []line{{x.ID, was.Identity}}
	if was.State != Beside {
		return ends, nil
	}
	there, err := s.outOfAside(ctx, tx, was, Out, now)
	return append(ends, there...), err
}

func orOut(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Forbidden, "rooms.error.out")
}

// find gives the room of an owner, when there is one, and the seat somebody has in it.
func (s *Service) find(ctx context.Context, tx db.Writer, a access.Actor, owner Ref) (Room, Seat, error) {
	x, found, err := roomOf(ctx, tx, owner)
	if err != nil || !found {
		return x, Seat{}, err
	}
	mine, _, err := seatOf(ctx, tx, x.ID, a.Person)
	return x, mine, err
}

// opened makes a room, or opens it again, with a text chat of its own.
func (s *Service) opened(ctx context.Context, tx db.Writer, x Room, owner Ref, st Stand, now moment.Time) (Room, error) {
	if x.Open {
		return x, nil
	}
	talk, err := s.chatFor(ctx, tx, owner)
	if err != nil {
		return x, err
	}
	again := x.ID != ""
	x = Room{ID: x.ID, Owner: owner, Mode: st.Mode, Open: true, KeepsDoor: st.KeepsDoor, Places: st.Places, Talk: talk, Parent: x.Parent, OpenedAt: now}
	if again {
		_, err = reopenRoom(ctx, tx, x)
	} else {
		x.ID = moment.NewID()
		err = insertRoom(ctx, tx, x)
	}
	if err != nil {
		return x, fault.Op("open a room", err)
	}
	return x, s.watchFrom(ctx, tx, x.ID, now)
}

// chatFor gives a room its text chat: one of its own, or for two who talk already the
// conversation that they have.
func (s *Service) chatFor(ctx context.Context, tx db.Writer, owner Ref) (moment.ID, error) {
	if owner.Kind == TalkKind {
		return owner.ID, nil
	}
	return s.Talks.Gather(ctx, tx, talkKind)
}

// talkKind is the kind of a room's text chat.
const talkKind = "room"

// seat gives somebody their seat in an open room.
func (s *Service) seat(ctx context.Context, tx db.Writer, a access.Actor, x Room, st Stand, was Seat, e Entry, now moment.Time) error {
	identity, err := identityFor(ctx, tx, e.Identity)
	if err != nil {
		return err
	}
	mine := Seat{ID: moment.NewID(), Room: x.ID, Person: a.Person, Identity: identity, State: In, Role: Part, Speaks: true, Shows: true, EnteredAt: now, SeenAt: now}
	if was.ID != "" {
		// What was held by permission stays held, and a role that was given stays given:
		// going out, waiting and coming in again undo nothing.
		mine.ID, mine.Role, mine.Lang = was.ID, was.Role, was.Lang
		mine.Speaks, mine.Shows, mine.Shares, mine.Alias, mine.HandAt = was.Speaks, was.Shows, was.Shares, was.Alias, was.HandAt
	}
	// Going out takes a yes back; whoever is in and comes from another window keeps it.
	mine.Agrees = was.State.Holds() && was.Agrees || e.Agrees && x.Outside.State == OutsideRuns
	mine.Role = roleAt(st, mine, e, was.ID != "")
	switch {
	case mine.Role == Host && was.Alias > 0:
		err = s.byName(ctx, tx, x, &mine)
	case st.Quiet && e.Quiet && mine.Role != Host && mine.Alias == 0:
		mine.Alias, err = nextAlias(ctx, tx, x.ID)
	}
	if err != nil {
		return err
	}
	if x.KeepsDoor && mine.Role != Host && !was.State.Holds() {
		mine.State = Waiting
		return fault.Op("wait", putSeat(ctx, tx, mine))
	}
	return s.letIn(ctx, tx, a, x, mine, was.State.Holds())
}

// byName makes a seat without a name one with a name, for whoever holds the room now:
// another seat and another part in the text chat, so that nothing ties the number to
// them.
func (s *Service) byName(ctx context.Context, tx db.Writer, x Room, mine *Seat) error {
	if err := s.fromRound(ctx, tx, x, mine.ID, mine.EnteredAt); err != nil {
		return err
	}
	if err := dropSeat(ctx, tx, mine.ID); err != nil {
		return fault.Op("seat", err)
	}
	mine.ID, mine.Alias, mine.HandAt = moment.NewID(), 0, 0
	if !x.gathers() {
		return nil
	}
	return s.Talks.Dismiss(ctx, tx, x.Talk, mine.Person)
}

// roleAt is how somebody takes part who comes in now.
func roleAt(st Stand, mine Seat, e Entry, before bool) Role {
	switch {
	case st.Host || st.MayHold && (e.Hold || before && mine.Role == Host):
		return Host
	case mine.Role == Captioner || mine.Role == Interpreter || mine.Role == Signer:
		return mine.Role
	case st.Mode == Webinar && (!before || mine.Role != Part):
		return Listener
	case e.Listen:
		return Listener
	}
	return Part
}

// letIn takes a place and writes the seat; the owner and the text chat learn it.
func (s *Service) letIn(ctx context.Context, tx db.Writer, a access.Actor, x Room, seat Seat, had bool) error {
	if err := canBeLetIn(x, seat).Err(); err != nil {
		return err
	}
	if !had {
		ok, err := claimPlace(ctx, tx, x.ID, seat.Role == Host)
		if err != nil {
			return fault.Op("place", err)
		}
		if !ok {
			return fault.New(fault.Conflict, "rooms.error.full")
		}
	}
	seat.State, seat.GoneAt = In, 0
	if err := putSeat(ctx, tx, seat); err != nil {
		return fault.Op("seat", err)
	}
	if x.gathers() {
		if err := s.Talks.Admit(ctx, tx, x.Talk, seat.Person, aliasWord(seat.Alias)); err != nil {
			return err
		}
	}
	if err := s.toRound(ctx, tx, x, seat); err != nil {
		return err
	}
	if err := s.weigh(ctx, tx, x.ID, s.Clock.Now()); err != nil {
		return err
	}
	if a.Person != seat.Person { // somebody else let them in
		a = access.Actor{Person: seat.Person, Way: access.BySystem}
	}
	return s.owners[x.Owner.Kind].Came(ctx, tx, a, x.Owner.ID, seat.Role == Host)
}
