package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"cairn/internal/core/meetings"
	"cairn/internal/feature/groups"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

// feedMemory is how much memory making and giving the list may take, in MB.
const feedMemory = 64

// feed: the public Meeting Guide list of 10,000 groups as it is given, against making
// it for each request; and the most memory that making it takes.
func feed(ctx context.Context) ([]line, error) {
	dir, clean, err := folder("feed")
	if err != nil {
		return nil, err
	}
	defer clean()
	w, err := openWorld(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Close() }()
	if err := w.plantGroups(ctx); err != nil {
		return nil, err
	}
	grew, listed, err := w.feedMemory(ctx)
	if err != nil {
		return nil, err
	}
	const rounds = 30
	ours, floor := inTurns(ctx, rounds, func(int) {
		if f, gerr := w.Groups.Guide(ctx); gerr != nil || len(f.Body) == 0 {
			err = errors.Join(gerr, errors.New("the list is empty"))
		}
	}, func(int) {
		var b bytes.Buffer
		if werr := w.Groups.WriteGuide(ctx, &b); werr != nil {
			err = werr
		}
	})
	if err != nil || ctx.Err() != nil {
		return nil, errorOr(err, ctx.Err())
	}
	return []line{
		{"feed", mean(floor), mean(ours), 20, true, fmt.Sprintf("times faster than making it for each request, %d meetings listed; making and giving, microseconds", listed), false},
		{"feed-memory", grew, feedMemory, 1, false, "MB of heap at most while it is made", false},
	}, nil
}

// feedMemory makes the list for the first time and watches the heap while it is made.
func (w *world) feedMemory(ctx context.Context) (grew float64, listed int, err error) {
	runtime.GC()
	before := heap()
	var most atomic.Uint64
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if m.HeapAlloc > most.Load() {
					most.Store(m.HeapAlloc)
				}
			}
		}
	}()
	f, err := w.Groups.Guide(ctx)
	close(done)
	if err != nil {
		return 0, 0, err
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(f.Body, &rows); err != nil {
		return 0, 0, err
	}
	if len(rows) < many {
		return 0, 0, fmt.Errorf("only %d of %d groups are listed", len(rows), many)
	}
	return float64(max(most.Load(), before)-before) / (1 << 20), len(rows), nil
}

// plantGroups makes public groups that meet every week, by the service's own verbs,
// each by somebody else.
func (w *world) plantGroups(ctx context.Context) error {
	rnd := rand.New(rand.NewPCG(11, 13)) //nolint:gosec // repeatable, not secret
	today := calendar.DateOf(w.Clock.Now().Std())
	sem, errs := make(chan struct{}, 64), make(chan error, many)
	for i := range many {
		d := groups.Draft{Name: fmt.Sprintf("Group %05d by the river", i), About: "For people who would like to talk, and for those who would like to listen. Nobody has to say anything.", Quiet: "Evening", Form: groups.Facilitated,
			Openness: groups.Public, Languages: []string{"en"}, Access: []string{"step_free"}, Zone: gatheringZones[rnd.IntN(len(gatheringZones))]}
		p := meetings.Plan{First: today.Add(rnd.IntN(7)), Starts: (8 + rnd.IntN(14)) * 60, Minutes: 90, Zone: d.Zone, Rule: calendar.Rule{Freq: calendar.Weekly, Interval: 1},
			Attendance: meetings.InPerson, Place: "Near the old station", OpenAddress: true, Inside: meetings.Inside{Address: fmt.Sprintf("%d River Lane", i)}}
		who := access.Actor{Person: moment.NewID(), Roles: access.Set(access.Member, access.Facilitator)}
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			id, err := w.Groups.Make(ctx, who, d, "We listen to each other.")
			if err == nil {
				_, err = w.Meetings.Make(ctx, who, meetings.Ref{Kind: groups.Kind, ID: id}, p)
			}
			errs <- err
		}()
	}
	for range many {
		if err := <-errs; err != nil {
			return err
		}
	}
	return ctx.Err()
}
