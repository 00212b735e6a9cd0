// Package dbtest gives tests a migrated database of their own: SQLite always,
// PostgreSQL where CAIRN_TEST_POSTGRES names a server (`make test` starts a
// throwaway one). It skips PostgreSQL in words, or fails when
// CAIRN_TEST_REQUIRE lists "postgres".
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/migrations"
)

// Each runs f on a fresh database of each engine.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { f(t, open(t, url)) })
}

// EachURL runs f with the address of a fresh database of each engine.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, PostgresURL(t)) })
}

// SQLite gives a fresh SQLite database.
func SQLite(t testing.TB) *db.DB { t.Helper(); return open(t, SQLiteURL(t)) }

// Postgres gives a fresh PostgreSQL database, or skips.
func Postgres(t testing.TB) *db.DB { t.Helper(); return open(t, PostgresURL(t)) }

func open(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{})
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "cairn-template")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "t.db")
	if _, err := db.Migrate(context.Background(), "sqlite:"+path, migrations.FS, 0); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // the last connection's close has folded the log into the file
})

// SQLiteURL gives the address of a fresh migrated SQLite file.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	bytes, err := template()
	if err != nil {
		t.Fatalf("template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "cairn.db")
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// PostgresURL gives the address of a fresh migrated PostgreSQL database, or skips.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("CAIRN_TEST_POSTGRES")
	if server == "" {
		if strings.Contains(os.Getenv("CAIRN_TEST_REQUIRE"), "postgres") {
			t.Fatal("CAIRN_TEST_REQUIRE asks for PostgreSQL and CAIRN_TEST_POSTGRES is not set")
		}
		t.Skip("PostgreSQL skipped: CAIRN_TEST_POSTGRES is not set (`make test` sets it)")
	}
	name := "cairn_" + strings.ReplaceAll(string(moment.NewID()), "-", "")
	onServer(t, server, func(ctx context.Context, c *sql.Conn) {
		tpl := postgresTemplate(t, ctx, c, server)
		mustExec(t, ctx, c, `CREATE DATABASE `+name+` TEMPLATE `+tpl)
	})
	t.Cleanup(func() {
		onServer(t, server, func(ctx context.Context, c *sql.Conn) {
			mustExec(t, ctx, c, `DROP DATABASE `+name+` WITH (FORCE)`)
		})
	})
	return withName(server, name)
}

// postgresTemplate migrates one template per set of migrations; test processes
// that run side by side take turns by an advisory lock.
func postgresTemplate(t testing.TB, ctx context.Context, c *sql.Conn, server string) string {
	t.Helper()
	name := "cairn_template_" + fingerprint(t)
	mustExec(t, ctx, c, `SELECT pg_advisory_lock(7011)`)
	defer mustExec(t, ctx, c, `SELECT pg_advisory_unlock(7011)`)
	var n int
	if err := c.QueryRowContext(ctx, `SELECT count(*) FROM pg_database WHERE datname = $1`, name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n == 1 {
		return name
	}
	making := name + "_making"
	mustExec(t, ctx, c, `DROP DATABASE IF EXISTS `+making)
	mustExec(t, ctx, c, `CREATE DATABASE `+making)
	if _, err := db.Migrate(ctx, withName(server, making), migrations.FS, 0); err != nil {
		t.Fatalf("migrate the template: %v", err)
	}
	mustExec(t, ctx, c, `ALTER DATABASE `+making+` RENAME TO `+name)
	return name
}

func onServer(t testing.TB, server string, f func(ctx context.Context, c *sql.Conn)) {
	t.Helper()
	ctx := context.Background()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	c, err := pool.Conn(ctx)
	if err != nil {
		t.Fatalf("PostgreSQL at CAIRN_TEST_POSTGRES: %v", err)
	}
	defer func() { _ = c.Close() }()
	f(ctx, c)
}

func mustExec(t testing.TB, ctx context.Context, c *sql.Conn, q string) {
	t.Helper()
	if _, err := c.ExecContext(ctx, q); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

// withName swaps the database's name in a server address of the form
// postgres://user@host:port/name?options.
func withName(server, name string) string {
	base, query, _ := strings.Cut(server, "?")
	cut := strings.LastIndex(base, "/")
	if query != "" {
		query = "?" + query
	}
	return fmt.Sprintf("%s/%s%s", base[:cut], name, query)
}

func fingerprint(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, path)
		_, _ = fmt.Fprintf(h, "%s %d\n", path, len(b))
		_, _ = h.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
