package bus

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// putJob plans or moves a job. A new id tells a run that is under way that the
// row is no longer what it claimed; the lease stays, so that the two runs
// do not overlap.
func putJob(ctx context.Context, tx db.Writer, j Job) error {
	_, err := tx.Exec(ctx, `INSERT INTO bus_job (id, kind, key, payload, due) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, key) DO UPDATE SET id = excluded.id, payload = excluded.payload, due = excluded.due,
			attempts = 0, last_error = '', failed_at = 0`, j.ID, j.Kind, j.Key, string(j.payload), j.Due)
	return db.Problem("plan a job", err)
}

// The appended empty text keeps SQLite from going through all pending jobs of each kind by
// the index of (kind, key), where the index of due times has the few at its head.
func claimSQL(kinds string) string {
	return `UPDATE bus_job SET lease_until = $1, lease_by = $2, attempts = attempts + 1
		WHERE (lease_until <= $3 OR lease_until > $5) AND id IN (SELECT id FROM bus_job WHERE due <= $3 AND (lease_until <= $3 OR lease_until > $5)
			AND kind || '' IN (` + kinds + `) ORDER BY due, id LIMIT $4)
		RETURNING id, kind, key, payload, due, attempts`
}

func nextSQL(kinds string) string {
	return `SELECT due FROM bus_job WHERE (lease_until <= $1 OR lease_until > $2) AND kind || '' IN (` + kinds + `) ORDER BY due, id LIMIT 1`
}

// tooFar is further ahead than any lease can end: one that does was given before
// the clock was set back, and binds nobody. Twice a lease leaves room for nodes
// whose clocks differ.
func tooFar(now moment.Time) moment.Time { return now.Add(2 * Lease) }

// claim takes up to most due jobs of these kinds, earliest due first, in one
// guarded update: whoever comes second finds the lease taken.
func claim(ctx context.Context, d *db.DB, kinds []string, by string, now, until moment.Time, most int) ([]Job, error) {
	in, args := db.In(6, kinds)
	args = append([]any{until, by, now, most, tooFar(now)}, args...)
	var jobs []Job
	err := d.Write(ctx, func(tx db.Writer) error {
		rows, err := tx.Query(ctx, claimSQL(in), args...)
		jobs, err = db.Collect(rows, err, func(r db.Row, j *Job) error {
			j.claim = by
			return r.Scan(&j.ID, &j.Kind, &j.Key, &j.payload, &j.Due, &j.Attempt)
		})
		return err
	})
	return jobs, err
}

// nextDue gives the due time of the earliest job that nobody runs; none is zero.
func nextDue(ctx context.Context, r db.Reader, kinds []string, now moment.Time) (moment.Time, error) {
	if len(kinds) == 0 {
		return 0, nil
	}
	in, args := db.In(3, kinds)
	var due moment.Time
	err := r.QueryRow(ctx, nextSQL(in), append([]any{now, tooFar(now)}, args...)...).Scan(&due)
	if db.IsNone(err) {
		return 0, nil
	}
	return due, db.Problem("find the next job", err)
}

// finish deletes a job that was done, unless it was planned anew meanwhile.
func finish(ctx context.Context, d *db.DB, j Job) error {
	return d.Write(ctx, func(tx db.Writer) error {
		n, err := tx.Exec(ctx, `DELETE FROM bus_job WHERE id = $1 AND lease_by = $2`, j.ID, j.claim)
		if err != nil || n > 0 {
			return db.Problem("finish a job", err)
		}
		return release(ctx, tx, j)
	})
}

// release gives back the lease of a job that was planned anew while it ran.
func release(ctx context.Context, tx db.Writer, j Job) error {
	_, err := tx.Exec(ctx, `UPDATE bus_job SET lease_until = 0, lease_by = ''
		WHERE lease_by = $1 AND kind = $2 AND key = $3`, j.claim, j.Kind, j.Key)
	return db.Problem("release a job", err)
}

// setback is what a run that did not succeed leaves in its row.
type setback struct {
	attempts int
	due      moment.Time
	kind     string
	failedAt moment.Time // 0: not failed (yet); an earlier mark stays
}

// postpone gives a job back for later.
func postpone(ctx context.Context, d *db.DB, j Job, s setback) error {
	return d.Write(ctx, func(tx db.Writer) error {
		n, err := tx.Exec(ctx, `UPDATE bus_job SET lease_until = 0, lease_by = '', attempts = $1, due = $2, last_error = $3,
			failed_at = CASE WHEN failed_at > 0 THEN failed_at ELSE $4 END
			WHERE id = $5 AND lease_by = $6`, s.attempts, s.due, s.kind, s.failedAt, j.ID, j.claim)
		if err != nil || n > 0 {
			return db.Problem("postpone a job", err)
		}
		return release(ctx, tx, j)
	})
}

func readStats(ctx context.Context, r db.Reader, now moment.Time) (Stats, error) {
	var s Stats
	err := r.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN due <= $1 AND lease_until <= $2 THEN 1 END),
		COUNT(CASE WHEN failed_at > 0 THEN 1 END), COALESCE(MIN(due), 0) FROM bus_job`,
		now.Add(-overdueAfter), now).Scan(&s.Pending, &s.Overdue, &s.Failed, &s.OldestDue)
	return s, db.Problem("count jobs", err)
}

func readFailed(ctx context.Context, r db.Reader, limit int) ([]FailedJob, error) {
	rows, err := r.Query(ctx, `SELECT id, kind, key, due, failed_at, attempts, last_error FROM bus_job
		WHERE failed_at > 0 ORDER BY failed_at, id LIMIT $1`, limit)
	return db.Collect(rows, err, func(r db.Row, f *FailedJob) error {
		return r.Scan(&f.ID, &f.Kind, &f.Key, &f.Due, &f.Since, &f.Attempts, &f.LastError)
	})
}
