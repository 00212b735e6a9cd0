package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// openAfter gives what is open in spaces of a kind, in the order of their ids, after one.
func openAfter(ctx context.Context, r db.Reader, kind, after string, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e JOIN discussion_space s ON s.id = e.space
		WHERE s.kind = $1 AND s.destroyed_at = 0 AND e.id > $2 AND e.state = 'open' ORDER BY e.id LIMIT $3`, kind, after, most)
	return db.Collect(rows, err, scanEntry)
}

// answersAfter gives the answers of a thread, in the order of their ids, after one.
func answersAfter(ctx context.Context, r db.Reader, post, after moment.ID, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.post = $1 AND e.id > $2 ORDER BY e.id LIMIT $3`, post, string(after), most)
	return db.Collect(rows, err, scanEntry)
}

// kindOf is an entry with the kind of its space.
type kindOf struct {
	id   moment.ID
	kind string
}

// unnamedBy gives what is open that somebody wrote without a name.
func unnamedBy(ctx context.Context, r db.Reader, author moment.ID) ([]kindOf, error) {
	rows, err := r.Query(ctx, `SELECT e.id, s.kind FROM discussion_entry e JOIN discussion_space s ON s.id = e.space
		WHERE e.author = $1 AND e.anonymous AND e.state = 'open' ORDER BY e.id`, author)
	return db.Collect(rows, err, func(r db.Row, x *kindOf) error { return r.Scan(&x.id, &x.kind) })
}
