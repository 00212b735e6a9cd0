package vault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// text is something sealed, to be readable through whatever happens to the keys.
type text struct {
	scope  moment.ID
	sealed []byte
}

func seal(t *testing.T, v *Vault, d *db.DB, n int) []text {
	t.Helper()
	out := make([]text, n)
	for i := range out {
		scope, box := newScope(t, v, d)
		out[i] = text{scope, box.Seal([]byte(secret), place)}
	}
	return out
}

func allOpen(t *testing.T, v *Vault, d *db.DB, texts []text) {
	t.Helper()
	for _, x := range texts {
		mustOpen(t, v, d, x.scope, x.sealed)
	}
}

func rotate(t *testing.T, v *Vault) {
	t.Helper()
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
}

// hourLater makes the vault believe that RetireAfter is over.
func hourLater(v *Vault) {
	v.now = func() moment.Time { return moment.System{}.Now().Add(RetireAfter) }
}

func uses(t *testing.T, d *db.DB, kek string) (n int) {
	t.Helper()
	if err := d.Reader().QueryRow(context.Background(), `SELECT COUNT(*) FROM vault_key WHERE kek = $1`, kek).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRotateRewrapRetire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v := create(t)
		first := v.ring.Load().primary
		texts := seal(t, v, d, 7)
		if n, err := v.Retire(ctx, d); n != 0 || err != nil {
			t.Fatalf("nothing to retire: %d, %v", n, err)
		}
		rotate(t, v)
		if n, err := v.Retire(ctx, d); n != 0 || !errors.Is(err, ErrTooSoon) {
			t.Fatalf("at once: %d, %v", n, err)
		}
		hourLater(v)
		texts = append(texts, seal(t, v, d, 2)...)
		if n, err := v.Retire(ctx, d); n != 0 || !errors.Is(err, ErrInUse) {
			t.Fatalf("in use: %d, %v", n, err)
		}
		allOpen(t, again(t, v), d, texts)
		if n, err := v.Rewrap(ctx, d, 3); n != 7 || err != nil {
			t.Fatalf("Rewrap = %d, %v", n, err)
		}
		if n, err := v.Rewrap(ctx, d, 3); n != 0 || err != nil {
			t.Fatalf("Rewrap again = %d, %v", n, err)
		}
		if n := uses(t, d, first); n != 0 {
			t.Fatalf("%d rows still use the first key", n)
		}
		if n, err := v.Retire(ctx, d); n != 1 || err != nil {
			t.Fatalf("Retire = %d, %v", n, err)
		}
		for _, x := range []*Vault{v, again(t, v)} {
			if x.ring.Load().has(first) {
				t.Error("the first key is still in the file")
			}
			allOpen(t, x, d, texts)
			if err := x.Fits(ctx, d.Reader()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestRewrapGoesOnAfterAnInterruption(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := create(t)
		first := v.ring.Load().primary
		texts := seal(t, v, d, 9)
		rotate(t, v)
		// Two batches are done, then the process dies; another takes over.
		step, err := v.rewrapBatch(context.Background(), d, first, "", 2)
		if err != nil || step.done != 2 {
			t.Fatalf("%+v, %v", step, err)
		}
		if step, err = v.rewrapBatch(context.Background(), d, first, step.last, 2); err != nil || step.done != 2 {
			t.Fatalf("%+v, %v", step, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if n, err := v.Rewrap(ctx, d, 2); n != 0 || err == nil {
			t.Fatalf("cancelled: %d, %v", n, err)
		}
		allOpen(t, again(t, v), d, texts)
		next := again(t, v)
		if n, err := next.Rewrap(context.Background(), d, 2); n != 5 || err != nil {
			t.Fatalf("Rewrap = %d, %v", n, err)
		}
		allOpen(t, next, d, texts)
	})
}

func TestDamagedKeyDoesNotStopARewrap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v := create(t)
		texts := seal(t, v, d, 5)
		write(t, d, func(tx db.Writer) error {
			bad := wrappedOf(t, d, texts[2].scope)
			bad[20] ^= 1
			_, err := tx.Exec(ctx, `UPDATE vault_key SET wrapped = $1 WHERE scope = $2`, bad, texts[2].scope)
			return err
		})
		rotate(t, v)
		if n, err := v.Rewrap(ctx, d, 2); n != 4 || !errors.Is(err, ErrUnreadable) {
			t.Fatalf("Rewrap = %d, %v", n, err)
		}
		hourLater(v)
		if _, err := v.Retire(ctx, d); !errors.Is(err, ErrInUse) {
			t.Fatalf("its key was retired: %v", err)
		}
		allOpen(t, again(t, v), d, append(texts[:2:2], texts[3:]...))
	})
}

