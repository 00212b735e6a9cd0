package meetings

import (
	"context"
	"net/url"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// The timers of meetings. Each can run twice.
const (
	jobMoments = "meetings.moments" // the next moment of a series
	jobFill    = "meetings.fill"    // its meetings are written down further
	jobGrace   = "meetings.grace"   // nobody holds a meeting
	jobWrite   = "meetings.write"   // mail to somebody without an account
	jobForget  = "meetings.forget"  // what people answered is not needed any more
	jobZones   = "meetings.zones"   // a zone has changed its rules
)

// The stages of a meeting: which of its moments have passed.
const (
	stageNew = iota
	stageDay
	stageHour
	stageBegun
	stageLate
	stageOver
)

type aboutSeries struct {
	Series moment.ID `json:"series"`
}

type aboutMeeting struct {
	Meeting moment.ID `json:"meeting"`
}

type aboutAnswer struct {
	Answer moment.ID `json:"answer"`
}

func (s *Service) register() {
	for kind, f := range map[string]func(context.Context, db.Writer, moment.ID) error{jobMoments: s.moments, jobFill: s.fillOn} {
		bus.HandleTx(s.Bus, kind, func(ctx context.Context, tx db.Writer, about aboutSeries) error { return f(ctx, tx, about.Series) })
	}
	for kind, f := range map[string]func(context.Context, db.Writer, moment.ID) error{jobGrace: s.graceOver, jobForget: s.forget} {
		bus.HandleTx(s.Bus, kind, func(ctx context.Context, tx db.Writer, about aboutMeeting) error { return f(ctx, tx, about.Meeting) })
	}
	s.Bus.Handle(jobWrite, s.writeMail)
	s.Bus.Handle(jobZones, s.mendAll)
	for event, f := range map[string]func(context.Context, db.Writer, moment.ID) error{"moderation.acted": s.keptOut} {
		s.Bus.OnTx(event, "meetings", func(ctx context.Context, tx db.Writer, e bus.Event) error { return f(ctx, tx, e.ID) })
	}
}

// stageAt is the stage of a meeting that is planned now: nobody is reminded of what
// is so near that they have just been told.
func stageAt(starts, now moment.Time) int {
	switch left := starts.Sub(now); {
	case left <= remindHour:
		return stageHour
	case left <= remindDay:
		return stageDay
	}
	return stageNew
}

// nextMoment is when the next thing happens with a meeting.
func nextMoment(m Meeting) moment.Time {
	switch m.Stage {
	case stageNew:
		return m.StartsAt.Add(-remindDay)
	case stageDay:
		return m.StartsAt.Add(-remindHour)
	case stageHour:
		return m.StartsAt
	case stageBegun:
		// When the start was late (the service was away), the quarter of an hour is too:
		// what is overdue goes on at its step, not all at once.
		return max(m.StartsAt, m.GraceAt).Add(lateAfter)
	}
	return m.EndsAt.Add(overAfter)
}

// timers plans the next moment of a series, from what is written down now.
func (s *Service) timers(ctx context.Context, tx db.Writer, series moment.ID) error {
	now := s.Clock.Now()
	near, err := dueOf(ctx, tx, series, now.Add(remindDay))
	if err != nil {
		return err
	}
	var due moment.Time
	for _, m := range near {
		if at := nextMoment(m); due.IsZero() || at < due {
			due = at
		}
	}
	next, err := nextStart(ctx, tx, series, now.Add(remindDay))
	if err != nil {
		return err
	}
	if !next.IsZero() && (due.IsZero() || next.Add(-remindDay) < due) {
		due = next.Add(-remindDay)
	}
	if due.IsZero() {
		return s.Bus.Cancel(ctx, tx, jobMoments, string(series))
	}
	return s.Bus.At(ctx, tx, jobMoments, string(series), due, aboutSeries{series})
}

// moments does what is due with the meetings of a series, each from what is so in
// this transaction: a meeting that was moved a moment ago is reminded of by its new
// time, or not yet.
func (s *Service) moments(ctx context.Context, tx db.Writer, series moment.ID) error {
	now := s.Clock.Now()
	list, err := dueOf(ctx, tx, series, now.Add(remindDay))
	if err != nil || len(list) == 0 {
		if err == nil {
			err = s.timers(ctx, tx, series)
		}
		return err
	}
	x, err := s.series(ctx, tx, series)
	if err != nil {
		return err
	}
	for _, m := range list {
		for m.Stage < stageOver && m.State.Coming() && now >= nextMoment(m) {
			was := m
			if err := s.moment(ctx, tx, x, &m, now); err != nil {
				return err
			}
			m.Stage++
			if err := s.save(ctx, tx, m, was); err != nil {
				return err
			}
			if m.State == Cancelled {
				if err := s.tellAll(ctx, tx, noticeChanged, "cancelled-"+now.Stamp(), m, ""); err != nil {
					return err
				}
			}
		}
	}
	return s.timers(ctx, tx, series)
}

// moment is one moment of a meeting.
func (s *Service) moment(ctx context.Context, tx db.Writer, x Series, m *Meeting, now moment.Time) error {
	switch m.Stage {
	case stageNew, stageDay:
		if now >= m.StartsAt || m.Stage == stageNew && m.StartsAt.Sub(now) <= remindHour {
			return nil // this one was missed, and another comes or has come
		}
		key := "day-"
		if m.Stage == stageDay {
			key = "hour-"
		}
		return s.tellAll(ctx, tx, noticeSoon, key+m.StartsAt.Stamp(), *m, "")
	case stageHour:
		return s.begins(ctx, tx, x, m, now)
	case stageBegun:
		return s.late(ctx, tx, x, m, now)
	}
	return s.isOver(ctx, tx, m, now)
}

// begins is the start: when nobody who holds it is there, the stand-in is asked.
func (s *Service) begins(ctx context.Context, tx db.Writer, x Series, m *Meeting, now moment.Time) error {
	if !x.opens() || m.State != Planned || now >= m.EndsAt {
		return nil
	}
	hosts, err := hostsOf(ctx, tx, m.ID)
	if err != nil || anybodyHere(hosts) {
		return err
	}
	m.GraceAt = now // since when they are asked
	return s.askToStep(ctx, tx, x, *m, hosts, "start-"+m.StartsAt.Stamp())
}

// late is fifteen minutes after the start: when still nobody is there, whoever is at a
// shut door is told kindly that it is off. Of a room we know only that nobody pressed
// a button: it is not called off by itself, coordinators look.
func (s *Service) late(ctx context.Context, tx db.Writer, x Series, m *Meeting, now moment.Time) error {
	m.GraceAt = 0
	if !x.opens() || m.State != Planned || now >= m.EndsAt {
		return nil
	}
	hosts, err := hostsOf(ctx, tx, m.ID)
	if err != nil || anybodyHere(hosts) {
		return err
	}
	if err := s.tellCoordinators(ctx, tx, *m); err != nil {
		return err
	}
	if !m.Attendance.Screen() {
		return nil
	}
	m.State, m.Why, m.EndedAt = Cancelled, whyNobody, now
	m.Changes++
	m.ChangedAt = now
	if err := growSeries(ctx, tx, m.Series, now); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(m.ID), 0)
	return s.Tell.SettleAbout(ctx, tx, m.ID, noticeNow)
}

