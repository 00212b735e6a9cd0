package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// twoNodes opens one database twice, as two processes would.
func twoNodes(t *testing.T, f func(t *testing.T, one, two *Bus, clock *moment.Movable)) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		clock := start()
		var nodes [2]*Bus
		for i := range nodes {
			d, err := db.Open(context.Background(), url, db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			nodes[i] = New(d, clock, quiet)
		}
		f(t, nodes[0], nodes[1], clock)
	})
}

// serve runs the nodes until the returned function is called.
func serve(t *testing.T, nodes ...*Bus) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, b := range nodes {
		running.Go(func() {
			if err := b.Run(ctx); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

// eventually waits for something that must happen; how long is not the test's concern.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 6000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestTwoNodesNeverRunOneJobTogetherAndEachRunsOnce(t *testing.T) {
	twoNodes(t, func(t *testing.T, one, two *Bus, clock *moment.Movable) {
		const jobs = 150
		var mu sync.Mutex
		inside, runs, by := map[string]bool{}, map[string]int{}, map[*Bus]int{}
		for _, b := range []*Bus{one, two} {
			b.Handle("ring", func(_ context.Context, j Job) error {
				mu.Lock()
				if inside[j.Key] {
					t.Errorf("%s runs twice at a time", j.Key)
				}
				inside[j.Key] = true
				runs[j.Key]++
				by[b]++
				mu.Unlock()
				time.Sleep(2 * time.Millisecond)
				mu.Lock()
				inside[j.Key] = false
				mu.Unlock()
				return nil
			})
		}
		write(t, one, func(tx db.Writer) error {
			for i := range jobs {
				if err := one.At(context.Background(), tx, "ring", fmt.Sprint(i), clock.Now(), nil); err != nil {
					return err
				}
			}
			return nil
		})
		stop := serve(t, one, two)
		eventually(t, "all jobs done", func() bool { return stats(t, one).Pending == 0 })
		stop()
		for i := range jobs {
			if n := runs[fmt.Sprint(i)]; n != 1 {
				t.Errorf("job %d ran %d times", i, n)
			}
		}
		t.Logf("%d and %d", by[one], by[two])
	})
}

func TestNodeThatDiesBetweenClaimAndDone(t *testing.T) {
	twoNodes(t, func(t *testing.T, dead, alive *Bus, clock *moment.Movable) {
		ctx := context.Background()
		var r recorder
		var attempt int
		dead.Handle("ring", r.handle)
		alive.Handle("ring", func(ctx context.Context, j Job) error { attempt = j.Attempt; return r.handle(ctx, j) })
		plan(t, dead, "ring", "k", clock.Now(), nil)
		lost, err := dead.claim(ctx, 1)
		if err != nil || len(lost) != 1 {
			t.Fatalf("claim: %v, %v", lost, err)
		}
		clock.Advance(Lease - time.Second)
		runDue(t, alive, 0)
		if got := stats(t, alive); got.Pending != 1 {
			t.Fatalf("stats = %+v", got)
		}
		clock.Advance(time.Second)
		runDue(t, alive, 1)
		if attempt != 2 || len(r.got()) != 1 {
			t.Fatalf("attempt %d, ran %v", attempt, r.got())
		}
	})
}

func TestWhoLostTheLeaseCannotEndTheJobOfAnother(t *testing.T) {
	twoNodes(t, func(t *testing.T, slow, other *Bus, clock *moment.Movable) {
		ctx := context.Background()
		for _, b := range []*Bus{slow, other} {
			b.Handle("ring", func(context.Context, Job) error { return nil })
		}
		plan(t, slow, "ring", "k", clock.Now(), nil)
		old, err := slow.claim(ctx, 1)
		if err != nil || len(old) != 1 {
			t.Fatalf("claim: %v, %v", old, err)
		}
		clock.Advance(Lease)
		held, err := other.claim(ctx, 1)
		if err != nil || len(held) != 1 {
			t.Fatalf("claim after the lease: %v, %v", held, err)
		}
		if err := finish(ctx, slow.db, old[0]); err != nil {
			t.Fatal(err)
		}
		if err := slow.fail(ctx, old[0], errors.New("late")); err != nil {
			t.Fatal(err)
		}
		runDue(t, slow, 0) // other still holds it
		if got := stats(t, slow); got.Pending != 1 {
			t.Fatalf("the one who lost the lease ended the job: %+v", got)
		}
		if err := finish(ctx, other.db, held[0]); err != nil {
			t.Fatal(err)
		}
		if got := stats(t, slow); got.Pending != 0 {
			t.Fatalf("stats = %+v", got)
		}
	})
}

func TestRunFollowsTheClockItWasGiven(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		var ran atomic.Int64
		b.Handle("ring", func(context.Context, Job) error { ran.Add(1); return nil })
		plan(t, b, "ring", "later", clock.Now().Add(time.Hour), nil)
		stop := serve(t, b)
		plan(t, b, "ring", "now", clock.Now(), nil)
		// What ran is due until its end is stored, a moment after its handler has returned.
		eventually(t, "the job that is due runs, and only that one", func() bool { return stats(t, b).OldestDue > clock.Now() })
		if n := ran.Load(); n != 1 {
			t.Fatalf("%d jobs ran before the later one was due", n)
		}
		clock.Advance(time.Hour)
		eventually(t, "the later job runs once the clock says so", func() bool { return ran.Load() == 2 })
		stop()
	})
}

