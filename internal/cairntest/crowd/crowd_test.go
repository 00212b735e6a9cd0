package crowd

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const (
	manyPeople = 200
	manyPeers  = 20
	shortSteps = 250
	atOnce     = 4 // things that happen at the same moment
)

type crowd struct {
	*cairntest.World
	t       *testing.T
	seed    uint64
	rng     *rand.Rand
	lead    access.Actor
	peers   []access.Actor
	members []access.Actor
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func (c *crowd) person(name string, roles ...access.Role) access.Actor {
	c.t.Helper()
	a := access.Actor{Roles: access.Set(append(roles, access.Member)...), Way: access.ByBrowser, Session: moment.NewID()}
	c.must(c.DB.Write(c.t.Context(), func(tx db.Writer) error {
		var err error
		a.Person, err = c.People.CreateMember(c.t.Context(), tx, people.NewMember{Pseudonym: name, Languages: []string{"en"}, Zone: "UTC", Lang: "en", Roles: access.Set(roles...)})
		return err
	}))
	return a
}

func (c *crowd) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("seed %d: %v", c.seed, err)
	}
}

// fine lets through what a person may be told; a broken service it does not.
func (c *crowd) fine(err error) {
	if err != nil && (fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable)) {
		c.t.Errorf("seed %d: %v", c.seed, err)
	}
}

// something gives one thing that somebody does, drawn before it runs: what is
// drawn does not hang on who is faster.
func (c *crowd) something() func() {
	ctx := c.t.Context()
	peer, member := c.peers[c.rng.IntN(len(c.peers))], c.members[c.rng.IntN(len(c.members))]
	switch n := c.rng.IntN(22); {
	case n < 4:
		return func() {
			_, err := c.Support.Ask(ctx, support.Caller{Actor: member, Lang: "en"}, support.Wanted{})
			c.fine(err)
		}
	case n < 6:
		return func() { c.fine(c.Shifts.Start(ctx, peer, false)) }
	case n < 9:
		return func() { c.fine(c.Support.Ready(ctx, peer)) }
	case n == 9:
		return func() { c.fine(c.Support.Pause(ctx, peer)) }
	case n == 10:
		return func() { c.fine(c.Support.LeaveShift(ctx, peer)) }
	case n < 15:
		from := c.rng.IntN(len(c.peers))
		return func() { c.answer(from, n != 14) }
	case n < 19:
		from := c.rng.IntN(len(c.peers))
		return func() { c.talks(from, n) }
	case n == 19:
		most, minutes := 1+c.rng.IntN(shifts.HardMost), 10+c.rng.IntN(200)
		return func() { c.fine(c.Shifts.ChooseLimits(ctx, peer, most, minutes)) }
	case n == 20:
		return func() { c.fine(c.Support.Stop(ctx, peer)) }
	default:
		return func() {
			_, _, err := c.Safety.Unsafe(ctx, member, "")
			c.fine(err)
		}
	}
}

// answer answers the first offer from a place in the row of peers on.
func (c *crowd) answer(from int, yes bool) {
	ctx := c.t.Context()
	for i := range c.peers {
		peer := c.peers[(from+i)%len(c.peers)]
		o, err := c.Support.MyOffer(ctx, peer)
		c.fine(err)
		if o == nil {
			continue
		}
		if yes {
			_, err = c.Support.Accept(ctx, peer, o.ID)
		} else {
			err = c.Support.Decline(ctx, peer, o.ID)
		}
		c.fine(err)
		return
	}
}

