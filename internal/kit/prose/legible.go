package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Legible makes words safe to keep and to show as they are: control characters and direction
// overrides go (an override can make a line read as something else), line ends become one kind,
// blanks around them go. What shows nothing is "". ok is false for what is not UTF-8.
//
// It changes nothing that a reader sees: HTML takes out more when it draws.
func Legible(s string) (clean string, ok bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	visible := false
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case unicode.Is(unicode.Cc, r), isOverride(r), r == '\uFEFF':
			return -1
		case !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !isBlank(r):
			visible = true
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	if !visible {
		return "", true
	}
	return strings.TrimSpace(s), true
}

// isOverride names the bidirectional embeddings, overrides and isolates of
// Unicode UAX #9; the plain marks that Arabic and Hebrew writers use stay.
func isOverride(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// isBlank names letters that show nothing: Hangul fillers and the Braille blank.
func isBlank(r rune) bool {
	return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x2800
}
