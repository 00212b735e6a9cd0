package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/feature/matching/scan"
	"cairn/internal/kit/moment"
)

// members is how many distinct members the questions are drawn from.
const members = 1_000_000

// memberNo makes a member by number, the same one every time, so that a million
// need not be held.
func memberNo(n int) matching.Seek {
	return scan.RandomMember(rand.New(rand.NewPCG(uint64(n), 77))) //nolint:gosec // repeatable, not secret
}

func mentorNo(n int) scan.Peer {
	return scan.RandomMentor(rand.New(rand.NewPCG(uint64(n), 99))) //nolint:gosec // repeatable, not secret
}

// match: the best 10 peers for a member, against a packed scan. Answers are
// compared, question by question.
func match(ctx context.Context) ([]line, error) {
	ours, floor, err := matchOf(ctx, 50_000, 4000)
	if err != nil {
		return nil, err
	}
	lines := []line{
		{"match-mean", mean(floor), mean(ours), 8, true, "times faster than the scan, of 50,000 peers; scan and index, microseconds", false},
		{"match-p99", percentile(ours, .99), percentile(floor, .99), .4, false, "of 50,000 peers, microseconds", false},
	}
	ours, floor, err = matchOf(ctx, 1_000_000, 200)
	if err != nil {
		return nil, err
	}
	return append(lines,
		line{"match-million-mean", mean(floor), mean(ours), 0, true, "times faster than the scan, of 1,000,000 peers; scan and index, microseconds", true},
		line{"match-million-p99", percentile(ours, .99), percentile(floor, .99), 0, false, "of 1,000,000 peers, microseconds", true}), nil
}

