package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// frame is a space with its wrapped key.
type frame struct {
	Space
	destroyed moment.Time
	wrapped   []byte
}

func insertSpace(ctx context.Context, tx db.Writer, s Space) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_space (id, kind, owner, anonymous, hold_new, titles, closed, created_at, pictures) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.ID, s.Kind, s.Owner, s.Rules.Anonymous, s.Rules.HoldNew, s.Rules.Titles, s.Rules.Closed, s.CreatedAt, s.Rules.Pictures)
	return err
}

// loadSpace reads a space; found is false when there is none, or none any more.
func loadSpace(ctx context.Context, r db.Reader, id moment.ID) (f frame, found bool, err error) {
	err = r.QueryRow(ctx, `SELECT s.id, s.kind, s.owner, s.anonymous, s.hold_new, s.titles, s.closed, s.created_at, s.destroyed_at, s.pictures, k.wrapped
		FROM discussion_space s LEFT JOIN vault_key k ON k.scope = s.id WHERE s.id = $1`, id).
		Scan(&f.ID, &f.Kind, &f.Owner, &f.Rules.Anonymous, &f.Rules.HoldNew, &f.Rules.Titles, &f.Rules.Closed, &f.CreatedAt, &f.destroyed, &f.Rules.Pictures, &f.wrapped)
	if db.IsNone(err) {
		return f, false, nil
	}
	return f, err == nil && f.destroyed.IsZero(), db.Problem("space", err)
}

func setRules(ctx context.Context, tx db.Writer, id moment.ID, r SpaceRules) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE discussion_space SET anonymous = $2, hold_new = $3, titles = $4, closed = $5, pictures = $6 WHERE id = $1 AND destroyed_at = 0`, id, r.Anonymous, r.HoldNew, r.Titles, r.Closed, r.Pictures)
	return n > 0, err
}

func setClosed(ctx context.Context, tx db.Writer, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE discussion_space SET closed = TRUE WHERE id = $1 AND destroyed_at = 0`, id)
	return n > 0, err
}

// setDestroyed marks a space once; it tells whether this call did.
func setDestroyed(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE discussion_space SET destroyed_at = $2, closed = TRUE WHERE id = $1 AND destroyed_at = 0`, id, now)
	return n > 0, err
}

// heldIn gives what is held in a space.
func heldIn(ctx context.Context, r db.Reader, space moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM discussion_entry WHERE state = 'held' AND space = $1`, space)
	return db.Collect(rows, err, scanID)
}

func scanID(r db.Row, id *moment.ID) error { return r.Scan(id) }

// sweepable gives up to so many entries of a space that nothing hangs on, in the order of
// an index: what stands below its newest posts, then posts that nothing stands below.
func sweepable(ctx context.Context, r db.Reader, space moment.ID, most int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT id FROM discussion_entry WHERE space = $1 AND post IS NULL ORDER BY active_at DESC, id DESC LIMIT $2`, space, most)
	posts, err := db.Collect(rows, err, scanID)
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	in, args := db.In(2, posts)
	rows, err = r.Query(ctx, `SELECT id FROM discussion_entry WHERE post IS NOT NULL AND post IN (`+in+`) LIMIT $1`, append([]any{most}, args...)...)
	below, err := db.Collect(rows, err, scanID)
	if err != nil || len(below) > 0 {
		return below, err
	}
	return posts, nil
}

// sweepSpace deletes up to so many entries of a space with what belongs to them,
// comments before posts; more tells that there was something to delete.
func sweepSpace(ctx context.Context, tx db.Writer, space moment.ID, most int) (more bool, err error) {
	ids, err := sweepable(ctx, tx, space, most)
	if err != nil {
		return false, err
	}
	if len(ids) == 0 {
		return false, forgetHabits(ctx, tx, space)
	}
	in, args := db.In(1, ids)
	for _, text := range []string{
		`DELETE FROM discussion_seen WHERE object IN (` + in + `)`,
		`DELETE FROM discussion_follow WHERE object IN (` + in + `)`,
		`DELETE FROM discussion_draft WHERE object IN (` + in + `)`,
		`DELETE FROM discussion_reveal WHERE entry IN (` + in + `)`,
		`DELETE FROM discussion_reaction WHERE entry IN (` + in + `)`,
		`DELETE FROM discussion_version WHERE entry IN (` + in + `)`,
		`DELETE FROM discussion_alias WHERE post IN (` + in + `)`,
		`DELETE FROM discussion_call WHERE entry IN (` + in + `)`,
		`DELETE FROM discussion_picture WHERE entry IN (` + in + `)`,
		`DELETE FROM discussion_entry WHERE id IN (` + in + `)`,
	} {
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return false, db.Problem("sweep a space", err)
		}
	}
	return true, nil
}

// aliasOf gives the number of somebody in a thread; 0 when they have none.
func aliasOf(ctx context.Context, r db.Reader, post, person moment.ID) (int, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT alias FROM discussion_alias WHERE post = $1 AND person = $2`, post, person).Scan(&n)
	if db.IsNone(err) {
		return 0, nil
	}
	return n, db.Problem("alias", err)
}

