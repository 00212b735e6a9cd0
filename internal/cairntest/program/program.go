// Package program builds the real program for tests that must start it.
package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

var build = sync.OnceValues(func() (string, error) {
	root, err := module()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o750); err != nil {
		return "", err
	}
	// Packages are tested at once; one builds, the others find it up to date.
	lock, err := os.OpenFile(filepath.Join(root, "bin", "cairn-test.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	out := filepath.Join(root, "bin", "cairn-test")
	cmd := exec.Command("go", "build", "-o", out, "./cmd/cairn") //nolint:gosec // our own sources, and as long as a build takes
	cmd.Dir, cmd.Stderr = root, os.Stderr
	return out, cmd.Run()
})

// module is the folder of the project. What a compiler says of a file's place does not
// tell it when paths are trimmed.
func module() (string, error) {
	file, err := exec.Command("go", "env", "GOMOD").Output() //nolint:noctx // as long as it takes
	return filepath.Dir(strings.TrimSpace(string(file))), err
}

// Path is the program, built from the sources as they are, without the race
// detector; once a process.
func Path(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatalf("the program cannot be built: %v", err)
	}
	return path
}

// Media is the command that starts the media server: for media.Config.
func Media(t testing.TB) []string {
	t.Helper()
	return []string{Path(t), "media"}
}
