package forum

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// acted answers a decision about somebody. When it has settled that they are kept out for
// good, they look after no space any more, and what they asked goes: others wait for both.
// That they joined a community, and what they followed there, stays hidden from them; it costs
// nobody anything, and is there again when the decision is taken back.
func (s *Service) acted(ctx context.Context, tx db.Writer, person moment.ID) error {
	until, out, err := s.Standing.OutUntil(ctx, tx, person)
	if err != nil || !out || !until.IsZero() {
		return err
	}
	asks, err := requestsBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, q := range asks {
		if err := deleteRequest(ctx, tx, q.Space, person); err != nil {
			return err
		}
		if err := s.Tell.SettleAbout(ctx, tx, q.ID, noticeAsked); err != nil {
			return err
		}
	}
	keeps, err := moderatedBy(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, id := range keeps {
		if _, err := deleteModerator(ctx, tx, id, person); err != nil {
			return err
		}
	}
	return nil
}
