// Package sink is where messages arrive in tests: a mail server, a push service
// with its browsers, and a receiver of webhooks. They check what a real one
// would check, by code that is not the sender's, and keep what they got.
package sink

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Letter is one mail that arrived.
type Letter struct {
	To, MessageID, Subject, From, Text string
	Header                             mail.Header
}

// Mail is a real mail server that keeps what it gets. It can be down.
type Mail struct {
	t    testing.TB
	addr string

	mu      sync.Mutex
	letters []Letter
	server  *smtp.Server
}

// NewMail starts a mail server on a free port.
func NewMail(t testing.TB) *Mail {
	t.Helper()
	m := &Mail{t: t, addr: "127.0.0.1:0"}
	m.Up()
	t.Cleanup(m.Down)
	return m
}

// URL is the address for post.NewSMTP. It stays the same when the server comes back.
func (m *Mail) URL() string { return "smtp://" + m.addr }

// Up starts the server, again on the same port.
func (m *Mail) Up() {
	m.t.Helper()
	line, err := net.Listen("tcp", m.addr) //nolint:noctx // closed by Down
	if err != nil {
		m.t.Fatal(err)
	}
	m.addr = line.Addr().String()
	m.server = smtp.NewServer(m)
	go func(s *smtp.Server) { _ = s.Serve(line) }(m.server)
}

// Down stops the server.
func (m *Mail) Down() { _ = m.server.Close() }

// Letters gives what arrived so far.
func (m *Mail) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Letter(nil), m.letters...)
}

// NewSession begins a session with a client.
func (m *Mail) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{m: m}, nil }

type session struct {
	m  *Mail
	to string
}

// Mail takes the sender.
func (x *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes the recipient.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.to = to
	return nil
}

// Reset forgets the recipient.
func (x *session) Reset() { x.to = "" }

// Logout ends the session.
func (x *session) Logout() error { return nil }

// Data takes the message.
func (x *session) Data(r io.Reader) error {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	text := msg.Body
	if strings.EqualFold(msg.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		text = quotedprintable.NewReader(text)
	}
	body, err := io.ReadAll(text)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		return err
	}
	x.m.mu.Lock()
	defer x.m.mu.Unlock()
	h := msg.Header
	x.m.letters = append(x.m.letters, Letter{To: x.to, MessageID: strings.Trim(h.Get("Message-ID"), "<>"), Subject: subject, From: h.Get("From"), Text: string(body), Header: h})
	return nil
}
