package matching

import (
	"runtime"
	"slices"
	"sync"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
)

// Batch says how a round of many matches at once is made.
type Batch struct {
	// Dial trades fit against waiting, from 0 to 100, on the side of the peers:
	// who gets a place that several want. At 0 only whom the peer would gladly
	// walk with counts. At 100 each day that a member has waited counts a point,
	// so that eight days weigh as much as one such wish. Members' own order is
	// by fit alone: nobody is given a worse match for having waited.
	Dial    int
	Seed    uint64  // orders members who are equal to a peer
	Lessons Lessons // what earlier matches taught
	Most    int     // how many of the best a member would go with; 0 is 100
}

// Assigned is a match that a batch made.
type Assigned struct {
	Member, Peer moment.ID
	Score        int // of the pair, as in Suggestion
}

const defaultMost = 100

// Assign matches many members with peers at once, each peer with as many as
// their capacity (one who is not in it has none). It is stable: no member and
// peer, the peer being among the member's best (Batch.Most) and within all hard
// limits, would both rather have each other than what they got. Members ask in
// their order, which is that of Suggest, and among the stable ways to match this
// one is the best for every member. A peer holds whoever of the askers stands
// highest in their own order: members they would gladly walk with, who speak the
// language they prefer, and, by the dial, who waited longer. Members who got
// nobody are not in the answer; the others stand in the order given.
func Assign(members []Seek, peers []people.Fit, capacities map[moment.ID]int, b Batch) []Assigned {
	return Shortlist(members, peers, capacities, b).Settle()
}

// Shortlists are each member's best peers, before places are given.
type Shortlists struct {
	batch   Batch
	index   *Index
	members []Seek
	places  []int // by the peer's position
	lists   []list
}

// list is a member's best peers, and what a peer looks at in the member.
type list struct {
	best      []choice
	lived     []uint32 // numbers of what the member lived or named
	languages []uint32
	hash      uint64 // of the member's id
	waited    int    // points
}

type choice struct{ peer, score int32 }

// Shortlist finds each member's best peers: the first half of Assign.
func Shortlist(members []Seek, peers []people.Fit, capacities map[moment.ID]int, b Batch) *Shortlists {
	l := &Shortlists{batch: b, index: NewIndex(), members: members, lists: make([]list, len(members))}
	if b.Most <= 0 {
		l.batch.Most = defaultMost
	}
	l.index.Learn(b.Lessons)
	for _, p := range peers {
		l.index.Put(p)
		l.index.SetRoom(p.ID, capacities[p.ID], capacities[p.ID])
	}
	l.places = make([]int, l.index.rows.n)
	for i := range l.places {
		l.places[i] = max(capacities[l.index.id(l.index.rows.rest(i).id)], 0)
	}
	var wait sync.WaitGroup
	share := len(members)/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < len(members); from += share {
		wait.Go(func() {
			for i := from; i < min(from+share, len(members)); i++ {
				l.lists[i] = l.list(&members[i])
			}
		})
	}
	wait.Wait()
	return l
}

func (l *Shortlists) list(s *Seek) list {
	x := l.index
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.top(s, l.batch.Most)
	defer x.giveBack(q)
	out := list{best: make([]choice, len(q.best)), lived: make([]uint32, len(q.wanted)), hash: idHash(s.Person), waited: waitCost(min(max(s.Waited, 0), mostDays), l.batch.Dial)}
	for i, h := range q.best {
		out.best[i] = choice{int32(h.at), int32(h.score)}
	}
	for i, n := range q.wanted {
		out.lived[i] = uint32(n)
	}
	for _, tag := range s.Languages {
		if n := x.names.find(tag); n >= 0 {
			out.languages = append(out.languages, uint32(n))
		}
	}
	return out
}

// asker is a member at a peer's door.
type asker struct {
	points int
	turn   uint64
	member int
}

func (a asker) before(b asker) bool {
	if a.points != b.points {
		return a.points > b.points
	}
	if a.turn != b.turn {
		return a.turn < b.turn
	}
	return a.member < b.member
}

// Settle gives the places: the second half of Assign. Deferred acceptance of
// Gale and Shapley (1962), the members asking.
func (l *Shortlists) Settle() []Assigned {
	held := make([][]asker, len(l.places)) // by peer
	asked := make([]int, len(l.members))   // how far down their list each member is
	for first := range l.members {
		// Whoever is let go asks the next on their list, until nobody is.
		for m := first; m >= 0; {
			if asked[m] == len(l.lists[m].best) {
				break
			}
			peer := int(l.lists[m].best[asked[m]].peer)
			asked[m]++
			m = l.ask(&held[peer], l.places[peer], l.asker(m, peer))
		}
	}
	got := make([]Assigned, len(l.members))
	for peer, with := range held {
		for _, a := range with {
			got[a.member] = Assigned{l.members[a.member].Person, l.index.id(l.index.rows.rest(peer).id), int(l.lists[a.member].best[asked[a.member]-1].score)}
		}
	}
	return slices.DeleteFunc(got, func(a Assigned) bool { return a.Peer == "" })
}

// ask holds the asker if there is a place, or somebody who stands lower. It
// gives the member who has to ask on, or -1.
func (l *Shortlists) ask(held *[]asker, places int, a asker) int {
	if len(*held) < places {
		*held = append(*held, a)
		return -1
	}
	last := -1
	for i, h := range *held {
		if last < 0 || (*held)[last].before(h) {
			last = i
		}
	}
	if last < 0 || !a.before((*held)[last]) {
		return a.member
	}
	gone := (*held)[last].member
	(*held)[last] = a
	return gone
}

// asker works out how a member stands in a peer's own order.
func (l *Shortlists) asker(member, peer int) asker {
	m, x := &l.lists[member], l.index
	points := m.waited
	r := reader(x.rows.rest(peer).items)
	lived, languages, notToday, gladly := r.counts()
	for range lived {
		r.next()
	}
	for i := range languages {
		if n := r.next(); i == 0 && slices.Contains(m.languages, n) {
			points += weightPreferred
		}
	}
	for range notToday {
		r.next()
	}
	met := 0
	for range gladly {
		if n := r.next(); met < mostGladly && slices.Contains(m.lived, n) {
			points += weightGladly
			met++
		}
	}
	return asker{points, turnOf(x.rows.at(peer).hash^m.hash, l.batch.Seed), member}
}
