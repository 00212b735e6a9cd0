package matching_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/feature/matching/scan"
	"cairn/internal/kit/moment"
)

func person(id string, languages []string, lived ...string) people.Fit {
	p := people.Fit{ID: moment.ID(id), Languages: languages}
	for _, s := range lived {
		v := people.ToMatches
		if s[0] == '-' {
			s, v = s[1:], people.OnlyMatching
		}
		p.Lived = append(p.Lived, people.Lived{Situation: s, Visibility: v})
	}
	return p
}

func TestWhoIsFoundAndWhatIsSaid(t *testing.T) {
	en, both := []string{"en"}, []string{"ar", "en"}
	ali := person("ali", both, "hospital", "panic", "-psychosis", "man")
	wren := person("wren", en, "grief", "woman")
	noor := person("noor", both, "hospital", "-panic", "woman")
	noor.NotToday = []string{"self-harm"}
	tests := []struct {
		name   string
		ask    matching.Ask
		want   []string
		shared []string // of the first
	}{
		{"shared situation first, rarer weighs more", matching.Ask{Situations: []string{"hospital", "grief"}, Languages: en, Circle: matching.Wider}, []string{"wren", "ali", "noor"}, []string{"grief"}},
		{"the close circle asks for something shared", matching.Ask{Situations: []string{"grief"}, Languages: en}, []string{"wren"}, []string{"grief"}},
		{"no common language is never widened", matching.Ask{Languages: []string{"es"}, Circle: matching.Widest}, nil, nil},
		{"any language will do when none is named", matching.Ask{Circle: matching.Close}, []string{"ali", "wren", "noor"}, nil},
		{"wishes hold in the close circle", matching.Ask{Wishes: []string{"woman"}, Languages: en}, []string{"wren", "noor"}, nil},
		{"wishes give way in the widest", matching.Ask{Wishes: []string{"woman"}, Languages: en, Circle: matching.Widest}, []string{"wren", "noor", "ali"}, nil},
		{"firm wishes never give way", matching.Ask{Wishes: []string{"woman"}, Firm: true, Languages: en, Circle: matching.Widest}, []string{"wren", "noor"}, nil},
		{"not today holds always", matching.Ask{Situations: []string{"self-harm"}, Languages: both, Circle: matching.Widest}, []string{"ali", "wren"}, nil},
		{"kept apart holds always", matching.Ask{Apart: map[moment.ID]bool{"ali": true}, Languages: both, Circle: matching.Widest}, []string{"noor", "wren"}, nil},
		{"nobody is their own peer", matching.Ask{Person: "ali", Languages: both, Circle: matching.Widest}, []string{"noor", "wren"}, nil},
		{"a hidden item of the peer weighs and is not named", matching.Ask{Situations: []string{"psychosis"}, Languages: en}, []string{"ali"}, nil},
		{"a hidden item of the asker weighs and is not named", matching.Ask{Lived: []people.Lived{{Situation: "hospital", Visibility: people.OnlyMatching}}, Languages: []string{"ar"}}, []string{"ali", "noor"}, nil},
		{"an item both show is named", matching.Ask{Lived: []people.Lived{{Situation: "hospital", Visibility: people.ToMatches}}, Languages: []string{"ar"}}, []string{"ali", "noor"}, []string{"hospital"}},
	}
	x := matching.NewIndex()
	for _, p := range []people.Fit{ali, wren, noor} {
		x.Put(p)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := x.Best(tt.ask, nil, 10)
			if ids := ids(got); !slices.Equal(ids, tt.want) {
				t.Fatalf("found %v, want %v", ids, tt.want)
			}
			if len(got) > 0 && !slices.Equal(got[0].Shared, tt.shared) {
				t.Errorf("named %v, want %v", got[0].Shared, tt.shared)
			}
		})
	}
}

func ids(fs []matching.Fit) []string {
	var out []string
	for _, f := range fs {
		out = append(out, string(f.Peer))
	}
	return out
}

func TestChangedProfileIsMatchedByItsNewSelf(t *testing.T) {
	x := matching.NewIndex()
	p := person("p", []string{"en"}, "grief")
	x.Put(p)
	p = person("p", []string{"en"}, "panic")
	p.Rev = 7
	x.Put(p)
	if got := x.Best(matching.Ask{Situations: []string{"grief"}}, nil, 1); len(got) != 0 {
		t.Error("the old self is still found")
	}
	if got := x.Best(matching.Ask{Situations: []string{"panic"}}, nil, 1); len(got) != 1 || x.Rev("p") != 7 {
		t.Error("the new self is not found")
	}
	x.Drop("p")
	if got := x.Best(matching.Ask{Circle: matching.Widest}, nil, 1); len(got) != 0 || x.Rev("p") != -1 {
		t.Error("a dropped profile is found")
	}
}

// The index must give exactly what looking at everybody gives.
func TestEqualsScan(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	for _, n := range []int{1, 63, 64, 65, 700, 5000} {
		x, all := matching.NewIndex(), []people.Fit{}
		for i := range n {
			p := scan.RandomProfile(rnd, i)
			all = append(all, p)
			x.Put(p)
		}
		packed := scan.Pack(all)
		for q := range 150 {
			ask := scan.RandomAsk(rnd)
			ask.Circle = matching.Circle(q % 3)
			ask.Apart = map[moment.ID]bool{all[rnd.IntN(n)].ID: true}
			got, want := x.Best(ask, nil, 10), packed.Best(ask, 10)
			if len(got) != len(want) {
				t.Fatalf("n=%d q=%d: %d found, scan finds %d", n, q, len(got), len(want))
			}
			for i := range got {
				if got[i].Peer != want[i].Peer || got[i].Score != want[i].Score {
					t.Fatalf("n=%d q=%d place %d: %s %d, scan has %s %d", n, q, i, got[i].Peer, got[i].Score, want[i].Peer, want[i].Score)
				}
			}
			if again := x.Best(ask, nil, 10); !reflect.DeepEqual(got, again) {
				t.Fatal("the same question has two answers")
			}
		}
	}
}

func TestAmongHoldsTheSearchToThoseWhoAreFree(t *testing.T) {
	x := matching.NewIndex()
	for i := range 300 {
		x.Put(person(fmt.Sprintf("p%03d", i), []string{"en"}, "panic"))
	}
	got := x.Best(matching.Ask{Situations: []string{"panic"}}, []moment.ID{"p250", "p007", "nobody"}, 10)
	if !slices.Equal(ids(got), []string{"p007", "p250"}) {
		t.Fatalf("found %v", ids(got))
	}
}
