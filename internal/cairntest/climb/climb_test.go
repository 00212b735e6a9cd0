package climb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/cairntest"
	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
	"cairn/internal/kit/web"
)

// shortRuns is how many runs an ordinary test has.
const shortRuns = 40

// outside is everything that pages go to. It can be away, and it can take a page
// without its answer being heard.
type outside struct {
	mu    sync.Mutex
	away  bool
	deaf  func() bool
	times map[string]int // by the id that the receiver sees
}

// Send takes a page.
func (o *outside) Send(_ context.Context, m post.HookMessage) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return errors.New("nobody answers")
	}
	o.times[m.ID]++
	if o.deaf() {
		return errors.New("the answer was lost")
	}
	return nil
}

// rig is a service of two nodes on one database.
type rig struct {
	t       *testing.T
	clock   *moment.Movable
	nodes   []*app.App
	out     *outside
	workers []access.Actor
	rng     *rand.Rand
	crash   float64
	seed    uint64
}

func newRig(t *testing.T, address string) *rig {
	t.Helper()
	g := &rig{t: t, clock: moment.NewMovable(cairntest.Begins()), rng: rand.New(rand.NewPCG(1, 1))}
	g.out = &outside{times: map[string]int{}, deaf: func() bool { return g.rng.Float64() < g.crash }}
	s := app.Settings{Data: t.TempDir(), DatabaseURL: address, Listen: "127.0.0.1:0", Metrics: "off", Log: "error", URL: "http://localhost"}
	s.Keyset = filepath.Join(s.Data, "keys.json")
	for range 2 {
		a, err := app.New(t.Context(), s, app.Options{Clock: g.clock, Demo: true, Log: slog.New(slog.DiscardHandler), Rate: web.Rate{Burst: -1}, Hook: g.out})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		a.Bus.Around(g.around)
		g.nodes = append(g.nodes, a)
	}
	g.staff()
	return g
}

// around lets a node die before a job's work, or after it and before it could say so.
func (g *rig) around(ctx context.Context, j bus.Job, next func(context.Context, bus.Job) error) error {
	if g.rng.Float64() < g.crash {
		runtime.Goexit() // the lease stays with a node that is gone
	}
	err := next(ctx, j)
	if g.rng.Float64() < g.crash {
		runtime.Goexit()
	}
	return err
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatalf("seed %d: %v", g.seed, err)
	}
}

func (g *rig) person(name string, roles ...access.Role) access.Actor {
	g.t.Helper()
	a := access.Actor{Roles: access.Set(append(roles, access.Member)...), Way: access.ByBrowser, Session: moment.NewID()}
	g.must(g.nodes[0].DB.Write(g.t.Context(), func(tx db.Writer) error {
		var err error
		a.Person, err = g.nodes[0].People.CreateMember(g.t.Context(), tx, people.NewMember{Pseudonym: name, Languages: []string{"en"}, Zone: "UTC", Lang: "en", Roles: access.Set(roles...)})
		return err
	}))
	return a
}

// staff is a lead on shift, two on call, one more supervisor, and a webhook.
func (g *rig) staff() {
	ctx, a := g.t.Context(), g.nodes[0]
	root, cora := g.person("Root", access.Administrator), g.person("Cora", access.Coordinator)
	lead, first, second := g.person("Ines", access.Supervisor), g.person("Otto", access.Supervisor), g.person("Pia", access.Supervisor)
	g.workers = []access.Actor{lead, first, second, cora, g.person("Vera", access.Supervisor)}
	g.must(a.Shifts.Start(ctx, lead, true))
	now := g.clock.Now()
	for kind, who := range map[shifts.DutyKind]access.Actor{shifts.First: first, shifts.Second: second} {
		g.must(a.Shifts.PutOnCall(ctx, cora, shifts.Duty{Kind: kind, Person: who.Person, From: now.Add(-24 * time.Hour), Until: now.Add(59 * 24 * time.Hour)}))
	}
	_, err := a.Notify.AddHook(ctx, root, "https://pager.example.org/in", nil)
	g.must(err)
	g.poll(false)
}

