package mentoring

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const sessionColumns = `id, walk, CASE WHEN video THEN 'video' ELSE channel END, state, starts_at, minutes, lasted, place, steps, instead, conversation, by_person, changes, at, changed_at, ended_at`

// sealedSession is a meeting before it is opened.
type sealedSession struct {
	Session
	place, steps []byte
}

func scanSession(r db.Row, s *sealedSession) error {
	return r.Scan(&s.ID, &s.Walk, &s.Channel, &s.State, &s.StartsAt, &s.Minutes, &s.Lasted, &s.place, &s.steps, &s.Instead, &s.Conversation, &s.By, &s.Changes, &s.At, &s.ChangedAt, &s.EndedAt)
}

func insertSession(ctx context.Context, tx db.Writer, s Session, place, steps []byte) error {
	channel, video := s.Channel, s.Channel == ByVideo
	if video {
		channel = ByChat // nodes of the version before see the conversation that it has
	}
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_session (id, walk, channel, state, starts_at, minutes, place, steps, instead, by_person, at, changed_at, video)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)`,
		s.ID, s.Walk, string(channel), string(s.State), s.StartsAt, s.Minutes, place, steps, s.Instead, s.By, s.At, video)
	return err
}

// updateSession writes what can change about a meeting but its words. Where it
// stood is part of the question.
func updateSession(ctx context.Context, tx db.Writer, s Session, was SessionState) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE mentoring_session SET state = $2, starts_at = $3, minutes = $4, lasted = $5, instead = $6, conversation = $7, changes = $8, changed_at = $9, ended_at = $10
		WHERE id = $1 AND state = $11`, s.ID, string(s.State), s.StartsAt, s.Minutes, s.Lasted, s.Instead, s.Conversation, s.Changes, s.ChangedAt, s.EndedAt, string(was))
	return n > 0, err
}

func setSessionWords(ctx context.Context, tx db.Writer, id moment.ID, place, steps []byte) error {
	_, err := tx.Exec(ctx, `UPDATE mentoring_session SET place = $2, steps = $3 WHERE id = $1`, id, place, steps)
	return err
}

func oneSession(row db.Row) (s sealedSession, found bool, err error) {
	err = scanSession(row, &s)
	if db.IsNone(err) {
		return s, false, nil
	}
	return s, err == nil, db.Problem("meeting", err)
}

func sessionByID(ctx context.Context, r db.Reader, id moment.ID) (sealedSession, bool, error) {
	return oneSession(r.QueryRow(ctx, `SELECT `+sessionColumns+` FROM mentoring_session WHERE id = $1`, id))
}

func sessionOfTalk(ctx context.Context, r db.Reader, conversation moment.ID) (sealedSession, bool, error) {
	return oneSession(r.QueryRow(ctx, `SELECT `+sessionColumns+` FROM mentoring_session WHERE conversation = $1`, conversation))
}

// sessionsOf gives the meetings of a walk, oldest first.
func sessionsOf(ctx context.Context, r db.Reader, walk moment.ID) ([]sealedSession, error) {
	rows, err := r.Query(ctx, `SELECT `+sessionColumns+` FROM mentoring_session WHERE walk = $1 ORDER BY starts_at, id`, walk)
	return db.Collect(rows, err, scanSession)
}

// sessionsFor gives the meetings that somebody takes part in since an instant:
// of their walks, and where they stand in.
func sessionsFor(ctx context.Context, r db.Reader, person moment.ID, since moment.Time) ([]sealedSession, error) {
	const of = `SELECT s.id, s.walk, CASE WHEN s.video THEN 'video' ELSE s.channel END, s.state, s.starts_at, s.minutes, s.lasted, s.place, s.steps, s.instead, s.conversation, s.by_person, s.changes, s.at, s.changed_at, s.ended_at FROM mentoring_session s `
	rows, err := r.Query(ctx, of+`JOIN mentoring_walk w ON w.id = s.walk WHERE w.member = $1 AND s.starts_at >= $2
		UNION ALL `+of+`JOIN mentoring_walk w ON w.id = s.walk WHERE w.peer = $1 AND s.starts_at >= $2
		UNION ALL `+of+`WHERE s.instead = $1 AND s.starts_at >= $2 ORDER BY 5, 1 LIMIT 1000`, person, since)
	return db.Collect(rows, err, scanSession)
}

