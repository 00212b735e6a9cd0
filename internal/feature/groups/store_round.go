package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// saidRow is what somebody said in a round, as it is kept.
type saidRow struct {
	ID, Group, Person moment.ID
	Slot              string
	Shared, Held      bool
	BegunAt, At       moment.Time
	words             []byte
}

const saidColumns = `id, group_id, person, slot, shared, held, begun_at, at, words`

func scanSaid(r db.Row, x *saidRow) error {
	return r.Scan(&x.ID, &x.Group, &x.Person, &x.Slot, &x.Shared, &x.Held, &x.BegunAt, &x.At, &x.words)
}

func oneSaid(row db.Row) (x saidRow, found bool, err error) {
	err = scanSaid(row, &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("round", err)
}

func saidByID(ctx context.Context, r db.Reader, id moment.ID) (saidRow, bool, error) {
	return oneSaid(r.QueryRow(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE id = $1`, id))
}

func saidIn(ctx context.Context, r db.Reader, group moment.ID, slot string, person moment.ID) (saidRow, bool, error) {
	return oneSaid(r.QueryRow(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE group_id = $1 AND slot = $2 AND person = $3`, group, slot, person))
}

// saidBefore gives what somebody said in earlier rounds of a group, the latest first.
func saidBefore(ctx context.Context, r db.Reader, group, person moment.ID, slot string, n int) ([]saidRow, error) {
	rows, err := r.Query(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE group_id = $1 AND person = $2 AND slot <> $3 AND words IS NOT NULL ORDER BY begun_at DESC, id DESC LIMIT $4`, group, person, slot, n)
	return db.Collect(rows, err, scanSaid)
}

// sharedIn gives what was shared in a round and is not held, in the order it came.
func sharedIn(ctx context.Context, r db.Reader, group moment.ID, slot string) ([]saidRow, error) {
	rows, err := r.Query(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE group_id = $1 AND slot = $2 AND shared AND NOT held AND words IS NOT NULL ORDER BY begun_at, id LIMIT $3`, group, slot, MostMembers)
	return db.Collect(rows, err, scanSaid)
}

// heldIn gives what waits to be read before others see it.
func heldIn(ctx context.Context, r db.Reader, group moment.ID) ([]saidRow, error) {
	rows, err := r.Query(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE group_id = $1 AND held AND shared AND words IS NOT NULL ORDER BY at, id LIMIT 50`, group)
	return db.Collect(rows, err, scanSaid)
}

// allHeld gives what waits to be read in any group, the longest first.
func allHeld(ctx context.Context, r db.Reader) ([]saidRow, error) {
	rows, err := r.Query(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE held AND shared AND words IS NOT NULL ORDER BY at, id LIMIT 200`)
	return db.Collect(rows, err, scanSaid)
}

// slotBefore gives the round that came before one; "" when there is none.
func slotBefore(ctx context.Context, r db.Reader, group moment.ID, slot string) (string, error) {
	var s string
	err := r.QueryRow(ctx, `SELECT slot FROM groups_round WHERE group_id = $1 AND slot <> $2 AND shared AND NOT held AND words IS NOT NULL ORDER BY begun_at DESC, id DESC LIMIT 1`, group, slot).Scan(&s)
	if db.IsNone(err) {
		return "", nil
	}
	return s, db.Problem("round", err)
}

func saidBy(ctx context.Context, r db.Reader, person moment.ID) ([]saidRow, error) {
	rows, err := r.Query(ctx, `SELECT `+saidColumns+` FROM groups_round WHERE person = $1 ORDER BY begun_at, id`, person)
	return db.Collect(rows, err, scanSaid)
}

// putSaid writes what somebody says in a round; the second time it is a change.
func putSaid(ctx context.Context, tx db.Writer, x saidRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_round (`+saidColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (group_id, slot, person) DO UPDATE SET shared = excluded.shared, held = excluded.held, at = excluded.at, words = excluded.words`,
		x.ID, x.Group, x.Person, x.Slot, x.Shared, x.Held, x.BegunAt, x.At, x.words)
	return err
}

func releaseSaid(ctx context.Context, tx db.Writer, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_round SET held = FALSE WHERE id = $1 AND held`, id)
	return n > 0, err
}

func deleteSaid(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM groups_round WHERE id = $1`, id)
	return err
}

// deleteSaidIn removes the rounds of a group.
func deleteSaidIn(ctx context.Context, tx db.Writer, group moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM groups_round WHERE group_id = $1`, group)
	return err
}
