package notify

import (
	"context"
	"time"

	"cairn/internal/kit/db"
)

// skew is how far the clocks of two nodes may lie apart.
const skew = 5 * time.Second

// Watch brings pages back that wait for a time out of reach: the clock was set
// back since they were last tried. It is called with the heartbeat of each node.
func (s *Service) Watch(ctx context.Context) error {
	r, now := s.DB.Reader(), s.Clock.Now()
	list, err := urgentAhead(ctx, r, now.Add(skew))
	if err != nil || len(list) == 0 {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		list, err := urgentAhead(ctx, tx, now.Add(skew))
		if err != nil {
			return err
		}
		for _, id := range list {
			if err := setNext(ctx, tx, id, now); err != nil {
				return err
			}
			if err := s.due(ctx, tx, id, now); err != nil {
				return err
			}
		}
		return nil
	})
}
