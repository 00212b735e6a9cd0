package post_test

import (
	"net"
	"strings"
	"testing"

	"cairn/internal/cairntest/sink"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/post"
)

func TestMailArrivesWithItsOwnID(t *testing.T) {
	keep := sink.NewMail(t)
	s, err := post.NewSMTP(keep.URL(), "", "Quiet Harbour <hello@example.org>")
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
	got := keep.Letters()
	if len(got) != 1 || got[0].MessageID != "one.two@example.org" || got[0].Subject != "Your link" || got[0].To != "wren@example.org" ||
		!strings.Contains(got[0].From, "hello@example.org") || strings.TrimSpace(got[0].Text) != "Here it is." || got[0].Header.Get("Auto-Submitted") != "auto-generated" {
		t.Fatalf("arrived: %+v", got)
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
	if err := s.Send(t.Context(), post.Mail{To: "wren@example.org"}); !fault.Is(err, fault.Unavailable) || post.TroubleOf(err).Reason != post.Unreachable {
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
