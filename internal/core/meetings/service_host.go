package meetings

import (
	"context"
	"slices"
	"strconv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func hostIn(list []Host, person moment.ID) (Host, bool) {
	i := slices.IndexFunc(list, func(h Host) bool { return h.Person == person })
	if i < 0 {
		return Host{}, false
	}
	return list[i], true
}

// atDoor runs a verb of holding a meeting in one transaction.
func (s *Service) atDoor(ctx context.Context, a access.Actor, f func(tx db.Writer, now moment.Time) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := holding.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		return f(tx, now)
	})
}

// anybodyHere tells whether somebody holds the meeting now.
func anybodyHere(list []Host) bool {
	return slices.ContainsFunc(list, func(h Host) bool { return h.State == Here })
}

// BeHere is "I am here, I hold it": the meeting is open. Whoever is named, stands by or
// was asked may say it, and whoever else holds what it belongs to; of a peer-led one
// anybody who is in it, so that it needs nobody from outside.
func (s *Service) BeHere(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.atDoor(ctx, a, func(tx db.Writer, now moment.Time) error {
		x, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		hosts, err := hostsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if canBeHere(st, x, m, Host{}, true, now).OK() && onlyRoom(x, m) {
			return fault.New(fault.Conflict, "meetings.error.by_room")
		}
		return s.here(ctx, tx, a, facing{x, m, st, hosts}, now)
	})
}

// facing is a meeting as somebody stands before it.
type facing struct {
	Series
	m     Meeting
	st    Stand
	hosts []Host
}

// here makes somebody be there and hold a meeting, in the caller's transaction.
func (s *Service) here(ctx context.Context, tx db.Writer, a access.Actor, at facing, now moment.Time) error {
	m := at.m
	h, named := hostIn(at.hosts, a.Person)
	if err := canBeHere(at.st, at.Series, m, h, named, now).Err(); err != nil {
		return err
	}
	if err := s.notOut(ctx, tx, a.Person); err != nil {
		return err
	}
	if !named {
		h.Place = openedOnly
	}
	if err := putHost(ctx, tx, Host{Meeting: m.ID, Person: a.Person, Place: h.Place, State: Here, Said: true, At: now}); err != nil {
		return err
	}
	was := m
	m.State, m.GraceAt = Open, 0
	if m.OpenedAt.IsZero() {
		m.OpenedAt = now
	}
	if err := s.save(ctx, tx, m, was); err != nil {
		return err
	}
	if err := s.Bus.Cancel(ctx, tx, jobGrace, string(m.ID)); err != nil {
		return err
	}
	if err := s.Tell.SettleAbout(ctx, tx, m.ID, noticeNow); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(m.ID), 0)
	return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.here", Kind: "meeting", Object: m.ID})
}

// Leave is "I have to go": somebody who holds a meeting leaves it. When nobody else
// holds it there are five minutes of grace, then it is locked, and closed at fifteen
// (safety.md, groups). The stand-in is asked at once. What is only in the room is left by
// leaving the room.
func (s *Service) Leave(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.atDoor(ctx, a, func(tx db.Writer, now moment.Time) error {
		x, m, _, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		hosts, err := hostsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		h, named := hostIn(hosts, a.Person)
		if err := canLeave(h, named).Err(); err != nil {
			return err
		}
		if onlyRoom(x, m) {
			return fault.New(fault.Conflict, "meetings.error.by_room")
		}
		if err := s.gone(ctx, tx, x, m, h, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.leave", Kind: "meeting", Object: id})
	})
}

// gone is what happens when somebody who held a meeting does not any more. Before the
// start it waits again, as it did. A room is not shut by a button, nor what needs
// nobody to open it.
func (s *Service) gone(ctx context.Context, tx db.Writer, x Series, m Meeting, h Host, now moment.Time) error {
	h.State, h.At = Left, now
	if err := putHost(ctx, tx, h); err != nil {
		return err
	}
	hosts, err := hostsOf(ctx, tx, m.ID)
	if err != nil || anybodyHere(hosts) || m.State != Open {
		return err
	}
	was := m
	if now < m.StartsAt {
		m.State, m.OpenedAt = Planned, 0
		s.Bus.Publish(tx, Topic(m.ID), 0)
		return s.save(ctx, tx, m, was)
	}
	if !x.opens() || !m.Attendance.Screen() {
		return nil
	}
	m.GraceAt = now
	if err := s.save(ctx, tx, m, was); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(m.ID), 0)
	// Coming and going again and again pages nobody again and again.
	turn := strconv.Itoa(int(now.Sub(m.StartsAt) / graceClose))
	if err := s.askToStep(ctx, tx, x, m, hosts, "grace-"+turn); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobGrace, string(m.ID), now.Add(graceLock), aboutMeeting{m.ID})
}

