package chat_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/kit/fault"
)

// stream reads events until n have come or the line ends.
func stream(t *testing.T, p *cairntest.Someone, path, after string, n int) (ids []string, body string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // a stream that hangs must end
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.W.Server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "en")
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	res, err := p.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	buf := make([]byte, 64<<10)
	for len(ids) < n {
		got, err := res.Body.Read(buf)
		body += string(buf[:got])
		ids = nil
		for line := range strings.Lines(body) {
			if id, ok := strings.CutPrefix(line, "id: "); ok {
				ids = append(ids, strings.TrimSpace(id))
			}
		}
		if err != nil {
			return ids, body
		}
	}
	return ids, body
}

func TestAStreamResumesWithoutLossOrRepeat(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := talk(t, w)
		path := "/talk/" + string(c.id) + "/stream"
		one := c.say(t, c.helper, "1", "one")
		ids, body := stream(t, c.helped, path, "1", 1)
		if len(ids) != 1 || ids[0] != fmt.Sprint(one.Seq) || !strings.Contains(body, ">one<") {
			t.Fatalf("first: %v\n%s", ids, body)
		}
		// While the line is down: two more, and a change of what was seen.
		c.say(t, c.helper, "2", "two")
		if err := w.Chat.Edit(t.Context(), c.helper.Actor, c.id, one.Seq, "won"); err != nil {
			t.Fatal(err)
		}
		last := c.say(t, c.helper, "3", "three")
		ids, body = stream(t, c.helped, path, ids[0], 1)
		if ids[len(ids)-1] != fmt.Sprint(last.Touched) {
			t.Fatalf("after the gap: %v", ids)
		}
		for want, n := range map[string]int{">won<": 1, ">two<": 1, ">three<": 1, ">one<": 0} {
			if got := strings.Count(body, want); got != n {
				t.Errorf("%s came %d times, want %d", want, got, n)
			}
		}
		if strings.Index(body, ">won<") > strings.Index(body, ">two<") {
			t.Error("a changed message is out of its place")
		}
	})
}

// A note that is sent before the stream listens is not heard, so it is sent until
// it is: the test waits for what happens, not for a time.
func TestAStreamHearsWhatHappens(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	heard := make(chan string, 64)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go hear(ctx, c.helped, "/talk/"+string(c.id)+"/stream?after=1", heard)
	wait := func(what string, again func()) {
		t.Helper()
		for range 2000 {
			again()
			select {
			case line := <-heard:
				if strings.Contains(line, what) {
					return
				}
			case <-time.After(5 * time.Millisecond):
			}
		}
		t.Fatalf("%q was not heard", what)
	}
	wait("Ali is writing", func() {
		w.Time.Advance(time.Second) // more often is not told
		if err := w.Chat.Typing(t.Context(), c.helper.Actor, c.id); err != nil {
			t.Fatal(err)
		}
	})
	m := c.say(t, c.helper, "h", "hello")
	wait(">hello<", func() {})
	c.say(t, c.helped, "g", "and you")
	wait(">and you<", func() {})
	wait("Ali has read this.", func() {
		if err := w.Chat.MarkRead(t.Context(), c.helper.Actor, c.id, m.Seq+1); err != nil {
			t.Fatal(err)
		}
	})
	c.end(t)
	wait("This conversation has ended.", func() {})
}

// hear sends every line of a stream.
func hear(ctx context.Context, p *cairntest.Someone, path string, to chan<- string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.W.Server.URL+path, nil)
	if err != nil {
		return
	}
	r.Header.Set("Accept-Language", "en")
	res, err := p.HTTP.Do(r)
	if err != nil {
		return
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		select {
		case to <- lines.Text():
		case <-ctx.Done():
			return
		}
	}
}

func TestARevokedSessionsStreamCloses(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	closed := make(chan struct{})
	go func() {
		stream(t, c.helped, "/talk/"+string(c.id)+"/stream", "1", 99)
		close(closed)
	}()
	for range 1000 {
		if err := w.People.EndSession(t.Context(), c.helped.Actor, c.helped.Actor.Session); err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		w.Bus.Signal("session:"+string(c.helped.Actor.Session), "", "") // the same note, for a stream that had not listened yet
		select {
		case <-closed:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatal("the stream of a revoked session goes on")
}
