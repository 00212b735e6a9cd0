package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Words cuts a text into words and folds them: small letters, no accents, compatible
// forms made one. In Arabic the forms of alef are one, and so are ya and alef maqsura,
// ha and ta marbuta; vowel signs and the tatweel go, and so does the article, alone or
// behind a joined particle, where three letters are left. Digits of all scripts are
// those of ASCII. Scripts that are written without blanks give a word for each sign.
func Words(text string) []string {
	var out []string
	eachWord(text, func(_, _ int, words []string) bool {
		out = append(out, words...)
		return len(out) < mostWords
	})
	return out[:min(len(out), mostWords)]
}

// eachWord goes through the runs of letters and digits of a text: where each stands in
// it, in bytes, and the words it gives, one or more. It ends when f says so.
func eachWord(text string, f func(from, to int, words []string) bool) {
	begin := -1
	for i, r := range text {
		switch in := isWord(r); {
		case in && begin < 0:
			begin = i
		case !in && begin >= 0:
			if words := fold(text[begin:i]); len(words) > 0 && !f(begin, i, words) {
				return
			}
			begin = -1
		}
	}
	if begin < 0 {
		return
	}
	if words := fold(text[begin:]); len(words) > 0 {
		f(begin, len(text), words)
	}
}

// isWord tells what a run is made of: also what is left out of it, which does not cut it.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '\''
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || leftOut(r)
}

// leftOut are signs within words that nobody types the same way twice: apostrophes,
// joiners, marks of direction, the tatweel.
func leftOut(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', '＇', '\u0640':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// fold makes the words of one run.
func fold(run string) []string {
	if plain, ok := foldASCII(run); ok {
		if plain == "" {
			return nil
		}
		return []string{plain}
	}
	var out []string
	var b strings.Builder
	letters := 0
	end := func() {
		if b.Len() > 0 {
			out = append(out, bare(norm.NFC.String(b.String())))
		}
		b.Reset()
		letters = 0
	}
	for _, r := range norm.NFKD.String(run) {
		switch {
		case leftOut(r) || isAccent(r):
		case !isWord(r): // a compatible form held a blank or a stroke
			end()
		case alone(r):
			end()
			b.WriteRune(r)
			end()
		case letters < mostLetter:
			b.WriteString(folded(r))
			letters++
		}
	}
	end()
	return out
}

// foldASCII is the short way for what most words are.
func foldASCII(run string) (string, bool) {
	small := len(run) <= mostLetter
	for i := range len(run) {
		if run[i] >= utf8.RuneSelf {
			return "", false
		}
		small = small && run[i] != '\'' && (run[i] < 'A' || run[i] > 'Z')
	}
	if small {
		return run, true
	}
	s := strings.ToLower(strings.ReplaceAll(run, "'", ""))
	return s[:min(len(s), mostLetter)], true
}

// isAccent tells the marks that change no word: accents, and the vowel signs of Arabic,
// Hebrew and Syriac. Those of other scripts are letters to their readers.
func isAccent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// alone tells the scripts that put no blank between words.
func alone(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// folded is a letter or digit in the one form that is kept.
func folded(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToLower(r))
	}
	switch r {
	case 'ٱ': // alef wasla; the others come apart into alef and a mark
		return "ا"
	case 'ى', 'ی':
		return "ي"
	case 'ة', 'ہ', 'ە':
		return "ه"
	case 'ک':
		return "ك"
	case 'ß', 'ẞ':
		return "ss"
	case 'ς':
		return "σ"
	case 'ı':
		return "i"
	}
	if unicode.Is(unicode.Nd, r) {
		return string('0' + digit(r))
	}
	return string(unicode.ToLower(r))
}

// digit is the value of a decimal digit: each script has its ten in a row.
func digit(r rune) rune {
	for _, span := range unicode.Nd.R16 {
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}
	for _, span := range unicode.Nd.R32 {
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}
	return 0
}

// articles are what stands joined before an Arabic word: "the", and "and, with, like,
// so, for the". The longer ones come first.
func articles() [6]string { return [6]string{"وال", "بال", "كال", "فال", "ال", "لل"} }

// bare takes the article off an Arabic word where three letters are left.
func bare(word string) string {
	first, _ := utf8.DecodeRuneInString(word)
	if !unicode.Is(unicode.Arabic, first) {
		return word
	}
	for _, a := range articles() {
		if rest, ok := strings.CutPrefix(word, a); ok && utf8.RuneCountInString(rest) >= 3 {
			return rest
		}
	}
	return word
}
