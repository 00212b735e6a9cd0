package groups

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// askRow is somebody's wish to join, as it is kept.
type askRow struct {
	ID, Group, Person moment.ID
	State             string
	Agreed            int
	At, AnsweredAt    moment.Time
	words             []byte
}

const askColumns = `id, group_id, person, state, agreed, at, answered_at, words`

func scanAsk(r db.Row, q *askRow) error {
	return r.Scan(&q.ID, &q.Group, &q.Person, &q.State, &q.Agreed, &q.At, &q.AnsweredAt, &q.words)
}

func oneAsk(row db.Row) (q askRow, found bool, err error) {
	err = scanAsk(row, &q)
	if db.IsNone(err) {
		return q, false, nil
	}
	return q, err == nil, db.Problem("request", err)
}

func askByID(ctx context.Context, r db.Reader, id moment.ID) (askRow, bool, error) {
	return oneAsk(r.QueryRow(ctx, `SELECT `+askColumns+` FROM groups_request WHERE id = $1`, id))
}

func openAskOf(ctx context.Context, r db.Reader, group, person moment.ID) (askRow, bool, error) {
	return oneAsk(r.QueryRow(ctx, `SELECT `+askColumns+` FROM groups_request WHERE group_id = $1 AND person = $2 AND state = 'open'`, group, person))
}

// asksOf gives who waits for an answer, the longest first.
func asksOf(ctx context.Context, r db.Reader, group moment.ID) ([]askRow, error) {
	rows, err := r.Query(ctx, `SELECT `+askColumns+` FROM groups_request WHERE group_id = $1 AND state = 'open' ORDER BY at, id LIMIT 200`, group)
	return db.Collect(rows, err, scanAsk)
}

func asksBy(ctx context.Context, r db.Reader, person moment.ID) ([]askRow, error) {
	rows, err := r.Query(ctx, `SELECT `+askColumns+` FROM groups_request WHERE person = $1 ORDER BY at, id`, person)
	return db.Collect(rows, err, scanAsk)
}

func insertAsk(ctx context.Context, tx db.Writer, q askRow) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO groups_request (`+askColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		q.ID, q.Group, q.Person, q.State, q.Agreed, q.At, q.AnsweredAt, q.words)
	return n > 0, err
}

func setAskWords(ctx context.Context, tx db.Writer, q askRow) error {
	_, err := tx.Exec(ctx, `UPDATE groups_request SET words = $2, agreed = $3 WHERE id = $1 AND state = 'open'`, q.ID, q.words, q.Agreed)
	return err
}

// answerAsk closes a wish to join and blanks its words; false when it is closed.
func answerAsk(ctx context.Context, tx db.Writer, id moment.ID, state string, by moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE groups_request SET state = $2, words = NULL, answered_by = $3, answered_at = $4 WHERE id = $1 AND state = 'open'`, id, state, by, now)
	return n > 0, err
}

func dropAsksBy(ctx context.Context, tx db.Writer, person moment.ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM groups_request WHERE person = $1`, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE groups_request SET answered_by = NULL WHERE answered_by = $1`, person)
	return err
}

// inviteRow is an invitation as it is kept.
type inviteRow struct {
	ID, Group, Person moment.ID
	By                moment.ID
	Hash              string
	Link              moment.ID // the link that somebody made their own
	At, EndsAt        moment.Time
	named             []byte
}

const inviteColumns = `id, group_id, person, by_person, hash, link, at, ends_at, named`

func scanInvite(r db.Row, v *inviteRow) error {
	var hash *string
	err := r.Scan(&v.ID, &v.Group, &v.Person, &v.By, &hash, &v.Link, &v.At, &v.EndsAt, &v.named)
	if hash != nil {
		v.Hash = *hash
	}
	return err
}

func oneInvite(row db.Row) (v inviteRow, found bool, err error) {
	err = scanInvite(row, &v)
	if db.IsNone(err) {
		return v, false, nil
	}
	return v, err == nil, db.Problem("invite", err)
}

