package bus

import (
	"context"

	"cairn/internal/kit/db"
)

// HandleTx is Handle for a job that does all it does in one transaction: f gets
// the payload read into T. Like every write it may be run again.
func HandleTx[T any](b *Bus, kind string, f func(ctx context.Context, tx db.Writer, about T) error) {
	b.Handle(kind, func(ctx context.Context, j Job) error {
		var about T
		if err := j.Read(&about); err != nil {
			return err
		}
		return b.db.Write(ctx, func(tx db.Writer) error { return f(ctx, tx, about) })
	})
}

// OnTx is On for a reaction that does all it does in one transaction.
func (b *Bus) OnTx(event, subscriber string, f func(ctx context.Context, tx db.Writer, e Event) error) {
	b.On(event, subscriber, func(ctx context.Context, e Event) error {
		return b.db.Write(ctx, func(tx db.Writer) error { return f(ctx, tx, e) })
	})
}
