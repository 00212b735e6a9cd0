package vault

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const (
	secret = "I have not told anybody this before"
	place  = "0190-row.body"
)

func create(t testing.TB) *Vault {
	t.Helper()
	v, err := Create(filepath.Join(t.TempDir(), "keys", "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// again opens the same file as another process would.
func again(t testing.TB, v *Vault) *Vault {
	t.Helper()
	w, err := Open(v.Path())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func write(t testing.TB, d *db.DB, f func(tx db.Writer) error) {
	t.Helper()
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func newScope(t testing.TB, v *Vault, d *db.DB) (moment.ID, *Box) {
	t.Helper()
	scope := moment.NewID()
	var box *Box
	write(t, d, func(tx db.Writer) (err error) {
		box, err = v.NewScope(context.Background(), tx, scope, 1000)
		return err
	})
	return scope, box
}

func mustOpen(t testing.TB, v *Vault, d *db.DB, scope moment.ID, sealed []byte) {
	t.Helper()
	box, err := v.Box(context.Background(), d.Reader(), scope)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := box.Open(sealed, place)
	if err != nil || string(plain) != secret {
		t.Fatalf("opened %q, %v", plain, err)
	}
}

func TestSealedTextOpensOnlyWhereItBelongs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := create(t)
		scope, box := newScope(t, v, d)
		sealed := box.Seal([]byte(secret), place)
		if bytes.Contains(sealed, []byte("told")) {
			t.Fatal("the text is not sealed")
		}
		if len(sealed) != len(secret)+29 {
			t.Errorf("%d bytes more than the text", len(sealed)-len(secret))
		}
		if bytes.Equal(sealed, box.Seal([]byte(secret), place)) {
			t.Error("sealing twice gives the same bytes")
		}
		mustOpen(t, v, d, scope, sealed)
		mustOpen(t, again(t, v), d, scope, sealed)
		_, other := newScope(t, v, d)
		for name, attempt := range map[string]func() ([]byte, error){
			"another place":  func() ([]byte, error) { return box.Open(sealed, "0190-row.subject") },
			"no place":       func() ([]byte, error) { return box.Open(sealed, "") },
			"another scope":  func() ([]byte, error) { return other.Open(sealed, place) },
			"cut off":        func() ([]byte, error) { return box.Open(sealed[:20], place) },
			"nothing":        func() ([]byte, error) { return box.Open(nil, place) },
			"made longer":    func() ([]byte, error) { return box.Open(append(bytes.Clone(sealed), 0), place) },
			"another vault":  func() ([]byte, error) { return openElsewhere(t, d, scope, sealed) },
			"only a version": func() ([]byte, error) { return box.Open([]byte{sealedVersion}, place) },
		} {
			plain, err := attempt()
			if err == nil || plain != nil {
				t.Errorf("%s: opened %q", name, plain)
			} else if strings.Contains(err.Error(), "told") {
				t.Errorf("%s: the error tells the text: %v", name, err)
			}
		}
		empty := box.Seal(nil, place)
		if plain, err := box.Open(empty, place); err != nil || len(plain) != 0 {
			t.Errorf("empty text: %q, %v", plain, err)
		}
	})
}

func openElsewhere(t *testing.T, d *db.DB, scope moment.ID, sealed []byte) ([]byte, error) {
	box, err := create(t).Box(context.Background(), d.Reader(), scope)
	if err != nil {
		if !errors.Is(err, ErrNoKey) {
			t.Errorf("err = %v, want ErrNoKey", err)
		}
		return nil, err
	}
	return box.Open(sealed, place)
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	v, d := create(t), dbtest.SQLite(t)
	scope, box := newScope(t, v, d)
	sealed := box.Seal([]byte(secret), place)
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := box.Open(bad, place); !errors.Is(err, ErrUnreadable) {
			t.Fatalf("bit %d of the text: %v", i, err)
		}
	}
	wrapped := wrappedOf(t, d, scope)
	for i := range len(wrapped) * 8 {
		bad := bytes.Clone(wrapped)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := v.BoxFrom(scope, bad); !errors.Is(err, ErrUnreadable) && !errors.Is(err, ErrNoKey) {
			t.Fatalf("bit %d of the key: %v", i, err)
		}
	}
	if _, err := v.BoxFrom(moment.NewID(), wrapped); !errors.Is(err, ErrUnreadable) {
		t.Fatalf("a key moved to another scope: %v", err)
	}
	if _, err := v.BoxFrom(scope, []byte{1, 2}); !errors.Is(err, ErrUnreadable) {
		t.Fatalf("a stump of a key: %v", err)
	}
}

func wrappedOf(t *testing.T, d *db.DB, scope moment.ID) []byte {
	t.Helper()
	var wrapped []byte
	if err := d.Reader().QueryRow(context.Background(), `SELECT wrapped FROM vault_key WHERE scope = $1`, scope).Scan(&wrapped); err != nil {
		t.Fatal(err)
	}
	return wrapped
}

func TestDestroyedScopeIsUnreadableThoughTheCacheWasWarm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v := create(t)
		scope, box := newScope(t, v, d)
		kept, keptBox := newScope(t, v, d)
		sealed, keptText := box.Seal([]byte(secret), place), keptBox.Seal([]byte(secret), place)
		other := again(t, v)
		mustOpen(t, v, d, scope, sealed)
		mustOpen(t, other, d, scope, sealed)
		sorry := errors.New("sorry")
		if err := d.Write(ctx, func(tx db.Writer) error { return errors.Join(v.Destroy(ctx, tx, scope), sorry) }); !errors.Is(err, sorry) {
			t.Fatal(err)
		}
		mustOpen(t, v, d, scope, sealed) // rolled back, so not destroyed
		for range 2 {
			write(t, d, func(tx db.Writer) error { return v.Destroy(ctx, tx, scope) })
		}
		for _, x := range []*Vault{v, other} {
			if _, err := x.Box(ctx, d.Reader(), scope); !errors.Is(err, ErrDestroyed) || !fault.Is(err, fault.NotFound) {
				t.Fatalf("err = %v, want ErrDestroyed", err)
			}
			mustOpen(t, x, d, kept, keptText)
		}
		if _, err := v.BoxFrom(scope, nil); !errors.Is(err, ErrDestroyed) {
			t.Fatalf("no row in a join: %v", err)
		}
		// A new key under the same scope does not bring the old text back.
		write(t, d, func(tx db.Writer) error { _, err := v.NewScope(ctx, tx, scope, 1); return err })
		fresh, err := v.Box(ctx, d.Reader(), scope)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fresh.Open(sealed, place); !errors.Is(err, ErrUnreadable) {
			t.Fatalf("err = %v", err)
		}
	})
}

