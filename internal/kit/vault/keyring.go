package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cairn/internal/kit/moment"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// fileVersion is the shape of the keyset file. An unknown one is refused.
const fileVersion = 1

// hashKeySize is the length of the key of Hash in bytes, as long as what SHA-256 gives.
const hashKeySize = 32

// keyFile is the keyset file: the tink keyset that wraps data keys, and the key
// of Hash. They are apart because the first is rotated and the second is not.
type keyFile struct {
	Version int             `json:"cairn_keyset"`
	Wrap    json.RawMessage `json:"wrap"`
	Hash    []byte          `json:"hash"`
	// Rotated says when the primary key was made; Retire waits from there.
	Rotated moment.Time `json:"rotated"`
}

// keyring is one reading of the keyset file. It never changes.
type keyring struct {
	handle  *keyset.Handle
	wrap    tink.AEAD
	primary string
	ids     []string // all key ids, the primary too
	hash    []byte
	rotated moment.Time
	mark    fileMark
}

// errBadFile says no more on purpose: what a parser says may quote the keys.
var errBadFile = errors.New("is not a keyset of this software, or is damaged; restore it from its backup")

// keyID is how the id of a key-encryption key is written in the database.
func keyID(id uint32) string { return fmt.Sprintf("%08x", id) }

func newKeyring(now moment.Time) (*keyring, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("vault: make a keyset: %w", err)
	}
	hash := make([]byte, hashKeySize)
	if _, err := rand.Read(hash); err != nil {
		return nil, fmt.Errorf("vault: make a key: %w", err)
	}
	return ringOf(handle, hash, now)
}

func ringOf(handle *keyset.Handle, hash []byte, rotated moment.Time) (*keyring, error) {
	wrap, err := aead.New(handle)
	if err != nil {
		return nil, errBadFile
	}
	first, err := handle.Primary()
	if err != nil {
		return nil, errBadFile
	}
	k := &keyring{handle: handle, wrap: wrap, primary: keyID(first.KeyID()), hash: hash, rotated: rotated}
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return nil, errBadFile
		}
		k.ids = append(k.ids, keyID(entry.KeyID()))
	}
	return k, nil
}

func parseKeyring(content []byte) (*keyring, error) {
	var f keyFile
	if err := json.Unmarshal(content, &f); err != nil || f.Version != fileVersion || len(f.Hash) != hashKeySize {
		return nil, errBadFile
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(f.Wrap)))
	if err != nil {
		return nil, errBadFile
	}
	return ringOf(handle, f.Hash, f.Rotated)
}

func (k *keyring) bytes() ([]byte, error) {
	var wrap bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&wrap)); err != nil {
		return nil, fmt.Errorf("vault: write the keyset: %w", err)
	}
	f := keyFile{Version: fileVersion, Wrap: wrap.Bytes(), Hash: k.hash, Rotated: k.rotated}
	return json.MarshalIndent(f, "", "  ")
}

// rotate gives a keyring with a fresh primary key beside the keys it had.
func (k *keyring) rotate(now moment.Time) (*keyring, error) {
	m := keyset.NewManagerFromHandle(k.handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("vault: make a key: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("vault: set the primary key: %w", err)
	}
	handle, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("vault: make a keyset: %w", err)
	}
	return ringOf(handle, k.hash, now)
}

// without gives a keyring that lacks these keys.
func (k *keyring) without(ids []string) (*keyring, error) {
	m := keyset.NewManagerFromHandle(k.handle)
	for _, id := range ids {
		n, err := strconv.ParseUint(id, 16, 32)
		if err != nil {
			return nil, fmt.Errorf("vault: read a key id: %w", err)
		}
		if err := m.Delete(uint32(n)); err != nil {
			return nil, fmt.Errorf("vault: remove a key: %w", err)
		}
	}
	handle, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("vault: make a keyset: %w", err)
	}
	return ringOf(handle, k.hash, k.rotated)
}

// old gives the ids of all keys but the primary.
func (k *keyring) old() []string {
	var out []string
	for _, id := range k.ids {
		if id != k.primary {
			out = append(out, id)
		}
	}
	return out
}

func (k *keyring) has(id string) bool {
	for _, x := range k.ids {
		if x == id {
			return true
		}
	}
	return false
}
