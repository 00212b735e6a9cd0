package matching_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"cairn/internal/feature/matching"
)

// ended makes n searches in a language that waited so long.
func ended(n int, language string, waited, fit int, outcome matching.Outcome, groups ...string) []matching.Ended {
	return slices.Repeat([]matching.Ended{{Language: language, Groups: groups, Waited: waited, Fit: fit, Outcome: outcome}}, n)
}

func join(parts ...[]matching.Ended) []matching.Ended { return slices.Concat(parts...) }

func hiddenOf(cells []matching.Cell) (out []string) {
	for _, c := range cells {
		if c.Hidden {
			out = append(out, c.Name)
		}
	}
	return out
}

func TestWhatFairnessHides(t *testing.T) {
	const kept, waiting = matching.OutcomeKept, matching.OutcomeWaiting
	tests := []struct {
		name              string
		rows              []matching.Ended
		languages, groups []string // hidden
		all               bool     // hidden
	}{
		{"nobody", nil, nil, nil, true},
		{"few in all", ended(9, "en", 3, 20, kept), []string{"en"}, nil, true},
		{"just enough", ended(10, "en", 3, 20, kept), nil, nil, false},
		{"large cells", join(ended(30, "en", 3, 20, kept), ended(10, "es", 3, 20, kept)), nil, nil, false},
		{"one small cell takes the next smallest with it", join(ended(40, "ar", 3, 20, kept), ended(30, "en", 3, 20, kept), ended(4, "so", 3, 20, kept)), []string{"en", "so"}, nil, false},
		{"of two cells both", join(ended(40, "en", 3, 20, kept), ended(4, "so", 3, 20, kept)), []string{"en", "so"}, nil, false},
		{"two small cells that are few together take a third", join(ended(50, "ar", 3, 20, kept), ended(40, "en", 3, 20, kept), ended(4, "so", 3, 20, kept), ended(5, "ti", 3, 20, kept)), []string{"en", "so", "ti"}, nil, false},
		{"two small cells that are many together take nobody", join(ended(50, "ar", 3, 20, kept), ended(40, "en", 3, 20, kept), ended(6, "so", 3, 20, kept), ended(5, "ti", 3, 20, kept)), []string{"so", "ti"}, nil, false},
		{"unknown is a language of its own", join(ended(40, "en", 3, 20, kept), ended(20, "es", 3, 20, kept), ended(1, "", 3, 20, kept)), []string{"", "es"}, nil, false},
		{"a small group takes the next smallest with it", join(ended(30, "en", 3, 20, kept, "veteran"), ended(40, "en", 3, 20, kept, "parent"), ended(3, "en", 3, 20, kept, "deaf")), nil, []string{"deaf", "veteran"}, false},
		{"a group outside of which are few", join(ended(30, "en", 3, 20, kept, "veteran"), ended(4, "en", 3, 20, kept)), nil, []string{"veteran"}, false},
		{"and takes the next smallest with it", join(ended(18, "en", 3, 20, kept, "veteran", "parent"), ended(12, "en", 3, 20, kept, "veteran"), ended(4, "en", 3, 20, kept)), nil, []string{"parent", "veteran"}, false},
		{"a group of all", ended(30, "en", 3, 20, waiting, "veteran"), nil, nil, false},
		{"a group said twice counts once", join(ended(5, "en", 3, 20, kept, "deaf", "deaf"), ended(30, "en", 3, 20, kept)), nil, []string{"deaf"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := matching.Watch(tt.rows)
			if got := hiddenOf(f.ByLanguage); !slices.Equal(got, tt.languages) {
				t.Errorf("languages hidden: %q, want %q", got, tt.languages)
			}
			if got := hiddenOf(f.ByGroup); !slices.Equal(got, tt.groups) {
				t.Errorf("groups hidden: %q, want %q", got, tt.groups)
			}
			if f.All.Hidden != tt.all {
				t.Errorf("all hidden is %v", f.All.Hidden)
			}
		})
	}
}

func TestWhatFairnessShows(t *testing.T) {
	f := matching.Watch(join(
		ended(12, "en", 4, 30, matching.OutcomeKept), ended(14, "en", 10, 50, matching.OutcomeSwitched),
		ended(20, "es", 30, 0, matching.OutcomeWaiting), ended(20, "ar", 2, 10, matching.OutcomeKept)))
	want := []matching.Cell{
		{Name: "ar", People: 20, MeanWait: 2, FitHidden: true}, // or the fit of "es" could be worked out
		{Name: "en", People: 26, MeanWait: float64(12*4+14*10) / 26, MeanFit: float64(12*30+14*50) / 26},
		{Name: "es", People: 20, MeanWait: 30, FitHidden: true},
	}
	if !slices.Equal(f.ByLanguage, want) {
		t.Errorf("shown %+v, want %+v", f.ByLanguage, want)
	}
	if o := f.Outcomes; o[matching.OutcomeKept] != 32 || o[matching.OutcomeSwitched] != 14 || o[matching.OutcomeWaiting] != 20 {
		t.Errorf("outcomes %v", o)
	}
	f = matching.Watch(join(ended(40, "en", 4, 30, matching.OutcomeKept), ended(20, "en", 4, 30, matching.OutcomeSwitched), ended(3, "en", 4, 0, matching.OutcomeWaiting)))
	if _, shown := f.Outcomes[matching.OutcomeSwitched]; shown || len(f.Outcomes) != 1 {
		t.Errorf("three waiting could be worked out from %v", f.Outcomes)
	}
}

// Whatever comes: what is hidden cannot be worked out by taking what is shown
// from the whole.
func TestFairnessHoldsForAnyRows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 8))
	for range 2000 {
		var rows []matching.Ended
		for i := range 1 + rnd.IntN(6) {
			rows = append(rows, ended(rnd.IntN(30), fmt.Sprintf("l%d", i), rnd.IntN(50), rnd.IntN(90), matching.OutcomeKept)...)
		}
		f := matching.Watch(rows)
		rest, hidden := len(rows), 0
		for _, c := range f.ByLanguage {
			if c.Hidden {
				hidden++
				if c != (matching.Cell{Name: c.Name, Hidden: true, FitHidden: true}) {
					t.Fatalf("a hidden cell says more than its name: %+v", c)
				}
				continue
			}
			if c.People < matching.FewestShown {
				t.Fatalf("%d people are shown", c.People)
			}
			rest -= c.People
		}
		if !f.All.Hidden && (hidden == 1 || hidden > 0 && rest < matching.FewestShown) {
			t.Fatalf("%d cells of %d people together could be worked out", hidden, rest)
		}
	}
}
