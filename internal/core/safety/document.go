package safety

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Languages are those the policy is published in: all that the shell speaks.
func Languages() []string { return []string{"en", "es", "ar"} }

// MaxAddition is how long the operator's own part may be, in characters.
const MaxAddition = 6000

// OwnSection is the key of the operator's own part.
const OwnSection = "own"

// Section is one part of the policy. Paragraphs of the body are apart by an
// empty line.
type Section struct {
	Key     string `json:"key"`
	Heading string `json:"heading"`
	Body    string `json:"body"`
	Short   string `json:"short,omitempty"` // its one line on the pages for asking and waiting
	// Lang is set when the part is in another language than the reader's: the
	// operator wrote it in theirs only.
	Lang string `json:"lang,omitempty"`
}

// Paragraphs are the body's.
func (s Section) Paragraphs() []string { return paragraphs(s.Body) }

func paragraphs(body string) []string {
	var out []string
	for part := range strings.SplitSeq(body, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Policy is one version of the policy in one language. Version 0 is a draft.
type Policy struct {
	Version     int
	Lang        string
	Sections    []Section
	PublishedAt moment.Time
}

// Short gives the lines that stand on the pages for asking and waiting.
func (p Policy) Short() []string {
	var out []string
	for _, s := range p.Sections {
		if s.Short != "" {
			out = append(out, s.Short)
		}
	}
	return out
}

// HasOwn tells whether the operator added something.
func (p Policy) HasOwn() bool {
	for _, s := range p.Sections {
		if s.Key == OwnSection {
			return true
		}
	}
	return false
}

// ChangeKind is what became of a section.
type ChangeKind string

// The kinds.
const (
	Added   ChangeKind = "added"
	Changed ChangeKind = "changed"
	Removed ChangeKind = "removed"
)

// Change is what became of one section from one version to another. New and
// Old are the paragraphs that came and went.
type Change struct {
	Kind    ChangeKind
	Heading string
	New     []string
	Old     []string
}

// Changes compares two versions section by section, in the order of the newer one.
func Changes(old, now Policy) []Change {
	was := map[string]Section{}
	for _, s := range old.Sections {
		was[s.Key] = s
	}
	var out []Change
	for _, s := range now.Sections {
		before, had := was[s.Key]
		delete(was, s.Key)
		switch {
		case !had:
			out = append(out, Change{Kind: Added, Heading: s.Heading, New: s.Paragraphs()})
		case before.Body != s.Body || before.Heading != s.Heading:
			out = append(out, Change{Kind: Changed, Heading: s.Heading, New: without(s.Paragraphs(), before.Paragraphs()), Old: without(before.Paragraphs(), s.Paragraphs())})
		}
	}
	for _, s := range old.Sections {
		if _, gone := was[s.Key]; gone {
			out = append(out, Change{Kind: Removed, Heading: s.Heading, Old: s.Paragraphs()})
		}
	}
	return out
}

// without gives what is in list and not in other.
func without(list, other []string) []string {
	in := map[string]bool{}
	for _, s := range other {
		in[s] = true
	}
	var out []string
	for _, s := range list {
		if !in[s] {
			out = append(out, s)
		}
	}
	return out
}

// tidyAdditions trims what the operator wrote and checks it. The field of a
// language is "own-" and its code.
func tidyAdditions(in map[string]string) (map[string]string, error) {
	var p fault.Problems
	out := map[string]string{}
	for lang := range in {
		if !speaks(lang) {
			p.Add("own-"+lang, "safety.error.language")
		}
	}
	for _, lang := range Languages() {
		text := strings.Join(paragraphs(strings.ReplaceAll(in[lang], "\r\n", "\n")), "\n\n")
		if utf8.RuneCountInString(text) > MaxAddition {
			p.AddWith("own-"+lang, "safety.error.long", map[string]any{"most": MaxAddition})
		}
		if strings.ContainsFunc(text, hostile) {
			p.Add("own-"+lang, "safety.error.characters")
		}
		if text != "" {
			out[lang] = text
		}
	}
	return out, p.Err()
}

func speaks(lang string) bool {
	for _, l := range Languages() {
		if l == lang {
			return true
		}
	}
	return false
}

// hostile finds controls and characters that turn a sentence around. The joiners
// of Arabic script pass.
func hostile(r rune) bool {
	if r == '\n' || r == 0x200C || r == 0x200D {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
