package rooms

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// View is a room as somebody in it sees it.
type View struct {
	Room
	Stand     Stand
	Me        Seat
	Seats     []Seat // in it and aside, in the order of their coming
	Waiting   []Seat // in the waiting room, for those who hold it
	Cards     map[moment.ID]people.Card
	Order     []Seat // who raised a hand
	Turns     []Turn
	Captions  []Caption
	Questions []Question
	AsksMe    Seat // who asks them to come aside; without an id: nobody
	Worries   bool // they work here and look after the others: they can say that they worry
	Sound     bool
	Scribe    string // the captions service outside that is offered; "" for none
	Now       moment.Time
}

// Here tells whether they are in the room now.
func (v View) Here() bool { return v.Open && v.Me.State == In }

// Holds tells whether they hold it.
func (v View) Holds() bool { return v.Here() && v.Me.Role == Host }

// Held tells whether anybody holds it now.
func (v View) Held() bool {
	return slices.ContainsFunc(v.Seats, func(s Seat) bool { return s.Role == Host && s.State == In })
}

// Turn gives whose turn it is.
func (v View) Turn() (Turn, bool) {
	i := slices.IndexFunc(v.Turns, func(t Turn) bool { return t.State == Now })
	if i < 0 {
		return Turn{}, false
	}
	return v.Turns[i], true
}

// Look gives a room to whoever is in it, waits before it, or was in it: they read why
// they are not any more. Everybody in it reads who else is.
func (s *Service) Look(ctx context.Context, a access.Actor, id moment.ID) (View, error) {
	v, err := s.look(ctx, a, id)
	if err != nil {
		return v, err
	}
	return v, s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "rooms.look", Kind: "room", Object: id})
}

func (s *Service) look(ctx context.Context, a access.Actor, id moment.ID) (View, error) {
	r := s.DB.Reader()
	v := View{Sound: s.Media.Available(), Now: s.Clock.Now()}
	var err error
	if v.Room, v.Me, err = s.inside(ctx, r, a, id); err != nil {
		return v, err
	}
	if v.Me.ID == "" {
		return v, fault.Hidden()
	}
	if s.offers(v.Room) {
		v.Scribe = s.Captioning.Name
	}
	in := v.Open && v.Me.State.Holds()
	if in {
		v.Stand, err = s.stays(ctx, r, a, v.Room)
	} else {
		v.Stand, err = s.stands(ctx, r, a, v.Owner)
	}
	switch {
	case fault.Is(err, fault.NotFound) && in:
		// Whoever does not come to its owner any more is not in the room any more.
		return v, s.noLonger(ctx, a, id)
	case err != nil && !fault.Is(err, fault.NotFound):
		return v, err
	case !in:
		return v, nil
	}
	return v, s.lookIn(ctx, r, a, &v)
}

// noLonger takes out whoever may not be in a room any more, as it is now: they may
// have been removed since it was read.
func (s *Service) noLonger(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := s.goesNow(ctx, a, id, "rooms.no_longer", canBeIn); err != nil {
		return err
	}
	return fault.Hidden()
}

// looksAfter tells whether somebody holds the room, or the room beside this one, and
// works here.
func (s *Service) looksAfter(ctx context.Context, r db.Reader, a access.Actor, v View) (bool, error) {
	if v.Mode != Aside || !v.Here() {
		return v.Holds() && safety.MayRaise(a), nil
	}
	up, _, err := seatOf(ctx, r, v.Parent, a.Person)
	return err == nil && up.Role == Host && up.State == Beside && safety.MayRaise(a), err
}

func (s *Service) lookIn(ctx context.Context, r db.Reader, a access.Actor, v *View) error {
	all, err := seatsIn(ctx, r, v.ID)
	if err != nil {
		return err
	}
	for _, seat := range all {
		if seat.ID == v.Me.AskedBy && seat.State == In {
			v.AsksMe = seat
		}
		if seat.State.Holds() {
			v.Seats = append(v.Seats, seat)
		} else if v.Holds() {
			v.Waiting = append(v.Waiting, seat)
		}
	}
	if v.Worries, err = s.looksAfter(ctx, r, a, *v); err != nil {
		return err
	}
	v.Order = Order(v.Seats)
	if v.Cards, err = s.cards(ctx, r, append(slices.Clone(v.Seats), v.Waiting...)); err != nil {
		return err
	}
	if v.TurnMinutes > 0 {
		if v.Turns, err = turnsOf(ctx, r, v.ID); err != nil {
			return err
		}
	}
	if v.Captions, err = s.captions(ctx, r, v.Room, v.Now); err != nil {
		return err
	}
	if v.Mode == Webinar {
		v.Questions, err = s.questions(ctx, r, v.Room, v.Me)
	}
	return err
}

// OfTalk gives the room that a text chat belongs to, to whoever is or was in it.
func (s *Service) OfTalk(ctx context.Context, a access.Actor, talk moment.ID) (moment.ID, error) {
	r := s.DB.Reader()
	x, found, err := roomOfTalk(ctx, r, talk)
	if err != nil || !found {
		return "", fault.OrHidden(err)
	}
	_, mine, err := s.inside(ctx, r, a, x.ID)
	if err != nil || mine.ID == "" {
		return "", fault.OrHidden(err)
	}
	return x.ID, nil
}
