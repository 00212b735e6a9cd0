package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// RetireAfter is how long after a rotation old keys are kept at least: a
// transaction that wrapped with the old key just before must have ended, in
// every process. An hour is far above any transaction.
const RetireAfter = time.Hour

// ErrTooSoon says that the last rotation is younger than RetireAfter.
var ErrTooSoon = errors.New("vault: the last rotation is too young to retire the keys before it")

// ErrInUse says that data keys are still wrapped by an old key: Rewrap first.
var ErrInUse = errors.New("vault: old keys are still in use")

// Rotate adds a new primary key to the keyset file. New scopes use it at once,
// in other processes too; old ones stay readable.
func (v *Vault) Rotate() error {
	return v.change(func(ring *keyring) (*keyring, error) { return ring.rotate(v.now()) })
}

// change replaces the keyset file by what f makes of its content now.
func (v *Vault) change(f func(*keyring) (*keyring, error)) error {
	return alone(v.path, func() error {
		v.load.Lock()
		defer v.load.Unlock()
		ring, err := v.reload()
		if err != nil {
			return err
		}
		next, err := f(ring)
		if err != nil {
			return err
		}
		if err := writeFile(v.path, next); err != nil {
			return err
		}
		_, err = v.reload()
		return err
	})
}

// Rewrap wraps the data keys of old key-encryption keys with the primary one, batch
// rows to a transaction, and tells how many. Interrupted, it goes on where it
// was. Keys that cannot be unwrapped are left as they are and told in the error.
func (v *Vault) Rewrap(ctx context.Context, d *db.DB, batch int) (int, error) {
	ring, err := v.fresh()
	if err != nil {
		return 0, err
	}
	done, bad := 0, 0
	for _, kek := range ring.old() {
		last := moment.ID("")
		for {
			step, err := v.rewrapBatch(ctx, d, kek, last, max(batch, 1))
			if err != nil {
				return done, err
			}
			done, bad = done+step.done, bad+step.bad
			if step.last == "" {
				break
			}
			last = step.last
		}
	}
	if bad > 0 {
		return done, fmt.Errorf("%w: %d keys could not be rewrapped", ErrUnreadable, bad)
	}
	return done, nil
}

// rewrapStep is what one transaction did; last is empty when nothing was left.
type rewrapStep struct {
	done, bad int
	last      moment.ID
}

func (v *Vault) rewrapBatch(ctx context.Context, d *db.DB, kek string, after moment.ID, batch int) (rewrapStep, error) {
	var step rewrapStep
	err := d.Write(ctx, func(tx db.Writer) error {
		step = rewrapStep{} // the closure may run again
		// The empty id would be NULL, and nothing is greater than NULL.
		found, err := tx.Query(ctx, `SELECT scope, wrapped, kek FROM vault_key WHERE kek = $1 AND scope > $2
			ORDER BY scope LIMIT $3`, kek, string(after), batch)
		rows, err := db.Collect(found, err, scanKey)
		if err != nil {
			return db.Problem("vault list old keys", err)
		}
		for _, row := range rows {
			step.last = row.scope
			key, err := v.unwrap(row.scope, row.wrapped)
			if err != nil {
				step.bad++
				continue
			}
			wrapped, next, err := v.wrap(row.scope, key)
			clear(key)
			if err != nil {
				return err
			}
			n, err := tx.Exec(ctx, `UPDATE vault_key SET wrapped = $1, kek = $2 WHERE scope = $3 AND kek = $4`,
				wrapped, next, row.scope, row.kek)
			if err != nil {
				return db.Problem("vault rewrap a key", err)
			}
			step.done += int(n)
		}
		return nil
	})
	return step, err
}

// Retire removes the old keys from the keyset file and tells how many. It
// refuses with ErrTooSoon within RetireAfter of the last rotation and with
// ErrInUse while a row needs one. A backup of the data from before the
// Rewrap needs a backup of the keyset from before the Retire.
func (v *Vault) Retire(ctx context.Context, d *db.DB) (int, error) {
	removed := 0
	err := v.change(func(ring *keyring) (*keyring, error) {
		old := ring.old()
		if len(old) > 0 && v.now().Sub(ring.rotated) < RetireAfter {
			return nil, ErrTooSoon
		}
		for _, kek := range old {
			var n int
			err := d.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM vault_key WHERE kek = $1`, kek).Scan(&n)
			if err != nil {
				return nil, db.Problem("vault count the uses of a key", err)
			}
			if n > 0 {
				return nil, fmt.Errorf("%w: %d data keys", ErrInUse, n)
			}
		}
		removed = len(old)
		return ring.without(old)
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}