// newAlias gives somebody the next number of a thread, which is there already.
func newAlias(ctx context.Context, tx db.Writer, post, person moment.ID) (int, error) {
	var n int
	if err := tx.QueryRow(ctx, `UPDATE discussion_entry SET aliases = aliases + 1 WHERE id = $1 RETURNING aliases`, post).Scan(&n); err != nil {
		return 0, db.Problem("alias", err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO discussion_alias (post, person, alias) VALUES ($1, $2, $3)`, post, person, n)
	return n, db.Problem("alias", err)
}

func insertVersion(ctx context.Context, tx db.Writer, e row) error {
	at := e.ChangedAt
	if at.IsZero() {
		at = e.At
	}
	_, err := tx.Exec(ctx, `INSERT INTO discussion_version (entry, version, words, at) VALUES ($1, $2, $3, $4)`, e.ID, e.Version, e.words, at)
	return err
}

// versionRow is what stood there before, sealed.
type versionRow struct {
	Entry   moment.ID
	Version int
	At      moment.Time
	words   []byte
}

// versionsOf gives what stood in an entry before, latest first.
func versionsOf(ctx context.Context, r db.Reader, entry moment.ID) ([]versionRow, error) {
	rows, err := r.Query(ctx, `SELECT entry, version, words, at FROM discussion_version WHERE entry = $1 ORDER BY version DESC LIMIT 50`, entry)
	return db.Collect(rows, err, func(r db.Row, v *versionRow) error { return r.Scan(&v.Entry, &v.Version, &v.words, &v.At) })
}

// The three counts, a statement each: a column is no parameter.
var countUp = map[string]string{
	BeenThere: `UPDATE discussion_entry SET been_there = been_there + 1 WHERE id = $1`,
	WithYou:   `UPDATE discussion_entry SET with_you = with_you + 1 WHERE id = $1`,
	ThankYou:  `UPDATE discussion_entry SET thank_you = thank_you + 1 WHERE id = $1`,
}

var countDown = map[string]string{
	BeenThere: `UPDATE discussion_entry SET been_there = been_there - 1 WHERE id = $1`,
	WithYou:   `UPDATE discussion_entry SET with_you = with_you - 1 WHERE id = $1`,
	ThankYou:  `UPDATE discussion_entry SET thank_you = thank_you - 1 WHERE id = $1`,
}

// react adds or takes back one reaction and moves its count when that changed anything.
func react(ctx context.Context, tx db.Writer, entry, person moment.ID, kind string, on bool, now moment.Time) (bool, error) {
	text, args, count := `DELETE FROM discussion_reaction WHERE entry = $1 AND person = $2 AND kind = $3`, []any{entry, person, kind}, countDown[kind]
	if on {
		text, count = `INSERT INTO discussion_reaction (entry, person, kind, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, countUp[kind]
		args = append(args, now)
	}
	n, err := tx.Exec(ctx, text, args...)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, count, entry)
	return true, err
}

// reacted is one reaction of somebody.
type reacted struct {
	Entry moment.ID
	Kind  string
	At    moment.Time
}

func scanReacted(r db.Row, x *reacted) error { return r.Scan(&x.Entry, &x.Kind, &x.At) }

// reactionsTo gives somebody's own reactions to entries.
func reactionsTo(ctx context.Context, r db.Reader, person moment.ID, entries []moment.ID) ([]reacted, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	in, args := db.In(2, entries)
	rows, err := r.Query(ctx, `SELECT entry, kind, at FROM discussion_reaction WHERE person = $1 AND entry IN (`+in+`)`, append([]any{person}, args...)...)
	return db.Collect(rows, err, scanReacted)
}

func reactionsOf(ctx context.Context, r db.Reader, person moment.ID) ([]reacted, error) {
	rows, err := r.Query(ctx, `SELECT entry, kind, at FROM discussion_reaction WHERE person = $1 ORDER BY at, entry, kind`, person)
	return db.Collect(rows, err, scanReacted)
}

// reveal is that somebody looked a name up.
type reveal struct {
	ID, Entry, By moment.ID
	At            moment.Time
	reason        []byte
}

func insertReveal(ctx context.Context, tx db.Writer, x reveal) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_reveal (id, entry, by_person, reason, at) VALUES ($1, $2, $3, $4, $5)`, x.ID, x.Entry, x.By, x.reason, x.At)
	return err
}

// revealsOf gives who looked up the names of entries, the latest first.
func revealsOf(ctx context.Context, r db.Reader, entries []moment.ID) ([]reveal, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	in, args := db.In(1, entries)
	rows, err := r.Query(ctx, `SELECT id, entry, by_person, reason, at FROM discussion_reveal WHERE entry IN (`+in+`) ORDER BY at DESC, id`, args...)
	return db.Collect(rows, err, func(r db.Row, x *reveal) error { return r.Scan(&x.ID, &x.Entry, &x.By, &x.reason, &x.At) })
}
