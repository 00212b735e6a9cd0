package media

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	// firstWithin is how long a connection may take to say what it is: the TLS
	// handshake, and the first byte after it.
	firstWithin = 10 * time.Second
	// mostRelayed is how many connections carry media at once. Each browser in a
	// room has one or two; a whole machine carries a few hundred people.
	mostRelayed = 2000
)

// Protocols that TLS can name in its handshake (ALPN). The last is RFC 7443: a
// browser that names it speaks to the relay.
const (
	protoHTTP2 = "h2"
	protoHTTP1 = "http/1.1"
	protoTURN  = "stun.turn"
)

// port is a listener that serves two kinds of guests.
type port struct {
	net.Listener
	conf  *tls.Config // nil: plain
	relay *relay
	pages bool // HTTP is served here too

	ctx     context.Context //nolint:containedctx // the listener's own life, ended by Close
	stop    context.CancelFunc
	arrived chan arrival
	once    sync.Once
}

type arrival struct {
	conn net.Conn
	err  error
}

// Listener lets pages and media share one port. Connections that begin as TURN
// does (a first byte of 0 or 1; HTTP begins with a letter) are carried to the
// relay at the loopback address that turn gives at that moment; while it gives
// "", only the question "is a relay here?" is answered. All others come out of
// Accept as they are: with tlsConf, TLS is ended here, and whatever named a
// protocol in the handshake comes out as *tls.Conn, so that HTTP/2 works.
//
// Handshakes and first bytes happen beside the loop that accepts, and have ten
// seconds. At most 2000 connections carry media at a time; more are closed.
// Without turn the listener is inner, or TLS around it. Closing it cuts the
// connections that carry media.
func Listener(inner net.Listener, tlsConf *tls.Config, turn func() string) net.Listener {
	if tlsConf != nil {
		tlsConf = tlsConf.Clone()
		tlsConf.NextProtos = []string{protoHTTP2, protoHTTP1}
	}
	if turn == nil {
		if tlsConf == nil {
			return inner
		}
		return tls.NewListener(inner, tlsConf)
	}
	if tlsConf != nil {
		tlsConf.NextProtos = append(tlsConf.NextProtos, protoTURN)
	}
	return newPort(inner, tlsConf, turn, true)
}

// ServeRelay accepts only media at a listener, in plain TCP, until ctx ends: for
// those whose pages stand behind a reverse proxy that speaks only HTTP.
func ServeRelay(ctx context.Context, inner net.Listener, turn func() string) error {
	p := newPort(inner, nil, turn, false)
	defer context.AfterFunc(ctx, func() { _ = p.Close() })()
	for {
		// Nothing ever comes out but errors.
		if _, err := p.Accept(); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if !passing(err) {
				return errors.Join(err, p.Close())
			}
			time.Sleep(betweenTries)
		}
	}
}

func newPort(inner net.Listener, conf *tls.Config, turn func() string, pages bool) *port {
	ctx, stop := context.WithCancel(context.Background())
	p := &port{Listener: inner, conf: conf, pages: pages, ctx: ctx, stop: stop, arrived: make(chan arrival),
		relay: &relay{turn: turn, places: make(chan struct{}, mostRelayed)}}
	go p.loop()
	return p
}

// loop takes connections in. It waits for nobody but the kernel.
func (p *port) loop() {
	for {
		conn, err := p.Listener.Accept()
		if err != nil {
			p.hand(nil, err)
			if !passing(err) {
				return
			}
			continue
		}
		go p.greet(conn)
	}
}

// passing tells whether the listener can go on after an error, such as too many
// open files. net/http asks the same question in the same way.
func passing(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Temporary() //nolint:staticcheck // deprecated for what it says of other errors; of accept it holds
}

// hand gives something to Accept, or drops it when the listener is closed.
func (p *port) hand(conn net.Conn, err error) {
	select {
	case p.arrived <- arrival{conn, err}:
	case <-p.ctx.Done():
		if conn != nil {
			_ = conn.Close()
		}
	}
}

// Accept gives the next connection that is not media.
func (p *port) Accept() (net.Conn, error) {
	select {
	case a := <-p.arrived:
		return a.conn, a.err
	case <-p.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close ends the listener, what has not said yet what it is, and all media.
func (p *port) Close() error {
	var err error
	p.once.Do(func() {
		p.stop()
		err = p.Listener.Close()
	})
	return err
}

// greet finds out what a connection is.
func (p *port) greet(conn net.Conn) {
	end := context.AfterFunc(p.ctx, func() { _ = conn.Close() })
	if conn.SetDeadline(time.Now().Add(firstWithin)) != nil {
		_ = conn.Close()
		return
	}
	media, guest, err := p.know(conn)
	if err != nil || conn.SetDeadline(time.Time{}) != nil {
		_ = conn.Close()
		end()
		return
	}
	if !media {
		// From here on net/http looks after the connection; one that it has taken is
		// not ours to cut.
		if end() {
			p.hand(guest, nil)
		}
		return
	}
	p.relay.carry(p.ctx, guest)
	end()
}

var errStranger = errors.New("media: neither HTTP nor TURN")

// know ends TLS, where it is ours to end, and looks at what comes first.
func (p *port) know(conn net.Conn) (media bool, guest net.Conn, err error) {
	guest = conn
	if p.conf != nil {
		t := tls.Server(conn, p.conf)
		if err := t.HandshakeContext(p.ctx); err != nil {
			return false, nil, err
		}
		switch named := t.ConnectionState().NegotiatedProtocol; {
		case named == protoTURN:
			return true, t, nil
		case slices.Contains([]string{protoHTTP1, protoHTTP2}, named):
			return false, t, nil
		}
		guest = t
	}
	var first [1]byte
	if _, err := guest.Read(first[:]); err != nil {
		return false, nil, err
	}
	media = first[0] <= 1 // STUN's two highest bits are zero, and its methods are below 0x200 (RFC 8489 section 5)
	if !media && !p.pages {
		return false, nil, errStranger
	}
	return media, again(guest, first[0]), nil
}

// peeked gives back the byte that was looked at.
type peeked struct {
	net.Conn
	first []byte
}

// peekedTLS tells net/http beside it that the line is sealed.
type peekedTLS struct{ peeked }

func again(conn net.Conn, first byte) net.Conn {
	p := peeked{Conn: conn, first: []byte{first}}
	if _, sealed := conn.(*tls.Conn); sealed {
		return &peekedTLS{p}
	}
	return &p
}

// Read gives the first byte, then the rest.
func (p *peeked) Read(b []byte) (int, error) {
	if len(p.first) > 0 && len(b) > 0 {
		n := copy(b, p.first)
		p.first = p.first[n:]
		return n, nil
	}
	return p.Conn.Read(b)
}

// CloseWrite ends what is sent, and still hears the other side.
func (p *peeked) CloseWrite() error { return closeWrite(p.Conn) }

// ConnectionState lets net/http know that the request came sealed.
func (p *peekedTLS) ConnectionState() tls.ConnectionState {
	t, ok := p.Conn.(*tls.Conn)
	if !ok {
		return tls.ConnectionState{}
	}
	return t.ConnectionState()
}

func closeWrite(conn net.Conn) error {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return conn.Close()
}
