package notify

import (
	"context"
	"encoding/json"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Devices.

const deviceColumns = `id, person, session, created_at, sealed`

func scanDevice(r db.Row, d *Device) error {
	return r.Scan(&d.ID, &d.Person, &d.Session, &d.Since, &d.sealed)
}

// replaceDevice writes a device in the place of what its browser or its session
// had before, whoever that was.
func replaceDevice(ctx context.Context, tx db.Writer, d Device, endpoint string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM notify_device WHERE endpoint_hash = $1 OR session = $2`, endpoint, d.Session); err != nil {
		return db.Problem("add a device", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO notify_device (id, person, session, endpoint_hash, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.ID, d.Person, d.Session, endpoint, d.sealed, d.Since)
	return db.Problem("add a device", err)
}

// keepNewest deletes the oldest devices of a person over a number.
func keepNewest(ctx context.Context, tx db.Writer, person moment.ID, most int) error {
	_, err := tx.Exec(ctx, `DELETE FROM notify_device WHERE person = $1 AND id NOT IN (SELECT id FROM notify_device WHERE person = $1
		ORDER BY created_at DESC, id DESC LIMIT $2)`, person, most)
	return db.Problem("keep devices", err)
}

func devicesOf(ctx context.Context, r db.Reader, person moment.ID) ([]Device, error) {
	rows, err := r.Query(ctx, `SELECT `+deviceColumns+` FROM notify_device WHERE person = $1 ORDER BY created_at DESC, id DESC`, person)
	return db.Collect(rows, err, scanDevice)
}

func deviceByID(ctx context.Context, r db.Reader, id moment.ID) (d Device, found bool, err error) {
	err = scanDevice(r.QueryRow(ctx, `SELECT `+deviceColumns+` FROM notify_device WHERE id = $1`, id), &d)
	if db.IsNone(err) {
		return d, false, nil
	}
	return d, err == nil, db.Problem("device", err)
}

func deleteDevice(ctx context.Context, tx db.Writer, person, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM notify_device WHERE person = $1 AND id = $2`, person, id)
	return n == 1, db.Problem("remove a device", err)
}

// The pair of keys.

type vapidKeys struct {
	scope  moment.ID
	public string
	sealed []byte
}

func vapidRow(ctx context.Context, r db.Reader) (k vapidKeys, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT scope, public, sealed FROM notify_vapid WHERE id = 'push'`).Scan(&k.scope, &k.public, &k.sealed)
	if db.IsNone(err) {
		return k, false, nil
	}
	return k, err == nil, db.Problem("keys for push", err)
}

func insertVAPID(ctx context.Context, tx db.Writer, k vapidKeys, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_vapid (id, scope, public, sealed, created_at) VALUES ('push', $1, $2, $3, $4)`, k.scope, k.public, k.sealed, now)
	return db.Problem("keys for push", err)
}

// Webhooks.

type hookRow struct {
	id                      moment.ID
	address, secret, before []byte
	beforeEnd               moment.Time
	kinds                   []string
	since                   moment.Time
}

const hookColumns = `id, address, secret, before, before_end, kinds, created_at`

func scanHook(r db.Row, h *hookRow) error {
	var kinds string
	if err := r.Scan(&h.id, &h.address, &h.secret, &h.before, &h.beforeEnd, &kinds, &h.since); err != nil {
		return err
	}
	return json.Unmarshal([]byte(kinds), &h.kinds)
}

func allHooks(ctx context.Context, r db.Reader) ([]hookRow, error) {
	rows, err := r.Query(ctx, `SELECT `+hookColumns+` FROM notify_hook ORDER BY created_at, id`)
	return db.Collect(rows, err, scanHook)
}

func hookByID(ctx context.Context, r db.Reader, id moment.ID) (h hookRow, found bool, err error) {
	err = scanHook(r.QueryRow(ctx, `SELECT `+hookColumns+` FROM notify_hook WHERE id = $1`, id), &h)
	if db.IsNone(err) {
		return h, false, nil
	}
	return h, err == nil, db.Problem("webhook", err)
}

func insertHook(ctx context.Context, tx db.Writer, h hookRow) error {
	kinds := "[]"
	if len(h.kinds) > 0 {
		b, _ := json.Marshal(h.kinds) // strings always marshal
		kinds = string(b)
	}
	_, err := tx.Exec(ctx, `INSERT INTO notify_hook (id, address, secret, kinds, created_at) VALUES ($1, $2, $3, $4, $5)`, h.id, h.address, h.secret, kinds, h.since)
	return db.Problem("add a webhook", err)
}

func updateSecrets(ctx context.Context, tx db.Writer, h hookRow) error {
	_, err := tx.Exec(ctx, `UPDATE notify_hook SET secret = $1, before = $2, before_end = $3 WHERE id = $4`, h.secret, h.before, h.beforeEnd, h.id)
	return db.Problem("change a secret", err)
}

func deleteHook(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM notify_hook WHERE id = $1`, id)
	return db.Problem("remove a webhook", err)
}
