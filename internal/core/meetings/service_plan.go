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
		x, err := s.begin(ctx, tx, a, owner, p, "", now)
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

// begin writes a new series down, with its meetings.
func (s *Service) begin(ctx context.Context, tx db.Writer, a access.Actor, owner Ref, p Plan, follows moment.ID, now moment.Time) (Series, error) {
	f, err := s.facets(ctx, tx, owner)
	if err != nil {
		return Series{}, err
	}
	x := Series{ID: moment.NewID(), Owner: owner, Plan: p, State: Running, Follows: follows, By: a.Person, MadeAt: now, ChangedAt: now}
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

// Change changes a series from one of its meetings on: this one and those that
// follow. What was before stays as it was. Who had answered is carried over to the
// meeting of the same day, or of the same place in the row; whoever has none there
// is told that theirs is off.
func (s *Service) Change(ctx context.Context, a access.Actor, from moment.ID, p Plan) (moment.ID, error) {
	if err := p.Validate(); err != nil {
		return "", err
	}
	var id moment.ID
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
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
		if old.State != Running {
			return fault.New(fault.Conflict, "meetings.error.changed")
		}
		if _, ok := p.Series().Next(now); !ok {
			var wrong fault.Problems
			wrong.Add("first", "meetings.error.past")
			return wrong.Err()
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
	elsewhere := old.Attendance != p.Attendance || old.Place != p.Place || old.Inside != p.Inside
	for _, was := range list {
		if was.State != Planned {
			continue
		}
		m := was
		if m.Attendance == old.Attendance {
			m.Attendance = p.Attendance
		}
		m.RoomPlaces, m.OnlinePlaces = p.RoomPlaces, p.OnlinePlaces
		m.Changes++
		m.ChangedAt = now
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
		if err := s.settleWays(ctx, tx, m); err != nil {
			return err
		}
		if !elsewhere {
			continue
		}
		if err := s.tellAll(ctx, tx, noticeChanged, "where-"+now.Stamp(), m, a.Person); err != nil {
			return err
		}
	}
	return nil
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
	x, err := s.begin(ctx, tx, a, old.Owner, p, old.ID, now)
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
	if n := old.Series().CountBefore(day); n == 0 || !old.Rule.Repeats() {
		x.State = Ended
	} else {
		x.Rule.Count, x.Rule.Until = 0, day.Add(-1)
		if old.Rule.Count > 0 {
			x.Rule.Until, x.Rule.Count = calendar.Date{}, n
		}
	}
	if err := s.saveSeries(ctx, tx, x, old.Changes); err != nil {
		return err
	}
	return s.timers(ctx, tx, x.ID)
}

// pair gives for each meeting that was which one takes its place, by the day or by
// its place in the row; "" where none does. Both rows are in the order of time.
func pair(was, fresh []Meeting) map[moment.ID]moment.ID {
	out, taken := map[moment.ID]moment.ID{}, map[moment.ID]bool{}
	for _, m := range was {
		for _, n := range fresh {
			if n.Day == m.Day && !taken[n.ID] {
				out[m.ID], taken[n.ID] = n.ID, true
			}
		}
	}
	for i, m := range was {
		if out[m.ID] == "" && i < len(fresh) && !taken[fresh[i].ID] {
			out[m.ID], taken[fresh[i].ID] = fresh[i].ID, true
		}
	}
	return out
}

// carry brings the answers of the meetings that were over to those that take their
// place, and takes the old ones away, or calls them off where nothing does.
func (s *Service) carry(ctx context.Context, tx db.Writer, a access.Actor, old, x Series, rest, fresh []Meeting, now moment.Time) error {
	to := pair(rest, fresh)
	byID := map[moment.ID]Meeting{}
	for _, m := range fresh {
		byID[m.ID] = m
	}
	for _, was := range rest {
		answers, err := answersTo(ctx, tx, was.ID)
		if err != nil {
			return err
		}
		next, ok := byID[to[was.ID]]
		if ok && was.State == Cancelled {
			if err := s.carryOff(ctx, tx, &next, was, now); err != nil {
				return err
			}
		}
		if !ok {
			if err := s.callOff(ctx, tx, was, whySeries, a.Person, now); err != nil {
				return err
			}
			continue
		}
		for _, ans := range answers {
			if err := s.open(ctx, tx, old.ID, ans.words, answerContext+string(ans.ID), &ans.Asked); err != nil {
				return err
			}
			words, err := s.seal(ctx, tx, x.ID, answerContext+string(ans.ID), ans.Asked)
			if err != nil {
				return err
			}
			if err := moveAnswer(ctx, tx, ans.ID, next.ID, words); err != nil {
				return err
			}
		}
		if err := s.dropIfBare(ctx, tx, was, now); err != nil {
			return err
		}
		if err := recount(ctx, tx, next.ID); err != nil {
			return err
		}
		if err := s.settleWays(ctx, tx, next); err != nil {
			return err
		}
		if len(answers) > 0 && next.State == Planned {
			if err := s.tellAll(ctx, tx, noticeChanged, "series-"+now.Stamp(), next, a.Person); err != nil {
				return err
			}
		}
	}
	return nil
}

// carryOff keeps a meeting cancelled that was cancelled by itself, such as one on a
// holiday; whoever had answered knows already.
func (s *Service) carryOff(ctx context.Context, tx db.Writer, next *Meeting, was Meeting, now moment.Time) error {
	before := *next
	next.State, next.Why, next.EndedAt = Cancelled, was.Why, now
	next.Changes++
	next.ChangedAt = now
	return s.save(ctx, tx, *next, before)
}

// dropIfBare takes a meeting away whose answers went elsewhere. People who said that
// they do not come have nothing to lose by it.
func (s *Service) dropIfBare(ctx context.Context, tx db.Writer, m Meeting, _ moment.Time) error {
	if err := forgetAnswers(ctx, tx, m.ID); err != nil {
		return err
	}
	return dropMeeting(ctx, tx, m.ID)
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
	for _, m := range list {
		if m.State == Planned || m.State == NotForNow {
			if err := s.callOff(ctx, tx, m, whySeries, a.Person, now); err != nil {
				return err
			}
		}
	}
	was := x.Changes
	x.State = Ended
	x.Changes++
	x.ChangedAt = now
	if err := s.saveSeries(ctx, tx, x, was); err != nil {
		return err
	}
	return s.timers(ctx, tx, x.ID)
}
