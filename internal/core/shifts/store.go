package shifts

import (
	"context"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const shiftColumns = `id, person, leads, state, started_at, ended_at, ready_at, busy, most, talked, usual, spent, spent_most, open_n, open_sum, heavy_run, rest_until, rest_chosen`

func scanShift(r db.Row, s *Shift) error {
	return r.Scan(&s.ID, &s.Person, &s.Leads, &s.State, &s.StartedAt, &s.EndedAt, &s.ReadyAt, &s.Busy, &s.Most, &s.Talked, &s.Usual, &s.Spent, &s.SpentMost, &s.OpenN, &s.OpenSum, &s.HeavyRun, &s.RestUntil, &s.RestChosen)
}

func insertShift(ctx context.Context, tx db.Writer, s Shift) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_shift (id, person, leads, state, started_at, ready_at, most, usual, spent, spent_most, heavy_run, rest_until, rest_chosen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		s.ID, s.Person, s.Leads, string(s.State), s.StartedAt, s.ReadyAt, s.Most, s.Usual, s.Spent, s.SpentMost, s.HeavyRun, s.RestUntil, s.RestChosen)
	return err
}

func runningOf(ctx context.Context, r db.Reader, person moment.ID) (s Shift, found bool, err error) {
	err = scanShift(r.QueryRow(ctx, `SELECT `+shiftColumns+` FROM shifts_shift WHERE person = $1 AND ended_at = 0`, person), &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("shift", err)
}

func running(ctx context.Context, r db.Reader) ([]Shift, error) {
	rows, err := r.Query(ctx, `SELECT `+shiftColumns+` FROM shifts_shift WHERE ended_at = 0 ORDER BY started_at, id`)
	return db.Collect(rows, err, scanShift)
}

func setState(ctx context.Context, tx db.Writer, id moment.ID, state State, readyAt moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET state = $2, ready_at = $3 WHERE id = $1`, id, string(state), readyAt)
	return err
}

func setMost(ctx context.Context, tx db.Writer, id moment.ID, most int) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET most = $2 WHERE id = $1`, id, most)
	return err
}

func setEnded(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET ended_at = $2 WHERE id = $1 AND ended_at = 0`, id, now)
	return err
}

// claim takes one place by a guarded update, so that two who ask at the same
// moment cannot both have the last one.
func claim(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE shifts_shift SET busy = busy + 1 WHERE person = $1 AND ended_at = 0 AND state = $2 AND busy < most
		AND rest_until <= $3 AND spent + open_n * $3 - open_sum < spent_most`, person, string(Ready), now)
	return n > 0, err
}

func release(ctx context.Context, tx db.Writer, person moment.ID, talked int) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET busy = busy - 1, talked = talked + $2 WHERE person = $1 AND ended_at = 0 AND busy > 0`, person, talked)
	return err
}

func hoursAll(ctx context.Context, r db.Reader) ([]Hours, error) {
	rows, err := r.Query(ctx, `SELECT weekday, opens, closes FROM shifts_hours ORDER BY weekday, opens`)
	return db.Collect(rows, err, func(r db.Row, h *Hours) error {
		var day int
		err := r.Scan(&day, &h.Opens, &h.Closes)
		h.Weekday = time.Weekday(day)
		return err
	})
}

func replaceHours(ctx context.Context, tx db.Writer, hours []Hours) error {
	if _, err := tx.Exec(ctx, `DELETE FROM shifts_hours`); err != nil {
		return err
	}
	for _, h := range hours {
		if _, err := tx.Exec(ctx, `INSERT INTO shifts_hours (weekday, opens, closes) VALUES ($1, $2, $3)`, int(h.Weekday), h.Opens, h.Closes); err != nil {
			return err
		}
	}
	return nil
}

func insertTestPage(ctx context.Context, tx db.Writer, p TestPage) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_testpage (id, sent_at, sent_by, sent_to) VALUES ($1, $2, $3, $4)`, p.ID, p.SentAt, p.SentBy, p.SentTo)
	return err
}

func acknowledge(ctx context.Context, tx db.Writer, id, person moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE shifts_testpage SET acknowledged_at = $3 WHERE id = $1 AND sent_to = $2 AND acknowledged_at = 0`, id, person, now)
	return n > 0, err
}

const testPageColumns = `id, sent_at, sent_by, sent_to, acknowledged_at`

func scanTestPage(r db.Row, p *TestPage) error {
	return r.Scan(&p.ID, &p.SentAt, &p.SentBy, &p.SentTo, &p.AcknowledgedAt)
}

func latestTestPages(ctx context.Context, r db.Reader, limit int) ([]TestPage, error) {
	rows, err := r.Query(ctx, `SELECT `+testPageColumns+` FROM shifts_testpage ORDER BY sent_at DESC, id DESC LIMIT $1`, limit)
	return db.Collect(rows, err, scanTestPage)
}

func testPagesFor(ctx context.Context, r db.Reader, person moment.ID) ([]TestPage, error) {
	rows, err := r.Query(ctx, `SELECT `+testPageColumns+` FROM shifts_testpage WHERE sent_to = $1 AND acknowledged_at = 0 ORDER BY sent_at`, person)
	return db.Collect(rows, err, scanTestPage)
}

func shiftsOf(ctx context.Context, r db.Reader, person moment.ID) ([]Shift, error) {
	rows, err := r.Query(ctx, `SELECT `+shiftColumns+` FROM shifts_shift WHERE person = $1 ORDER BY started_at`, person)
	return db.Collect(rows, err, scanShift)
}

func eraseShifts(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_shift SET ended_at = CASE WHEN ended_at = 0 THEN $2 ELSE ended_at END WHERE person = $1`, person, now)
	return err
}

// takeAnyway claims a place whatever the state: somebody's own choice.
func takeAnyway(ctx context.Context, tx db.Writer, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE shifts_shift SET busy = busy + 1 WHERE person = $1 AND ended_at = 0 AND busy < $2`, person, HardMost)
	return n > 0, err
}
