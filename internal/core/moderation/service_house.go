package moderation

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Houses gives the versions of the house agreement in the service's own words, newest
// first; none while the one that comes with the program holds.
func (s *Service) Houses(ctx context.Context) ([]House, error) {
	return houses(ctx, s.DB.Reader())
}

// Publish lets a house agreement hold from now on. base is the version that was read
// when it was written: Conflict when there is a newer one.
func (s *Service) Publish(ctx context.Context, a access.Actor, h House, base int) error {
	if err := permHouse.Check(a); err != nil {
		return err
	}
	if err := h.Validate(base == 0); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		last, err := lastHouse(ctx, tx)
		if err != nil {
			return err
		}
		if last != base {
			return fault.New(fault.Conflict, "moderation.error.newer")
		}
		now := s.Clock.Now()
		h.Version, h.At = last+1, now
		written, err := insertHouse(ctx, tx, h, a.Person)
		if err == nil && !written {
			return fault.New(fault.Conflict, "moderation.error.newer")
		}
		if err != nil {
			return fault.Op("house", err)
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.publish", Kind: "house"})
	})
}

// Months is the public log: what was reported and decided in each of the last months,
// the present one first.
func (s *Service) Months(ctx context.Context) ([]Month, error) {
	r := s.DB.Reader()
	zone, err := s.Zone(ctx, r)
	if err != nil {
		return nil, err
	}
	until := s.Clock.Now() + 1 // what happens at this instant counts
	from := monthOf(s.Clock.Now().Std().In(zone))
	var out []Month
	for range monthsShown {
		list, err := counts(ctx, r, moment.At(from), until)
		if err != nil {
			return nil, err
		}
		m := Month{Year: from.Year(), Month: from.Month()}
		for _, what := range counted() {
			m.Counts = append(m.Counts, small(what, list[what]))
		}
		out = append(out, m)
		until, from = moment.At(from), monthOf(from.Add(-time.Hour))
	}
	return out, nil
}