func TestStoppingLetsRunningJobsEnd(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		began, stopping := make(chan struct{}), make(chan struct{})
		b.Handle("ring", func(ctx context.Context, _ Job) error {
			close(began)
			<-stopping
			return ctx.Err()
		})
		plan(t, b, "ring", "k", clock.Now(), nil)
		stop := serve(t, b)
		<-began
		go func() { time.Sleep(20 * time.Millisecond); close(stopping) }()
		stop()
		if got := stats(t, b); got.Pending != 0 {
			t.Fatalf("a job that could end was not allowed to: %+v", got)
		}
	})
}

func TestJobCutOffByStoppingIsGivenBack(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		ctx, cancel := context.WithCancel(context.Background())
		b.Handle("ring", func(ctx context.Context, j Job) error {
			if j.Attempt != 1 {
				t.Errorf("attempt %d", j.Attempt)
			}
			cancel()
			return ctx.Err()
		})
		plan(t, b, "ring", "k", clock.Now(), nil)
		jobs, err := b.claim(ctx, 1)
		if err != nil || len(jobs) != 1 {
			t.Fatalf("claim: %v, %v", jobs, err)
		}
		if err := b.run(ctx, jobs[0]); !errors.Is(err, context.Canceled) {
			t.Fatalf("run: %v", err)
		}
		again, err := b.claim(context.Background(), 1) // at once, and not counted as a failure
		if err != nil || len(again) != 1 || again[0].Attempt != 1 {
			t.Fatalf("claim: %+v, %v", again, err)
		}
	})
}

func TestHandlerIsToldToEndBeforeItsLeaseDoes(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		b.Handle("ring", func(ctx context.Context, _ Job) error {
			if until, ok := ctx.Deadline(); !ok || time.Until(until) > Lease-leaseMargin {
				t.Errorf("deadline %v, %v", until, ok)
			}
			return context.DeadlineExceeded
		})
		plan(t, b, "ring", "k", clock.Now(), nil)
		if _, err := b.RunDue(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		var kind string
		if err := b.db.Reader().QueryRow(context.Background(), `SELECT last_error FROM bus_job`).Scan(&kind); err != nil || kind != "timeout" {
			t.Fatalf("last_error = %q, %v", kind, err)
		}
	})
}

func TestNodeWithoutHandlersRunsAndStops(t *testing.T) {
	eachBus(t, func(t *testing.T, b *Bus, clock *moment.Movable) {
		plan(t, b, "ring", "k", clock.Now(), nil)
		stop := serve(t, b)
		time.Sleep(20 * time.Millisecond)
		stop()
		if got := stats(t, b); got.Pending != 1 {
			t.Fatalf("stats = %+v", got)
		}
	})
}

func TestJobsThatRunDoNotHideThoseBehindThem(t *testing.T) {
	twoNodes(t, func(t *testing.T, one, two *Bus, clock *moment.Movable) {
		for _, b := range []*Bus{one, two} {
			b.Handle("ring", func(context.Context, Job) error { return nil })
		}
		plan(t, one, "ring", "early", clock.Now().Add(-time.Second), nil)
		plan(t, one, "ring", "late", clock.Now(), nil)
		held, err := one.claim(context.Background(), 1)
		if err != nil || len(held) != 1 || held[0].Key != "early" {
			t.Fatalf("claim: %v, %v", held, err)
		}
		runDue(t, two, 1)
	})
}

func TestClaimingDoesNotScanWhatIsPlannedForLater(t *testing.T) {
	b := New(dbtest.SQLite(t), start(), quiet)
	for name, query := range map[string]string{"claim": claimSQL("$5, $6"), "next": nextSQL("$2, $3")} {
		rows, err := b.db.Reader().Query(context.Background(), "EXPLAIN QUERY PLAN "+query, 1, "by", 1, 1, "a", "b")
		steps, err := db.Collect(rows, err, func(r db.Row, step *string) error {
			var id, parent, unused int
			return r.Scan(&id, &parent, &unused, step)
		})
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(steps, "; ")
		if !strings.Contains(all, "bus_job_due") || strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s: %s", name, all)
		}
	}
}
