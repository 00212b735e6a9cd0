package sink

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/kit/post"
)

// Pushed is one message that a push service took and the browser could read.
type Pushed struct {
	Endpoint, Topic, Urgency, Payload string
	TTL                               int // seconds
	Key                               string
}

// Push is a push service (RFC 8030) with the browsers that have asked it. It
// checks VAPID (RFC 8292) and decrypts (RFC 8291) by code of its own.
type Push struct {
	t      testing.TB
	server *httptest.Server

	mu       sync.Mutex
	browsers map[string]*browser // by path
	got      []Pushed
	status   int
}

type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

// NewPush starts a push service on a free port.
func NewPush(t testing.TB) *Push {
	t.Helper()
	p := &Push{t: t, browsers: map[string]*browser{}, status: http.StatusCreated}
	p.server = httptest.NewServer(http.HandlerFunc(p.take))
	t.Cleanup(p.server.Close)
	return p
}

// Host is what a guard must allow for the service to be reached.
func (p *Push) Host() string { return strings.TrimPrefix(p.server.URL, "http://") }

// Device subscribes a new browser.
func (p *Push) Device() post.Device {
	p.t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	b := &browser{key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth) // never fails since Go 1.24
	p.mu.Lock()
	defer p.mu.Unlock()
	path := "/push/" + strconv.Itoa(len(p.browsers)+1)
	p.browsers[path] = b
	text := base64.RawURLEncoding.EncodeToString
	return post.Device{Endpoint: p.server.URL + path, P256dh: text(key.PublicKey().Bytes()), Auth: text(b.auth)}
}

// Answer sets the status of answers from now on; messages are taken with 2xx only.
func (p *Push) Answer(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// Got gives what arrived so far.
func (p *Push) Got() []Pushed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Pushed(nil), p.got...)
}

func (p *Push) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Errorf("push: %v", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.status/100 == 2 {
		one, err := p.read(r, body)
		if err != nil {
			p.t.Errorf("push: %v", err)
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		p.got = append(p.got, one)
	}
	w.WriteHeader(p.status)
}

func (p *Push) read(r *http.Request, body []byte) (Pushed, error) {
	b := p.browsers[r.URL.Path]
	if b == nil || r.Method != http.MethodPost {
		return Pushed{}, errors.New("no such browser")
	}
	key, err := Vouched(r.Header.Get("Authorization"), p.server.URL)
	if err != nil {
		return Pushed{}, err
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "aes128gcm" || len(body) > 4096 {
		return Pushed{}, fmt.Errorf("encoding %q, %d bytes", enc, len(body))
	}
	plain, err := b.open(body)
	if err != nil {
		return Pushed{}, err
	}
	ttl, err := strconv.Atoi(r.Header.Get("TTL")) // RFC 8030 section 5.2: it must be there
	if err != nil {
		return Pushed{}, err
	}
	topic := r.Header.Get("Topic")
	if len(topic) > 32 || strings.Trim(topic, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return Pushed{}, fmt.Errorf("topic %q", topic)
	}
	return Pushed{Endpoint: p.server.URL + r.URL.Path, Topic: topic, Urgency: r.Header.Get("Urgency"), Payload: string(plain), TTL: ttl, Key: key}, nil
}

// Vouched checks a VAPID header (RFC 8292): an ES256 token for this audience that
// ends within a day. It gives the key that signed it.
func Vouched(header, audience string) (string, error) {
	fields := map[string]string{}
	for _, f := range strings.Split(strings.TrimPrefix(header, "vapid "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(f), "=")
		fields[name] = value
	}
	raw, err := base64.RawURLEncoding.DecodeString(fields["k"])
	if err != nil || len(raw) != 65 {
		return "", fmt.Errorf("vapid key: %w", err)
	}
	parts := strings.Split(fields["t"], ".")
	if len(parts) != 3 {
		return "", errors.New("vapid: no token")
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		return "", errors.New("vapid: no signature")
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return "", errors.New("vapid: the signature is wrong")
	}
	var head struct{ Alg string }
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := errors.Join(part(parts[0], &head), part(parts[1], &claims)); err != nil {
		return "", err
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if head.Alg != "ES256" || claims.Aud != audience || left <= 0 || left > 24*time.Hour {
		return "", fmt.Errorf("vapid: %+v %+v", head, claims)
	}
	if !strings.HasPrefix(claims.Sub, "https://") && strings.Count(claims.Sub, "mailto:") != 1 {
		return "", fmt.Errorf("vapid: sub %q", claims.Sub)
	}
	return fields["k"], nil
}

func part(s string, into any) error {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// open decrypts a message of one record: RFC 8188 with the keys of RFC 8291 section 3.4.
func (b *browser) open(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("too short")
	}
	salt, size, from, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])], body[21+int(body[20]):]
	if int(size) < len(sealed) {
		return nil, errors.New("more than one record")
	}
	sender, err := ecdh.P256().NewPublicKey(from)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(from)
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	plain = []byte(strings.TrimRight(string(plain), "\x00"))
	if n := len(plain); n == 0 || plain[n-1] != 2 { // the delimiter of a last record
		return nil, errors.New("no delimiter")
	}
	return plain[:len(plain)-1], nil
}
