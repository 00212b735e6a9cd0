package media_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"cairn/internal/cairntest/program"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
)

// here is a relay that is told to browsers; nothing is there in most tests.
var here = media.Relay{Host: "localhost", Port: 8080}

func start(t *testing.T, c media.Config) *media.Server {
	t.Helper()
	c.Command = program.Media(t)
	if c.Relay == (media.Relay{}) {
		c.Relay = here
	}
	s := media.New(c)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// door is a web server that lets everybody in with the same grant.
type door struct {
	*httptest.Server
	errs chan error
}

func open(t *testing.T, s *media.Server, g media.Grant) *door {
	t.Helper()
	d := &door{errs: make(chan error, 16)}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.Signal(w, r, strings.TrimPrefix(r.URL.Path, "/"), g)
		if err != nil {
			w.WriteHeader(599)
			_, _ = io.WriteString(w, err.Error())
		}
		d.errs <- err
	}))
	t.Cleanup(d.Close)
	return d
}

const client = "?sdk=js&protocol=15&auto_subscribe=1&version=2.15.0"

func (d *door) dial(query string, headers http.Header) (*websocket.Conn, *http.Response, error) {
	return websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(d.URL, "http")+"/rtc"+client+query, headers)
}

// join opens a line and waits for the first word of the media server.
func (d *door) join(t *testing.T, query string) *websocket.Conn {
	t.Helper()
	conn, res, err := d.dial(query, nil)
	if err != nil {
		body := ""
		if res != nil {
			b, _ := io.ReadAll(res.Body)
			body = fmt.Sprint(res.StatusCode, " ", string(b))
		}
		t.Fatalf("no line: %v %s", err, body)
	}
	t.Cleanup(func() { _ = conn.Close() })
	kind, first, err := conn.ReadMessage()
	if err != nil || kind != websocket.BinaryMessage || len(first) == 0 {
		t.Fatalf("first frame: %d, %d bytes, %v", kind, len(first), err)
	}
	// Browsers are told of our relay, and of nobody else's servers.
	if !strings.Contains(string(first), "turn:localhost:8080?transport=tcp") || strings.Contains(string(first), "stun:") {
		t.Fatalf("relays in the first frame: %q", first)
	}
	return conn
}

// ends waits until the other side ends the line.
func ends(t *testing.T, conn *websocket.Conn) {
	t.Helper()
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
	}
}

