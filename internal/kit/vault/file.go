package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"cairn/internal/kit/moment"
)

// fileMark tells one content of the keyset file from the next without reading
// it: each change is a new file that takes the old one's name.
type fileMark struct {
	inode uint64
	size  int64
	mod   time.Time
}

// maxFile is far above any keyset: a key is some 200 bytes of JSON.
const maxFile = 1 << 20

func markOf(info fs.FileInfo) fileMark {
	m := fileMark{size: info.Size(), mod: info.ModTime()}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		m.inode = s.Ino
	}
	return m
}

// readFile reads the keyset file and refuses one that others may read.
func readFile(path string) (*keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("vault: %s is not a file", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("vault: others may use the keyset file %s (mode %04o): make it 0600", path, info.Mode().Perm())
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	ring, err := parseKeyring(content)
	if err != nil {
		return nil, fmt.Errorf("vault: %s %w", path, err)
	}
	ring.mark = markOf(info)
	return ring, nil
}

// writeFile replaces the keyset file whole: whoever reads it sees the old or
// the new content, after a power cut too.
func writeFile(path string, ring *keyring) error {
	content, err := ring.bytes()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keyset-*")
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when the rename was done
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("vault: write the keyset file: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("vault: sync the keyset's folder: %w", err)
	}
	return nil
}

// alone runs f while no other process changes a keyset in the same folder. The
// lock is the kernel's and ends with the process.
func alone(path string, f func() error) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("vault: lock the keyset's folder: %w", err)
	}
	return f()
}

// Open reads the keyset file at path. It refuses a file that its group or
// others may use, and a missing one (fs.ErrNotExist): a service whose data is
// already sealed must not go on with a new keyset.
func Open(path string) (*Vault, error) {
	// A link is followed once, so that a rotation replaces the file and not the link.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	ring, err := readFile(path)
	if err != nil {
		return nil, err
	}
	v := &Vault{path: path, cache: newCache(), now: func() moment.Time { return moment.System{}.Now() }}
	v.ring.Store(ring)
	return v, nil
}

// Create makes the keyset file at path (mode 0600, its folder 0700) if it is
// missing, and opens it. Call Fits afterwards: a new keyset beside old data
// means that the right one is lost or elsewhere.
func Create(path string) (*Vault, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	err := alone(path, func() error {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		ring, err := newKeyring(moment.System{}.Now())
		if err != nil {
			return err
		}
		return writeFile(path, ring)
	})
	if err != nil {
		return nil, err
	}
	return Open(path)
}
