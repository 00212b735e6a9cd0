package people_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

const (
	testOrigin = "https://here.example"
	testRPID   = "here.example"
)

// authenticator is a passkey in software: ES256, attestation "none".
type authenticator struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32
	origin  string
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ok(t, err)
	a := &authenticator{t: t, key: key, id: make([]byte, 16), origin: testOrigin}
	_, _ = rand.Read(a.id)
	return a
}

// begun is what the service asks.
type begun struct {
	ID      string `json:"id"`
	Options struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
			User      struct {
				ID string `json:"id"`
			} `json:"user"`
		} `json:"publicKey"`
	} `json:"options"`
}

func readBegun(t *testing.T, body string) begun {
	t.Helper()
	var b begun
	ok(t, json.Unmarshal([]byte(body), &b))
	if b.ID == "" || b.Options.PublicKey.Challenge == "" {
		t.Fatalf("no challenge in %s", body)
	}
	return b
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (a *authenticator) clientData(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	ok(a.t, err)
	return b
}

// authData: the flags say that the person is there (1) and was checked (4).
func (a *authenticator) authData(flags byte, more []byte) []byte {
	rp := sha256.Sum256([]byte(testRPID))
	out := append(rp[:], flags)
	a.counter++
	return append(binary.BigEndian.AppendUint32(out, a.counter), more...)
}

// create answers navigator.credentials.create.
func (a *authenticator) create(b begun) map[string]any {
	a.t.Helper()
	handle, err := base64.RawURLEncoding.DecodeString(b.Options.PublicKey.User.ID)
	ok(a.t, err)
	a.handle = handle
	pub, err := a.key.PublicKey.Bytes() // 4, x, y
	ok(a.t, err)
	cose, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: pub[1:33], -3: pub[33:]})
	ok(a.t, err)
	data := make([]byte, 16) // no model is named
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": a.authData(1|4|0x40, data)})
	ok(a.t, err)
	return a.credential(map[string]any{"clientDataJSON": text(a.clientData("webauthn.create", b.Options.PublicKey.Challenge)), "attestationObject": text(object)})
}

// get answers navigator.credentials.get.
func (a *authenticator) get(b begun) map[string]any {
	a.t.Helper()
	client, data := a.clientData("webauthn.get", b.Options.PublicKey.Challenge), a.authData(1|4, nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	ok(a.t, err)
	return a.credential(map[string]any{"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(sig), "userHandle": text(a.handle)})
}

func (a *authenticator) credential(response map[string]any) map[string]any {
	return map[string]any{"id": text(a.id), "rawId": text(a.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response}
}

// body is what the page's element sends.
func body(t *testing.T, id string, credential map[string]any, also map[string]any) string {
	t.Helper()
	m := map[string]any{"id": id, "credential": credential}
	for k, v := range also {
		m[k] = v
	}
	b, err := json.Marshal(m)
	ok(t, err)
	return string(b)
}