func grant(room, identity string, sends ...media.Source) media.Grant {
	return media.Grant{Room: room, Identity: identity, Publish: sends, Until: time.Now().Add(time.Hour)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, s *media.Server, room string) []string {
	t.Helper()
	people, err := s.People(t.Context(), room)
	must(t, err)
	var out []string
	for _, p := range people {
		out = append(out, p.Identity)
	}
	return out
}

// until waits for something that happens beside the test.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for !f() {
		select {
		case <-t.Context().Done():
			t.Fatal(what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestPeopleComeAreChangedAndGo(t *testing.T) {
	s := start(t, media.Config{})
	if got := names(t, s, "no-room"); got != nil || s.Pid() != 0 {
		t.Fatalf("a question about people started a child, or there are some: %v", got)
	}
	must(t, errors.Join(s.Permit(t.Context(), grant("no-room", "a")), s.Remove(t.Context(), "no-room", "a"), s.End(t.Context(), "no-room")))
	must(t, s.Ensure(t.Context(), "room-1", 3))
	must(t, s.Ensure(t.Context(), "room-1", 3))
	must(t, errors.Join(s.Permit(t.Context(), grant("room-1", "a")), s.Remove(t.Context(), "room-1", "a"), s.End(t.Context(), "room-2")))
	must(t, s.Check(t.Context()))

	a := open(t, s, grant("room-1", "a", media.Microphone, media.Camera))
	b := open(t, s, grant("room-1", "b"))
	lineA, lineB := a.join(t, ""), b.join(t, "")
	if got := names(t, s, "room-1"); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Fatalf("in the room: %v", got)
	}
	rights := func(who string) map[string]any {
		r, err := s.Rights(t.Context(), "room-1", who)
		must(t, err)
		return r
	}
	if r := rights("a"); r["can_publish"] != true || r["can_publish_data"] != false || r["hidden"] != false || r["can_update_metadata"] != false || fmt.Sprint(r["can_publish_sources"]) != "[MICROPHONE CAMERA]" {
		t.Fatalf("a may: %v", r)
	}
	if r := rights("b"); r["can_publish"] != false || r["can_subscribe"] != true || r["can_publish_data"] != false {
		t.Fatalf("b may: %v", r)
	}
	must(t, s.Permit(t.Context(), grant("room-1", "b", media.Microphone, media.ScreenShare, media.ScreenShareAudio)))
	must(t, s.Permit(t.Context(), grant("room-1", "a")))
	until(t, "the change came", func() bool {
		return rights("a")["can_publish"] == false && fmt.Sprint(rights("b")["can_publish_sources"]) == "[MICROPHONE SCREEN_SHARE SCREEN_SHARE_AUDIO]"
	})
	must(t, s.Remove(t.Context(), "room-1", "a"))
	ends(t, lineA)
	until(t, "a is gone", func() bool { return reflect.DeepEqual(names(t, s, "room-1"), []string{"b"}) })
	must(t, s.End(t.Context(), "room-1"))
	ends(t, lineB)
	if err := <-b.errs; err != nil {
		t.Fatalf("a line that ended well: %v", err)
	}
	if _, res, err := b.dial("", nil); err == nil || res == nil || res.StatusCode != http.StatusNotFound {
		t.Fatalf("a room that ended takes people in: %v", err)
	}
}

func TestARoomTakesNoMoreThanItsNumber(t *testing.T) {
	s := start(t, media.Config{})
	must(t, s.Ensure(t.Context(), "small", 1))
	open(t, s, grant("small", "a")).join(t, "")
	if _, res, err := open(t, s, grant("small", "b")).dial("", nil); err == nil || res == nil || res.StatusCode < 400 {
		t.Fatalf("a second person came into a room for one: %v", err)
	}
}

// What a browser sends along never counts: neither its token nor its wish to be
// there twice, nor words about itself.
func TestOnlyTheGrantCounts(t *testing.T) {
	s := start(t, media.Config{})
	must(t, s.Ensure(t.Context(), "mine", 5))
	must(t, s.Ensure(t.Context(), "other", 5))
	d := open(t, s, grant("mine", "a"))
	_, whole, err := s.RawToken(grant("other", "z", media.Camera))
	must(t, err)
	conn, _, err := d.dial("&access_token="+whole+"&publish=twice&attributes=eyJhIjoiYiJ9&metadata=x", http.Header{
		"Authorization": {"Bearer " + whole}, "Cookie": {"secret=1"}, "Origin": {"https://elsewhere.example"}, "X-Forwarded-For": {"203.0.113.9"}})
	must(t, err)
	defer func() { _ = conn.Close() }()
	if got := names(t, s, "other"); got != nil {
		t.Fatalf("the browser's own token counted: %v", got)
	}
	if got := names(t, s, "mine"); !reflect.DeepEqual(got, []string{"a"}) {
		t.Fatalf("in the room: %v", got)
	}
	r, err := s.Rights(t.Context(), "mine", "a")
	must(t, err)
	if r["can_publish"] != false {
		t.Fatalf("may: %v", r)
	}
}

// The media server itself refuses what we did not sign.
func TestTokensThatAreRefused(t *testing.T) {
	s := start(t, media.Config{})
	must(t, s.Ensure(t.Context(), "room", 5))
	api, good, err := s.RawToken(grant("room", "a"))
	must(t, err)
	parts := strings.Split(good, ".")
	other := strings.Split(media.TokenFor("cairn-x", strings.Repeat("x", 32), "room", "a", true), ".")
	try := func(token string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api+"/rtc/validate?access_token="+token, nil)
		must(t, err)
		res, err := http.DefaultClient.Do(r)
		must(t, err)
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := try(good); got != http.StatusOK {
		t.Fatalf("our own token: %d", got)
	}
	for name, token := range map[string]string{
		"no token":               "",
		"a foreign key":          strings.Join(other, "."),
		"more rights, our mark":  parts[0] + "." + other[1] + "." + parts[2],
		"our rights, their mark": parts[0] + "." + parts[1] + "." + other[2],
	} {
		if got := try(token); got != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, got)
		}
	}
	_, elsewhere, err := s.RawToken(grant("no-such-room", "a"))
	must(t, err)
	if got := try(elsewhere); got != http.StatusNotFound {
		t.Errorf("a room that nobody made: %d", got)
	}
	past := grant("room", "a")
	past.Until = time.Now().Add(-time.Second)
	if _, _, err := s.RawToken(past); !fault.Is(err, fault.NotFound) {
		t.Errorf("a grant that is over: %v", err)
	}
}

