package sink

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Hooked is one message that the receiver believed.
type Hooked struct {
	ID   string
	At   time.Time
	Body string
}

// Hook is a receiver of webhooks that believes only what is signed with one of
// its secrets, as the library of Standard Webhooks finds.
type Hook struct {
	t      testing.TB
	server *httptest.Server

	mu       sync.Mutex
	secrets  []string
	got      []Hooked
	unsigned int
	status   int
	clock    func() time.Time
}

// NewHook starts a receiver on a free port. now is the clock that timestamps
// are compared with, within five minutes.
func NewHook(t testing.TB, now func() time.Time) *Hook {
	t.Helper()
	h := &Hook{t: t, status: http.StatusNoContent, clock: now}
	h.server = httptest.NewServer(http.HandlerFunc(h.take))
	t.Cleanup(h.server.Close)
	return h
}

// URL is the address of the receiver.
func (h *Hook) URL() string { return h.server.URL + "/in" }

// Host is what a guard must allow for the receiver to be reached.
func (h *Hook) Host() string { return strings.TrimPrefix(h.server.URL, "http://") }

// Believe sets the secrets.
func (h *Hook) Believe(secrets ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secrets = secrets
}

// Answer sets the status of answers from now on; messages are taken with 2xx only.
func (h *Hook) Answer(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status = status
}

// Got gives what was believed so far, and how many were not.
func (h *Hook) Got() ([]Hooked, int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Hooked(nil), h.got...), h.unsigned
}

func (h *Hook) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Errorf("webhook: %v", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.believes(body, r.Header) {
		h.unsigned++
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	if h.status/100 == 2 {
		seconds, err := strconv.ParseInt(r.Header.Get(webhooks.HeaderWebhookTimestamp), 10, 64)
		if err != nil {
			h.t.Errorf("webhook: %v", err)
		}
		h.got = append(h.got, Hooked{ID: r.Header.Get(webhooks.HeaderWebhookID), At: time.Unix(seconds, 0), Body: string(body)})
	}
	w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
	w.WriteHeader(h.status)
}

func (h *Hook) believes(body []byte, header http.Header) bool {
	seconds, err := strconv.ParseInt(header.Get(webhooks.HeaderWebhookTimestamp), 10, 64)
	if off := h.clock().Sub(time.Unix(seconds, 0)).Abs(); err != nil || off > 5*time.Minute {
		return false
	}
	for _, s := range h.secrets {
		if by, err := webhooks.NewWebhook(s); err == nil && by.VerifyIgnoringTimestamp(body, header) == nil {
			return true
		}
	}
	return false
}
