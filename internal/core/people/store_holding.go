package people

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// ownTables hold rows of one person, in a column of that name.
var ownTables = []string{"people_role", "people_session", "people_token", "people_password", "people_recovery", "people_passkey", "people_challenge",
	"people_email", "people_link", "people_words", "people_once", "people_lived", "people_nottoday",
	"people_own", "people_gladly", "people_known", "people_hours", "people_aside"}

// emptyPerson deletes everything of a person but the id.
func emptyPerson(ctx context.Context, tx db.Writer, who moment.ID, now moment.Time) error {
	for _, table := range ownTables {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE person = $1`, who); err != nil {
			return db.Problem("erase "+table, err)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM people_apart WHERE by_person = $1 OR whom = $1`, who); err != nil {
		return db.Problem("erase people_apart", err)
	}
	_, err := tx.Exec(ctx, `UPDATE people_person SET kind = 'gone', name = '', folded = NULL, pronouns = '', languages = '[]', lang = '', zone = '', theme = '',
		hides_reads = FALSE, rev = rev + 1, created_at = 0, joined_at = 0, seen_at = 0 WHERE id = $1`, who)
	if err != nil {
		return db.Problem("erase people_person", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO people_erasure (person, at) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING`, who, now)
	return db.Problem("write the ledger of deletions", err)
}

// sweep deletes what has had its time.
func sweep(ctx context.Context, tx db.Writer, now moment.Time) error {
	for _, table := range []string{"people_challenge", "people_link", "people_words", "people_once"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE ends_at <= $1`, now); err != nil {
			return db.Problem("sweep "+table, err)
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM people_attempt WHERE at <= $1`, now.Add(-attemptsLast))
	return db.Problem("sweep people_attempt", err)
}

// administrators counts the members who can give roles.
func administrators(ctx context.Context, r db.Reader) (int, error) {
	ids, err := withRole(ctx, r, access.Administrator)
	return len(ids), err
}

// Erasure is a line of the ledger of deletions.
type Erasure struct {
	Person moment.ID
	At     moment.Time
}

func erasuresSince(ctx context.Context, r db.Reader, since moment.Time) ([]Erasure, error) {
	rows, err := r.Query(ctx, `SELECT person, at FROM people_erasure WHERE at >= $1 ORDER BY at, person`, since)
	return db.Collect(rows, err, func(r db.Row, e *Erasure) error { return r.Scan(&e.Person, &e.At) })
}
