package access

import (
	"context"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Rate is how often one person may use a verb.
type Rate struct {
	Name string
	Most int           // times
	Per  time.Duration // in this long
}

// Spend counts one use in the verb's own transaction and fails with TooFast
// when there were too many. A refused use is rolled back with its verb and so
// does not count. It is never asked on crisis help or "I'm not safe".
func (r Rate) Spend(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	window := int64(now) / r.Per.Microseconds()
	var n int
	err := tx.QueryRow(ctx, `INSERT INTO access_rate (person, name, span, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (person, name) DO UPDATE SET
			n = CASE WHEN access_rate.span = excluded.span THEN access_rate.n + 1 ELSE 1 END,
			span = excluded.span
		RETURNING n`, person, r.Name, window).Scan(&n)
	if err != nil {
		return db.Problem("rate", err)
	}
	if n > r.Most {
		left := time.Duration((window+1)*r.Per.Microseconds()-int64(now)) * time.Microsecond
		return fault.New(fault.TooFast, "web.error.toofast").With(map[string]any{"n": int(left/time.Second) + 1, "seconds": int(left/time.Second) + 1})
	}
	return nil
}
