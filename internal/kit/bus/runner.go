package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"cairn/internal/kit/moment"
)

// grace is how long running handlers may go on when the node stops.
const grace = 5 * time.Second

// errPanic stands for a handler that panicked. The panic's value stays out of
// the log, since it may hold what somebody wrote.
var errPanic = errors.New("bus: the handler panicked")

// Run runs due jobs until ctx ends, up to eight at once, then waits for those
// that run (five seconds, after which their contexts end and they are given
// back). It returns nil: trouble with the database is logged and tried again.
func (b *Bus) Run(ctx context.Context) error {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	slots := make(chan struct{}, workers)
	var running sync.WaitGroup
	for ctx.Err() == nil {
		started, err := b.startDue(ctx, working, slots, &running)
		if err != nil && ctx.Err() == nil {
			b.log.Error("jobs could not be claimed", "error", err)
		}
		if started == 0 || err != nil {
			b.rest(ctx)
		}
	}
	last := time.AfterFunc(grace, stop)
	defer last.Stop()
	running.Wait()
	return nil
}

// startDue claims as many due jobs as there are free slots and starts them.
func (b *Bus) startDue(ctx, working context.Context, slots chan struct{}, running *sync.WaitGroup) (int, error) {
	select { // wait for one slot
	case slots <- struct{}{}:
		<-slots
	case <-ctx.Done():
		return 0, nil
	}
	now := b.clock.Now()
	due, err := nextDue(ctx, b.db.Reader(), b.handled(), now)
	if err != nil || due.IsZero() || due > now {
		return 0, err // nothing is written while nothing is due
	}
	jobs, err := b.claim(ctx, workers-len(slots))
	for _, j := range jobs {
		slots <- struct{}{}
		running.Go(func() {
			defer b.poke() // a slot is free, and the job may have left others
			defer func() { <-slots }()
			_ = b.run(working, j) // logged there
		})
	}
	return len(jobs), err
}

// claim takes up to most due jobs, ordered by due time.
func (b *Bus) claim(ctx context.Context, most int) ([]Job, error) {
	kinds := b.handled()
	if len(kinds) == 0 || most < 1 {
		return nil, nil
	}
	now := b.clock.Now()
	by := string(b.node) + "/" + string(moment.NewID())
	jobs, err := claim(ctx, b.db, kinds, by, now, now.Add(Lease), most)
	slices.SortFunc(jobs, func(x, y Job) int {
		return cmp.Or(cmp.Compare(x.Due, y.Due), cmp.Compare(x.ID, y.ID))
	})
	return jobs, err
}

// rest waits for a wake-up, for the nearest due time, or for a second.
func (b *Bus) rest(ctx context.Context) {
	wait := pollEvery
	now := b.clock.Now()
	if due, err := nextDue(ctx, b.db.Reader(), b.handled(), now); err == nil && due > now {
		wait = min(wait, due.Sub(now))
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-b.wake:
	case <-t.C:
	case <-ctx.Done():
	}
}

// run runs one claimed job and writes what came of it. The error is the
// handler's or the database's.
func (b *Bus) run(ctx context.Context, j Job) error {
	limited, cancel := context.WithTimeout(ctx, Lease-leaseMargin)
	defer cancel()
	err := b.call(limited, j)
	// What came of it is written even when the node is stopping.
	closing, done := context.WithTimeout(context.WithoutCancel(ctx), leaseMargin)
	defer done()
	var stored error
	switch {
	case err == nil:
		stored = finish(closing, b.db, j)
	case ctx.Err() != nil: // the node stops; that is not the job's failure
		stored = postpone(closing, b.db, j, setback{attempts: j.Attempt - 1, due: j.Due})
	default:
		stored = b.fail(closing, j, err)
	}
	if stored != nil {
		b.log.Error("a job's end could not be stored; it will run again", "kind", j.Kind, "job", j.ID, "error", stored)
	}
	return errors.Join(err, stored)
}

func (b *Bus) fail(ctx context.Context, j Job, cause error) error {
	now := b.clock.Now()
	s := setback{attempts: j.Attempt, due: now.Add(retryAfter(j.Attempt)), kind: errorKind(cause)}
	level := slog.LevelWarn
	if j.Attempt >= FailedAfter {
		s.failedAt = now
		level = slog.LevelError
	}
	switch {
	case errors.Is(cause, errPanic):
		s.kind = "panic"
	case errors.Is(cause, context.DeadlineExceeded):
		s.kind = "timeout"
	}
	b.log.Log(ctx, level, "a job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "next", s.due.Std(), "error", cause)
	return postpone(ctx, b.db, j, s)
}

// call runs the handler and turns a panic into an error.
func (b *Bus) call(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("a job's handler panicked", "kind", j.Kind, "job", j.ID, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	return b.handler(j.Kind)(ctx, j)
}

// RunDue runs everything that is due now on the calling goroutine, earliest due
// first, with what that leaves due, until nothing is. It tells how many ran; the
// error joins what handlers returned. For tests with a movable clock.
func (b *Bus) RunDue(ctx context.Context) (int, error) {
	ran := 0
	var all []error
	for {
		jobs, err := b.claim(ctx, 1)
		if err != nil {
			return ran, errors.Join(append(all, err)...)
		}
		if len(jobs) == 0 {
			return ran, errors.Join(all...)
		}
		ran++
		if err := b.run(ctx, jobs[0]); err != nil {
			all = append(all, fmt.Errorf("%s: %w", jobs[0].Kind, err))
		}
	}
}
