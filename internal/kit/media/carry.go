package media

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// relay carries connections to the child's relay.
type relay struct {
	turn   func() string
	places chan struct{} // one for each connection that is carried
}

// dialWithin is how long the child may take to accept; it is on this machine.
const dialWithin = 5 * time.Second

// carry joins a connection with the child's relay until both sides have ended,
// or one has failed, or ctx ends. Neither side is read faster than the other
// takes it. It closes the connection.
func (r *relay) carry(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	default:
		return
	}
	address := r.turn()
	if address == "" {
		if conn.SetDeadline(time.Now().Add(firstWithin)) == nil {
			answerBinding(conn)
		}
		return
	}
	d := net.Dialer{Timeout: dialWithin}
	there, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = there.Close() }()
	defer context.AfterFunc(ctx, func() { _, _ = conn.Close(), there.Close() })()
	var group sync.WaitGroup
	group.Go(func() { oneWay(there, conn) })
	group.Go(func() { oneWay(conn, there) })
	group.Wait()
}

// oneWay copies until the sender ends, and passes the end on. When the copy
// fails, both are closed: half a line is none.
func oneWay(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if err == nil {
		err = closeWrite(to)
	}
	if err != nil {
		_, _ = to.Close(), from.Close()
	}
}
