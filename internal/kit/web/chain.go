package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
)

// ServeHTTP passes a request through the whole chain.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sc := &scope{
		site: s, id: randomHex(8), nonce: randomHex(16),
		address: clientAddress(r, s.shell.TrustedProxies), secure: secureRequest(r, s.shell.TrustedProxies),
		lang: s.words.chosen(r, ""), zone: s.shell.Zone, theme: themeOf(r, ""),
	}
	s.policy.write(w.Header(), sc)
	if strings.HasPrefix(r.URL.Path, assetPrefix) {
		s.assets.ServeHTTP(w, r)
		return
	}
	sc.back = s.backTo(r)
	r = r.WithContext(withScope(r.Context(), sc))
	pattern := ""
	if !strings.Contains(r.URL.Path, "\x00") {
		_, pattern = s.mux.Handler(r)
	}
	if pattern == "" {
		s.unmatched(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// backTo is the address the language and theme switch returns to: this page, if
// it can be asked for again.
func (s *Site) backTo(r *http.Request) string {
	if r.Method == http.MethodGet {
		return r.URL.RequestURI()
	}
	if s.has(http.MethodGet, r.URL.Path) {
		return r.URL.Path
	}
	return "/"
}

// endpoint is a route as net/http sees it.
type endpoint struct {
	site  *Site
	route Route
}

// ServeHTTP runs the route: what is cheap and refuses comes first.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sc := scopeOf(r.Context())
	sc.api = e.route.API
	seen := &seenWriter{ResponseWriter: w}
	start := time.Now()
	defer e.site.finish(seen, r, e.route.Path, start)
	if err := e.run(seen, r, sc); err != nil {
		e.site.fail(seen, r, err)
	}
}

func (e *endpoint) run(w http.ResponseWriter, r *http.Request, sc *scope) error {
	if r.ContentLength > e.route.maxBody() {
		return fault.New(fault.TooLarge, "web.error.toolarge")
	}
	r.Body = http.MaxBytesReader(w, r.Body, e.route.maxBody())
	if err := e.site.cross.Check(r); err != nil {
		return fault.Wrap(fault.Forbidden, "web.error.crossorigin", err)
	}
	if reads := r.Method == http.MethodGet || r.Method == http.MethodHead; !e.route.Open && !e.route.Never && (!reads || e.route.Counted) {
		if err := e.site.limit.take(sc.address); err != nil {
			return err
		}
	}
	if err := e.site.know(r, sc, e.route.Open); err != nil {
		return err
	}
	sc.need = e.route.Need
	if err := sc.need.Check(sc.actor); err != nil {
		return err
	}
	if e.route.Stream {
		back, err := e.site.lines.take(sc.actor.Person)
		if err != nil {
			return err
		}
		defer back()
	}
	return e.route.Do(w, r)
}

// know finds out who is asking and how they want their pages. For an open
// route a failure makes the asker a visitor: crisis help outlives the database.
func (s *Site) know(r *http.Request, sc *scope, open bool) error {
	var prefs Prefs
	if s.shell.Auth != nil {
		actor, p, err := s.shell.Auth.Authenticate(r)
		switch {
		case err != nil && !open:
			return err
		case r.Context().Err() != nil: // the person is gone; nobody reads the answer
		case err != nil:
			s.shell.Log.Error("cannot know who is asking; served as to a visitor", "request", sc.id, "error", err.Error())
		default:
			sc.actor, prefs = actor, p
		}
	}
	sc.lang = s.words.chosen(r, prefs.Lang)
	sc.theme = themeOf(r, prefs.Theme)
	if z := s.zones.named(zoneOf(r, sc.actor.Known(), prefs.Zone)); z != nil {
		sc.zone = z
	}
	sc.gzip = !sc.actor.Known() && acceptsGzip(r)
	return nil
}

// unmatched answers for an address that no route has, or not with this method.
func (s *Site) unmatched(w http.ResponseWriter, r *http.Request) {
	sc := scopeOf(r.Context())
	seen := &seenWriter{ResponseWriter: w}
	defer s.finish(seen, r, "(none)", time.Now())
	sc.api = strings.HasPrefix(r.URL.Path, "/api/")
	err := s.know(r, sc, true)
	if err == nil {
		err = fault.Hidden()
	}
	if allow := s.otherMethods(r); allow != "" {
		seen.Header().Set("Allow", allow)
		s.failAs(seen, r, fault.New(fault.NotFound, "web.error.method"), http.StatusMethodNotAllowed)
		return
	}
	s.fail(seen, r, err)
}

// otherMethods lists the methods that this address would take.
func (s *Site) otherMethods(r *http.Request) string {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if m != r.Method && s.has(m, r.URL.Path) {
			allow = append(allow, m)
		}
	}
	return strings.Join(allow, ", ")
}

// has tells whether a route takes this method at this path.
func (s *Site) has(method, path string) bool {
	if strings.Contains(path, "\x00") || !strings.HasPrefix(path, "/") {
		return false
	}
	probe, err := http.NewRequestWithContext(context.Background(), method, "http://x/", nil)
	if err != nil {
		return false
	}
	probe.URL.Path = path
	_, pattern := s.mux.Handler(probe)
	return pattern != ""
}

// finish turns a panic into a page, writes the access log and counts. The log
// has the pattern and no query, no id, no address.
func (s *Site) finish(w *seenWriter, r *http.Request, route string, start time.Time) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.shell.Log.Error("panic", "request", RequestID(r.Context()), "route", route, "panic", panicText(p), "stack", string(debug.Stack()))
		if w.status != 0 {
			// The answer has begun: cut the line, so that a half page is not taken for a whole one.
			panic(http.ErrAbortHandler)
		}
		s.fail(w, r, fault.New(fault.Internal, "web.error.internal"))
	}
	took := time.Since(start)
	if w.status == 0 {
		w.status = http.StatusOK
	}
	s.shell.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request", RequestID(r.Context())), slog.String("method", r.Method), slog.String("route", route),
		slog.Int("status", w.status), slog.Duration("took", took))
	if s.shell.Metrics != nil {
		s.shell.Metrics.Observe(r.Method, route, w.status, took.Seconds())
	}
}

// panicText says what kind of panic it was. Only runtime errors and errors are
// spelled out: any other value might hold what somebody wrote.
func panicText(p any) string {
	if err, ok := p.(error); ok {
		return err.Error()
	}
	return "a value that is not an error"
}

// seenWriter remembers the status.
type seenWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *seenWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes that the answer has begun.
func (w *seenWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func randomHex(n int) string {
	var b [32]byte
	_, _ = rand.Read(b[:n]) // never fails since Go 1.24
	return hex.EncodeToString(b[:n])
}

// everybody is the permission of the shell's own routes.
func everybody() access.Permission { return access.Everybody() }
