package scan

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/moment"
)

// RandomID makes an id in the form of those that the service gives.
func RandomID(rnd *rand.Rand) moment.ID {
	a, b := rnd.Uint64(), rnd.Uint64()
	return moment.ID(fmt.Sprintf("%08x-%04x-7%03x-a%03x-%012x", a>>32&0x7fffffff, a&0xffff, a>>16&0xfff, b>>48&0xfff, b&0xffffffffffff))
}

// RandomMentor makes a peer: situations skewed as in RandomProfile, a few
// identities, some evenings and afternoons, one to five places.
func RandomMentor(rnd *rand.Rand) Peer {
	p := Peer{Fit: people.Fit{ID: RandomID(rnd), Languages: someLanguages(rnd), Lived: someLived(rnd), Free: someHours(rnd)}, Told: true}
	for range rnd.IntN(4) {
		p.Gladly = append(p.Gladly, someItem(rnd))
	}
	p.Gladly = slices.Compact(p.Gladly)
	if rnd.IntN(8) == 0 {
		p.NotToday = []string{someSituation(rnd)}
	}
	p.Ceiling = 1 + rnd.IntN(5)
	p.Open = rnd.IntN(p.Ceiling + 1)
	if rnd.IntN(5) == 0 {
		p.Days = rnd.IntN(60)
	}
	return p
}

// RandomMember makes what a member with a profile of their own looks for.
func RandomMember(rnd *rand.Rand) matching.Seek {
	s := matching.Seek{Person: RandomID(rnd), Languages: someLanguages(rnd), Lived: someLived(rnd), Free: someHours(rnd), Dial: 10 * rnd.IntN(11), Seed: rnd.Uint64()}
	for range 1 + rnd.IntN(3) {
		if n := someSituation(rnd); !slices.Contains(s.Situations, n) {
			s.Situations = append(s.Situations, n)
		}
	}
	for range rnd.IntN(3) {
		if w := someIdentity(rnd); !slices.Contains(s.Wishes, w) {
			s.Wishes = append(s.Wishes, w)
		}
	}
	s.Firm = rnd.IntN(10) == 0
	if rnd.IntN(8) == 0 {
		s.NotToday = []string{someSituation(rnd)}
	}
	return s
}

func someLived(rnd *rand.Rand) []people.Lived {
	var out []people.Lived
	for range 3 + rnd.IntN(6) {
		out = append(out, people.Lived{Situation: someSituation(rnd), Visibility: someVisibility(rnd)})
	}
	for range 1 + rnd.IntN(3) {
		out = append(out, people.Lived{Situation: someIdentity(rnd), Visibility: someVisibility(rnd)})
	}
	return unique(out)
}

func someVisibility(rnd *rand.Rand) people.Visibility {
	return []people.Visibility{people.OnlyMatching, people.ToMatches, people.ToMatches, people.ToAll}[rnd.IntN(4)]
}

func someIdentity(rnd *rand.Rand) string {
	u := rnd.Float64()
	return fmt.Sprintf("i%02d", int(30*u*u))
}

func someItem(rnd *rand.Rand) string {
	if rnd.IntN(2) == 0 {
		return someIdentity(rnd)
	}
	return someSituation(rnd)
}

func someLanguages(rnd *rand.Rand) []string {
	out := []string{"en"}
	if rnd.IntN(4) == 0 {
		out = append(out, fmt.Sprintf("l%d", rnd.IntN(20)))
	}
	if rnd.IntN(10) == 0 {
		out = append(out[1:], "es")
	}
	return out
}

// someHours are one to four stretches of one to four hours, begun between 8 and
// 20 o'clock; one in eight never said.
func someHours(rnd *rand.Rand) people.Hours {
	var h people.Hours
	if rnd.IntN(8) == 0 {
		return h
	}
	for range 1 + rnd.IntN(4) {
		from := 48*rnd.IntN(7) + 16 + rnd.IntN(25)
		for slot := range 2 + rnd.IntN(7) {
			h.Put(from + slot)
		}
	}
	return h
}

// RandomLessons teaches some hundreds of ends of matches between pairs of
// situations, a few of which go much better or worse than others.
func RandomLessons(rnd *rand.Rand, n int) matching.Lessons {
	var l matching.Lessons
	for range n {
		a, b := someSituation(rnd), someSituation(rnd)
		good := []float64{.3, .9, .6, .6, .6}[(int(a[1]+a[2])+int(b[1])+2*int(b[2]))%5]
		l.Teach(a, b, rnd.Float64() < good)
	}
	return l
}
