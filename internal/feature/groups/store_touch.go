package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// touchRow is somebody's wish to stay in touch with somebody, as it is kept.
type touchRow struct {
	ID, Group, By, Person moment.ID
	Hash                  string
	At, MetAt             moment.Time
	words                 []byte
	wrapped               []byte // the key of its own scope
}

const touchColumns = `t.id, t.group_id, t.by_person, t.person, t.hash, t.at, t.met_at, t.words, k.wrapped`

const touchFrom = ` FROM groups_touch t LEFT JOIN vault_key k ON k.scope = t.id `

func scanTouch(r db.Row, t *touchRow) error {
	return r.Scan(&t.ID, &t.Group, &t.By, &t.Person, &t.Hash, &t.At, &t.MetAt, &t.words, &t.wrapped)
}

func oneTouch(row db.Row) (t touchRow, found bool, err error) {
	err = scanTouch(row, &t)
	if db.IsNone(err) {
		return t, false, nil
	}
	return t, err == nil, db.Problem("touch", err)
}

func touchByID(ctx context.Context, r db.Reader, id moment.ID) (touchRow, bool, error) {
	return oneTouch(r.QueryRow(ctx, `SELECT `+touchColumns+touchFrom+`WHERE t.id = $1`, id))
}

func touchByHash(ctx context.Context, r db.Reader, by, group moment.ID, hash string) (touchRow, bool, error) {
	return oneTouch(r.QueryRow(ctx, `SELECT `+touchColumns+touchFrom+`WHERE t.by_person = $1 AND t.group_id = $2 AND t.hash = $3`, by, group, hash))
}

// touchesBy gives whom somebody would like to stay in touch with, the latest first.
func touchesBy(ctx context.Context, r db.Reader, by moment.ID) ([]touchRow, error) {
	rows, err := r.Query(ctx, `SELECT `+touchColumns+touchFrom+`WHERE t.by_person = $1 ORDER BY t.at DESC, t.id DESC LIMIT 500`, by)
	return db.Collect(rows, err, scanTouch)
}

// touchesBack gives what others wrote to somebody, where both were told.
func touchesBack(ctx context.Context, r db.Reader, person moment.ID) ([]touchRow, error) {
	rows, err := r.Query(ctx, `SELECT `+touchColumns+touchFrom+`WHERE t.person = $1 AND t.met_at > 0 ORDER BY t.at, t.id LIMIT 500`, person)
	return db.Collect(rows, err, scanTouch)
}

// touchBetween gives the wish of one about the other in a group.
func touchBetween(ctx context.Context, r db.Reader, group, by, person moment.ID) (touchRow, bool, error) {
	return oneTouch(r.QueryRow(ctx, `SELECT `+touchColumns+touchFrom+`WHERE t.group_id = $1 AND t.by_person = $2 AND t.person = $3 ORDER BY t.at, t.id LIMIT 1`, group, by, person))
}

func countTouches(ctx context.Context, r db.Reader, by, group moment.ID) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM groups_touch WHERE by_person = $1 AND group_id = $2`, by, group).Scan(&n)
	return n, db.Problem("touch", err)
}

func insertTouch(ctx context.Context, tx db.Writer, t touchRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO groups_touch (id, group_id, by_person, person, hash, at, words) VALUES ($1, $2, $3, $4, $5, $6, $7)`, t.ID, t.Group, t.By, t.Person, t.Hash, t.At, t.words)
	return err
}

func updateTouch(ctx context.Context, tx db.Writer, t touchRow) error {
	_, err := tx.Exec(ctx, `UPDATE groups_touch SET person = $2, words = $3, at = $4 WHERE id = $1`, t.ID, t.Person, t.words, t.At)
	return err
}

func setMet(ctx context.Context, tx db.Writer, id moment.ID, at moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE groups_touch SET met_at = $2 WHERE id = $1`, id, at)
	return err
}

func deleteTouch(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM groups_touch WHERE id = $1`, id)
	return err
}

// unmeet lets what others wrote to somebody wait again, in one group or in all.
func unmeet(ctx context.Context, tx db.Writer, group, by, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_touch SET met_at = 0 WHERE group_id = $1 AND by_person = $2 AND person = $3`, group, by, person)
	return err
}

// forgetTouched leaves the wishes of others about somebody as they stand in their
// lists, without the person.
func forgetTouched(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_touch SET person = NULL, met_at = 0 WHERE person = $1`, person)
	return err
}
