package meetings

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Make plans a series of an owner, by whoever holds it, and writes its meetings down.
func (s *Service) Make(ctx context.Context, a access.Actor, owner Ref, p Plan) (moment.ID, error) {
	if err := p.Validate(); err != nil {
		return "", err
	}
	var id moment.ID
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		st, err := s.stands(ctx, tx, a, owner)
		if err != nil {
			return err
		}
		if err := canHold(st).Err(); err != nil {
			return err
		}
		x, err := s.begin(ctx, tx, a, owner, p, Series{}, now)
		if err != nil {
			return err
		}
		id = x.ID
		if _, ok := p.Series().Next(now); !ok {
			var wrong fault.Problems
			wrong.Add("first", "meetings.error.past")
			return wrong.Err()
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.plan", Kind: "series", Object: id})
	})
	return id, err
}

// begin writes a new series down, with its meetings. from says what it follows and
// where it came from.
func (s *Service) begin(ctx context.Context, tx db.Writer, a access.Actor, owner Ref, p Plan, from Series, now moment.Time) (Series, error) {
	f, err := s.facets(ctx, tx, owner)
	if err != nil {
		return Series{}, err
	}
	x := Series{ID: moment.NewID(), Owner: owner, Plan: p, State: Running, Follows: from.ID, Source: from.Source, By: a.Person, MadeAt: now, ChangedAt: now}
	x.take(f)
	if _, err := s.Vault.NewScope(ctx, tx, x.ID, now); err != nil {
		return x, err
	}
	sealed, err := s.seal(ctx, tx, x.ID, insideContext, x.Inside)
	if err != nil {
		return x, err
	}
	if err := insertSeries(ctx, tx, x, sealed); err != nil {
		return x, fault.Op("series", err)
	}
	if err := setTags(ctx, tx, x.ID, tagsFor(x, f)); err != nil {
		return x, err
	}
	return x, s.fill(ctx, tx, x, f.Hosts, now)
}

// take sets what the owner says.
func (x *Series) take(f Facets) {
	x.Name, x.Quiet, x.Audience, x.Facilitated, x.PeerLed, x.SignUp = f.Title, f.Quiet, f.Audience, f.Facilitated, f.PeerLed, f.SignUp && f.Audience == Public
}

// tagsFor is what a series can be found by.
func tagsFor(x Series, f Facets) []string {
	out := slices.Clone(f.Tags)
	out = append(out, "kind/"+x.Owner.Kind)
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), mostTags)]
}

// AnyVersion stands for whatever version of something there is, where no form was seen.
const AnyVersion = -1

// Change changes a series from one of its meetings on: this one and those that
// follow. seen is the version of the series that its form showed: whoever changed it
// meanwhile is not undone. What was before stays as it was. Who had answered is carried over to the
// meeting of the same day, or of the same place in the row; whoever has none there
// is told that theirs is off.
func (s *Service) Change(ctx context.Context, a access.Actor, from moment.ID, typed Plan, seen int) (moment.ID, error) {
	if err := typed.Validate(); err != nil {
		return "", err
	}
	var id moment.ID
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		p := typed // a transaction may run again, and begins from what was typed
		m, err := s.meeting(ctx, tx, from)
		if err != nil {
			return err
		}
		st, err := s.stands(ctx, tx, a, m.Owner)
		if err != nil {
			return err
		}
		if err := canChange(st, m, now).Err(); err != nil {
			return err
		}
		old, err := s.series(ctx, tx, m.Series)
		if err != nil {
			return err
		}
		if old.State != Running || seen != AnyVersion && seen != old.Changes {
			return fault.New(fault.Conflict, "meetings.error.changed")
		}
		if err := follows(p, m, now); err != nil {
			return err
		}
		if rest := old.Rest(m); sameTimes(rest, p) {
			id = old.ID
			p.First, p.Rule = old.First, old.Rule
			if err := s.touch(ctx, tx, a, old, p, now); err != nil {
				return err
			}
		} else if id, err = s.split(ctx, tx, a, old, m, p, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.change", Kind: "series", Object: id})
	})
	return id, err
}

// follows refuses what would begin before the meeting that it goes on from, or never
// come.
func follows(p Plan, from Meeting, now moment.Time) error {
	var wrong fault.Problems
	if p.First.Before(from.Day) {
		wrong.Add("first", "meetings.error.before")
	} else if _, ok := p.Series().Next(now); !ok {
		wrong.Add("first", "meetings.error.past")
	}
	return wrong.Err()
}

// Rest is the plan of a series as it goes on from one of its meetings.
func (x Series) Rest(from Meeting) Plan {
	p := x.Plan
	p.First = from.Day
	if p.Rule.Count > 0 {
		p.Rule.Count -= x.Series().CountBefore(from.Day)
	}
	return p
}

