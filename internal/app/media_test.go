package app

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/program"
	"cairn/internal/kit/media"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSettingsOfMediaAreChecked(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	good := map[string]Settings{
		"nothing":      {},
		"TLS":          {TLSCert: "c", TLSKey: "k", URL: "https://a.example"},
		"UDP":          {MediaUDP: "203.0.113.5:7882"},
		"relay":        {Relay: "turns:a.example:443", RelayListen: "0.0.0.0:3478"},
		"relay alone":  {RelayListen: ":3478"},
		"cluster":      {LiveKitURL: "wss://a.example", LiveKitKey: "k", LiveKitPass: secret},
		"cluster, off": {LiveKitURL: "http://a.example/livekit", LiveKitKey: "k", LiveKitPass: secret, Media: "off"},
	}
	for name, s := range good {
		s.Listen = "127.0.0.1:8080"
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := map[string]Settings{
		"--tls-key":             {TLSCert: "c"},
		"--url":                 {TLSCert: "c", TLSKey: "k", URL: "http://a.example"},
		"--media-udp":           {MediaUDP: "7882"},
		"--media-udp takes":     {MediaUDP: "a.example:7882"},
		"IPv4":                  {MediaUDP: "[2001:db8::1]:7882"},
		"that browsers reach":   {MediaUDP: "0.0.0.0:7882"},
		"--relay must":          {Relay: "https://a.example"},
		"--relay-listen":        {RelayListen: "3478"},
		"--livekit-url must":    {LiveKitURL: "a.example", LiveKitKey: "k", LiveKitPass: secret},
		"--livekit-secret-file": {LiveKitURL: "wss://a.example", LiveKitKey: "k"},
		"need --livekit-url":    {LiveKitKey: "k"},
		"mean nothing":          {LiveKitURL: "wss://a.example", LiveKitKey: "k", LiveKitPass: secret, MediaUDP: "203.0.113.5:7882"},
	}
	for says, s := range bad {
		s.Listen = "127.0.0.1:8080"
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestWhereBrowsersFindTheRelay(t *testing.T) {
	for want, s := range map[string]Settings{
		"turns:a.example:443":   {URL: "https://a.example"},
		"turns:a.example:8443":  {URL: "https://a.example:8443/"},
		"turn:localhost:8080":   {Listen: "127.0.0.1:8080"},
		"turns:localhost:8443":  {Listen: "127.0.0.1:8443", TLSCert: "c", TLSKey: "k"},
		"turn:a.example:3478":   {URL: "https://a.example", RelayListen: "0.0.0.0:3478"},
		"turns:r.example:5349":  {URL: "https://a.example", RelayListen: "0.0.0.0:3478", Relay: "turns:r.example:5349"},
		"turn:203.0.113.5:3478": {URL: "https://a.example", Relay: "turn:203.0.113.5:3478"},
	} {
		got, err := s.relay()
		if err != nil || got.String() != want {
			t.Errorf("%s: %s %v", want, got, err)
		}
	}
}

// certify writes a certificate for localhost with this serial number.
func certify(t *testing.T, s Settings, serial int64, at time.Time) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(s.TLSCert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(s.TLSKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	must(t, errors.Join(os.Chtimes(s.TLSCert, at, at), os.Chtimes(s.TLSKey, at, at)))
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool
}

func TestACertificateIsReadAgain(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s := Settings{TLSCert: filepath.Join(dir, "cert.pem"), TLSKey: filepath.Join(dir, "key.pem")}
	var log bytes.Buffer
	if _, err := s.sealed(slog.Default()); err == nil {
		t.Fatal("without files there is nothing to serve")
	}
	certify(t, s, 1, now)
	conf, err := s.sealed(slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	serial := func() int64 {
		c, err := conf.GetCertificate(nil)
		must(t, err)
		x, err := x509.ParseCertificate(c.Certificate[0])
		must(t, err)
		return x.SerialNumber.Int64()
	}
	if serial() != 1 {
		t.Fatal("not the certificate of the files")
	}
	certify(t, s, 2, now.Add(time.Second))
	if serial() != 2 {
		t.Fatal("the new certificate is not served")
	}
	must(t, os.WriteFile(s.TLSKey, []byte("half"), 0o600))
	must(t, os.Chtimes(s.TLSKey, now, now.Add(2*time.Second)))
	if first, second := serial(), serial(); first != 2 || second != 2 || strings.Count(log.String(), "cannot be read") != 1 {
		t.Fatalf("half a pair: %s", log.String())
	}
	certify(t, s, 3, now.Add(3*time.Second))
	if serial() != 3 {
		t.Fatal("the mended certificate is not served")
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	line, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, line.Close())
	return line.Addr().String()
}

// The whole service with https of its own: pages by HTTP/2, and a relay that
// browsers reach at the same address; with the service, the media server ends.
func TestPagesAndMediaShareThePort(t *testing.T) {
	dir := t.TempDir()
	s := Settings{Data: dir, Listen: freePort(t), RelayListen: freePort(t), Metrics: "off", TLSCert: filepath.Join(dir, "cert.pem"), TLSKey: filepath.Join(dir, "key.pem")}
	roots := certify(t, s, 1, time.Now())
	s.Relay = "turns:localhost:" + s.Listen[strings.LastIndex(s.Listen, ":")+1:]
	told, err := s.relay()
	must(t, err)
	a, err := New(t.Context(), s, Options{Media: media.New(media.Config{Command: program.Media(t), Relay: told})})
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	over, ready := make(chan error, 1), make(chan string, 1)
	go func() { over <- a.Serve(ctx, func(address string) { ready <- address }) }()
	<-ready
	must(t, a.Media.Ensure(ctx, "room", 2))
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	res, err := web.Get(s.Public() + "/healthz")
	must(t, err)
	b, err := io.ReadAll(res.Body)
	must(t, errors.Join(err, res.Body.Close()))
	if res.ProtoMajor != 2 || string(b) != "ok\n" {
		t.Errorf("%s: %s", res.Proto, b)
	}
	if reach, err := media.Probe(ctx, told, roots); reach != media.Works {
		t.Errorf("the relay: %d %v", reach, err)
	}
	aside, err := media.ParseRelay("turn:" + s.RelayListen)
	must(t, err)
	if reach, err := media.Probe(ctx, aside, nil); reach != media.Works {
		t.Errorf("the relay alone: %d %v", reach, err)
	}
	turn := a.Media.TURN()
	stop()
	must(t, <-over)
	must(t, a.Close())
	if conn, err := net.Dial("tcp", turn); err == nil {
		_ = conn.Close()
		t.Error("the media server outlives the service")
	}
}

// doctor runs the real command and gives what it says of video.
func doctor(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program.Path(t), append([]string{"doctor", "--data", t.TempDir(), "--metrics", "off"}, args...)...)
	cmd.Env = []string{"HOME=" + t.TempDir()}
	b, err := cmd.Output()
	if err != nil && len(b) == 0 {
		t.Fatal(err)
	}
	var out []string
	video := false
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "  ") {
			_, rest, _ := strings.Cut(line, " ")
			video = strings.HasPrefix(strings.TrimSpace(rest), "video")
		}
		if video {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

func TestWhatTheDoctorSaysOfVideo(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.NotFoundHandler())
	defer proxy.Close()
	behind := proxy.Listener.Addr().String()
	closed := freePort(t)
	_, closedPort, err := net.SplitHostPort(closed)
	must(t, err)
	busy, err := net.ListenPacket("udp4", "0.0.0.0:0")
	must(t, err)
	defer func() { _ = busy.Close() }()
	_, busyPort, err := net.SplitHostPort(busy.LocalAddr().String())
	must(t, err)
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte("no"), 0o600))
	here := freePort(t)
	for name, x := range map[string]struct {
		args []string
		says []string
	}{
		"well":      {[]string{"--listen", here}, []string{"ok   video: the media server starts", "is reached"}},
		"apart":     {[]string{"--listen", behind, "--relay-listen", freePort(t)}, []string{"is reached"}},
		"a proxy":   {[]string{"--listen", freePort(t), "--url", proxy.URL}, []string{"LOOK video", "a web server answers", "CAIRN_RELAY_LISTEN"}},
		"nobody":    {[]string{"--listen", freePort(t), "--relay", "turn:" + closed}, []string{"LOOK video", "is not reached", "Open TCP port " + closedPort}},
		"UDP":       {[]string{"--listen", freePort(t), "--media-udp", "203.0.113.5:" + busyPort}, []string{"LOOK video: UDP port", "cannot be opened"}},
		"off":       {[]string{"--listen", freePort(t), "--media", "off"}, []string{"ok   video: off"}},
		"two nodes": {[]string{"--listen", freePort(t), "--nats-url", "nats://127.0.0.1:1"}, []string{"LOOK video", "several nodes", "CAIRN_LIVEKIT_URL"}},
		"cluster": {[]string{"--listen", freePort(t), "--livekit-url", proxy.URL, "--livekit-key", "k", "--livekit-secret-file", secret},
			[]string{"LOOK video: the cluster", "404", "Check CAIRN_LIVEKIT_URL"}},
	} {
		said := doctor(t, x.args...)
		for _, want := range x.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not said in\n%s", name, want, said)
			}
		}
	}
}
