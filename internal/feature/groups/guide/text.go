package guide

import (
	"html"
	"net/url"
	"strings"
	"unicode"
)

// Lengths in runes; what is longer is cut.
const (
	mostName    = 255
	mostSlug    = 64
	mostPlace   = 500
	mostNotes   = 4000
	mostAddress = 2000
	mostPhone   = 60
	mostWhat    = 80
)

// plain gives words without HTML, control characters and characters that turn
// the direction of what follows; line breaks stay.
func plain(s string, most int) string {
	n := 0
	s = strings.Map(func(r rune) rune {
		if n >= most || r != '\n' && unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\ufeff' {
			return -1
		}
		n++
		return r
	}, withoutTags(strings.ToValidUTF8(s, "\uFFFD")))
	return strings.TrimSpace(s)
}

func oneLine(s string, most int) string {
	return plain(strings.Join(strings.Fields(withoutTags(s)), " "), most)
}

// withoutTags takes tags out and entities for what they stand for, until nothing
// that looks like a tag is left. A "<" that begins none stays.
func withoutTags(s string) string {
	for range 3 {
		next := html.UnescapeString(stripTags(s))
		if next == s {
			return s
		}
		s = next
	}
	return stripTags(s)
}

func stripTags(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if !beginsTag(rest) {
			b.WriteByte('<')
			s = rest
			continue
		}
		end := strings.IndexByte(rest, '>')
		if end < 0 { // nothing from here on can be a tag
			b.WriteString("<" + rest)
			return b.String()
		}
		if tag := strings.ToLower(rest[:end]); strings.HasPrefix(tag, "br") || strings.HasPrefix(tag, "/p") || strings.HasPrefix(tag, "li") {
			b.WriteByte('\n')
		}
		s = rest[end+1:]
	}
}

func beginsTag(s string) bool {
	return s != "" && (s[0] == '/' || s[0] == '!' || s[0] == '?' || s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z')
}

// webAddress gives an address of the web, or "".
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > mostAddress || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

// phone gives a number to call, with what phones understand in it, or "".
func phone(s string) string {
	digits := 0
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			digits++
			return r
		case strings.ContainsRune("+,*#", r):
			return r
		}
		return -1
	}, s)
	if digits < 3 || len(s) > mostPhone {
		return ""
	}
	return s
}
