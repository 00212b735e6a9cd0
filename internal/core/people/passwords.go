package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the list of common passwords is embedded
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"cairn/internal/kit/fault"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Limits of a password, in characters, after NIST SP 800-63B: long enough, no
// rules of composition, common ones refused.
const (
	ShortestPassword = 10
	longestPassword  = 256
)

// argon2id as OWASP's password storage cheat sheet has it: 19 MiB, two passes.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
	// atOnce bounds how many hashes are made side by side: 19 MiB each.
	atOnce = 2
)

//go:embed passwords.txt
var commonText string

// passwords hashes and checks passwords. The zero value is not usable.
type passwords struct {
	slots  chan struct{}
	common map[string]bool
	// decoy is checked when nobody has that name, so that the answer takes as long.
	decoy string
}

func newPasswords() *passwords {
	p := &passwords{slots: make(chan struct{}, atOnce), common: map[string]bool{}}
	for w := range strings.FieldsSeq(commonText) {
		p.common[w] = true
	}
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	p.decoy = encodeHash(salt, make([]byte, argonKey))
	return p
}

// check refuses what is too short, too long, common, or the person's own name.
func (p *passwords) check(password, name string) error {
	var problems fault.Problems
	plain := norm.NFKC.String(password)
	bare := strings.ToLower(strings.Join(strings.Fields(plain), ""))
	switch n := utf8.RuneCountInString(plain); {
	case n < ShortestPassword:
		problems.AddWith("password", "people.error.password_short", map[string]any{"n": ShortestPassword})
	case n > longestPassword:
		problems.AddWith("password", "people.error.password_long", map[string]any{"n": longestPassword})
	case p.common[bare], p.common[strings.TrimRight(bare, "0123456789!.?")], monotone(bare):
		problems.Add("password", "people.error.password_common")
	case name != "" && strings.Trim(strings.ReplaceAll(FoldName(plain), FoldName(name), ""), "0123456789ol") == "":
		problems.Add("password", "people.error.password_name")
	}
	return problems.Err()
}

// monotone tells that there are at most three different characters, or that
// each follows the one before, as in 1234567890 and abcdefghij.
func monotone(s string) bool {
	rs := []rune(s)
	different := map[rune]bool{}
	up, down := 0, 0
	for i, r := range rs {
		different[r] = true
		if i > 0 && r == rs[i-1]+1 {
			up++
		}
		if i > 0 && r == rs[i-1]-1 {
			down++
		}
	}
	return len(different) <= 3 || max(up, down) >= len(rs)-2
}

// hash makes the stored form. It waits for a slot.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	key, err := p.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encodeHash(salt, key), nil
}

// matches compares a password with a stored form in constant time.
func (p *passwords) matches(ctx context.Context, password, stored string) (bool, error) {
	salt, key, err := decodeHash(stored)
	if err != nil {
		return false, err
	}
	got, err := p.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, key) == 1, nil
}

func (p *passwords) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	if len(password) > 4*longestPassword {
		password = password[:4*longestPassword] // no stored password is this long, so it matches none
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "people.error.busy", ctx.Err())
	}
	defer func() { <-p.slots }()
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, argonPasses, argonMemory, argonLanes, argonKey), nil
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// decodeHash reads what encodeHash wrote. Other parameters would be an older
// release's; there is none yet.
func decodeHash(stored string) (salt, key []byte, err error) {
	parts := strings.Split(stored, "$")
	want := strings.Split(encodeHash(nil, nil), "$")
	if len(parts) != 6 || strings.Join(parts[:4], "$") != strings.Join(want[:4], "$") {
		return nil, nil, fmt.Errorf("people: a stored password of an unknown form")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, fmt.Errorf("people: a stored password's salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return nil, nil, fmt.Errorf("people: a stored password's key: %w", err)
	}
	return salt, key, nil
}
