package meetings

import (
	"context"
	"slices"

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
			if err := s.name(ctx, tx, x, m, rota, before+i, false); err != nil {
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
// of a facilitated one the one after stands by. Whoever said something about this
// meeting keeps what they said: who cannot is not put down again. told tells whom it
// falls to.
func (s *Service) name(ctx context.Context, tx db.Writer, x Series, m Meeting, rota []moment.ID, n int, told bool) error {
	hosts, err := hostsOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	known := map[moment.ID]bool{}
	var holds, stands bool
	for _, h := range hosts {
		known[h.Person] = true
		holds = holds || h.Holds()
		stands = stands || h.State == StandsBy || h.State == AskedNow
	}
	put := func(person moment.ID, place int, state HostState) error {
		known[person] = true
		if err := putHost(ctx, tx, Host{Meeting: m.ID, Person: person, Place: place, State: state, At: s.Clock.Now()}); err != nil || !told {
			return err
		}
		return s.tell(ctx, tx, person, noticeHost, string(state)+"-"+s.Clock.Now().Stamp(), m)
	}
	if !holds {
		for _, h := range hosts {
			if h.State == StandsBy && !holds {
				holds, stands = true, false
				if err := put(h.Person, 0, Named); err != nil {
					return err
				}
			}
		}
	}
	for i := range rota {
		person := rota[(n+i)%len(rota)]
		switch {
		case known[person]:
		case !holds:
			holds = true
			err = put(person, 0, Named)
		case !stands && x.Facilitated:
			stands = true
			err = put(person, 1, StandsBy)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
// Whoever is not in the rota any more holds none of them; whom it falls to is told.
func (s *Service) rename(ctx context.Context, tx db.Writer, x Series, rota []moment.ID, now moment.Time) error {
	if err := setAudience(ctx, tx, x.ID, x.Audience, now); err != nil {
		return err
	}
	list, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil || len(list) == 0 {
		return err
	}
	before := x.Series().CountBefore(list[0].Day)
	told := map[moment.ID]bool{} // once each, of the first that concerns them
	for i, m := range list {
		if m.State != Planned && m.State != NotForNow || m.StartsAt <= now {
			continue
		}
		if err := s.renameOne(ctx, tx, x, m, rota, before+i, told); err != nil {
			return err
		}
	}
	return nil
}

// renameOne puts down anew who holds a meeting, by the rota as it is now. Whoever said
// something about it keeps that, while they are in the rota; whose part changes is told.
func (s *Service) renameOne(ctx context.Context, tx db.Writer, x Series, m Meeting, rota []moment.ID, n int, told map[moment.ID]bool) error {
	was, err := hostsOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, h := range was {
		if h.Stands() && (!h.Said || !slices.Contains(rota, h.Person)) {
			if err := dropHost(ctx, tx, m.ID, h.Person); err != nil {
				return err
			}
		}
	}
	if err := s.name(ctx, tx, x, m, rota, n, false); err != nil {
		return err
	}
	is, err := hostsOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, h := range is {
		before, known := hostIn(was, h.Person)
		if h.Said || known && before.State == h.State || len(was) == 0 || told[h.Person] {
			continue
		}
		told[h.Person] = true
		if err := s.tell(ctx, tx, h.Person, noticeHost, "rota-"+s.Clock.Now().Stamp(), m); err != nil {
			return err
		}
	}
	return nil
}

// mend brings the meetings that are written down in line with what the zone's clock
// shows now: zones change their rules. Whoever comes is told.
func (s *Service) mend(ctx context.Context, tx db.Writer, x Series, now moment.Time) error {
	list, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil {
		return err
	}
	var news []Meeting
	for _, was := range list {
		o, ok := x.Series().On(was.Day)
		if !ok || was.Moved || was.State != Planned && was.State != NotForNow || was.StartsAt <= now || o.Starts == was.StartsAt && o.Ends == was.EndsAt {
			continue
		}
		m := was
		m.StartsAt, m.EndsAt, m.Stage = o.Starts, o.Ends, stageAt(o.Starts, now)
		m.Changes++
		m.ChangedAt = now
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
		news = append(news, m)
	}
	if len(news) == 0 {
		return nil
	}
	if err := growSeries(ctx, tx, x.ID, now); err != nil {
		return err
	}
	if err := s.tellOnce(ctx, tx, "clock-"+now.Stamp(), news, ""); err != nil {
		return err
	}
	return s.timers(ctx, tx, x.ID)
}
