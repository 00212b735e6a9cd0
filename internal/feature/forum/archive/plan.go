package archive

import (
	"cmp"
	"slices"

	"cairn/internal/core/discussion"
)

// Plan is what would come of a file in a space.
type Plan struct {
	Rows     []Row // what is to be brought, in the order of the file
	Threads  int   // how many of them are threads
	There    int   // lines whose keys are here already
	Problems []Problem
}

// Keys gives all keys that a file speaks of, each once.
func (f File) Keys() []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, r := range f.Rows {
		for _, k := range []string{r.Key, r.Thread, r.Quotes} {
			if !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	return out
}

// Plan compares a file with what stands in the space already under its keys. What a line
// speaks of stands in a line before it, or is here: so a file can be read from its beginning,
// and nothing quotes in a circle.
func (f File) Plan(here map[string]discussion.Here) Plan {
	p := Plan{Problems: slices.Clone(f.Problems)}
	taken := map[string]Row{}
	for _, r := range f.Rows {
		known, there := here[r.Key]
		if there && !known.Gone {
			p.There++
			continue
		}
		why := placeOf(r, taken, here)
		if known.Gone {
			why = "archive.row.gone"
		}
		if why == "" && r.Quotes != "" && !quotable(r, taken, here) {
			why = "archive.row.quotes"
		}
		if why != "" {
			p.Problems = append(p.Problems, Problem{Number: r.Number, What: r.Key, Key: why})
			continue
		}
		taken[r.Key] = r
		p.Rows = append(p.Rows, r)
		if r.Thread == "" {
			p.Threads++
		}
	}
	slices.SortStableFunc(p.Problems, func(a, b Problem) int { return cmp.Compare(a.Number, b.Number) })
	return p
}

// placeOf tells why an answer has no place; "" when it has one, as every thread has.
func placeOf(r Row, taken map[string]Row, here map[string]discussion.Here) string {
	if r.Thread == "" {
		return ""
	}
	if top, there := here[r.Thread]; there {
		switch {
		case top.Gone:
			return "archive.row.thread"
		case top.Post != "":
			return "archive.row.not_thread"
		case !top.Takes:
			return "archive.row.thread_closed"
		}
		return ""
	}
	top, before := taken[r.Thread]
	switch {
	case !before:
		return "archive.row.thread"
	case top.Thread != "":
		return "archive.row.not_thread"
	}
	return ""
}

// quotable tells that what a row quotes is an earlier answer in the same thread.
func quotable(r Row, taken map[string]Row, here map[string]discussion.Here) bool {
	if q, there := here[r.Quotes]; there {
		top, known := here[r.Thread]
		return known && q.Post != "" && q.Post == top.ID && q.At <= r.At
	}
	q, before := taken[r.Quotes]
	return before && q.Thread == r.Thread && q.At <= r.At
}
