package meetings

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Shift is how one meeting is to be different from its series.
type Shift struct {
	Seen       int // the version of the meeting that its form showed, or AnyVersion
	StartsAt   moment.Time
	Minutes    int
	Attendance Attendance
	Words      string // for those who come
}

// Validate cleans and checks.
func (n *Shift) Validate(now moment.Time) error {
	var wrong fault.Problems
	n.Words = chat.CleanOptional(&wrong, "words", n.Words, mostNote)
	if n.StartsAt <= now || n.StartsAt > now.Add(unhurried) {
		wrong.Add("starts", "meetings.error.past")
	}
	if n.Minutes < shortest || n.Minutes > longest {
		wrong.AddWith("minutes", "meetings.error.minutes", map[string]any{"least": shortest, "most": longest / 60})
	}
	if !n.Attendance.Room() && !n.Attendance.Screen() {
		wrong.Add("attendance", "meetings.error.attendance")
	}
	return wrong.Err()
}

// onMeeting loads a meeting, decides, runs f on it and writes what has changed, with
// the audit.
func (s *Service) onMeeting(ctx context.Context, a access.Actor, id moment.ID, verb string, may func(Stand, Meeting, moment.Time) access.Decision, f func(tx db.Writer, x Series, m *Meeting, now moment.Time) error) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		x, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := may(st, m, now).Err(); err != nil {
			return err
		}
		was := m
		m.Changes++
		m.ChangedAt = now
		if err := f(tx, x, &m, now); err != nil {
			return err
		}
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
		if err := s.after(ctx, tx, m, was, a.Person, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "meeting", Object: id})
	})
}

// after does what follows from a change that has been written.
func (s *Service) after(ctx context.Context, tx db.Writer, m, was Meeting, by moment.ID, now moment.Time) error {
	if was.State == m.State && was.StartsAt == m.StartsAt && was.EndsAt == m.EndsAt && was.Attendance == m.Attendance {
		return s.timers(ctx, tx, m.Series)
	}
	if m.State == Planned {
		if err := s.settleWays(ctx, tx, m); err != nil {
			return err
		}
	}
	if err := s.tellAll(ctx, tx, noticeChanged, string(m.State)+"-"+now.Stamp(), m, by); err != nil {
		return err
	}
	return s.timers(ctx, tx, m.Series)
}

// Move changes one meeting: its time, its length or where people meet. Everybody who
// comes is told.
func (s *Service) Move(ctx context.Context, a access.Actor, id moment.ID, n Shift) error {
	if err := n.Validate(s.Clock.Now()); err != nil {
		return err
	}
	return s.onMeeting(ctx, a, id, "meetings.move", canChange, func(tx db.Writer, x Series, m *Meeting, now moment.Time) error {
		if err := fitsPlan(x, n.Attendance); err != nil {
			return err
		}
		if n.Seen != AnyVersion && n.Seen != m.Changes-1 {
			return fault.New(fault.Conflict, "meetings.error.changed")
		}
		same := m.StartsAt == n.StartsAt && m.EndsAt == n.StartsAt.Add(minutes(n.Minutes)) && m.Attendance == n.Attendance
		m.StartsAt, m.EndsAt, m.Attendance = n.StartsAt, n.StartsAt.Add(minutes(n.Minutes)), n.Attendance
		m.Moved = x.unlike(*m)
		m.Stage = stageAt(m.StartsAt, now)
		if err := growSeries(ctx, tx, m.Series, now); err != nil {
			return err
		}
		if same && n.Words != "" {
			if err := s.tellAll(ctx, tx, noticeChanged, "said-"+now.Stamp(), *m, a.Person); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, *m, n.Words)
	})
}

// fitsPlan refuses a way that the series says nothing about: a room without an
// address. Who meets online without a link meets in the room here.
func fitsPlan(x Series, at Attendance) error {
	p := x.Plan
	p.Attendance = at
	var wrong fault.Problems
	p.where(&wrong)
	if len(wrong) == 0 {
		return nil
	}
	var out fault.Problems
	out.Add("attendance", "meetings.error.no_address")
	return out.Err()
}

// note keeps what those who hold a meeting say to those who come; "" takes it away.
func (s *Service) note(ctx context.Context, tx db.Writer, m Meeting, words string) error {
	sealed, err := s.seal(ctx, tx, m.Series, noteContext+string(m.ID), words)
	if err != nil {
		return err
	}
	return setNote(ctx, tx, m.ID, sealed)
}

