package media

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	errNone    = errors.New("media: there is no media server")
	errNotUp   = errors.New("media: the child did not begin to serve")
	errNowhere = errors.New("media: no relay is set that browsers could be told of")
	errTests   = errors.New("media: tests name the program that is the media server")
)

// readyWithin is how long a child may take to serve. On a slow machine a start
// takes some seconds.
const readyWithin = 30 * time.Second

// child is one running media server.
type child struct {
	place *place
	stdin io.Closer
	kill  func() error
	gone  chan struct{} // closed when the process is reaped
	err   error         // how it ended; read after gone
	began time.Time
}

// passed is what the child inherits of the environment. Settings and secrets of
// the service are none of its business.
var passed = []string{"PATH", "HOME", "TMPDIR", "TZ", "LANG", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GODEBUG", "GOTRACEBACK", "GOCOVERDIR"}

func childEnvironment() []string {
	var out []string
	for _, name := range passed {
		if v, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+v)
		}
	}
	return out
}

// secretText is 256 random bits.
func secretText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// launch starts a child and waits until it serves.
func (s *Server) launch() (*child, error) {
	if s.cfg.Relay == (Relay{}) {
		return nil, errNowhere
	}
	argv, err := s.program()
	if err != nil {
		return nil, err
	}
	orders := Orders{Key: "cairn-" + secretText()[:12], Secret: secretText(), RelaySecret: secretText(), Relay: s.cfg.Relay, UDP: s.cfg.UDP}
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec,noctx // our own program; it lives until Close, not for one request
	cmd.Env, cmd.SysProcAttr = childEnvironment(), dieWithParent()
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	stderr, err3 := cmd.StderrPipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	c := &child{stdin: stdin, gone: make(chan struct{}), began: time.Now()}
	said := make(chan Places, 1)
	if err := s.run(cmd, c, func() { hear(stdout, said) }, func() { listen(stderr, s.cfg.Log) }); err != nil {
		return nil, err
	}
	c.kill = cmd.Process.Kill
	line, err := json.Marshal(orders) //nolint:gosec // it goes to the child, through a pipe that nobody else has
	if err == nil {
		_, err = stdin.Write(append(line, '\n'))
	}
	if err != nil {
		c.end()
		return nil, err
	}
	return s.settled(c, cmd.Process.Pid, orders, said)
}

// run starts the process and looks after its end. On Linux the kernel kills the
// child when the thread that started it ends, so one thread stays for it.
func (s *Server) run(cmd *exec.Cmd, c *child, readers ...func()) error {
	started := make(chan error, 1)
	s.ended.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		var group sync.WaitGroup
		for _, read := range readers {
			group.Go(read)
		}
		group.Wait()
		c.err = cmd.Wait()
		close(c.gone)
	})
	return <-started
}

// settled waits for the child's answer.
func (s *Server) settled(c *child, pid int, orders Orders, said <-chan Places) (*child, error) {
	limit := time.NewTimer(readyWithin)
	defer limit.Stop()
	var err error
	select {
	case p := <-said:
		c.place = &place{api: &url.URL{Scheme: "http", Host: p.API, Path: "/"}, key: orders.Key, secret: orders.Secret, turn: p.TURN, pid: pid}
		return c, nil
	case <-c.gone:
		err = errors.Join(errNotUp, c.err)
	case <-limit.C:
		err = errNotUp
	case <-s.done:
		err = errNone
	}
	c.end()
	return nil, err
}

// end kills the child and waits until it is gone. It holds nothing that a
// gentler end would save.
func (c *child) end() {
	_ = c.stdin.Close()
	if c.kill != nil {
		_ = c.kill() // it may be gone already
	}
	<-c.gone
}

// hear reads the child's answer, then whatever else it says, so that it is
// never held up.
func hear(r io.Reader, said chan<- Places) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		var p Places
		if json.Unmarshal([]byte(line), &p) == nil && p.API != "" {
			said <- p
			break
		}
		if err != nil {
			return
		}
	}
	_, _ = io.Copy(io.Discard, lines) // ends with the child
}

// crashLines is how much of a crash is logged: the reason and the nearest
// functions.
const crashLines = 60

// journal is where what the child says is written.
type journal interface {
	Info(msg string, args ...any)
	Warn(msg string, args ...any)
}

// listen passes on what the child complains of: the sentence and its place in the
// source. Fields are left out: they hold addresses of people and ids of rooms. What it
// warns of is about the line of one person, who may have closed a browser at any moment:
// to whoever runs a service it is news and no warning. Its errors are warnings.
// Of what is no log line only a crash is passed on.
func listen(r io.Reader, log journal) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	crash := 0
	for lines.Scan() {
		text := lines.Text()
		var entry struct{ Level, Msg, Caller string }
		if strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &entry) == nil {
			if entry.Msg == "" || isExpected(entry.Msg) {
				continue
			}
			say := log.Warn
			if entry.Level == "warn" {
				say = log.Info
			}
			say("media server: "+entry.Msg, "level", entry.Level, "caller", entry.Caller)
			continue
		}
		if strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") {
			crash = crashLines
		}
		if crash > 0 {
			crash--
			log.Warn("media server crashed: " + fmt.Sprintf("%.200s", text))
		}
	}
	_, _ = io.Copy(io.Discard, r) // after a line that was too long
}

// expected are complaints that say nothing: what happens whenever somebody closes
// a browser.
var expected = []string{
	"error writing to websocket", // the page was left in the middle of a word
	"error reading from websocket", "error reading data channel", "could not write initial response"}

// isExpected tells a complaint that says nothing. Two are said with numbers in them: a line
// that ended while a track was opened, and what repairs a picture (RFC 4588) coming before
// the picture itself. Other tracks that cannot be opened are warned of.
func isExpected(words string) bool {
	if slices.Contains(expected, words) {
		return true
	}
	why, unopened := strings.CutPrefix(words, "Incoming unhandled RTP ssrc(")
	return unopened && (strings.HasSuffix(why, ". EOF") || strings.Contains(why, "no trackStreams found for RID: ssrc(0) rsid("))
}
