package mentoring

import (
	"context"

	"cairn/internal/feature/matching"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const walkColumns = `id, seek, member, peer, brought, by_person, state, why, asked_at, answer_by, member_yes_at, peer_yes_at, began_at,
	member_on_at, peer_on_at, charter, review_at, ends_at, taper, backup, backup_yes_at, ended_at, ended_how, ended_by, after`

func scanWalk(r db.Row, w *Walk) error {
	var why string
	err := r.Scan(&w.ID, &w.Seek, &w.Member, &w.Peer, &w.Brought, &w.By, &w.State, &why, &w.AskedAt, &w.AnswerBy, &w.MemberYesAt, &w.PeerYesAt, &w.BeganAt,
		&w.MemberOnAt, &w.PeerOnAt, &w.Charter, &w.ReviewAt, &w.EndsAt, &w.Taper, &w.Backup, &w.BackupYesAt, &w.EndedAt, &w.EndedHow, &w.EndedBy, &w.After)
	w.Why = fromJSON[[]matching.Reason](why)
	return err
}

func oneWalk(row db.Row) (w Walk, found bool, err error) {
	err = scanWalk(row, &w)
	if db.IsNone(err) {
		return w, false, nil
	}
	return w, err == nil, db.Problem("walk", err)
}

func insertWalk(ctx context.Context, tx db.Writer, w Walk) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_walk (id, seek, member, peer, brought, by_person, state, why, asked_at, answer_by, member_yes_at, peer_yes_at, after)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		w.ID, w.Seek, w.Member, w.Peer, string(w.Brought), w.By, string(w.State), jsonOf(w.Why), w.AskedAt, w.AnswerBy, w.MemberYesAt, w.PeerYesAt, w.After)
	return err
}

// updateWalk writes what can change about a walk. Where it stood is part of the
// question: whoever changed it first wins.
func updateWalk(ctx context.Context, tx db.Writer, w Walk, was State) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE mentoring_walk SET state = $2, member_yes_at = $3, peer_yes_at = $4, began_at = $5, member_on_at = $6, peer_on_at = $7,
		charter = $8, review_at = $9, ends_at = $10, taper = $11, backup = $12, backup_yes_at = $13, ended_at = $14, ended_how = $15, ended_by = $16, answer_by = $17
		WHERE id = $1 AND state = $18`,
		w.ID, string(w.State), w.MemberYesAt, w.PeerYesAt, w.BeganAt, w.MemberOnAt, w.PeerOnAt,
		w.Charter, w.ReviewAt, w.EndsAt, w.Taper, w.Backup, w.BackupYesAt, w.EndedAt, w.EndedHow, w.EndedBy, w.AnswerBy, string(was))
	return n > 0, err
}

func walkByID(ctx context.Context, r db.Reader, id moment.ID) (Walk, bool, error) {
	return oneWalk(r.QueryRow(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE id = $1`, id))
}

// walksWith gives the walks that somebody is in or stands in for, newest first.
func walksWith(ctx context.Context, r db.Reader, person moment.ID) ([]Walk, error) {
	rows, err := r.Query(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE member = $1 OR peer = $1 OR backup = $1 ORDER BY asked_at DESC, id DESC LIMIT 200`, person)
	return db.Collect(rows, err, scanWalk)
}

// walksBacked gives the walks that are not over in which somebody stands in, or is
// asked to.
func walksBacked(ctx context.Context, r db.Reader, person moment.ID) ([]Walk, error) {
	rows, err := r.Query(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE backup = $1 AND state <> 'ended' ORDER BY asked_at, id`, person)
	return db.Collect(rows, err, scanWalk)
}

// seekUsed tells whether a walk that is not over came from a search.
func seekUsed(ctx context.Context, r db.Reader, seek moment.ID) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM mentoring_walk WHERE seek = $1 AND state <> 'ended'`, seek).Scan(&n)
	return n > 0, db.Problem("walk", err)
}

// walksAll is walksWith without a bound, for export and erasure.
func walksAll(ctx context.Context, r db.Reader, person moment.ID) ([]Walk, error) {
	rows, err := r.Query(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE member = $1 OR peer = $1 ORDER BY asked_at, id`, person)
	return db.Collect(rows, err, scanWalk)
}

// openWalks gives every walk that is not over.
func openWalks(ctx context.Context, r db.Reader) ([]Walk, error) {
	rows, err := r.Query(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE state <> 'ended' ORDER BY asked_at, id`)
	return db.Collect(rows, err, scanWalk)
}

// walksSince gives for each search the newest walk that it led to and that began,
// or was asked.
func walksSince(ctx context.Context, r db.Reader, since moment.Time) (map[moment.ID]Walk, error) {
	rows, err := r.Query(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE seek IS NOT NULL AND asked_at >= $1 ORDER BY began_at, asked_at, id`, since)
	list, err := db.Collect(rows, err, scanWalk)
	out := make(map[moment.ID]Walk, len(list))
	for _, w := range list {
		out[w.Seek] = w
	}
	return out, err
}

