package web

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"

	"cairn/internal/kit/access"
)

func TestStillSignedInAsksAgain(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world)
		want   bool
	}{
		{"nothing has changed", func(*world) {}, true},
		{"the session has ended", func(w *world) { w.who = access.Actor{} }, false},
		{"another person", func(w *world) { w.who.Person = "p2" }, false},
		{"another session", func(w *world) { w.who.Session = "s2" }, false},
		{"without the role", func(w *world) { w.who.Roles = access.Set(access.Guest) }, false},
		{"it cannot be known", func(w *world) { w.broken = errors.New("no database") }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.site.Mount(Route{Method: "GET", Path: "/still", Need: access.SignedIn(), Do: func(rw http.ResponseWriter, r *http.Request) error {
				tt.change(w)
				_, err := io.WriteString(rw, strconv.FormatBool(StillSignedIn(r)))
				return err
			}})
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/still", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.AddCookie(&http.Cookie{Name: "s", Value: "known"})
			res, err := w.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			if b, _ := io.ReadAll(res.Body); string(b) != strconv.FormatBool(tt.want) {
				t.Fatalf("%s, want %t", b, tt.want)
			}
		})
	}
}

// Whoever signs in or out begins anew: what was bound to the visit before opens no more.
func TestTheMarkOfAVisitEndsWithSigningInAndOut(t *testing.T) {
	for name, do := range map[string]func(http.ResponseWriter, *http.Request){
		"in":  func(rw http.ResponseWriter, r *http.Request) { SetSession(rw, r, "token", 0) },
		"out": ClearSession,
	} {
		w := newWorld(t)
		w.site.Mount(Route{Method: "GET", Path: "/door", Need: access.Everybody(), Do: func(rw http.ResponseWriter, r *http.Request) error {
			do(rw, r)
			return nil
		}})
		res, _ := w.get("/door", "Cookie", "v=mark")
		gone := false
		for _, c := range res.Cookies() {
			gone = gone || c.Name == "v" && c.Value == "" && c.MaxAge < 0
		}
		if !gone {
			t.Errorf("signing %s: %v", name, res.Header.Values("Set-Cookie"))
		}
	}
}
