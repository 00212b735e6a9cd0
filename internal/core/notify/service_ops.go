package notify

import (
	"context"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// mostTroubled is how many deliveries in trouble are listed, and how many are
// tried again at once.
const (
	mostTroubled = 50
	mostAgain    = 500
)

// lateAfter is how long a delivery may be due before it counts as late.
const lateAfter = time.Minute

// Standing is how deliveries stand, for operators: no names, no words.
type Standing struct {
	Counts   map[Channel]map[State]int
	Troubled []Delivery // failed, or being tried again; the latest first
}

// Any tells whether there is anything to show.
func (s Standing) Any() bool { return len(s.Counts) > 0 }

// Failed counts the deliveries that wait for an operator.
func (s Standing) Failed() int {
	n := 0
	for _, c := range s.Counts {
		n += c[Failed]
	}
	return n
}

// Standing gives how deliveries stand.
func (s *Service) Standing(ctx context.Context, a access.Actor) (Standing, error) {
	if err := permDeliveries.Check(a); err != nil {
		return Standing{}, err
	}
	r := s.DB.Reader()
	counts, err := countStates(ctx, r)
	if err != nil {
		return Standing{}, err
	}
	out := Standing{Counts: map[Channel]map[State]int{}}
	for _, c := range counts {
		if out.Counts[c.channel] == nil {
			out.Counts[c.channel] = map[State]int{}
		}
		out.Counts[c.channel][c.state] = c.n
	}
	out.Troubled, err = troubled(ctx, r, mostTroubled)
	return out, err
}

// Again tries failed deliveries again at once: one, or with no id all (at most
// 500).
func (s *Service) Again(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onFailed(ctx, a, id, "notify.again", func(tx db.Writer, list []Delivery) error {
		now := s.Clock.Now()
		for _, d := range list {
			if err := revive(ctx, tx, d.ID, now); err != nil {
				return err
			}
			if err := s.due(ctx, tx, d.ID, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget lets failed deliveries go: nobody needs them any more.
func (s *Service) Forget(ctx context.Context, a access.Actor) error {
	return s.onFailed(ctx, a, "", "notify.forget", func(tx db.Writer, list []Delivery) error {
		for _, d := range list {
			if err := letGo(ctx, tx, d.ID, s.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) onFailed(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(tx db.Writer, list []Delivery) error) error {
	if err := permDeliveries.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := saveRate.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		list, err := failedOnes(ctx, tx, id, mostAgain)
		if err != nil {
			return err
		}
		if id != "" && len(list) == 0 {
			return fault.Hidden()
		}
		if err := f(tx, list); err != nil {
			return err
		}
		return s.record(ctx, tx, a, verb, "delivery", id, "")
	})
}

// FailedDeliveries counts what waits for an operator, for monitors and `cairn doctor`.
func FailedDeliveries(ctx context.Context, r db.Reader) (int, error) {
	return countFailed(ctx, r)
}

// LateDeliveries counts what should have been tried a minute ago and was not.
func LateDeliveries(ctx context.Context, r db.Reader, now moment.Time) (int, error) {
	return countLate(ctx, r, now.Add(-lateAfter))
}
