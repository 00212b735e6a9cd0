package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestFormTakesNothingHostile(t *testing.T) {
	w := newWorld(t)
	many := strings.Repeat("a=1&", maxFields+2)
	cases := []struct {
		name, kind, body string
		status           int
		text             string
	}{
		{"plain", "", "name=Heron", 200, "got Heron"},
		{"empty", "", "", 200, "got "},
		{"line ends", "", "name=a%0D%0Ab%0Dc", 200, "got a\nb\nc"},
		{"NUL", "", "name=a%00b", 422, "characters in here"},
		{"bad UTF-8", "", "name=%ff%fe", 422, "characters in here"},
		{"bad UTF-8 in a name", "", "%ff=1", 422, "could not read"},
		{"bad escape", "", "name=%zz", 422, "could not read"},
		{"too many fields", "", many, 422, "could not read"},
		{"json", "application/json", `{"name":"x"}`, 422, "could not read"},
		{"no type at all", "rubbish/", "name=x", 422, "could not read"},
		{"broken multipart", "multipart/form-data; boundary=x", "--x\r\nrubbish", 422, "could not read"},
		{"multipart", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nWren\r\n--x--\r\n", 200, "got Wren"},
		{"1 MB", "", "name=" + strings.Repeat("a", 1<<20), 413, "more than we can take"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			headers := []string{}
			if c.kind != "" {
				headers = append(headers, "Content-Type", c.kind)
			}
			res, text := w.ask(http.MethodPost, "/form", strings.NewReader(c.body), headers...)
			wantStatus(t, res, c.status)
			wantText(t, text, c.text)
		})
	}
	// A body that does not say how long it is, is cut off all the same.
	res, text := w.ask(http.MethodPost, "/form", struct{ *strings.Reader }{strings.NewReader("name=" + strings.Repeat("a", 1<<17))})
	wantStatus(t, res, 413)
	wantText(t, text, "more than we can take")
}

func TestQuery(t *testing.T) {
	for query, ok := range map[string]bool{"a=1": true, "a=%00": false, "a=%ff": false, "a=%zz": false, "": true} {
		_, err := Query(&http.Request{URL: &url.URL{RawQuery: query}})
		if (err == nil) != ok {
			t.Errorf("%q: %v", query, err)
		}
	}
}

func TestLookSwitch(t *testing.T) {
	w := newWorld(t)
	res, _ := w.post("/look", url.Values{"lang": {"ar"}, "back": {"/mine/1?x=2"}})
	wantStatus(t, res, 303)
	if res.Header.Get("Location") != "/mine/1?x=2" || res.Header.Get("Set-Cookie") != "lang=ar; Path=/; HttpOnly; SameSite=Lax" {
		t.Errorf("%v", res.Header)
	}
	res, _ = w.post("/look", url.Values{"theme": {"dark"}, "back": {"/"}}, "Cookie", asKnown)
	if got := res.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "theme=dark; Path=/; Max-Age=31536000") {
		t.Errorf("on one's own device: %q", got)
	}
	w.who.Shared = true
	res, _ = w.post("/look", url.Values{"theme": {"dark"}}, "Cookie", asKnown)
	if got := res.Header.Get("Set-Cookie"); strings.Contains(got, "Max-Age") {
		t.Errorf("on a shared device: %q", got)
	}
	for _, bad := range []url.Values{{"lang": {"xx"}}, {"theme": {"pink"}}} {
		res, _ = w.post("/look", bad)
		wantStatus(t, res, 422)
	}
	_, text := w.get("/", "Cookie", "lang=ar; theme=dark")
	wantText(t, text, `lang="ar"`, `dir="rtl"`, `data-theme="dark"`, "data-shared", "مساعدة عاجلة")
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/a?b=c": "/a?b=c", "": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/", "/a\nb": "/",
		"/\t/evil.example": "/", "a": "/", "/" + strings.Repeat("x", 3000): "/",
	} {
		if got := LocalPath(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
