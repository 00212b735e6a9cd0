package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits of the runner. All are ours.
const (
	// Lease is how long a node may keep a claimed job. The context of a handler
	// ends a little earlier; longer work is split into jobs that follow each other.
	Lease = time.Minute
	// leaseMargin is what remains of the lease for saying that the job is done.
	leaseMargin = 5 * time.Second
	// workers is how many jobs a node runs at once.
	workers = 8
	// FailedAfter is how many attempts make a job show up as failed. It is tried
	// again all the same, at intervals of slowest.
	FailedAfter = 10
	// firstRetry doubles with each attempt up to slowest.
	firstRetry = 2 * time.Second
	slowest    = 15 * time.Minute
	// pollEvery bounds how long a due job can go unseen when no wake-up came.
	pollEvery = time.Second
	// overdueAfter is how late a job is before Stats counts it as overdue.
	overdueAfter = 10 * time.Second
	// maxPayload in bytes is far above any struct of ids, and below most of what
	// somebody could write.
	maxPayload = 4096
	maxKey     = 200
)

// Job is one claimed job, as its handler sees it.
type Job struct {
	ID      moment.ID
	Kind    string
	Key     string
	Due     moment.Time
	Attempt int // 1 for the first; an attempt that died with its node counts
	payload []byte
	claim   string // who claimed it, different for every claim
}

// Read decodes the payload that At was given.
func (j Job) Read(into any) error {
	if err := json.Unmarshal(j.payload, into); err != nil {
		return fmt.Errorf("bus: payload of %s: %w", j.Kind, err)
	}
	return nil
}

// Bus is one node's end. It is safe for concurrent use; Handle and On come
// before Run.
type Bus struct {
	db    *db.DB
	clock moment.Clock
	log   *slog.Logger
	node  moment.ID
	hub   *hub
	wake  chan struct{}
	link  linkHolder

	mu       sync.RWMutex
	around   func(ctx context.Context, j Job, next func(context.Context, Job) error) error
	handlers map[string]func(context.Context, Job) error
	kinds    []string            // of handlers, sorted
	hears    map[string][]string // subscribers by event, sorted
}

// New makes a bus. Jobs follow clock; nothing runs before Run or RunDue.
func New(d *db.DB, clock moment.Clock, log *slog.Logger) *Bus {
	return &Bus{
		db: d, clock: clock, log: log, node: moment.NewID(), hub: newHub(), wake: make(chan struct{}, 1),
		handlers: map[string]func(context.Context, Job) error{}, hears: map[string][]string{},
	}
}

// Handle says what runs jobs of a kind. A node claims only the kinds it
// handles, so that an older version leaves new kinds to newer nodes. The
// handler is idempotent: it may run again after it succeeded, when the node died
// before saying so. Its context ends shortly before the lease. Two handlers of
// one kind are a mistake of the program and panic.
func (b *Bus) Handle(kind string, fn func(ctx context.Context, j Job) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.handlers[kind] != nil {
		panic("bus: two handlers of " + kind)
	}
	b.handlers[kind] = fn
	b.kinds = insertSorted(b.kinds, kind)
}

// Around wraps every handler, for measuring, and for tests that break things. It
// is set before Run; next is the handler.
func (b *Bus) Around(wrap func(ctx context.Context, j Job, next func(context.Context, Job) error) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.around = wrap
}

// At plans a job in the caller's transaction. Kind and key name it: planning it
// again moves it to the new due time and payload, and forgets its failures. A
// job that is running at that moment ends first and then runs again when due.
// The payload is a struct of ids, or nil.
func (b *Bus) At(ctx context.Context, tx db.Writer, kind, key string, due moment.Time, payload any) error {
	body, err := encode(payload)
	if err != nil {
		return fmt.Errorf("bus: job %s: %w", kind, err)
	}
	if kind == "" || len(kind) > maxKey || len(key) > maxKey {
		return fmt.Errorf("bus: job %q: kind and key have up to %d bytes, and the kind has one", kind, maxKey)
	}
	if err := putJob(ctx, tx, Job{ID: moment.NewID(), Kind: kind, Key: key, Due: due, payload: body}); err != nil {
		return err
	}
	tx.AfterCommit(b.poke)
	return nil
}

func encode(payload any) ([]byte, error) {
	if payload == nil {
		return []byte("{}"), nil
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	if len(body) > maxPayload {
		return nil, fmt.Errorf("the payload has %d bytes, over %d: jobs carry ids", len(body), maxPayload)
	}
	return body, nil
}

// Cancel takes a planned job back in the caller's transaction. One that runs
// already runs to its end. Cancelling what is not there is no error.
func (b *Bus) Cancel(ctx context.Context, tx db.Writer, kind, key string) error {
	_, err := tx.Exec(ctx, `DELETE FROM bus_job WHERE kind = $1 AND key = $2`, kind, key)
	return db.Problem("cancel a job", err)
}

// poke wakes the runner; it never waits.
func (b *Bus) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Stats is how the jobs stand.
type Stats struct {
	Pending   int         // all that wait, run or fail
	Overdue   int         // due for more than ten seconds, and not running
	Failed    int         // failed FailedAfter times or more
	OldestDue moment.Time // the earliest due time; zero when nothing is pending
}

// Stats counts the jobs, of all nodes.
func (b *Bus) Stats(ctx context.Context) (Stats, error) {
	return readStats(ctx, b.db.Reader(), b.clock.Now())
}

// FailedJob is a job that keeps failing, for operators.
type FailedJob struct {
	ID        moment.ID
	Kind, Key string
	Due       moment.Time // when it is tried next
	Since     moment.Time // when it was marked as failed
	Attempts  int
	LastError string // the kind of the error, never its text
}

// Failed lists jobs that failed FailedAfter times or more, oldest first. They
// are still tried; At with the same kind and key tries one at once.
func (b *Bus) Failed(ctx context.Context, limit int) ([]FailedJob, error) {
	return readFailed(ctx, b.db.Reader(), limit)
}

func (b *Bus) handler(kind string) func(context.Context, Job) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	next := b.handlers[kind]
	if around := b.around; around != nil && next != nil {
		return func(ctx context.Context, j Job) error { return around(ctx, j, next) }
	}
	return next
}

func (b *Bus) handled() []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.kinds
}

// retryAfter tells how long to wait after so many attempts.
func retryAfter(attempts int) time.Duration {
	wait := firstRetry
	for i := 1; i < attempts && wait < slowest; i++ {
		wait *= 2
	}
	return min(wait, slowest)
}

// errorKind is what is stored of an error.
func errorKind(err error) string { return fault.As(err).Kind.String() }