// pairWalk gives the walk of two people that is not over.
func pairWalk(ctx context.Context, r db.Reader, member, peer moment.ID) (Walk, bool, error) {
	return oneWalk(r.QueryRow(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE member = $1 AND peer = $2 AND state <> 'ended'`, member, peer))
}

// everWith gives with whom a member has walked, or was asked to, and how it ended.
func everWith(ctx context.Context, r db.Reader, member moment.ID) ([]Walk, error) {
	rows, err := r.Query(ctx, `SELECT `+walkColumns+` FROM mentoring_walk WHERE member = $1 ORDER BY asked_at, id`, member)
	return db.Collect(rows, err, scanWalk)
}

func insertCharter(ctx context.Context, tx db.Writer, c Charter, terms []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_charter (walk, version, terms, by_person, at, member_at, peer_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.Walk, c.Version, terms, c.By, c.At, c.MemberAt, c.PeerAt)
	return err
}

func signCharter(ctx context.Context, tx db.Writer, walk moment.ID, version int, which string, now moment.Time) error {
	text := `UPDATE mentoring_charter SET member_at = $3 WHERE walk = $1 AND version = $2 AND member_at = 0`
	if which == "peer" {
		text = `UPDATE mentoring_charter SET peer_at = $3 WHERE walk = $1 AND version = $2 AND peer_at = 0`
	}
	_, err := tx.Exec(ctx, text, walk, version, now)
	return err
}

// sealedCharter is a charter before it is opened.
type sealedCharter struct {
	Charter
	terms []byte
}

func chartersOf(ctx context.Context, r db.Reader, walk moment.ID) ([]sealedCharter, error) {
	rows, err := r.Query(ctx, `SELECT walk, version, terms, by_person, at, member_at, peer_at FROM mentoring_charter WHERE walk = $1 ORDER BY version`, walk)
	return db.Collect(rows, err, func(r db.Row, c *sealedCharter) error {
		return r.Scan(&c.Walk, &c.Version, &c.terms, &c.By, &c.At, &c.MemberAt, &c.PeerAt)
	})
}

// setBye writes what one of the two says at the end.
func setBye(ctx context.Context, tx db.Writer, walk moment.ID, which string, words []byte) error {
	text := `UPDATE mentoring_walk SET member_bye = $2 WHERE id = $1`
	if which == "peer" {
		text = `UPDATE mentoring_walk SET peer_bye = $2 WHERE id = $1`
	}
	_, err := tx.Exec(ctx, text, walk, words)
	return err
}

func byes(ctx context.Context, r db.Reader, walk moment.ID) (member, peer []byte, err error) {
	err = r.QueryRow(ctx, `SELECT member_bye, peer_bye FROM mentoring_walk WHERE id = $1`, walk).Scan(&member, &peer)
	return member, peer, db.Problem("walk", err)
}

func insertOutside(ctx context.Context, tx db.Writer, walk moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_outside (id, walk, at) VALUES ($1, $2, $3)`, moment.NewID(), walk, now)
	return err
}

func outsideOf(ctx context.Context, r db.Reader, walk moment.ID, since moment.Time) ([]moment.Time, error) {
	rows, err := r.Query(ctx, `SELECT at FROM mentoring_outside WHERE walk = $1 AND at >= $2 ORDER BY at`, walk, since)
	return db.Collect(rows, err, func(r db.Row, t *moment.Time) error { return r.Scan(t) })
}

// forgetWords takes every sealed word of a walk away.
func forgetWords(ctx context.Context, tx db.Writer, walk moment.ID) error {
	for _, text := range []string{
		`UPDATE mentoring_walk SET member_bye = NULL, peer_bye = NULL, why = '[]' WHERE id = $1`,
		`UPDATE mentoring_charter SET terms = NULL WHERE walk = $1`,
		`UPDATE mentoring_session SET place = NULL, steps = NULL WHERE walk = $1`,
		`UPDATE mentoring_note SET words = NULL WHERE walk = $1`,
		`UPDATE mentoring_review SET member_words = NULL, peer_words = NULL, others = '' WHERE walk = $1`,
	} {
		if _, err := tx.Exec(ctx, text, walk); err != nil {
			return db.Problem("forget", err)
		}
	}
	return nil
}

// forgetBackup takes a deleted person out where they stood in.
func forgetBackup(ctx context.Context, tx db.Writer, person moment.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE mentoring_walk SET backup = NULL, backup_yes_at = 0 WHERE backup = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE mentoring_session SET instead = NULL WHERE instead = $1`, person)
	return err
}
