package web

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cairn/internal/kit/access"
)

func TestStreamFraming(t *testing.T) {
	cases := []struct{ name, id, event, data, want string }{
		{"plain", "12", "message", "<p>x</p>", "id: 12\nevent: message\ndata: <p>x</p>\n\n"},
		{"lines", "", "", "a\nb\r\nc\rd", "data: a\ndata: b\ndata: c\ndata: d\n\n"},
		{"empty", "", "", "", "data: \n\n"},
		{"forged", "1", "", "x\n\nid: 99\nevent: evil", "id: 1\ndata: x\ndata: \ndata: id: 99\ndata: event: evil\n\n"},
	}
	for _, c := range cases {
		rec := httptest.NewRecorder()
		s, err := OpenStream(rec, httptest.NewRequest("GET", "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(c.id, c.event, c.data); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimPrefix(rec.Body.String(), "retry: 2000\n\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if s.Send("1\n2", "", "x") == nil || s.Send("", "a\rb", "x") == nil || s.Send("\x00", "", "") == nil {
			t.Errorf("%s: a line end in an id or a name was taken", c.name)
		}
	}
}

// A stream goes on past the server's write timeout and ends when the reader leaves.
func TestStreamOverHTTP(t *testing.T) {
	w := newWorld(t)
	left := make(chan struct{})
	next := make(chan struct{})
	w.site.Mount(Route{Method: "GET", Path: "/stream", Need: access.Everybody(), Stream: true, Do: func(rw http.ResponseWriter, r *http.Request) error {
		defer close(left)
		s, err := OpenStream(rw, r)
		if err != nil {
			return err
		}
		if err := s.Send("1", "", "from "+LastEventID(r)); err != nil {
			return err
		}
		<-next
		if err := s.Ping(); err != nil {
			return err
		}
		if err := s.Send("2", "typing", "after the timeout"); err != nil {
			return err
		}
		<-r.Context().Done()
		return nil
	}})
	slow := httptest.NewUnstartedServer(w.site)
	slow.Config.WriteTimeout = 50 * time.Millisecond
	slow.Start()
	defer slow.Close()
	res, err := http.Get(slow.URL + "/stream?after=41")
	if err != nil {
		t.Fatal(err)
	}
	if res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Content-Encoding") != "" {
		t.Errorf("headers %v", res.Header)
	}
	in := bufio.NewScanner(res.Body)
	var lines []string
	for in.Scan() {
		lines = append(lines, in.Text())
		if in.Text() == "data: from 41" {
			time.Sleep(120 * time.Millisecond) // longer than the server's timeout for ordinary answers
			close(next)
		}
		if in.Text() == "data: after the timeout" {
			break
		}
	}
	wantText(t, strings.Join(lines, "\n"), "id: 1\ndata: from 41", ": ping", "id: 2\nevent: typing\ndata: after the timeout")
	_ = res.Body.Close()
	<-left
}

func TestLastEventID(t *testing.T) {
	r := httptest.NewRequest("GET", "/x?after=3", nil)
	if got := LastEventID(r); got != "3" {
		t.Errorf("%q", got)
	}
	r.Header.Set("Last-Event-ID", "9")
	if got := LastEventID(r); got != "9" {
		t.Errorf("%q: what the browser remembers is newer than the page", got)
	}
}
