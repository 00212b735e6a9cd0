package safety

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

type sealedWish struct {
	person, scope    moment.ID
	ask, call, avoid []byte
	changedAt        moment.Time
	wrapped          []byte
}

func (w sealedWish) sealed(column string) []byte {
	switch column {
	case "ask":
		return w.ask
	case "call":
		return w.call
	}
	return w.avoid
}

func wishRow(ctx context.Context, r db.Reader, person moment.ID) (w sealedWish, found bool, err error) {
	w.person = person
	err = r.QueryRow(ctx, `SELECT w.scope, w.ask, w.call, w.avoid, w.changed_at, k.wrapped FROM safety_wish w LEFT JOIN vault_key k ON k.scope = w.scope WHERE w.person = $1`, person).
		Scan(&w.scope, &w.ask, &w.call, &w.avoid, &w.changedAt, &w.wrapped)
	if db.IsNone(err) {
		return w, false, nil
	}
	return w, err == nil, db.Problem("wish", err)
}

func insertWish(ctx context.Context, tx db.Writer, w sealedWish) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_wish (person, scope, ask, call, avoid, changed_at) VALUES ($1, $2, $3, $4, $5, $6)`, w.person, w.scope, w.ask, w.call, w.avoid, w.changedAt)
	return err
}

func deleteWish(ctx context.Context, tx db.Writer, person moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM safety_contact WHERE person = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM safety_wish WHERE person = $1`, person)
	return err
}

type sealedContact struct {
	sealed  []byte
	mayCall bool
}

func contactRows(ctx context.Context, r db.Reader, person moment.ID) ([]sealedContact, error) {
	rows, err := r.Query(ctx, `SELECT sealed, may_call FROM safety_contact WHERE person = $1 ORDER BY place`, person)
	return db.Collect(rows, err, func(r db.Row, c *sealedContact) error { return r.Scan(&c.sealed, &c.mayCall) })
}

func insertContact(ctx context.Context, tx db.Writer, id, person moment.ID, place int, sealed []byte, mayCall bool) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_contact (id, person, place, sealed, may_call) VALUES ($1, $2, $3, $4, $5)`, id, person, place, sealed, mayCall)
	return err
}

// forgetWorker takes a deleted person's id off what they did in cases; the roles
// in which it was done stay.
func forgetWorker(ctx context.Context, tx db.Writer, person moment.ID) error {
	for _, text := range []string{
		`UPDATE safety_case SET raised_by = NULL WHERE raised_by = $1`,
		`UPDATE safety_case SET answered_by = NULL WHERE answered_by = $1`,
		`UPDATE safety_entry SET person = NULL WHERE person = $1`,
		`UPDATE safety_entry SET hidden_by = NULL WHERE hidden_by = $1`,
		`UPDATE safety_entry SET hidden_second = NULL WHERE hidden_second = $1`,
		`UPDATE safety_act SET person = NULL WHERE person = $1`,
		`UPDATE safety_act SET done_by = NULL WHERE done_by = $1`,
		`UPDATE safety_act SET second = NULL WHERE second = $1`,
		`UPDATE safety_act SET reviewed_by = NULL WHERE reviewed_by = $1`,
		`DELETE FROM safety_page WHERE person = $1`,
	} {
		if _, err := tx.Exec(ctx, text, person); err != nil {
			return db.Problem("forget a worker", err)
		}
	}
	return nil
}
