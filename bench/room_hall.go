package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"cairn/internal/app"
	"cairn/internal/core/rooms"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/gorilla/websocket"
)

// inRoom is how many synthetic people meet; the last two of those who are made are
// for the browsers of the benchmark join.
const (
	inRoom   = 12
	inAll    = inRoom + 2
	hallKind = "bench"
)

// hall is what the rooms of these benchmarks belong to: everybody comes.
type hall struct{}

func (hall) Stands(context.Context, db.Reader, access.Actor, moment.ID) (rooms.Stand, error) {
	return rooms.Stand{See: true, Name: "A hall", Href: "/", Mode: rooms.Together, Door: rooms.OpenDoor, Enter: true, Cameras: true}, nil
}

func (hall) Came(context.Context, db.Writer, access.Actor, moment.ID, bool) error { return nil }

func (hall) Went(context.Context, db.Writer, moment.ID, moment.ID, bool) error { return nil }

// serveRooms is the life of a child that is the whole service with online rooms. It
// serves as `cairn serve` does, at its own port, with media by UDP on loopback.
func serveRooms(ctx context.Context, dir string) error {
	port, err := freePort("tcp")
	if err != nil {
		return err
	}
	udp, err := freePort("udp")
	if err != nil {
		return err
	}
	s := settingsAt(dir)
	s.Listen = fmt.Sprintf("127.0.0.1:%d", port)
	s.URL = fmt.Sprintf("http://localhost:%d", port)
	relay, err := media.RelayOf(s.URL)
	if err != nil {
		return err
	}
	m := media.New(media.Config{Command: []string{program(), "media"}, UDP: fmt.Sprintf("127.0.0.1:%d", udp), Relay: relay})
	a, err := app.New(ctx, s, app.Options{Demo: true, Rate: web.Rate{Burst: -1}, Media: m})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	w := &world{App: a}
	a.Rooms.Around(hallKind, hall{})
	tokens := make([]string, inAll)
	err = a.DB.Write(ctx, func(tx db.Writer) error {
		for i := range tokens {
			var err error
			if _, tokens[i], err = w.somebody(ctx, tx, fmt.Sprintf("Pebble %06d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.Serve(ctx, func(string) {
		b, err := json.Marshal(map[string]any{"url": s.URL, "tokens": tokens})
		if err == nil {
			fmt.Println(string(b))
		}
	})
}

// program is the command that `make build` made.
func program() string { return filepath.Join("bin", "cairn") }

func isBuilt() error {
	if _, err := os.Stat(program()); err != nil {
		return errors.New("bin/cairn is not built: make build")
	}
	return nil
}

// freePort gives a port of loopback that nobody has at this moment.
func freePort(network string) (int, error) {
	if network == "udp" {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0") //nolint:noctx // given back at once
		if err != nil {
			return 0, err
		}
		a, _ := c.LocalAddr().(*net.UDPAddr)
		return a.Port, c.Close()
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // given back at once
	if err != nil {
		return 0, err
	}
	a, _ := l.Addr().(*net.TCPAddr)
	return a.Port, l.Close()
}

// service is our way into rooms: pages, a session's cookie, our signalling.
type service struct {
	*process
	tokens []string
	client *http.Client
	owner  moment.ID // of the room of these people
}

func startService(ctx context.Context, dir string) (*service, error) {
	p, err := spawn(ctx, "rooms", dir)
	if err != nil {
		return nil, err
	}
	s := &service{process: p, owner: moment.NewID(), client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if err := json.Unmarshal(p.said["tokens"], &s.tokens); err != nil {
		p.stop()
		return nil, err
	}
	return s, nil
}

func (s *service) door() string { return "/rooms/" + hallKind + "/" + string(s.owner) }

// post sends a form as somebody, and gives where it leads.
func (s *service) post(path string, n int, form url.Values) (string, error) {
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode())) //nolint:noctx // loopback
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "s", Value: s.tokens[n]})
	res, err := s.client.Do(r)
	if err != nil {
		return "", err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("%s: status %d", path, res.StatusCode)
	}
	return res.Header.Get("Location"), nil
}

var lineOf = regexp.MustCompile(`data-line="(/room/[^"]+)"`)

// line brings one of the people in by the door, and opens their line as the page
// says.
func (s *service) line(_ context.Context, n int, query string) (*websocket.Conn, error) {
	to, err := s.post(s.door()+"/enter", n, url.Values{"as": {"picture"}})
	if err != nil {
		return nil, err
	}
	page, err := get(s.client, s.url+to, s.tokens[n])
	if err != nil {
		return nil, err
	}
	found := lineOf.FindSubmatch(page)
	if found == nil {
		return nil, errors.New("the page of the room names no line")
	}
	return dial(s.url+string(found[1])+"/rtc/v1?"+query, http.Header{"Cookie": {"s=" + s.tokens[n]}})
}

// leave takes everybody out by the button of the page.
func (s *service) leave() error {
	to, err := s.post(s.door()+"/enter", 0, url.Values{"as": {"listen"}})
	if err != nil {
		return err
	}
	room, _, _ := strings.Cut(to, "?")
	for n := range inRoom {
		if _, err := s.post(room+"/leave", n, url.Values{}); err != nil {
			return err
		}
	}
	return nil
}

// media is the process that carries sound and picture: the service's only child.
func (s *service) media() (int, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for _, t := range tasks {
		b, err := os.ReadFile(t)
		var pid int
		if err == nil {
			if _, err := fmt.Sscan(string(b), &pid); err == nil {
				return pid, nil
			}
		}
	}
	return 0, errors.New("there is no media server")
}

// dial opens a websocket.
func dial(address string, head http.Header) (*websocket.Conn, error) {
	c, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(address, "http"), head)
	if res != nil {
		_ = res.Body.Close()
		if err != nil {
			err = fmt.Errorf("%w: %d", err, res.StatusCode)
		}
	}
	return c, err
}
