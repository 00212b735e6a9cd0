package search

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
)

// version changes when words are folded or kept another way: everything is then
// brought in anew.
const version = 1

// fillBatch is how many documents are brought in, or taken out, in one transaction:
// others wait no longer for theirs than they do for one another.
const fillBatch = 100

// fillState is how far a kind has been brought in.
type fillState struct {
	version int
	state   string
	after   string
}

func stateOf(ctx context.Context, r db.Reader, kind string) (fillState, error) {
	var s fillState
	err := r.QueryRow(ctx, `SELECT version, state, after_key FROM search_fill WHERE kind = $1`, kind).Scan(&s.version, &s.state, &s.after)
	if db.IsNone(err) || err == nil && s.version != version {
		return fillState{version: version, state: "clear"}, nil
	}
	return s, db.Problem("search fill", err)
}

func putState(ctx context.Context, tx db.Writer, kind string, s fillState) error {
	_, err := tx.Exec(ctx, `INSERT INTO search_fill (kind, version, state, after_key) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind) DO UPDATE SET version = excluded.version, state = excluded.state, after_key = excluded.after_key`, kind, s.version, s.state, s.after)
	return db.Problem("search fill", err)
}

// Filled tells whether everything of a kind that was there has been brought in.
func (x *Index) Filled(ctx context.Context, r db.Reader, kind string) (bool, error) {
	s, err := stateOf(ctx, r, kind)
	return s.state == "done", err
}

// Refill begins to bring a kind in anew: what there is of it is taken out first. Fill
// does it.
func (x *Index) Refill(ctx context.Context, tx db.Writer, kind string) error {
	return putState(ctx, tx, kind, fillState{version: version, state: "clear"})
}

// Fill brings in what a source has, so many small transactions of it, and tells whether
// it is done. It goes on where it was cut off; two at once do no harm. What is put
// meanwhile stays.
func (x *Index) Fill(ctx context.Context, s Source, steps int) (done bool, err error) {
	for range steps {
		err := x.db.Write(ctx, func(tx db.Writer) error {
			done, err = x.fillStep(ctx, tx, s)
			return err
		})
		if err != nil || done {
			return done, err
		}
	}
	return false, nil
}

func (x *Index) fillStep(ctx context.Context, tx db.Writer, s Source) (done bool, err error) {
	at, err := stateOf(ctx, tx, s.Kind())
	if err != nil || at.state == "done" {
		return true, err
	}
	if at.state == "clear" {
		n, err := tx.Exec(ctx, `DELETE FROM search_doc WHERE n IN (SELECT n FROM search_doc WHERE kind = $1 ORDER BY id LIMIT $2)`, s.Kind(), fillBatch)
		if err != nil {
			return false, db.Problem("search clear", err)
		}
		if n < fillBatch {
			at.state = "fill"
		}
		return false, putState(ctx, tx, s.Kind(), at)
	}
	docs, next, err := s.Batch(ctx, tx, at.after, fillBatch)
	if err != nil {
		return false, err
	}
	for _, d := range docs {
		if d.Kind != s.Kind() {
			return false, fault.New(fault.Internal, "web.error.internal")
		}
		if err := x.Put(ctx, tx, d); err != nil {
			return false, err
		}
	}
	at.after = next
	if next == "" {
		at.state = "done"
	}
	return next == "", putState(ctx, tx, s.Kind(), at)
}