// matchLine: the best 10 of 50,000 for somebody in the line of support, against a
// packed scan.
func matchLine(ctx context.Context) ([]line, error) {
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable, not secret
	x, all := matching.NewIndex(), make([]people.Fit, 50_000)
	for i := range all {
		all[i] = scan.RandomProfile(rnd, i)
		x.Put(all[i])
	}
	packed := scan.Pack(all)
	asks := make([]matching.Ask, 4000)
	for i := range asks {
		asks[i] = scan.RandomAsk(rnd)
	}
	got, want := make([][]matching.Fit, len(asks)), make([][]scan.Found, len(asks))
	ours, floor := inTurns(ctx, len(asks), func(i int) { got[i] = x.Best(asks[i], nil, 10) }, func(i int) { want[i] = packed.Best(asks[i], 10) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for i := range asks {
		if !slices.EqualFunc(got[i], want[i], func(f matching.Fit, w scan.Found) bool { return f.Peer == w.Peer && f.Score == w.Score }) {
			return nil, errDiffer
		}
	}
	return []line{
		{"match-line-mean", mean(floor), mean(ours), 8, true, "times faster than the scan, for support; scan and index, microseconds", false},
		{"match-line-p99", percentile(ours, .99), percentile(floor, .99), .4, false, "for support, microseconds", false},
	}, nil
}

// matchOf asks for members drawn out of the million, in microseconds each.
func matchOf(ctx context.Context, peers, questions int) (ours, floor []float64, err error) {
	x, packed := matching.NewIndex(), scan.NewMentors(peers)
	for i := range peers {
		p := mentorNo(i)
		putMentor(x, p)
		packed.Add(p)
	}
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable, not secret
	lessons := scan.RandomLessons(rnd, 20_000)
	x.Learn(lessons)
	packed.Learn(lessons)
	asked := make([]matching.Seek, questions)
	for i := range asked {
		asked[i] = memberNo(rnd.IntN(members))
	}
	got, want := make([][]matching.Suggestion, questions), make([][]scan.Found, questions)
	ours, floor = inTurns(ctx, questions, func(i int) { got[i] = x.Suggest(asked[i], 10) }, func(i int) { want[i] = packed.Best(asked[i], 10) })
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	for i := range asked {
		if !slices.EqualFunc(got[i], want[i], func(s matching.Suggestion, w scan.Found) bool { return s.Peer == w.Peer && s.Score == w.Score }) {
			return nil, nil, errDiffer
		}
	}
	return ours, floor, nil
}

var errDiffer = errors.New("the index and the scan differ")

// inTurns measures two ways to do the same n things, in microseconds each. They
// take turns, a hundred at a time: often enough that whatever else the machine
// does disturbs both alike, and seldom enough that neither always finds the
// processor's cache full of the other's.
func inTurns(ctx context.Context, n int, one, other func(int)) (ones, others []float64) {
	const turn = 100
	timed := func(from int, do func(int)) (out []float64) {
		for i := from; i < min(from+turn, n) && ctx.Err() == nil; i++ {
			at := time.Now()
			do(i)
			out = append(out, float64(time.Since(at).Nanoseconds())/1000)
		}
		return out
	}
	runtime.GC() // what building left over is not counted against either
	for from := 0; from < n; from += turn {
		ones = append(ones, timed(from, one)...)
		others = append(others, timed(from, other)...)
	}
	return ones, others
}

func putMentor(x *matching.Index, p scan.Peer) {
	x.Put(p.Fit)
	x.SetRoom(p.ID, p.Open, p.Ceiling)
	x.SetWait(p.ID, p.Days)
}

// profileMemory: what a profile takes in the index, all that the heap grew by
// but the sets of positions. The number of profiles is just past where the table
// of ids doubles, which is the dearest place.
func profileMemory(context.Context) ([]line, error) {
	const profiles = 400_000
	before := heap()
	x := matching.NewIndex()
	for i := range profiles {
		putMentor(x, mentorNo(i))
	}
	grown, sets := float64(heap()-before), float64(x.SetBytes())
	runtime.KeepAlive(x)
	return []line{
		{"profile-memory", (grown - sets) / profiles, 200, 1, false, "bytes a profile in the index, without the sets of positions", false},
		{"profile-sets", sets / profiles, 200, 0, false, "bytes a profile in the sets of positions", true},
	}, nil
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // the second frees what the first found in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// assign: a batch with capacities, against finding each member's 100 best alone.
func assign(ctx context.Context) ([]line, error) {
	small, _, err := assignOf(ctx, 10_000, 2_000)
	if err != nil {
		return nil, err
	}
	whole, short, err := assignOf(ctx, 100_000, 20_000)
	if err != nil {
		return nil, err
	}
	return []line{
		{"assign", whole.Seconds(), short.Seconds(), 2, false, "seconds for 100,000 members and 20,000 peers; the same pairs scored alone", false},
		{"assign-growth", whole.Seconds(), small.Seconds(), 0, false, "seconds, against 10,000 members and 2,000 peers, a hundredth of the pairs", true},
	}, nil
}

func assignOf(ctx context.Context, n, of int) (whole, short time.Duration, err error) {
	seeks, peers, capacities := make([]matching.Seek, n), make([]people.Fit, of), map[moment.ID]int{}
	for i := range seeks {
		seeks[i] = memberNo(i)
		seeks[i].Waited = i % 60
	}
	for i := range peers {
		p := mentorNo(i)
		peers[i], capacities[p.ID] = p.Fit, 2*p.Ceiling
	}
	b := matching.Batch{Dial: 50, Seed: 7}
	if ctx.Err() != nil {
		return 0, 0, ctx.Err()
	}
	runtime.GC()
	at := time.Now()
	matching.Shortlist(seeks, peers, capacities, b)
	short = time.Since(at)
	runtime.GC()
	at = time.Now()
	got := matching.Assign(seeks, peers, capacities, b)
	whole = time.Since(at)
	if len(got) < n/2 {
		return 0, 0, fmt.Errorf("only %d of %d were matched", len(got), n)
	}
	return whole, short, nil
}
