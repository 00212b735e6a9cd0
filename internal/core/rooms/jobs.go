package rooms

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
)

// The timers of rooms.
const (
	jobWatch  = "rooms.watch"
	jobForget = "rooms.forget"
	jobInvite = "rooms.captions"
)

type aboutRoom struct {
	Room moment.ID `json:"room"`
}

func (s *Service) watchFrom(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	if err := s.Bus.Cancel(ctx, tx, jobForget, string(id)); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobWatch, string(id), now.Add(watchEvery), aboutRoom{id})
}

// watch looks after an open room: who has gone without saying so, whether its owner
// still lets it be open, and whether everybody in the media server has a seat. It
// plans itself anew as long as the room is open.
func (s *Service) watch(ctx context.Context, j bus.Job) error {
	var about aboutRoom
	if err := j.Read(&about); err != nil {
		return err
	}
	var x Room
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		var found bool
		var err error
		if x, found, err = roomByID(ctx, tx, about.Room); err != nil || !found || !x.Open {
			return err
		}
		now := s.Clock.Now()
		if err := s.gone(ctx, tx, x, now); err != nil {
			return err
		}
		if err := dropOldCaptions(ctx, tx, x.ID, now.Add(-captionsFor)); err != nil {
			return err
		}
		if err := s.weigh(ctx, tx, x.ID, now); err != nil {
			return err
		}
		if x, _, err = roomByID(ctx, tx, about.Room); err != nil {
			return err
		}
		why, err := s.closes(ctx, tx, x, now)
		if err != nil {
			return err
		}
		if why != "" {
			x.Open = false
			return s.shut(ctx, tx, x, why, now)
		}
		return s.watchFrom(ctx, tx, x.ID, now)
	})
	if err != nil || x.ID == "" {
		return err
	}
	return s.tidy(ctx, x)
}

// gone takes out whoever gave no sign for 45 seconds.
func (s *Service) gone(ctx context.Context, tx db.Writer, x Room, now moment.Time) error {
	list, err := seatsIn(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	for _, seat := range list {
		if seat.State == Beside {
			if err := s.goneAside(ctx, tx, x, seat, now); err != nil {
				return err
			}
			continue
		}
		if now.Sub(seat.SeenAt) < awayAfter {
			continue
		}
		if err := s.out(ctx, tx, x, seat, Out, now); err != nil {
			return err
		}
	}
	return nil
}

// goneAside frees the place of whoever has left the room for two without coming back.
func (s *Service) goneAside(ctx context.Context, tx db.Writer, x Room, seat Seat, now moment.Time) error {
	there, found, err := seatOf(ctx, tx, seat.Aside, seat.Person)
	if err != nil {
		return err
	}
	since := seat.SeenAt
	if found {
		if there.State.Holds() {
			return nil
		}
		since = max(since, there.GoneAt)
	}
	if now.Sub(since) < awayAfter {
		return nil // they are on the way back
	}
	return s.out(ctx, tx, x, seat, Out, now)
}

// closes tells why a room closes now, or "".
func (s *Service) closes(ctx context.Context, tx db.Writer, x Room, now moment.Time) (string, error) {
	st, err := s.stands(ctx, tx, access.System(), x.Owner)
	if fault.Is(err, fault.NotFound) {
		return whyOver, nil
	}
	switch {
	case err != nil:
		return "", err
	case st.Door == Over && !st.Alone.IsZero():
		return whyUnhosted, nil
	case st.Door == Over:
		return whyOver, nil
	case !x.EmptyAt.IsZero() && now.Sub(x.EmptyAt) >= emptyAfter:
		return whyEmpty, nil
	}
	return "", nil
}

// tidy makes the media server agree with the seats: whoever has none is taken out, so
// that nobody is unseen; whoever publishes what is held by permission is told again.
func (s *Service) tidy(ctx context.Context, x Room) error {
	if !s.Media.Available() {
		return nil
	}
	if !x.Open {
		return s.Media.End(ctx, string(x.ID))
	}
	there, err := s.Media.People(ctx, string(x.ID))
	if err != nil || len(there) == 0 {
		return err
	}
	r := s.DB.Reader()
	seats, err := seatsIn(ctx, r, x.ID)
	if err != nil {
		return err
	}
	st, err := s.stands(ctx, r, access.System(), x.Owner)
	if err != nil {
		return err
	}
	for _, p := range there {
		g, known := grantOf(x, seats, p.Identity, st.Cameras)
		if !known {
			err = s.Media.Remove(ctx, string(x.ID), p.Identity)
		} else if over(p, g) {
			err = s.Media.Permit(ctx, g)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// grantOf gives what an identity may do: somebody's who is in, or that of the captions
// service while everybody has agreed to it. Any other is not known.
func grantOf(x Room, seats []Seat, identity string, cameras bool) (media.Grant, bool) {
	if x.Outside.State == OutsideRuns && x.Outside.Identity == identity {
		return outsideGrant(x), true
	}
	i := slices.IndexFunc(seats, func(seat Seat) bool { return seat.State == In && seat.Identity == identity })
	if i < 0 {
		return media.Grant{}, false
	}
	return grant(x, seats[i], cameras), true
}

// over tells whether somebody publishes what they may not.
func over(p media.Participant, g media.Grant) bool {
	return slices.ContainsFunc(p.Publishing, func(x media.Source) bool { return !slices.Contains(g.Publish, x) })
}

// forget deletes who was in a room that stayed closed. Who was removed is remembered for
// as long as the room could open again.
func (s *Service) forget(ctx context.Context, tx db.Writer, about aboutRoom) error {
	x, found, err := roomByID(ctx, tx, about.Room)
	if err != nil || !found || x.Open {
		return err
	}
	st, err := s.stands(ctx, tx, access.System(), x.Owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return forgetSeats(ctx, tx, x.ID, err != nil || st.Door == Over)
}
