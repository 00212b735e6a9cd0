// Package corpus keeps what fuzzing found worth trying: a file for each target, a value a
// line as Go writes it in its own corpus, so that ordinary tests try all of it again.
// scripts/keep-fuzz writes the files.
package corpus

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Kept gives the values of a file, as text. A file that is missing, is empty, or has a line
// that is no value fails the test: it would try less than it says.
func Kept(f *testing.F, path string) []string {
	f.Helper()
	file, err := os.Open(path)
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var out []string
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		value := strings.TrimPrefix(strings.TrimPrefix(lines.Text(), "string"), "[]byte")
		words, err := strconv.Unquote(strings.TrimSuffix(strings.TrimPrefix(value, "("), ")"))
		if err != nil {
			f.Fatalf("%s: line %d is no value", path, len(out)+1)
		}
		out = append(out, words)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		f.Fatalf("%s has %d values: %v", path, len(out), err)
	}
	return out
}
