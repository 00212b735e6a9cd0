package shifts

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// dutyRow is a stretch of being on call as it lies in the database.
type dutyRow struct {
	Duty
	name, phone, wrapped []byte
}

const dutyColumns = `d.id, d.kind, d.person, d.name, d.phone, d.from_at, d.until_at, k.wrapped`

func scanDuty(r db.Row, d *dutyRow) error {
	return r.Scan(&d.ID, &d.Kind, &d.Person, &d.name, &d.phone, &d.From, &d.Until, &d.wrapped)
}

func duties(ctx context.Context, r db.Reader, where string, args ...any) ([]dutyRow, error) {
	rows, err := r.Query(ctx, `SELECT `+dutyColumns+` FROM shifts_oncall d LEFT JOIN vault_key k ON k.scope = d.id WHERE `+where, args...)
	return db.Collect(rows, err, scanDuty)
}

// dutiesBetween lists what touches a stretch of time; of what overlaps, the
// later beginning comes first.
func dutiesBetween(ctx context.Context, r db.Reader, s Span) ([]dutyRow, error) {
	return duties(ctx, r, `d.from_at < $2 AND d.until_at > $1 ORDER BY d.from_at DESC, d.id DESC`, s.From, s.Until)
}

func dutiesBefore(ctx context.Context, r db.Reader, until moment.Time) ([]dutyRow, error) {
	return duties(ctx, r, `d.until_at < $1`, until)
}

func dutyByID(ctx context.Context, r db.Reader, id moment.ID) (dutyRow, bool, error) {
	list, err := duties(ctx, r, `d.id = $1`, id)
	if err != nil || len(list) == 0 {
		return dutyRow{}, false, err
	}
	return list[0], true, nil
}

func insertDuty(ctx context.Context, tx db.Writer, d Duty, name, phone []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_oncall (id, kind, person, name, phone, from_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.ID, string(d.Kind), d.Person, name, phone, d.From, d.Until)
	return err
}

func deleteDuty(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM shifts_oncall WHERE id = $1`, id)
	return err
}

func dutiesOf(ctx context.Context, r db.Reader, person moment.ID) ([]dutyRow, error) {
	return duties(ctx, r, `d.person = $1 ORDER BY d.from_at, d.id`, person)
}

func insertCheck(ctx context.Context, tx db.Writer, c Checked, person moment.ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_check (shift, kind, person, how, talk, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (shift, kind) DO UPDATE SET how = excluded.how, talk = excluded.talk, at = excluded.at`, c.Shift, c.Kind, person, c.How, c.Talk, c.At)
	return err
}

func checksOf(ctx context.Context, r db.Reader, person moment.ID) ([]Checked, error) {
	rows, err := r.Query(ctx, `SELECT shift, kind, how, talk, at FROM shifts_check WHERE person = $1 ORDER BY at`, person)
	return db.Collect(rows, err, func(r db.Row, c *Checked) error { return r.Scan(&c.Shift, &c.Kind, &c.How, &c.Talk, &c.At) })
}

func deleteChecks(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM shifts_check WHERE person = $1`, person)
	return err
}