func (s *Service) tellCoordinators(ctx context.Context, tx db.Writer, m Meeting) error {
	list, err := s.People.WithRole(ctx, tx, access.Coordinator)
	if err != nil {
		return err
	}
	for _, person := range list {
		if err := s.tell(ctx, tx, person, noticeEmpty, m.StartsAt.Stamp(), m); err != nil {
			return err
		}
	}
	return nil
}

// isOver is half an hour after the end.
func (s *Service) isOver(ctx context.Context, tx db.Writer, m *Meeting, now moment.Time) error {
	if m.State.Coming() {
		m.State, m.EndedAt, m.GraceAt = Over, now, 0
	}
	if err := s.Bus.Cancel(ctx, tx, jobGrace, string(m.ID)); err != nil {
		return err
	}
	if err := s.Tell.SettleAbout(ctx, tx, m.ID, noticeNow); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(m.ID), 0)
	return nil
}

// graceOver locks a meeting that nobody holds, and later closes it kindly.
func (s *Service) graceOver(ctx context.Context, tx db.Writer, id moment.ID) error {
	m, found, err := meetingByID(ctx, tx, id)
	if err != nil || !found || m.GraceAt.IsZero() || m.State != Open && m.State != Locked {
		return err
	}
	now := s.Clock.Now()
	was := m
	switch gone := now.Sub(m.GraceAt); {
	case gone < graceLock:
		return s.Bus.At(ctx, tx, jobGrace, string(id), m.GraceAt.Add(graceLock), aboutMeeting{id})
	case gone < graceClose:
		m.State = Locked
		if err := s.Bus.At(ctx, tx, jobGrace, string(id), m.GraceAt.Add(graceClose), aboutMeeting{id}); err != nil {
			return err
		}
	default:
		m.State, m.Why, m.EndedAt, m.GraceAt, m.Stage = Over, whyUnhosted, now, 0, stageOver
	}
	if err := s.save(ctx, tx, m, was); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(id), 0)
	if m.State != Over {
		return nil
	}
	if err := s.Tell.SettleAbout(ctx, tx, id, noticeNow); err != nil {
		return err
	}
	if err := s.tellAll(ctx, tx, noticeChanged, "closed-"+now.Stamp(), m, ""); err != nil {
		return err
	}
	return s.timers(ctx, tx, m.Series)
}

