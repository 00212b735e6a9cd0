package db

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres opens the pool. Serializable transactions lock what they read: by a
// sequential scan, which the planner prefers while tables are small, that is the
// whole table, and everybody who writes to it conflicts. Index scans lock what
// was asked for (PostgreSQL 15 manual, 13.2.3).
//
// What has to be scanned all the same is given a cost beyond all measure by that, and at such a
// cost the server compiles statements before it runs them (32.1): 50 ms of its CPU, each time,
// for a sweep of a table with ten rows. None of ours runs long enough to win that back.
func openPostgres(rawURL string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["enable_seqscan"] = "off"
	config.RuntimeParams["jit"] = "off"
	config.RuntimeParams["application_name"] = "cairn"
	return stdlib.OpenDB(*config), nil
}

// mostRetries bounds how often a serialization failure is answered by trying
// again. Under the queue's worst contention a handful is enough.
const mostRetries = 24

func (d *DB) writePostgres(ctx context.Context, f func(tx Writer) error) error {
	var err error
	for try := range mostRetries {
		var tx *pgTx
		tx, err = d.tryPostgres(ctx, f)
		if err == nil {
			tx.run()
			return nil
		}
		if !isRetry(err) {
			return Problem("write", err)
		}
		pause := time.Duration(rand.Int64N(int64(time.Millisecond) * int64(min(1<<try, 64)))) //nolint:gosec // jitter, not a secret
		select {
		case <-ctx.Done():
			return Problem("write", ctx.Err())
		case <-time.After(pause):
		}
	}
	return Problem("write", err)
}

func (d *DB) tryPostgres(ctx context.Context, f func(tx Writer) error) (*pgTx, error) {
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return nil, err
	}
	done := false
	defer func() {
		if !done {
			_ = tx.Rollback() // also when f panics; the first error is the one to tell
		}
	}()
	w := &pgTx{tx: tx}
	if err := guarded(f, w); err != nil {
		return nil, err
	}
	done = true
	return w, tx.Commit()
}

type pgTx struct {
	tx *sql.Tx
	hooks
}

func (w *pgTx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return w.tx.QueryContext(ctx, query, args...)
}

func (w *pgTx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return w.tx.QueryRowContext(ctx, query, args...)
}

func (w *pgTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := w.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// hooks are what runs after the commit.
type hooks struct{ after []func() }

// AfterCommit notes f.
func (h *hooks) AfterCommit(f func()) { h.after = append(h.after, f) }

func (h *hooks) run() {
	for _, f := range h.after {
		f()
	}
}
