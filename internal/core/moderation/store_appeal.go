package moderation

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const partnerColumns = `id, name, lang, scope, mail, at, agreed_at`

func scanPartner(r db.Row, p *Partner) error {
	return r.Scan(&p.ID, &p.Name, &p.Lang, &p.scope, &p.mail, &p.At, &p.AgreedAt)
}

// partnerNow gives who is named now; without an id when nobody is.
func partnerNow(ctx context.Context, r db.Reader) (p Partner, err error) {
	err = scanPartner(r.QueryRow(ctx, `SELECT `+partnerColumns+` FROM moderation_partner WHERE ended_at = 0`), &p)
	if db.IsNone(err) {
		return Partner{}, nil
	}
	return p, db.Problem("partner", err)
}

func insertPartner(ctx context.Context, tx db.Writer, p Partner, by moment.ID) error {
	_, err := tx.Exec(ctx, `INSERT INTO moderation_partner (id, name, lang, scope, mail, by_person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`, p.ID, p.Name, p.Lang, p.scope, p.mail, by, p.At)
	return err
}

// agree notes that a partner will do it, once, while they are the one that is named.
func agree(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_partner SET agreed_at = $2 WHERE id = $1 AND agreed_at = 0 AND ended_at = 0`, id, now)
	return n > 0, err
}

// endPartner ends a partner, and every link that they were sent.
func endPartner(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_partner SET ended_at = $2, mail = $3 WHERE id = $1 AND ended_at = 0`, id, now, []byte{})
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE moderation_link SET ends_at = $2, look_ends_at = $2 WHERE partner = $1`, id, now)
	return n > 0, err
}

const linkColumns = `id, partner, coalesce(action, ''), ends_at, opened_at, look_ends_at, at`

func scanLink(r db.Row, l *link) error {
	return r.Scan(&l.ID, &l.Partner, &l.Action, &l.EndsAt, &l.OpenedAt, &l.LookEndsAt, &l.At)
}

func oneLink(ctx context.Context, r db.Reader, where string, arg any) (l link, found bool, err error) {
	err = scanLink(r.QueryRow(ctx, `SELECT `+linkColumns+` FROM moderation_link WHERE `+where, arg), &l)
	if db.IsNone(err) {
		return l, false, nil
	}
	return l, err == nil, db.Problem("link", err)
}

func linkByID(ctx context.Context, r db.Reader, id moment.ID) (link, bool, error) {
	return oneLink(ctx, r, `id = $1`, id)
}

func linkByHash(ctx context.Context, r db.Reader, hash string) (link, bool, error) {
	return oneLink(ctx, r, `hash = $1`, hash)
}

func linkByLook(ctx context.Context, r db.Reader, hash string) (link, bool, error) {
	return oneLink(ctx, r, `look = $1`, hash)
}

func insertLink(ctx context.Context, tx db.Writer, l link) error {
	var action any
	if l.Action != "" {
		action = l.Action
	}
	_, err := tx.Exec(ctx, `INSERT INTO moderation_link (id, partner, action, at) VALUES ($1, $2, $3, $4)`, l.ID, l.Partner, action, l.At)
	return err
}

// armLink gives a link that nobody has opened, and no other has taken the place of, the
// secret that is mailed now.
func armLink(ctx context.Context, tx db.Writer, id moment.ID, hash string, now, until moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_link SET hash = $2, ends_at = $3 WHERE id = $1 AND opened_at = 0 AND (ends_at = 0 OR ends_at > $4)`, id, hash, until, now)
	return n > 0, err
}

// openLink opens a link, once; false when somebody was faster.
func openLink(ctx context.Context, tx db.Writer, id moment.ID, look string, now, until moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_link SET opened_at = $2, look = $3, look_ends_at = $4 WHERE id = $1 AND opened_at = 0 AND ends_at > $2`, id, now, look, until)
	return n > 0, err
}

// endLinks ends every link about an action.
func endLinks(ctx context.Context, tx db.Writer, action moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_link SET ends_at = $2, look_ends_at = $2 WHERE action = $1`, action, now)
	return err
}

// linksSent counts the links about an action that a partner was sent.
func linksSent(ctx context.Context, r db.Reader, partner, action moment.ID) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM moderation_link WHERE action = $1 AND partner = $2`, action, partner).Scan(&n)
	return n, db.Problem("link", err)
}

// endAsking ends the links that ask a partner whether they will.
func endAsking(ctx context.Context, tx db.Writer, partner moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_link SET ends_at = $2, look_ends_at = $2 WHERE partner = $1 AND action IS NULL`, partner, now)
	return err
}

// endLinksAbout ends every link about what was decided about somebody.
func endLinksAbout(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE moderation_link SET ends_at = $2, look_ends_at = $2 WHERE action IN (SELECT id FROM moderation_action WHERE about = $1)`, person, now)
	return err
}

// settle notes that keeping somebody out for good is not to be asked for any more.
func settle(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE moderation_action SET settled_at = $2 WHERE id = $1 AND settled_at = 0 AND lifted_at = 0`, id, now)
	return n > 0, err
}

func heldForGood(ctx context.Context, r db.Reader, person moment.ID) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM moderation_action WHERE about = $1 AND what = 'ban' AND until = 0 AND lifted_at = 0`, person).Scan(&n)
	return n > 0, db.Problem("action", err)
}

// goneAmong gives those of some people who are kept out without an end.
func goneAmong(ctx context.Context, r db.Reader, people []moment.ID) (map[moment.ID]bool, error) {
	out := map[moment.ID]bool{}
	if len(people) == 0 {
		return out, nil
	}
	in, args := db.In(1, people)
	rows, err := r.Query(ctx, `SELECT DISTINCT about FROM moderation_action WHERE about IN (`+in+`) AND what = 'ban' AND until = 0 AND lifted_at = 0`, args...)
	list, err := db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// liftedUntil gives until when somebody was kept out by what was lifted last, as
// heldUntil gave it; 0 when nothing was.
func liftedUntil(ctx context.Context, r db.Reader, person moment.ID) (moment.Time, error) {
	var until moment.Time
	err := r.QueryRow(ctx, `SELECT CASE WHEN until = 0 THEN at + $2 ELSE until END FROM moderation_action
		WHERE about = $1 AND what IN ('pause', 'ban') AND lifted_at > 0 ORDER BY lifted_at DESC, at DESC, id DESC LIMIT 1`, person, SettleMost.Microseconds()).Scan(&until)
	if db.IsNone(err) {
		return 0, nil
	}
	return until, db.Problem("action", err)
}
