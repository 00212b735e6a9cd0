package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

type ref struct {
	Case moment.ID `json:"case"`
}

var quiet = slog.New(slog.DiscardHandler)

func start() *moment.Movable {
	return moment.NewMovable(time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC))
}

// eachBus runs f with a bus on a fresh database of each engine.
func eachBus(t *testing.T, f func(t *testing.T, b *Bus, clock *moment.Movable)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := start()
		f(t, New(d, clock, quiet), clock)
	})
}

func write(t *testing.T, b *Bus, f func(tx db.Writer) error) {
	t.Helper()
	if err := b.db.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func plan(t *testing.T, b *Bus, kind, key string, due moment.Time, payload any) {
	t.Helper()
	write(t, b, func(tx db.Writer) error { return b.At(context.Background(), tx, kind, key, due, payload) })
}

func runDue(t *testing.T, b *Bus, want int) {
	t.Helper()
	n, err := b.RunDue(context.Background())
	if err != nil || n != want {
		t.Fatalf("RunDue = %d, %v; want %d", n, err, want)
	}
}

func stats(t *testing.T, b *Bus) Stats {
	t.Helper()
	s, err := b.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// recorder notes the keys of jobs it ran.
type recorder struct {
	mu   sync.Mutex
	keys []string
}

func (r *recorder) handle(_ context.Context, j Job) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, j.Key)
	return nil
}

func (r *recorder) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.keys)
}

func TestJobsRunInOrderOfDueTimeAndNotBefore(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		var r recorder
		b.Handle("ring", r.handle)
		now := clock.Now()
		plan(t, b, "ring", "third", now.Add(3*time.Minute), nil)
		plan(t, b, "ring", "first", now.Add(1*time.Minute), nil)
		plan(t, b, "ring", "second", now.Add(2*time.Minute), nil)
		runDue(t, b, 0)
		clock.Advance(2 * time.Minute)
		runDue(t, b, 2)
		if got := stats(t, b); got.Pending != 1 || got.OldestDue != now.Add(3*time.Minute) {
			t.Fatalf("stats = %+v", got)
		}
		clock.Advance(time.Minute)
		runDue(t, b, 1)
		if want := []string{"first", "second", "third"}; !slices.Equal(r.got(), want) {
			t.Fatalf("ran %v, want %v", r.got(), want)
		}
		if got := stats(t, b); got != (Stats{}) {
			t.Fatalf("stats = %+v, want nothing left", got)
		}
	})
}

func TestSameKindAndKeyIsOneJobThatMoves(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		var seen []ref
		b.Handle("ring", func(_ context.Context, j Job) error {
			var r ref
			err := j.Read(&r)
			seen = append(seen, r)
			return err
		})
		one, two := moment.NewID(), moment.NewID()
		plan(t, b, "ring", "k", clock.Now(), ref{one})
		plan(t, b, "ring", "k", clock.Now().Add(time.Hour), ref{two})
		runDue(t, b, 0)
		clock.Advance(time.Hour)
		runDue(t, b, 1)
		if len(seen) != 1 || seen[0].Case != two {
			t.Fatalf("saw %v, want only the second payload", seen)
		}
	})
}

func TestCancelAndRollbackLeaveNoJob(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		ctx := context.Background()
		var r recorder
		b.Handle("ring", r.handle)
		plan(t, b, "ring", "cancelled", clock.Now(), nil)
		write(t, b, func(tx db.Writer) error { return b.Cancel(ctx, tx, "ring", "cancelled") })
		write(t, b, func(tx db.Writer) error { return b.Cancel(ctx, tx, "ring", "never there") })
		sorry := errors.New("sorry")
		live := b.Subscribe("topic")
		defer live.Close()
		err := b.db.Write(ctx, func(tx db.Writer) error {
			b.Publish(tx, "topic", 1)
			return errors.Join(b.At(ctx, tx, "ring", "rolled back", clock.Now(), nil), sorry)
		})
		if !errors.Is(err, sorry) {
			t.Fatalf("err = %v", err)
		}
		runDue(t, b, 0)
		select {
		case n := <-live.C():
			t.Fatalf("a rolled back transaction published %+v", n)
		default:
		}
		select {
		case <-b.wake: // the first plan's own
		default:
			t.Fatal("the committed plan did not wake the runner")
		}
	})
}

