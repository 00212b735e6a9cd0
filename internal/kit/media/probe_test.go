package media_test

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"testing"

	"cairn/internal/kit/media"
)

func at(t *testing.T, line net.Listener, sealed bool) media.Relay {
	t.Helper()
	t.Cleanup(func() { _ = line.Close() })
	r, err := media.ParseRelay("turn:" + line.Addr().String())
	must(t, err)
	return media.Relay{Host: "localhost", Port: r.Port, TLS: sealed}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	line, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	return line
}

func TestWhatStandsAtTheRelaysAddress(t *testing.T) {
	t.Parallel()
	conf, roots := sealed(t)
	s := start(t, media.Config{})
	must(t, s.Ensure(t.Context(), "room", 2))
	look := func(r media.Relay) media.Reach {
		reach, err := media.Probe(t.Context(), r, roots)
		if (reach == media.Works) != (err == nil) {
			t.Errorf("%d, and %v", reach, err)
		}
		return reach
	}
	if got := look(at(t, media.Listener(listen(t), nil, s.TURN), false)); got != media.Works {
		t.Errorf("plain: %d", got)
	}
	if got := look(at(t, media.Listener(listen(t), conf, s.TURN), true)); got != media.Works {
		t.Errorf("TLS: %d", got)
	}
	if got := look(at(t, media.Listener(listen(t), conf, func() string { return "" }), true)); got != media.Works {
		t.Errorf("asleep: %d", got)
	}
	other, _ := sealed(t)
	if got := look(at(t, media.Listener(listen(t), other, s.TURN), true)); got != media.Untrusted {
		t.Errorf("another's certificate: %d", got)
	}
	closed := listen(t)
	must(t, closed.Close())
	if got := look(at(t, closed, false)); got != media.Nobody {
		t.Errorf("nobody: %d", got)
	}
	for name, seal := range map[string]bool{"a web server": false, "a web server with TLS": true} {
		line := listen(t)
		r := at(t, line, seal)
		if seal {
			line = tls.NewListener(line, conf)
		}
		web := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0)}
		go func() { _ = web.Serve(line) }()
		if got := look(r); got != media.WebServer {
			t.Errorf("%s: %d", name, got)
		}
		_ = web.Close()
	}
	line := listen(t)
	r := at(t, line, false)
	go func() {
		for {
			c, err := line.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	if got := look(r); got != media.Silent {
		t.Errorf("silent: %d", got)
	}
}

func TestHowARelayIsNamed(t *testing.T) {
	for text, want := range map[string]media.Relay{
		"turn:a.example:3478": {Host: "a.example", Port: 3478},
		"turns:a.example:443": {Host: "a.example", Port: 443, TLS: true},
		"turn:[::1]:5":        {Host: "::1", Port: 5},
	} {
		got, err := media.ParseRelay(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v %v", text, got, err)
		}
	}
	for _, text := range []string{"", "turn:a", "stun:a:1", "turn:a:0", "turn:a:70000", "turn::1", "turn:a/b:1", "turn:a:1?transport=udp", "https://a:1"} {
		if got, err := media.ParseRelay(text); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
	for public, want := range map[string]string{
		"https://a.example": "turns:a.example:443", "http://a.example": "turn:a.example:80",
		"http://localhost:8080": "turn:localhost:8080", "https://[::1]:8443": "turns:[::1]:8443",
	} {
		got, err := media.RelayOf(public)
		if err != nil || got.String() != want {
			t.Errorf("%s: %s %v", public, got, err)
		}
	}
}
