package shifts

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func setLimits(ctx context.Context, tx db.Writer, id moment.ID, most int, spentMost int64) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET most = $2, spent_most = $3 WHERE id = $1`, id, most, spentMost)
	return err
}

func setRest(ctx context.Context, tx db.Writer, id moment.ID, until moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET rest_until = $2 WHERE id = $1`, id, until)
	return err
}

func setHeavyRun(ctx context.Context, tx db.Writer, id moment.ID, n int) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET heavy_run = $2 WHERE id = $1`, id, n)
	return err
}

func setRestChosen(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET rest_chosen = TRUE WHERE id = $1`, id)
	return err
}

// openContact and closeContact keep the contact time of the running shift.
func openContact(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET open_n = open_n + 1, open_sum = open_sum + $2 WHERE person = $1 AND ended_at = 0`, person, int64(now))
	return err
}

func closeContact(ctx context.Context, tx db.Writer, person moment.ID, started moment.Time, spent int64) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET open_n = open_n - 1, open_sum = open_sum - $2, spent = spent + $3 WHERE person = $1 AND ended_at = 0 AND open_n > 0`, person, int64(started), max(spent, 0))
	return err
}

func addSpent(ctx context.Context, tx db.Writer, person moment.ID, spent int64) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET spent = spent + $2 WHERE person = $1 AND ended_at = 0`, person, max(spent, 0))
	return err
}

func lastShift(ctx context.Context, r db.Reader, person moment.ID) (s Shift, found bool, err error) {
	err = scanShift(r.QueryRow(ctx, `SELECT `+shiftColumns+` FROM shifts_shift WHERE person = $1 AND ended_at > 0 ORDER BY ended_at DESC LIMIT 1`, person), &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("shift", err)
}

// stretchBefore gives when the stretch of work before a shift's own ended. Shifts
// with less than SameStretch between them are one stretch.
func stretchBefore(ctx context.Context, r db.Reader, of Shift) (end moment.Time, found bool, err error) {
	rows, err := r.Query(ctx, `SELECT `+shiftColumns+` FROM shifts_shift WHERE person = $1 AND ended_at > 0 AND started_at < $2 ORDER BY started_at DESC LIMIT 20`, of.Person, of.StartedAt)
	list, err := db.Collect(rows, err, scanShift)
	if err != nil {
		return 0, false, db.Problem("shift", err)
	}
	start := of.StartedAt
	for _, s := range list {
		if start.Sub(s.EndedAt) >= SameStretch {
			return s.EndedAt, true, nil
		}
		start = s.StartedAt
	}
	return 0, false, nil
}

func contactsHad(ctx context.Context, r db.Reader, person moment.ID) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM shifts_exposure WHERE person = $1 AND ended_at > 0 AND kind <> 'report'`, person).Scan(&n)
	return n, db.Problem("exposure", err)
}

const exposureColumns = `person, ref, kind, started_at, ended_at, heavy, concern, night`

func scanExposure(r db.Row, x *Exposure) error {
	return r.Scan(&x.Person, &x.Ref, &x.Kind, &x.StartedAt, &x.EndedAt, &x.Heavy, &x.Concern, &x.Night)
}

func insertExposure(ctx context.Context, tx db.Writer, x Exposure) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_exposure (`+exposureColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, x.Person, x.Ref, x.Kind, x.StartedAt, x.EndedAt, x.Heavy, x.Concern, x.Night)
	return err
}

func exposureOf(ctx context.Context, r db.Reader, person, ref moment.ID) (x Exposure, found bool, err error) {
	err = scanExposure(r.QueryRow(ctx, `SELECT `+exposureColumns+` FROM shifts_exposure WHERE person = $1 AND ref = $2`, person, ref), &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("exposure", err)
}

func endExposure(ctx context.Context, tx db.Writer, person, ref moment.ID, now moment.Time, concern bool) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_exposure SET ended_at = $3, concern = $4, heavy = $4 WHERE person = $1 AND ref = $2`, person, ref, now, concern)
	return err
}

func setHeavy(ctx context.Context, tx db.Writer, person, ref moment.ID, heavy bool) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_exposure SET heavy = $3 WHERE person = $1 AND ref = $2`, person, ref, heavy)
	return err
}

func exposuresSince(ctx context.Context, r db.Reader, person moment.ID, since moment.Time) ([]Exposure, error) {
	rows, err := r.Query(ctx, `SELECT `+exposureColumns+` FROM shifts_exposure WHERE person = $1 AND started_at >= $2 ORDER BY started_at, ref`, person, since)
	return db.Collect(rows, err, scanExposure)
}

func insertChoice(ctx context.Context, tx db.Writer, id, person, shift moment.ID, x Choice) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_choice (id, person, shift, what, usual, chosen, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, person, shift, x.What, x.Usual, x.Chosen, x.At)
	return err
}

func choicesOf(ctx context.Context, r db.Reader, person moment.ID, since moment.Time) ([]Choice, error) {
	rows, err := r.Query(ctx, `SELECT what, usual, chosen, at FROM shifts_choice WHERE person = $1 AND at >= $2 ORDER BY at DESC`, person, since)
	return db.Collect(rows, err, func(r db.Row, x *Choice) error { return r.Scan(&x.What, &x.Usual, &x.Chosen, &x.At) })
}

// eraseExposure forgets what somebody carried: it was theirs.
func eraseExposure(ctx context.Context, tx db.Writer, person moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM shifts_exposure WHERE person = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM shifts_choice WHERE person = $1`, person)
	return err
}
