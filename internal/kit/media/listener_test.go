package media_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"cairn/internal/kit/media"
)

// sealed makes a certificate for localhost, and who trusts it.
func sealed(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// echo stands for the child's relay: it says back what it hears, and ends when
// the other side does.
func echo(t *testing.T) (address string, held *atomic.Int32) {
	t.Helper()
	line, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = line.Close() })
	held = &atomic.Int32{}
	go func() {
		for {
			conn, err := line.Accept()
			if err != nil {
				return
			}
			held.Add(1)
			go func() {
				defer held.Add(-1)
				defer func() { _ = conn.Close() }()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return line.Addr().String(), held
}

// serve opens the one port with a page that says what it was asked by.
func serve(t *testing.T, conf *tls.Config, turn func() string) string {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	line := media.Listener(inner, conf, turn)
	web := &http.Server{ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %t %d", r.Proto, r.TLS != nil, len(b))
	})}
	go func() { _ = web.Serve(line) }()
	t.Cleanup(func() { _ = web.Close() })
	return inner.Addr().String()
}

func page(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	res, err := c.Post(address, "text/plain", bytes.NewReader(make([]byte, 100_000)))
	must(t, err)
	b, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, res.Body.Close())
	return string(b)
}

func TestPagesComeThroughThePort(t *testing.T) {
	conf, roots := sealed(t)
	turn, _ := echo(t)
	for name, relay := range map[string]func() string{"with a relay": func() string { return turn }, "relay asleep": func() string { return "" }, "no relay": nil} {
		plain := serve(t, nil, relay)
		if got := page(t, http.DefaultClient, "http://"+plain); got != "HTTP/1.1 false 100000" {
			t.Errorf("%s, plain: %s", name, got)
		}
		sealedAt := serve(t, conf, relay)
		two := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
		if got := page(t, two, "https://"+sealedAt); got != "HTTP/2.0 true 100000" {
			t.Errorf("%s, HTTP/2: %s", name, got)
		}
		one := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, NextProtos: []string{"http/1.1"}}}}
		if got := page(t, one, "https://"+sealedAt); got != "HTTP/1.1 true 100000" {
			t.Errorf("%s, HTTP/1.1: %s", name, got)
		}
		old := &http.Client{Transport: &http.Transport{DialTLSContext: func(ctx context.Context, _, a string) (net.Conn, error) {
			return (&tls.Dialer{Config: &tls.Config{RootCAs: roots}}).DialContext(ctx, "tcp", a)
		}}}
		if got := page(t, old, "https://"+sealedAt); got != "HTTP/1.1 true 100000" {
			t.Errorf("%s, no protocol named: %s", name, got)
		}
	}
}

// dialers reach the port in each way that a relay is reached.
func dialers(t *testing.T, turn func() string) map[string]func() net.Conn {
	conf, roots := sealed(t)
	plain, shut := serve(t, nil, turn), serve(t, conf, turn)
	over := func(protos ...string) func() net.Conn {
		return func() net.Conn {
			c, err := tls.Dial("tcp", shut, &tls.Config{RootCAs: roots, NextProtos: protos})
			must(t, err)
			return c
		}
	}
	return map[string]func() net.Conn{
		"plain": func() net.Conn {
			c, err := net.Dial("tcp", plain)
			must(t, err)
			return c
		},
		"TLS":           over(),
		"TLS and named": over("stun.turn"),
	}
}

// stunWords begin as every message to a relay does.
var stunWords = []byte{0, 3, 0, 0, 0x21, 0x12, 0xA4, 0x42}

func TestMediaGoesThroughAsItIs(t *testing.T) {
	address, held := echo(t)
	for name, dial := range dialers(t, func() string { return address }) {
		conn := dial()
		sent := make([]byte, 8<<20)
		_, _ = rand.Read(sent)
		copy(sent, stunWords)
		go func() {
			_, _ = conn.Write(sent)
			if half, ok := conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // the other way goes on
			}
		}()
		got, err := io.ReadAll(conn)
		must(t, err)
		if !bytes.Equal(got, sent) {
			t.Errorf("%s: %d bytes came back of %d, or others", name, len(got), len(sent))
		}
		_ = conn.Close()
	}
	until(t, "all are let go", func() bool { return held.Load() == 0 })
}