func TestPlannedDestruction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v := create(t)
		now := moment.Time(1_000_000)
		var scopes []moment.ID
		for i := range 4 {
			scope, _ := newScope(t, v, d)
			scopes = append(scopes, scope)
			at := now.Add(-time.Duration(i) * time.Millisecond)
			if i == 3 {
				at = now.Add(time.Second)
			}
			write(t, d, func(tx db.Writer) error { return v.DestroyAt(ctx, tx, scope, at) })
		}
		// A report came first: the plan for the second is taken back.
		write(t, d, func(tx db.Writer) error { return v.DestroyAt(ctx, tx, scopes[1], 0) })
		due := func(limit int) (out []moment.ID) {
			write(t, d, func(tx db.Writer) (err error) { out, err = v.DestroyDue(ctx, tx, now, limit); return err })
			return out
		}
		if got := due(1); len(got) != 1 || got[0] != scopes[2] {
			t.Fatalf("first %v, want the oldest %v", got, scopes[2])
		}
		if got := due(10); len(got) != 1 || got[0] != scopes[0] {
			t.Fatalf("then %v, want %v", got, scopes[0])
		}
		if got := due(10); len(got) != 0 {
			t.Fatalf("then %v", got)
		}
		for i, gone := range []bool{true, false, true, false} {
			if _, err := v.Box(ctx, d.Reader(), scopes[i]); errors.Is(err, ErrDestroyed) != gone {
				t.Errorf("scope %d: %v", i, err)
			}
		}
		err := d.Write(ctx, func(tx db.Writer) error { return v.DestroyAt(ctx, tx, scopes[0], now) })
		if !errors.Is(err, ErrDestroyed) {
			t.Errorf("planning for what is gone: %v", err)
		}
	})
}

func TestScopeHasOneKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v := create(t)
		scope, box := newScope(t, v, d)
		sealed := box.Seal([]byte(secret), place)
		err := d.Write(ctx, func(tx db.Writer) error { _, err := v.NewScope(ctx, tx, scope, 1); return err })
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("err = %v", err)
		}
		mustOpen(t, v, d, scope, sealed)
	})
}

