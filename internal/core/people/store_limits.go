package people

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Lasting limits, and whom somebody would gladly meet.

// replaceNever makes these the situations that somebody will not talk about until
// they change it; what is only for today stays.
func replaceNever(ctx context.Context, tx db.Writer, who moment.ID, slugs []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_nottoday WHERE person = $1 AND until = 0`, who); err != nil {
		return db.Problem("replace limits", err)
	}
	for _, slug := range slugs {
		_, err := tx.Exec(ctx, `INSERT INTO people_nottoday (person, situation, until) VALUES ($1, $2, 0) ON CONFLICT (person, situation) DO UPDATE SET until = 0`, who, slug)
		if err != nil {
			return db.Problem("replace limits", err)
		}
	}
	return nil
}

type gladlyRow struct {
	person    moment.ID
	situation string
}

// gladlyOf lists whom people would gladly meet, in the taxonomy's order.
func gladlyOf(ctx context.Context, r db.Reader, ids []moment.ID) ([]gladlyRow, error) {
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT g.person, g.situation FROM people_gladly g JOIN people_situation s ON s.slug = g.situation
		WHERE g.person IN (`+in+`) AND NOT s.retired ORDER BY s.kind, s.place, s.slug`, args...)
	return db.Collect(rows, err, func(r db.Row, v *gladlyRow) error { return r.Scan(&v.person, &v.situation) })
}

// replaceGladly leaves retired situations alone, as replaceLived does.
func replaceGladly(ctx context.Context, tx db.Writer, who moment.ID, slugs []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_gladly WHERE person = $1 AND situation NOT IN (SELECT slug FROM people_situation WHERE retired)`, who); err != nil {
		return db.Problem("replace wishes", err)
	}
	for _, slug := range slugs {
		if _, err := tx.Exec(ctx, `INSERT INTO people_gladly (person, situation) VALUES ($1, $2)`, who, slug); err != nil {
			return db.Problem("replace wishes", err)
		}
	}
	return nil
}

// Names of people whom somebody would not meet.

// knownRow is a row of people_known.
type knownRow struct {
	ID     moment.ID
	Person moment.ID
	Hash   string
	Sealed []byte
	At     moment.Time
}

const knownColumns = `SELECT id, person, hash, sealed, at FROM people_known `

func scanKnown(r db.Row, k *knownRow) error {
	return r.Scan(&k.ID, &k.Person, &k.Hash, &k.Sealed, &k.At)
}

// knownBy lists the names on somebody's list, the latest first.
func knownBy(ctx context.Context, r db.Reader, who moment.ID) ([]knownRow, error) {
	rows, err := r.Query(ctx, knownColumns+`WHERE person = $1 ORDER BY at DESC, id DESC`, who)
	return db.Collect(rows, err, scanKnown)
}

// knownAs lists who has this name on their list.
func knownAs(ctx context.Context, r db.Reader, hash string) ([]knownRow, error) {
	rows, err := r.Query(ctx, knownColumns+`WHERE hash = $1 ORDER BY id`, hash)
	return db.Collect(rows, err, scanKnown)
}

// insertKnown tells whether the name was not on the list yet.
func insertKnown(ctx context.Context, tx db.Writer, k knownRow) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO people_known (id, person, hash, sealed, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person, hash) DO NOTHING`, k.ID, k.Person, k.Hash, k.Sealed, k.At)
	return n == 1, db.Problem("keep a name", err)
}

// deleteKnown removes a line of somebody's own, and what it kept apart.
func deleteKnown(ctx context.Context, tx db.Writer, who, id moment.ID) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM people_known WHERE id = $1 AND person = $2`, id, who)
	if err != nil || n == 0 {
		return false, db.Problem("forget a name", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM people_apart WHERE known = $1`, id)
	return true, db.Problem("forget a name", err)
}

// insertApartByName keeps two apart for a line of people_known, unless they are
// kept apart in that way already. It tells whether they were not.
func insertApartByName(ctx context.Context, tx db.Writer, k knownRow, whom moment.ID, now moment.Time) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO people_apart (id, by_person, whom, kind, until, at, known) VALUES ($1, $2, $3, $4, 0, $5, $6)
		ON CONFLICT (by_person, whom, kind) DO NOTHING`, moment.NewID(), k.Person, whom, string(MayKnow), now, k.ID)
	return n == 1, db.Problem("keep apart by name", err)
}

// Hours of the week.

type hoursRow struct {
	person moment.ID
	Stretch
}

func hoursOf(ctx context.Context, r db.Reader, ids []moment.ID) ([]hoursRow, error) {
	in, args := db.In(1, ids)
	rows, err := r.Query(ctx, `SELECT person, day, begins, halves FROM people_hours WHERE person IN (`+in+`) ORDER BY person, day, begins`, args...)
	return db.Collect(rows, err, func(r db.Row, v *hoursRow) error { return r.Scan(&v.person, &v.Day, &v.Begins, &v.Halves) })
}

func replaceHours(ctx context.Context, tx db.Writer, who moment.ID, week []Stretch) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_hours WHERE person = $1`, who); err != nil {
		return db.Problem("replace hours", err)
	}
	for _, s := range week {
		if _, err := tx.Exec(ctx, `INSERT INTO people_hours (person, day, begins, halves) VALUES ($1, $2, $3, $4)`, who, s.Day, s.Begins, s.Halves); err != nil {
			return db.Problem("replace hours", err)
		}
	}
	return nil
}
