package app

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// letGo unmaps the pages of the program's own code and constants that the start
// has touched. The media server is in the same file, and a start runs through all
// of it once: tables of types, first uses of every package. Kernels map such a file
// in large pieces, so that an idle service would be counted as holding tens of
// megabytes that it does not use. What is used again comes back from the page
// cache, at a page fault a piece and without a read.
//
// Only whole mappings of the program's own file are let go that nobody can write to
// and of which nothing is private: nothing is in them that the file does not have.
// When anything is unclear, nothing is done.
func letGo() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	for _, m := range ownMappings(f, self) {
		// It is advice: where it is not taken, the memory stays.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a stretch of addresses.
type mapping struct{ from, to uintptr }

// ownMappings finds what can be let go in the words of /proc/self/smaps, for the
// program whose file is self. It finds nothing when they cannot be read to the end.
func ownMappings(smaps io.Reader, self string) []mapping {
	var out []mapping
	var at mapping
	ours := false
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) < 2:
		case len(words) >= 5 && strings.Contains(words[0], "-"):
			n, err := fmt.Sscanf(words[0], "%x-%x", &at.from, &at.to)
			ours = err == nil && n == 2 && strings.HasSuffix(lines.Text(), " "+self) && readOnly(words[1])
		case ours && words[0] == "Anonymous:" && words[1] == "0":
			out = append(out, at)
		}
	}
	if lines.Err() != nil {
		return nil
	}
	return out
}

// readOnly tells whether a mapping is private, is read and cannot be written to.
func readOnly(rights string) bool { return rights == "r--p" || rights == "r-xp" }
