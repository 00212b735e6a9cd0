package media

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// STUN in its smallest form (RFC 8489 sections 5, 14.2): the question "where do I
// come from?", which anybody may ask, and its answer.
const (
	stunHeader  = 20
	stunCookie  = 0x2112A442
	bindRequest = 0x0001
	bindSuccess = 0x0101
	attrMapped  = 0x0020 // XOR-MAPPED-ADDRESS
	mostStun    = 1024
)

// binding is the request with its transaction id.
func binding(id [12]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, bindRequest)
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint32(b, stunCookie)
	return append(b, id[:]...)
}

// readStun reads one message: its type and transaction id.
func readStun(r io.Reader) (kind uint16, id [12]byte, err error) {
	var h [stunHeader]byte
	if _, err = io.ReadFull(r, h[:]); err != nil {
		return 0, id, err
	}
	long := binary.BigEndian.Uint16(h[2:])
	if binary.BigEndian.Uint32(h[4:]) != stunCookie || long%4 != 0 || long > mostStun {
		return 0, id, errStranger
	}
	copy(id[:], h[8:])
	_, err = io.CopyN(io.Discard, r, int64(long))
	return binary.BigEndian.Uint16(h[:]), id, err
}

// answerBinding answers one binding request in place of a relay that is not
// running, so that `cairn doctor` can tell whether connections arrive here.
// Whatever else is asked gets no answer.
func answerBinding(conn net.Conn) {
	kind, id, err := readStun(conn)
	if err != nil || kind != bindRequest {
		return
	}
	from, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return
	}
	if _, err := conn.Write(bound(id, from)); err == nil && closeWrite(conn) == nil {
		_, _ = io.Copy(io.Discard, conn) // until the other side has read it; bounded by the deadline
	}
}

// bound is the answer: the address, mixed with the cookie and the id.
func bound(id [12]byte, from *net.TCPAddr) []byte {
	family, ip := byte(1), from.IP.To4()
	if ip == nil {
		family, ip = 2, from.IP.To16()
	}
	mask := append(binary.BigEndian.AppendUint32(nil, stunCookie), id[:]...)
	value := []byte{0, family}
	value = binary.BigEndian.AppendUint16(value, uint16(from.Port)^uint16(stunCookie>>16))
	for i, x := range ip {
		value = append(value, x^mask[i])
	}
	b := binary.BigEndian.AppendUint16(nil, bindSuccess)
	b = binary.BigEndian.AppendUint16(b, uint16(4+len(value)))
	b = append(b, mask...)
	b = binary.BigEndian.AppendUint16(b, attrMapped)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// Reach is what stands at the address of a relay.
type Reach uint8

// What can stand there.
const (
	Works     Reach = iota + 1 // a relay answers
	Nobody                     // no connection can be made
	Untrusted                  // TLS fails, or its certificate is not trusted
	WebServer                  // something answers that speaks only HTTP
	Silent                     // a connection is made, and no answer comes
)

// probeWithin is how long the whole look may take.
const probeWithin = 10 * time.Second

// Probe asks at a relay's address the way a browser would, without credentials.
// roots may be nil: those of this machine. The error says why, for an operator;
// it is nil when the relay works.
func Probe(ctx context.Context, r Relay, roots *x509.CertPool) (Reach, error) {
	ctx, stop := context.WithTimeout(ctx, probeWithin)
	defer stop()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.Address())
	if err != nil {
		return Nobody, err
	}
	defer func() { _ = conn.Close() }()
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return Silent, err
		}
	}
	if r.TLS {
		t := tls.Client(conn, &tls.Config{ServerName: r.Host, RootCAs: roots, MinVersion: tls.VersionTLS12})
		if err := t.HandshakeContext(ctx); err != nil {
			return Untrusted, err
		}
		conn = t
	}
	return probe(ctx, conn)
}

// answerWithin is how soon a relay answers; a web server waits for a whole line.
const answerWithin = 4 * time.Second

func probe(ctx context.Context, conn net.Conn) (Reach, error) {
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	if _, err := conn.Write(binding(id)); err != nil {
		return Silent, err
	}
	var first [5]byte
	if err := hearFirst(ctx, conn, first[:]); err != nil {
		return Silent, err
	}
	if string(first[:]) == "HTTP/" {
		return WebServer, errors.New("media: a web server answers")
	}
	kind, got, err := readStun(io.MultiReader(bytes.NewReader(first[:]), conn))
	if err != nil || kind != bindSuccess || got != id {
		return Silent, errors.Join(errStranger, err)
	}
	return Works, nil
}

// hearFirst reads the beginning of the answer. When none comes, it ends the line
// as a web server would have it, which then says what it is.
func hearFirst(ctx context.Context, conn net.Conn, first []byte) error {
	if err := conn.SetReadDeadline(time.Now().Add(answerWithin)); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, first)
	var slow net.Error
	if !errors.As(err, &slow) || !slow.Timeout() {
		return err
	}
	until, _ := ctx.Deadline()
	if err := conn.SetReadDeadline(until); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "\r\n\r\n"); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, first)
	return err
}
