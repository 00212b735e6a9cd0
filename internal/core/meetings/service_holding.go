package meetings

import (
	"context"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Holding is what meetings hold of a person.
type Holding struct{ *Service }

// Name is the slice's.
func (Holding) Name() string { return "meetings" }

type exportedAnswer struct {
	Meeting string      `json:"meeting"`
	Starts  time.Time   `json:"starts"`
	Said    AnswerState `json:"said"`
	How     How         `json:"how"`
	Came    string      `json:"came,omitempty"`
	Needs   []string    `json:"needs,omitempty"`
	Words   string      `json:"words,omitempty"`
	At      time.Time   `json:"at"`
}

// Export puts what somebody said to meetings, and which they hold.
func (h Holding) Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error {
	answers, err := answersEver(ctx, r, person, 0)
	if err != nil {
		return err
	}
	out := []exportedAnswer{}
	for _, x := range answers {
		m, err := h.meeting(ctx, r, x.Meeting)
		if err != nil {
			return err
		}
		in, err := h.series(ctx, r, m.Series)
		if err != nil {
			return err
		}
		if err := h.open(ctx, r, m.Series, x.words, answerContext+string(x.ID), &x.Asked); err != nil {
			return err
		}
		out = append(out, exportedAnswer{in.Called(), m.StartsAt.Std(), x.State, x.How, x.Came, x.Needs, x.Words, x.At.Std()})
	}
	if err := put("meetings.json", out); err != nil {
		return err
	}
	held, err := heldBy(ctx, r, person, 0)
	if err != nil {
		return err
	}
	if err := put("meetings-held.json", held); err != nil {
		return err
	}
	f, found, err := calendar.FeedOf(ctx, r, person, FeedKind)
	if err != nil || !found {
		return err
	}
	return put("meetings-calendar.json", map[string]any{"calendar_address_made": f.MadeAt.Std()})
}

// Erase takes a person's answers away and gives their places back; whoever waits gets
// them. What they were to hold somebody else is asked for.
func (h Holding) Erase(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	answers, err := answersEver(ctx, tx, person, now)
	if err != nil {
		return err
	}
	for _, mine := range answers {
		m, err := h.meeting(ctx, tx, mine.Meeting)
		if err != nil {
			return err
		}
		if mine.State != Not && (m.State.Coming() || m.State == NotForNow) {
			if err := h.takeBack(ctx, tx, m, mine.Answer, now); err != nil {
				return err
			}
		}
	}
	if err := eraseAnswers(ctx, tx, person); err != nil {
		return err
	}
	if err := forgetPassesOf(ctx, tx, person); err != nil {
		return err
	}
	if err := h.holdsNoMore(ctx, tx, person, Ref{}, now); err != nil {
		return err
	}
	if err := dropHostEver(ctx, tx, person); err != nil {
		return err
	}
	if err := forgetPlanner(ctx, tx, person); err != nil {
		return err
	}
	return calendar.StopFeedsOf(ctx, tx, person)
}
