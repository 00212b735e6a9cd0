package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// dataKeySize is AES-256's, in bytes.
const dataKeySize = 32

// sealedVersion is the first byte of everything sealed. It is authenticated.
const sealedVersion = 1

// prefixSize is what tink writes before a ciphertext: a one and the key's id.
const prefixSize = 5

// ErrDestroyed says that the scope has no key (any more): what was sealed under
// it cannot be read by anybody. To a person it is as if it had never been there.
var ErrDestroyed error = fault.Wrap(fault.NotFound, "web.error.notfound", errors.New("vault: the scope has no key"))

// ErrUnreadable says that a sealed text was changed, or belongs elsewhere.
var ErrUnreadable = errors.New("vault: the sealed text does not open here")

// ErrNoKey says that the keyset file lacks the key that wrapped a data key.
var ErrNoKey = errors.New("vault: the keyset file lacks the key of this data")

// Vault wraps and unwraps data keys. It is safe for concurrent use, and several
// processes may use one keyset file.
type Vault struct {
	path  string
	ring  atomic.Pointer[keyring]
	load  sync.Mutex // one reload at a time
	cache *cache
	now   func() moment.Time
}

// Path tells where the keyset file is, so that a check can warn when it would
// be backed up together with the data.
func (v *Vault) Path() string { return v.path }

// Box seals and opens the texts of one scope. It is safe for concurrent use. Do
// not keep it longer than one request: it does not see that its key was destroyed.
type Box struct{ aead cipher.AEAD }

func newBox(key []byte) (*Box, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return &Box{aead: gcm}, nil
}

// Seal encrypts plain for one place, which context names: the row's id and the
// column. The result is 29 bytes longer than plain.
func (b *Box) Seal(plain []byte, context string) []byte {
	out := make([]byte, 1, 1+len(plain)+b.aead.Overhead())
	out[0] = sealedVersion
	return b.aead.Seal(out, nil, plain, placeOf(context)) //nolint:gosec // no nonce is passed: this AEAD draws a random one itself
}

// Open decrypts what Seal made for the same place. Everything else is
// ErrUnreadable.
func (b *Box) Open(sealed []byte, context string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealedVersion {
		return nil, ErrUnreadable
	}
	plain, err := b.aead.Open(nil, nil, sealed[1:], placeOf(context))
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

func placeOf(context string) []byte {
	place := make([]byte, 1, 96)
	place[0] = sealedVersion
	return append(place, context...)
}

// Hash gives a keyed HMAC-SHA-256 of value in 43 letters, for finding a row by
// an e-mail address or a code without storing it. The purpose keeps equal values
// of different columns apart. Its key is not rotated, since nothing could be
// found afterwards.
func (v *Vault) Hash(purpose, value string) string {
	mac := hmac.New(sha256.New, v.ring.Load().hash)
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(purpose)))
	mac.Write(size[:])
	mac.Write([]byte(purpose))
	mac.Write([]byte(value))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// BoxFrom gives the box of a scope from its row's wrapped key, for stores that
// read the key in the same query as the sealed text. An empty wrapped key, as a
// LEFT JOIN without a row gives, is ErrDestroyed.
func (v *Vault) BoxFrom(scope moment.ID, wrapped []byte) (*Box, error) {
	if len(wrapped) == 0 {
		return nil, ErrDestroyed
	}
	k := cacheKeyOf(scope, wrapped)
	if box := v.cache.get(k); box != nil {
		return box, nil
	}
	key, err := v.unwrap(scope, wrapped)
	if err != nil {
		return nil, err
	}
	box, err := newBox(key)
	clear(key)
	if err != nil {
		return nil, err
	}
	v.cache.put(k, box)
	return box, nil
}

// wrappedFor binds a wrapped key to its scope, so that it cannot be moved to another row.
func wrappedFor(scope moment.ID) []byte { return append([]byte("cairn data key "), scope...) }

func (v *Vault) unwrap(scope moment.ID, wrapped []byte) ([]byte, error) {
	if len(wrapped) < prefixSize {
		return nil, ErrUnreadable
	}
	id := keyID(binary.BigEndian.Uint32(wrapped[1:prefixSize]))
	ring := v.ring.Load()
	if !ring.has(id) { // another process may have rotated
		var err error
		if ring, err = v.fresh(); err != nil {
			return nil, err
		}
	}
	if !ring.has(id) {
		return nil, fmt.Errorf("%w (key %s)", ErrNoKey, id)
	}
	key, err := ring.wrap.Decrypt(wrapped, wrappedFor(scope))
	if err != nil || len(key) != dataKeySize {
		return nil, ErrUnreadable
	}
	return key, nil
}

// wrap encrypts a data key with the primary key of the file as it is now: a
// process that still used the one before could outlive its retirement.
func (v *Vault) wrap(scope moment.ID, key []byte) (wrapped []byte, kek string, err error) {
	ring, err := v.fresh()
	if err != nil {
		return nil, "", err
	}
	wrapped, err = ring.wrap.Encrypt(key, wrappedFor(scope))
	if err != nil {
		return nil, "", fmt.Errorf("vault: wrap a key: %w", err)
	}
	return wrapped, ring.primary, nil
}

// fresh gives the keyring, read again if the file has changed.
func (v *Vault) fresh() (*keyring, error) {
	info, err := os.Stat(v.path)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if ring := v.ring.Load(); ring.mark == markOf(info) {
		return ring, nil
	}
	v.load.Lock()
	defer v.load.Unlock()
	return v.reload()
}

// reload is called with v.load held.
func (v *Vault) reload() (*keyring, error) {
	ring, err := readFile(v.path)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(ring.hash, v.ring.Load().hash) {
		return nil, fmt.Errorf("vault: %s is another keyset than the one this process began with", v.path)
	}
	v.ring.Store(ring)
	return ring, nil
}

func newDataKey() []byte {
	key := make([]byte, dataKeySize)
	_, _ = rand.Read(key) // never fails: it ends the program instead (crypto/rand)
	return key
}
