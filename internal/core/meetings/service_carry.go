package meetings

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

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

// carry lets the meetings that were take the place of those of the new series: each
// keeps its name here, so that links and notices lead on, and with it what people
// answered, who holds it and what was said. One that was cancelled by itself, such as
// on a holiday, stays cancelled. What has no place any more is called off.
func (s *Service) carry(ctx context.Context, tx db.Writer, a access.Actor, old, x Series, rest, fresh []Meeting, now moment.Time) error {
	to := pair(rest, fresh)
	byID := map[moment.ID]Meeting{}
	for _, m := range fresh {
		byID[m.ID] = m
	}
	var news []Meeting
	for _, was := range rest {
		next, ok := byID[to[was.ID]]
		if !ok {
			off, err := s.callOff(ctx, tx, was, whySeries, now)
			if err != nil {
				return err
			}
			news = append(news, off)
			continue
		}
		m, err := s.takePlace(ctx, tx, old, x, was, next, now)
		if err != nil {
			return err
		}
		if m.State == Planned {
			news = append(news, m)
		}
	}
	if err := s.tellOnce(ctx, tx, "series-"+now.Stamp(), news, a.Person); err != nil {
		return err
	}
	if err := s.dropUnanswered(ctx, tx, news); err != nil {
		return err
	}
	return s.timers(ctx, tx, x.ID)
}

// dropUnanswered takes away what was called off and nobody had said anything to.
func (s *Service) dropUnanswered(ctx context.Context, tx db.Writer, list []Meeting) error {
	for _, m := range list {
		answers, err := answersTo(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if m.State != Cancelled || len(answers) > 0 {
			continue
		}
		if err := s.dropBare(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// takePlace puts a meeting into the place of one that was just written down for the
// new series.
func (s *Service) takePlace(ctx context.Context, tx db.Writer, old, x Series, was, next Meeting, now moment.Time) (Meeting, error) {
	if err := s.dropBare(ctx, tx, next); err != nil {
		return was, err
	}
	m := next
	m.ID, m.State, m.Why, m.EndedAt = was.ID, was.State, was.Why, was.EndedAt
	m.Changes, m.ChangedAt, m.Stage = was.Changes+1, now, stageAt(next.StartsAt, now)
	if err := s.save(ctx, tx, m, was); err != nil {
		return m, err
	}
	if err := s.reseal(ctx, tx, old.ID, x.ID, m); err != nil {
		return m, err
	}
	return m, s.settleWays(ctx, tx, m)
}

// reseal closes what was written for a meeting under another series' key.
func (s *Service) reseal(ctx context.Context, tx db.Writer, from, to moment.ID, m Meeting) error {
	answers, err := answersTo(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, ans := range answers {
		if err := s.open(ctx, tx, from, ans.words, answerContext+string(ans.ID), &ans.Asked); err != nil {
			return err
		}
		words, err := s.seal(ctx, tx, to, answerContext+string(ans.ID), ans.Asked)
		if err != nil {
			return err
		}
		if err := setWords(ctx, tx, ans.ID, words); err != nil {
			return err
		}
	}
	sealed, err := noteOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	var note string
	if err := s.open(ctx, tx, from, sealed, noteContext+string(m.ID), &note); err != nil {
		return err
	}
	return s.note(ctx, tx, m, note)
}

// dropBare takes a meeting away that nothing is kept of. People who said that they do
// not come have nothing to lose by it.
func (s *Service) dropBare(ctx context.Context, tx db.Writer, m Meeting) error {
	if err := forgetAnswers(ctx, tx, m.ID); err != nil {
		return err
	}
	return dropMeeting(ctx, tx, m.ID)
}
