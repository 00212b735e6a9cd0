package meetings

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Count writes down who came: who of those with an answer did, and how many others.
// Whoever holds it does so, once it has begun, for a month; again as often as needed.
func (s *Service) Count(ctx context.Context, a access.Actor, id moment.ID, came map[moment.ID]bool, others int) error {
	if others < 0 || others > mostPlaces {
		var wrong fault.Problems
		wrong.AddWith("others", "meetings.error.places", map[string]any{"most": mostPlaces})
		return wrong.Err()
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		_, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		hosts, err := hostsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		h, named := hostIn(hosts, a.Person)
		if err := canCount(st, m, named && h.State != Cannot, now).Err(); err != nil {
			return err
		}
		answers, err := answersTo(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, x := range answers {
			word := "no"
			if came[x.ID] {
				word = "yes"
			}
			if err := setCame(ctx, tx, x.ID, word); err != nil {
				return err
			}
		}
		was := m
		m.Others, m.CountedAt = others, now
		m.Changes++
		if m.State == Cancelled {
			m.State, m.Why = Over, ""
			if err := growSeries(ctx, tx, m.Series, now); err != nil {
				return err
			}
		}
		if m.OpenedAt.IsZero() {
			m.OpenedAt = m.StartsAt // people were there, whoever pressed what
		}
		if err := s.save(ctx, tx, m, was); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.count", Kind: "meeting", Object: id})
	})
}
