package meetings

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// fill writes down the meetings of a series from where it was filled to on, half a
// year ahead, and plans when to go on.
func (s *Service) fill(ctx context.Context, tx db.Writer, x Series, rota []moment.ID, now moment.Time) error {
	was := x.Changes
	from, to := max(now, x.FilledTo), now.Add(Ahead)
	list, more := x.Series().Between(from, to, MostAhead)
	if more {
		to = list[len(list)-1].Ends
	}
	before := 0
	if len(list) > 0 && len(rota) > 0 {
		before = x.Series().CountBefore(list[0].Day)
	}
	for i, o := range list {
		if o.Starts <= now {
			continue // what has begun is past planning
		}
		m := Meeting{ID: moment.NewID(), Series: x.ID, Owner: x.Owner, Day: o.Day, StartsAt: o.Starts, EndsAt: o.Ends, State: Planned, Attendance: x.Attendance, Audience: x.Audience,
			RoomPlaces: x.RoomPlaces, OnlinePlaces: x.OnlinePlaces, Stage: stageAt(o.Starts, now), ChangedAt: now}
		if x.State == Paused {
			m.State = NotForNow
		}
		made, err := insertMeeting(ctx, tx, m)
		if err != nil {
			return err
		}
		if made {
			if err := s.name(ctx, tx, x, m, rota, before+i, now); err != nil {
				return err
			}
		}
	}
	x.FilledTo = to
	if err := s.saveSeries(ctx, tx, x, was); err != nil {
		return err
	}
	if _, again := x.Series().Next(to); again {
		if err := s.Bus.At(ctx, tx, jobFill, string(x.ID), to.Add(-fillAgain), aboutSeries{x.ID}); err != nil {
			return err
		}
	}
	return s.timers(ctx, tx, x.ID)
}

// name says who holds a meeting, in the order of the rota: the next one holds it, and
// of a facilitated one the one after stands by.
func (s *Service) name(ctx context.Context, tx db.Writer, x Series, m Meeting, rota []moment.ID, n int, now moment.Time) error {
	if len(rota) == 0 {
		return nil
	}
	at := n % len(rota)
	if err := putHost(ctx, tx, Host{Meeting: m.ID, Person: rota[at], Place: 0, State: Named, At: now}); err != nil {
		return err
	}
	if !x.Facilitated || len(rota) < 2 {
		return nil
	}
	return putHost(ctx, tx, Host{Meeting: m.ID, Person: rota[(at+1)%len(rota)], Place: 1, State: StandsBy, At: now})
}

// Changed reads again what an owner says of its meetings, after its name, audience,
// tags or rota has changed.
func (s *Service) Changed(ctx context.Context, tx db.Writer, owner Ref) error {
	f, err := s.facets(ctx, tx, owner)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	list, err := s.SeriesOf(ctx, tx, owner)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State == Ended {
			continue
		}
		was := x
		if x.take(f); !sameFacets(was, x) {
			x.Changes++
			x.ChangedAt = now
			if err := s.saveSeries(ctx, tx, x, was.Changes); err != nil {
				return err
			}
		}
		if err := setTags(ctx, tx, x.ID, tagsFor(x, f)); err != nil {
			return err
		}
		if err := s.rename(ctx, tx, x, f.Hosts, now); err != nil {
			return err
		}
	}
	return nil
}

func sameFacets(a, b Series) bool {
	return a.Name == b.Name && a.Quiet == b.Quiet && a.Audience == b.Audience && a.Facilitated == b.Facilitated && a.PeerLed == b.PeerLed && a.SignUp == b.SignUp
}

// rename brings the meetings that come in line with the owner's audience and rota.
// Whoever said something about one of them keeps what they said.
func (s *Service) rename(ctx context.Context, tx db.Writer, x Series, rota []moment.ID, now moment.Time) error {
	list, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil || len(list) == 0 {
		return err
	}
	in := map[moment.ID]bool{}
	for _, id := range rota {
		in[id] = true
	}
	before := x.Series().CountBefore(list[0].Day)
	for i, was := range list {
		if was.State != Planned || was.StartsAt <= now {
			continue
		}
		if was.Audience != x.Audience {
			m := was
			m.Audience = x.Audience
			if err := s.save(ctx, tx, m, was); err != nil {
				return err
			}
		}
		hosts, err := hostsOf(ctx, tx, was.ID)
		if err != nil {
			return err
		}
		if kept(hosts, in) {
			continue
		}
		if err := dropHosts(ctx, tx, was.ID); err != nil {
			return err
		}
		if err := s.name(ctx, tx, x, was, rota, before+i, now); err != nil {
			return err
		}
	}
	return nil
}

// kept tells whether whoever is to hold a meeting is still in the rota.
func kept(hosts []Host, in map[moment.ID]bool) bool {
	named := false
	for _, h := range hosts {
		if (h.State == Named || h.State == StandsBy) && !in[h.Person] {
			return false
		}
		named = named || h.State == Named
	}
	return named || len(in) == 0
}
