package people

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// The timers of people. Each may run twice and then changes nothing.
const (
	jobMail     = "people.mail"     // a link goes out
	jobTomorrow = "people.tomorrow" // "not today" ends
	jobSweep    = "people.sweep"    // what has had its time goes
)

const (
	sweepEvery    = time.Hour
	guestsASweep  = 200
	attemptsLast  = 24 * time.Hour // addresses are kept no longer, as a keyed hash
	sweepJobsName = "all"
)

type aboutPerson struct {
	Person moment.ID `json:"person"`
}

func (s *Service) register() {
	s.Bus.Handle(jobMail, s.mailJob)
	s.Bus.Handle(jobTomorrow, s.tomorrowJob)
	s.Bus.Handle(jobSweep, s.sweepJob)
}

// Begin plans the sweep that goes on every hour. The app calls it once at its
// start; more often is no harm.
func (s *Service) Begin(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.Bus.At(ctx, tx, jobSweep, sweepJobsName, s.Clock.Now(), nil) })
}

// tomorrowJob ends "not today" and tells matching.
func (s *Service) tomorrowJob(ctx context.Context, j bus.Job) error {
	var about aboutPerson
	if err := j.Read(&about); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		ended, next, err := endNotToday(ctx, tx, about.Person, s.Clock.Now())
		if err != nil {
			return err
		}
		if !next.IsZero() {
			if err := s.Bus.At(ctx, tx, jobTomorrow, string(about.Person), next, about); err != nil {
				return err
			}
		}
		if !ended {
			return nil
		}
		return s.changed(ctx, tx, about.Person)
	})
}

// sweepJob removes sessions, links, challenges and tries whose time is over, and
// guests whom nobody has seen for seven days, and plans the next sweep.
func (s *Service) sweepJob(ctx context.Context, _ bus.Job) error {
	now := s.Clock.Now()
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.Bus.At(ctx, tx, jobSweep, sweepJobsName, now.Add(sweepEvery), nil); err != nil {
			return err
		}
		ended, err := deleteEndedSessions(ctx, tx, now)
		if err != nil {
			return err
		}
		s.closeStreams(tx, ended)
		return sweep(ctx, tx, now)
	})
	if err != nil {
		return err
	}
	for range guestsASweep {
		more, err := s.sweepGuest(ctx, now)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// sweepGuest erases one guest, in a transaction of its own.
func (s *Service) sweepGuest(ctx context.Context, now moment.Time) (more bool, err error) {
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		idle, err := idleGuests(ctx, tx, now.Add(-guestsLast), 1)
		if more = len(idle) == 1; err != nil || !more {
			return err
		}
		return s.erase(ctx, tx, access.System(), idle[0])
	})
	return more, err
}
