package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/cairntest"
	"cairn/internal/kit/access"
)

// token makes a personal access token for somebody, as their page does.
func token(t *testing.T, w *cairntest.World, p *cairntest.Someone) string {
	t.Helper()
	id, err := w.People.NewToken(t.Context(), p.Actor, "test", 30)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := w.People.ShowOnce(t.Context(), p.Actor, id)
	if err != nil || len(shown.Lines) != 1 {
		t.Fatalf("the token is shown once: %+v %v", shown, err)
	}
	return shown.Lines[0]
}

// caller speaks the API with a token and no browser.
type caller struct {
	*cairntest.Someone
	token string
}

func call(t *testing.T, w *cairntest.World, p *cairntest.Someone) caller {
	t.Helper()
	bare := w.Browser()
	return caller{bare, token(t, w, p)}
}

func (c caller) json(t *testing.T, method, path, body string, into any) cairntest.Page {
	t.Helper()
	got := c.Send(method, path, body, http.Header{"Authorization": {"Bearer " + c.token}, "Content-Type": {"application/json"}, "Sec-Fetch-Site": nil})
	if into != nil && got.Status < 300 {
		if err := json.Unmarshal([]byte(got.Body), into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, got.Body)
		}
	}
	return got
}

func TestTheDescriptionIsOpenAPI(t *testing.T) {
	w := cairntest.New(t)
	got := w.Browser().Get("/api/openapi.json")
	if got.Status != http.StatusOK {
		t.Fatalf("status %d", got.Status)
	}
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(got.Body), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Fatalf("version %q, %v", doc.OpenAPI, err)
	}
	// What is described is served, and what is served is described.
	var described, served []string
	for path, methods := range doc.Paths {
		for m := range methods {
			described = append(described, strings.ToUpper(m)+" "+path)
		}
	}
	for _, r := range w.API.Routes() {
		if r.Path != "/api/openapi.json" {
			served = append(served, r.Method+" "+r.Path)
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described %v\nserved %v", described, served)
	}
	validate(t, got.Body)
}

// validate asks the schema of OpenAPI itself, by npm's validator.
func validate(t *testing.T, doc string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "@seriousme")); err != nil {
		if strings.Contains(os.Getenv("CAIRN_TEST_REQUIRE"), "browser") {
			t.Fatal("the validator is not installed: npm ci")
		}
		t.Skip("skipped: the validator is not installed (npm ci)")
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(root, "scripts", "openapi.mjs"))
	cmd.Dir, cmd.Stdin = root, strings.NewReader(doc)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestTheJourneyAsJSON(t *testing.T) {
	cairntest.Each(t, func(t *testing.T, w *cairntest.World) {
		ali, wren := w.Person("Ali", access.Peer), w.Person("Wren", access.Peer)
		heron := call(t, w, w.Person("Heron"))
		peer, other := call(t, w, ali), call(t, w, wren)
		if got := heron.json(t, "POST", "/api/v1/requests", `{}`, nil); got.Status != http.StatusConflict || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("asking while closed: %d %s", got.Status, got.Header.Get("Content-Type"))
		}
		for _, c := range []caller{peer, other} {
			for _, step := range [][3]string{{"POST", "/api/v1/shift", ""}, {"PUT", "/api/v1/shift/state", `{"state":"ready"}`}} {
				if got := c.json(t, step[0], step[1], step[2], nil); got.Status != http.StatusOK {
					t.Fatalf("%v: %d %s", step, got.Status, got.Body)
				}
			}
		}
		var q struct {
			ID, State, Conversation string
		}
		if got := heron.json(t, "POST", "/api/v1/requests", `{"words":"I cannot sleep"}`, &q); got.Status != http.StatusCreated || q.State != "offered" {
			t.Fatalf("ask: %d %s", got.Status, got.Body)
		}
		var offer struct{ ID, Words string }
		at := peer
		if peer.json(t, "GET", "/api/v1/offer", "", &offer).Status != http.StatusOK {
			at = other
			other.json(t, "GET", "/api/v1/offer", "", &offer)
		}
		if offer.Words != "I cannot sleep" {
			t.Fatalf("offer %+v", offer)
		}
		var taken struct{ Conversation string }
		if got := at.json(t, "POST", "/api/v1/offers/"+offer.ID+"/accept", "", &taken); got.Status != http.StatusOK {
			t.Fatalf("accept: %d %s", got.Status, got.Body)
		}
		talk := "/api/v1/conversations/" + taken.Conversation
		for range 2 {
			if got := heron.json(t, "POST", talk+"/messages", `{"key":"k1","text":"hello"}`, nil); got.Status != http.StatusCreated {
				t.Fatalf("say: %d %s", got.Status, got.Body)
			}
		}
		var page struct {
			Messages []struct {
				Seq  int64
				Text string
				Mine bool
			}
		}
		at.json(t, "GET", talk+"/messages?after=1", "", &page)
		if len(page.Messages) != 1 || page.Messages[0].Text != "hello" || page.Messages[0].Mine {
			t.Fatalf("messages %+v", page)
		}
		if line := firstEvent(t, heron, talk+"/events?after=1"); !strings.Contains(line, `"hello"`) {
			t.Fatalf("the stream says %s", line)
		}
		if got := at.json(t, "POST", talk+"/end", "", nil); got.Status != http.StatusNoContent {
			t.Fatalf("end: %d", got.Status)
		}
		if got := heron.json(t, "POST", talk+"/messages", `{"key":"k2","text":"late"}`, nil); got.Status != http.StatusConflict {
			t.Fatalf("say after the end: %d", got.Status)
		}
		var shift struct {
			Owed int `json:"debriefs_owed"`
		}
		if at.json(t, "GET", "/api/v1/shift", "", &shift); shift.Owed != 1 {
			t.Fatalf("owed %d", shift.Owed)
		}
	})
}