// talks does something with what some peer has: look back, end it, hand it over,
// worry.
func (c *crowd) talks(from, n int) {
	ctx := c.t.Context()
	var peer access.Actor
	var id moment.ID
	for i := range c.peers {
		one := c.peers[(from+i)%len(c.peers)]
		evening, err := c.Support.Evening(ctx, one, 0)
		c.fine(err)
		for _, t := range evening.Owed {
			c.fine(c.Support.Debrief(ctx, one, t.Conversation, support.Debriefing{By: "form", Heavy: n%2 == 0}))
		}
		if len(evening.Talking) > 0 {
			peer, id = one, evening.Talking[0].Conversation
			break
		}
	}
	if id == "" {
		return
	}
	switch n {
	case 15, 16:
		c.fine(c.Support.End(ctx, peer, id))
	case 17:
		c.fine(c.Support.HandOver(ctx, peer, id, "", "They like to be asked plainly."))
	default:
		_, err := c.Safety.Raise(ctx, peer, raised(id))
		c.fine(err)
	}
}

// moment lets several things happen at once, and then lets time pass.
func (c *crowd) moment() {
	var all sync.WaitGroup
	for range 1 + c.rng.IntN(atOnce) {
		all.Go(c.something())
	}
	all.Wait()
	switch c.rng.IntN(12) {
	case 0:
		c.Time.Advance(time.Duration(c.rng.IntN(900)) * time.Second)
	case 1, 2, 3:
		c.Time.Advance(time.Duration(c.rng.IntN(30)) * time.Second)
	}
	c.Settle()
}

// count looks whether anybody carries more than they may, and whether the places
// that are taken are those of open offers and running conversations.
func (c *crowd) count() {
	c.t.Helper()
	ctx, r := c.t.Context(), c.DB.Reader()
	on, err := c.Shifts.On(ctx, r)
	c.must(err)
	for _, s := range on {
		held, err := c.Support.Held(ctx, r, s.Person)
		c.must(err)
		if s.Busy != held.Offers+held.Talks {
			c.t.Fatalf("seed %d: %d places are taken, by %d offers and %d conversations", c.seed, s.Busy, held.Offers, held.Talks)
		}
		if s.OpenN != held.Talks {
			c.t.Fatalf("seed %d: %d contacts are counted, and %d run", c.seed, s.OpenN, held.Talks)
		}
		if s.Busy > shifts.HardMost {
			c.t.Fatalf("seed %d: %d at once", c.seed, s.Busy)
		}
		if held.Offers > 1 {
			c.t.Fatalf("seed %d: two offers to one peer", c.seed)
		}
		if held.OfferAt != 0 && held.OfferAt < s.RestUntil && held.OfferAt > c.restFrom(s) {
			c.t.Fatalf("seed %d: somebody was offered while they rest", c.seed)
		}
	}
}

// restFrom is when a rest began, as the ceilings of the service have it.
func (c *crowd) restFrom(s shifts.Shift) moment.Time {
	return s.RestUntil.Add(-shifts.DefaultCeilings().CoolDown)
}

// TestCeilingsUnderRaces is described in doc.go.
func TestCeilingsUnderRaces(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := &crowd{World: w, t: t, seed: uint64(number("CAIRN_SEED", 1))}
		c.rng = rand.New(rand.NewPCG(c.seed, 3))
		c.lead = c.person("Ines", access.Supervisor)
		c.must(w.Shifts.Start(t.Context(), c.lead, true))
		for i := range manyPeers {
			c.peers = append(c.peers, c.person(fmt.Sprintf("Peer %d", i), access.Peer))
		}
		for i := range manyPeople {
			c.members = append(c.members, c.person(fmt.Sprintf("Member %d", i)))
		}
		steps := number("CAIRN_STEPS", shortSteps)
		most := 0
		look := c.look()
		defer look.ear.Close()
		for range steps {
			c.moment()
			c.count()
			board := look.again()
			most = max(most, len(board.Talking))
		}
		if most < 3 {
			t.Fatalf("seed %d: at most %d talked at once: nothing was tried", c.seed, most)
		}
		t.Logf("seed %d holds over %d moments; up to %d talked at once", c.seed, steps, most)
	})
}

func raised(place moment.ID) safety.Raised {
	return safety.Raised{Level: safety.Worried, Words: "I am worried.", Place: place}
}
