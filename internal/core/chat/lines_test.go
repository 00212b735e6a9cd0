package chat_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// line is one open stream. It listens once openLine has come back.
type line struct {
	t     *testing.T
	lines *bufio.Scanner
}

func (c two) openLine(t *testing.T, who *cairntest.Someone, after string) line {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // a stream that hangs must end
	t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server.URL+"/talk/"+string(c.id)+"/stream?after="+after, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "en")
	res, err := who.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the stream answers %d", res.StatusCode)
	}
	return line{t, bufio.NewScanner(res.Body)}
}

// pings waits for n signs that the line lives.
func (l line) pings(n int) {
	l.t.Helper()
	for n > 0 {
		if !l.lines.Scan() {
			l.t.Fatalf("the line ended: %v", l.lines.Err())
		}
		if l.lines.Text() == ": ping" {
			n--
		}
	}
}

// rest reads until the service ends the line.
func (l line) rest() string {
	l.t.Helper()
	var b strings.Builder
	for l.lines.Scan() {
		b.WriteString(l.lines.Text() + "\n")
	}
	if err := l.lines.Err(); err != nil {
		l.t.Fatalf("the line goes on: %v", err)
	}
	return b.String()
}

func TestALineEndsWithItsSession(t *testing.T) {
	w := cairntest.New(t)
	w.Chat.Ping = 2 * time.Millisecond
	c := talk(t, w)
	l := c.openLine(t, c.helped, "1")
	l.pings(2)
	// An open page alone keeps no session: sixty days without use are its end.
	w.Time.Advance(31 * 24 * time.Hour)
	l.pings(3)
	w.Time.Advance(30 * 24 * time.Hour)
	l.rest()
}

func TestALineEndsWhenNotesMayBeLost(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	l := c.openLine(t, c.helped, "1")
	w.Bus.Signal(chat.Topic(c.id), bus.Resync, "")
	l.rest()
}

func TestAnOpenPageLearnsThatWordsAreGone(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, c two) error
	}{
		{"deleted", func(t *testing.T, c two) error { return c.Chat.Delete(t.Context(), c.helped.Actor, c.id) }},
		{"destroyed", func(t *testing.T, c two) error {
			return c.DB.Write(t.Context(), func(tx db.Writer) error {
				return chat.Holding{Service: c.Chat}.Erase(t.Context(), tx, c.helped.ID, c.Time.Now())
			})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
				c := talk(t, w)
				c.say(t, c.helped, "a", "hello")
				c.end(t)
				l := c.openLine(t, c.helper, "3") // everything is read
				if err := tt.do(t, c); err != nil {
					t.Fatal(err)
				}
				if got := l.rest(); !strings.Contains(got, "no longer open to you") {
					t.Fatalf("the line ends with %q", got)
				}
			})
		})
	}
}

func TestReadMarksHaveARate(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		c := talk(t, w)
		if err := w.DB.Write(t.Context(), func(tx db.Writer) error {
			_, err := tx.Exec(t.Context(), `UPDATE chat_conversation SET last_seq = 1000 WHERE id = $1`, c.id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for seq := range int64(240) {
			if err := w.Chat.MarkRead(t.Context(), c.helped.Actor, c.id, seq+1); err != nil {
				t.Fatalf("mark %d: %v", seq+1, err)
			}
		}
		if err := w.Chat.MarkRead(t.Context(), c.helped.Actor, c.id, 241); !fault.Is(err, fault.TooFast) {
			t.Fatalf("one more within the minute: %v", err)
		}
		if err := w.Chat.MarkRead(t.Context(), c.helper.Actor, c.id, 241); err != nil {
			t.Fatalf("somebody else: %v", err)
		}
		w.Time.Advance(time.Minute)
		if err := w.Chat.MarkRead(t.Context(), c.helped.Actor, c.id, 241); err != nil {
			t.Fatalf("a minute later: %v", err)
		}
	})
}

func TestTypingIsToldOnceASecond(t *testing.T) {
	w := cairntest.New(t)
	c := talk(t, w)
	other := c
	other.start(t)
	ear := w.Bus.Subscribe(chat.Topic(c.id), chat.Topic(other.id))
	defer ear.Close()
	types := func(who *cairntest.Someone, id moment.ID, want bool) {
		t.Helper()
		if err := w.Chat.Typing(t.Context(), who.Actor, id); err != nil {
			t.Fatal(err)
		}
		select {
		case n := <-ear.C():
			if !want || n.Topic != chat.Topic(id) || n.Data != string(who.ID) {
				t.Fatalf("told %+v", n)
			}
		default:
			if want {
				t.Fatal("nothing is told")
			}
		}
	}
	types(c.helped, c.id, true)
	types(c.helped, c.id, false)
	types(c.helped, other.id, false)
	types(c.helper, c.id, true)
	w.Time.Advance(999 * time.Millisecond)
	types(c.helped, c.id, false)
	w.Time.Advance(time.Millisecond)
	types(c.helped, other.id, true)
	// What is remembered lets nobody in anywhere.
	stranger := w.Person("Wren", access.Peer)
	for range 2 {
		if err := w.Chat.Typing(t.Context(), stranger.Actor, c.id); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a stranger types: %v", err)
		}
	}
}
