package prose

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// address is where a link leads.
type address struct {
	href  string // with its host in plain letters
	host  string // as it is shown
	words string // host and path, cut
}

// linkOf reads an address. ok is false for what is no web address, for one with a name
// before the host, and for one that could pass for another in any way we know.
func linkOf(raw string) (a address, ok bool) {
	if len(raw) > longest || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == '\\' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return address{}, false
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Opaque != "" {
		return address{}, false
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return address{}, false
	}
	plain, shown, ok := hostOf(u.Hostname())
	if !ok {
		return address{}, false
	}
	if port := u.Port(); port != "" {
		plain, shown = plain+":"+port, shown+":"+port
	}
	u.Host = plain
	u.RawQuery = strings.ReplaceAll(url.PathEscape(u.RawQuery), "%25", "%")
	a = address{href: u.String(), host: shown, words: shown + strings.TrimSuffix(u.EscapedPath(), "/")}
	if utf8.RuneCountInString(a.words) > linkWords {
		a.words = string([]rune(a.words)[:linkWords]) + "…"
	}
	return a, true
}

// names reads hosts as browsers do when they look them up.
var names = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// hostOf gives a host in plain letters, and as it is shown: in its own letters where they
// cannot pass for others, in plain ones otherwise.
func hostOf(host string) (plain, shown string, ok bool) {
	host = strings.TrimSuffix(host, ".")
	plain, err := names.ToASCII(host)
	if err != nil || !strings.Contains(plain, ".") || strings.HasPrefix(plain, ".") {
		return "", "", false
	}
	shown, err = names.ToUnicode(plain)
	if err != nil {
		return plain, plain, true
	}
	for label := range strings.SplitSeq(shown, ".") {
		if !honest(label) {
			return plain, plain, true
		}
	}
	return plain, shown, true
}

// scripts are those whose hosts are shown in their own letters, when all letters of a
// label are of one.
func scripts() []*unicode.RangeTable {
	return []*unicode.RangeTable{unicode.Latin, unicode.Arabic, unicode.Hebrew, unicode.Cyrillic, unicode.Greek, unicode.Devanagari, unicode.Bengali, unicode.Tamil, unicode.Telugu, unicode.Thai,
		unicode.Han, unicode.Hangul, unicode.Georgian, unicode.Armenian, unicode.Ethiopic, unicode.Khmer}
}

// japanese is written in three scripts at once.
var japanese = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}

// twins are letters of other scripts that look like plain ones. A label of nothing else
// could be read as a plain name.
const twins = "асԁеһіјӏкморԛѕтԝхуүѵгпвнԍґєзьαβγεικνορτυχωηϲϳօսոցհզԛքյ"

// honest tells that a label can be shown in its own letters.
func honest(label string) bool {
	var letters []rune
	for _, r := range label {
		switch {
		case r < utf8.RuneSelf && (r == '-' || r >= '0' && r <= '9'):
		case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r):
			letters = append(letters, r)
		case unicode.IsDigit(r):
			return false // digits of another script beside plain ones
		default:
			return false
		}
	}
	if len(letters) == 0 {
		return true
	}
	if !oneScript(letters) {
		return false
	}
	twin := true
	for _, r := range letters {
		twin = twin && strings.ContainsRune(twins, r)
		if unicode.Is(unicode.Latin, r) && r >= utf8.RuneSelf && !simpleLatin(r) {
			return false
		}
	}
	return !twin
}

// simpleLatin tells a letter of the usual Latin alphabets of Europe from the phonetic and
// other signs that pass for plain letters.
func simpleLatin(r rune) bool {
	return r >= 0xdf && r <= 0x17f && r != 0x131 && r != 0x138 && r != 0x17f
}

func oneScript(letters []rune) bool {
	all := func(tables ...*unicode.RangeTable) bool {
		return !slices.ContainsFunc(letters, func(r rune) bool { return !unicode.In(r, append(tables, unicode.Inherited)...) })
	}
	for _, s := range scripts() {
		if all(s) {
			return true
		}
	}
	return all(japanese...)
}
