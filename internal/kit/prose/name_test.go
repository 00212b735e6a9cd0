package prose

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	for words, want := range map[string]string{
		"@Fern and @RuthHeron, @Fern":                    "Fern RuthHeron",
		"(@Ali) \"@علي\" @O'Brien-Smith.":                "Ali علي O'Brien-Smith",
		"a@b.test @@x x/@y https://z.test/@w .@v _@u -@": "",
		"> @Fern said\n\n@Ali yes":                       "Ali",
		"*@Fern* **@Ali**":                               "Fern Ali",
		"@" + strings.Repeat("n", 41):                    "",
		"@a @b @c @d @e @f":                              "a b c d e",
		"@":                                              "",
	} {
		if got := strings.Join(Names(words, 5), " "); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}

// A name in the middle of marks and links is marked or text, and nothing else.
func TestNamesAmongMarks(t *testing.T) {
	for _, words := range []string{"@a@b@c", "@a\n@b", "[@a](https://x.test)", "https://x.test/@a @b", "@<b>", "@a_b_c", "@a*b*", "\\@a", "@&amp;", strings.Repeat("@a ", 2000)} {
		got := HTML(words)
		check(t, words, got)
		kept(t, words, got)
	}
	if got := HTML("[@a](https://x.test)"); strings.Contains(got, "<b>") {
		t.Errorf("a name in a link: %s", got)
	}
	if !slices.Equal(Names("@a@b", 5), []string{"a"}) {
		t.Error("a name behind a name")
	}
}