func TestFailureBacksOffIsMarkedAndNeverDropped(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		ctx := context.Background()
		broken, runs := true, 0
		b.Handle("ring", func(context.Context, Job) error {
			runs++
			if broken {
				return fault.New(fault.Unavailable, "x.y")
			}
			return nil
		})
		plan(t, b, "ring", "k", clock.Now(), nil)
		for i := range FailedAfter {
			if n, err := b.RunDue(ctx); n != 1 || !fault.Is(err, fault.Unavailable) {
				t.Fatalf("attempt %d: %d ran, %v", i+1, n, err)
			}
			if n, err := b.RunDue(ctx); n != 0 || err != nil {
				t.Fatalf("ran again without waiting: %d, %v", n, err)
			}
			if got := stats(t, b); (got.Failed == 1) != (i+1 >= FailedAfter) || got.Pending != 1 {
				t.Fatalf("after %d attempts: %+v", i+1, got)
			}
			clock.Advance(retryAfter(i + 1))
		}
		list, err := b.Failed(ctx, 10)
		if err != nil || len(list) != 1 || list[0].Kind != "ring" || list[0].Key != "k" || list[0].Attempts != FailedAfter ||
			list[0].LastError != "unavailable" || list[0].Since.IsZero() {
			t.Fatalf("Failed = %+v, %v", list, err)
		}
		plan(t, b, "ring", "k", clock.Now(), nil) // an operator, or the next occasion, plans it again
		if got := stats(t, b); got.Failed != 0 || got.Pending != 1 {
			t.Fatalf("planned again: %+v", got)
		}
		broken = false
		jobs, err := b.claim(ctx, 1)
		if err != nil || len(jobs) != 1 || jobs[0].Attempt != 1 {
			t.Fatalf("claim: %+v, %v", jobs, err)
		}
		if err := b.run(ctx, jobs[0]); err != nil {
			t.Fatal(err)
		}
		if runs != FailedAfter+1 || stats(t, b) != (Stats{}) {
			t.Fatalf("%d runs, %+v", runs, stats(t, b))
		}
	})
}

func TestRetryAfterGrowsToItsCap(t *testing.T) {
	for attempts, want := range map[int]time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 5: 32 * time.Second, 10: slowest, 5000: slowest} {
		if got := retryAfter(attempts); got != want {
			t.Errorf("retryAfter(%d) = %v, want %v", attempts, got, want)
		}
	}
}

func TestPanicIsCaughtAndItsValueKeptOutOfTheLog(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		var out strings.Builder
		b.log = slog.New(slog.NewTextHandler(&out, nil))
		b.Handle("ring", func(context.Context, Job) error { panic("what somebody wrote") })
		plan(t, b, "ring", "k", clock.Now(), nil)
		n, err := b.RunDue(context.Background())
		if n != 1 || !errors.Is(err, errPanic) {
			t.Fatalf("RunDue = %d, %v", n, err)
		}
		if strings.Contains(out.String(), "somebody") || !strings.Contains(out.String(), "panicked") {
			t.Fatalf("log: %s", out.String())
		}
		var kind string
		if err := b.db.Reader().QueryRow(context.Background(), `SELECT last_error FROM bus_job`).Scan(&kind); err != nil || kind != "panic" {
			t.Fatalf("last_error = %q, %v", kind, err)
		}
	})
}

func TestPlannedAnewWhileRunningRunsAgain(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		ctx := context.Background()
		runs, fail := 0, false
		b.Handle("nightly", func(ctx context.Context, _ Job) error {
			runs++
			plan(t, b, "nightly", "all", clock.Now().Add(24*time.Hour), nil)
			if fail {
				return errors.New("no")
			}
			return nil
		})
		plan(t, b, "nightly", "all", clock.Now(), nil)
		runDue(t, b, 1)
		clock.Advance(24 * time.Hour)
		fail = true
		if n, err := b.RunDue(ctx); n != 1 || err == nil {
			t.Fatalf("RunDue = %d, %v", n, err)
		}
		clock.Advance(time.Hour) // past any retry: the new plan counts, not the failure of the old
		runDue(t, b, 0)
		fail = false
		clock.Advance(23 * time.Hour)
		runDue(t, b, 1)
		if runs != 3 {
			t.Fatalf("%d runs, want 3", runs)
		}
	})
}

