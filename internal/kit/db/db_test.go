package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/migrations"
)

func put(ctx context.Context, tx db.Writer, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO access_setting (name, value, changed_at) VALUES ($1, $2, $3)`, name, value, 1)
	return err
}

func count(t *testing.T, d *db.DB) int {
	t.Helper()
	var n int
	if err := d.Reader().QueryRow(t.Context(), `SELECT count(*) FROM access_setting`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteKeepsOrDropsWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		after := 0
		if err := d.Write(ctx, func(tx db.Writer) error {
			tx.AfterCommit(func() { after++ })
			return put(ctx, tx, "a", "1")
		}); err != nil {
			t.Fatal(err)
		}
		own := errors.New("mine")
		err := d.Write(ctx, func(tx db.Writer) error {
			tx.AfterCommit(func() { after += 100 })
			if err := put(ctx, tx, "b", "1"); err != nil {
				return err
			}
			return own
		})
		if !errors.Is(err, own) {
			t.Fatalf("the closure's own error is lost: %v", err)
		}
		if n := count(t, d); n != 1 || after != 1 {
			t.Fatalf("rows %d, hooks %d; want 1 and 1", n, after)
		}
	})
}

func TestConcurrentWritersShareCommitsButNotFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		errs := make([]error, 200)
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(ctx, func(tx db.Writer) error {
					if err := put(ctx, tx, fmt.Sprintf("k%d", i), "v"); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return errors.New("no")
					case 2:
						panic("a closure panics")
					}
					return nil
				})
			})
		}
		wg.Wait()
		kept := 0
		for i, err := range errs {
			if (err == nil) != (i%4 == 0 || i%4 == 3) {
				t.Fatalf("write %d: %v", i, err)
			}
			if err == nil {
				kept++
			}
		}
		if n := count(t, d); n != kept {
			t.Fatalf("kept %d, answered %d", n, kept)
		}
	})
}

func TestReadYourOwnWriteAndUnique(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		err := d.Write(ctx, func(tx db.Writer) error {
			if err := put(ctx, tx, "a", "1"); err != nil {
				return err
			}
			var v string
			return tx.QueryRow(ctx, `SELECT value FROM access_setting WHERE name = $1`, "a").Scan(&v)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(tx db.Writer) error { return put(ctx, tx, "a", "2") })
		if !db.IsUnique(err) {
			t.Fatalf("want a unique violation, got %v", err)
		}
	})
}

func TestCountersUnderContention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := d.Write(ctx, func(tx db.Writer) error { return put(ctx, tx, "n", "0") }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if err := d.Write(ctx, func(tx db.Writer) error {
					var v int
					if err := tx.QueryRow(ctx, `SELECT CAST(value AS INTEGER) FROM access_setting WHERE name = 'n'`).Scan(&v); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, `UPDATE access_setting SET value = $1 WHERE name = 'n'`, fmt.Sprint(v+1))
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var v string
		if err := d.Reader().QueryRow(ctx, `SELECT value FROM access_setting WHERE name = 'n'`).Scan(&v); err != nil || v != "16" {
			t.Fatalf("read-then-write lost something: %s %v", v, err)
		}
	})
}

// The words "saved" and "lost power" meet here: what the design settled must be on.
func TestSQLiteIsSyncedFully(t *testing.T) {
	d := dbtest.SQLite(t)
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		if err := d.Write(t.Context(), func(tx db.Writer) error {
			return tx.QueryRow(t.Context(), `PRAGMA `+pragma).Scan(&got)
		}); err != nil || got != want {
			t.Errorf("writer's %s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
	if _, err := d.Reader().Query(t.Context(), `DELETE FROM access_setting RETURNING name`); err == nil {
		t.Error("the read pool can write")
	}
}

func TestFoldersMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a #1 folder? 100% ours")
	address := "sqlite:" + filepath.Join(dir, "cairn.db")
	if _, err := db.Migrate(t.Context(), address, migrations.FS, 0); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), address, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, d); n != 0 {
		t.Fatalf("%d rows", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "cairn.db"))
	if err != nil {
		t.Fatalf("the database is somewhere else: %v", err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Fatalf("others can read the database: %o", mode)
	}
}

func TestFullDiskIsToldAndNothingHalfWritten(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := t.Context()
	pages := func(n string) {
		if err := d.Write(ctx, func(tx db.Writer) error {
			var got int
			return tx.QueryRow(ctx, `PRAGMA max_page_count = `+n).Scan(&got)
		}); err != nil {
			t.Fatal(err)
		}
	}
	pages("1") // SQLite raises this to the present size: the file cannot grow
	big := strings.Repeat("x", 1<<20)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			err := d.Write(ctx, func(tx db.Writer) error {
				if err := put(ctx, tx, fmt.Sprintf("small%d", i), "x"); err != nil {
					return err
				}
				return put(ctx, tx, fmt.Sprintf("big%d", i), big)
			})
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("a full disk should be Unavailable, got %v", err)
			}
		})
	}
	wg.Wait()
	if n := count(t, d); n != 0 {
		t.Fatalf("%d rows are half-written", n)
	}
	pages("1000000")
	if err := d.Write(ctx, func(tx db.Writer) error { return put(ctx, tx, "later", big) }); err != nil {
		t.Fatalf("with room again it should go on: %v", err)
	}
}

func TestCancelledCallerDoesNotHurtNeighbours(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Write(ctx, func(tx db.Writer) error {
		cancel()
		return put(ctx, tx, "a", "1")
	})
	if err != nil {
		t.Fatalf("a write that has begun is finished: %v", err)
	}
	if err := d.Write(ctx, func(tx db.Writer) error { return put(ctx, tx, "b", "1") }); err == nil {
		t.Fatal("a cancelled caller's next write should not begin")
	}
}

func TestMigratedStepByStepEqualsFresh(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		ctx := t.Context()
		have, newest, err := db.Version(ctx, url, migrations.FS)
		if err != nil || have != newest {
			t.Fatalf("version %d of %d: %v", have, newest, err)
		}
		fresh := schema(t, url)
		if err := db.Rewind(ctx, url, migrations.FS); err != nil {
			t.Fatalf("down: %v", err)
		}
		for v := int64(1); v <= newest; v++ {
			if _, err := db.Migrate(ctx, url, migrations.FS, v); err != nil {
				t.Fatalf("up to %d: %v", v, err)
			}
		}
		if stepped := schema(t, url); stepped != fresh {
			t.Errorf("stepwise schema differs from the fresh one:\n%s\n--- fresh\n%s", stepped, fresh)
		}
	})
}

func schema(t *testing.T, url string) string {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	q := `SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose%' ORDER BY name`
	if d.Postgres() {
		q = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' ORDER BY line`
	}
	rows, err := d.Reader().Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	if rows.Err() != nil || b.Len() == 0 {
		t.Fatalf("no schema: %v", rows.Err())
	}
	return b.String()
}

func TestReadOnlyFolderIsToldInWords(t *testing.T) {
	if os.Getuid() == 0 {
		// Root writes anywhere, so a file that is no database stands in for one that cannot be used.
		path := t.TempDir() + "/not.db"
		if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := db.Open(t.Context(), "sqlite:"+path, db.Options{})
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("got %v", err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), "sqlite:"+dir+"/x.db", db.Options{}); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
}
