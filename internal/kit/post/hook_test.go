package post_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest/sink"
	"cairn/internal/kit/post"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func TestWebhookIsSignedByBothSecretsWhileItChanges(t *testing.T) {
	before, after := post.NewHookSecret(), post.NewHookSecret()
	if before == after || !strings.HasPrefix(before, "whsec_") {
		t.Fatalf("secrets %q %q", before, after)
	}
	var believed []string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := make([]byte, 100)
		n, _ := r.Body.Read(body)
		for _, s := range []string{before, after} {
			by, err := webhooks.NewWebhook(s)
			if err == nil && by.Verify(body[:n], r.Header) == nil { // the time too
				believed = append(believed, r.Header.Get("webhook-id")+" "+r.Header.Get("Content-Type")+" "+string(body[:n]))
			}
		}
	}))
	defer receiver.Close()
	h := post.NewHook(post.NewGuard("127.0.0.1"))
	m := post.HookMessage{URL: receiver.URL, Secrets: []string{after, before}, ID: "one", At: time.Now(), Body: []byte(`{"type":"x.y"}`)}
	if err := h.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if want := `one application/json {"type":"x.y"}`; len(believed) != 2 || believed[0] != want || believed[1] != want {
		t.Fatalf("believed %q", believed)
	}
}

func TestWebhookTrouble(t *testing.T) {
	receiver := sink.NewHook(t, time.Now)
	secret := post.NewHookSecret()
	receiver.Believe(secret)
	h := post.NewHook(post.NewGuard(receiver.Host()))
	send := func(url string, secrets ...string) post.Trouble {
		return post.TroubleOf(h.Send(t.Context(), post.HookMessage{URL: url, Secrets: secrets, ID: "a", At: time.Now(), Body: []byte(`{}`)}))
	}
	for status, want := range map[int]post.Reason{200: "", 204: "", 301: post.Refused, 307: post.Refused, 404: post.Refused, 410: post.Gone, 500: post.Busy} {
		receiver.Answer(status)
		if got := send(receiver.URL(), secret); got.Reason != want {
			t.Errorf("%d: %+v", status, got)
		}
	}
	receiver.Answer(200)
	if got := send(receiver.URL(), post.NewHookSecret()); got.Status != 401 {
		t.Errorf("another secret: %+v", got)
	}
	if got := send(receiver.URL(), "whsec_*"); got.Reason != post.Broken {
		t.Errorf("no secret: %+v", got)
	}
	if got := send("https://10.0.0.1/in", secret); got.Reason != post.Inside {
		t.Errorf("inside: %+v", got)
	}
	if got := send("https://no-such-host.invalid/in", secret); got.Reason != post.Unreachable {
		t.Errorf("no such host: %+v", got)
	}
	if text := errors.Join(h.Send(t.Context(), post.HookMessage{URL: "https://no-such-host.invalid/secret-path", Secrets: []string{secret}})).Error(); strings.Contains(text, "invalid") || strings.Contains(text, "secret") {
		t.Errorf("the error holds the address: %s", text)
	}
}

func TestSecretsThatSign(t *testing.T) {
	for secret, want := range map[string]bool{
		post.NewHookSecret(): true, "": false, "whsec_": false, "whsec_*": false, "whsec_c2hvcnQ=": false, strings.TrimPrefix(post.NewHookSecret(), "whsec_"): false,
		"whsec_" + strings.Repeat("AAAA", 8): true, "whsec_" + strings.Repeat("AAAA", 22): false,
	} {
		if got := post.CanSign(secret); got != want {
			t.Errorf("%q: %v", secret, got)
		}
	}
}
