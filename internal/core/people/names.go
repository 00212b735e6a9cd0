package people

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cairn/internal/kit/fault"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of a pseudonym, in characters, and of the digits in it: seven or more
// digits are somebody's telephone number.
const (
	shortestName   = 2
	longestName    = 40
	mostDigits     = 6
	mostMarks      = 2 // marks on one letter; more is drawing over other lines
	longestPronoun = 40
)

// CleanName gives a pseudonym as it is kept: composed, with single spaces. It
// is an Invalid fault at the field "name" when it cannot be one.
func CleanName(typed string) (string, error) {
	name := strings.Join(strings.Fields(norm.NFKC.String(typed)), " ")
	if key := nameProblem(name); key != "" {
		var p fault.Problems
		p.Add("name", key)
		return "", p.Err()
	}
	return name, nil
}

func nameProblem(name string) string {
	n := utf8.RuneCountInString(name)
	switch {
	case n < shortestName:
		return "people.error.name_short"
	case n > longestName:
		return "people.error.name_long"
	case strings.ContainsRune(name, '@') || looksLikeHost(name):
		return "people.error.name_email"
	case countFunc(name, unicode.IsDigit) > mostDigits:
		return "people.error.name_phone"
	case !plainLetters(name):
		return "people.error.name_letters"
	case mixedScripts(name):
		return "people.error.name_scripts"
	}
	switch folded := FoldName(name); {
	case utf8.RuneCountInString(folded) < shortestName:
		return "people.error.name_short"
	case reserved(folded):
		return "people.error.name_reserved"
	}
	return ""
}

// looksLikeHost tells that a point stands between letters, as in example.org.
func looksLikeHost(name string) bool {
	rs := []rune(name)
	for i := 1; i+1 < len(rs); i++ {
		if rs[i] == '.' && rs[i+1] != ' ' {
			return true
		}
	}
	return false
}

func countFunc(s string, is func(rune) bool) int {
	n := 0
	for _, r := range s {
		if is(r) {
			n++
		}
	}
	return n
}

// plainLetters allows letters, digits, the marks that languages write with, and
// a few signs. Controls, zero-width and bidi characters, symbols, and code
// points without a meaning are not among them.
func plainLetters(name string) bool {
	marks := 0
	for i, r := range name {
		if unicode.Is(unicode.M, r) {
			if marks++; marks > mostMarks || i == 0 || unicode.Is(unicode.Me, r) || variation(r) {
				return false
			}
			continue
		}
		marks = 0
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -'’._", r) || blankLetter(r) {
			return false
		}
	}
	return true
}

func variation(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF || r == 0x034F
}

// blankLetter knows the letters that show nothing.
func blankLetter(r rune) bool {
	return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x17B4 || r == 0x17B5
}

// mixedScripts tells that letters of scripts that look alike stand together.
func mixedScripts(name string) bool {
	seen := 0
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee} {
		if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(script, r) }) {
			seen++
		}
	}
	return seen > 1
}

// lookAlike maps letters to the Latin letter or the digit that they are taken
// for, after lower-casing. It follows Unicode's confusables (UTS 39) for the
// scripts that mixedScripts tells apart, with one letter for l, i and 1.
var lookAlike = map[rune]rune{
	'0': 'o', '1': 'l', 'i': 'l', 'ı': 'l', '|': 'l', 'ӏ': 'l', 'і': 'l', 'ι': 'l', 'ł': 'l', 'ɩ': 'l',
	'а': 'a', 'ɑ': 'a', 'α': 'a', 'е': 'e', 'ҽ': 'e', 'о': 'o', 'ο': 'o', 'օ': 'o', 'σ': 'o', 'ø': 'o', 'р': 'p', 'ρ': 'p', 'с': 'c', 'ϲ': 'c',
	'у': 'y', 'ү': 'y', 'γ': 'y', 'х': 'x', 'χ': 'x', 'ѕ': 's', 'ј': 'j', 'һ': 'h', 'հ': 'h', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'ѡ': 'w', 'ω': 'w',
	'в': 'b', 'ʙ': 'b', 'β': 'b', 'к': 'k', 'κ': 'k', 'м': 'm', 'т': 't', 'τ': 't', 'н': 'h', 'п': 'n', 'η': 'n', 'ν': 'v', 'υ': 'u', 'ս': 'u', 'ո': 'n', 'ց': 'g', 'ɡ': 'g', 'ƒ': 'f',
	'ی': 'ي', 'ى': 'ي', 'ک': 'ك', 'ە': 'ه', 'ۀ': 'ه', 'ہ': 'ه',
}

// FoldName gives what two names share when people would take one for the other:
// without case, spaces and signs, with look-alike letters made one.
func FoldName(name string) string {
	lower := cases.Fold().String(norm.NFKC.String(name))
	var b strings.Builder
	for _, r := range norm.NFC.String(lower) {
		if d, ok := digitOf(r); ok {
			r = d
		}
		if same, ok := lookAlike[r]; ok {
			r = same
		}
		// Tatweel only stretches an Arabic word.
		if unicode.IsLetter(r) && r != 'ـ' || unicode.IsDigit(r) || unicode.Is(unicode.M, r) && !unicode.Is(unicode.Arabic, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// digitOf gives the Western digit of the digits that Arabic, Persian and the
// languages of India write.
func digitOf(r rune) (rune, bool) {
	for _, zero := range []rune{0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero, true
		}
	}
	return 0, false
}

// nobodysNames would pass for the service or for a guest, in the languages that
// the service speaks.
var nobodysNames = []string{
	"guest", "admin", "administrator", "moderator", "support", "supervisor", "coordinator", "staff", "team", "system", "service", "official", "cairn", "help", "crisis", "emergency",
	"invitado", "invitada", "administrador", "administradora", "moderador", "moderadora", "soporte", "apoyo", "equipo", "sistema", "servicio", "ayuda", "emergencia",
	"ضيف", "ضيفة", "مدير", "مشرف", "مشرفة", "دعم", "فريق", "النظام", "الخدمة", "مساعدة", "طوارئ",
}

// reserved tells whether a folded name is one of nobodysNames, or one with a number.
func reserved(folded string) bool {
	// o and l may stand for digits in a folded name; letters at the end of a reserved word are not touched by that.
	for _, n := range nobodysNames {
		rest, found := strings.CutPrefix(folded, FoldName(n))
		if found && strings.Trim(rest, "0123456789ol") == "" {
			return true
		}
	}
	return false
}

// CleanPronouns gives pronouns as they are kept; empty is allowed.
func CleanPronouns(typed string) (string, error) {
	p := strings.Join(strings.Fields(norm.NFKC.String(typed)), " ")
	ok := utf8.RuneCountInString(p) <= longestPronoun && !strings.ContainsFunc(p, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune(" /,-'’", r)
	})
	if !ok {
		var problems fault.Problems
		problems.Add("pronouns", "people.error.pronouns")
		return "", problems.Err()
	}
	return p, nil
}
