package notify

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const noticeColumns = `id, person, kind, key, path, about, urgent, told_at, seen_at, settled_at`

func scanNotice(r db.Row, n *Notice) error {
	return r.Scan(&n.ID, &n.Person, &n.Kind, &n.Key, &n.Path, &n.About, &n.Urgent, &n.ToldAt, &n.SeenAt, &n.SettledAt)
}

// insertNotice writes a notice once for each person and key; it tells whether it
// is there now for the first time.
func insertNotice(ctx context.Context, tx db.Writer, n Notice) (bool, error) {
	count, err := tx.Exec(ctx, `INSERT INTO notify_notice (id, person, kind, key, path, about, urgent, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (person, key) DO NOTHING`, n.ID, n.Person, n.Kind, n.Key, n.Path, n.About, n.Urgent, n.ToldAt)
	return count == 1, db.Problem("tell", err)
}

func noticeByID(ctx context.Context, r db.Reader, id moment.ID) (n Notice, found bool, err error) {
	err = scanNotice(r.QueryRow(ctx, `SELECT `+noticeColumns+` FROM notify_notice WHERE id = $1`, id), &n)
	if db.IsNone(err) {
		return n, false, nil
	}
	return n, err == nil, db.Problem("notice", err)
}

func openNotices(ctx context.Context, r db.Reader, person moment.ID) ([]Notice, error) {
	rows, err := r.Query(ctx, `SELECT `+noticeColumns+` FROM notify_notice WHERE person = $1 AND settled_at = 0 AND (urgent OR seen_at = 0)
		ORDER BY urgent DESC, told_at DESC, id DESC LIMIT $2`, person, mostOpen)
	return db.Collect(rows, err, scanNotice)
}

func noticesOf(ctx context.Context, r db.Reader, person moment.ID, limit int) ([]Notice, error) {
	rows, err := r.Query(ctx, `SELECT `+noticeColumns+` FROM notify_notice WHERE person = $1 ORDER BY told_at DESC, id DESC LIMIT $2`, person, limit)
	return db.Collect(rows, err, scanNotice)
}

func everyNotice(ctx context.Context, r db.Reader, person moment.ID) ([]Notice, error) {
	rows, err := r.Query(ctx, `SELECT `+noticeColumns+` FROM notify_notice WHERE person = $1 ORDER BY told_at, id`, person)
	return db.Collect(rows, err, scanNotice)
}

// markSeen marks one notice of a person, or with no id all, and tells how many
// were new.
func markSeen(ctx context.Context, tx db.Writer, person, id moment.ID, now moment.Time) (int64, error) {
	n, err := tx.Exec(ctx, `UPDATE notify_notice SET seen_at = $1 WHERE person = $2 AND seen_at = 0 AND ($3 = '' OR id = $3)`, now, person, string(id))
	return n, db.Problem("see", err)
}

// noticeOf is a notice that was settled just now.
type noticeOf struct{ id, person moment.ID }

func scanNoticeOf(r db.Row, n *noticeOf) error { return r.Scan(&n.id, &n.person) }

func settleKey(ctx context.Context, tx db.Writer, person moment.ID, key string, now moment.Time) ([]noticeOf, error) {
	rows, err := tx.Query(ctx, `UPDATE notify_notice SET settled_at = $1 WHERE person = $2 AND key = $3 AND settled_at = 0 RETURNING id, person`, now, person, key)
	return db.Collect(rows, err, scanNoticeOf)
}

func settleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string, now moment.Time) ([]noticeOf, error) {
	rows, err := tx.Query(ctx, `UPDATE notify_notice SET settled_at = $1 WHERE about = $2 AND kind = $3 AND settled_at = 0 RETURNING id, person`, now, about, kind)
	return db.Collect(rows, err, scanNoticeOf)
}

// What people chose.

func choicesOf(ctx context.Context, r db.Reader, person moment.ID) ([]Choice, error) {
	rows, err := r.Query(ctx, `SELECT kind, channel, wanted FROM notify_choice WHERE person = $1 ORDER BY kind, channel`, person)
	return db.Collect(rows, err, func(r db.Row, c *Choice) error { return r.Scan(&c.Kind, &c.Channel, &c.Wanted) })
}

func putChoice(ctx context.Context, tx db.Writer, person moment.ID, c Choice) error {
	_, err := tx.Exec(ctx, `INSERT INTO notify_choice (person, kind, channel, wanted) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person, kind, channel) DO UPDATE SET wanted = excluded.wanted`, person, c.Kind, string(c.Channel), c.Wanted)
	return db.Problem("keep a choice", err)
}

func hoursOf(ctx context.Context, r db.Reader, person moment.ID) (h Hours, set bool, err error) {
	err = r.QueryRow(ctx, `SELECT from_minute, to_minute FROM notify_quiet WHERE person = $1`, person).Scan(&h.From, &h.To)
	if db.IsNone(err) {
		return h, false, nil
	}
	return h, err == nil, db.Problem("quiet hours", err)
}

// putHours keeps quiet hours; nil takes them away.
func putHours(ctx context.Context, tx db.Writer, person moment.ID, h *Hours) error {
	if h == nil {
		_, err := tx.Exec(ctx, `DELETE FROM notify_quiet WHERE person = $1`, person)
		return db.Problem("quiet hours", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO notify_quiet (person, from_minute, to_minute) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET from_minute = excluded.from_minute, to_minute = excluded.to_minute`, person, h.From, h.To)
	return db.Problem("quiet hours", err)
}

// eraseOf deletes all rows of a person, and gives the deliveries there were.
func eraseOf(ctx context.Context, tx db.Writer, person moment.ID) ([]moment.ID, error) {
	for _, table := range []string{"notify_notice", "notify_device", "notify_choice", "notify_quiet"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE person = $1`, person); err != nil {
			return nil, db.Problem("erase "+table, err)
		}
	}
	rows, err := tx.Query(ctx, `DELETE FROM notify_delivery WHERE person = $1 RETURNING id`, person)
	return db.Collect(rows, err, scanID)
}

func scanID(r db.Row, id *moment.ID) error { return r.Scan(id) }

// sweep deletes old notices and deliveries, a bite at a time, and tells how many
// went. A page that is not settled stays.
func sweep(ctx context.Context, tx db.Writer, notices, deliveries moment.Time, bite int) (int64, error) {
	n, err := tx.Exec(ctx, `DELETE FROM notify_delivery WHERE id IN (SELECT id FROM notify_delivery
		WHERE changed_at < $1 AND state IN ('sent', 'failed', 'dropped') ORDER BY changed_at LIMIT $2)`, deliveries, bite)
	if err != nil {
		return 0, db.Problem("sweep deliveries", err)
	}
	m, err := tx.Exec(ctx, `DELETE FROM notify_notice WHERE id IN (SELECT id FROM notify_notice
		WHERE told_at < $1 AND (settled_at > 0 OR NOT urgent) ORDER BY told_at LIMIT $2)`, notices, bite)
	return n + m, db.Problem("sweep notices", err)
}
