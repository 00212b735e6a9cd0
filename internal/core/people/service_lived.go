package people

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// mostBeside is how many suggestions stand on a page.
const mostBeside = 8

// AddLived adds one situation to what the actor has lived through, seen by as few
// as its kind begins with.
func (s *Service) AddLived(ctx context.Context, a access.Actor, slug string) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, found, err := situationBySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		if !found || x.Retired {
			return fault.New(fault.Invalid, "people.error.choice")
		}
		have, err := livedOf(ctx, tx, []moment.ID{a.Person})
		if err != nil {
			return err
		}
		if len(have) >= mostLived {
			return fault.New(fault.Invalid, "people.error.lived_many").With(map[string]any{"n": mostLived})
		}
		if fresh, err := addLived(ctx, tx, a.Person, Lived{Situation: slug, Visibility: firstVisibility(x)}); err != nil || !fresh {
			return err
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.save_lived", a.Person)
	})
}

// firstVisibility is what a situation begins with.
func firstVisibility(x Situation) Visibility {
	if x.Sensitive {
		return OnlyMatching
	}
	return ToMatches
}

// OftenWith gives situations that often go with some, by what coordinators keep
// about the list itself: those that go with most of them first. What other people
// have chosen has no part in it.
func (s *Service) OftenWith(ctx context.Context, lang string, chosen []string) ([]Situation, error) {
	pairs, err := everyPair(ctx, s.DB.Reader())
	if err != nil {
		return nil, err
	}
	all, err := s.Situations(ctx, lang)
	if err != nil {
		return nil, err
	}
	return oftenWith(pairs, all, chosen), nil
}

func oftenWith(pairs []pair, all []Situation, chosen []string) []Situation {
	weight := map[string]int{}
	beside := besides(pairs)
	for _, slug := range chosen {
		for _, b := range beside[slug] {
			weight[b]++
		}
	}
	var out []Situation
	for _, x := range all {
		if weight[x.Slug] > 0 && !x.Retired && !slices.Contains(chosen, x.Slug) {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Situation) int {
		if more := weight[b.Slug] - weight[a.Slug]; more != 0 || a.Sensitive == b.Sensitive {
			return more
		}
		if a.Sensitive {
			return 1 // what is near the bone is not offered first
		}
		return -1
	})
	return out[:min(len(out), mostBeside)]
}

// besides gives the relation in both directions.
func besides(pairs []pair) map[string][]string {
	out := map[string][]string{}
	for _, p := range pairs {
		out[p.slug] = append(out[p.slug], p.beside)
		out[p.beside] = append(out[p.beside], p.slug)
	}
	return out
}

// goTogether replaces what goes with a situation.
func (s *Service) goTogether(ctx context.Context, tx db.Writer, slug string, others []string) error {
	all, err := situations(ctx, tx, "en")
	if err != nil {
		return err
	}
	known := bySlug(all)
	for _, o := range others {
		if _, ok := known[o]; !ok || o == slug {
			var p fault.Problems
			p.Add("beside", "people.error.choice")
			return p.Err()
		}
	}
	return replaceTogether(ctx, tx, slug, others)
}
