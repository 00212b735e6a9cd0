package forum

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// keptOf gives the file that is kept of a space.
func keptOf(ctx context.Context, r db.Reader, space moment.ID) (k kept, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT space, hash, body, state, made, held, by_person, at FROM forum_import WHERE space = $1`, space).
		Scan(&k.Space, &k.Hash, &k.sealed, &k.State, &k.Made, &k.Held, &k.By, &k.At)
	if db.IsNone(err) {
		return k, false, nil
	}
	return k, err == nil, db.Problem("import", err)
}

// putKept keeps a file in place of one before; false while that is being brought in.
func putKept(ctx context.Context, tx db.Writer, k kept) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO forum_import (space, hash, body, state, by_person, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (space) DO UPDATE SET hash = excluded.hash, body = excluded.body, state = excluded.state, made = 0, held = 0, by_person = excluded.by_person, at = excluded.at
		WHERE forum_import.state <> 'taking'`, k.Space, k.Hash, k.sealed, string(k.State), k.By, k.At)
	return n > 0, db.Problem("import", err)
}

func beginTaking(ctx context.Context, tx db.Writer, space, by moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE forum_import SET state = 'taking', made = 0, held = 0, by_person = $2 WHERE space = $1`, space, by)
	return db.Problem("import", err)
}

func countKept(ctx context.Context, tx db.Writer, space moment.ID, made, held int) error {
	_, err := tx.Exec(ctx, `UPDATE forum_import SET made = made + $2, held = held + $3 WHERE space = $1`, space, made, held)
	return db.Problem("import", err)
}

func endTaking(ctx context.Context, tx db.Writer, space moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE forum_import SET state = 'done' WHERE space = $1`, space)
	return db.Problem("import", err)
}

// dropKept puts a file away, unless it is being brought in.
func dropKept(ctx context.Context, tx db.Writer, space moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM forum_import WHERE space = $1 AND state <> 'taking'`, space)
	return db.Problem("import", err)
}
