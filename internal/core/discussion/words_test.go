package discussion

import (
	"strings"
	"testing"

	"cairn/internal/kit/fault"
)

func TestLinksSayWhereTheyLead(t *testing.T) {
	tests := []struct{ words, href, text string }{
		{"see https://example.org/a.", "https://example.org/a", "example.org/a"},
		{"(http://example.org)", "http://example.org", "example.org"},
		{"HTTPS://EXAMPLE.org/Path?q=1&b=ü", "https://example.org/Path?q=1&b=%C3%BC", "example.org/Path"},
		{"https://example.org/" + strings.Repeat("a", 90), "https://example.org/" + strings.Repeat("a", 90), "example.org/" + strings.Repeat("a", 48) + "…"},
		{"javascript:alert(1)", "", ""},
		{"data:text/html,x", "", ""},
		{"https://bank.example@evil.example/", "", ""},
		{"https://аpple.com/", "", ""}, // the first letter is Cyrillic
		{"https://xn--pple-43d.com/", "", ""},
		{"https://localhost/", "", ""},
		{"https://", "", ""},
		{`https://example.org/"onmouseover="x`, "https://example.org/", "example.org/"},
		{"https://example.org/\u202egnp.exe", "https://example.org/%E2%80%AEgnp.exe", "example.org/%E2%80%AEgnp.exe"},
		{"https://example.org/" + strings.Repeat("a", 1100), "", ""},
	}
	for _, tt := range tests {
		var href, text string
		var whole strings.Builder
		for _, p := range pieces(tt.words) {
			whole.WriteString(p.Text)
			if p.Href != "" {
				href, text = p.Href, p.Text
			}
		}
		if href != tt.href || text != tt.text {
			t.Errorf("%.60q: %q %q", tt.words, href, text)
		}
		if href == "" && whole.String() != tt.words {
			t.Errorf("%.60q lost something: %.60q", tt.words, whole.String())
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := paragraphs("one\ntwo\n\n \n three\n")
	if len(got) != 2 || len(got[0]) != 2 || len(got[1]) != 1 || got[1][0][0].Text != " three" {
		t.Errorf("%+v", got)
	}
}

func TestWhatMayBeWritten(t *testing.T) {
	tests := []struct {
		name    string
		d       Draft
		comment bool
		field   string // "" is fine
		words   string
	}{
		{"plain", Draft{Words: " hello \r\nyou "}, false, "", "hello \nyou"},
		{"nothing", Draft{Words: " \n"}, false, "words", ""},
		{"nothing to see", Draft{Words: "\u200b\u202e\u3164"}, false, "words", ""},
		{"overrides go", Draft{Words: "a\u202eb\u2066c"}, false, "", "abc"},
		{"as long as it may be", Draft{Words: strings.Repeat("ß", MostWords)}, false, "", strings.Repeat("ß", MostWords)},
		{"too long", Draft{Words: strings.Repeat("ß", MostWords+1)}, false, "words", ""},
		{"a comment too long", Draft{Words: strings.Repeat("a", MostComment+1)}, true, "words", ""},
		{"no letters at all", Draft{Words: "a\xff"}, false, "words", ""},
		{"a long title", Draft{Words: "a", Title: strings.Repeat("a", MostTitle+1)}, false, "title", ""},
		{"a comment has no title", Draft{Words: "a", Title: strings.Repeat("a", MostTitle+1)}, true, "", "a"},
		{"a strange key", Draft{Words: "a", Key: "a b"}, false, "key", ""},
		{"a long key", Draft{Words: "a", Key: strings.Repeat("a", 65)}, false, "key", ""},
	}
	for _, tt := range tests {
		err := tt.d.Validate(tt.comment)
		if tt.field == "" {
			if err != nil || tt.d.Words != tt.words || tt.d.Key == "" {
				t.Errorf("%s: %q %v", tt.name, tt.d.Words, err)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	one := Draft{Words: "a", Title: " two\nlines "}
	if err := one.Validate(false); err != nil || one.Title != "two lines" {
		t.Errorf("a title on two lines: %q %v", one.Title, err)
	}
}

func TestLabelsAreHeldToTheTaxonomy(t *testing.T) {
	can := map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true}
	if got, err := tidyTopics([]string{"b", "a", "b"}, can); err != nil || strings.Join(got, " ") != "a b" {
		t.Errorf("%v %v", got, err)
	}
	for _, wrong := range [][]string{{"x"}, {"a", "b", "c", "d", "e", "f"}} {
		if _, err := tidyTopics(wrong, can); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

func TestBackLeadsNowhereElse(t *testing.T) {
	for named, want := range map[string]string{"": "/own", "/groups/1?x=2#y": "/groups/1?x=2", "//evil.example": "/own", "https://evil.example": "/own", "/a\\b": "/own", "javascript:x": "/own"} {
		if got := backTo(named, "/own"); got != want {
			t.Errorf("%q: %q", named, got)
		}
	}
}
