package people

import (
	"crypto/rand"
	_ "embed" // the list of code words is embedded
	"math/big"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed words.txt
var wordText string

// codeWords is how many words bring a guest back: with at least 1024 words in
// the list they hold 40 bits or more, tried only through a rate limit.
const codeWords = 4

// newWords draws code words.
func newWords() (string, error) {
	list := strings.Fields(wordText)
	out := make([]string, codeWords)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(list))))
		if err != nil {
			return "", err
		}
		out[i] = list[n.Int64()]
	}
	return strings.Join(out, " "), nil
}

// plainWords gives code words as they are compared: whatever stood between them,
// and however they were written.
func plainWords(typed string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFKC.String(typed)), func(r rune) bool { return !unicode.IsLetter(r) }), " ")
}

// recoveryLetters are easily read and told apart (after Crockford's base 32):
// no i, l, o, u. Twelve of 32 hold 60 bits.
const (
	recoveryLetters = "0123456789abcdefghjkmnpqrstvwxyz"
	recoveryLength  = 12
	recoveryCodes   = 10
)

// newRecoveryCode draws a code of the form "7k3m-x2pq-98tz".
func newRecoveryCode() string {
	raw := make([]byte, recoveryLength)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(recoveryLetters[c%32])
	}
	return b.String()
}

// plainCode gives a recovery code as it is compared.
func plainCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'o':
			return '0'
		case r == 'i' || r == 'l':
			return '1'
		case strings.ContainsRune(recoveryLetters, r):
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(typed)))
}
