package access

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Setting reads what the service decided under a name, or otherwise.
func Setting(ctx context.Context, r db.Reader, name, otherwise string) (string, error) {
	var v string
	err := r.QueryRow(ctx, `SELECT value FROM access_setting WHERE name = $1`, name).Scan(&v)
	if db.IsNone(err) {
		return otherwise, nil
	}
	return v, db.Problem("setting", err)
}

// NoteSetting keeps a value of the machine's own, such as when it last served. It
// is nobody's decision and not in the audit.
func NoteSetting(ctx context.Context, tx db.Writer, now moment.Time, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO access_setting (name, value, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`, name, value, now)
	return db.Problem("setting", err)
}

// SetSetting decides a value and records who did.
func SetSetting(ctx context.Context, tx db.Writer, a Actor, now moment.Time, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO access_setting (name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		name, value, now, a.Person)
	if err != nil {
		return db.Problem("setting", err)
	}
	return Record(ctx, tx, a, now, Entry{Verb: "setting." + name, Kind: "setting"})
}