func TestSignalTakesOnlyItsPaths(t *testing.T) {
	s := start(t, media.Config{})
	must(t, s.Ensure(t.Context(), "room", 5))
	d := open(t, s, grant("room", "a"))
	get := func(method, path string, upgrade bool) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, nil)
		must(t, err)
		if upgrade {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}
		res, err := http.DefaultClient.Do(r)
		must(t, err)
		b, err := io.ReadAll(res.Body)
		must(t, errors.Join(err, res.Body.Close()))
		t.Log("the line ended:", <-d.errs) // what was answered is what counts
		return res.StatusCode, string(b)
	}
	if code, text := get("GET", "/rtc/validate"+client, false); code != 200 || text != "success" {
		t.Fatalf("validate: %d %s", code, text)
	}
	for _, path := range []string{"/", "/twirp/livekit.RoomService/ListRooms", "/rtc/../twirp", "/rtc/v2", "/agent", "/rtc/", "/whip/v1", "/rtc%2Fvalidate%2F.."} {
		if code, _ := get("GET", path, true); code != 599 {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _ := get("POST", "/rtc/validate", false); code != 599 {
		t.Errorf("POST: %d", code)
	}
	if code, _ := get("GET", "/rtc", false); code != 599 {
		t.Errorf("a line without websocket: %d", code)
	}
	gone := open(t, s, grant("nobody-made-it", "a"))
	res, err := http.Get(gone.URL + "/rtc/validate" + client)
	must(t, err)
	b, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != 404 || string(b) != "Not Found" || len(res.Header.Values("Access-Control-Allow-Origin")) != 0 {
		t.Errorf("a room that is not there: %d %q %v", res.StatusCode, b, res.Header)
	}
}

func TestALineIsCutByItsContextAndByClose(t *testing.T) {
	s := start(t, media.Config{})
	must(t, s.Ensure(t.Context(), "room", 5))
	cut := make(chan context.CancelFunc, 1)
	over := make(chan error, 1)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, stop := context.WithCancel(r.Context())
		cut <- stop
		over <- s.Signal(w, r.WithContext(ctx), "rtc", grant("room", "a"))
	}))
	defer web.Close()
	conn := (&door{Server: web}).join(t, "")
	(<-cut)()
	ends(t, conn)
	must(t, <-over)
	second := open(t, s, grant("room", "b")).join(t, "")
	pid := s.Pid()
	must(t, s.Close())
	ends(t, second)
	if alive(pid) {
		t.Fatal("the child outlived Close")
	}
	if err := s.Ensure(t.Context(), "room", 5); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("after Close: %v", err)
	}
}

func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(rest, "Z") // dead, and not yet reaped by whoever has it now
}

func TestOffAndSeveralNodes(t *testing.T) {
	for name, s := range map[string]*media.Server{
		"off":     media.New(media.Config{Off: true, Relay: here}),
		"several": media.New(media.Config{Nodes: true, Relay: here}),
	} {
		if s.Available() {
			t.Errorf("%s: available", name)
		}
		if err := s.Ensure(t.Context(), "room", 2); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.People(t.Context(), "room"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		must(t, s.Close())
	}
	cluster := media.New(media.Config{Nodes: true, URL: "wss://x.example", Key: "k", Secret: "s"})
	if !cluster.Available() || cluster.Policy() != "all" || cluster.TURN() != "" {
		t.Error("several nodes with a cluster")
	}
	if media.New(media.Config{}).Policy() != "relay" || media.New(media.Config{UDP: "203.0.113.5:7882"}).Policy() != "all" {
		t.Error("policy")
	}
}

// A cluster is the same server by its address. Ours plays one.
func TestAnOutsideServer(t *testing.T) {
	inside := start(t, media.Config{})
	must(t, inside.Ensure(t.Context(), "x", 2))
	api, key, secret := inside.Keys()
	s := media.New(media.Config{URL: "ws" + strings.TrimPrefix(api, "http") + "/", Key: key, Secret: secret})
	must(t, errors.Join(s.Check(t.Context()), s.Ensure(t.Context(), "room", 2)))
	conn := open(t, s, grant("room", "a")).join(t, "")
	if got := names(t, s, "room"); !reflect.DeepEqual(got, []string{"a"}) {
		t.Fatalf("in the room: %v", got)
	}
	must(t, s.Close())
	ends(t, conn)
	wrong := media.New(media.Config{URL: api, Key: key, Secret: strings.Repeat("n", 40)})
	if err := wrong.Check(t.Context()); err == nil || fault.Is(err, fault.Unavailable) {
		t.Fatalf("a wrong secret: %v", err)
	}
	nobody := media.New(media.Config{URL: "http://127.0.0.1:1", Key: key, Secret: secret})
	if err := nobody.Ensure(t.Context(), "room", 2); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("nobody there: %v", err)
	}
}
