package media

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"cairn/internal/kit/fault"
)

const (
	// callWithin is how long one call to the API may take; the media server itself
	// gives up after less.
	callWithin = 10 * time.Second
	// mostAnswer bounds an answer: a room of some hundred people is far below.
	mostAnswer = 8 << 20
	// betweenTries is the pause before a call is tried again that met a child in
	// the moment it died.
	betweenTries = 100 * time.Millisecond
)

// refused is an answer of the API that is not "yes". The message is LiveKit's
// own and names no content.
type refused struct {
	status int
	code   string
}

// Error says it for the log.
func (r refused) Error() string {
	return fmt.Sprintf("media: the media server answered %d %s", r.status, r.code)
}

func statusOf(err error) (int, bool) {
	var r refused
	if errors.As(err, &r) {
		return r.status, true
	}
	return 0, false
}

// call runs f against the media server. While a child starts again it waits and
// tries anew, up to 20 seconds. Without start, and with no child, it does nothing.
func (s *Server) call(ctx context.Context, start bool, f func(context.Context, *place) error) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for {
		p, err := s.reach(ctx, start)
		if err != nil || p == nil {
			return err
		}
		err = f(ctx, p)
		if _, answered := statusOf(err); err == nil || answered || fault.Is(err, fault.Unavailable) && ctx.Err() != nil {
			return err
		}
		if s.Outside() || !s.pause(ctx, betweenTries) {
			return unavailable(err)
		}
	}
}

// pause waits, and tells whether there is time left.
func (s *Server) pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
}

// ask makes one call of the room service (Twirp, as JSON) with a token that
// allows just that. A refusal is a `refused`; what never arrived is not.
func (s *Server) ask(ctx context.Context, p *place, method string, may video, in, out any) error {
	ctx, stop := context.WithTimeout(ctx, callWithin)
	defer stop()
	token, err := p.token("", may, callToken)
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return fault.Op("media: ask", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.api.JoinPath("twirp", "livekit.RoomService", method).String(), bytes.NewReader(body))
	if err != nil {
		return fault.Op("media: ask", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := s.transport.RoundTrip(r)
	if err != nil {
		return fault.Op("media: "+method, err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return fault.Op("media: "+method, err)
	}
	if res.StatusCode != http.StatusOK {
		var said struct{ Code string }
		_ = json.Unmarshal(answer, &said) // a proxy may answer in its own way
		return refused{status: res.StatusCode, code: fmt.Sprintf("%.40s", said.Code)}
	}
	if out == nil {
		return nil
	}
	return fault.Op("media: "+method, json.Unmarshal(answer, out))
}
