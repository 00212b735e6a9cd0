package shifts

import (
	"context"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
)

// listen names what happens when something changes elsewhere.
func (s *Service) listen() {
	s.Bus.OnTx("people.changed", "shifts", func(ctx context.Context, tx db.Writer, e bus.Event) error {
		return s.refit(ctx, tx, e.ID)
	})
}
