package discussion

import (
	"context"
	"slices"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// hereRow is an entry that stands in a space under a key of a file.
type hereRow struct {
	Here
	origin string
}

const hereColumns = `id, post, at, post IS NULL AND state IN ('open', 'held'), origin`

func scanHere(r db.Row, x *hereRow) error { return r.Scan(&x.ID, &x.Post, &x.At, &x.Takes, &x.origin) }

// keysAtOnce is how many keys one query asks for.
const keysAtOnce = 500

// broughtBy gives what was brought into a space, by the hashes of its keys.
func broughtBy(ctx context.Context, r db.Reader, space moment.ID, origins []string) ([]hereRow, error) {
	var out []hereRow
	for part := range slices.Chunk(origins, keysAtOnce) {
		in, args := db.In(2, part)
		rows, err := r.Query(ctx, `SELECT `+hereColumns+` FROM discussion_entry WHERE space = $1 AND origin IN (`+in+`) AND origin <> ''`, append([]any{space}, args...)...)
		list, err := db.Collect(rows, err, scanHere)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// writtenUnder gives those of some entries that were written in a space.
func writtenUnder(ctx context.Context, r db.Reader, space moment.ID, ids []moment.ID) ([]hereRow, error) {
	var out []hereRow
	for part := range slices.Chunk(ids, keysAtOnce) {
		in, args := db.In(2, part)
		rows, err := r.Query(ctx, `SELECT `+hereColumns+` FROM discussion_entry WHERE space = $1 AND origin = '' AND id IN (`+in+`)`, append([]any{space}, args...)...)
		list, err := db.Collect(rows, err, scanHere)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// goneElsewhere gives those of some entries that were written in other spaces and are out of
// sight there.
func goneElsewhere(ctx context.Context, r db.Reader, space moment.ID, ids []moment.ID) ([]moment.ID, error) {
	var out []moment.ID
	for part := range slices.Chunk(ids, keysAtOnce) {
		in, args := db.In(2, part)
		rows, err := r.Query(ctx, `SELECT id FROM discussion_entry WHERE space <> $1 AND origin = '' AND state IN ('withdrawn', 'hidden') AND id IN (`+in+`)`, append([]any{space}, args...)...)
		list, err := db.Collect(rows, err, func(r db.Row, id *moment.ID) error { return r.Scan(id) })
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// setBrought notes where an entry came from.
func setBrought(ctx context.Context, tx db.Writer, e row, origin string, key []byte) error {
	_, err := tx.Exec(ctx, `UPDATE discussion_entry SET origin = $2, origin_key = $3, label = $4, state_at = $5 WHERE id = $1`, e.ID, origin, key, e.label, e.StateAt)
	return err
}

// originKeys gives the sealed keys under which entries were brought.
func originKeys(ctx context.Context, r db.Reader, ids []moment.ID) (map[moment.ID][]byte, error) {
	out := map[moment.ID][]byte{}
	if len(ids) == 0 {
		return out, nil
	}
	in, args := db.In(1, ids)
	type line struct {
		id  moment.ID
		key []byte
	}
	rows, err := r.Query(ctx, `SELECT id, origin_key FROM discussion_entry WHERE origin <> '' AND id IN (`+in+`)`, args...)
	list, err := db.Collect(rows, err, func(r db.Row, x *line) error { return r.Scan(&x.id, &x.key) })
	for _, x := range list {
		out[x.id] = x.key
	}
	return out, err
}

// openThreads gives the open threads of a space as they were begun, after a place.
func openThreads(ctx context.Context, r db.Reader, space moment.ID, after place, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE space = $1 AND post IS NULL AND state = 'open' AND at >= $2 AND (at > $2 OR id > $3) ORDER BY at, id LIMIT $4`,
		space, after.at, string(after.id), most)
	return db.Collect(rows, err, scanEntry)
}

// openAnswers gives the open answers of a thread in order, after a place.
func openAnswers(ctx context.Context, r db.Reader, post moment.ID, after place, most int) ([]row, error) {
	rows, err := r.Query(ctx, `SELECT `+entryColumns+` FROM discussion_entry WHERE post = $1 AND state = 'open' AND at >= $2 AND (at > $2 OR id > $3) ORDER BY at, id LIMIT $4`,
		post, after.at, string(after.id), most)
	return db.Collect(rows, err, scanEntry)
}
