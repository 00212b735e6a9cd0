package shifts

import (
	"context"
	"strconv"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Plan is when the service means to be open.
type Plan struct {
	Hours []Hours
	Zone  *time.Location
}

// Plan reads the opening hours.
func (s *Service) Plan(ctx context.Context, r db.Reader) (Plan, error) {
	hours, err := hoursAll(ctx, r)
	if err != nil {
		return Plan{}, err
	}
	name, err := access.Setting(ctx, r, SettingZone, "UTC")
	if err != nil {
		return Plan{}, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = time.UTC
	}
	return Plan{hours, zone}, nil
}

// SetPlan sets the opening hours and their zone.
func (s *Service) SetPlan(ctx context.Context, a access.Actor, hours []Hours, zone string) error {
	if err := PermPlan.Check(a); err != nil {
		return err
	}
	for _, h := range hours {
		if err := h.Validate(); err != nil {
			return err
		}
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		var p fault.Problems
		p.Add("zone", "shifts.error.zone")
		return p.Err()
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := replaceHours(ctx, tx, hours); err != nil {
			return fault.Op("shift hours", err)
		}
		s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
		return access.SetSetting(ctx, tx, a, s.Clock.Now(), SettingZone, zone)
	})
}

// SetMinimum sets how many people a shift needs. One needs a named second.
func (s *Service) SetMinimum(ctx context.Context, a access.Actor, n int, second moment.ID) error {
	if err := PermPlan.Check(a); err != nil {
		return err
	}
	var p fault.Problems
	if n < 1 || n > 50 {
		p.Add("minimum", "shifts.error.minimum")
	}
	if n == 1 && second == "" {
		p.Add("second", "shifts.error.second")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := access.SetSetting(ctx, tx, a, now, SettingSecond, string(second)); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.SetSetting(ctx, tx, a, now, SettingMinimum, strconv.Itoa(n))
	})
}

// TestPage is a page sent on purpose, to see that somebody answers.
type TestPage struct {
	ID             moment.ID
	SentAt         moment.Time
	SentBy         moment.ID
	SentTo         moment.ID
	AcknowledgedAt moment.Time
}

const noticeTest = "shifts.test_page" // a page sent on purpose: it takes every way that a real one takes

// Kinds are what shifts tell people, for notify.
func Kinds() []notify.Kind { return []notify.Kind{{Name: noticeTest, Urgent: true, Work: true}} }

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// SendTestPage pages a person who is to be on call.
func (s *Service) SendTestPage(ctx context.Context, a access.Actor, to moment.ID) error {
	if err := PermPlan.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		p := TestPage{ID: moment.NewID(), SentAt: now, SentBy: a.Person, SentTo: to}
		if err := insertTestPage(ctx, tx, p); err != nil {
			return fault.Op("test page", err)
		}
		if s.Tell != nil {
			m := notify.Message{To: to, Kind: noticeTest, Key: "test-page/" + string(p.ID), Path: "/shift", About: p.ID}
			if err := s.Tell.Tell(ctx, tx, m); err != nil {
				return err
			}
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "shifts.test_page", Kind: "test page", Object: p.ID, Subject: to})
	})
}

// AcknowledgeTestPage answers a page that was sent to the actor.
func (s *Service) AcknowledgeTestPage(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		done, err := acknowledge(ctx, tx, id, a.Person, now)
		if err != nil {
			return fault.Op("test page", err)
		}
		if !done {
			return fault.Hidden()
		}
		if s.Tell != nil {
			if err := s.Tell.SettleAbout(ctx, tx, id, noticeTest); err != nil {
				return err
			}
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "shifts.acknowledge", Kind: "test page", Object: id})
	})
}

// TestPages lists the latest pages, newest first.
func (s *Service) TestPages(ctx context.Context, r db.Reader) ([]TestPage, error) {
	return latestTestPages(ctx, r, 20)
}

// PagesFor lists what waits for a person's answer.
func (s *Service) PagesFor(ctx context.Context, r db.Reader, person moment.ID) ([]TestPage, error) {
	return testPagesFor(ctx, r, person)
}