// sameTimes tells whether a change leaves the times of all meetings as they are.
func sameTimes(a, b Plan) bool {
	return a.First == b.First && a.Starts == b.Starts && a.Minutes == b.Minutes && a.Zone == b.Zone && ruleText(a.Rule) == ruleText(b.Rule)
}

// touch changes what is not about the time, for everything that comes.
func (s *Service) touch(ctx context.Context, tx db.Writer, a access.Actor, old Series, p Plan, now moment.Time) error {
	x := old
	x.Plan = p
	x.Changes++
	x.ChangedAt = now
	if err := s.saveSeries(ctx, tx, x, old.Changes); err != nil {
		return err
	}
	list, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil {
		return err
	}
	var news []Meeting
	for _, was := range list {
		if was.State != Planned {
			continue
		}
		m := was
		if m.Attendance == old.Attendance {
			m.Attendance = p.Attendance
		}
		m.RoomPlaces, m.OnlinePlaces = p.RoomPlaces, p.OnlinePlaces
		m.Moved = x.unlike(m)
		m.Changes++
		m.ChangedAt = now
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
		if err := s.settleWays(ctx, tx, m); err != nil {
			return err
		}
		news = append(news, m)
	}
	if old.Attendance == p.Attendance && old.Place == p.Place && old.Inside == p.Inside {
		return nil
	}
	return s.tellOnce(ctx, tx, "where-"+now.Stamp(), news, a.Person)
}

// unlike tells whether a meeting is not as its series' rule says.
func (x Series) unlike(m Meeting) bool {
	o, ok := x.Series().On(m.Day)
	return !ok || o.Starts != m.StartsAt || o.Ends != m.EndsAt || m.Attendance != x.Attendance
}

// split ends a series before one of its meetings and begins another with the rest.
func (s *Service) split(ctx context.Context, tx db.Writer, a access.Actor, old Series, from Meeting, p Plan, now moment.Time) (moment.ID, error) {
	rest, err := meetingsOf(ctx, tx, old.ID, now)
	if err != nil {
		return "", err
	}
	rest = slices.DeleteFunc(rest, func(m Meeting) bool {
		return m.Day.Before(from.Day) || m.State == Open || m.State == Locked || m.StartsAt <= now && m.State == Planned
	})
	x, err := s.begin(ctx, tx, a, old.Owner, p, Series{ID: old.ID}, now)
	if err != nil {
		return "", err
	}
	fresh, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil {
		return "", err
	}
	if err := s.carry(ctx, tx, a, old, x, rest, fresh, now); err != nil {
		return "", err
	}
	return x.ID, s.cut(ctx, tx, old, from.Day, now)
}

// cut lets a series end before a day.
func (s *Service) cut(ctx context.Context, tx db.Writer, old Series, day calendar.Date, now moment.Time) error {
	x := old
	x.Changes++
	x.ChangedAt = now
	if !x.trim(day) {
		x.State = Ended
	}
	if err := s.saveSeries(ctx, tx, x, old.Changes); err != nil {
		return err
	}
	return s.timers(ctx, tx, x.ID)
}

// End ends a series now: what comes is called off, and everybody who comes is told.
func (s *Service) End(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		x, err := s.series(ctx, tx, id)
		if err != nil {
			return err
		}
		st, err := s.stands(ctx, tx, a, x.Owner)
		if err != nil {
			return err
		}
		if err := canHold(st).Err(); err != nil {
			return err
		}
		if x.State == Ended {
			return nil
		}
		if err := s.end(ctx, tx, a, x, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.end", Kind: "series", Object: id})
	})
}

func (s *Service) end(ctx context.Context, tx db.Writer, a access.Actor, x Series, now moment.Time) error {
	list, err := meetingsOf(ctx, tx, x.ID, now)
	if err != nil {
		return err
	}
	var news []Meeting
	for _, m := range list {
		if m.State != Planned && m.State != NotForNow {
			continue
		}
		off, err := s.callOff(ctx, tx, m, whySeries, now)
		if err != nil {
			return err
		}
		news = append(news, off)
	}
	if err := s.tellOnce(ctx, tx, "ended-"+now.Stamp(), news, a.Person); err != nil {
		return err
	}
	if err := s.dropUnanswered(ctx, tx, news); err != nil {
		return err
	}
	was := x.Changes
	x.trim(calendar.DateOf(now.Std().In(x.Series().Zone)).Add(1))
	x.State = Ended
	x.Changes++
	x.ChangedAt = now
	if err := s.saveSeries(ctx, tx, x, was); err != nil {
		return err
	}
	return s.timers(ctx, tx, x.ID)
}

// trim lets a rule end before a day; false, and nothing is changed, when nothing of it
// was before.
func (x *Series) trim(day calendar.Date) bool {
	if !x.Rule.Repeats() || x.Series().CountBefore(day) == 0 {
		return false
	}
	x.Rule.Count, x.Rule.Until = 0, day.Add(-1)
	return true
}
