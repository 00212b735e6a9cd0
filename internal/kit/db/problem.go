package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cairn/internal/kit/fault"
)

// Problem names where a database error happened and gives it its kind: a full
// or read-only disk, a lost server and an engine out of resources are
// Unavailable, so that the person is told and may try again. Faults pass.
func Problem(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return err
	}
	if isOutage(err) {
		return fault.Wrap(fault.Unavailable, "web.error.storage", fault.Op("db "+op, err))
	}
	return fault.Op("db "+op, err)
}

// IsNone tells that a row was not there.
func IsNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// IsUnique tells that a unique constraint refused a row.
func IsUnique(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// isRetry tells that PostgreSQL asks for the transaction to be tried again:
// serialization failure and deadlock.
func isRetry(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func isOutage(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff { // the low byte is the primary code
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
			sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Classes 08 connection, 53 resources, 57 operator intervention, 58 system, 25006 read-only; 40 is a retry that ran out.
		return pg.Code == "25006" || strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") ||
			strings.HasPrefix(pg.Code, "57") || strings.HasPrefix(pg.Code, "58") || strings.HasPrefix(pg.Code, "40")
	}
	var connect *pgconn.ConnectError
	var path *fs.PathError
	return errors.As(err, &connect) || errors.As(err, &path) || errors.Is(err, errClosed) || errors.Is(err, context.DeadlineExceeded)
}

// In expands a list for `IN (...)`: placeholders from $first on, and the values.
func In[T any](first int, list []T) (string, []any) {
	var b strings.Builder
	args := make([]any, len(list))
	for i, v := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(itoa(first + i))
		args[i] = v
	}
	return b.String(), args
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// Row is what a row can be read from.
type Row interface{ Scan(dest ...any) error }

// Collect reads all rows with scan and closes them.
func Collect[T any](rows *sql.Rows, err error, scan func(Row, *T) error) ([]T, error) {
	if err != nil {
		return nil, Problem("query", err)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, Problem("scan", err)
		}
		out = append(out, v)
	}
	return out, Problem("rows", rows.Err())
}