func firstEvent(t *testing.T, c caller, path string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second) // a stream that hangs must end
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.W.Server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.HTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			return data
		}
	}
	t.Fatal("the stream ended without a word")
	return ""
}

func TestBadInputIsAProblemAndChangesNothing(t *testing.T) {
	w := cairntest.New(t)
	heron := call(t, w, w.Person("Heron"))
	const nobody = "/api/v1/conversations/01a1fbf4-662f-7e99-a060-b4e963cc38fc"
	tests := []struct {
		name, method, path, body string
		status                   int
	}{
		{"not JSON", "POST", "/api/v1/requests", `{`, 400},
		{"unknown field", "POST", "/api/v1/requests", `{"wat":1}`, 422},
		{"wrong type", "POST", "/api/v1/requests", `{"distress":"high"}`, 422},
		{"out of range", "POST", "/api/v1/requests", `{"distress":9}`, 422},
		{"unknown situation", "POST", "/api/v1/requests", `{"situations":["nothing-like-it"]}`, 422},
		{"somebody else's conversation", "GET", nobody, "", 404},
		{"not an id", "GET", "/api/v1/conversations/..%2f..%2fme", "", 404},
		{"writing where one is not", "POST", nobody + "/messages", `{"key":"k","text":"x"}`, 404},
		{"the offers of peers", "GET", "/api/v1/offer", "", 404},
		{"too large", "POST", nobody + "/messages", `{"key":"k","text":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := heron.json(t, tt.method, tt.path, tt.body, nil)
			if got.Status != tt.status {
				t.Fatalf("%d, want %d: %s", got.Status, tt.status, got.Body)
			}
			var p struct {
				Type   string
				Title  string
				Status int
				ID     string `json:"request_id"`
			}
			if err := json.Unmarshal([]byte(got.Body), &p); err != nil || p.Status != tt.status || !strings.HasPrefix(p.Type, "/problems/") || p.ID == "" || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/problem+json") {
				t.Errorf("no problem details: %s (%s)", got.Body, got.Header.Get("Content-Type"))
			}
		})
	}
}

func TestATokenSpeaksForItsPersonOnlyHere(t *testing.T) {
	w := cairntest.New(t)
	heron := call(t, w, w.Person("Heron"))
	for _, path := range []string{"/me", "/me/sessions", "/me/tokens", "/me/export"} {
		if got := heron.json(t, "GET", path, "", nil); got.Status == http.StatusOK {
			t.Errorf("a token opens %s", path)
		}
	}
	visitor := w.Browser()
	if got := visitor.Send("GET", "/api/v1/requests/current", "", nil); got.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got.Status)
	}
	if got := visitor.Send("GET", "/api/v1/requests/current", "", http.Header{"Authorization": {"Bearer cairn_pat_" + strings.Repeat("x", 43)}}); got.Status != http.StatusUnauthorized {
		t.Errorf("with a made-up token: %d", got.Status)
	}
	if got := visitor.Send("GET", "/api/v1/status", "", nil); got.Status != http.StatusOK {
		t.Errorf("the status is public: %d", got.Status)
	}
	w.Time.Advance(31 * 24 * time.Hour)
	if got := heron.json(t, "GET", "/api/v1/requests/current", "", nil); got.Status != http.StatusUnauthorized {
		t.Errorf("an expired token: %d", got.Status)
	}
}
