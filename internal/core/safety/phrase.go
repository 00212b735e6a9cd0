package safety

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"golang.org/x/text/unicode/norm"
)

// Limits of phrases.
const (
	MaxPhrase  = 80  // characters
	minPhrase  = 3   // letters after folding: less would match by accident
	MaxPhrases = 500 // a language
)

// Phrase is a phrase that makes crisis lines appear.
type Phrase struct {
	ID        moment.ID
	Lang      string
	Text      string
	AddedBy   moment.ID // empty: it came with the software
	AddedAt   moment.Time
	RetiredAt moment.Time
}

// Validate checks a phrase before it is added.
func (p Phrase) Validate() error {
	var wrong fault.Problems
	if !speaks(p.Lang) {
		wrong.Add("lang", "safety.error.language")
	}
	switch {
	case utf8.RuneCountInString(p.Text) > MaxPhrase:
		wrong.AddWith("phrase", "safety.error.long", map[string]any{"most": MaxPhrase})
	case strings.ContainsFunc(p.Text, hostile):
		wrong.Add("phrase", "safety.error.characters")
	case utf8.RuneCountInString(strings.ReplaceAll(fold(p.Text), " ", "")) < minPhrase:
		wrong.Add("phrase", "safety.error.phrase_short")
	}
	return wrong.Err()
}

// fold makes texts comparable: small letters, no accents and vowel marks, one
// form of each Arabic letter, no invisible characters, no apostrophes, and one
// space for whatever is neither letter nor digit.
func fold(s string) string {
	var b strings.Builder
	space := false
	// Silent marks go first: compatibility forms make a space of one of them.
	for _, r := range norm.NFKD.String(strings.Map(silent, s)) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		r = unicode.ToLower(letter(r))
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// silent drops marks inside of words that people write or leave out: the
// apostrophes of "can't" and the Arabic stretching line.
func silent(r rune) rune {
	if strings.ContainsRune("'’‘ʼ`´ـ", r) {
		return -1
	}
	return r
}

// letter gives one form for Arabic letters that are written in several. What
// Unicode takes apart (hamza above and below) is gone before.
func letter(r rune) rune {
	switch r {
	case 'ٱ':
		return 'ا'
	case 'ى', 'ی':
		return 'ي'
	case 'ة', 'ه', 'ھ', 'ہ':
		return 'ه'
	case 'ک':
		return 'ك'
	}
	return r
}

// found tells whether the folded phrase stands in the folded text as whole
// words. Arabic writes "and" and "so" as one letter at the front of the next
// word, so these two may stand before the phrase.
func found(text, phrase string) bool {
	if phrase == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(text[from:], phrase)
		if i < 0 {
			return false
		}
		at := from + i
		if startsWord(text, at) && endsWord(text, at+len(phrase)) {
			return true
		}
		from = at + 1
	}
}

func startsWord(text string, at int) bool {
	before := text[:at]
	for _, joined := range []string{"و", "ف"} {
		if rest, ok := strings.CutSuffix(before, joined); ok && (rest == "" || strings.HasSuffix(rest, " ")) {
			return true
		}
	}
	return before == "" || strings.HasSuffix(before, " ")
}

func endsWord(text string, at int) bool { return at == len(text) || text[at] == ' ' }

// matches gives the phrases that stand in a text, as they are listed, those of
// the writer's language first. All languages are tried. Negation is not
// interpreted: "I do not want to die" matches "want to die", and shows help.
func matches(text, lang string, phrases []Phrase) []string {
	folded := fold(text)
	var own, other []string
	for _, p := range phrases {
		if !found(folded, fold(p.Text)) {
			continue
		}
		if p.Lang == lang {
			own = append(own, p.Text)
		} else {
			other = append(other, p.Text)
		}
	}
	return append(own, other...)
}
