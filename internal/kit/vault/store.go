package vault

import (
	"context"
	"errors"
	"fmt"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// NewScope makes the data key of a scope in the caller's transaction. A scope
// that has one already is a Conflict.
func (v *Vault) NewScope(ctx context.Context, tx db.Writer, scope moment.ID, now moment.Time) (*Box, error) {
	key := newDataKey()
	defer clear(key)
	wrapped, kek, err := v.wrap(scope, key)
	if err != nil {
		return nil, err
	}
	box, err := newBox(key)
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO vault_key (scope, wrapped, kek, created) VALUES ($1, $2, $3, $4)
		ON CONFLICT (scope) DO NOTHING`, scope, wrapped, kek, now)
	if err != nil {
		return nil, db.Problem("vault store a key", err)
	}
	if n == 0 {
		return nil, fault.Wrap(fault.Conflict, "web.error.conflict", errors.New("vault: the scope has a key already"))
	}
	return box, nil
}

// Box gives the box of a scope, or ErrDestroyed. The row is read every time.
func (v *Vault) Box(ctx context.Context, r db.Reader, scope moment.ID) (*Box, error) {
	var wrapped []byte
	err := r.QueryRow(ctx, `SELECT wrapped FROM vault_key WHERE scope = $1`, scope).Scan(&wrapped)
	if db.IsNone(err) {
		return nil, ErrDestroyed
	}
	if err != nil {
		return nil, db.Problem("vault read a key", err)
	}
	return v.BoxFrom(scope, wrapped)
}

// Destroy deletes the scope's key in the caller's transaction: what was sealed
// under it is gone for good. Destroying twice is no error.
func (v *Vault) Destroy(ctx context.Context, tx db.Writer, scope moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM vault_key WHERE scope = $1`, scope)
	return db.Problem("vault destroy a key", err)
}

// DestroyAt says when DestroyDue will destroy the scope's key. Zero takes it
// back. It is ErrDestroyed when there is no key any more.
func (v *Vault) DestroyAt(ctx context.Context, tx db.Writer, scope moment.ID, at moment.Time) error {
	n, err := tx.Exec(ctx, `UPDATE vault_key SET destroy_at = $1 WHERE scope = $2`, at, scope)
	if err != nil {
		return db.Problem("vault plan a destruction", err)
	}
	if n == 0 {
		return ErrDestroyed
	}
	return nil
}

// DestroyDue destroys up to limit keys whose time has come and gives their
// scopes, oldest first, so that the caller can write them into the ledger of
// deletions in the same transaction.
func (v *Vault) DestroyDue(ctx context.Context, tx db.Writer, now moment.Time, limit int) ([]moment.ID, error) {
	rows, err := tx.Query(ctx, `SELECT scope FROM vault_key WHERE destroy_at > 0 AND destroy_at <= $1
		ORDER BY destroy_at, scope LIMIT $2`, now, limit)
	due, err := db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
	if err != nil {
		return nil, db.Problem("vault list due destructions", err)
	}
	for _, scope := range due {
		if err := v.Destroy(ctx, tx, scope); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// Fits checks that the keyset opens the data's keys, by one row of each
// key-encryption key. ErrNoKey or ErrUnreadable: this is not the keyset of this
// database.
func (v *Vault) Fits(ctx context.Context, r db.Reader) error {
	rows, err := r.Query(ctx, `SELECT scope, wrapped, kek FROM vault_key
		WHERE scope IN (SELECT MIN(scope) FROM vault_key GROUP BY kek)`)
	samples, err := db.Collect(rows, err, scanKey)
	if err != nil {
		return db.Problem("vault read keys", err)
	}
	for _, s := range samples {
		key, err := v.unwrap(s.scope, s.wrapped)
		clear(key)
		if err != nil {
			return fmt.Errorf("the keyset file %s does not fit the database: %w", v.path, err)
		}
	}
	return nil
}

// wrappedKey is one row, as much of it as wrapping needs.
type wrappedKey struct {
	scope   moment.ID
	wrapped []byte
	kek     string
}

func scanKey(r db.Row, k *wrappedKey) error { return r.Scan(&k.scope, &k.wrapped, &k.kek) }