// poll lets both nodes look for what is due, as they do every second, and beat. A
// node that dies takes what it had claimed with it.
func (g *rig) poll(crashing bool) {
	g.t.Helper()
	was := g.crash
	if !crashing {
		g.crash = 0
	}
	for _, n := range g.nodes {
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = n.Bus.RunDue(g.t.Context()) // what fails is tried again
		}()
		<-done
		if !crashing || g.rng.Float64() >= was {
			g.must(errors.Join(n.Safety.Watch(g.t.Context()), n.Notify.Watch(g.t.Context())))
		}
	}
	g.crash = was
}

// run is one seed.
type run struct {
	*rig
	members []access.Actor
	cases   map[moment.ID]bool
	pages   map[string]bool // every page seen, which must never be taken back
	open    map[moment.ID]bool
}

func (r *run) raise() {
	m := r.members[r.rng.IntN(len(r.members))]
	id, told, err := r.node().Safety.Unsafe(r.t.Context(), m, "")
	r.must(err)
	if !told {
		r.t.Fatalf("seed %d: nobody was told", r.seed)
	}
	r.cases[id], r.open[id] = true, true
}

func (r *run) node() *app.App { return r.nodes[r.rng.IntN(len(r.nodes))] }

// some gives a case by the seed alone.
func (r *run) some() (moment.ID, bool) {
	var list []moment.ID
	for id := range r.open {
		list = append(list, id)
	}
	if len(list) == 0 {
		return "", false
	}
	best := list[0]
	for _, id := range list {
		if id < best {
			best = id
		}
	}
	return best, true
}

// step does one thing that may happen.
func (r *run) step() {
	ctx := r.t.Context()
	switch n := r.rng.IntN(20); {
	case n < 2:
		r.raise()
	case n < 4:
		if id, ok := r.some(); ok {
			err := r.node().Safety.Answer(ctx, r.workers[r.rng.IntN(len(r.workers))], id)
			_ = err // who was not told is refused, which is right
		}
	case n == 4:
		if id, ok := r.some(); ok {
			if r.node().Safety.Close(ctx, r.workers[0], id, "safe", "It is over.", false) == nil {
				delete(r.open, id)
			}
		}
	case n == 5:
		r.out.away = !r.out.away
	case n == 6:
		r.clock.Advance(-time.Duration(r.rng.IntN(7200)) * time.Second)
	case n == 7:
		r.clock.Advance(time.Duration(r.rng.IntN(7200)) * time.Second)
	case n == 8: // the database is away for a minute: nobody polls
		r.clock.Advance(time.Minute)
		return
	default:
		r.clock.Advance(time.Duration(1+r.rng.IntN(90)) * time.Second)
	}
	r.poll(true)
	r.check(false)
}

// check looks at what must hold at any moment, and, after a poll in which nobody
// died, at the deadlines.
func (r *run) check(healthy bool) {
	r.t.Helper()
	ctx, n := r.t.Context(), r.nodes[0]
	now := r.clock.Now()
	list, err := n.Safety.Running(ctx, n.DB.Reader())
	r.must(err)
	running := map[moment.ID]bool{}
	for _, c := range list {
		if !r.cases[c.ID] {
			continue
		}
		running[c.ID] = true
		if c.Owner == "" || c.OwnerCard.Name == "" {
			r.t.Fatalf("seed %d: a case has no owner", r.seed)
		}
		if healthy && c.Due <= now {
			r.t.Fatalf("seed %d: a deadline was missed by %v: %s, round %d, rung %s", r.seed, now.Sub(c.Due), c.State, c.Round, c.Rung)
		}
		if longest := 24 * time.Hour; healthy && c.State == safety.Climbing && c.Due > now.Add(safety.DefaultWaits().Second) || c.Due > now.Add(longest) && healthy {
			r.t.Fatalf("seed %d: a deadline is out of reach: %v ahead", r.seed, c.Due.Sub(now))
		}
	}
	for id := range r.open {
		if !running[id] {
			r.t.Fatalf("seed %d: a case that nobody closed is not running", r.seed)
		}
	}
	seen := map[string]bool{}
	for id := range r.cases {
		pages, err := n.Safety.Pages(ctx, n.DB.Reader(), id)
		r.must(err)
		for _, p := range pages {
			seen[fmt.Sprint(id, p.Round, p.Rung, p.Person)] = true
		}
	}
	for p := range r.pages {
		if !seen[p] {
			r.t.Fatalf("seed %d: a page was taken back: %s", r.seed, p)
		}
	}
	r.pages = seen
}

