package discussion

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

const wishColumns = `called, pictures, pace, minute, weekday, due, heard`

func scanWish(r db.Row, w *wish) error {
	return r.Scan(&w.Called, &w.Pictures, &w.Pace, &w.Minute, &w.Weekday, &w.due, &w.heard)
}

// wishOf gives what somebody chose; the usual for whoever chose nothing.
func wishOf(ctx context.Context, r db.Reader, person moment.ID) (wish, error) {
	w := noWish()
	if person == "" {
		return w, nil
	}
	err := scanWish(r.QueryRow(ctx, `SELECT `+wishColumns+` FROM discussion_wish WHERE person = $1`, person), &w)
	if db.IsNone(err) {
		return noWish(), nil
	}
	return w, db.Problem("choices", err)
}

// wishesOf gives what some people chose; whoever chose nothing is not in it.
func wishesOf(ctx context.Context, r db.Reader, people []moment.ID) (map[moment.ID]wish, error) {
	out := map[moment.ID]wish{}
	if len(people) == 0 {
		return out, nil
	}
	in, args := db.In(1, people)
	type line struct {
		person moment.ID
		wish
	}
	rows, err := r.Query(ctx, `SELECT person, `+wishColumns+` FROM discussion_wish WHERE person IN (`+in+`)`, args...)
	list, err := db.Collect(rows, err, func(r db.Row, x *line) error {
		return r.Scan(&x.person, &x.Called, &x.Pictures, &x.Pace, &x.Minute, &x.Weekday, &x.due, &x.heard)
	})
	for _, x := range list {
		out[x.person] = x.wish
	}
	return out, err
}

// putWish keeps what somebody chose, and when they hear next.
func putWish(ctx context.Context, tx db.Writer, person moment.ID, w wish) error {
	_, err := tx.Exec(ctx, `INSERT INTO discussion_wish (person, `+wishColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (person) DO UPDATE SET called = excluded.called, pictures = excluded.pictures, pace = excluded.pace, minute = excluded.minute, weekday = excluded.weekday, due = excluded.due, heard = excluded.heard`,
		person, w.Called, w.Pictures, string(w.Pace), w.Minute, w.Weekday, w.due, w.heard)
	return db.Problem("choices", err)
}

func insertCall(ctx context.Context, tx db.Writer, e Entry, person moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO discussion_call (entry, person, space, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, e.ID, person, e.Space, now)
	return n > 0, db.Problem("call", err)
}

// calledIn gives whom an entry has called.
func calledIn(ctx context.Context, r db.Reader, entry moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT person FROM discussion_call WHERE entry = $1 ORDER BY person`, entry)
	return db.Collect(rows, err, scanID)
}

// callsIn gives those entries that called somebody: one, and what stands below it. A CROSS
// JOIN lets SQLite begin at the entries, and not at all calls.
func callsIn(ctx context.Context, r db.Reader, entry moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT c.entry FROM discussion_entry e CROSS JOIN discussion_call c WHERE c.entry = e.id AND (e.id = $1 OR e.post = $1)`, entry)
	return db.Collect(rows, err, scanID)
}

func callsInSpace(ctx context.Context, r db.Reader, space moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT entry FROM discussion_call WHERE space = $1`, space)
	return db.Collect(rows, err, scanID)
}

// callsBy gives the entries of somebody that called others.
func callsBy(ctx context.Context, r db.Reader, author moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT DISTINCT c.entry FROM discussion_entry e CROSS JOIN discussion_call c WHERE c.entry = e.id AND e.author = $1`, author)
	return db.Collect(rows, err, scanID)
}

// callsTo gives what called somebody, and when they were told.
func callsTo(ctx context.Context, r db.Reader, person moment.ID) ([]follow, error) {
	rows, err := r.Query(ctx, `SELECT entry, at FROM discussion_call WHERE person = $1 ORDER BY at, entry`, person)
	return db.Collect(rows, err, func(r db.Row, f *follow) error { return r.Scan(&f.Object, &f.At) })
}

// callsToIn gives what called somebody in a space.
func callsToIn(ctx context.Context, r db.Reader, space, person moment.ID) ([]moment.ID, error) {
	rows, err := r.Query(ctx, `SELECT entry FROM discussion_call WHERE space = $2 AND person = $1`, person, space)
	return db.Collect(rows, err, scanID)
}
