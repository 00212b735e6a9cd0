package people

import (
	"context"
	"encoding/json"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

func insertAside(ctx context.Context, tx db.Writer, x aside, folded string) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_aside (id, person, name, folded, pronouns, given, own, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		x.ID, x.Person, x.Name, folded, x.Pronouns, x.Given, ownText(x.Own), x.At)
	return db.Problem("set aside", err)
}

func asideByID(ctx context.Context, r db.Reader, id moment.ID) (x aside, found bool, err error) {
	var own string
	err = r.QueryRow(ctx, `SELECT id, person, name, pronouns, given, own, at FROM people_aside WHERE id = $1`, id).Scan(&x.ID, &x.Person, &x.Name, &x.Pronouns, &x.Given, &own, &x.At)
	if db.IsNone(err) {
		return x, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(own), &x.Own)
	}
	return x, err == nil, db.Problem("set aside", err)
}

// asidesOf gives what was set aside of somebody and is kept still, the oldest first.
func asidesOf(ctx context.Context, r db.Reader, who moment.ID) ([]aside, error) {
	rows, err := r.Query(ctx, `SELECT name, pronouns, given, at FROM people_aside WHERE person = $1 AND name <> '' ORDER BY at, id`, who)
	return db.Collect(rows, err, func(r db.Row, x *aside) error { return r.Scan(&x.Name, &x.Pronouns, &x.Given, &x.At) })
}

// isGiven tells whether a name is one that somebody has in place of what was set aside.
func isGiven(ctx context.Context, r db.Reader, who moment.ID, name string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM people_aside WHERE person = $1 AND given = $2`, who, name).Scan(&n)
	return n > 0, db.Problem("set aside", err)
}

// asideByFold tells whether a name was set aside, or one that would be taken for it.
func asideByFold(ctx context.Context, r db.Reader, folded string) (bool, error) {
	var n int
	err := r.QueryRow(ctx, `SELECT count(*) FROM people_aside WHERE folded = $1`, folded).Scan(&n)
	return n > 0, db.Problem("set aside", err)
}

func deleteAside(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_aside WHERE id = $1`, id)
	return db.Problem("bring back", err)
}

// blankAside forgets what stood on somebody's card; what the names fold to stays.
func blankAside(ctx context.Context, tx db.Writer, who moment.ID) error {
	_, err := tx.Exec(ctx, `UPDATE people_aside SET name = '', pronouns = '', given = '', own = '[]' WHERE person = $1`, who)
	return db.Problem("forget", err)
}
