package matching

import (
	"cmp"
	"maps"
	"slices"
)

// Ended is how one search for a peer went, for whoever watches whether the
// service is fair. It names nobody.
type Ended struct {
	Language string   // BCP 47 tag that the member prefers; "" when unknown
	Groups   []string // identities and culture that the member described
	Waited   int      // days from asking until matched, or until now
	Fit      int      // points of the match; it counts when there was one
	Outcome  Outcome
}

// Outcome is what became of a search.
type Outcome string

// The outcomes.
const (
	OutcomeKept     Outcome = "kept"     // they stayed together after the trial
	OutcomeSwitched Outcome = "switched" // they parted, without fault
	OutcomeWaiting  Outcome = "waiting"  // nobody yet
)

// FewestShown is the smallest number of people that is shown. Fewer could be
// known by their numbers.
const FewestShown = 10

// Cell is a line of the view: people of one language or group. What is hidden is
// zero.
type Cell struct {
	Name      string
	Hidden    bool // only the name is shown
	People    int
	MeanWait  float64 // days
	MeanFit   float64 // points, of those who were matched
	FitHidden bool    // too few were matched
}

// Fairness is waits and fit by language and by group, lines in order of name.
type Fairness struct {
	All        Cell
	ByLanguage []Cell
	ByGroup    []Cell
	Outcomes   map[Outcome]int // people, of all; an outcome that is not there is hidden
}

// Watch makes the view. What counts fewer than FewestShown people is hidden, and
// so is what would let it be worked out from a total, see conceal.
//
// Languages and outcomes part everybody. Groups overlap and leave people out;
// there those outside of a group are its other part, and a group is hidden too
// when they are few.
func Watch(rows []Ended) Fairness {
	byLanguage, byGroup, byOutcome := map[string][]Ended{}, map[string][]Ended{}, map[Outcome]int{OutcomeKept: 0, OutcomeSwitched: 0, OutcomeWaiting: 0}
	for _, r := range rows {
		byLanguage[r.Language] = append(byLanguage[r.Language], r)
		byOutcome[r.Outcome]++
		for i, g := range r.Groups {
			if !slices.Contains(r.Groups[:i], g) {
				byGroup[g] = append(byGroup[g], r)
			}
		}
	}
	all := cells(map[string][]Ended{"": rows}, 0)
	f := Fairness{All: all[0], ByLanguage: cells(byLanguage, 0), ByGroup: cells(byGroup, len(rows)), Outcomes: map[Outcome]int{}}
	outcomes := slices.Sorted(maps.Keys(byOutcome))
	sizes := make([]int, len(outcomes))
	for i, o := range outcomes {
		sizes[i] = byOutcome[o]
	}
	for i, hidden := range conceal(sizes, nil) {
		if !hidden && !f.All.Hidden {
			f.Outcomes[outcomes[i]] = sizes[i]
		}
	}
	return f
}

// cells makes the lines of a breakdown. Where `of` is not 0 the parts overlap, in
// so many people.
func cells(parts map[string][]Ended, of int) []Cell {
	names := slices.Sorted(maps.Keys(parts))
	people, matched := make([]int, len(names)), make([]int, len(names))
	few := make([]bool, len(names))
	for i, name := range names {
		people[i] = len(parts[name])
		for _, r := range parts[name] {
			if r.Outcome != OutcomeWaiting {
				matched[i]++
			}
		}
		outside := of - people[i]
		few[i] = outside > 0 && outside < FewestShown
	}
	hidden := conceal(people, few)
	fitHidden := conceal(matched, hidden)
	out := make([]Cell, len(names))
	for i, name := range names {
		out[i] = cellOf(name, parts[name], hidden[i], fitHidden[i])
	}
	return out
}

func cellOf(name string, rows []Ended, hidden, fitHidden bool) Cell {
	c := Cell{Name: name, Hidden: hidden, FitHidden: fitHidden}
	if hidden {
		return c
	}
	matched := 0
	for _, r := range rows {
		c.MeanWait += float64(r.Waited)
		if r.Outcome != OutcomeWaiting {
			matched++
			c.MeanFit += float64(r.Fit)
		}
	}
	c.People = len(rows)
	c.MeanWait /= float64(len(rows))
	if fitHidden {
		c.MeanFit = 0
		return c
	}
	c.MeanFit /= float64(matched)
	return c
}

// conceal tells which parts of a whole to hide: those under FewestShown and those
// given, and then the next smallest again and again, until no number under
// FewestShown can be worked out by taking what is shown from the whole. For that
// at least two are hidden, and together they are not few. A whole in one part
// has nothing to be worked out from.
func conceal(sizes []int, given []bool) []bool {
	hidden := make([]bool, len(sizes))
	order := make([]int, len(sizes))
	n, sum := 0, 0
	hide := func(i int) { hidden[i] = true; n++; sum += sizes[i] }
	for i, size := range sizes {
		order[i] = i
		if size < FewestShown || given != nil && given[i] {
			hide(i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[a], sizes[b]) })
	for _, i := range order {
		if n == 0 || n > 1 && sum >= FewestShown {
			break
		}
		if !hidden[i] {
			hide(i)
		}
	}
	return hidden
}
