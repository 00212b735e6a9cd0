package post

import (
	"context"
	"net/url"
	"strconv"

	"cairn/internal/kit/fault"

	mail "github.com/wneessen/go-mail"
)

// Mail is one message. Subject and sender say nothing about what the service is for.
type Mail struct {
	To        string
	Subject   string
	Body      string // plain text
	MessageID string // stable over retries: local part and domain, without brackets
}

// SMTP sends mail through one server.
type SMTP struct {
	host, user, password, from string
	port                       int
	tls                        bool // from the first byte; otherwise STARTTLS where the server offers it
	local                      bool // loopback: no TLS is asked for
}

// NewSMTP reads a server's address: smtp://user@host:587 or smtps://user@host:465.
func NewSMTP(address, password, from string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return nil, fault.New(fault.Invalid, "post.error.address")
	}
	s := &SMTP{host: u.Hostname(), from: from, password: password, user: u.User.Username(), tls: u.Scheme == "smtps", port: 587}
	if s.tls {
		s.port = 465
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil {
			return nil, fault.New(fault.Invalid, "post.error.address")
		}
	}
	s.local = s.host == "localhost" || s.host == "127.0.0.1" || s.host == "::1"
	return s, nil
}

func (s *SMTP) client() (*mail.Client, error) {
	opts := []mail.Option{mail.WithPort(s.port)}
	switch {
	case s.tls:
		opts = append(opts, mail.WithSSL())
	case s.local:
		opts = append(opts, mail.WithTLSPortPolicy(mail.NoTLS), mail.WithPort(s.port))
	default:
		opts = append(opts, mail.WithTLSPortPolicy(mail.TLSMandatory), mail.WithPort(s.port))
	}
	if s.user != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return mail.NewClient(s.host, opts...)
}

// Send hands one message to the server. An error is Unavailable: trying again
// later is right.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	msg := mail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return fault.Wrap(fault.Internal, "post.error.address", err)
	}
	if err := msg.To(m.To); err != nil {
		return fault.Wrap(fault.Invalid, "post.error.address", err)
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	if m.MessageID != "" {
		msg.SetMessageIDWithValue(m.MessageID)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 section 5: no out-of-office answers
	c, err := s.client()
	if err != nil {
		return fault.Wrap(fault.Unavailable, "post.error.server", err)
	}
	if err := c.DialAndSendWithContext(ctx, msg); err != nil {
		return fault.Wrap(fault.Unavailable, "post.error.server", err)
	}
	return nil
}

// Check connects and says goodbye, for `cairn doctor`.
func (s *SMTP) Check(ctx context.Context) error {
	c, err := s.client()
	if err != nil {
		return fault.Wrap(fault.Unavailable, "post.error.server", err)
	}
	if err := c.DialWithContext(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, "post.error.server", err)
	}
	return c.Close()
}