// Say keeps words for those who come to a meeting and tells them that there is
// something to read.
func (s *Service) Say(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var wrong fault.Problems
	words = chat.CleanOptional(&wrong, "words", words, mostNote)
	if err := wrong.Err(); err != nil {
		return err
	}
	may := func(st Stand, m Meeting, now moment.Time) access.Decision {
		if d := canHold(st); !d.OK() {
			return d
		}
		return stillComing(m, now)
	}
	return s.onMeeting(ctx, a, id, "meetings.say", may, func(tx db.Writer, _ Series, m *Meeting, now moment.Time) error {
		if err := s.note(ctx, tx, *m, words); err != nil || words == "" {
			return err
		}
		return s.tellAll(ctx, tx, noticeChanged, "said-"+now.Stamp(), *m, a.Person)
	})
}

// Cancel calls one meeting off, with words for those who would have come.
func (s *Service) Cancel(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var wrong fault.Problems
	words = chat.CleanOptional(&wrong, "words", words, mostNote)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.onMeeting(ctx, a, id, "meetings.cancel", canChange, func(tx db.Writer, _ Series, m *Meeting, now moment.Time) error {
		m.State, m.Why, m.EndedAt = Cancelled, whyHost, now
		if err := growSeries(ctx, tx, m.Series, now); err != nil {
			return err
		}
		return s.note(ctx, tx, *m, words)
	})
}

// Restore lets a meeting take place after all that was called off by those who hold it.
func (s *Service) Restore(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onMeeting(ctx, a, id, "meetings.restore", canRestore, func(tx db.Writer, x Series, m *Meeting, now moment.Time) error {
		if x.State != Running {
			return fault.New(fault.Conflict, "meetings.error.restore")
		}
		m.State, m.Why, m.EndedAt, m.Stage = Planned, "", 0, stageAt(m.StartsAt, now)
		if err := growSeries(ctx, tx, m.Series, now); err != nil {
			return err
		}
		return s.note(ctx, tx, *m, "")
	})
}

// callOff calls a meeting off that its series does not hold any more, and gives it as
// it is then. Who is told, and what is taken away, the caller sees to.
func (s *Service) callOff(ctx context.Context, tx db.Writer, was Meeting, why string, now moment.Time) (Meeting, error) {
	if was.State == Cancelled || was.State == Over {
		return was, nil
	}
	m := was
	m.State, m.Why, m.EndedAt = Cancelled, why, now
	m.Changes++
	m.ChangedAt = now
	return m, s.save(ctx, tx, m, was)
}

// Pause lets everything of an owner rest, or go on again: what comes is neither
// cancelled nor lost, it does not take place for now. Whoever comes is told.
func (s *Service) Pause(ctx context.Context, tx db.Writer, a access.Actor, owner Ref, paused bool) error {
	now := s.Clock.Now()
	list, err := s.SeriesOf(ctx, tx, owner)
	if err != nil {
		return err
	}
	from, to := Planned, NotForNow
	state := Paused
	if !paused {
		from, to, state = NotForNow, Planned, Running
	}
	for _, x := range list {
		if x.State == Ended || x.State == state {
			continue
		}
		was := x.Changes
		x.State = state
		x.Changes++
		x.ChangedAt = now
		if err := s.saveSeries(ctx, tx, x, was); err != nil {
			return err
		}
		if err := s.turn(ctx, tx, x.ID, from, to, a.Person, now); err != nil {
			return err
		}
	}
	return nil
}

// turn changes all meetings of a series that come from one state to another.
func (s *Service) turn(ctx context.Context, tx db.Writer, series moment.ID, from, to State, by moment.ID, now moment.Time) error {
	list, err := meetingsOf(ctx, tx, series, now)
	if err != nil {
		return err
	}
	var news []Meeting
	for _, was := range list {
		if was.State != from || was.StartsAt <= now {
			continue
		}
		m := was
		m.State, m.Stage = to, stageAt(m.StartsAt, now)
		m.Changes++
		m.ChangedAt = now
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
		if err := recount(ctx, tx, m.ID); err != nil {
			return err
		}
		news = append(news, m)
	}
	if err := s.tellOnce(ctx, tx, string(to)+"-"+now.Stamp(), news, by); err != nil {
		return err
	}
	return s.timers(ctx, tx, series)
}

// EndAll ends everything of an owner.
func (s *Service) EndAll(ctx context.Context, tx db.Writer, a access.Actor, owner Ref) error {
	list, err := s.SeriesOf(ctx, tx, owner)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State == Ended {
			continue
		}
		if err := s.end(ctx, tx, a, x, s.Clock.Now()); err != nil {
			return err
		}
	}
	return nil
}