func TestAnotherProcessSeesARotation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := create(t)
		other := again(t, v)
		before := seal(t, v, d, 1)
		rotate(t, v)
		after := seal(t, v, d, 1)
		if other.ring.Load().has(v.ring.Load().primary) {
			t.Fatal("the other process knows the key already; the test shows nothing")
		}
		allOpen(t, other, d, append(before, after...))
		rotate(t, other)
		theirs := seal(t, v, d, 1) // wraps with what the other made primary
		if n := uses(t, d, other.ring.Load().primary); n != 1 {
			t.Fatalf("%d rows use the newest key", n)
		}
		allOpen(t, again(t, other), d, append(theirs, after...))
	})
}

func TestRotationWhileOthersSeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v := create(t)
		nodes := []*Vault{v, again(t, v), again(t, v)}
		var mu sync.Mutex
		var texts []text
		var work sync.WaitGroup
		for _, n := range nodes {
			work.Go(func() {
				for range 20 {
					scope := moment.NewID()
					var box *Box
					err := d.Write(ctx, func(tx db.Writer) (err error) {
						box, err = n.NewScope(ctx, tx, scope, 1)
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					texts = append(texts, text{scope, box.Seal([]byte(secret), place)})
					mu.Unlock()
				}
			})
		}
		for _, n := range nodes[:2] {
			work.Go(func() {
				for range 3 {
					if err := n.Rotate(); err != nil {
						t.Error(err)
					}
					if _, err := n.Rewrap(ctx, d, 5); err != nil {
						t.Error(err)
					}
				}
			})
		}
		work.Wait()
		if _, err := v.Rewrap(ctx, d, 10); err != nil {
			t.Fatal(err)
		}
		hourLater(v)
		if n, err := v.Retire(ctx, d); n != 6 || err != nil { // 1 + 6 keys, of which one is primary
			t.Fatalf("Retire = %d, %v", n, err)
		}
		if len(texts) != 60 {
			t.Fatalf("%d texts", len(texts))
		}
		for _, n := range append(nodes, again(t, v)) {
			allOpen(t, n, d, texts)
		}
	})
}

func TestFileThatWasReplacedByAnotherIsRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	v := create(t)
	texts := seal(t, v, d, 1)
	alien, err := os.ReadFile(create(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(v.Path(), alien, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Rotate(); err == nil {
		t.Error("rotated a keyset that is not ours")
	}
	err = d.Write(context.Background(), func(tx db.Writer) error {
		_, err := v.NewScope(context.Background(), tx, moment.NewID(), 1)
		return err
	})
	if err == nil {
		t.Error("wrapped a key with a keyset that is not ours")
	}
	allOpen(t, v, d, texts) // what it knows it still reads
}

func TestRotationThroughALinkKeepsTheLink(t *testing.T) {
	v := create(t)
	link := filepath.Join(t.TempDir(), "keyset")
	if err := os.Symlink(v.Path(), link); err != nil {
		t.Fatal(err)
	}
	w, err := Open(link)
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, w)
	if to, err := os.Readlink(link); err != nil || to != v.Path() {
		t.Errorf("the link now leads to %q, %v", to, err)
	}
	if got := again(t, v).ring.Load().primary; got != w.ring.Load().primary {
		t.Error("the file behind the link was not rotated")
	}
}
