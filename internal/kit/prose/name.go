package prose

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// longestName is how many characters of a name are looked at.
const longestName = 40

// nameShape is somebody called by name: @ and a name without blanks, not in the middle of
// a word, an address or a mail address.
var nameShape = regexp.MustCompile(`(^|[^\p{L}\p{N}\p{M}_.@/+\-])@([\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_'’\-]*[\p{L}\p{N}\p{M}])?)`)

// Names gives who is called by name in words, in their order, each spelling once and at
// most so many. What stands in a quoted line calls nobody: it has been said before.
// Whether there is anybody of that name is not known here.
func Names(words string, most int) []string {
	var out []string
	seen := map[string]bool{}
	for line := range strings.SplitSeq(clean(words), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), ">") {
			continue
		}
		for _, m := range nameShape.FindAllStringSubmatch(line, -1) {
			if len(out) == most {
				return out
			}
			if name := m[2]; !seen[name] && utf8.RuneCountInString(name) <= longestName {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// names writes text, and marks who is called by name in it: every such word alike, since a
// mark must not tell whether somebody is there.
func (w *writer) names(s string) {
	for {
		at := nameShape.FindStringSubmatchIndex(s)
		if at == nil {
			escape(w.b, s)
			return
		}
		escape(w.b, s[:at[4]-1])
		w.b.WriteString("<b>@<bdi>")
		escape(w.b, s[at[4]:at[5]])
		w.b.WriteString("</bdi></b>")
		s = s[at[5]:]
		// What follows is no beginning of a line.
		if strings.HasPrefix(s, "@") {
			escape(w.b, "@")
			s = s[1:]
		}
	}
}
