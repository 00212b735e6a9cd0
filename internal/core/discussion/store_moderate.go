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

// spacesThatHold gives the spaces in which something waits to be read.
func spacesThatHold(ctx context.Context, r db.Reader) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT space FROM discussion_entry WHERE state = 'held' ORDER BY space`)
	return db.Collect(rows, err, scanID)
}

// heldAmong gives what waits to be read in some spaces, and in others what is held for its
// words: first what is, then the rest, then what was brought from somewhere else; each the
// oldest first. So many newcomers at once, or a long file, hide no goodbye.
func heldAmong(ctx context.Context, r db.Reader, keeps, leads []moment.ID, but moment.ID, most int) ([]row, error) {
	args := []any{most, string(but)}
	in := func(list []moment.ID) string {
		if len(list) == 0 {
			return `''`
		}
		text, more := db.In(len(args)+1, list)
		args = append(args, more...)
		return text
	}
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE state = 'held' AND (author IS NULL OR author <> $2) AND (space IN (`+in(keeps)+`) OR why = 'words' AND space IN (`+in(leads)+`))
		ORDER BY CASE WHEN why = 'words' THEN 0 WHEN origin = '' THEN 1 ELSE 2 END, state_at, id LIMIT $1`, args...)
	return db.Collect(rows, err, scanEntry)
}
