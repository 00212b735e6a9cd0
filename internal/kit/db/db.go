// Package db is one way to SQLite and PostgreSQL.
//
// The same SQL text serves both: `$N` parameters, ids as TEXT, instants as
// BIGINT microseconds, booleans as BOOLEAN. Reads go through a Reader; every
// write goes through Write, whose closure may be run again and therefore has
// no side effects but AfterCommit.
//
// On SQLite one writer gathers waiting closures into one synced commit, a
// savepoint each, and answers them after the commit. On PostgreSQL a write is a
// SERIALIZABLE transaction that is repeated when the database asks for it.
package db

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the SQLite driver registers itself
)

// Reader reads. Inside a write transaction the Writer is the Reader to use.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// Writer reads and writes within one transaction.
type Writer interface {
	Reader
	// Exec runs a statement and tells how many rows it touched.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// AfterCommit runs f once the transaction is durable, and never otherwise.
	AfterCommit(f func())
}

// Options tune a database. The zero value is good.
type Options struct {
	ReadConns int // SQLite: size of the read pool; PostgreSQL: size of the pool. 0 = by the number of cores
	Log       *slog.Logger
}

// DB is an open database.
type DB struct {
	postgres bool
	url      string
	read     *sql.DB
	stmts    *statements
	group    *grouped // SQLite only
	log      *slog.Logger
	watch    atomic.Pointer[Watcher]
}

// Watcher is told of a statement before it runs: tx is the same for those of one
// transaction, and nil outside of any. What is bound may be somebody's words.
type Watcher func(tx any, query string, args []any)

// Watch tells w of every statement from now on, on SQLite; nil ends it. It is for
// benchmarks that compare with the same statements run bare.
func (d *DB) Watch(w Watcher) {
	if w == nil {
		d.watch.Store(nil)
		return
	}
	d.watch.Store(&w)
}

func (d *DB) tell(tx any, query string, args []any) {
	if w := d.watch.Load(); w != nil {
		(*w)(tx, query, args)
	}
}

// Open opens "sqlite:<path>" or "postgres://...". It does not migrate.
func Open(ctx context.Context, rawURL string, opts Options) (*DB, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	d := &DB{url: rawURL, log: opts.Log}
	var err error
	if IsPostgres(rawURL) {
		d.postgres = true
		d.read, err = openPostgres(rawURL)
		if err != nil {
			return nil, Problem("open", err)
		}
		d.read.SetMaxOpenConns(pick(opts.ReadConns, 8+4*runtime.NumCPU()))
		d.read.SetMaxIdleConns(pick(opts.ReadConns, 8+4*runtime.NumCPU()))
		d.read.SetConnMaxIdleTime(5 * time.Minute)
	} else {
		if err := ownFolder(rawURL); err != nil {
			return nil, Problem("open", err)
		}
		d.group, err = openGrouped(ctx, sqliteDSN(rawURL, false))
		if err != nil {
			return nil, err
		}
		d.group.tell = d.tell
		d.read, err = sql.Open("sqlite", sqliteDSN(rawURL, true))
		if err != nil {
			return nil, errors.Join(Problem("open", err), d.group.close())
		}
		n := pick(opts.ReadConns, 4+2*runtime.NumCPU())
		d.read.SetMaxOpenConns(n)
		d.read.SetMaxIdleConns(n)
	}
	d.stmts = &statements{prepare: d.read.PrepareContext}
	if err := d.read.PingContext(ctx); err != nil {
		return nil, errors.Join(Problem("open", err), d.Close())
	}
	return d, nil
}

func pick(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// IsPostgres tells which engine a database URL names.
func IsPostgres(rawURL string) bool {
	return strings.HasPrefix(rawURL, "postgres://") || strings.HasPrefix(rawURL, "postgresql://")
}

// SQLitePath gives the file behind a "sqlite:" URL.
func SQLitePath(rawURL string) string { return strings.TrimPrefix(rawURL, "sqlite:") }

// ownFolder makes the database's folder where there is none, and the file itself,
// readable by their owner only: the engine would make it by the umask.
func ownFolder(rawURL string) error {
	path := SQLitePath(rawURL)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN fixes what keeps data safe: WAL, a synced commit (FULL), foreign
// keys, pages wiped when rows go (a destroyed key must not linger in free
// pages), and immediate transactions, because deferred ones that read and then
// write fail as busy.
func sqliteDSN(rawURL string, readOnly bool) string {
	q := url.Values{}
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)", "temp_store(MEMORY)", "cache_size(-8000)"} {
		q.Add("_pragma", p)
	}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	}
	q.Set("_txlock", "immediate")
	// The path is a URI to SQLite: a "#", "?" or "%" in a folder's name must not
	// end it early.
	path := url.URL{Path: SQLitePath(rawURL)}
	return "file:" + path.EscapedPath() + "?" + q.Encode()
}

// Postgres tells which engine this is. Only search and migrations may care.
func (d *DB) Postgres() bool { return d.postgres }

// Reader gives the read-only pool.
func (d *DB) Reader() Reader { return pool{d} }

// Ping asks the database for an answer.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return Problem("ping", d.Reader().QueryRow(ctx, `SELECT 1`).Scan(&one))
}

// errTakenBack ends a write that was only a question.
var errTakenBack = errors.New("taken back")

// Writable tells whether a write would be kept: the disk is neither full nor
// read-only. It changes nothing.
func (d *DB) Writable(ctx context.Context) error {
	err := d.Write(ctx, func(tx Writer) error {
		if _, err := tx.Exec(ctx, `CREATE TABLE db_probe (n INTEGER)`); err != nil {
			return err
		}
		return errTakenBack
	})
	if errors.Is(err, errTakenBack) {
		return nil
	}
	return err
}

// Close closes the database after the writes that wait are answered.
func (d *DB) Close() error {
	var err error
	if d.group != nil {
		err = d.group.close()
	}
	return errors.Join(err, d.stmts.close(), d.read.Close())
}

// Write runs f in one transaction and returns once it is durable. f may be run
// more than once; whatever it returned last decides.
func (d *DB) Write(ctx context.Context, f func(tx Writer) error) error {
	if err := ctx.Err(); err != nil {
		return Problem("write", err)
	}
	if d.postgres {
		return d.writePostgres(ctx, f)
	}
	return d.group.write(f)
}

// pool reads outside of transactions.
type pool struct{ d *DB }

func (p pool) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.d.tell(nil, query, args)
	if s := p.d.cached(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return p.d.read.QueryContext(ctx, query, args...)
}

func (p pool) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	p.d.tell(nil, query, args)
	if s := p.d.cached(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return p.d.read.QueryRowContext(ctx, query, args...)
}

// cached gives a prepared statement on SQLite; pgx keeps its own.
func (d *DB) cached(ctx context.Context, query string) *sql.Stmt {
	if d.postgres {
		return nil
	}
	return d.stmts.get(ctx, query)
}
