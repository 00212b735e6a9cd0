package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// threadsAfter gives open threads in spaces of a kind, in the order of their ids, after one.
func threadsAfter(ctx context.Context, r db.Reader, kind, after string, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e JOIN discussion_space s ON s.id = e.space
		WHERE s.kind = $1 AND s.destroyed_at = 0 AND e.id > $2 AND e.post IS NULL AND e.state = 'open' ORDER BY e.id LIMIT $3`, kind, after, most)
	return db.Collect(rows, err, scanEntry)
}

// kindOf is a thread with the kind of its space.
type kindOf struct {
	id   moment.ID
	kind string
}

// unnamedThreadsBy gives the open threads that somebody began without a name.
func unnamedThreadsBy(ctx context.Context, r db.Reader, author moment.ID) ([]kindOf, error) {
	rows, err := r.Query(ctx, `SELECT e.id, s.kind FROM discussion_entry e JOIN discussion_space s ON s.id = e.space
		WHERE e.author = $1 AND e.anonymous AND e.post IS NULL AND e.state = 'open' ORDER BY e.id`, author)
	return db.Collect(rows, err, func(r db.Row, x *kindOf) error { return r.Scan(&x.id, &x.kind) })
}