func TestKeysetFileIsPrivate(t *testing.T) {
	v := create(t)
	info, err := os.Stat(v.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601, 0o666} {
		if err := os.Chmod(v.Path(), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(v.Path()); err == nil || !strings.Contains(err.Error(), "0600") {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if _, err := Create(v.Path()); err == nil {
			t.Errorf("mode %04o: Create opened it", mode)
		}
	}
	if err := os.Chmod(v.Path(), 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(v.Path()); err != nil {
		t.Errorf("read-only for its owner: %v", err)
	}
}

func TestOpenRefusesWhatIsNoKeyset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if _, err := Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("missing: %v", err)
	}
	good, err := os.ReadFile(create(t).Path())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"empty": "", "text": "hello swordfish", "json": `{"cairn_keyset":1,"wrap":{"swordfish":1},"hash":"c3dvcmRmaXNo"}`,
		"half":          string(good[:len(good)/2]),
		"a later shape": strings.Replace(string(good), `"cairn_keyset": 1`, `"cairn_keyset": 2`, 1),
		"no hash key":   strings.Replace(string(good), `"hash": "`, `"hush": "`, 1),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, errBadFile) || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	v, d := create(t), dbtest.SQLite(t)
	scope, box := newScope(t, v, d)
	w, err := Create(v.Path())
	if err != nil {
		t.Fatal(err)
	}
	mustOpen(t, w, d, scope, box.Seal([]byte(secret), place))
	left, err := filepath.Glob(filepath.Join(filepath.Dir(v.Path()), ".keyset-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		v, stranger := create(t), create(t)
		if err := stranger.Fits(ctx, d.Reader()); err != nil {
			t.Fatalf("an empty database: %v", err)
		}
		newScope(t, v, d)
		if err := v.Fits(ctx, d.Reader()); err != nil {
			t.Fatal(err)
		}
		if err := stranger.Fits(ctx, d.Reader()); !errors.Is(err, ErrNoKey) {
			t.Fatalf("another keyset: %v", err)
		}
	})
}

func TestHash(t *testing.T) {
	v := create(t)
	h := v.Hash("email", "ada@example.org")
	if len(h) != 43 || strings.Contains(h, "ada") {
		t.Fatalf("hash %q", h)
	}
	if again(t, v).Hash("email", "ada@example.org") != h {
		t.Error("another process finds another hash")
	}
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	if v.Hash("email", "ada@example.org") != h || again(t, v).Hash("email", "ada@example.org") != h {
		t.Error("a rotation changed the hash")
	}
	for name, other := range map[string]string{
		"value": v.Hash("email", "bob@example.org"), "purpose": v.Hash("token", "ada@example.org"),
		"boundary": v.Hash("emaila", "da@example.org"), "keyset": create(t).Hash("email", "ada@example.org"),
	} {
		if other == h {
			t.Errorf("another %s gives the same hash", name)
		}
	}
}

func TestCacheIsBoundedAndForgets(t *testing.T) {
	c := newCache()
	c.max = 3
	now := time.Unix(0, 0)
	c.now = func() time.Time { return now }
	key := func(i byte) cacheKey { return cacheKey{i} }
	for i := range byte(3) {
		c.put(key(i), &Box{})
	}
	c.get(key(0)) // used last, so 1 goes first
	c.put(key(3), &Box{})
	if c.len() != 3 || c.get(key(1)) != nil || c.get(key(0)) == nil {
		t.Fatalf("%d kept", c.len())
	}
	now = now.Add(keepFor - 1)
	c.put(key(0), &Box{}) // does not begin its time anew
	c.put(key(4), &Box{})
	now = now.Add(1)
	if c.get(key(0)) != nil {
		t.Error("served after ten minutes")
	}
	c.forget()
	if c.len() != 1 || c.get(key(4)) == nil {
		t.Errorf("%d kept after the sweep, want the young one", c.len())
	}
	now = now.Add(keepFor)
	c.forget()
	if c.len() != 0 || c.sweep != nil {
		t.Errorf("%d kept, sweep %v", c.len(), c.sweep)
	}
}

func BenchmarkSeal1KB(b *testing.B) {
	_, box := newScope(b, create(b), dbtest.SQLite(b))
	plain := make([]byte, 1024)
	b.SetBytes(1024)
	for b.Loop() {
		box.Seal(plain, place)
	}
}

func BenchmarkOpen1KB(b *testing.B) {
	_, box := newScope(b, create(b), dbtest.SQLite(b))
	sealed := box.Seal(make([]byte, 1024), place)
	b.SetBytes(1024)
	for b.Loop() {
		if _, err := box.Open(sealed, place); err != nil {
			b.Fatal(err)
		}
	}
}
