package support

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const callColumns = `id, peer, member, kind, ended_at, minutes, situations, before, after, outcome, heavy, concern, scope, logged_at`

func scanCall(r db.Row, c *Call) error {
	var situations string
	err := r.Scan(&c.ID, &c.Peer, &c.Member, &c.Kind, &c.EndedAt, &c.Minutes, &situations, &c.Before, &c.After, &c.Outcome, &c.Heavy, &c.Concern, &c.Scope, &c.LoggedAt)
	c.Situations = listOf(situations)
	return err
}

func insertCall(ctx context.Context, tx db.Writer, c Call, words []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO support_call (`+callColumns+`, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		c.ID, c.Peer, c.Member, c.Kind, c.EndedAt, c.Minutes, textOf(c.Situations), c.Before, c.After, c.Outcome, c.Heavy, c.Concern, c.Scope, c.LoggedAt, words)
	return err
}

func callByID(ctx context.Context, r db.Reader, id moment.ID) (c Call, found bool, err error) {
	err = scanCall(r.QueryRow(ctx, `SELECT `+callColumns+` FROM support_call WHERE id = $1`, id), &c)
	if db.IsNone(err) {
		return c, false, nil
	}
	return c, err == nil, db.Problem("call", err)
}

func callsOf(ctx context.Context, r db.Reader, peer moment.ID, limit int) ([]Call, error) {
	rows, err := r.Query(ctx, `SELECT `+callColumns+` FROM support_call WHERE peer = $1 ORDER BY ended_at DESC, id DESC LIMIT $2`, peer, limit)
	return db.Collect(rows, err, scanCall)
}

func callWords(ctx context.Context, r db.Reader, id moment.ID) (sealed, wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT c.words, k.wrapped FROM support_call c LEFT JOIN vault_key k ON k.scope = c.scope WHERE c.id = $1`, id).Scan(&sealed, &wrapped)
	return sealed, wrapped, db.Problem("call", err)
}

func blankCall(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE support_call SET words = NULL WHERE id = $1`, id)
	return err
}

// callsEver gives all calls of a peer, oldest first.
func callsEver(ctx context.Context, r db.Reader, peer moment.ID) ([]Call, error) {
	rows, err := r.Query(ctx, `SELECT `+callColumns+` FROM support_call WHERE peer = $1 ORDER BY ended_at, id`, peer)
	return db.Collect(rows, err, scanCall)
}