// runningOf gives the conversation that a member has now.
func runningOf(ctx context.Context, r db.Reader, member moment.ID) (sealedSession, bool, error) {
	return oneSession(r.QueryRow(ctx, `SELECT s.id, s.walk, CASE WHEN s.video THEN 'video' ELSE s.channel END, s.state, s.starts_at, s.minutes, s.lasted, s.place, s.steps, s.instead, s.conversation, s.by_person, s.changes, s.at, s.changed_at, s.ended_at
		FROM mentoring_walk w JOIN mentoring_session s ON s.walk = w.id WHERE w.member = $1 AND w.state <> 'ended' AND s.state = 'running' ORDER BY s.starts_at LIMIT 1`, member))
}

// overlapping counts the meetings still to come of a walk that touch a stretch.
func overlapping(ctx context.Context, r db.Reader, walk, but moment.ID, from, to moment.Time) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM mentoring_session WHERE walk = $1 AND id <> $2 AND state IN ('planned', 'running') AND starts_at < $4 AND starts_at + CAST(minutes AS BIGINT) * 60000000 > $3`,
		walk, but, from, to).Scan(&n)
	return n, db.Problem("meeting", err)
}

// sealedNote is one version of a note before it is opened.
type sealedNote struct {
	Note
	words []byte
}

const noteColumns = `id, version, walk, session, words, by_person, at`

func scanNote(r db.Row, n *sealedNote) error {
	return r.Scan(&n.ID, &n.Version, &n.Walk, &n.Session, &n.words, &n.By, &n.At)
}

func insertNote(ctx context.Context, tx db.Writer, n Note, words []byte) (bool, error) {
	c, err := tx.Exec(ctx, `INSERT INTO mentoring_note (id, version, walk, session, words, by_person, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id, version) DO NOTHING`,
		n.ID, n.Version, n.Walk, n.Session, words, n.By, n.At)
	return c > 0, err
}

// notesOf gives every version of every note of a walk, oldest first.
func notesOf(ctx context.Context, r db.Reader, walk moment.ID) ([]sealedNote, error) {
	rows, err := r.Query(ctx, `SELECT `+noteColumns+` FROM mentoring_note WHERE walk = $1 ORDER BY at, version`, walk)
	return db.Collect(rows, err, scanNote)
}

func versionsOf(ctx context.Context, r db.Reader, id moment.ID) ([]sealedNote, error) {
	rows, err := r.Query(ctx, `SELECT `+noteColumns+` FROM mentoring_note WHERE id = $1 ORDER BY version`, id)
	return db.Collect(rows, err, scanNote)
}

// sealedReview is a review before it is opened.
type sealedReview struct {
	Review
	member, peer []byte
}

const reviewColumns = `id, walk, at, member_at, peer_at, member_next, peer_next, member_words, peer_words, others`

func scanReview(r db.Row, v *sealedReview) error {
	return r.Scan(&v.ID, &v.Walk, &v.At, &v.MemberAt, &v.PeerAt, &v.MemberNext, &v.PeerNext, &v.member, &v.peer, &v.Others)
}

func insertReview(ctx context.Context, tx db.Writer, v Review) error {
	_, err := tx.Exec(ctx, `INSERT INTO mentoring_review (id, walk, at) VALUES ($1, $2, $3)`, v.ID, v.Walk, v.At)
	return err
}

func answerReview(ctx context.Context, tx db.Writer, v Review, which string, words []byte) error {
	if which == "peer" {
		_, err := tx.Exec(ctx, `UPDATE mentoring_review SET peer_at = $2, peer_next = $3, peer_words = $4 WHERE id = $1`, v.ID, v.PeerAt, v.PeerNext, words)
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE mentoring_review SET member_at = $2, member_next = $3, member_words = $4, others = $5 WHERE id = $1`, v.ID, v.MemberAt, v.MemberNext, words, v.Others)
	return err
}

// reviewsOf gives the reviews of a walk, newest first.
func reviewsOf(ctx context.Context, r db.Reader, walk moment.ID) ([]sealedReview, error) {
	rows, err := r.Query(ctx, `SELECT `+reviewColumns+` FROM mentoring_review WHERE walk = $1 ORDER BY at DESC, id DESC`, walk)
	return db.Collect(rows, err, scanReview)
}
