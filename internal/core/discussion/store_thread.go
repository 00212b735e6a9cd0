package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// mark is how far somebody has read, and when they were last there.
type mark struct {
	Object   moment.ID
	UpTo, At moment.Time
}

// marksOf gives how far somebody has read of some threads and spaces.
func marksOf(ctx context.Context, r db.Reader, person moment.ID, objects []moment.ID) (map[moment.ID]mark, error) {
	out := map[moment.ID]mark{}
	if person == "" || len(objects) == 0 {
		return out, nil
	}
	in, args := db.In(2, objects)
	rows, err := r.Query(ctx, `SELECT object, upto, at FROM discussion_seen WHERE person = $1 AND object IN (`+in+`)`, append([]any{person}, args...)...)
	list, err := db.Collect(rows, err, func(r db.Row, m *mark) error { return r.Scan(&m.Object, &m.UpTo, &m.At) })
	for _, m := range list {
		out[m.Object] = m
	}
	return out, err
}

// putMark notes how far somebody has read; it never goes back.
func putMark(ctx context.Context, tx db.Writer, person, space moment.ID, m mark) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_seen (person, object, space, upto, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person, object) DO UPDATE SET upto = CASE WHEN discussion_seen.upto < excluded.upto THEN excluded.upto ELSE discussion_seen.upto END, at = excluded.at`,
		person, m.Object, space, m.UpTo, m.At)
	return db.Problem("mark", err)
}

// dropMarks takes away the marks of single threads that the mark of their whole space covers.
func dropMarks(ctx context.Context, tx db.Writer, person, space moment.ID, upTo moment.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM discussion_seen WHERE person = $1 AND space = $2 AND object <> $2 AND upto <= $3`, person, space, upTo)
	return db.Problem("mark", err)
}

// lookedIn gives those of some people who were in a space since an instant.
func lookedIn(ctx context.Context, r db.Reader, space moment.ID, people []moment.ID, since moment.Time) ([]moment.ID, error) {
	if len(people) == 0 {
		return nil, nil
	}
	in, args := db.In(3, people)
	rows, err := r.Query(ctx, `SELECT person FROM discussion_seen WHERE object = $1 AND at >= $2 AND person IN (`+in+`)`, append([]any{space, since}, args...)...)
	return db.Collect(rows, err, scanID)
}

// marksBy gives all that somebody has read.
func marksBy(ctx context.Context, r db.Reader, person moment.ID) ([]mark, error) {
	rows, err := r.Query(ctx, `SELECT object, upto, at FROM discussion_seen WHERE person = $1 ORDER BY at, object`, person)
	return db.Collect(rows, err, func(r db.Row, m *mark) error { return r.Scan(&m.Object, &m.UpTo, &m.At) })
}

// countThreads counts the threads of a space that a viewer sees, up to some.
func countThreads(ctx context.Context, r db.Reader, space moment.ID, v viewer, most int) (int, error) {
	g := glassOf(v, space, most)
	return number(r.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM discussion_entry e WHERE e.space = $1 AND e.post IS NULL AND e.state = 'open' AND `+g.seen+g.near+` LIMIT $2) AS n`, g.args...))
}

func number(x db.Row) (n int, err error) {
	err = x.Scan(&n)
	return n, db.Problem("count", err)
}

func putFollow(ctx context.Context, tx db.Writer, object, person, space moment.ID, now moment.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_follow (object, person, space, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, object, person, space, now)
	return db.Problem("follow", err)
}

func dropFollow(ctx context.Context, tx db.Writer, object, person moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM discussion_follow WHERE object = $1 AND person = $2`, object, person)
	return db.Problem("follow", err)
}

// follows tells whether somebody follows a thread or a space.
func follows(ctx context.Context, r db.Reader, object, person moment.ID) (bool, error) {
	if person == "" {
		return false, nil
	}
	var yes bool
	err := r.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM discussion_follow WHERE object = $1 AND person = $2)`, object, person).Scan(&yes)
	return yes, db.Problem("follow", err)
}

func anyFollows(ctx context.Context, r db.Reader, object moment.ID) (bool, error) {
	var some bool
	err := r.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM discussion_follow WHERE object = $1)`, object).Scan(&some)
	return some, db.Problem("follow", err)
}

func followersOf(ctx context.Context, r db.Reader, object, after moment.ID, most int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT person FROM discussion_follow WHERE object = $1 AND person > $2 ORDER BY person LIMIT $3`, object, string(after), most)
	return db.Collect(rows, err, scanID)
}

// waitingFollowers gives those who follow a thread and have read it since they were last
// told of it, and those who hear at their hour, in the order of their ids after one of them.
func waitingFollowers(ctx context.Context, r db.Reader, thread, after moment.ID, most int) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT f.person FROM discussion_follow f WHERE f.object = $1 AND f.person > $2
		AND (f.told = 0 OR EXISTS (SELECT 1 FROM discussion_seen s WHERE s.person = f.person AND s.object IN (f.object, f.space) AND s.upto >= f.told)
			OR EXISTS (SELECT 1 FROM discussion_wish w WHERE w.person = f.person AND w.pace IN ('day', 'week'))) ORDER BY f.person LIMIT $3`, thread, string(after), most)
	return db.Collect(rows, err, scanID)
}

