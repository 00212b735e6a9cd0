package people

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// ownState is what became of a person's own words.
type ownState string

// The states. Kept words are their person's alone; suggested ones stand on the
// coordinators' list; those set aside carry a reason until it was read; adopted
// and merged ones have become a situation, and wait for their person to read so.
const (
	ownKept      ownState = "kept"
	ownSuggested ownState = "suggested"
	ownAside     ownState = "aside"
	ownAdopted   ownState = "adopted"
	ownMerged    ownState = "merged"
)

// ownRow is a row of people_own.
type ownRow struct {
	ID         moment.ID
	Person     moment.ID
	Sealed     []byte
	Visibility Visibility
	State      ownState
	Situation  string
	Reason     []byte
	At         moment.Time
}

const ownColumns = `SELECT id, person, sealed, visibility, state, COALESCE(situation, ''), reason, at FROM people_own `

func scanOwn(r db.Row, o *ownRow) error {
	return r.Scan(&o.ID, &o.Person, &o.Sealed, &o.Visibility, &o.State, &o.Situation, &o.Reason, &o.At)
}

func ownOf(ctx context.Context, r db.Reader, who moment.ID) ([]ownRow, error) {
	rows, err := r.Query(ctx, ownColumns+`WHERE person = $1 ORDER BY at, id`, who)
	return db.Collect(rows, err, scanOwn)
}

// suggestedOwn lists what waits for a coordinator, the oldest first.
func suggestedOwn(ctx context.Context, r db.Reader, most int) ([]ownRow, error) {
	rows, err := r.Query(ctx, ownColumns+`WHERE state = 'suggested' ORDER BY at, id LIMIT $1`, most)
	return db.Collect(rows, err, scanOwn)
}

func ownByID(ctx context.Context, r db.Reader, id moment.ID) (ownRow, bool, error) {
	var o ownRow
	err := scanOwn(r.QueryRow(ctx, ownColumns+`WHERE id = $1`, id), &o)
	if db.IsNone(err) {
		return o, false, nil
	}
	return o, err == nil, db.Problem("read own words", err)
}

func insertOwn(ctx context.Context, tx db.Writer, o ownRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO people_own (id, person, sealed, visibility, state, at) VALUES ($1, $2, $3, $4, $5, $6)`, o.ID, o.Person, o.Sealed, string(o.Visibility), string(o.State), o.At)
	return db.Problem("keep own words", err)
}

// updateOwn writes everything but whose the words are and what they say.
func updateOwn(ctx context.Context, tx db.Writer, o ownRow) error {
	_, err := tx.Exec(ctx, `UPDATE people_own SET visibility = $1, state = $2, situation = $3, reason = $4 WHERE id = $5`,
		string(o.Visibility), string(o.State), orNull(o.Situation), o.Reason, o.ID)
	return db.Problem("change own words", err)
}

func deleteOwn(ctx context.Context, tx db.Writer, id moment.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM people_own WHERE id = $1`, id)
	return db.Problem("remove own words", err)
}

// addLived adds one item, unless the person has chosen that situation themselves.
func addLived(ctx context.Context, tx db.Writer, who moment.ID, l Lived) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO people_lived (person, situation, visibility) VALUES ($1, $2, $3) ON CONFLICT (person, situation) DO NOTHING`, who, l.Situation, string(l.Visibility))
	return n == 1, db.Problem("add lived experience", err)
}

// Situations that often go together.

type pair struct{ slug, beside string }

// everyPair gives the relation whole: it is small, and coordinators keep it so.
func everyPair(ctx context.Context, r db.Reader) ([]pair, error) {
	rows, err := r.Query(ctx, `SELECT slug, beside FROM people_together ORDER BY slug, beside`)
	return db.Collect(rows, err, func(r db.Row, p *pair) error { return r.Scan(&p.slug, &p.beside) })
}

// replaceTogether makes these the situations that go with one.
func replaceTogether(ctx context.Context, tx db.Writer, slug string, others []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM people_together WHERE slug = $1 OR beside = $1`, slug); err != nil {
		return db.Problem("say what goes together", err)
	}
	for _, o := range others {
		p := pair{slug, o}
		if o < slug {
			p = pair{o, slug}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO people_together (slug, beside) VALUES ($1, $2) ON CONFLICT (slug, beside) DO NOTHING`, p.slug, p.beside); err != nil {
			return db.Problem("say what goes together", err)
		}
	}
	return nil
}