// Who sends and never reads fills no memory: the port stops taking.
func TestNobodyIsReadFasterThanTaken(t *testing.T) {
	address, held := echo(t)
	conn := dialers(t, func() string { return address })["plain"]()
	_, err := conn.Write(stunWords)
	must(t, err)
	const most = 256 << 20
	sent, block := 0, make([]byte, 1<<20)
	for sent < most {
		must(t, conn.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err := conn.Write(block)
		sent += n
		if err != nil {
			break
		}
	}
	if sent >= most {
		t.Fatalf("%d MB were taken that nobody reads", sent>>20)
	}
	_ = conn.Close()
	until(t, "it is let go", func() bool { return held.Load() == 0 })
}

func TestARelayThatSleepsSaysThatItIsThere(t *testing.T) {
	for name, dial := range dialers(t, func() string { return "" }) {
		conn := dial()
		_, err := conn.Write([]byte{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
		must(t, err)
		b, err := io.ReadAll(conn)
		must(t, err)
		if len(b) != 32 || b[0] != 1 || b[1] != 1 || !bytes.Equal(b[8:20], []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) {
			t.Fatalf("%s: %x", name, b)
		}
		mine, ok := conn.LocalAddr().(*net.TCPAddr)
		if !ok {
			t.Fatal("not TCP")
		}
		if port := int(b[26])<<8 | int(b[27]); port^0x2112 != mine.Port || b[28]^0x21 != 127 || b[31]^0x42 != 1 {
			t.Errorf("%s: another address than %v: %x", name, mine, b[20:])
		}
		// Anything else is not answered.
		for _, words := range [][]byte{append(bytes.Clone(stunWords), make([]byte, 12)...), make([]byte, 20), append([]byte{0, 1, 0xff, 0xff, 0x21, 0x12, 0xA4, 0x42}, make([]byte, 12)...)} {
			conn := dial()
			_, _ = conn.Write(words)
			if b, _ := io.ReadAll(conn); len(b) != 0 {
				t.Errorf("%s: %x was answered with %x", name, words, b)
			}
		}
	}
}

// Whoever says nothing, or half a handshake, holds up nobody.
func TestSlowAndSilentGuests(t *testing.T) {
	t.Parallel()
	conf, roots := sealed(t)
	address, _ := echo(t)
	at := serve(t, conf, func() string { return address })
	for i := range 50 {
		conn, err := net.Dial("tcp", at)
		must(t, err)
		if i%2 == 0 {
			_, err = conn.Write([]byte{22, 3, 1})
			must(t, err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	quiet, err := tls.Dial("tcp", at, &tls.Config{RootCAs: roots})
	must(t, err)
	defer func() { _ = quiet.Close() }()
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	if got := page(t, c, "https://"+at); got != "HTTP/2.0 true 100000" {
		t.Fatal(got)
	}
	// Garbage is for the web server to refuse, as before.
	conn, err := tls.Dial("tcp", at, &tls.Config{RootCAs: roots})
	must(t, err)
	_, err = conn.Write([]byte("\xffgarbage\r\n\r\n"))
	must(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	if _ = res.Body.Close(); res.StatusCode != http.StatusBadRequest {
		t.Fatal(res.Status)
	}
	// In time, the silent are let go.
	if _, err := quiet.Read(make([]byte, 1)); err == nil {
		t.Fatal("somebody who said nothing was answered")
	}
}

func TestNoMoreMediaThanTheBound(t *testing.T) {
	address, held := echo(t)
	dial := dialers(t, func() string { return address })["plain"]
	var conns []net.Conn
	for range media.MostRelayed {
		conn := dial()
		_, err := conn.Write(stunWords)
		must(t, err)
		_, err = io.ReadFull(conn, make([]byte, len(stunWords)))
		must(t, err)
		conns = append(conns, conn)
	}
	one := dial()
	_, _ = one.Write(stunWords)
	if n, err := one.Read(make([]byte, 8)); err == nil {
		t.Fatalf("one too many was carried: %d bytes", n)
	}
	_ = conns[0].Close()
	until(t, "a place is free", func() bool { return held.Load() < media.MostRelayed })
	until(t, "the place is given", func() bool {
		again := dial()
		_, _ = again.Write(stunWords)
		_, err := io.ReadFull(again, make([]byte, 8))
		conns = append(conns, again)
		return err == nil
	})
	for _, c := range conns {
		_ = c.Close()
	}
	until(t, "all are let go", func() bool { return held.Load() == 0 })
}

func TestClosingCutsMediaAndNotPages(t *testing.T) {
	address, held := echo(t)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	line := media.Listener(inner, nil, func() string { return address })
	got := make(chan net.Conn, 1)
	go func() {
		c, err := line.Accept()
		if err == nil {
			got <- c
		}
	}()
	guest, err := net.Dial("tcp", inner.Addr().String())
	must(t, err)
	_, err = guest.Write([]byte("GET"))
	must(t, err)
	web := <-got
	relayed, err := net.Dial("tcp", inner.Addr().String())
	must(t, err)
	_, err = relayed.Write(stunWords)
	must(t, err)
	_, err = io.ReadFull(relayed, make([]byte, 8))
	must(t, err)
	must(t, line.Close())
	if _, err := line.Accept(); err == nil {
		t.Fatal("a closed listener accepts")
	}
	if _, err := io.ReadAll(relayed); err != nil && held.Load() > 1 {
		t.Fatal(err)
	}
	until(t, "media is cut", func() bool { return held.Load() == 0 })
	_, err = web.Write([]byte("still"))
	must(t, err)
	b := make([]byte, 5)
	if _, err := io.ReadFull(guest, b); err != nil || string(b) != "still" {
		t.Fatalf("a page was cut: %v", err)
	}
	b = b[:3]
	if _, err := io.ReadFull(web, b); err != nil || string(b) != "GET" {
		t.Fatalf("%v %s", err, b)
	}
}

func TestTheRelayAlone(t *testing.T) {
	address, held := echo(t)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- media.ServeRelay(ctx, inner, func() string { return address }) }()
	conn, err := net.Dial("tcp", inner.Addr().String())
	must(t, err)
	_, err = conn.Write(stunWords)
	must(t, err)
	_, err = io.ReadFull(conn, make([]byte, 8))
	must(t, err)
	web, err := net.Dial("tcp", inner.Addr().String())
	must(t, err)
	_, err = web.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
	must(t, err)
	if b, _ := io.ReadAll(web); len(b) != 0 {
		t.Fatalf("pages at the relay: %s", b)
	}
	stop()
	must(t, <-over)
	until(t, "media is cut", func() bool { return held.Load() == 0 })
}
