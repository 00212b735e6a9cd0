package app

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const smaps = `00400000-00401000 r--p 00000000 fe:00 42                                 /usr/bin/cairn
Size:                  4 kB
Rss:                   4 kB
Anonymous:             0 kB
00402000-02b39000 r-xp 00002000 fe:00 42                                 /usr/bin/cairn
Rss:               38104 kB
Anonymous:             0 kB
0544b000-0544c000 r--p 0504a000 fe:00 42                                 /usr/bin/cairn
Rss:                   4 kB
Anonymous:             4 kB
0544c000-05735000 rw-p 0504b000 fe:00 42                                 /usr/bin/cairn
Anonymous:             0 kB
05735000-0577f000 r--s 0504b000 fe:00 42                                 /usr/bin/cairn
Anonymous:             0 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f0000000000-7f0000001000 r--p 00000000 fe:00 43                         /usr/lib/libc.so.6
Anonymous:             0 kB
7f0000002000-7f0000003000 r--p 00000000 fe:00 44                         /elsewhere/usr/bin/cairn
Anonymous:             0 kB
`

// What is written to, private, shared or of another file stays as it is: letting
// go of it would lose what the file does not have.
func TestOnlyWhatTheFileHasIsLetGo(t *testing.T) {
	got := ownMappings(strings.NewReader(smaps), "/usr/bin/cairn")
	if want := []mapping{{0x400000, 0x401000}, {0x402000, 0x2b39000}}; !slices.Equal(got, want) {
		t.Errorf("%x, not %x", got, want)
	}
	if got := ownMappings(strings.NewReader(smaps+strings.Repeat("x", 100_000)), "/usr/bin/cairn"); got != nil {
		t.Errorf("of what cannot be read to the end: %x", got)
	}
}

// This very program lets go of its code, and goes on.
func TestAProgramThatLetGoGoesOn(t *testing.T) {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if len(ownMappings(f, self)) == 0 {
		t.Error("nothing of this program could be let go")
	}
	settle()
	if got := strings.Join(strings.Split("a b c", " "), ""); got != "abc" {
		t.Errorf("afterwards: %q", got)
	}
}
