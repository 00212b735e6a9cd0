package post

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// secretBytes is within the 24 to 64 of Standard Webhooks ("Signature scheme").
const secretBytes = 32

// CanSign tells whether a secret is one to sign with: whsec_ and 24 to 64 bytes in
// base64 (Standard Webhooks, "Signature scheme").
func CanSign(secret string) bool {
	text, found := strings.CutPrefix(secret, "whsec_")
	b, err := base64.StdEncoding.DecodeString(text)
	return found && err == nil && len(b) >= 24 && len(b) <= 64
}

// HookMessage is one message to one webhook.
type HookMessage struct {
	URL     string
	Secrets []string  // whsec_...; more than one while a secret is being changed
	ID      string    // webhook-id: stable over retries, for the receiver to count it once
	At      time.Time // webhook-timestamp, of this attempt
	Body    []byte    // JSON
}

// NewHookSecret draws a secret to sign with.
func NewHookSecret() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return "whsec_" + base64.StdEncoding.EncodeToString(b)
}

// Hook sends webhooks as Standard Webhooks describe them
// (github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
type Hook struct {
	client *http.Client
	guard  Guard
}

// NewHook makes a sender.
func NewHook(g Guard) *Hook { return &Hook{client: g.client(), guard: g} }

// Send hands one message over; only an answer of 2xx counts. The error is a
// *Trouble.
func (h *Hook) Send(ctx context.Context, m HookMessage) error {
	if err := h.guard.Check(m.URL); err != nil {
		return &Trouble{Reason: Inside}
	}
	signed := make([]string, 0, len(m.Secrets))
	for _, s := range m.Secrets {
		by, err := webhooks.NewWebhook(s)
		if err != nil {
			return &Trouble{Reason: Broken}
		}
		one, err := by.Sign(m.ID, m.At, m.Body)
		if err != nil {
			return &Trouble{Reason: Broken}
		}
		signed = append(signed, one)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil || len(signed) == 0 {
		return &Trouble{Reason: Broken}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "webhook") // says nothing of what the service is
	r.Header.Set(webhooks.HeaderWebhookID, m.ID)
	r.Header.Set(webhooks.HeaderWebhookTimestamp, strconv.FormatInt(m.At.Unix(), 10))
	r.Header.Set(webhooks.HeaderWebhookSignature, strings.Join(signed, " "))
	res, err := h.client.Do(r) //nolint:bodyclose // asked closes it
	return asked(res, err, http.StatusGone)
}
