package app_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"cairn/internal/cairntest"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/web"
)

var update = flag.Bool("update", false, "write golden files anew")

var pathParts = regexp.MustCompile(`\{[^}]+\}`)

// Every route against every role, as the service answers: `may` says that the
// role passes, `no` that it finds nothing, `sign-in` that it is asked who it is;
// the number is the status of a real request about a thing that is not theirs
// (an id that nobody has) with an empty form. A line that changes is a change
// of who may do what: look twice before -update.
func TestEveryRouteAgainstEveryRole(t *testing.T) {
	w := cairntest.New(t)
	who := map[access.Role]*cairntest.Someone{access.Visitor: w.Browser()}
	for _, role := range access.AllRoles()[2:] {
		name := "Role " + role.String()
		if role == access.Member {
			who[role] = w.Person(name)
		} else {
			who[role] = w.Person(name, role)
		}
	}
	var lines []string
	for _, route := range w.Site.Routes() {
		for _, role := range access.AllRoles() {
			p := who[role]
			switch role {
			case access.Visitor:
				p = w.Browser()
			case access.Guest:
				p = guest(t, w)
			default:
				again(t, w, p)
			}
			lines = append(lines, fmt.Sprintf("%-6s %-46s %-13s %-7s %d", route.Method, route.Path, role, verdict(route, w.ActorOf(p)), ask(t, w, p, route)))
		}
	}
	sort.Strings(lines)
	got := strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "routes.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("who may do what has changed; `go test ./internal/app -update` writes it anew:\n%s", difference(string(want), got))
	}
	if strings.Contains(got, " 500\n") {
		t.Error("a route answers with an inner error")
	}
}

func verdict(r web.Route, a access.Actor) string {
	err := r.Need.Check(a)
	switch {
	case err == nil:
		return "may"
	case !a.Known():
		return "sign-in"
	}
	return "no"
}

// ask makes the request and reads the status; a stream is left at once.
func ask(t *testing.T, w *cairntest.World, p *cairntest.Someone, route web.Route) int {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	path := pathParts.ReplaceAllStringFunc(route.Path, func(part string) string {
		switch part {
		case "{$}":
			return ""
		case "{seq}":
			return "1"
		case "{act}":
			return "end"
		}
		return "01a1fbf4-662f-7e99-a060-b4e963cc38fc"
	})
	method := route.Method
	if method == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(ctx, method, w.Server.URL+path, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if route.API {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.HTTP.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// again signs a person in anew: the request before may have signed them out.
func again(t *testing.T, w *cairntest.World, p *cairntest.Someone) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(tx db.Writer) error {
		token, err := w.People.StartSession(t.Context(), tx, p.ID, people.SessionInfo{Label: "test"})
		if err == nil {
			p.SetToken(token)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func guest(t *testing.T, w *cairntest.World) *cairntest.Someone {
	t.Helper()
	p := w.Browser()
	err := w.DB.Write(t.Context(), func(tx db.Writer) error {
		_, token, err := w.People.Arrive(t.Context(), tx, people.Arrival{Lang: "en", Zone: "UTC"})
		if err == nil {
			p.SetToken(token)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// difference lists lines that only one side has.
func difference(want, got string) string {
	have := map[string]int{}
	for l := range strings.Lines(want) {
		have[l]--
	}
	for l := range strings.Lines(got) {
		have[l]++
	}
	var out []string
	for l, n := range have {
		if n < 0 {
			out = append(out, "- "+l)
		} else if n > 0 {
			out = append(out, "+ "+l)
		}
	}
	sort.Strings(out)
	return strings.Join(out, "")
}
