package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddress walks X-Forwarded-For from the right for as long as the one
// who speaks is a trusted proxy. The rest of the header is anybody's words.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	addr := remoteAddress(r)
	if !within(addr, trusted) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return addr
		}
		addr = hop.Unmap()
		if !within(addr, trusted) {
			return addr
		}
	}
	return addr
}

func remoteAddress(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return ap.Addr().Unmap()
}

// secureRequest tells whether the person's browser speaks https.
func secureRequest(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	return r.Header.Get("X-Forwarded-Proto") == "https" && within(remoteAddress(r), trusted)
}

func within(a netip.Addr, nets []netip.Prefix) bool {
	for _, n := range nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
