package moderation

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const reportColumns = `id, kind, object, about, reporter, reason, scope, state, claimed_by, claimed_at, at, closed_at, outcome, anonymous, revealed_at`

func scanReport(r db.Row, x *Report) error {
	return r.Scan(&x.ID, &x.Kind, &x.Object, &x.About, &x.reporter, &x.Reason, &x.Scope, &x.State, &x.ClaimedBy, &x.ClaimedAt, &x.At, &x.ClosedAt, &x.Outcome, &x.Anonymous, &x.RevealedAt)
}

func insertReport(ctx context.Context, tx db.Writer, x Report, words, excerpt []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO moderation_report (id, kind, object, about, reporter, reason, scope, words, excerpt, state, at, anonymous) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		x.ID, x.Kind, x.Object, x.About, x.reporter, x.Reason, x.Scope, words, excerpt, x.State, x.At, x.Anonymous)
	return err
}

func reportByID(ctx context.Context, r db.Reader, id moment.ID) (Report, bool, error) {
	return oneReport(ctx, r, `id = $1`, id)
}

func oneReport(ctx context.Context, r db.Reader, where string, args ...any) (x Report, found bool, err error) {
	err = scanReport(r.QueryRow(ctx, `SELECT `+reportColumns+` FROM moderation_report WHERE `+where, args...), &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("report", err)
}

// reportedBy gives what somebody has reported about an object and is open still.
func reportedBy(ctx context.Context, r db.Reader, reporter moment.ID, kind string, object moment.ID) (Report, bool, error) {
	return oneReport(ctx, r, `reporter = $1 AND kind = $2 AND object = $3 AND closed_at = 0`, reporter, kind, object)
}

// openReportsBy gives what somebody reported last and is open still.
func openReportsBy(ctx context.Context, r db.Reader, reporter moment.ID) ([]Report, error) {
	rows, err := r.Query(ctx, `SELECT `+reportColumns+` FROM moderation_report WHERE reporter = $1 AND closed_at = 0 ORDER BY at DESC, id DESC LIMIT 20`, reporter)
	return db.Collect(rows, err, scanReport)
}

func setWords(ctx context.Context, tx db.Writer, id moment.ID, words []byte) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_report SET words = $2 WHERE id = $1`, id, words)
	return err
}

// forReader are the open reports that are neither about a reader nor theirs ($1).
const forReader = `closed_at = 0 AND about <> $1 AND coalesce(reporter, '') <> $1`

func setReason(ctx context.Context, tx db.Writer, id moment.ID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_report SET reason = $2 WHERE id = $1`, id, reason)
	return err
}

// openReports gives what is open, the heaviest first and then the oldest, and mostOfOne of one
// reporter: who reports much hides no threat, and no other's report.
func openReports(ctx context.Context, r db.Reader, reader moment.ID, most int) ([]Report, error) {
	rows, err := r.Query(ctx, `SELECT `+reportColumns+` FROM (
			SELECT `+reportColumns+`, w, row_number() OVER (PARTITION BY coalesce(reporter, id) ORDER BY w, at, id) AS nth FROM (
				SELECT `+reportColumns+`, CASE reason WHEN 'threat' THEN 0 WHEN 'sexual' THEN 1 ELSE 2 END AS w FROM moderation_report WHERE `+forReader+`) AS weighed) AS counted
		WHERE nth <= $2 ORDER BY w, at, id LIMIT $3`, reader, mostOfOne, most)
	return db.Collect(rows, err, scanReport)
}

// countOpen counts what is open, listed or not.
func countOpen(ctx context.Context, r db.Reader, reader moment.ID) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM moderation_report WHERE `+forReader, reader).Scan(&n)
	return n, db.Problem("report", err)
}

func reportsBy(ctx context.Context, r db.Reader, reporter moment.ID) ([]Report, error) {
	rows, err := r.Query(ctx, `SELECT `+reportColumns+` FROM moderation_report WHERE reporter = $1 ORDER BY at, id`, reporter)
	return db.Collect(rows, err, scanReport)
}

func reportWords(ctx context.Context, r db.Reader, x Report) (words, excerpt, wrapped []byte, err error) {
	err = r.QueryRow(ctx, `SELECT m.words, m.excerpt, k.wrapped FROM moderation_report m LEFT JOIN vault_key k ON k.scope = m.scope WHERE m.id = $1`, x.ID).Scan(&words, &excerpt, &wrapped)
	return words, excerpt, wrapped, db.Problem("report", err)
}

// claim takes a report that is free, or was left since before.
func claim(ctx context.Context, tx db.Writer, id, person moment.ID, now, before moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_report SET state = 'claimed', claimed_by = $2, claimed_at = $3 WHERE id = $1 AND (state = 'open' OR state = 'claimed' AND claimed_at < $4)`, id, person, now, before)
	return n > 0, err
}

