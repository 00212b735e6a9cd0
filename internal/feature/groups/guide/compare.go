package guide

import (
	"maps"
	"slices"
)

// Difference is what a list says that an earlier one did not, by slugs in order.
type Difference struct {
	New, Changed, Same []string
	Gone               []string // in the earlier list and not in this one
	Unclear            []string // in both, but its row cannot be taken now: it is not gone
}

// Compare compares a list with what was read before: hashes by slug.
func Compare(before map[string]string, feed Feed) (d Difference) {
	left := maps.Clone(before)
	for _, r := range feed.Rows {
		old, known := before[r.Slug]
		switch {
		case !known:
			d.New = append(d.New, r.Slug)
		case old != r.Hash:
			d.Changed = append(d.Changed, r.Slug)
		default:
			d.Same = append(d.Same, r.Slug)
		}
		delete(left, r.Slug)
	}
	for _, p := range feed.Problems {
		if _, ok := left[p.Slug]; ok {
			d.Unclear = append(d.Unclear, p.Slug)
			delete(left, p.Slug)
		}
	}
	for slug := range left {
		d.Gone = append(d.Gone, slug)
	}
	for _, list := range [][]string{d.New, d.Changed, d.Same, d.Gone, d.Unclear} {
		slices.Sort(list)
	}
	return d
}