func setTold(ctx context.Context, tx db.Writer, thread, person moment.ID, upTo moment.Time) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_follow SET told = $3 WHERE object = $1 AND person = $2`, thread, person, upTo)
	return db.Problem("follow", err)
}

// follow is that somebody follows a thread or a space.
type follow struct {
	Object moment.ID
	At     moment.Time
}

func followsBy(ctx context.Context, r db.Reader, person moment.ID) ([]follow, error) {
	rows, err := r.Query(ctx, `SELECT object, at FROM discussion_follow WHERE person = $1 ORDER BY at, object`, person)
	return db.Collect(rows, err, func(r db.Row, f *follow) error { return r.Scan(&f.Object, &f.At) })
}

// draftRow is what somebody has begun to write, sealed.
type draftRow struct {
	Person, Object, Space moment.ID
	Anonymous             bool
	Quotes                moment.ID
	At                    moment.Time
	title, words          []byte
}

const draftColumns = `person, object, space, title, words, anonymous, quotes, at`

func scanDraft(r db.Row, d *draftRow) error {
	return r.Scan(&d.Person, &d.Object, &d.Space, &d.title, &d.words, &d.Anonymous, &d.Quotes, &d.At)
}

func putDraft(ctx context.Context, tx db.Writer, d draftRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_draft (`+draftColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (person, object) DO UPDATE SET title = excluded.title, words = excluded.words, anonymous = excluded.anonymous, quotes = excluded.quotes, at = excluded.at`,
		d.Person, d.Object, d.Space, d.title, d.words, d.Anonymous, d.Quotes, d.At)
	return db.Problem("draft", err)
}

func dropDraft(ctx context.Context, tx db.Writer, person, object moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM discussion_draft WHERE person = $1 AND object = $2`, person, object)
	return db.Problem("draft", err)
}

func draftOn(ctx context.Context, r db.Reader, person, object moment.ID) (d draftRow, found bool, err error) {
	err = scanDraft(r.QueryRow(ctx, `SELECT `+draftColumns+` FROM discussion_draft WHERE person = $1 AND object = $2`, person, object), &d)
	if db.IsNone(err) {
		return d, false, nil
	}
	return d, err == nil, db.Problem("draft", err)
}

func draftsBy(ctx context.Context, r db.Reader, person moment.ID) ([]draftRow, error) {
	rows, err := r.Query(ctx, `SELECT `+draftColumns+` FROM discussion_draft WHERE person = $1 ORDER BY at, object`, person)
	return db.Collect(rows, err, scanDraft)
}

// rathersOf gives the topics that somebody would rather not meet unasked.
func rathersOf(ctx context.Context, r db.Reader, person moment.ID) (map[string]bool, error) {
	out := map[string]bool{}
	if person == "" {
		return out, nil
	}
	rows, err := r.Query(ctx, `SELECT topic FROM discussion_rather WHERE person = $1`, person)
	list, err := db.Collect(rows, err, func(r db.Row, s *string) error { return r.Scan(s) })
	for _, t := range list {
		out[t] = true
	}
	return out, err
}

func setRathers(ctx context.Context, tx db.Writer, person moment.ID, topics []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM discussion_rather WHERE person = $1`, person); err != nil {
		return db.Problem("filters", err)
	}
	for _, t := range topics {
		if _, err := tx.Exec(ctx, `INSERT INTO discussion_rather (person, topic) VALUES ($1, $2)`, person, t); err != nil {
			return db.Problem("filters", err)
		}
	}
	return nil
}

// leave takes away what somebody kept of a space that is not theirs any more.
func leave(ctx context.Context, tx db.Writer, space, person moment.ID) error {
	for _, text := range []string{
		`DELETE FROM discussion_seen WHERE space = $1 AND person = $2`, `DELETE FROM discussion_follow WHERE space = $1 AND person = $2`, `DELETE FROM discussion_draft WHERE space = $1 AND person = $2`,
	} {
		if _, err := tx.Exec(ctx, text, space, person); err != nil {
			return db.Problem("leave a space", err)
		}
	}
	return nil
}

// forgetHabits takes away what readers kept of a destroyed space.
func forgetHabits(ctx context.Context, tx db.Writer, space moment.ID) error {
	for _, text := range []string{
		`DELETE FROM discussion_seen WHERE space = $1`, `DELETE FROM discussion_follow WHERE space = $1`, `DELETE FROM discussion_draft WHERE space = $1`,
	} {
		if _, err := tx.Exec(ctx, text, space); err != nil {
			return db.Problem("sweep a space", err)
		}
	}
	return nil
}
