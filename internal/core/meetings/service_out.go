package meetings

import (
	"context"
	"slices"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// keptOut takes back what somebody said who was kept out, and what they were to hold.
func (s *Service) keptOut(ctx context.Context, tx db.Writer, person moment.ID) error {
	out, err := s.Standing.Out(ctx, tx, person)
	if err != nil || !out {
		return err
	}
	now := s.Clock.Now()
	list, err := answersEver(ctx, tx, person, now)
	if err != nil {
		return err
	}
	for _, mine := range list {
		m, err := s.meeting(ctx, tx, mine.Meeting)
		if err != nil {
			return err
		}
		if mine.State == Not || !m.State.Coming() && m.State != NotForNow {
			continue
		}
		if err := s.takeBack(ctx, tx, m, mine.Answer, now); err != nil {
			return err
		}
	}
	return s.holdsNoMore(ctx, tx, person, Ref{}, now)
}

// holdsNoMore takes somebody out of the meetings that they were to hold, or hold now;
// of one owner, or of all. Nothing of a meeting that is over is handed on.
func (s *Service) holdsNoMore(ctx context.Context, tx db.Writer, person moment.ID, owner Ref, now moment.Time) error {
	held, err := heldBy(ctx, tx, person, now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	for _, id := range held {
		m, err := s.meeting(ctx, tx, id)
		if err != nil {
			return err
		}
		if owner != (Ref{}) && m.Owner != owner || !m.State.Coming() && m.State != NotForNow || now >= m.EndsAt {
			continue
		}
		hosts, err := hostsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		x, err := s.series(ctx, tx, m.Series)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(hosts, func(h Host) bool { return h.Person == person })
		if h := hosts[i]; h.State == Here {
			err = s.gone(ctx, tx, x, m, h, now)
		} else {
			err = s.cannot(ctx, tx, x, m, h, now)
		}
		if err != nil {
			return err
		}
		if err := dropHost(ctx, tx, id, person); err != nil {
			return err
		}
	}
	return nil
}