func insertInvite(ctx context.Context, tx db.Writer, v inviteRow) error {
	var hash any
	if v.Hash != "" {
		hash = v.Hash
	}
	_, err := tx.Exec(ctx, `INSERT INTO groups_invite (`+inviteColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, v.ID, v.Group, v.Person, v.By, hash, v.Link, v.At, v.EndsAt, v.named)
	return err
}

// inviteOf gives the invitation of somebody to a group that holds now.
func inviteOf(ctx context.Context, r db.Reader, group, person moment.ID, now moment.Time) (inviteRow, bool, error) {
	return oneInvite(r.QueryRow(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE group_id = $1 AND person = $2 AND ends_at > $3 ORDER BY ends_at DESC LIMIT 1`, group, person, now))
}

func inviteByHash(ctx context.Context, r db.Reader, hash string, now moment.Time) (inviteRow, bool, error) {
	return oneInvite(r.QueryRow(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE hash = $1 AND ends_at > $2`, hash, now))
}

func invitesOf(ctx context.Context, r db.Reader, group moment.ID, now moment.Time) ([]inviteRow, error) {
	rows, err := r.Query(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE group_id = $1 AND ends_at > $2 ORDER BY at, id`, group, now)
	return db.Collect(rows, err, scanInvite)
}

func inviteByID(ctx context.Context, r db.Reader, id moment.ID) (inviteRow, bool, error) {
	return oneInvite(r.QueryRow(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE id = $1`, id))
}

// invitesIn gives every invitation to a group, over or not.
func invitesIn(ctx context.Context, r db.Reader, group moment.ID) ([]inviteRow, error) {
	rows, err := r.Query(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE group_id = $1 ORDER BY at, id`, group)
	return db.Collect(rows, err, scanInvite)
}

// invitesFor gives the groups somebody is invited to now.
func invitesFor(ctx context.Context, r db.Reader, person moment.ID, now moment.Time) ([]inviteRow, error) {
	rows, err := r.Query(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE person = $1 AND ends_at > $2 ORDER BY at, id LIMIT 50`, person, now)
	return db.Collect(rows, err, scanInvite)
}

// dropInvite takes an invitation back; a link also from those who made it their own and
// have not come in yet.
func dropInvite(ctx context.Context, tx db.Writer, group, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM groups_invite WHERE group_id = $1 AND (id = $2 OR link = $2)`, group, id)
	return n > 0, err
}

// declineInvites lets the invitations of somebody to a group reach nobody.
func declineInvites(ctx context.Context, tx db.Writer, group, person moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_invite SET person = NULL WHERE group_id = $1 AND person = $2`, group, person)
	return err
}

// dropInvitesBy removes the invitations to a group that somebody gave.
func dropInvitesBy(ctx context.Context, tx db.Writer, group, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM groups_invite WHERE group_id = $1 AND by_person = $2`, group, person)
	return err
}

// forgetInvited removes somebody from invitations, given and received.
func forgetInvited(ctx context.Context, tx db.Writer, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM groups_invite WHERE person = $1 OR by_person = $1`, person)
	return err
}

// invitesBy gives the invitations that somebody gave or received and that hold now.
func invitesBy(ctx context.Context, r db.Reader, person moment.ID, now moment.Time) ([]inviteRow, error) {
	rows, err := r.Query(ctx, `SELECT `+inviteColumns+` FROM groups_invite WHERE (person = $1 OR by_person = $1) AND ends_at > $2 ORDER BY at, id`, person, now)
	return db.Collect(rows, err, scanInvite)
}

// dropAsks closes every open wish to join a group.
func dropAsks(ctx context.Context, tx db.Writer, group moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE groups_request SET state = 'withdrawn', words = NULL WHERE group_id = $1 AND state = 'open'`, group)
	return err
}
