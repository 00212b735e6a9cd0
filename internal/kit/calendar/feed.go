package calendar

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"cairn/internal/kit/moment"
)

// Feed is a secret address that gives one kind of a person's events.
type Feed struct {
	ID     moment.ID
	Person moment.ID
	Kind   string // whose events: "shifts"
	Lang   string // of the summaries
	MadeAt moment.Time
}

// extension ends the address of a feed: some programs look at it.
const extension = ".ics"

// Path is the address of a feed on this service.
func Path(token string) string { return "/calendar/" + token + extension }

// TokenOf reads the token out of the last part of a feed's address.
func TokenOf(file string) (string, bool) {
	token, ok := strings.CutSuffix(file, extension)
	return token, ok && len(token) == base64.RawURLEncoding.EncodedLen(secretBytes)
}

// secretBytes are 256 bits, which nobody guesses.
const secretBytes = 32

func newToken() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
