package find

import (
	"context"
	"errors"
	"slices"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/search"
)

// The timers of search. Each can run twice.
const (
	jobFill   = "find.fill"   // brings in what was there before, in steps
	jobForget = "find.forget" // destroys the key of a day
)

// fillSteps is how many small transactions one run of the timer makes.
const fillSteps = 50

// register names what happens by itself. A job's key is the kind, or the day: no content.
func (s *Service) register() {
	s.Bus.Handle(jobFill, func(ctx context.Context, j bus.Job) error { return s.fill(ctx, j.Key) })
	s.Bus.Handle(jobForget, func(ctx context.Context, j bus.Job) error {
		return s.DB.Write(ctx, func(tx db.Writer) error { return s.forget(ctx, tx, j.Key) })
	})
}

// Begin plans to bring in what is not in the index yet. It is called once, at the start.
func (s *Service) Begin(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		var wrong []error
		for _, source := range s.sources {
			done, err := s.Index.Filled(ctx, tx, source.Kind())
			if err == nil && !done {
				err = s.Bus.At(ctx, tx, jobFill, source.Kind(), s.Clock.Now(), nil)
			}
			wrong = append(wrong, err)
		}
		return errors.Join(wrong...)
	})
}

func (s *Service) source(kind string) (search.Source, bool) {
	i := slices.IndexFunc(s.sources, func(x search.Source) bool { return x.Kind() == kind })
	if i < 0 {
		return nil, false
	}
	return s.sources[i], true
}

// fill goes on bringing in a kind.
func (s *Service) fill(ctx context.Context, kind string) error {
	source, ok := s.source(kind)
	if !ok {
		return nil // a newer version has it
	}
	done, err := s.Index.Fill(ctx, source, fillSteps)
	if err != nil || done {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		return s.Bus.At(ctx, tx, jobFill, kind, s.Clock.Now(), nil)
	})
}

// Rebuild makes the index of every source anew, and tells after each step what it is
// at. It may be stopped: what is left is then done by the running service. It is for
// whoever runs the machine.
func (s *Service) Rebuild(ctx context.Context, said func(kind string)) error {
	for _, source := range s.sources {
		err := s.DB.Write(ctx, func(tx db.Writer) error {
			if err := s.Index.Refill(ctx, tx, source.Kind()); err != nil {
				return err
			}
			return s.Bus.At(ctx, tx, jobFill, source.Kind(), s.Clock.Now(), nil)
		})
		for done := false; err == nil && !done; {
			if done, err = s.Index.Fill(ctx, source, fillSteps); err == nil {
				said(source.Kind())
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forget destroys the key of a day: what was searched for then can be read by nobody.
func (s *Service) forget(ctx context.Context, tx db.Writer, day string) error {
	scope, found, err := scopeOfDay(ctx, tx, day)
	if err != nil || !found {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, scope); err != nil {
		return err
	}
	return deleteDay(ctx, tx, day)
}
