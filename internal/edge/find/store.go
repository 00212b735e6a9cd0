package find

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// scopeOfDay gives the scope of a day's key; false when there is none yet, or no more.
func scopeOfDay(ctx context.Context, r db.Reader, day string) (scope moment.ID, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT scope FROM find_day WHERE day = $1`, day).Scan(&scope)
	if db.IsNone(err) {
		return "", false, nil
	}
	return scope, err == nil, db.Problem("day", err)
}

// insertDay keeps the scope of a day, once.
func insertDay(ctx context.Context, tx db.Writer, day string, scope moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO find_day (day, scope) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING`, day, scope)
	return n > 0, db.Problem("day", err)
}

func deleteDay(ctx context.Context, tx db.Writer, day string) error {
	_, err := tx.Exec(ctx, `DELETE FROM find_day WHERE day = $1`, day)
	return db.Problem("day", err)
}
