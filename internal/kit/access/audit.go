package access

import (
	"context"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Entry is one line of the audit: who did what to which object, and whom it is
// about. It never carries content.
type Entry struct {
	Verb    string    // "support.ask"
	Kind    string    // kind of the object: "request"
	Object  moment.ID // the object
	Subject moment.ID // the person whose data it is, if it is somebody's
}

// Record writes an entry in the transaction of the write it is about.
func Record(ctx context.Context, tx db.Writer, a Actor, now moment.Time, e Entry) error {
	_, err := tx.Exec(ctx, `INSERT INTO access_audit (id, at, actor, way, verb, object_kind, object, subject)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		moment.NewID(), now, a.Person, string(a.Way), e.Verb, e.Kind, e.Object, e.Subject)
	return db.Problem("audit", err)
}

// openingLasts is how long one opening of an object counts as the same: a
// refresh within it adds no second row.
const openingLasts = 30 * time.Minute

// RecordRead notes that the actor opened a private object: one row per actor,
// object and opening, durable before the page is shown.
func (l *Ledger) RecordRead(ctx context.Context, a Actor, now moment.Time, e Entry) error {
	window := int64(now) / openingLasts.Microseconds()
	opening := string(a.Person) + "|" + string(a.Session) + "|" + e.Kind + "|" + string(e.Object) + "|" + e.Verb + "|" + itoa(window)
	if l.recent.seen(opening) {
		return nil
	}
	err := l.db.Write(ctx, func(tx db.Writer) error {
		_, err := tx.Exec(ctx, `INSERT INTO access_audit (id, at, actor, way, verb, object_kind, object, subject, opening)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			moment.NewID(), now, a.Person, string(a.Way), e.Verb, e.Kind, e.Object, e.Subject, opening)
		return err
	})
	if err != nil {
		return db.Problem("audit", err)
	}
	l.recent.add(opening)
	return nil
}

// Line is an audit entry as its subject may read it.
type Line struct {
	At     moment.Time
	Actor  moment.ID
	Way    Way
	Verb   string
	Kind   string
	Object moment.ID
}

// About lists what others did with what is this person's, newest first.
func (l *Ledger) About(ctx context.Context, subject moment.ID, limit int) ([]Line, error) {
	rows, err := l.db.Reader().Query(ctx, `SELECT at, actor, way, verb, object_kind, object FROM access_audit
		WHERE subject = $1 AND (actor IS NULL OR actor <> $1) ORDER BY at DESC, id DESC LIMIT $2`, subject, limit)
	return db.Collect(rows, err, func(r db.Row, n *Line) error {
		return r.Scan(&n.At, &n.Actor, &n.Way, &n.Verb, &n.Kind, &n.Object)
	})
}

// Newest is the instant of the newest entry; zero when there is none.
func Newest(ctx context.Context, r db.Reader) (moment.Time, error) {
	var at moment.Time
	err := r.QueryRow(ctx, `SELECT max(at) FROM access_audit`).Scan(&at)
	return at, db.Problem("audit", err)
}
