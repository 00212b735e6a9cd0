package notify

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const deliveryColumns = `id, notice, person, kind, channel, target, stable, urgent, state, attempts, last_reason, last_status, next_at, changed_at`

func scanDelivery(r db.Row, d *Delivery) error {
	return r.Scan(&d.ID, &d.Notice, &d.Person, &d.Kind, &d.Channel, &d.Target, &d.Stable, &d.Urgent, &d.State, &d.Attempts, &d.Reason, &d.Status, &d.NextAt, &d.Changed)
}

func insertDelivery(ctx context.Context, tx db.Writer, d Delivery) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_delivery (id, notice, person, kind, channel, target, stable, urgent, state, next_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		d.ID, d.Notice, d.Person, d.Kind, string(d.Channel), d.Target, string(d.Stable), d.Urgent, string(d.State), d.NextAt, d.Changed)
	return db.Problem("plan a delivery", err)
}

func deliveryByID(ctx context.Context, r db.Reader, id moment.ID) (d Delivery, found bool, err error) {
	err = scanDelivery(r.QueryRow(ctx, `SELECT `+deliveryColumns+` FROM notify_delivery WHERE id = $1`, id), &d)
	if db.IsNone(err) {
		return d, false, nil
	}
	return d, err == nil, db.Problem("delivery", err)
}

// updateOpen writes a delivery that still goes on. It tells whether it did: one
// that was dropped or sent in the meantime stays as it is.
func updateOpen(ctx context.Context, tx db.Writer, d Delivery, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = $1, attempts = $2, last_reason = $3, last_status = $4, next_at = $5, changed_at = $6
		WHERE id = $7 AND state IN ('waiting', 'quiet')`, string(d.State), d.Attempts, d.Reason, d.Status, d.NextAt, now, d.ID)
	return n == 1, db.Problem("write a delivery", err)
}

// markSent says what is so, even when the delivery was dropped while it left.
func markSent(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = 'sent', attempts = attempts + 1, last_reason = '', last_status = 0, next_at = 0, changed_at = $1
		WHERE id = $2`, now, id)
	return db.Problem("write a delivery", err)
}

// dropOfNotice drops what is not sent of a notice, and gives the ids.
func dropOfNotice(ctx context.Context, tx db.Writer, notice moment.ID, now moment.Time) ([]moment.ID, error) {
	rows, err := tx.Query(ctx, `UPDATE notify_delivery SET state = 'dropped', next_at = 0, changed_at = $1
		WHERE notice = $2 AND state IN ('waiting', 'quiet', 'failed') RETURNING id`, now, notice)
	return db.Collect(rows, err, scanID)
}

// dropOfTarget drops what waits for a device or a webhook, and gives the ids.
func dropOfTarget(ctx context.Context, tx db.Writer, c Channel, target string, now moment.Time) ([]moment.ID, error) {
	rows, err := tx.Query(ctx, `UPDATE notify_delivery SET state = 'dropped', next_at = 0, changed_at = $1
		WHERE channel = $2 AND target = $3 AND state IN ('waiting', 'quiet', 'failed') RETURNING id`, now, string(c), target)
	return db.Collect(rows, err, scanID)
}

// For operators.

type stateCount struct {
	channel Channel
	state   State
	n       int
}

func countStates(ctx context.Context, r db.Reader) ([]stateCount, error) {
	rows, err := r.Query(ctx, `SELECT channel, state, COUNT(*) FROM notify_delivery GROUP BY state, channel`)
	return db.Collect(rows, err, func(r db.Row, c *stateCount) error { return r.Scan(&c.channel, &c.state, &c.n) })
}

func troubled(ctx context.Context, r db.Reader, limit int) ([]Delivery, error) {
	rows, err := r.Query(ctx, `SELECT `+deliveryColumns+` FROM notify_delivery WHERE state IN ('failed', 'waiting') AND last_reason <> ''
		ORDER BY changed_at DESC, id LIMIT $1`, limit)
	return db.Collect(rows, err, scanDelivery)
}

// failedOnes gives one failed delivery, or with no id the oldest ones.
func failedOnes(ctx context.Context, r db.Reader, id moment.ID, limit int) ([]Delivery, error) {
	rows, err := r.Query(ctx, `SELECT `+deliveryColumns+` FROM notify_delivery WHERE state = 'failed' AND ($1 = '' OR id = $1)
		ORDER BY changed_at, id LIMIT $2`, string(id), limit)
	return db.Collect(rows, err, scanDelivery)
}

func revive(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = 'waiting', attempts = 0, next_at = $1, changed_at = $1 WHERE id = $2 AND state = 'failed'`, now, id)
	return db.Problem("try a delivery again", err)
}

func letGo(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE notify_delivery SET state = 'dropped', changed_at = $1 WHERE id = $2 AND state = 'failed'`, now, id)
	return db.Problem("let a delivery go", err)
}

func countFailed(ctx context.Context, r db.Reader) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT COUNT(*) FROM notify_delivery WHERE state = 'failed'`).Scan(&n)
	return n, db.Problem("count deliveries", err)
}

func countLate(ctx context.Context, r db.Reader, before moment.Time) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT COUNT(*) FROM notify_delivery WHERE state IN ('waiting', 'quiet') AND next_at < $1`, before).Scan(&n)
	return n, db.Problem("count deliveries", err)
}

// urgentAhead gives pages that wait and were last touched after an instant that
// has not come yet.
func urgentAhead(ctx context.Context, r db.Reader, after moment.Time) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM notify_delivery WHERE state IN ('waiting', 'quiet') AND next_at > $1 AND urgent AND changed_at > $1 ORDER BY id LIMIT 500`, after)
	return db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
}

func setNext(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE notify_delivery SET next_at = $2, changed_at = $2 WHERE id = $1 AND state IN ('waiting', 'quiet')`, id, now)
	return err
}
