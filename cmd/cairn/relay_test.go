package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/turn/v5"

	"cairn/internal/kit/media"
)

const secret = "a secret of sixteen"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func socket(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// mirror stands for the media server: it says back what it hears.
func mirror(t *testing.T) netip.AddrPort {
	t.Helper()
	c := socket(t)
	go func() {
		b := make([]byte, 2000)
		for {
			n, from, err := c.ReadFromUDP(b)
			if err != nil {
				return
			}
			_, _ = c.WriteToUDP(b[:n], from)
		}
	}()
	return addrPort(c.LocalAddr())
}

func run(t *testing.T, w way, strangers time.Duration) *relay {
	t.Helper()
	r, err := startRelay(secret, w, strangers)
	must(t, err)
	t.Cleanup(func() { _ = r.server.Close() })
	return r
}

// through makes ways to a relay: straight, and through the one port with TLS and
// without.
func through(t *testing.T, r *relay) map[string]func() net.Conn {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	conf := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	at := func(conf *tls.Config) string {
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		line := media.Listener(inner, conf, r.address)
		go func() { _, _ = line.Accept() }()
		t.Cleanup(func() { _ = line.Close() })
		return inner.Addr().String()
	}
	plain, sealed := at(nil), at(conf)
	dial := func(address string) func() net.Conn {
		return func() net.Conn {
			c, err := net.Dial("tcp", address)
			must(t, err)
			return c
		}
	}
	return map[string]func() net.Conn{"straight": dial(r.address()), "through the port": dial(plain), "through the port, TLS": func() net.Conn {
		c, err := tls.Dial("tcp", sealed, &tls.Config{InsecureSkipVerify: true})
		must(t, err)
		return c
	}}
}

// guest is a browser's side of the relay.
func guest(t *testing.T, conn net.Conn, secret, user string, holds time.Duration) *turn.Client {
	t.Helper()
	name, password, err := turn.GenerateLongTermTURNRESTCredentials(secret, user, holds)
	must(t, err)
	c, err := turn.NewClient(&turn.ClientConfig{STUNServerAddr: "127.0.0.1:3478", TURNServerAddr: "127.0.0.1:3478", Conn: turn.NewSTUNConn(conn), Username: name, Password: password})
	must(t, err)
	must(t, c.Listen())
	t.Cleanup(func() {
		c.Close()
		_ = conn.Close()
	})
	return c
}

// said sends and hears a few words. (The library waits for more after a frame of
// less than nine bytes; media has none so small.)
func said(t *testing.T, place net.PacketConn, to netip.AddrPort, word string) {
	t.Helper()
	_, err := place.WriteTo([]byte(word), net.UDPAddrFromAddrPort(to))
	must(t, err)
	b := make([]byte, 100)
	n, from, err := place.ReadFrom(b)
	must(t, err)
	if string(b[:n]) != word || addrPort(from) != to {
		t.Fatalf("heard %q from %v, not %q from %v", b[:n], from, word, to)
	}
}

func TestTheRelayLeadsToTheMediaServerOnly(t *testing.T) {
	there := mirror(t)
	// Once as it is on loopback, once as behind an address that browsers are told.
	for kind, w := range map[string]way{"loopback": {told: there, local: there}, "told otherwise": {told: netip.MustParseAddrPort("203.0.113.5:7882"), local: there}} {
		r := run(t, w, time.Minute)
		for name, dial := range through(t, r) {
			t.Run(kind+", "+name, func(t *testing.T) {
				place, err := guest(t, dial(), secret, "somebody", time.Hour).Allocate()
				must(t, err)
				mine := addrPort(place.LocalAddr())
				if mine.Addr() != w.told.Addr() {
					t.Fatalf("the place is told as %v", mine)
				}
				said(t, place, w.told, "the first words")

				// Others are refused by name: addresses of this machine, its network, the world.
				for _, elsewhere := range []string{"10.0.0.1:80", "169.254.169.254:80", "192.168.1.1:53", "8.8.8.8:53", "127.0.0.2:22", "0.0.0.0:80"} {
					if _, err := place.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(elsewhere))); err == nil {
						t.Errorf("%s: permitted", elsewhere)
					}
				}
				// Another port of the same address is permitted by the protocol, which
				// knows only addresses, and nothing goes there.
				other := socket(t)
				for range 3 {
					_, _ = place.WriteTo([]byte("x"), net.UDPAddrFromAddrPort(netip.AddrPortFrom(w.told.Addr(), addrPort(other.LocalAddr()).Port())))
				}
				// Nobody else is heard.
				_, err = other.WriteToUDPAddrPort([]byte("from elsewhere"), netip.AddrPortFrom(netip.MustParseAddr(loopback), mine.Port()))
				must(t, err)
				said(t, place, w.told, "the second words") // all that went before has been handled
				must(t, other.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
				if n, from, err := other.ReadFrom(make([]byte, 10)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%d bytes went to another port, from %v: %v", n, from, err)
				}
			})
		}
	}
}

