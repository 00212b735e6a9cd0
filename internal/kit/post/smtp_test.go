package post_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/post"

	"github.com/emersion/go-smtp"
)

// sink is a real mail server that keeps what it gets.
type sink struct {
	mu   sync.Mutex
	mail []string
}

func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{s}, nil }

type session struct{ s *sink }

func (x *session) Mail(string, *smtp.MailOptions) error { return nil }
func (x *session) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (x *session) Reset()                               {}
func (x *session) Logout() error                        { return nil }
func (x *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.mail = append(x.s.mail, string(b))
	return err
}

func TestMailArrivesWithItsOwnID(t *testing.T) {
	keep := &sink{}
	server := smtp.NewServer(keep)
	line, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(line) }()
	t.Cleanup(func() { _ = server.Close() })
	s, err := post.NewSMTP("smtp://"+line.Addr().String(), "", "Quiet Harbour <hello@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = s.Send(t.Context(), post.Mail{To: "wren@example.org", Subject: "Your link", Body: "Here it is.", MessageID: "one.two@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	keep.mu.Lock()
	defer keep.mu.Unlock()
	if len(keep.mail) != 1 {
		t.Fatalf("%d mails arrived", len(keep.mail))
	}
	for _, want := range []string{"Message-ID: <one.two@example.org>", "Subject: Your link", "Here it is.", "Auto-Submitted: auto-generated"} {
		if !strings.Contains(keep.mail[0], want) {
			t.Errorf("missing %q in\n%s", want, keep.mail[0])
		}
	}
}

func TestADeadServerIsUnavailable(t *testing.T) {
	line, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := line.Addr().String()
	_ = line.Close()
	s, err := post.NewSMTP("smtp://"+addr, "", "hello@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), post.Mail{To: "wren@example.org"}); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestAddressesOfServers(t *testing.T) {
	for _, bad := range []string{"", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:x"} {
		if _, err := post.NewSMTP(bad, "", "a@example.org"); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
