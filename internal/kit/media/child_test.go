package media_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cairn/internal/cairntest/program"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
)

// book is a log that tests read.
type book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestAKilledChildComesBackWithItsRooms(t *testing.T) {
	log := &book{}
	s := start(t, media.Config{Log: slog.New(slog.NewTextHandler(log, nil))})
	must(t, s.Ensure(t.Context(), "room", 5))
	must(t, s.Ensure(t.Context(), "ended", 5))
	must(t, s.End(t.Context(), "ended"))
	d := open(t, s, grant("room", "a"))
	conn := d.join(t, "")
	for range 3 {
		pid, turn := s.Pid(), s.TURN()
		_, key, secret := s.Keys()
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		ends(t, conn)
		// The browser comes back at once, perhaps before the death was noticed, and
		// nobody has to make the room again.
		conn = d.join(t, "")
		if got := names(t, s, "room"); !reflect.DeepEqual(got, []string{"a"}) {
			t.Fatalf("in the room: %v", got)
		}
		if _, k, x := s.Keys(); s.Pid() == pid || s.TURN() == turn || k == key || x == secret {
			t.Fatal("not a new child with new keys")
		}
		must(t, s.Ensure(t.Context(), "room", 5))
	}
	if _, res, err := open(t, s, grant("ended", "a")).dial("", nil); err == nil || res == nil || res.StatusCode != 404 {
		t.Fatal("a room that was ended came back")
	}
	if !strings.Contains(log.String(), "started again") {
		t.Fatalf("nobody was told: %s", log)
	}
}

func TestAHangingChildIsKilled(t *testing.T) {
	s := media.New(media.Config{Command: program.Media(t), Relay: here})
	s.Watchful(100 * time.Millisecond)
	t.Cleanup(func() { _ = s.Close() })
	must(t, s.Ensure(t.Context(), "room", 5))
	pid := s.Pid()
	must(t, syscall.Kill(pid, syscall.SIGSTOP))
	until(t, "another child", func() bool { now := s.Pid(); return now != 0 && now != pid })
	if alive(pid) {
		t.Fatal("the one that hung is still there")
	}
	open(t, s, grant("room", "a")).join(t, "")
}

func TestAnIdleChildEndsAndStartsAgain(t *testing.T) {
	s := start(t, media.Config{Idle: 200 * time.Millisecond})
	must(t, s.Ensure(t.Context(), "room", 5))
	conn := open(t, s, grant("room", "a")).join(t, "")
	pid := s.Pid()
	for range 3 { // longer than idle, with a line that stands
		time.Sleep(200 * time.Millisecond)
		if s.Pid() != pid {
			t.Fatal("ended under somebody")
		}
	}
	must(t, conn.Close())
	until(t, "the end", func() bool { return s.Pid() == 0 && !alive(pid) })
	if s.TURN() != "" {
		t.Fatal("a relay is told that is gone")
	}
	must(t, s.Ensure(t.Context(), "room", 5))
	if s.Pid() == 0 || s.Pid() == pid {
		t.Fatal("not started again")
	}
}

func TestAChildThatCannotStart(t *testing.T) {
	for name, c := range map[string]media.Config{
		"no program":   {Command: []string{"/no/such/program"}, Relay: here},
		"ends at once": {Command: []string{"/bin/false"}, Relay: here},
		"no relay":     {Command: program.Media(t)},
	} {
		s := media.New(c)
		over := make(chan error, 1)
		go func() { over <- s.Ensure(t.Context(), "room", 5) }()
		select { // Close frees whoever waits
		case err := <-over:
			t.Errorf("%s: %v", name, err)
		case <-time.After(300 * time.Millisecond):
		}
		must(t, s.Close())
		if err := <-over; !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The child knows nothing of the service's settings, and its log says nothing of
// people.
func TestWhatTheChildKnowsAndSays(t *testing.T) {
	t.Setenv("CAIRN_DATABASE_URL", "postgres://hidden-password")
	log := &book{}
	s := start(t, media.Config{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	must(t, s.Ensure(t.Context(), "room-of-nobody", 5))
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", s.Pid()))
	must(t, err)
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.Pid()))
	must(t, err)
	_, key, secret := s.Keys()
	for _, x := range []string{"hidden-password", "CAIRN_", key, secret} {
		if bytes.Contains(env, []byte(x)) || bytes.Contains(line, []byte(x)) {
			t.Errorf("the child's environment or command holds %s", x)
		}
	}
	d := open(t, s, grant("room-of-nobody", "person-of-nobody"))
	d.join(t, "")
	if _, _, err := open(t, s, grant("room-unmade", "person-of-nobody")).dial("", nil); err == nil {
		t.Fatal("came into a room that is not there")
	}
	must(t, s.Close())
	text := log.String()
	if !strings.Contains(text, "media server: ") {
		t.Fatalf("a refused line is warned of by the media server, and nothing came: %q", text)
	}
	for _, x := range []string{"nobody", "unmade", "127.0.0.1", key} {
		if strings.Contains(text, x) {
			t.Errorf("the log holds %s: %s", x, text)
		}
	}
}

// holder is the child process of TestTheChildDiesWithItsParent: a service that
// has a media server, and waits.
func TestHolder(t *testing.T) {
	if os.Getenv("MEDIA_TEST_HOLDER") == "" {
		t.Skip("only as a process of another test")
	}
	s := media.New(media.Config{Command: strings.Split(os.Getenv("MEDIA_TEST_HOLDER"), " "), Relay: here})
	must(t, s.Ensure(t.Context(), "room", 5))
	fmt.Printf("child %d\n", s.Pid())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func TestTheChildDiesWithItsParent(t *testing.T) {
	// Once with the kernel's help, once by the end of its input alone: it reaches a
	// shell between them, and not the program behind the shell.
	script := filepath.Join(t.TempDir(), "between")
	must(t, os.WriteFile(script, []byte("#!/bin/sh\nexec 3<&0\n"+program.Path(t)+" media <&3 &\nwait\n"), 0o700))
	for name, argv := range map[string]string{"direct": strings.Join(program.Media(t), " "), "by input": script} {
		holder := exec.Command(os.Args[0], "-test.run=^TestHolder$", "-test.v")
		holder.Env = append(os.Environ(), "MEDIA_TEST_HOLDER="+argv)
		in, err := holder.StdinPipe()
		must(t, err)
		out, err := holder.StdoutPipe()
		must(t, err)
		must(t, holder.Start())
		pid := 0
		for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
			if text, ok := strings.CutPrefix(lines.Text(), "child "); ok {
				pid, err = strconv.Atoi(text)
				must(t, err)
			}
		}
		if argv == script {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
			must(t, err)
			pid, err = strconv.Atoi(strings.TrimSpace(string(b)))
			must(t, err)
		}
		if pid == 0 || !alive(pid) {
			t.Fatalf("%s: no child", name)
		}
		must(t, holder.Process.Kill())
		until(t, "the child's end", func() bool { return !alive(pid) })
		_ = holder.Wait()
		_ = in.Close()
	}
}

// Without a parent's orders it is no command for people.
func TestTheCommandAlone(t *testing.T) {
	cmd := exec.Command(program.Path(t), "media")
	b, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(b), "no command for people") {
		t.Fatalf("%v: %s", err, b)
	}
}
