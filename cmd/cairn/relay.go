package main

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

const (
	// strangerWithin is how long a connection may stand without a place at the
	// relay, before it has asked for one with credentials and after it has left:
	// nobody holds lines that they have no use for.
	strangerWithin = 20 * time.Second
	// mostPlaces is how many places one person in one room may hold. A browser
	// takes one for each of its two lines of media, more while it changes networks.
	mostPlaces = 12
)

var errElsewhere = errors.New("the relay leads to the media server only")

// relay is a TURN server (RFC 8656) over TCP on loopback. It leads to one place,
// the media server's own port on this machine: whatever else somebody asks for,
// by permission, by channel or by sending, is refused.
type relay struct {
	net.Listener
	server    *turn.Server
	way       way
	strangers time.Duration // how long they are let stand

	mu     sync.Mutex
	lines  map[string]*line // by the other side's address
	places map[string]int   // by who holds them
}

// line is one connection, closed by its timer when it has no place for a while.
type line struct {
	net.Conn
	relay *relay
	timer *time.Timer
}

// startRelay serves on a free port.
func startRelay(secret string, w way, strangers time.Duration) (*relay, error) {
	inner, err := net.Listen("tcp4", net.JoinHostPort(loopback, "0")) //nolint:noctx // it lives as long as the process
	if err != nil {
		return nil, err
	}
	r := &relay{Listener: inner, way: w, strangers: strangers, lines: map[string]*line{}, places: map[string]int{}}
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled // it would log addresses and names
	quiet.ScopeLevels = nil
	r.server, err = turn.NewServer(turn.ServerConfig{
		Realm: "cairn", LoggerFactory: quiet,
		AuthHandler:  turn.LongTermTURNRESTAuthHandler(secret, quiet.NewLogger("turn")),
		QuotaHandler: func(user, _ string, _ net.Addr) bool { return r.held(user) < mostPlaces },
		EventHandler: turn.EventHandler{
			OnAllocationCreated: func(from, _ net.Addr, _, user, _ string, _ net.Addr, _ int) { r.placed(from, user) },
			OnAllocationDeleted: func(from, _ net.Addr, _, user, _ string) { r.left(from, user) },
		},
		ListenerConfigs: []turn.ListenerConfig{{
			Listener: r, RelayAddressGenerator: r,
			PermissionHandler: func(_ net.Addr, peer net.IP) bool { return peer.Equal(w.told.Addr().AsSlice()) },
		}},
	})
	if err != nil {
		return nil, errors.Join(err, inner.Close())
	}
	return r, nil
}

func (r *relay) address() string { return r.Addr().String() }

// Accept takes a connection in, and looks at its clock.
func (r *relay) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	r.mu.Lock() // before the clock runs: it may be short, and closing looks at both
	defer r.mu.Unlock()
	l := &line{Conn: conn, relay: r}
	l.timer = time.AfterFunc(r.strangers, func() { _ = l.Close() })
	r.lines[conn.RemoteAddr().String()] = l
	return l, nil
}

// Close ends the connection and forgets it.
func (l *line) Close() error {
	l.relay.mu.Lock()
	l.timer.Stop()
	if key := l.RemoteAddr().String(); l.relay.lines[key] == l {
		delete(l.relay.lines, key)
	}
	l.relay.mu.Unlock()
	return l.Conn.Close()
}

func (r *relay) held(user string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.places[user]
}

func (r *relay) placed(from net.Addr, user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.places[user]++
	if l := r.lines[from.String()]; l != nil {
		l.timer.Stop()
	}
}

func (r *relay) left(from net.Addr, user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.places[user]--; r.places[user] <= 0 {
		delete(r.places, user)
	}
	if l := r.lines[from.String()]; l != nil {
		l.timer.Reset(r.strangers)
	}
}

// Validate has nothing to look at.
func (r *relay) Validate() error { return nil }

// AllocatePacketConn makes a place: a socket on loopback that speaks with the
// media server only. A port that somebody wishes for is not given.
func (r *relay) AllocatePacketConn(turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	conn, err := net.ListenPacket("udp4", net.JoinHostPort(loopback, "0")) //nolint:noctx // nothing is waited for
	if err != nil {
		return nil, nil, err
	}
	// What browsers hear of the place is of the same kind as what they hear of the
	// media server: Firefox joins a loopback address only with another.
	told := netip.AddrPortFrom(r.way.told.Addr(), portOf(conn.LocalAddr()))
	return &narrow{PacketConn: conn, way: r.way}, net.UDPAddrFromAddrPort(told), nil
}

// AllocateListener refuses: TCP to others (RFC 6062) is not what this is for.
func (r *relay) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errElsewhere
}

// AllocateConn refuses, as AllocateListener does.
func (r *relay) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errElsewhere }

// narrow is a socket between the relay and the media server. It knows the server
// by the address that browsers are told, and sends nowhere else.
type narrow struct {
	net.PacketConn
	way way
}

// WriteTo sends to the media server, or nowhere.
func (n *narrow) WriteTo(b []byte, to net.Addr) (int, error) {
	if addrPort(to) != n.way.told {
		return 0, errElsewhere
	}
	return n.PacketConn.WriteTo(b, net.UDPAddrFromAddrPort(n.way.local))
}

// ReadFrom hears the media server only.
func (n *narrow) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		size, from, err := n.PacketConn.ReadFrom(b)
		if err != nil {
			return size, from, err
		}
		if addrPort(from) == n.way.local {
			return size, net.UDPAddrFromAddrPort(n.way.told), nil
		}
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	p := u.AddrPort()
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}
