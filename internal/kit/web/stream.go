package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"cairn/internal/kit/fault"
)

// writeWithin is how long one event may take to leave. A reader that is gone
// without a word is noticed by it instead of holding the stream for ever.
const writeWithin = 20 * time.Second

// EventStream is one open line of server-sent events. One goroutine writes it.
type EventStream struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
	buf []byte
}

// OpenStream begins a stream: headers, no deadline for the whole, and the time
// after which browsers come back (2 seconds).
func OpenStream(w http.ResponseWriter, _ *http.Request) (*EventStream, error) {
	s := &EventStream{w: w, ctl: http.NewResponseController(w)}
	if err := s.ctl.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fault.Op("web: stream", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	return s, s.write("retry: 2000\n\n")
}

// Send writes one event. Data may have several lines. id and event are ours
// and must have none; "" leaves them out. An error means the reader is gone.
func (s *EventStream) Send(id, event, data string) error {
	if strings.ContainsAny(id, "\r\n\x00") || strings.ContainsAny(event, "\r\n") {
		return fault.Op("web: stream", errors.New("a line end in an event's id or name"))
	}
	b := s.buf[:0]
	if id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	if event != "" {
		b = append(append(append(b, "event: "...), event...), '\n')
	}
	for _, line := range streamLines(data) {
		b = append(append(append(b, "data: "...), line...), '\n')
	}
	b = append(b, '\n')
	err := s.write(string(b))
	if s.buf = b; cap(b) > 16<<10 {
		s.buf = nil
	}
	return err
}

// streamLines splits at every line end that a browser would: CRLF, LF and CR.
func streamLines(data string) []string {
	if strings.Contains(data, "\r") {
		data = strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n")
	}
	return strings.Split(data, "\n")
}

// Ping writes a comment, so that proxies and browsers keep the line open.
func (s *EventStream) Ping() error { return s.write(": ping\n\n") }

func (s *EventStream) write(text string) error {
	// Not every writer has deadlines (tests record); a real connection does.
	if err := s.ctl.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	if err := s.ctl.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// LastEventID is where a stream goes on from: what the browser remembers when
// it comes back by itself, otherwise the page's ?after=.
func LastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get("after")
}
