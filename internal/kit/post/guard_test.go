package post

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"cairn/internal/kit/fault"
)

func TestWhatIsOutside(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::808:808": true, "2002:808:808::1": true,
		"127.0.0.1": false, "127.9.9.9": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.0.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "192.0.0.8": false, "198.18.0.1": false, "224.0.0.1": false, "240.0.0.1": false,
		"255.255.255.255": false, "192.0.2.1": false, "198.51.100.7": false, "203.0.113.9": false, "192.88.99.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "fec0::1": false, "2001:db8::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "64:ff9b:1::808:808": false,
		"2002:7f00:1::1": false, "2002:a00:1::1": false, "2001::1": false, "100::1": false, "fe80::1%eth0": false,
	} {
		if got := outside(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if outside(netip.Addr{}) {
		t.Error("no address at all is outside")
	}
}

func TestAddressesThatAreKept(t *testing.T) {
	g := NewGuard(" SMS.internal:8080 ", "gate.internal", "")
	for address, want := range map[string]string{
		"https://hooks.example.org/a?b=c": "", "https://hooks.example.org:8443/": "", "http://sms.internal:8080/in": "", "https://sms.internal:8080/in": "", "http://GATE.internal/": "", "https://8.8.8.8/": "",
		"http://hooks.example.org/": "post.error.https", "http://sms.internal/": "post.error.https", "ftp://gate.internal/": "post.error.https", "//hooks.example.org": "post.error.https",
		"https://localhost/": "post.error.inside", "https://LOCALHOST:1/": "post.error.inside", "https://127.0.0.1/": "post.error.inside", "https://[::1]/": "post.error.inside",
		"https://169.254.169.254/latest": "post.error.inside", "https://[::ffff:10.0.0.1]/": "post.error.inside",
		"https://user:pw@hooks.example.org/": "post.error.url", "https://hooks.example.org/#x": "post.error.url", "https://": "post.error.url", "": "post.error.url", "https://%zz": "post.error.url",
		"https://hooks.example.org/" + strings.Repeat("a", longestURL): "post.error.url",
	} {
		err := g.Check(address)
		if got := fault.As(err); (err == nil) != (want == "") || err != nil && (got.Key != want || got.Kind != fault.Invalid) {
			t.Errorf("%.60s: %v, want %q", address, err, want)
		}
	}
}

// A name that leads inside is found out when it is dialled, redirects are not
// followed, and a long answer is not read to its end.
func TestNamesThatLeadInside(t *testing.T) {
	asked := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path == "/on" {
			http.Redirect(w, r, "/end", http.StatusTemporaryRedirect)
			return
		}
		if r.URL.Path == "/head" {
			w.Header().Set("X-Long", strings.Repeat("a", 2*mostHeader))
		}
	}))
	defer inside.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(inside.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	get := func(g Guard, url string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := g.client().Do(r)
		if err == nil {
			drain(res.Body)
		}
		return res, err
	}
	t.Setenv("HTTP_PROXY", inside.URL) // it would resolve names by itself
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "0.0.0.0"} {
		if _, err := get(NewGuard("sms.internal"), "http://"+host+":"+port+"/"); !errors.Is(err, errInside) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if asked != 0 {
		t.Fatalf("asked %d times", asked)
	}
	named := NewGuard("localhost:" + port)
	if res, err := get(named, "http://localhost:"+port+"/on"); err != nil || res.StatusCode != http.StatusTemporaryRedirect || asked != 1 {
		t.Fatalf("%v, asked %d times", err, asked)
	}
	if _, err := get(named, "http://localhost:"+port+"/head"); err == nil {
		t.Error("a header without end is read")
	}
}
