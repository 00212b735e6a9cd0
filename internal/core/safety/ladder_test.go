package safety

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func TestClimb(t *testing.T) {
	full := Duty{Lead: "lead", First: "first", Second: "second", Clinician: shifts.Clinician{Person: "clinician"}, All: []moment.ID{"lead", "first", "ines", "otto"}}
	tests := []struct {
		name  string
		c     Case
		d     Duty
		asked []moment.ID
		want  climbed
	}{
		{"the lead is first", Case{Round: 1, RaisedBy: "peer"}, full, nil, climbed{1, RungLead, []moment.ID{"lead"}, "lead"}},
		{"then first on call", Case{Round: 1, Rung: RungLead}, full, []moment.ID{"lead"}, climbed{1, RungFirst, []moment.ID{"first"}, "first"}},
		{"then second and clinician", Case{Round: 1, Rung: RungFirst}, full, []moment.ID{"lead", "first"}, climbed{1, RungSecond, []moment.ID{"second", "clinician"}, "second"}},
		{"then all who were not asked", Case{Round: 1, Rung: RungSecond}, full, []moment.ID{"lead", "first", "second", "clinician"}, climbed{1, RungAll, []moment.ID{"ines", "otto"}, "ines"}},
		{"and round again, louder", Case{Round: 1, Rung: RungAll}, full, nil, climbed{2, RungLead, []moment.ID{"lead"}, "lead"}},
		{"the second round asks those below too", Case{Round: 2, Rung: RungLead}, full, nil, climbed{2, RungFirst, []moment.ID{"lead", "first"}, "first"}},
		{"no lead: first on call at once", Case{Round: 1}, Duty{First: "first", All: []moment.ID{"ines"}}, nil, climbed{1, RungFirst, []moment.ID{"first"}, "first"}},
		{"nobody but supervisors", Case{Round: 1}, Duty{All: []moment.ID{"ines"}}, nil, climbed{1, RungAll, []moment.ID{"ines"}, "ines"}},
		{"one person is lead and on call: not asked twice in a round", Case{Round: 1, Rung: RungLead}, Duty{Lead: "ines", First: "ines", Second: "otto", All: []moment.ID{"ines", "otto"}}, []moment.ID{"ines"}, climbed{1, RungSecond, []moment.ID{"otto"}, "otto"}},
		{"whoever raised it is passed over", Case{Round: 1, RaisedBy: "lead"}, full, nil, climbed{1, RungFirst, []moment.ID{"first"}, "first"}},
		{"nobody is asked about themselves", Case{Round: 1, Member: "lead"}, full, nil, climbed{1, RungFirst, []moment.ID{"first"}, "first"}},
		{"one who raised it alone keeps it", Case{Round: 1, RaisedBy: "ines", Owner: "ines"}, Duty{All: []moment.ID{"ines"}}, nil, climbed{3, RungAll, nil, "ines"}},
		{"after the owner was asked again, it begins below", Case{Round: 2, Rung: RungOwner}, full, nil, climbed{2, RungLead, []moment.ID{"lead"}, "lead"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := map[moment.ID]bool{}
			for _, id := range tt.asked {
				asked[id] = true
			}
			got := climb(tt.c, tt.d, asked)
			if got.Round != tt.want.Round || got.Rung != tt.want.Rung || got.Owner != tt.want.Owner || !slices.Equal(got.Page, tt.want.Page) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// Whoever is on duty, a case that nobody answers is always somebody's, always
// moves on, and comes round to everybody who can answer.
func TestAClimbNeverEndsAndLosesNobody(t *testing.T) {
	people := []moment.ID{"a", "b", "c", "d", "e"}
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		some := func() moment.ID {
			if rng.IntN(3) == 0 {
				return ""
			}
			return people[rng.IntN(len(people))]
		}
		d := Duty{Lead: some(), First: some(), Second: some(), Clinician: shifts.Clinician{Person: some()}, All: people[:1+rng.IntN(len(people))]}
		c := Case{Round: 1, Member: "m", RaisedBy: "p", Owner: "p"}
		heard := map[moment.ID]bool{}
		asked := map[moment.ID]bool{}
		for range 12 {
			next := climb(c, d, asked)
			if next.Owner == "" || len(next.Page) == 0 {
				t.Fatalf("seed %d: nobody has it: %+v of %+v", seed, next, d)
			}
			if next.Round < c.Round || next.Round == c.Round && slices.Index(rungs(), next.Rung) <= slices.Index(rungs(), c.Rung) {
				t.Fatalf("seed %d: went back from %d %s to %d %s", seed, c.Round, c.Rung, next.Round, next.Rung)
			}
			if next.Round != c.Round {
				asked = map[moment.ID]bool{}
			}
			for _, id := range next.Page {
				heard[id], asked[id] = true, true
			}
			c.Round, c.Rung, c.Owner = next.Round, next.Rung, next.Owner
		}
		for _, id := range append([]moment.ID{d.Lead, d.First, d.Second, d.Clinician.Person}, d.All...) {
			if id != "" && !heard[id] {
				t.Fatalf("seed %d: %s was never told: %+v", seed, id, d)
			}
		}
	}
}

func TestWaitsKeepTheirLimits(t *testing.T) {
	if err := DefaultWaits().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Waits){
		"a lead who has no time":      func(w *Waits) { w.Lead = 30 * time.Second },
		"a lead who may sleep":        func(w *Waits) { w.Lead = 6 * time.Minute },
		"first on call":               func(w *Waits) { w.First = 11 * time.Minute },
		"second on call":              func(w *Waits) { w.Second = 16 * time.Minute },
		"everybody":                   func(w *Waits) { w.All = 0 },
		"a pressing case that stands": func(w *Waits) { w.Still = 3 * time.Hour },
		"a case that stands for long": func(w *Waits) { w.StillWorried = 100 * time.Hour },
	} {
		w := DefaultWaits()
		spoil(&w)
		if err := w.Validate(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
