package matching_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/feature/matching/scan"
	"cairn/internal/kit/moment"
)

// mentors fills an index with random peers.
func mentors(rnd *rand.Rand, n int) (*matching.Index, []scan.Peer) {
	x, all := matching.NewIndex(), make([]scan.Peer, n)
	for i := range all {
		all[i] = scan.RandomMentor(rnd)
		put(x, all[i])
	}
	return x, all
}

func put(x *matching.Index, p scan.Peer) {
	x.Put(p.Fit)
	if p.Told {
		x.SetRoom(p.ID, p.Open, p.Ceiling)
	}
	x.SetWait(p.ID, p.Days)
}

// The index must give exactly what looking at everybody gives.
func TestSuggestEqualsScan(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 23))
	for _, n := range []int{1, 63, 64, 65, 700, 5000} {
		x, all := mentors(rnd, n)
		for round := range 2 {
			var l matching.Lessons
			if round == 1 {
				l = scan.RandomLessons(rnd, 20000)
				x.Learn(l)
			}
			packed := scan.PackMentors(all, l)
			for q := range 150 {
				s := scan.RandomMember(rnd)
				s.Apart = map[moment.ID]bool{all[rnd.IntN(n)].ID: true}
				if q%7 == 0 {
					s.Person = all[rnd.IntN(n)].ID
				}
				if q%11 == 0 {
					s.Situations, s.Lived, s.Free = nil, nil, people.Hours{}
				}
				if q%3 == 0 {
					s.Free = people.Hours{} // what is looked up is then lessons and waiting alone
				}
				compare(t, x, packed, s, []int{10, 1, 100}[q/3%3])
			}
		}
	}
}

func compare(t *testing.T, x *matching.Index, packed *scan.Mentors, s matching.Seek, k int) {
	t.Helper()
	got, want := x.Suggest(s, k), packed.Best(s, k)
	if len(got) != len(want) {
		t.Fatalf("%d found, scan finds %d, for %+v", len(got), len(want), s)
	}
	for i := range got {
		if got[i].Peer != want[i].Peer || got[i].Score != want[i].Score {
			t.Fatalf("place %d: %s %d, scan has %s %d, for %+v", i, got[i].Peer, got[i].Score, want[i].Peer, want[i].Score, s)
		}
		sum := 0
		for _, r := range got[i].Why {
			sum += r.Points
		}
		if sum != got[i].Score {
			t.Fatalf("the reasons sum to %d, the score is %d: %+v", sum, got[i].Score, got[i])
		}
	}
	if again := x.Suggest(s, k); !reflect.DeepEqual(got, again) {
		t.Fatal("the same question has two answers")
	}
}
