package directory

import (
	"context"
	"log/slog"

	"github.com/a-h/templ"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Deps is what the directory stands on. Demo lets invented lines be shown.
type Deps struct {
	DB    *db.DB
	Bus   *bus.Bus
	Clock moment.Clock
	Log   *slog.Logger
	Demo  bool
}

// Service holds the verbs of the directory.
type Service struct {
	beside func(ctx context.Context) templ.Component
	Deps
	last remembered
}

// New makes the service.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Deps: d}
}

// Topic is the live topic of every change of a line.
const Topic = "directory"

// Lines gives what people of a country see, the emergency number first. Of a
// pair it gives both or none.
func (s *Service) Lines(ctx context.Context, r db.Reader, country string) ([]Line, error) {
	all, err := liveLines(ctx, r)
	if err != nil {
		return nil, err
	}
	return Shown(all, country, s.Demo), nil
}

// Country gives the service's country, "" when none was set.
func (s *Service) Country(ctx context.Context, r db.Reader) (string, error) {
	return access.Setting(ctx, r, SettingCountry, "")
}

// Fresh tells what the lines of the service's country lack before it may open.
func (s *Service) Fresh(ctx context.Context, r db.Reader, now moment.Time) (Freshness, error) {
	country, err := s.Country(ctx, r)
	if err != nil {
		return Freshness{}, err
	}
	lines, err := s.Lines(ctx, r, country)
	if err != nil {
		return Freshness{}, err
	}
	return freshness(lines, now), nil
}

// All lists every line that is not retired, of all countries, for those who
// keep them.
func (s *Service) All(ctx context.Context, a access.Actor) ([]Line, error) {
	if err := permEdit.Check(a); err != nil {
		return nil, err
	}
	return liveLines(ctx, s.DB.Reader())
}

// Line gives one line to those who keep them.
func (s *Service) Line(ctx context.Context, a access.Actor, id moment.ID) (Line, error) {
	if err := permEdit.Check(a); err != nil {
		return Line{}, err
	}
	l, found, err := lineByID(ctx, s.DB.Reader(), id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	return l, err
}

// Add enters a line. With pairWith it forms a pair with that line, or joins the
// pair that line is in.
func (s *Service) Add(ctx context.Context, a access.Actor, l Line, pairWith moment.ID) (moment.ID, error) {
	if err := permEdit.Check(a); err != nil {
		return "", err
	}
	l = l.Tidy()
	if err := l.Validate(s.Clock.Now()); err != nil {
		return "", err
	}
	l.ID, l.RetiredAt, l.Demo = moment.NewID(), 0, false
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.join(ctx, tx, &l, pairWith); err != nil {
			return err
		}
		if err := insertLine(ctx, tx, l); err != nil {
			return fault.Op("line add", err)
		}
		return s.noted(ctx, tx, a, "directory.add", l.ID)
	})
	return l.ID, err
}

// Change rewrites a line.
func (s *Service) Change(ctx context.Context, a access.Actor, l Line, pairWith moment.ID) error {
	l = l.Tidy()
	return s.change(ctx, a, l.ID, "directory.change", func(tx db.Writer, old Line) (Line, error) {
		if err := l.Validate(s.Clock.Now()); err != nil {
			return old, err
		}
		l.Demo, l.RetiredAt, l.Pair = old.Demo, old.RetiredAt, ""
		return l, s.join(ctx, tx, &l, pairWith)
	})
}

// join puts a line into the pair of another one, which begins it if need be.
func (s *Service) join(ctx context.Context, tx db.Writer, l *Line, with moment.ID) error {
	l.Pair = ""
	if with == "" {
		return nil
	}
	other, found, err := lineByID(ctx, tx, with)
	if err != nil {
		return err
	}
	if !found || !other.RetiredAt.IsZero() || other.ID == l.ID || other.Country != l.Country {
		var p fault.Problems
		p.Add("pair", "directory.error.pair")
		return p.Err()
	}
	if other.Pair == "" {
		other.Pair = moment.NewID()
		if err := updateLine(ctx, tx, other); err != nil {
			return fault.Op("line pair", err)
		}
	}
	l.Pair = other.Pair
	return nil
}

// Confirm says that the actor checked the line today and it is right.
func (s *Service) Confirm(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.change(ctx, a, id, "directory.confirm", func(_ db.Writer, l Line) (Line, error) {
		l.CheckedOn = Day(s.Clock.Now())
		return l, nil
	})
}

// Retire takes a line away. The other line of its pair is then not shown
// either, until it is changed to stand alone.
func (s *Service) Retire(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.change(ctx, a, id, "directory.retire", func(_ db.Writer, l Line) (Line, error) {
		l.RetiredAt = s.Clock.Now()
		return l, nil
	})
}

func (s *Service) change(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(tx db.Writer, l Line) (Line, error)) error {
	if err := permEdit.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		old, found, err := lineByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canChange(old).Err(); err != nil {
			return err
		}
		next, err := f(tx, old)
		if err != nil {
			return err
		}
		if err := updateLine(ctx, tx, next); err != nil {
			return fault.Op(verb, err)
		}
		return s.noted(ctx, tx, a, verb, id)
	})
}

// noted writes the audit, forgets what was remembered and tells the pages.
func (s *Service) noted(ctx context.Context, tx db.Writer, a access.Actor, verb string, id moment.ID) error {
	now := s.Clock.Now()
	tx.AfterCommit(s.last.forget)
	s.Bus.Publish(tx, Topic, int64(now))
	return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "line", Object: id})
}