// finish heals everything, lets what is owed arrive, and counts.
func (r *run) finish() {
	r.t.Helper()
	r.out.away, r.crash = false, 0
	r.poll(false)
	r.poll(false)
	r.check(true)
	for range 80 { // retries are minutes apart
		r.clock.Advance(30 * time.Second)
		r.poll(false)
		r.check(true)
	}
	ctx, n := r.t.Context(), r.nodes[0]
	for id := range r.open {
		r.left(id)
		r.must(n.Safety.Answer(ctx, r.workers[0], id))
		r.must(n.Safety.Close(ctx, r.workers[0], id, "safe", "It is over.", false))
	}
}

// left looks whether every page of a case that still asks for an answer has left
// the house, each under one id of its own.
func (r *run) left(id moment.ID) {
	r.t.Helper()
	n, asked := r.nodes[0], 0
	for _, w := range r.workers {
		open, err := n.Notify.Open(r.t.Context(), n.DB.Reader(), w.Person)
		r.must(err)
		keys := map[string]bool{}
		for _, x := range open {
			if x.About != id || x.Kind != "safety.page" {
				continue
			}
			if keys[x.Key] {
				r.t.Fatalf("seed %d: told twice in the app: %s", r.seed, x.Key)
			}
			keys[x.Key] = true
			asked++
			if r.out.times[string(notify.StableIDOf(x.Key, x.Person, notify.ByHook))] == 0 {
				r.t.Fatalf("seed %d: a page never left: %s", r.seed, x.Key)
			}
		}
	}
	if asked == 0 {
		r.t.Fatalf("seed %d: nobody is asked about a case that nobody has", r.seed)
	}
}

// TestEscalationUnderFaults is described in doc.go.
func TestEscalationUnderFaults(t *testing.T) {
	runs := shortRuns
	if n, err := strconv.Atoi(os.Getenv("CAIRN_SEEDS")); err == nil {
		runs = n
	}
	first := uint64(1)
	if n, err := strconv.ParseUint(os.Getenv("CAIRN_SEED"), 10, 64); err == nil {
		first, runs = n, 1
	}
	dbtest.EachURL(t, func(t *testing.T, address string) {
		g := newRig(t, address)
		for seed := first; seed < first+uint64(runs); seed++ {
			g.one(seed)
		}
		t.Logf("seeds %d to %d hold; %d pages left", first, first+uint64(runs)-1, len(g.out.times))
	})
}

func (g *rig) one(seed uint64) {
	g.t.Helper()
	g.seed, g.rng = seed, rand.New(rand.NewPCG(seed, 7))
	g.crash = []float64{0, 0.05, 0.2, 0.5}[g.rng.IntN(4)]
	r := &run{rig: g, cases: map[moment.ID]bool{}, open: map[moment.ID]bool{}, pages: map[string]bool{}}
	for i := range 2 {
		r.members = append(r.members, g.person(fmt.Sprintf("Member %d %d", seed, i)))
	}
	r.raise()
	for range 25 {
		r.step()
	}
	r.finish()
}
