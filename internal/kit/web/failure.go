package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"cairn/internal/kit/fault"
)

// statuses of the fault kinds.
var statuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusUnprocessableEntity,
	fault.SignIn: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden, fault.NotFound: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.TooFast: http.StatusTooManyRequests,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unavailable: http.StatusServiceUnavailable,
}

// Status is the HTTP status an error is answered with; 200 for nil.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return statuses[faultOf(err).Kind]
}

// faultOf is fault.As that also knows a body that was cut off.
func faultOf(err error) *fault.Fault {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) && !fault.Is(err, fault.TooLarge) {
		return fault.Wrap(fault.TooLarge, "web.error.toolarge", err)
	}
	return fault.As(err)
}

// fail answers with the page or the problem details of an error.
func (s *Site) fail(w *seenWriter, r *http.Request, err error) {
	s.failAs(w, r, err, Status(err))
}

// goneAway is noted when the person left before their answer, which is not our mistake. Nobody
// is left to read the number: it is for the log and the counts, and the one that nginx uses.
const goneAway = 499

func (s *Site) failAs(w *seenWriter, r *http.Request, err error, status int) {
	f := faultOf(err)
	gone := func() bool { return r.Context().Err() != nil }
	if gone() && (f.Kind == fault.Internal || errors.Is(err, context.Canceled)) { // waiting ends, too, when they leave
		w.status = goneAway
		return
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		s.shell.Log.LogAttrs(r.Context(), slog.LevelError, "failed",
			slog.String("request", RequestID(r.Context())), slog.String("route", r.Pattern), slog.String("error", f.Error()))
	}
	if w.status != 0 {
		// The answer has begun and cannot be unsaid: cut the line.
		panic(http.ErrAbortHandler)
	}
	if f.Kind == fault.TooFast || f.Kind == fault.Unavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retrySeconds(f)))
	}
	if scopeOf(r.Context()).api {
		writeProblem(w, r, f, status)
		return
	}
	if f.Kind == fault.SignIn && r.Method == http.MethodGet && r.Header.Get("Accept") != "text/event-stream" {
		_ = SeeOther(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()))
		return
	}
	if err := Render(w, r, status, failurePage(f, status)); err != nil {
		if gone() {
			w.status = goneAway
			return
		}
		s.shell.Log.Error("the error page failed", "request", RequestID(r.Context()), "error", err.Error())
		http.Error(w, http.StatusText(status), status)
	}
}

// retrySeconds is how long to wait, in whole seconds: what the fault says under
// "seconds", otherwise 30.
func retrySeconds(f *fault.Fault) int {
	switch n := f.Args["seconds"].(type) {
	case int:
		return max(n, 1)
	case int64:
		return max(int(n), 1)
	case time.Duration:
		return max(int((n+time.Second-1)/time.Second), 1)
	}
	return 30
}

// problem is RFC 9457.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	ID     string         `json:"request_id"`
	Errors []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// WriteProblem answers with problem details, for handlers of the API that must
// answer by themselves.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	f := faultOf(err)
	if f.Kind == fault.TooFast || f.Kind == fault.Unavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retrySeconds(f)))
	}
	writeProblem(w, r, f, statuses[f.Kind])
}

func writeProblem(w http.ResponseWriter, r *http.Request, f *fault.Fault, status int) {
	ctx := r.Context()
	p := problem{
		Type: "/problems/" + f.Kind.String(), Title: T(ctx, "web.failure."+f.Kind.String()+".title"),
		Status: status, Detail: sentenceOf(ctx, f), ID: RequestID(ctx),
	}
	if status == http.StatusMethodNotAllowed {
		p.Type = "/problems/method"
	}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, problemField{Field: field.Name, Code: field.Key, Detail: fieldSentence(ctx, field)})
	}
	body, err := json.Marshal(p)
	if err != nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if f.Kind == fault.SignIn {
		w.Header().Set("WWW-Authenticate", `Bearer realm="api"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// Sentence is what an error says to a person, in their language.
func Sentence(ctx context.Context, err error) string { return sentenceOf(ctx, faultOf(err)) }

func sentenceOf(ctx context.Context, f *fault.Fault) string {
	if f.Key == "" {
		return T(ctx, "web.failure."+f.Kind.String()+".text")
	}
	return tMap(ctx, f.Key, f.Args)
}

func fieldSentence(ctx context.Context, f fault.Field) string { return tMap(ctx, f.Key, f.Args) }

// Problem is the sentence for one field out of an error's fields, or "".
func Problem(ctx context.Context, err error, field string) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	for _, p := range f.Fields {
		if p.Name == field {
			return fieldSentence(ctx, p)
		}
	}
	return ""
}
