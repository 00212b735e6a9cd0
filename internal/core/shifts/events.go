package shifts

import (
	"context"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
)

// listen names what happens when something changes elsewhere.
func (s *Service) listen() {
	s.Bus.On("people.changed", "shifts", func(ctx context.Context, e bus.Event) error {
		return s.DB.Write(ctx, func(tx db.Writer) error { return s.refit(ctx, tx, e.ID) })
	})
}
