package safety

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const caseColumns = `id, kind, level, state, member, raised_by, raised_as, place, scope, owner, round, rung, due, opened_at, answered_at, answered_by, shown_at, closed_at, outcome, follow_up, entries`

func scanCase(r db.Row, c *Case) error {
	return r.Scan(&c.ID, &c.Kind, &c.Level, &c.State, &c.Member, &c.RaisedBy, &c.RaisedAs, &c.Place, &c.Scope, &c.Owner, &c.Round, &c.Rung, &c.Due, &c.OpenedAt, &c.AnsweredAt, &c.AnsweredBy, &c.ShownAt, &c.ClosedAt, &c.Outcome, &c.FollowUp, &c.Entries)
}

func oneCase(row db.Row) (c Case, found bool, err error) {
	err = scanCase(row, &c)
	if db.IsNone(err) {
		return c, false, nil
	}
	return c, err == nil, db.Problem("case", err)
}

func insertCase(ctx context.Context, tx db.Writer, c Case) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_case (`+caseColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		c.ID, string(c.Kind), int(c.Level), string(c.State), c.Member, c.RaisedBy, c.RaisedAs, c.Place, c.Scope, c.Owner, c.Round, string(c.Rung), c.Due, c.OpenedAt, c.AnsweredAt, c.AnsweredBy, c.ShownAt, c.ClosedAt, c.Outcome, c.FollowUp, c.Entries)
	return err
}

func updateCase(ctx context.Context, tx db.Writer, c Case) error {
	_, err := tx.Exec(ctx, `UPDATE safety_case SET level = $2, state = $3, owner = $4, round = $5, rung = $6, due = $7, answered_at = $8, answered_by = $9, shown_at = $10, closed_at = $11, outcome = $12, follow_up = $13, place = $14 WHERE id = $1`,
		c.ID, int(c.Level), string(c.State), c.Owner, c.Round, string(c.Rung), c.Due, c.AnsweredAt, c.AnsweredBy, c.ShownAt, c.ClosedAt, c.Outcome, c.FollowUp, c.Place)
	return err
}

func setEntries(ctx context.Context, tx db.Writer, id moment.ID, n int) error {
	_, err := tx.Exec(ctx, `UPDATE safety_case SET entries = $2 WHERE id = $1`, id, n)
	return err
}

func caseByID(ctx context.Context, r db.Reader, id moment.ID) (Case, bool, error) {
	return oneCase(r.QueryRow(ctx, `SELECT `+caseColumns+` FROM safety_case WHERE id = $1`, id))
}

func runningCase(ctx context.Context, r db.Reader, member moment.ID, kind CaseKind) (Case, bool, error) {
	return oneCase(r.QueryRow(ctx, `SELECT `+caseColumns+` FROM safety_case WHERE member = $1 AND kind = $2 AND closed_at = 0`, member, string(kind)))
}

func manyCases(ctx context.Context, r db.Reader, where string, args ...any) ([]Case, error) {
	rows, err := r.Query(ctx, `SELECT `+caseColumns+` FROM safety_case WHERE `+where, args...)
	return db.Collect(rows, err, scanCase)
}

func casesOf(ctx context.Context, r db.Reader, member moment.ID) ([]Case, error) {
	return manyCases(ctx, r, `member = $1 ORDER BY opened_at DESC LIMIT 100`, member)
}

func casesRunning(ctx context.Context, r db.Reader) ([]Case, error) {
	return manyCases(ctx, r, `closed_at = 0 ORDER BY due, id LIMIT 200`)
}

func casesOwnedBy(ctx context.Context, r db.Reader, person moment.ID) ([]Case, error) {
	return manyCases(ctx, r, `owner = $1 AND closed_at = 0 ORDER BY id`, person)
}

func casesFor(ctx context.Context, r db.Reader, person moment.ID) ([]Case, error) {
	return manyCases(ctx, r, `closed_at = 0 AND (owner = $1 OR raised_by = $1 OR id IN (SELECT case_id FROM safety_page WHERE person = $1)) ORDER BY due, id`, person)
}

func casesAt(ctx context.Context, r db.Reader, place moment.ID) ([]Case, error) {
	return manyCases(ctx, r, `place = $1 AND closed_at = 0 ORDER BY opened_at`, place)
}

// casesOutside gives running cases that were due before one instant, or are due
// only after another.
func casesOutside(ctx context.Context, r db.Reader, before, after moment.Time) ([]Case, error) {
	return manyCases(ctx, r, `closed_at = 0 AND (due < $1 OR due > $2) ORDER BY due LIMIT 500`, before, after)
}

func insertPage(ctx context.Context, tx db.Writer, id moment.ID, round int, rung Rung, person moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO safety_page (case_id, round, rung, person, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, id, round, string(rung), person, now)
	return n > 0, err
}

func wasPaged(ctx context.Context, r db.Reader, id, person moment.ID) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT COUNT(*) FROM safety_page WHERE case_id = $1 AND person = $2`, id, person).Scan(&n)
	return n > 0, db.Problem("page", err)
}

func pagedIn(ctx context.Context, r db.Reader, id moment.ID, round int) (map[moment.ID]bool, error) {
	rows, err := r.Query(ctx, `SELECT person FROM safety_page WHERE case_id = $1 AND round = $2 AND rung IN ('owner', 'lead', 'first', 'second', 'all')`, id, round)
	list, err := db.Collect(rows, err, func(r db.Row, p *moment.ID) error { return r.Scan(p) })
	out := make(map[moment.ID]bool, len(list))
	for _, p := range list {
		out[p] = true
	}
	return out, err
}

