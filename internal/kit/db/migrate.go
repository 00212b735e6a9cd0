package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrate brings the database at rawURL to the newest version of the files in
// fsys, or to version `to` when it is above zero. On PostgreSQL nodes that
// start together take turns. It tells how many migrations it ran.
func Migrate(ctx context.Context, rawURL string, fsys fs.FS, to int64) (int, error) {
	p, done, err := provider(rawURL, fsys)
	if err != nil {
		return 0, err
	}
	defer done()
	var ran []*goose.MigrationResult
	if to > 0 {
		ran, err = p.UpTo(ctx, to)
	} else {
		ran, err = p.Up(ctx)
	}
	return len(ran), Problem("migrate", err)
}

// Version tells the database's version and the newest one known.
func Version(ctx context.Context, rawURL string, fsys fs.FS) (have, newest int64, err error) {
	p, done, err := provider(rawURL, fsys)
	if err != nil {
		return 0, 0, err
	}
	defer done()
	have, newest, err = p.GetVersions(ctx)
	return have, newest, Problem("version", err)
}

func provider(rawURL string, fsys fs.FS) (*goose.Provider, func(), error) {
	driver, dsn, dialect := "sqlite", sqliteDSN(rawURL, false), goose.DialectSQLite3
	var opts []goose.ProviderOption
	if IsPostgres(rawURL) {
		driver, dsn, dialect = "pgx", rawURL, goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, nil, Problem("migrate", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	} else if err := ownFolder(rawURL); err != nil {
		return nil, nil, Problem("migrate", err)
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, nil, Problem("migrate", err)
	}
	if driver == "sqlite" {
		pool.SetMaxOpenConns(1)
	}
	p, err := goose.NewProvider(dialect, pool, engineFS{fsys, driver == "pgx"}, opts...)
	if err != nil {
		return nil, nil, errors.Join(Problem("migrate", err), pool.Close())
	}
	return p, func() { _ = pool.Close() }, nil
}

// engineFS shows the migrations of one engine: `0012_x.sql` for both, and
// `0012_x.sqlite.sql` or `0012_x.postgres.sql` only to its own.
type engineFS struct {
	fs.FS
	postgres bool
}

// ReadDir lists what this engine runs.
func (e engineFS) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(e.FS, name)
	if err != nil {
		return nil, err
	}
	var out []fs.DirEntry
	for _, d := range all {
		if e.postgres && strings.HasSuffix(d.Name(), ".sqlite.sql") || !e.postgres && strings.HasSuffix(d.Name(), ".postgres.sql") {
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// Rewind takes every migration back. It is for tests and an operator who
// throws an empty installation away; data goes with it.
func Rewind(ctx context.Context, rawURL string, fsys fs.FS) error {
	p, done, err := provider(rawURL, fsys)
	if err != nil {
		return err
	}
	defer done()
	_, err = p.DownTo(ctx, 0)
	return Problem("rewind", err)
}