// askToStep asks whoever could hold a meeting that nobody holds: who stands by, then
// everybody else of the rota; of a peer-led one everybody who comes.
func (s *Service) askToStep(ctx context.Context, tx db.Writer, x Series, m Meeting, hosts []Host, key string) error {
	f, err := s.facets(ctx, tx, x.Owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	now := s.Clock.Now()
	ask := map[moment.ID]bool{}
	for _, h := range hosts {
		ask[h.Person] = h.State == StandsBy || h.State == Named || h.State == AskedNow
	}
	for _, person := range f.Hosts {
		if _, known := ask[person]; !known {
			ask[person] = true
		}
	}
	if x.PeerLed {
		answers, err := answersTo(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		for _, ans := range answers {
			if _, known := ask[ans.Person]; !known && ans.Person != "" && ans.State == Going {
				ask[ans.Person] = true
			}
		}
	}
	for person, yes := range ask {
		if !yes {
			continue
		}
		if h, had := hostIn(hosts, person); x.Facilitated && (!had || h.State == StandsBy) {
			if err := putHost(ctx, tx, Host{Meeting: m.ID, Person: person, Place: max(h.Place, 1), State: AskedNow, At: now}); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, person, noticeNow, key, m); err != nil {
			return err
		}
	}
	return nil
}

// Step says beforehand whether somebody who is named or stands by can be there. When
// they cannot, whoever stands by holds it, and the next of the rota stands by; when
// nobody is left, everybody of the rota is told.
func (s *Service) Step(ctx context.Context, a access.Actor, id moment.ID, can bool) error {
	return s.atDoor(ctx, a, func(tx db.Writer, now moment.Time) error {
		x, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		hosts, err := hostsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		h, named := hostIn(hosts, a.Person)
		if err := canStep(m, named || st.Hold, now).Err(); err != nil {
			return err
		}
		if can {
			h = Host{Meeting: id, Person: a.Person, Place: h.Place, State: Named, Said: true, At: now}
			if err := putHost(ctx, tx, h); err != nil {
				return err
			}
		} else if err := s.cannot(ctx, tx, x, m, h, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.step", Kind: "meeting", Object: id})
	})
}

func (s *Service) cannot(ctx context.Context, tx db.Writer, x Series, m Meeting, h Host, now moment.Time) error {
	if h.Person == "" {
		return fault.New(fault.Conflict, "meetings.error.not_named")
	}
	h.State, h.Said, h.At = Cannot, true, now
	if err := putHost(ctx, tx, h); err != nil {
		return err
	}
	f, err := s.facets(ctx, tx, x.Owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := s.name(ctx, tx, x, m, f.Hosts, x.Series().CountBefore(m.Day), true); err != nil {
		return err
	}
	hosts, err := hostsOf(ctx, tx, m.ID)
	if err != nil || slices.ContainsFunc(hosts, Host.Holds) {
		return err
	}
	for _, person := range f.Hosts {
		if err := s.tell(ctx, tx, person, noticeHost, "nobody-"+now.Stamp(), m); err != nil {
			return err
		}
	}
	return nil
}

// Topic is the live topic of one meeting.
func Topic(id moment.ID) string { return "meeting:" + string(id) }
