package rooms

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// setOutside writes how it stands with captions from outside. The addresses that were
// given before are worth nothing from then on.
func setOutside(ctx context.Context, tx db.Writer, room moment.ID, o Outside) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_room SET outside = $2, outside_run = $3, outside_identity = $4, outside_lang = $5, outside_secret = NULL WHERE id = $1`, room, o.State, o.Run, o.Identity, o.Lang)
	return db.Problem("captions from outside", err)
}

// setOutsideSecret keeps the hash of what the addresses of a run hold; another one
// takes its place.
func setOutsideSecret(ctx context.Context, tx db.Writer, room moment.ID, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_room SET outside_secret = $2 WHERE id = $1`, room, hash)
	return db.Problem("secret of captions", err)
}

func roomBySecret(ctx context.Context, r db.Reader, hash string) (Room, bool, error) {
	return oneRoom(r.QueryRow(ctx, `SELECT `+roomColumns+` FROM rooms_room WHERE outside_secret = $1`, hash))
}

func setAgrees(ctx context.Context, tx db.Writer, seat moment.ID, yes bool) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_seat SET agrees = $2 WHERE id = $1`, seat, yes)
	return db.Problem("agree", err)
}

// forgetAgrees takes back what everybody said: the next time each is asked anew.
func forgetAgrees(ctx context.Context, tx db.Writer, room moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE rooms_seat SET agrees = FALSE WHERE room = $1 AND agrees`, room)
	return db.Problem("forget who agrees", err)
}

// countAgrees counts who is in or aside, and who of them has said yes.
func countAgrees(ctx context.Context, r db.Reader, room moment.ID) (in, yes int, err error) {
	err = r.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN agrees THEN 1 ELSE 0 END), 0) FROM rooms_seat WHERE room = $1 AND state IN ('in', 'aside')`, room).Scan(&in, &yes)
	return in, yes, db.Problem("count who agrees", err)
}

// dropCaptionsOf deletes the lines of one who wrote.
func dropCaptionsOf(ctx context.Context, tx db.Writer, room, seat moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM rooms_caption WHERE room = $1 AND seat = $2`, room, seat)
	return db.Problem("drop captions", err)
}
