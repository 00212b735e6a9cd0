package media

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"

	"cairn/internal/kit/fault"
)

// paths are what of the media server a browser may reach, and whether it is a
// line that stands.
var paths = map[string]bool{"rtc": true, "rtc/v1": true, "rtc/validate": false, "rtc/v1/validate": false}

// goesOn are the headers of a browser that the media server gets. Its address,
// its cookies and where it comes from are not among them.
var goesOn = []string{"Connection", "Upgrade", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Extensions", "Sec-Websocket-Protocol", "User-Agent"}

// comesBack are the headers of the media server that a browser gets.
var comesBack = []string{"Connection", "Upgrade", "Sec-Websocket-Accept", "Sec-Websocket-Extensions", "Sec-Websocket-Protocol"}

// ours are parameters that only we set: the token; "publish", which would let
// somebody be in the room once more under a name that nobody can remove; and what
// a person would say about themselves.
var ours = []string{"access_token", "publish", "attributes", "metadata"}

// Signal carries one request of a browser's signalling to the media server, with
// a token made from g: path is "rtc" or "rtc/v1" (a websocket) or one of these
// with "/validate"; everything else is NotFound. It returns when the line has
// ended, which is when either side ends it, or the request's context does. While a
// child starts again it waits for it, up to 12 seconds, then it is Unavailable.
// Callers have ensured the room, and decided that this person may be in it now.
func (s *Server) Signal(w http.ResponseWriter, r *http.Request, path string, g Grant) error {
	line, known := paths[path]
	if !known || r.Method != http.MethodGet || line && !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return fault.Hidden()
	}
	ctl := http.NewResponseController(w)
	if err := errors.Join(ctl.SetReadDeadline(time.Time{}), ctl.SetWriteDeadline(time.Time{})); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fault.Op("media: signal", err)
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	end := make(chan struct{})
	defer close(end)
	go func() { // Close cuts lines, also those to a cluster
		select {
		case <-s.done:
			stop()
		case <-end:
		}
	}()
	if line {
		defer s.stands(g.Room)()
	}
	return s.carry(w, r.WithContext(ctx), path, g)
}

// stands counts a line until the function that it gives is called.
func (s *Server) stands(name string) func() {
	count := func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lines += n
		s.used = time.Now()
		if r := s.rooms[name]; r != nil {
			r.lines += n
			r.used = s.used
		}
	}
	count(1)
	return func() { count(-1) }
}

// carry hands the request over, again when it met a child that was just dying.
func (s *Server) carry(w http.ResponseWriter, r *http.Request, path string, g Grant) error {
	wait, stop := context.WithTimeout(r.Context(), signalPatience)
	defer stop()
	for {
		p, err := s.reach(wait, false)
		if err == nil && p == nil {
			err = unavailable(errNone)
		}
		if err != nil {
			return err
		}
		token, err := s.join(p, g)
		if err != nil {
			return err
		}
		err = s.pass(w, r, p, path, token)
		if err == nil || r.Context().Err() != nil {
			return nil
		}
		if s.Outside() || !s.pause(wait, betweenTries) {
			return unavailable(err)
		}
	}
}

// pass proxies once. An error means that nothing arrived there and nothing was
// answered here.
func (s *Server) pass(w http.ResponseWriter, r *http.Request, p *place, path, token string) error {
	var failed error
	answered := false
	proxy := httputil.ReverseProxy{
		Transport: s.transport,
		ErrorLog:  log.New(io.Discard, "", 0), // it would name addresses with what stands in them
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL = p.api.JoinPath("/", path)
			pr.Out.URL.RawQuery = query(pr.In.URL.Query())
			pr.Out.Host = ""
			keep(pr.Out.Header, goesOn)
			if pr.Out.Header.Get("User-Agent") == "" {
				pr.Out.Header["User-Agent"] = []string{""} // not Go's own name for a browser
			}
			pr.Out.Header.Set("Authorization", "Bearer "+token)
			pr.Out.Body, pr.Out.ContentLength = http.NoBody, 0
		},
		ModifyResponse: func(res *http.Response) error {
			answered = true
			return answer(res)
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
	}
	proxy.ServeHTTP(lineWriter{w}, r)
	if answered {
		return nil // a line that broke has ended; nobody is told more
	}
	return failed
}

// lineWithin is how long a browser may take to hear one word. Who does not read
// is gone.
const lineWithin = 20 * time.Second

// lineWriter gives out the browser's side of a line.
type lineWriter struct{ http.ResponseWriter }

// Hijack takes the connection over.
func (w lineWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, both, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return browser{conn}, both, nil
}

// Unwrap lets http.ResponseController reach the connection.
func (w lineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// browser is the browser's side. It cannot be half closed: a line that one side
// has ended has ended.
type browser struct{ net.Conn }

// Write writes within a time.
func (b browser) Write(p []byte) (int, error) {
	if err := b.SetWriteDeadline(time.Now().Add(lineWithin)); err != nil {
		return 0, err
	}
	return b.Conn.Write(p)
}

// query is the browser's, without what is ours to say.
func query(q url.Values) string {
	for _, name := range ours {
		q.Del(name)
	}
	return q.Encode()
}

func keep(h http.Header, names []string) {
	for name := range h {
		if !slices.Contains(names, http.CanonicalHeaderKey(name)) {
			delete(h, name)
		}
	}
}

// answer makes the media server's answer fit to be seen: words of an error may
// hold the token.
func answer(res *http.Response) error {
	keep(res.Header, comesBack)
	if res.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	text := "success" // what livekit-client expects of a validation
	if res.StatusCode != http.StatusOK {
		text = http.StatusText(res.StatusCode)
	}
	_ = res.Body.Close()
	res.Body, res.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	res.Header = http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Cache-Control": {"no-store"}}
	return nil
}