// fillOn writes the meetings of a series down further.
func (s *Service) fillOn(ctx context.Context, tx db.Writer, id moment.ID) error {
	x, err := s.series(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && x.State == Ended {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := s.facets(ctx, tx, x.Owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := s.mend(ctx, tx, x, s.Clock.Now()); err != nil {
		return err
	}
	if x, err = s.series(ctx, tx, id); err != nil { // mending is a change of it
		return err
	}
	return s.fill(ctx, tx, x, f.Hosts, s.Clock.Now())
}

// forget takes away what people said to a meeting 90 days ago: who came is nobody's
// business any more. The counts stay.
func (s *Service) forget(ctx context.Context, tx db.Writer, id moment.ID) error {
	m, found, err := meetingByID(ctx, tx, id)
	if err != nil || !found {
		return err
	}
	if due := m.EndsAt.Add(forgetAfter); s.Clock.Now() < due {
		return s.Bus.At(ctx, tx, jobForget, string(id), due, aboutMeeting{id})
	}
	if err := setNote(ctx, tx, id, nil); err != nil {
		return err
	}
	if err := forgetPasses(ctx, tx, id); err != nil {
		return err
	}
	return forgetAnswers(ctx, tx, id)
}

// writeMail writes to somebody without an account who left an address: that something
// about their place has changed. What, stands on the page that only they have.
func (s *Service) writeMail(ctx context.Context, j bus.Job) error {
	var about aboutAnswer
	if err := j.Read(&about); err != nil || s.Mail == nil {
		return err
	}
	r := s.DB.Reader()
	ans, found, err := answerByID(ctx, r, about.Answer)
	if err != nil || !found || !ans.HasMail {
		return err
	}
	m, err := s.meeting(ctx, r, ans.Meeting)
	if err != nil {
		return err
	}
	if err := s.open(ctx, r, m.Series, ans.words, answerContext+string(ans.ID), &ans.Asked); err != nil || ans.Mail == "" {
		return err
	}
	ctx = web.WithLook(ctx, web.Prefs{Lang: ans.Lang})
	err = s.Mail.Send(ctx, people.Mail{To: ans.Mail, Subject: web.T(ctx, "meetings.mail.subject"), Body: web.T(ctx, "meetings.mail.body", "link", s.BaseURL+placePath(ans.Token)),
		MessageID: string(j.ID) + "@" + s.host()})
	if err != nil || ans.State != Not {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return giveUp(ctx, tx, ans.ID, s.Clock.Now()) })
}

// host is the name of this service in message ids.
func (s *Service) host() string {
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}
