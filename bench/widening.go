package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cairn/internal/feature/matching"
	"cairn/internal/feature/matching/scan"
	"cairn/internal/feature/support"
	"cairn/internal/kit/moment"
)

// arrival is somebody who asks, and how long their talk takes once they have a peer.
type arrival struct {
	at   time.Duration
	ask  matching.Ask
	talk time.Duration
}

// evening is a stretch of the service: who comes and who is on shift.
type evening struct {
	arrivals []arrival
	peers    []moment.ID
	index    *matching.Index
	ends     time.Duration
}

// newEvening makes one in which peers are busy so much of the time (0 to 1).
func newEvening(seed uint64, peers, people int, busy float64) *evening {
	const talk = 25 * time.Minute         // on average
	rnd := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // repeatable, not secret
	e := &evening{index: matching.NewIndex()}
	for i := range peers {
		p := scan.RandomProfile(rnd, i)
		e.index.Put(p)
		e.peers = append(e.peers, p.ID)
	}
	apart := float64(talk) / (float64(peers) * busy)
	at := 0.0
	for range people {
		at += rnd.ExpFloat64() * apart
		e.arrivals = append(e.arrivals, arrival{time.Duration(at), scan.RandomAsk(rnd), talk/2 + time.Duration(rnd.ExpFloat64()*float64(talk)/2)})
	}
	e.ends = time.Duration(at)
	return e
}

// choice is a pair that a rule makes: a place in the line, and a peer.
type choice struct {
	place int
	peer  moment.ID
	fit   int
}

// rule picks the next pair, if there is one.
type rule func(e *evening, now time.Duration, line []arrival, free []moment.ID) (choice, bool)

// outcome is how an evening went: waits in seconds, fit in points. Whoever was
// never met waited until the end.
type outcome struct{ meanWait, p95Wait, meanFit float64 }

// dominates tells whether o is nowhere worse and somewhere better than p.
func (o outcome) dominates(p outcome) bool {
	return o != p && o.meanWait <= p.meanWait && o.p95Wait <= p.p95Wait && o.meanFit >= p.meanFit
}

// play lets an evening run by a rule, looking every five seconds.
func (e *evening) play(r rule) outcome {
	const step = 5 * time.Second
	var line []arrival
	var waits, fits []float64
	free, next := slices.Clone(e.peers), 0
	busy := map[moment.ID]time.Duration{}
	for now := time.Duration(0); now <= e.ends; now += step {
		for _, id := range e.peers { // in a fixed order: the same every time
			if until, ok := busy[id]; ok && until <= now {
				delete(busy, id)
				free = append(free, id)
			}
		}
		for ; next < len(e.arrivals) && e.arrivals[next].at <= now; next++ {
			line = append(line, e.arrivals[next])
		}
		for len(line) > 0 && len(free) > 0 {
			c, ok := r(e, now, line, free)
			if !ok {
				break
			}
			a := line[c.place]
			waits, fits = append(waits, (now-a.at).Seconds()), append(fits, float64(c.fit))
			busy[c.peer] = now + a.talk
			line = slices.Delete(line, c.place, c.place+1)
			free = slices.DeleteFunc(free, func(id moment.ID) bool { return id == c.peer })
		}
	}
	for _, a := range line {
		waits = append(waits, (e.ends - a.at).Seconds())
	}
	return outcome{mean(waits), percentile(waits, .95), mean(fits)}
}

// byCircle is the service's rule: in the order of the line, the best within the
// circle of the time waited.
func byCircle(e *evening, now time.Duration, line []arrival, free []moment.ID) (choice, bool) {
	for i, a := range line {
		a.ask.Circle = support.CircleAt(now - a.at)
		if fits := e.index.Best(a.ask, free, 1); len(fits) > 0 {
			return choice{i, fits[0].Peer, fits[0].Score}, true
		}
	}
	return choice{}, false
}

// firstCome gives whoever waited longest the peer who has been free longest,
// within the hard limits alone.
func firstCome(e *evening, _ time.Duration, line []arrival, free []moment.ID) (choice, bool) {
	for i, a := range line {
		a.ask.Circle = matching.Widest
		for _, id := range free {
			if fits := e.index.Best(a.ask, []moment.ID{id}, 1); len(fits) > 0 {
				return choice{i, id, fits[0].Score}, true
			}
		}
	}
	return choice{}, false
}

// bestFit waits for a close fit however long it takes, and makes the best pair
// of all first.
func bestFit(e *evening, _ time.Duration, line []arrival, free []moment.ID) (choice, bool) {
	best, found := choice{}, false
	for i, a := range line {
		a.ask.Circle = matching.Close
		if fits := e.index.Best(a.ask, free, 1); len(fits) > 0 && (!found || fits[0].Score > best.fit) {
			best, found = choice{i, fits[0].Peer, fits[0].Score}, true
		}
	}
	return best, found
}

// widening: the widening circle against first-come and against best fit only, on
// the same evening. Each beats it somewhere; neither may beat it everywhere.
func widening(context.Context) ([]line, error) {
	e := newEvening(1, 60, 3000, .85)
	ours, first, best := e.play(byCircle), e.play(firstCome), e.play(bestFit)
	if first.dominates(ours) || best.dominates(ours) {
		return nil, fmt.Errorf("the widening circle is dominated: %+v, first-come %+v, best fit %+v", ours, first, best)
	}
	return []line{
		{"widening-fit", ours.meanFit, first.meanFit, 1, true, "mean fit in points; first-come", false},
		{"widening-wait", ours.meanWait, best.meanWait, 1, false, "mean wait in seconds; best fit only", false},
		{"widening-wait-p95", ours.p95Wait, best.p95Wait, 1, false, "seconds; best fit only", false},
		{"widening-wait-first", ours.meanWait, first.meanWait, 0, false, "mean wait in seconds; first-come", true},
		{"widening-wait-p95-first", ours.p95Wait, first.p95Wait, 0, false, "seconds; first-come", true},
		{"widening-fit-best", ours.meanFit, best.meanFit, 0, true, "mean fit in points; best fit only", true},
	}, nil
}
