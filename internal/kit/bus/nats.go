package bus

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// reconnectWait is the pause between attempts to reach the server, with as much
// again of jitter so that nodes do not come back at once.
const reconnectWait = 250 * time.Millisecond

// flushWait bounds waiting for the server at the start and at the end.
const flushWait = 2 * time.Second

// link is the way to the other nodes.
type link struct {
	conn    *nats.Conn
	subject string
}

// linkHolder holds the link once there is one.
type linkHolder struct{ p atomic.Pointer[link] }

// send hands a note to the other nodes, if there is a way. It does not wait for
// the network.
func (h *linkHolder) send(n Note) {
	l := h.p.Load()
	if l == nil {
		return
	}
	body, err := json.Marshal(n)
	if err != nil {
		return // strings and a number always encode
	}
	// What cannot be sent is made good by the resync after the reconnection.
	_ = l.conn.Publish(l.subject, body)
}

// ConnectNATS connects this node to the others of one installation over NATS.
// The installation's id keeps several apart on one server. A server that does
// not answer is no error: the bus goes on alone and keeps trying for ever. After
// each gap, readers on all nodes are told to Resync.
func (b *Bus) ConnectNATS(url, installation string) error {
	if installation == "" || strings.ContainsAny(installation, " .*>\t\r\n") {
		return errors.New("bus: the installation's id does not fit into a NATS subject")
	}
	if b.link.p.Load() != nil {
		return errors.New("bus: NATS is connected already")
	}
	l := &link{subject: "cairn." + installation + ".live"}
	conn, err := nats.Connect(url,
		nats.Name("cairn"), nats.NoEcho(), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, reconnectWait),
		// Notes of a gap are not kept: the resync says more in one message.
		nats.ReconnectBufSize(-1),
		nats.ConnectHandler(b.afterGap),
		nats.ReconnectHandler(b.afterGap),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.log.Warn("NATS is out of reach; live pages on other nodes wait", "error", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			b.log.Warn("NATS reports a problem", "error", err)
			b.hub.resync() // for one, we were too slow and it dropped notes
		}),
	)
	if err != nil {
		// The library's error may quote the address with its password.
		return errors.New("bus: NATS cannot be used: check the address and the credentials of CAIRN_NATS_URL")
	}
	l.conn = conn
	if _, err := conn.Subscribe(l.subject, b.receive); err != nil {
		conn.Close()
		return fmt.Errorf("bus: listen on NATS: %w", err)
	}
	if !b.link.p.CompareAndSwap(nil, l) {
		conn.Close()
		return errors.New("bus: NATS is connected already")
	}
	if conn.IsConnected() {
		b.afterGap(conn)
	}
	return nil
}

// afterGap makes good what was lost while the connection was: notes of others
// to us, and ours to them. The connection counts as up before the server has
// taken our subscription, so the answer to a flush is awaited first: a note lost
// after the resync would be lost for good.
func (b *Bus) afterGap(conn *nats.Conn) {
	_ = conn.FlushTimeout(flushWait) // failing means another gap, with its own call
	b.hub.resync()
	b.link.send(Note{Kind: Resync})
}

func (b *Bus) receive(m *nats.Msg) {
	var n Note
	if err := json.Unmarshal(m.Data, &n); err != nil {
		b.log.Warn("a note from NATS cannot be read", "bytes", len(m.Data))
		return
	}
	if n.Kind == Resync {
		b.hub.resync()
		return
	}
	b.hub.deliver(n)
}

// Linked tells whether NATS is configured, and whether it is in reach.
func (b *Bus) Linked() (configured, connected bool) {
	l := b.link.p.Load()
	return l != nil, l != nil && l.conn.IsConnected()
}

// Close leaves NATS. Local notes and jobs go on.
func (b *Bus) Close() {
	if l := b.link.p.Swap(nil); l != nil {
		_ = l.conn.FlushTimeout(flushWait) // what is left is best effort
		l.conn.Close()
	}
}