func TestUnknownKindsAreLeftToNewerNodes(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		plan(t, b, "from tomorrow", "k", clock.Now(), nil)
		runDue(t, b, 0)
		b.Handle("ring", func(context.Context, Job) error { return nil })
		runDue(t, b, 0)
		clock.Advance(time.Minute)
		if got := stats(t, b); got.Pending != 1 || got.Overdue != 1 || got.Failed != 0 {
			t.Fatalf("stats = %+v", got)
		}
	})
}

func TestAtRefusesWhatIsNoJob(t *testing.T) {
	b := New(dbtest.SQLite(t), start(), quiet)
	for name, err := range map[string]error{
		"content": b.db.Write(context.Background(), func(tx db.Writer) error {
			return b.At(context.Background(), tx, "ring", "k", 1, map[string]string{"text": strings.Repeat("a", maxPayload)})
		}),
		"long key": b.db.Write(context.Background(), func(tx db.Writer) error {
			return b.At(context.Background(), tx, "ring", strings.Repeat("a", maxKey+1), 1, nil)
		}),
		"no kind": b.db.Write(context.Background(), func(tx db.Writer) error {
			return b.At(context.Background(), tx, "", "k", 1, nil)
		}),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if got := stats(t, b); got.Pending != 0 {
		t.Errorf("stats = %+v", got)
	}
}

func TestEventReachesEachSubscriberOnce(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		ctx := context.Background()
		got := map[string]Event{}
		count := 0
		for _, who := range []string{"notify", "audit"} {
			b.On("support.ended", who, func(_ context.Context, e Event) error {
				got[who] = e
				count++
				return nil
			})
		}
		e := Event{Name: "support.ended", ID: moment.NewID(), Also: map[string]moment.ID{"peer": moment.NewID(), "lead": ""}}
		write(t, b, func(tx db.Writer) error { return b.Emit(ctx, tx, e) })
		write(t, b, func(tx db.Writer) error {
			return b.Emit(ctx, tx, Event{Name: "nobody.listens", ID: moment.NewID()})
		})
		runDue(t, b, 2)
		for _, who := range []string{"notify", "audit"} {
			if g := got[who]; g.ID != e.ID || g.Name != e.Name || g.Also["peer"] != e.Also["peer"] {
				t.Errorf("%s heard %+v", who, g)
			}
		}
		for _, bad := range []Event{
			{Name: "support.ended", ID: "I feel awful"},
			{Name: "support.ended", ID: moment.NewID(), Also: map[string]moment.ID{"text": "I feel awful"}},
			{ID: moment.NewID()},
		} {
			if err := b.db.Write(ctx, func(tx db.Writer) error { return b.Emit(ctx, tx, bad) }); err == nil {
				t.Errorf("%+v was emitted", bad)
			} else if strings.Contains(err.Error(), "awful") {
				t.Errorf("the error repeats content: %v", err)
			}
		}
		runDue(t, b, 0)
		if count != 2 {
			t.Errorf("%d reactions", count)
		}
	})
}

func TestOneSubscriberFailingDoesNotHoldUpAnother(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		ctx := context.Background()
		reached := false
		b.On("shift.ended", "broken", func(context.Context, Event) error { return errors.New("no") })
		b.On("shift.ended", "fine", func(context.Context, Event) error { reached = true; return nil })
		write(t, b, func(tx db.Writer) error { return b.Emit(ctx, tx, Event{Name: "shift.ended", ID: moment.NewID()}) })
		if n, err := b.RunDue(ctx); n != 2 || err == nil {
			t.Fatalf("RunDue = %d, %v", n, err)
		}
		if !reached || stats(t, b).Pending != 1 {
			t.Fatalf("reached %v, %+v", reached, stats(t, b))
		}
	})
}

func TestTwoHandlersOfOneKindPanic(t *testing.T) {
	b := New(nil, start(), quiet)
	b.On("a.b", "c", func(context.Context, Event) error { return nil })
	defer func() {
		if p := recover(); !strings.Contains(fmt.Sprint(p), "event:a.b:c") {
			t.Fatalf("recovered %v", p)
		}
	}()
	b.On("a.b", "c", func(context.Context, Event) error { return nil })
}
