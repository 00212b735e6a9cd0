package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// mostGrouped bounds how many closures share one commit, so that the first of
// them does not wait for long.
const mostGrouped = 256

var errClosed = errors.New("the database is closed")

// grouped is SQLite's one writer.
type grouped struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts *statements
	tell  func(tx any, query string, args []any)
	in    chan *request
	mu    sync.RWMutex // guards shut against write
	shut  bool
	done  chan struct{}
}

// request is one closure that waits for its commit.
type request struct {
	f     func(tx Writer) error
	tx    *groupedTx
	err   error
	ended chan struct{}
}

func openGrouped(ctx context.Context, dsn string) (*grouped, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, Problem("open", err)
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(Problem("open", err), pool.Close())
	}
	g := &grouped{pool: pool, conn: conn, stmts: &statements{prepare: conn.PrepareContext}, in: make(chan *request, mostGrouped), done: make(chan struct{})}
	go g.loop()
	return g, nil
}

// write hands f to the writer and waits for the commit.
func (g *grouped) write(f func(tx Writer) error) error {
	r := &request{f: f, ended: make(chan struct{})}
	g.mu.RLock()
	if g.shut {
		g.mu.RUnlock()
		return Problem("write", errClosed)
	}
	g.in <- r
	g.mu.RUnlock()
	<-r.ended
	if r.err != nil {
		return Problem("write", r.err)
	}
	r.tx.run()
	return nil
}

func (g *grouped) close() error {
	g.mu.Lock()
	if g.shut {
		g.mu.Unlock()
		return nil
	}
	g.shut = true
	close(g.in)
	g.mu.Unlock()
	<-g.done
	return errors.Join(g.stmts.close(), g.conn.Close(), g.pool.Close())
}

func (g *grouped) loop() {
	defer close(g.done)
	batch := make([]*request, 0, mostGrouped)
	for r := range g.in {
		batch = g.gather(append(batch[:0], r))
		if lost := g.commit(batch); lost && len(batch) > 1 {
			// The whole transaction fell, for example because the disk is full.
			// Closures may be run again, so each gets a transaction of its own
			// and only those that fail by themselves are told no.
			for _, one := range batch {
				g.commit([]*request{one})
			}
		}
		for _, one := range batch {
			close(one.ended)
		}
	}
}

// gather takes what waits already; it does not wait for more.
func (g *grouped) gather(batch []*request) []*request {
	for len(batch) < mostGrouped {
		select {
		case r, ok := <-g.in:
			if !ok {
				return batch
			}
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the batch in one transaction. It tells whether the transaction
// as a whole was lost; every request then carries the error.
func (g *grouped) commit(batch []*request) (lost bool) {
	if err := g.plain(`BEGIN IMMEDIATE`); err != nil {
		return failAll(batch, err)
	}
	for _, r := range batch {
		if err := g.runOne(r); err != nil {
			_ = g.plain(`ROLLBACK`) // may be gone already; the error below is the one that counts
			return failAll(batch, err)
		}
	}
	if err := g.plain(`COMMIT`); err != nil {
		_ = g.plain(`ROLLBACK`)
		return failAll(batch, err)
	}
	return false
}

func failAll(batch []*request, err error) bool {
	for _, r := range batch {
		r.err = err
	}
	return true
}

// runOne runs one closure in a savepoint. The error it returns is about the
// transaction; the closure's own error stays with its request.
func (g *grouped) runOne(r *request) error {
	if err := g.plain(`SAVEPOINT one`); err != nil {
		return err
	}
	r.tx = &groupedTx{g: g}
	r.err = guarded(r.f, r.tx)
	if r.err == nil {
		return g.plain(`RELEASE one`)
	}
	if err := g.plain(`ROLLBACK TO one`); err != nil {
		return errors.Join(r.err, err)
	}
	return g.plain(`RELEASE one`)
}

// guarded turns a panic in a closure into an error: the writer serves everybody.
func guarded(f func(tx Writer) error, tx Writer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v", p)
		}
	}()
	return f(tx)
}

func (g *grouped) plain(query string) error {
	ctx := context.Background()
	if st := g.stmts.get(ctx, query); st != nil {
		_, err := st.ExecContext(ctx)
		return err
	}
	_, err := g.conn.ExecContext(ctx, query)
	return err
}

type groupedTx struct {
	g *grouped
	hooks
}

// A closure's statements are not interrupted half-way, whoever has gone: SQLite
// answers an interrupt inside a transaction by rolling all of it back, the
// neighbours' part too. Hence the contexts below that cannot be cancelled.

func (w *groupedTx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.g.tell(w, query, args)
	ctx = context.WithoutCancel(ctx)
	if st := w.g.stmts.get(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return w.g.conn.QueryContext(ctx, query, args...)
}

func (w *groupedTx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	w.g.tell(w, query, args)
	ctx = context.WithoutCancel(ctx)
	if st := w.g.stmts.get(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return w.g.conn.QueryRowContext(ctx, query, args...)
}

func (w *groupedTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	w.g.tell(w, query, args)
	ctx = context.WithoutCancel(ctx)
	var res sql.Result
	var err error
	if st := w.g.stmts.get(ctx, query); st != nil {
		res, err = st.ExecContext(ctx, args...)
	} else {
		res, err = w.g.conn.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