// letGo gives back a report that somebody took on; false when it is not theirs.
func letGo(ctx context.Context, tx db.Writer, id, person moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_report SET state = 'open', claimed_by = NULL, claimed_at = 0 WHERE id = $1 AND state = 'claimed' AND claimed_by = $2`, id, person)
	return n > 0, err
}

// closeReport closes what its claimer has claimed still; false when that is over.
func closeReport(ctx context.Context, tx db.Writer, id, by moment.ID, outcome string, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_report SET state = 'closed', outcome = $2, closed_at = $3 WHERE id = $1 AND state = 'claimed' AND claimed_by = $4`, id, outcome, now, by)
	return n > 0, err
}

func revealReport(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_report SET revealed_at = $2 WHERE id = $1`, id, now)
	return err
}

func blankReport(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_report SET words = NULL, excerpt = NULL, reporter = NULL WHERE id = $1`, id)
	return err
}

// sealedAction is an action before it is opened.
type sealedAction struct {
	Action
	reason, undone, appeal, answer, wrapped []byte
}

const actionColumns = `a.id, a.report, a.about, a.what, a.reason, a.scope, a.by_person, a.at, a.until, a.lifted_at, a.detail, a.undone,
	coalesce(p.at, 0), p.words, coalesce(p.decided_at, 0), coalesce(p.upheld, FALSE), coalesce(p.route, ''), p.answer, k.wrapped, coalesce(r.anonymous AND r.revealed_at = 0, FALSE), coalesce(r.kind, '')`

const actionFrom = ` FROM moderation_action a LEFT JOIN moderation_appeal p ON p.action = a.id LEFT JOIN vault_key k ON k.scope = a.scope LEFT JOIN moderation_report r ON r.id = a.report `

func scanAction(r db.Row, x *sealedAction) error {
	var p Appeal
	err := r.Scan(&x.ID, &x.Report, &x.About, &x.What, &x.reason, &x.Scope, &x.By, &x.At, &x.Until, &x.LiftedAt, &x.detail, &x.undone, &p.At, &x.appeal, &p.DecidedAt, &p.Upheld, &p.Route, &x.answer, &x.wrapped, &x.unnamed, &x.Kind)
	if !p.At.IsZero() {
		x.Appeal = &p
	}
	return err
}

func insertAction(ctx context.Context, tx db.Writer, x Action, reason []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO moderation_action (id, report, about, what, detail, reason, scope, by_person, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		x.ID, x.Report, x.About, x.What, x.detail, reason, x.Scope, x.By, x.At, x.Until)
	return err
}

func actionsAbout(ctx context.Context, r db.Reader, about moment.ID) ([]sealedAction, error) {
	rows, err := r.Query(ctx, `SELECT `+actionColumns+actionFrom+`WHERE a.about = $1 ORDER BY a.at DESC, a.id LIMIT 100`, about)
	return db.Collect(rows, err, scanAction)
}

// actionsOn gives what was decided about the thing of a report, whichever report led to it,
// in the order of deciding.
func actionsOn(ctx context.Context, r db.Reader, of Report) ([]sealedAction, error) {
	rows, err := r.Query(ctx, `SELECT `+actionColumns+actionFrom+`WHERE a.about = $1 AND r.kind = $2 AND r.object = $3 ORDER BY a.at, a.id`, of.About, of.Kind, of.Object)
	return db.Collect(rows, err, scanAction)
}

// setDetail notes how a thing stood, on the decision that keeps it out of sight from now on.
func setDetail(ctx context.Context, tx db.Writer, action moment.ID, detail string) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_action SET detail = $2 WHERE id = $1`, action, detail)
	return db.Problem("action", err)
}

func actionByID(ctx context.Context, r db.Reader, id moment.ID) (x sealedAction, found bool, err error) {
	err = scanAction(r.QueryRow(ctx, `SELECT `+actionColumns+actionFrom+`WHERE a.id = $1`, id), &x)
	if db.IsNone(err) {
		return x, false, nil
	}
	return x, err == nil, db.Problem("action", err)
}

// openAppeals gives what waits for another look: first what keeps somebody out, then what
// keeps words away, then the rest, each the oldest first.
func openAppeals(ctx context.Context, r db.Reader, most int) ([]Action, error) {
	rows, err := r.Query(ctx, `SELECT `+actionColumns+actionFrom+`WHERE p.at > 0 AND p.decided_at = 0
		ORDER BY CASE a.what WHEN 'ban' THEN 0 WHEN 'pause' THEN 1 WHEN 'remove' THEN 2 WHEN 'hide' THEN 2 ELSE 3 END, p.at, a.id LIMIT $1`, most)
	list, err := db.Collect(rows, err, scanAction)
	out := make([]Action, len(list))
	for i, x := range list {
		out[i] = x.Action
	}
	return out, err
}

func heldOut(ctx context.Context, r db.Reader, person moment.ID, now moment.Time) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM moderation_action WHERE about = $1 AND what IN ('pause', 'ban') AND lifted_at = 0 AND (until = 0 OR until > $2)`, person, now).Scan(&n)
	return n > 0, db.Problem("action", err)
}

