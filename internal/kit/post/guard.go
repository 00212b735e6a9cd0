package post

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"cairn/internal/kit/fault"
)

// Limits of one request. All are ours: the other side is nobody we trust.
const (
	dialWithin    = 5 * time.Second
	answerWithin  = 10 * time.Second
	wholeWithin   = 15 * time.Second
	mostHeader    = 16 << 10 // bytes
	mostAnswer    = 4 << 10  // bytes; the rest is not read
	longestURL    = 2048
	idleLinesLast = 60 * time.Second
)

// errInside says that an address leads into the own network.
var errInside = errors.New("post: the address leads into the own network")

// Guard says which machines may be asked: those on the public Internet, over
// https. What it allows beside those are hosts that the operator named, over
// https or http. The zero Guard allows none.
type Guard struct{ named map[string]bool }

// NewGuard makes a guard that allows the named hosts too: "sms.internal" on any
// port, or "sms.internal:8443" on this one.
func NewGuard(named ...string) Guard {
	g := Guard{named: map[string]bool{}}
	for _, n := range named {
		if n = strings.ToLower(strings.TrimSpace(n)); n != "" {
			g.named[n] = true
		}
	}
	return g
}

func (g Guard) names(host, port string) bool {
	host = strings.ToLower(host)
	return g.named[host] || g.named[net.JoinHostPort(host, port)]
}

// Check tells what is wrong with an address before it is kept: Invalid. Names
// are resolved only when they are asked, and checked again then.
func (g Guard) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(address) > longestURL {
		return fault.New(fault.Invalid, "post.error.url")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	named := g.names(u.Hostname(), port)
	if u.Scheme != "https" && (u.Scheme != "http" || !named) {
		return fault.New(fault.Invalid, "post.error.https")
	}
	ip, isIP := netip.ParseAddr(u.Hostname())
	if !named && (isIP == nil && !outside(ip) || strings.EqualFold(u.Hostname(), "localhost")) {
		return fault.Wrap(fault.Invalid, "post.error.inside", errInside)
	}
	return nil
}

// client makes an HTTP client that asks nobody inside, follows no redirect and
// uses no proxy, which would resolve names by itself.
func (g Guard) client() *http.Client {
	free := &net.Dialer{Timeout: dialWithin}
	careful := &net.Dialer{Timeout: dialWithin, Control: func(_, address string, _ syscall.RawConn) error { return onlyOutside(address) }}
	line := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, port, err := net.SplitHostPort(address); err == nil && g.names(host, port) {
				return free.DialContext(ctx, network, address)
			}
			return careful.DialContext(ctx, network, address)
		},
		TLSHandshakeTimeout: dialWithin, ResponseHeaderTimeout: answerWithin, IdleConnTimeout: idleLinesLast,
		MaxResponseHeaderBytes: mostHeader, MaxIdleConnsPerHost: 2, ForceAttemptHTTP2: true, DisableCompression: true,
	}
	return &http.Client{Transport: line, Timeout: wholeWithin, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// onlyOutside looks at the address that is about to be dialled, after its name
// was resolved: a name that changes its mind in between gains nothing.
func onlyOutside(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !outside(at.Addr()) {
		return errInside
	}
	return nil
}

// notOutside are networks of IANA's special-purpose registries (RFC 6890 and
// later) that net/netip has no word for.
var notOutside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// Networks that carry an IPv4 address inside: NAT64 (RFC 6052) and 6to4 (RFC 3056).
var (
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
	sixTo = netip.MustParsePrefix("2002::/16")
)

// outside tells whether an address is one of the public Internet.
func outside(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	b := ip.As16()
	switch {
	case !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate():
		return false
	case ip.Is6() && nat64.Contains(ip):
		return outside(netip.AddrFrom4([4]byte(b[12:16])))
	case ip.Is6() && sixTo.Contains(ip):
		return outside(netip.AddrFrom4([4]byte(b[2:6])))
	}
	for _, p := range notOutside {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// drain reads a little of an answer, so that the line can be used again, and
// closes it.
func drain(body io.ReadCloser) {
	_, _ = io.Copy(io.Discard, io.LimitReader(body, mostAnswer)) // what it says does not matter
	_ = body.Close()
}
