package shifts

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const plannedColumns = `p.id, p.series, p.starts_at, p.ends_at, p.places, p.needs_lead, p.state, p.taken, p.leads, p.talkers, p.serial, p.changed_at`

func plannedPlaces(p *Planned) []any {
	return []any{&p.ID, &p.Series, &p.StartsAt, &p.EndsAt, &p.Places, &p.NeedsLead, &p.State, &p.Taken, &p.Leads, &p.Talkers, &p.Serial, &p.ChangedAt}
}

func scanPlanned(r db.Row, p *Planned) error { return r.Scan(plannedPlaces(p)...) }

func insertPlanned(ctx context.Context, tx db.Writer, p Planned, by moment.ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO shifts_planned (id, series, starts_at, ends_at, places, needs_lead, state, made_by, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, p.ID, p.Series, p.StartsAt, p.EndsAt, p.Places, p.NeedsLead, string(p.State), by, p.ChangedAt)
	return err
}

func plannedByID(ctx context.Context, r db.Reader, id moment.ID) (p Planned, found bool, err error) {
	err = scanPlanned(r.QueryRow(ctx, `SELECT `+plannedColumns+` FROM shifts_planned p WHERE p.id = $1`, id), &p)
	if db.IsNone(err) {
		return p, false, nil
	}
	return p, err == nil, db.Problem("planned shift", err)
}

func plannedWhere(ctx context.Context, r db.Reader, where string, args ...any) ([]Planned, error) {
	rows, err := r.Query(ctx, `SELECT `+plannedColumns+` FROM shifts_planned p WHERE `+where, args...)
	return db.Collect(rows, err, scanPlanned)
}

// plannedBetween lists what touches a stretch of time, in order.
func plannedBetween(ctx context.Context, r db.Reader, s Span) ([]Planned, error) {
	return plannedWhere(ctx, r, `p.starts_at < $2 AND p.ends_at > $1 AND p.starts_at > $3 ORDER BY p.starts_at, p.ends_at, p.id`,
		s.From, s.Until, s.From.Add(-2*LengthMost)) // no shift is longer: the index need not look further back
}

// laterInSeries lists one shift of a series and those after it.
func laterInSeries(ctx context.Context, r db.Reader, series moment.ID, from moment.Time) ([]Planned, error) {
	return plannedWhere(ctx, r, `p.series = $1 AND p.starts_at >= $2 ORDER BY p.starts_at`, series, from)
}

// mostStaffed bounds how far the opening looks ahead: enough for several days
// of a service that never closes.
const mostStaffed = 60

// staffedAfter lists published shifts that are not over and lack nothing, and
// tells whether there is any plan at all.
func staffedAfter(ctx context.Context, r db.Reader, now moment.Time, minimum int) ([]Span, bool, error) {
	rows, err := r.Query(ctx, `SELECT p.starts_at, p.ends_at FROM shifts_planned p WHERE p.state = 'open' AND p.ends_at > $1
		AND p.taken >= $2 AND p.talkers > 0 AND (p.leads > 0 OR NOT p.needs_lead) ORDER BY p.starts_at LIMIT $3`, now, minimum, mostStaffed)
	spans, err := db.Collect(rows, err, func(r db.Row, s *Span) error { return r.Scan(&s.From, &s.Until) })
	if err != nil || len(spans) > 0 {
		return spans, true, err
	}
	var last moment.Time
	err = r.QueryRow(ctx, `SELECT coalesce(max(ends_at), 0) FROM shifts_planned WHERE state = 'open' AND ends_at > $1`, now).Scan(&last)
	return nil, !last.IsZero(), db.Problem("plan", err)
}

func setPlanState(ctx context.Context, tx db.Writer, id moment.ID, from, to PlanState, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE shifts_planned SET state = $3, serial = serial + 1, changed_at = $4 WHERE id = $1 AND state = $2`, id, string(from), string(to), now)
	return n > 0, err
}

func deleteDraft(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM shifts_planned WHERE id = $1 AND state = 'draft'`, id)
	return err
}

// takePlace takes a place by a guarded update, so that two who ask at the same
// moment cannot both have the last one. The one kept for a lead is left.
func takePlace(ctx context.Context, tx db.Writer, id moment.ID, leads, talks bool) (bool, error) {
	room := `taken + CASE WHEN needs_lead AND leads = 0 THEN 1 ELSE 0 END < places`
	if leads {
		room = `taken < places AND leads = 0`
	}
	n, err := tx.Exec(ctx, `UPDATE shifts_planned SET taken = taken + 1, leads = leads + $2, talkers = talkers + $3 WHERE id = $1 AND state = 'open' AND `+room,
		id, one(leads), one(talks))
	return n > 0, err
}

// movePlace gives a place to somebody else: only who talks may change by it.
func movePlace(ctx context.Context, tx db.Writer, id moment.ID, talked, talks bool) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_planned SET talkers = talkers + $2 WHERE id = $1`, id, one(talks)-one(talked))
	return err
}

func givePlace(ctx context.Context, tx db.Writer, id moment.ID, leads, talks bool) error {
	_, err := tx.Exec(ctx, `UPDATE shifts_planned SET taken = taken - 1, leads = leads - $2, talkers = talkers - $3 WHERE id = $1`, id, one(leads), one(talks))
	return err
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