func TestWhoMayHaveAPlace(t *testing.T) {
	there := mirror(t)
	r := run(t, way{told: there, local: there}, time.Minute)
	dial := through(t, r)["straight"]
	if _, err := guest(t, dial(), "another secret", "a", time.Hour).Allocate(); err == nil {
		t.Error("without our secret")
	}
	if _, err := guest(t, dial(), secret, "a", -time.Minute).Allocate(); err == nil {
		t.Error("with credentials that are over")
	}
	if _, err := guest(t, dial(), secret, "a", time.Hour).AllocateTCP(); err == nil {
		t.Error("for TCP to others")
	}
	var held []net.PacketConn
	for range mostPlaces {
		place, err := guest(t, dial(), secret, "b", time.Hour).Allocate()
		must(t, err)
		held = append(held, place)
	}
	if _, err := guest(t, dial(), secret, "b", time.Hour).Allocate(); err == nil {
		t.Error("more than one person needs")
	}
	place, err := guest(t, dial(), secret, "c", time.Hour).Allocate()
	must(t, err)
	said(t, place, there, "another person")
	must(t, held[0].Close())
	for r.held("b") == mostPlaces {
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := guest(t, dial(), secret, "b", time.Hour).Allocate(); err != nil {
		t.Errorf("a place that was given back: %v", err)
	}
}

// Who has no place is not let stand; who has one is.
func TestStrangersAtTheRelay(t *testing.T) {
	there := mirror(t)
	r := run(t, way{told: there, local: there}, 150*time.Millisecond)
	dial := through(t, r)["straight"]
	place, err := guest(t, dial(), secret, "a", time.Hour).Allocate()
	must(t, err)
	silent, asking := dial(), dial()
	go func() { // questions that anybody may ask do not count
		for i := 0; ; i++ {
			if _, err := asking.Write(append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42}, make([]byte, 12)...)); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	_, _ = io.Copy(io.Discard, silent)
	_, _ = io.Copy(io.Discard, asking)
	said(t, place, there, "still here")
	must(t, place.Close())
	for {
		r.mu.Lock()
		n := len(r.lines)
		r.mu.Unlock()
		if n == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestWhatLiveKitIsTold(t *testing.T) {
	o := media.Orders{Key: "key", Secret: strings.Repeat("s", 64), RelaySecret: "r", Relay: media.Relay{Host: "::1", Port: 443, TLS: true}}
	w, err := chooseWay("")
	must(t, err)
	if !w.told.Addr().IsLoopback() || w.told != w.local {
		t.Errorf("without UDP: %+v", w)
	}
	text, err := settings(o, w, 7880)
	must(t, err)
	for _, want := range []string{`"host":"[::1]"`, `"protocol":"tls"`, `"auto_create":false`, `"bind_addresses":["127.0.0.1"]`, `"tcp_port":0`, `"includes":["127.0.0.1/32"]`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if _, err := settings(media.Orders{}, w, 7880); err == nil {
		t.Error("without a relay browsers would ask the servers of others")
	}
	for _, udp := range []string{"7882", "localhost:7882", "[::1]:7882", "127.0.0.1:0"} {
		if w, err := chooseWay(udp); err == nil {
			t.Errorf("%s: %+v", udp, w)
		}
	}
	w, err = chooseWay("127.0.0.1:7882")
	must(t, err)
	if w.told.String() != "127.0.0.1:7882" || w.local != w.told {
		t.Errorf("our own address: %+v", w)
	}
}
