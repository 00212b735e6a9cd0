package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// heldMost is how many held entries a queue looks at.
const heldMost = 200

// setModerated notes that moderation hid an entry, so that keepers do not release it.
func setModerated(ctx context.Context, tx db.Writer, id moment.ID, yes bool) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET moderated = $2 WHERE id = $1`, id, yes)
	return err
}

// heldAnywhere gives what waits to be read in any space, the oldest first.
func heldAnywhere(ctx context.Context, r db.Reader, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE state = 'held' ORDER BY state_at, id LIMIT $1`, most)
	return db.Collect(rows, err, scanEntry)
}
