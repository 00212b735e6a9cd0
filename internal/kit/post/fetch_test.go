package post

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cairn/internal/kit/fault"
)

// elsewhere is a server of somebody else, and how often it was asked.
func elsewhere(t *testing.T, answer http.HandlerFunc) (host string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return "localhost:" + port, asked
}

func TestFetching(t *testing.T) {
	const most = 1 << 20
	inside, askedInside := elsewhere(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("secret")) })
	slow := make(chan struct{})
	defer close(slow)
	host, _ := elsewhere(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/list":
			w.Header().Set("Content-Type", "image/png") // not believed
			_, _ = w.Write([]byte(`[{"name":"Tea"}]`))
		case "/full":
			_, _ = w.Write([]byte(strings.Repeat("a", most)))
		case "/large":
			for range 50 {
				_, _ = w.Write([]byte(strings.Repeat("a", most)))
			}
		case "/slow":
			<-slow
		case "/drips":
			_, _ = w.Write([]byte("["))
			_ = http.NewResponseController(w).Flush()
			<-slow
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("["))
		case "/on":
			http.Redirect(w, r, "/list", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			if to, ok := strings.CutPrefix(r.URL.Path, "/to/"); ok {
				http.Redirect(w, r, "https://"+to, http.StatusFound)
				return
			}
			if r.URL.Path == "/plain" {
				http.Redirect(w, r, "http://lists.example.org/", http.StatusFound)
				return
			}
			http.Error(w, "what it says is not shown", http.StatusTeapot)
		}
	})
	g := NewGuard(host, inside) // the second is named too, and still nobody is sent there
	for address, want := range map[string]string{
		"http://" + host + "/list":                   "",
		"http://" + host + "/full":                   "",
		"http://" + host + "/on":                     "",
		"http://" + host + "/large":                  "post.error.large",
		"http://" + host + "/slow":                   "post.error.slow",
		"http://" + host + "/drips":                  "post.error.slow",
		"http://" + host + "/cut":                    "post.error.unreachable",
		"http://" + host + "/round":                  "post.error.hops",
		"http://" + host + "/gone":                   "post.error.answer",
		"http://" + host + "/plain":                  "post.error.https",
		"http://" + host + "/to/" + inside + "/":     "post.error.inside",
		"http://" + host + "/to/127.0.0.1/x":         "post.error.inside",
		"http://" + host + "/to/169.254.169.254/x":   "post.error.inside",
		"http://" + host + "/to/[::1]/x":             "post.error.inside",
		"http://" + host + "/to/localhost/x":         "post.error.inside",
		"http://" + host + "/to/me:pw@example.org/x": "post.error.url",
		"http://lists.example.org/":                  "post.error.https",
		"https://10.0.0.1/":                          "post.error.inside",
		"file:///etc/passwd":                         "post.error.url",
		"javascript:alert(1)":                        "post.error.url",
		"":                                           "post.error.url",
	} {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if want != "post.error.slow" {
			stop()
			ctx, stop = context.WithTimeout(t.Context(), 20*time.Second)
		}
		body, err := Fetch(ctx, g, address, most)
		stop()
		if (err == nil) != (want == "") || err != nil && (fault.As(err).Key != want || !fault.Is(err, fault.Invalid) || body != nil) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
		if err != nil && address != "" && strings.Contains(err.Error(), address) {
			t.Errorf("the error holds the address: %v", err)
		}
	}
	if askedInside.Load() != 0 {
		t.Error("somebody was sent to a host of the own network")
	}
	if body, err := Fetch(t.Context(), g, "http://"+host+"/list", most); err != nil || string(body) != `[{"name":"Tea"}]` {
		t.Errorf("%q %v", body, err)
	}
}

// A name that leads inside is found out when it is dialled, also at the end of a redirect.
func TestFetchingNamesThatLeadInside(t *testing.T) {
	inside, asked := elsewhere(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(inside)
	g := NewGuard("sms.internal")
	for _, name := range []string{"ip6-localhost", "localhost.localdomain"} {
		_, err := Fetch(t.Context(), g, "https://"+name+":"+port+"/", 100)
		if key := fault.As(err).Key; err == nil || key != "post.error.inside" && key != "post.error.unreachable" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked.Load() != 0 {
		t.Error("a name that leads inside was asked")
	}
}
