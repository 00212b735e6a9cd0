package search

import (
	"context"
	"slices"
	"sync"

	"cairn/internal/kit/db"
)

// codeFor gives the number of an area, and gives it one when it has none.
func codeFor(ctx context.Context, tx db.Writer, area string) (code int64, err error) {
	const read = `SELECT code FROM search_area WHERE area = $1`
	if err := tx.QueryRow(ctx, read, area).Scan(&code); !db.IsNone(err) {
		return code, db.Problem("search area", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO search_area (code, area) SELECT coalesce(max(code), 0) + 1, CAST($1 AS TEXT) FROM search_area WHERE TRUE ON CONFLICT DO NOTHING`, area); err != nil {
		return 0, db.Problem("search area", err)
	}
	return code, db.Problem("search area", tx.QueryRow(ctx, read, area).Scan(&code))
}

// areas remembers the numbers of areas. They never change.
type areas struct {
	mu    sync.RWMutex
	known map[string]string
}

// numbers gives the numbers of those areas that have one: nothing stands in the others.
// It reads what is committed, also where its caller is within a transaction: a number
// that were taken back could be another area's tomorrow.
func (x *Index) numbers(ctx context.Context, names []string) ([]string, error) {
	var out, ask []string
	x.areas.mu.RLock()
	for _, name := range names {
		if n, ok := x.areas.known[name]; ok {
			out = append(out, n)
		} else if name != "" {
			ask = append(ask, name)
		}
	}
	x.areas.mu.RUnlock()
	if len(ask) > 0 {
		more, err := x.learnAreas(ctx, ask)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (x *Index) learnAreas(ctx context.Context, names []string) (out []string, err error) {
	type area struct {
		code int64
		name string
	}
	in, args := db.In(1, names)
	rows, err := x.db.Reader().Query(ctx, `SELECT code, area FROM search_area WHERE area IN (`+in+`)`, args...)
	list, err := db.Collect(rows, err, func(r db.Row, a *area) error { return r.Scan(&a.code, &a.name) })
	if err != nil {
		return nil, err
	}
	x.areas.mu.Lock()
	defer x.areas.mu.Unlock()
	if x.areas.known == nil {
		x.areas.known = map[string]string{}
	}
	for _, a := range list {
		x.areas.known[a.name] = numberOf(a.code)
		out = append(out, numberOf(a.code))
	}
	return out, nil
}
