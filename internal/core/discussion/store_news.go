package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// newsFor gives the threads with something new to somebody in what they follow, after an
// instant and after they began to follow it, newest activity first: threads that were begun
// in a space, and threads with an answer of others that they would meet. What was brought
// from somewhere else is old, and what they have read is not new. It begins at what they
// follow, however much else there is.
func newsFor(ctx context.Context, r db.Reader, v viewer, since moment.Time, most int) ([]row, error) {
	args := []any{v.Person, since, most}
	near, far := "", ""
	if len(v.apart) > 0 {
		ids := make([]moment.ID, 0, len(v.apart))
		for id := range v.apart {
			ids = append(ids, id)
		}
		in, more := db.In(len(args)+1, ids)
		near, far = ` AND (e.anonymous OR e.author NOT IN (`+in+`))`, ` AND (c.anonymous OR c.author NOT IN (`+in+`))`
		args = append(args, more...)
	}
	rows, err := r.Query(ctx, `SELECT `+eColumns+` FROM discussion_entry e WHERE e.id IN (
			SELECT p.id FROM discussion_follow f JOIN discussion_entry p ON p.space = f.object AND p.post IS NULL AND p.active_at > $2 WHERE f.person = $1
			UNION SELECT f.object FROM discussion_follow f WHERE f.person = $1)
		AND e.post IS NULL AND e.state = 'open' AND (
			EXISTS (SELECT 1 FROM discussion_follow f WHERE f.person = $1 AND f.object = e.space AND e.state_at > f.at AND e.state_at > $2 AND e.origin = '' AND e.author <> $1`+near+`
				AND NOT EXISTS (SELECT 1 FROM discussion_seen s WHERE s.person = $1 AND (s.object = e.id OR s.object = e.space AND s.upto >= e.state_at)))
			OR EXISTS (SELECT 1 FROM discussion_follow f JOIN discussion_entry c ON c.post = f.object WHERE f.person = $1 AND f.object = e.id
				AND c.state = 'open' AND c.origin = '' AND c.author <> $1 AND c.active_at > f.at AND c.active_at > $2`+far+`
				AND NOT EXISTS (SELECT 1 FROM discussion_seen s WHERE s.person = $1 AND s.object IN (e.id, e.space) AND s.upto >= c.active_at)))
		AND e.active_at > $2 AND EXISTS (SELECT 1 FROM discussion_follow f WHERE f.person = $1 AND f.space = e.space AND e.active_at > f.at)
		ORDER BY e.active_at DESC, e.id DESC LIMIT $3`, args...)
	return db.Collect(rows, err, scanEntry)
}
