package matching_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/feature/matching/scan"
	"cairn/internal/kit/moment"
)

// market is a batch with what the verifier needs to judge it.
type market struct {
	members    []matching.Seek
	peers      []people.Fit
	capacities map[moment.ID]int
	batch      matching.Batch
	fit        []map[moment.ID]int // by member: score of each of their best
	byID       map[moment.ID]*people.Fit
}

func newMarket(rnd *rand.Rand, members, peers, places, most int) *market {
	m := &market{capacities: map[moment.ID]int{}, byID: map[moment.ID]*people.Fit{}, batch: matching.Batch{Dial: 10 * rnd.IntN(11), Seed: rnd.Uint64(), Most: most}}
	var all []scan.Peer
	for range peers {
		p := scan.RandomMentor(rnd)
		m.capacities[p.ID] = rnd.IntN(places + 1)
		p.Open, p.Ceiling, p.Days = m.capacities[p.ID], m.capacities[p.ID], 0
		all = append(all, p)
		m.peers = append(m.peers, p.Fit)
	}
	for i := range m.peers {
		m.byID[m.peers[i].ID] = &m.peers[i]
	}
	packed := scan.PackMentors(all, matching.Lessons{})
	for range members {
		s := scan.RandomMember(rnd)
		s.Waited = rnd.IntN(60)
		s.Apart = map[moment.ID]bool{m.peers[rnd.IntN(peers)].ID: true}
		best := map[moment.ID]int{}
		for _, f := range packed.Best(s, most) {
			best[f.Peer] = f.Score
		}
		m.members, m.fit = append(m.members, s), append(m.fit, best)
	}
	return m
}

// stands is how a member stands with a peer: written down a second time.
func (m *market) stands(member int, peer moment.ID) int {
	s, p := m.members[member], m.byID[peer]
	points := s.Waited * m.batch.Dial / 100
	if slices.Contains(s.Languages, p.Languages[0]) {
		points += 8
	}
	met := 0
	for _, g := range p.Gladly {
		if slices.Contains(s.Situations, g) || slices.ContainsFunc(s.Lived, func(l people.Lived) bool { return l.Situation == g }) {
			met++
		}
	}
	return points + 8*min(met, 2)
}

// verify looks for a pair who would both rather have each other, for more than a
// place holds, and for a match outside the limits.
func (m *market) verify(got []matching.Assigned) string {
	number := map[moment.ID]int{}
	for i, s := range m.members {
		number[s.Person] = i
	}
	with, has := make([]moment.ID, len(m.members)), map[moment.ID][]int{}
	for _, a := range got {
		i := number[a.Member]
		score, listed := m.fit[i][a.Peer]
		switch {
		case with[i] != "":
			return "a member is matched twice"
		case !listed:
			return "a match outside the limits or the list"
		case score != a.Score:
			return "a score that the scan does not give"
		}
		with[i] = a.Peer
		has[a.Peer] = append(has[a.Peer], i)
	}
	lowest := map[moment.ID]int{}
	for id := range m.byID {
		if len(has[id]) > m.capacities[id] {
			return "more than a peer carries"
		}
		if len(has[id]) < m.capacities[id] {
			lowest[id] = -1 // a place is free: anybody is welcome
			continue
		}
		for k, i := range has[id] {
			if n := m.stands(i, id); k == 0 || n < lowest[id] {
				lowest[id] = n
			}
		}
	}
	for i, best := range m.fit {
		for id, score := range best {
			if (with[i] == "" || score > best[with[i]]) && m.capacities[id] > 0 && m.stands(i, id) > lowest[id] {
				return "a pair would both rather have each other"
			}
		}
	}
	return ""
}

func TestAssignIsStable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(31, 37))
	members, peers, rounds := 10000, 2000, 1
	if testing.Short() {
		members, peers = 1000, 200
	}
	for range rounds {
		m := newMarket(rnd, members, peers, 8, 100)
		got := matching.Assign(m.members, m.peers, m.capacities, m.batch)
		if fault := m.verify(got); fault != "" {
			t.Fatal(fault)
		}
		if len(got) < members/2 {
			t.Fatalf("only %d of %d members were matched", len(got), members)
		}
		if again := matching.Assign(m.members, m.peers, m.capacities, m.batch); !slices.Equal(got, again) {
			t.Fatal("the same batch has two answers")
		}
	}
}

func TestAssignSmall(t *testing.T) {
	rnd := rand.New(rand.NewPCG(41, 43))
	decided := 0 // markets in which nobody is indifferent
	for range 400 {
		m := newMarket(rnd, 1+rnd.IntN(5), 1+rnd.IntN(4), 2, 1+rnd.IntN(4))
		got := matching.Assign(m.members, m.peers, m.capacities, m.batch)
		if fault := m.verify(got); fault != "" {
			t.Fatal(fault)
		}
		ours := map[moment.ID]int{}
		for _, a := range got {
			ours[a.Member] = a.Score
		}
		// Every other stable way to match: where nobody is indifferent, ours is as
		// good or better for each member.
		if m.indifferent() {
			continue
		}
		decided++
		m.everyWay(nil, func(way []matching.Assigned) {
			if m.verify(way) != "" {
				return
			}
			if len(way) != len(got) {
				t.Fatalf("a stable way matches %d, ours %d", len(way), len(got))
			}
			for _, a := range way {
				if ours[a.Member] < a.Score {
					t.Fatalf("%s could have %d, and got %d", a.Member, a.Score, ours[a.Member])
				}
			}
		})
	}
	if decided < 50 {
		t.Errorf("only %d markets had an answer that is best for every member", decided)
	}
}

// everyWay goes through all ways to match the members from the len(decided)th on.
func (m *market) everyWay(decided []moment.ID, do func([]matching.Assigned)) {
	i := len(decided)
	if i == len(m.members) {
		var way []matching.Assigned
		for k, peer := range decided {
			if peer != "" {
				way = append(way, matching.Assigned{Member: m.members[k].Person, Peer: peer, Score: m.fit[k][peer]})
			}
		}
		do(way)
		return
	}
	m.everyWay(append(slices.Clone(decided), ""), do)
	for peer := range m.fit[i] {
		m.everyWay(append(slices.Clone(decided), peer), do)
	}
}

// indifferent tells whether somebody has two equals to choose from.
func (m *market) indifferent() bool {
	for i, best := range m.fit {
		seen := map[int]bool{}
		for id, score := range best {
			if seen[score] {
				return true
			}
			seen[score] = true
			for k := range m.members {
				if _, too := m.fit[k][id]; too && k != i && m.stands(i, id) == m.stands(k, id) {
					return true
				}
			}
		}
	}
	return false
}
