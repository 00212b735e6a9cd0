package meetings

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// RoomKind is the kind of rooms that belong to meetings.
const RoomKind = "meeting"

// Agreer is for an Owner whose people agreed on something: it is read at the door of a
// room.
type Agreer interface {
	// Agreed gives what was agreed, a sentence each, and where it stands.
	Agreed(ctx context.Context, r db.Reader, owner moment.ID) (sentences []string, href string, err error)
}

// Rooms tells the engine of rooms how people stand to the room of a meeting.
type Rooms struct{ *Service }

// OwnRoom tells whether people meet in the room here: online, where nobody named another
// way.
func (s Series) OwnRoom(at Attendance) bool {
	return at.Screen() && s.Inside.Link == "" && s.Inside.Phone == ""
}

// onlyRoom tells whether holding a meeting means being in its room: what happens on
// screens alone is not held by a button.
func onlyRoom(x Series, m Meeting) bool { return x.OwnRoom(m.Attendance) && !m.Attendance.Room() }

// Stands gives how somebody stands to the room of a meeting. Whoever comes enters once
// somebody who holds it is there; those who hold it open it by entering.
func (o Rooms) Stands(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (rooms.Stand, error) {
	m, found, err := meetingByID(ctx, r, id)
	if err != nil || !found {
		return rooms.Stand{}, err
	}
	x, err := o.series(ctx, r, m.Series)
	if err != nil || !x.OwnRoom(m.Attendance) {
		return rooms.Stand{}, err
	}
	f, err := o.facets(ctx, r, x.Owner)
	if err != nil {
		return rooms.Stand{}, fault.Unless(err, fault.NotFound)
	}
	now := o.Clock.Now()
	st := rooms.Stand{Name: x.Called(), Href: meetingPath(id), Mode: rooms.Together, Door: doorOf(x, m, now), Cameras: true, KeepsDoor: x.Audience == Public && !f.Webinar, Places: m.OnlinePlaces, Topics: []string{Topic(id)}}
	if f.Webinar {
		st.Mode, st.Quiet = rooms.Webinar, true
	}
	alone(&st, m)
	if a.Person == "" && a.Way == access.BySystem {
		st.See = true
		return st, nil
	}
	return st, o.mine(ctx, r, a, x, m, &st, now)
}

// mine adds how somebody stands to it.
func (o Rooms) mine(ctx context.Context, r db.Reader, a access.Actor, x Series, m Meeting, st *rooms.Stand, now moment.Time) error {
	own, err := o.stands(ctx, r, a, m.Owner)
	if err != nil || own.Elsewhere != "" {
		return fault.Unless(err, fault.NotFound)
	}
	hosts, err := hostsOf(ctx, r, m.ID)
	if err != nil {
		return err
	}
	answer, _, err := answerOf(ctx, r, m.ID, a.Person)
	if err != nil {
		return err
	}
	h, named := hostIn(hosts, a.Person)
	may := canBeHere(own, x, m, h, named, now).OK()
	here := named && h.State == Here
	st.See = true
	st.Host = here || may && named && h.State != Cannot // also whoever went and is back
	st.MayHold = may && !st.Host
	st.Enter = own.Hold || named && h.Stands() || answer.State == Going
	if !st.Enter {
		guest, err := o.guestComes(ctx, r, a, m)
		if err != nil {
			return err
		}
		st.Enter = guest
	}
	if agreer, ok := o.owners[m.Owner.Kind].(Agreer); ok && st.Enter {
		st.Agreed, st.AgreeHref, err = agreer.Agreed(ctx, r, m.Owner.ID)
	}
	return err
}

// doorOf is how the door of a meeting's room stands.
func doorOf(x Series, m Meeting, now moment.Time) rooms.Door {
	switch {
	case !m.State.Coming() || now >= m.EndsAt.Add(overAfter):
		return rooms.Over
	case m.State == Locked:
		return rooms.Locked
	case m.State == Open:
		return rooms.OpenDoor
	case !x.opens() && now >= m.StartsAt.Add(-earlyLink):
		return rooms.OpenDoor
	}
	return rooms.Shut
}

// alone says what happens to a room that nobody holds: five minutes of grace, then
// locked, closed at fifteen (safety.md, groups).
func alone(st *rooms.Stand, m Meeting) {
	switch {
	case m.State == Over && m.Why == whyUnhosted:
		st.Alone = m.EndedAt
	case (m.State == Open || m.State == Locked) && !m.GraceAt.IsZero():
		st.Alone, st.Locks, st.Closes = m.GraceAt, m.GraceAt.Add(graceLock), m.GraceAt.Add(graceClose)
	}
}

// Came makes whoever holds a meeting be there once they are in its room.
func (o Rooms) Came(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID, holds bool) error {
	if !holds {
		return nil
	}
	x, m, st, err := o.facing(ctx, tx, a, id)
	if err != nil {
		return err
	}
	hosts, err := hostsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if h, named := hostIn(hosts, a.Person); named && h.State == Here {
		return nil // from another window
	}
	return o.here(ctx, tx, a, facing{x, m, st, hosts}, o.Clock.Now())
}

// Went is that somebody who held a meeting is in its room no more: grace begins when
// nobody else holds it.
func (o Rooms) Went(ctx context.Context, tx db.Writer, person, id moment.ID, holds bool) error {
	if !holds {
		return nil
	}
	m, found, err := meetingByID(ctx, tx, id)
	if err != nil || !found {
		return err
	}
	hosts, err := hostsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	h, named := hostIn(hosts, person)
	if !named || h.State != Here {
		return nil
	}
	x, err := o.series(ctx, tx, m.Series)
	if err != nil {
		return err
	}
	return o.gone(ctx, tx, x, m, h, o.Clock.Now())
}

// Closed ends a meeting that is only in the room when those who hold it end the room:
// nobody is asked to step in, and nobody comes in again. Before it has begun, and where
// people also meet in a place, nothing ends.
func (o Rooms) Closed(ctx context.Context, tx db.Writer, id moment.ID, ended bool) error {
	m, found, err := meetingByID(ctx, tx, id)
	if err != nil || !found || !ended || !m.State.Coming() || m.Attendance.Room() {
		return err
	}
	now := o.Clock.Now()
	if now < m.StartsAt {
		return nil
	}
	was := m
	m.State, m.EndedAt, m.GraceAt, m.Stage = Over, now, 0, stageOver
	if err := o.save(ctx, tx, m, was); err != nil {
		return err
	}
	if err := o.Bus.Cancel(ctx, tx, jobGrace, string(id)); err != nil {
		return err
	}
	if err := o.Tell.SettleAbout(ctx, tx, id, noticeNow); err != nil {
		return err
	}
	o.Bus.Publish(tx, Topic(id), 0)
	return o.timers(ctx, tx, m.Series)
}

// Removed takes back the place by whose address somebody came who was taken out of the
// room: the same address leads nobody in again.
func (o Rooms) Removed(ctx context.Context, tx db.Writer, person, id moment.ID) error {
	place, found, err := placeOfPass(ctx, tx, id, person)
	if err != nil || !found || place.State == Not {
		return err
	}
	m, err := o.meeting(ctx, tx, id)
	if err != nil {
		return err
	}
	return o.takeBack(ctx, tx, m, place.Answer, o.Clock.Now())
}

// guestComes tells whether somebody came by the address of a place that still stands.
func (s *Service) guestComes(ctx context.Context, r db.Reader, a access.Actor, m Meeting) (bool, error) {
	if a.Person == "" {
		return false, nil
	}
	state, found, err := passOf(ctx, r, m.ID, a.Person)
	return found && state == Going, err
}

// ComeBy lets somebody into the room of a meeting by the address of the place that they
// took without an account. Whoever is not known here becomes a guest: session is their
// token then, for a cookie that ends with the browser. It gives the meeting.
func (s *Service) ComeBy(ctx context.Context, a access.Actor, t Token, from people.Arrival) (meeting moment.ID, session string, err error) {
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		mine, m, err := s.byToken(ctx, tx, t)
		if err != nil {
			return err
		}
		x, err := s.series(ctx, tx, m.Series)
		if err != nil {
			return err
		}
		if mine.State != Going || mine.How != ByScreen || !x.OwnRoom(m.Attendance) {
			return fault.New(fault.Conflict, "meetings.error.no_room")
		}
		who := a
		if !who.Known() {
			if who, session, err = s.People.Arrive(ctx, tx, from); err != nil {
				return err
			}
		}
		meeting = m.ID
		// A place is one person's: whoever came by it before, from another device or by
		// an address that was handed on, comes by it no more.
		if err := dropPasses(ctx, tx, mine.ID, who.Person); err != nil {
			return err
		}
		if err := putPass(ctx, tx, m.ID, who.Person, mine.ID); err != nil {
			return err
		}
		return access.Record(ctx, tx, who, s.Clock.Now(), access.Entry{Verb: "meetings.come_by", Kind: "meeting", Object: m.ID})
	})
	return meeting, session, err
}