func pagedEver(ctx context.Context, r db.Reader, id moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT person FROM safety_page WHERE case_id = $1 ORDER BY person`, id)
	return db.Collect(rows, err, func(r db.Row, p *moment.ID) error { return r.Scan(p) })
}

func pagesOf(ctx context.Context, r db.Reader, id moment.ID) ([]Paged, error) {
	rows, err := r.Query(ctx, `SELECT round, rung, person, at FROM safety_page WHERE case_id = $1 ORDER BY at, round, rung, person`, id)
	return db.Collect(rows, err, func(r db.Row, p *Paged) error { return r.Scan(&p.Round, &p.Rung, &p.Person, &p.At) })
}

func insertEntry(ctx context.Context, tx db.Writer, e Entry, words []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_entry (case_id, seq, at, person, role, kind, detail, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.Case, e.Seq, e.At, e.Person, e.Role, e.Kind, e.Detail, words)
	return err
}

// sealedEntry is a line of a timeline before it is opened.
type sealedEntry struct {
	Entry
	words, why []byte
}

// entriesOf gives a case's timeline with its wrapped key, in order.
func entriesOf(ctx context.Context, r db.Reader, c Case) ([]sealedEntry, []byte, error) {
	rows, err := r.Query(ctx, `SELECT case_id, seq, at, person, role, kind, detail, words, hidden_until, hidden_by, hidden_second, hidden_why FROM safety_entry WHERE case_id = $1 ORDER BY seq`, c.ID)
	list, err := db.Collect(rows, err, func(r db.Row, e *sealedEntry) error {
		return r.Scan(&e.Case, &e.Seq, &e.At, &e.Person, &e.Role, &e.Kind, &e.Detail, &e.words, &e.HiddenUntil, &e.HiddenBy, &e.Second, &e.why)
	})
	if err != nil {
		return nil, nil, db.Problem("timeline", err)
	}
	var wrapped []byte
	err = r.QueryRow(ctx, `SELECT wrapped FROM vault_key WHERE scope = $1`, c.Scope).Scan(&wrapped)
	if db.IsNone(err) {
		return list, nil, nil
	}
	return list, wrapped, db.Problem("timeline", err)
}

func entryAt(ctx context.Context, r db.Reader, id moment.ID, seq int) (e Entry, found bool, err error) {
	e = Entry{Case: id, Seq: seq}
	err = r.QueryRow(ctx, `SELECT role, kind, hidden_until, hidden_by, hidden_second FROM safety_entry WHERE case_id = $1 AND seq = $2`, id, seq).Scan(&e.Role, &e.Kind, &e.HiddenUntil, &e.HiddenBy, &e.Second)
	if db.IsNone(err) {
		return e, false, nil
	}
	return e, err == nil, db.Problem("entry", err)
}

func setHidden(ctx context.Context, tx db.Writer, e Entry, why []byte) error {
	_, err := tx.Exec(ctx, `UPDATE safety_entry SET hidden_until = $3, hidden_by = $4, hidden_why = $5, hidden_second = NULL WHERE case_id = $1 AND seq = $2`, e.Case, e.Seq, e.HiddenUntil, e.HiddenBy, why)
	return err
}

func setSecond(ctx context.Context, tx db.Writer, id moment.ID, seq int, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE safety_entry SET hidden_second = $3 WHERE case_id = $1 AND seq = $2 AND hidden_second IS NULL`, id, seq, person)
	return err
}

func blankEntries(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE safety_entry SET words = NULL, hidden_why = NULL, person = NULL, hidden_by = NULL, hidden_second = NULL WHERE case_id = $1`, id)
	return err
}

const actColumns = `id, case_id, what, person, at, second, second_at, agreed, done_at, alone, dropped_at, review_due, reviewed_at, reviewed_by, done_by`

func scanAct(r db.Row, x *Act) error {
	return r.Scan(&x.ID, &x.Case, &x.What, &x.Person, &x.At, &x.Second, &x.SecondAt, &x.Agreed, &x.DoneAt, &x.Alone, &x.DroppedAt, &x.ReviewDue, &x.ReviewedAt, &x.ReviewedBy, &x.DoneBy)
}

func insertAct(ctx context.Context, tx db.Writer, x Act) error {
	_, err := tx.Exec(ctx, `INSERT INTO safety_act (id, case_id, what, person, at) VALUES ($1, $2, $3, $4, $5)`, x.ID, x.Case, x.What, x.Person, x.At)
	return err
}

func updateAct(ctx context.Context, tx db.Writer, x Act) error {
	_, err := tx.Exec(ctx, `UPDATE safety_act SET second = $2, second_at = $3, agreed = $4, done_at = $5, alone = $6, dropped_at = $7, review_due = $8, reviewed_at = $9, reviewed_by = $10, done_by = $11 WHERE id = $1`,
		x.ID, x.Second, x.SecondAt, x.Agreed, x.DoneAt, x.Alone, x.DroppedAt, x.ReviewDue, x.ReviewedAt, x.ReviewedBy, x.DoneBy)
	return err
}

func actByID(ctx context.Context, r db.Reader, id moment.ID) (x Act, found bool, err error) {
	err = scanAct(r.QueryRow(ctx, `SELECT `+actColumns+` FROM safety_act WHERE id = $1`, id), &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("act", err)
}

func actsOf(ctx context.Context, r db.Reader, id moment.ID) ([]Act, error) {
	rows, err := r.Query(ctx, `SELECT `+actColumns+` FROM safety_act WHERE case_id = $1 ORDER BY at, id`, id)
	return db.Collect(rows, err, scanAct)
}

func casesAbout(ctx context.Context, r db.Reader, member moment.ID) ([]Case, error) {
	return manyCases(ctx, r, `member = $1 AND closed_at = 0 AND kind <> 'mandatory' ORDER BY opened_at`, member)
}
