package faults

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cairn/internal/app"
	"cairn/internal/core/directory"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Binary is the program under test: CAIRN_TEST_BINARY, or it is built here.
func Binary(t *testing.T) string {
	t.Helper()
	if b := os.Getenv("CAIRN_TEST_BINARY"); b != "" {
		return b
	}
	path := filepath.Join(t.TempDir(), "cairn")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "cairn/cmd/cairn").CombinedOutput() //nolint:gosec // a path of our own
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// Server is one process of the program.
type Server struct {
	URL     string
	binary  string
	args    []string
	process *exec.Cmd
	log     *logBuffer
}

// NewServer prepares a process on a free port.
func NewServer(t *testing.T, binary string, args ...string) *Server {
	t.Helper()
	line, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a free port, given back at once
	if err != nil {
		t.Fatal(err)
	}
	address := line.Addr().String()
	_ = line.Close()
	s := &Server{URL: "http://" + address, binary: binary, log: &logBuffer{}}
	s.args = append([]string{"serve", "--listen", address, "--metrics", "off", "--proxies", "127.0.0.0/8", "--log", "error"}, args...)
	return s
}

// Start runs the process until it answers.
func (s *Server) Start(t *testing.T) {
	t.Helper()
	s.process = exec.CommandContext(context.WithoutCancel(t.Context()), s.binary, s.args...) //nolint:gosec // the program under test
	s.process.Stdout, s.process.Stderr = s.log, s.log
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	for range 600 {
		res, err := http.Get(s.URL + "/readyz") //nolint:noctx // loopback, at once
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not come up:\n%s", s.log)
}

// Kill ends the process as a power cut would.
func (s *Server) Kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // it was killed: the error is expected
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Service is a service that may open, with people in it, made before any
// process serves it.
type Service struct {
	Settings app.Settings
	Seekers  []Person
	Peers    []Person
}

// Person is somebody with a session.
type Person struct {
	ID    moment.ID
	Token string
	Actor access.Actor
}

// Prepare makes a service on the database at an address and meets every
// condition of opening by the verbs that operators use.
func Prepare(t *testing.T, address string, seekers, peers int) *Service {
	t.Helper()
	ctx := t.Context()
	s := &Service{Settings: app.Settings{Data: t.TempDir(), DatabaseURL: address, Listen: "127.0.0.1:1", Metrics: "off", Log: "error"}}
	s.Settings.Keyset = filepath.Join(s.Settings.Data, "keys.json")
	a := s.Open(t)
	defer func() { _ = a.Close() }()
	coordinator := s.member(t, a, "Tomo", access.Coordinator)
	for i := range peers {
		s.Peers = append(s.Peers, s.member(t, a, fmt.Sprintf("Peer %d", i), access.Peer))
	}
	for i := range seekers {
		s.Seekers = append(s.Seekers, s.member(t, a, fmt.Sprintf("Seeker %d", i)))
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("prepare: %v", err)
		}
	}
	_, err := a.Safety.Publish(ctx, coordinator.Actor, nil)
	must(err)
	must(a.DB.Write(ctx, func(tx db.Writer) error {
		return access.SetSetting(ctx, tx, coordinator.Actor, a.Clock.Now(), directory.SettingCountry, "KE")
	}))
	for _, l := range []directory.Line{
		{Country: "KE", Name: "Emergency", Number: "000", Kind: directory.Emergency, Audience: "all", Languages: []string{"en"}, Hours: "day and night", Source: "made up for a test", CheckedOn: directory.Day(a.Clock.Now())},
		{Country: "KE", Name: "Line", Number: "555 0100", Kind: directory.Call, Audience: "all", Languages: []string{"en"}, Hours: "day and night", Source: "made up for a test", CheckedOn: directory.Day(a.Clock.Now())},
	} {
		_, err := a.Directory.Add(ctx, coordinator.Actor, l, "")
		must(err)
	}
	must(a.Shifts.SendTestPage(ctx, coordinator.Actor, coordinator.ID))
	pages, err := a.Shifts.PagesFor(ctx, a.DB.Reader(), coordinator.ID)
	must(err)
	must(a.Shifts.AcknowledgeTestPage(ctx, coordinator.Actor, pages[0].ID))
	for _, p := range s.Peers {
		must(a.Shifts.Start(ctx, p.Actor, false))
	}
	return s
}

// Open opens the service's data in this process, to look at it.
func (s *Service) Open(t *testing.T) *app.App {
	t.Helper()
	settings := s.Settings
	settings.NATSURL = ""
	a, err := app.New(t.Context(), settings, app.Options{})
	if err != nil {
		t.Fatalf("open the data: %v", err)
	}
	return a
}

func (s *Service) member(t *testing.T, a *app.App, name string, roles ...access.Role) Person {
	t.Helper()
	var p Person
	err := a.DB.Write(t.Context(), func(tx db.Writer) error {
		var err error
		p.ID, err = a.People.CreateMember(t.Context(), tx, people.NewMember{Pseudonym: name, Languages: []string{"en"}, Zone: "UTC", Lang: "en", Roles: access.Set(roles...)})
		if err != nil {
			return err
		}
		p.Token, err = a.People.StartSession(t.Context(), tx, p.ID, people.SessionInfo{Label: "test"})
		return err
	})
	if err != nil {
		t.Fatalf("member: %v", err)
	}
	p.Actor = access.Actor{Person: p.ID, Roles: access.Set(append(roles, access.Member)...), Way: access.ByBrowser, Name: name}
	return p
}

// Args are the flags that make a process serve this data.
func (s *Service) Args() []string {
	return []string{"--data", s.Settings.Data, "--keyset", s.Settings.Keyset, "--database-url", s.Settings.DatabaseURL}
}
