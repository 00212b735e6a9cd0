package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// newestPublic tells how many public groups there are and when one last changed.
func newestPublic(ctx context.Context, r db.Reader) (n int64, newest moment.Time, err error) {
	err = r.QueryRow(ctx, `SELECT count(*), COALESCE(max(changed_at), 0) FROM groups_group WHERE openness = 'public' AND state IN ('open', 'paused')`).Scan(&n, &newest)
	return n, newest, db.Problem("groups", err)
}