// heldUntil gives until when somebody is kept out; 0 for good. Who is kept out for good is
// so once that has settled; until then it is for as long as that can take.
func heldUntil(ctx context.Context, r db.Reader, person moment.ID, now moment.Time) (until moment.Time, out bool, err error) {
	var n, good int
	err = r.QueryRow(ctx, `SELECT count(*), coalesce(sum(CASE WHEN until = 0 AND settled_at > 0 THEN 1 ELSE 0 END), 0), coalesce(max(CASE WHEN until = 0 THEN at + $3 ELSE until END), 0) FROM moderation_action
		WHERE about = $1 AND what IN ('pause', 'ban') AND lifted_at = 0 AND (until = 0 OR until > $2)`, person, now, SettleMost.Microseconds()).Scan(&n, &good, &until)
	if good > 0 {
		until = 0
	}
	return until, n > 0, db.Problem("action", err)
}

func insertAppeal(ctx context.Context, tx db.Writer, action moment.ID, words []byte, route Route, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO moderation_appeal (action, words, at, route) VALUES ($1, $2, $3, $4)`, action, words, now, string(route))
	return err
}

// decideAppeal decides once; false when somebody was faster.
func decideAppeal(ctx context.Context, tx db.Writer, action, by moment.ID, stands bool, answer []byte, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_appeal SET decided_by = $2, decided_at = $3, upheld = $4, answer = $5 WHERE action = $1 AND decided_at = 0`, action, by, now, stands, answer)
	return n > 0, err
}

// lift takes an action back, once; false when somebody was faster.
func lift(ctx context.Context, tx db.Writer, action, by moment.ID, why []byte, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_action SET lifted_at = $2, lifted_by = $3, undone = $4 WHERE id = $1 AND lifted_at = 0`, action, now, by, why)
	return n > 0, err
}

// counts gives what happened from an instant until another.
func counts(ctx context.Context, r db.Reader, since, until moment.Time) (map[string]int, error) {
	type line struct {
		what string
		n    int
	}
	rows, err := r.Query(ctx, `SELECT 'reports', count(*) FROM moderation_report WHERE at >= $1 AND at < $2
		UNION ALL SELECT what, count(*) FROM moderation_action WHERE at >= $1 AND at < $2 GROUP BY what
		UNION ALL SELECT 'appeals', count(*) FROM moderation_appeal WHERE at >= $1 AND at < $2
		UNION ALL SELECT 'lifted', count(*) FROM moderation_action WHERE lifted_at >= $1 AND lifted_at < $2 AND lifted_at > 0`, since, until)
	list, err := db.Collect(rows, err, func(r db.Row, x *line) error { return r.Scan(&x.what, &x.n) })
	out := map[string]int{}
	for _, x := range list {
		out[x.what] = x.n
	}
	return out, db.Problem("counts", err)
}

// forgetPerson takes a deleted person's id off what they reported and decided.
func forgetPerson(ctx context.Context, tx db.Writer, person moment.ID) error {
	for _, text := range []string{
		`UPDATE moderation_report SET reporter = NULL WHERE reporter = $1`,
		`UPDATE moderation_report SET claimed_by = NULL, state = 'open', claimed_at = 0 WHERE claimed_by = $1 AND closed_at = 0`,
		`UPDATE moderation_report SET claimed_by = NULL WHERE claimed_by = $1`,
		`UPDATE moderation_action SET by_person = NULL WHERE by_person = $1`,
		`UPDATE moderation_action SET lifted_by = NULL WHERE lifted_by = $1`,
		`UPDATE moderation_house SET by_person = NULL WHERE by_person = $1`,
		`UPDATE moderation_partner SET by_person = NULL WHERE by_person = $1`,
		`DELETE FROM moderation_claim WHERE person = $1`,
		`UPDATE moderation_appeal SET decided_by = NULL WHERE decided_by = $1`,
	} {
		if _, err := tx.Exec(ctx, text, person); err != nil {
			return db.Problem("forget", err)
		}
	}
	return nil
}
