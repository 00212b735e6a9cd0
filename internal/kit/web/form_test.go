package web

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cairn/internal/kit/fault"
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

// TestFormWords: the words before a file, and nothing of what comes after it begins.
func TestFormWords(t *testing.T) {
	word := func(name, text string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n"
	}
	file := func(name string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"p\"; filename=\"" + name + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"
	}
	for name, tt := range map[string]struct {
		body string
		want url.Values
		is   fault.Kind
	}{
		"words, a file":            {word("a", "one\r\ntwo") + word("b", "") + file("x.png") + "\x00\xff", url.Values{"a": {"one\ntwo"}, "b": {""}}, 0},
		"what follows is not read": {word("a", "1") + file("x.png") + strings.Repeat("y", 9000) + "\r\n" + word("c", "3"), url.Values{"a": {"1"}}, 0},
		"a file that is not there": {word("a", "1") + file("") + "\r\n" + word("c", "3") + "--x--\r\n", url.Values{"a": {"1"}}, 0},
		"words alone":              {word("a", "1") + word("a", "2") + "--x--\r\n", url.Values{"a": {"1", "2"}}, 0},
		"too many words":           {word("a", strings.Repeat("y", 9000)) + "--x--\r\n", nil, fault.TooLarge},
		"hostile words":            {word("a", "\xff") + file("x.png"), nil, fault.Invalid},
		"cut off":                  {word("a", "1") + "--x\r\nContent-Disp", nil, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			got, err := FormWords(r, 8000)
			if (err != nil) != (tt.want == nil) || err != nil && !fault.Is(err, tt.is) {
				t.Fatalf("%v", err)
			}
			if !maps.EqualFunc(got, tt.want, slices.Equal) {
				t.Errorf("%q", got)
			}
		})
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("a=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := FormWords(r, 8000); !fault.Is(err, fault.Invalid) {
		t.Errorf("a form without parts: %v", err)
	}
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
