package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func percentile(v []float64, p float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[min(int(float64(len(s))*p), len(s)-1)]
}

var linked = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+\.(?:css|js))"`)

// firstView: CSS and JavaScript that the first page loads, compressed.
func firstView(ctx context.Context) ([]line, error) {
	dir, done, err := folder("c1m0")
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := spawn(ctx, "app", dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	body, err := get(http.DefaultClient, p.url+"/", "")
	if err != nil {
		return nil, err
	}
	total := 0
	found := linked.FindAllSubmatch(body, -1)
	for _, m := range found {
		b, err := get(&http.Client{Transport: &http.Transport{DisableCompression: true}}, p.url+string(m[1]), "")
		if err != nil {
			return nil, err
		}
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, _ = w.Write(b)
		_ = w.Close()
		total += z.Len()
	}
	if len(found) < 5 {
		return nil, fmt.Errorf("only %d files found", len(found))
	}
	return []line{{"first-view", float64(total) / 1024, 70, 1, false, "KB of CSS and JavaScript, compressed", false}}, nil
}

// installed copies the program piece by piece, as installing it does. What the linker
// has just written lies in the page cache in pieces of two megabytes, and Linux 6.18
// counts all of one for a process that touches a page of it; no machine that serves
// runs that. Read from a disk, it lies there in small pieces too.
func installed(dir string) (string, error) {
	if err := isBuilt(); err != nil {
		return "", err
	}
	from, err := os.Open(program())
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }()
	name := filepath.Join(dir, "cairn")
	to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o700) //nolint:gosec // a program
	if err != nil {
		return "", err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, 32<<10))
	return name, errors.Join(err, to.Close())
}

// idleMemory: the demo server, started and left alone.
func idleMemory(ctx context.Context) ([]line, error) {
	dir, done, err := folder("demo")
	if err != nil {
		return nil, err
	}
	defer done()
	binary, err := installed(dir)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a free port
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_ = l.Close()
	cmd := exec.CommandContext(ctx, binary, "demo", "--listen", address, "--data", dir) //nolint:gosec // our own program
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	for range 200 {
		if _, err := get(http.DefaultClient, "http://"+address+"/readyz", ""); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if _, err := get(http.DefaultClient, "http://"+address+"/", ""); err != nil {
		return nil, err
	}
	time.Sleep(3 * time.Second)
	all, err := resident(cmd.Process.Pid, "VmRSS")
	if err != nil {
		return nil, err
	}
	own, err := resident(cmd.Process.Pid, "RssAnon")
	return []line{
		{"idle-memory", all, 80, 1, false, "MB", false},
		{"idle-memory-own", own, all, 0, false, "MB that are no pages of a file, of the MB before", true},
	}, err
}

// resident is a line of proc_pid_status(5), in MB.
func resident(pid int, name string) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for text := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(text, name+":"); ok {
			var kb float64
			_, err := fmt.Sscan(rest, &kb)
			return kb / 1024, err
		}
	}
	return 0, errors.New("the kernel does not tell " + name)
}

func folder(name string) (string, func(), error) { return folderIn("", name) }

// inMemory is folder for what has to be read without waiting for a disk: in memory where so
// many bytes are free there.
func inMemory(name string, room uint64) (string, func(), error) {
	const shared = "/dev/shm"
	var s syscall.Statfs_t
	if err := syscall.Statfs(shared, &s); err != nil || s.Bavail*uint64(s.Bsize) < room {
		return folder(name)
	}
	return folderIn(shared, name)
}

func folderIn(parent, name string) (string, func(), error) {
	root, err := os.MkdirTemp(parent, "cairn-bench")
	if err != nil {
		return "", nil, err
	}
	dir := filepath.Join(root, name)
	return dir, func() { _ = os.RemoveAll(root) }, os.MkdirAll(dir, 0o700)
}

// page: CPU of the conversation page with 50 messages.
func page(ctx context.Context) ([]line, error) {
	dir, done, err := folder("c1m59")
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := spawn(ctx, "app", dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	pairs, err := p.pairs()
	if err != nil {
		return nil, err
	}
	talk := p.url + "/talk/" + string(pairs[0].Conversation)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	body, err := get(client, talk, pairs[0].Helped)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(body, []byte(`class="said"`)); n != 50 {
		return nil, fmt.Errorf("the page shows %d messages", n)
	}
	if err := os.WriteFile(filepath.Join(dir, "page.html"), body, 0o600); err != nil {
		return nil, err
	}
	bare, err := spawn(ctx, "bare", dir)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	const n = 1500
	query := fmt.Sprintf("%s/-/query/%s?bytes=%d", p.url, pairs[0].Conversation, len(body))
	var ours, query50, floor []float64
	for range 3 { // taken in turns, so that a noisy moment hits all alike
		a, err := cpu(p, n, func() error { _, err := get(client, talk, pairs[0].Helped); return err })
		if err != nil {
			return nil, err
		}
		b, err := cpu(p, n, func() error { _, err := get(client, query, ""); return err })
		if err != nil {
			return nil, err
		}
		c, err := cpu(bare, n, func() error { _, err := get(client, bare.url+"/page", ""); return err })
		if err != nil {
			return nil, err
		}
		ours, query50, floor = append(ours, a), append(query50, b), append(floor, c)
	}
	a, b, c := percentile(ours, .5), percentile(query50, .5), percentile(floor, .5)
	return []line{
		{"page", a, c, 12, false, "microseconds of server CPU, against the same bytes", false},
		{"page-query", a, b, 2.5, false, "microseconds of server CPU, against the same query and decryption", false},
	}, nil
}

// cpu is what a child spends on one of n requests, in microseconds.
func cpu(p *process, n int, do func() error) (float64, error) {
	for range 50 {
		if err := do(); err != nil {
			return 0, err
		}
	}
	before, err := p.usage()
	if err != nil {
		return 0, err
	}
	for range n {
		if err := do(); err != nil {
			return 0, err
		}
	}
	after, err := p.usage()
	return (after.CPU - before.CPU) / float64(n) * 1e6, err
}

// streamMemory: memory of 5,000 idle live connections.
func streamMemory(ctx context.Context) ([]line, error) {
	dir, done, err := folder("c1m2")
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := spawn(ctx, "app", dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	pairs, err := p.pairs()
	if err != nil {
		return nil, err
	}
	bare, err := spawn(ctx, "bare", dir)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	const n = 5000
	ours, err := idle(p, n, "/talk/"+string(pairs[0].Conversation)+"/stream?after=99", pairs[0].Helped)
	if err != nil {
		return nil, err
	}
	floor, err := idle(bare, n, "/stream/1", "")
	if err != nil {
		return nil, err
	}
	return []line{{"stream-memory", ours, floor, 2, false, "bytes an idle live connection, at 5,000", false}}, nil
}

// idle opens n streams and tells how much memory each costs the server.
func idle(p *process, n int, path, token string) (float64, error) {
	before, err := p.usage()
	if err != nil {
		return 0, err
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return 0, err
	}
	lines := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range lines {
			_ = c.Close()
		}
	}()
	for range n {
		c, err := openStream(u.Host, path, token)
		if err != nil {
			return 0, fmt.Errorf("after %d streams: %w", len(lines), err)
		}
		lines = append(lines, c)
	}
	time.Sleep(2 * time.Second)
	after, err := p.usage()
	return (after.Memory - before.Memory) / float64(n), err
}

// openStream opens one line with as little on this side as can be.
func openStream(host, path, token string) (net.Conn, error) {
	c, err := net.Dial("tcp", host) //nolint:noctx // loopback
	if err != nil {
		return nil, err
	}
	cookie := ""
	if token != "" {
		cookie = "Cookie: s=" + token + "\r\n"
	}
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n%s\r\n", path, host, cookie); err != nil {
		return nil, err
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	status, err := bufio.NewReaderSize(c, 512).ReadString('\n')
	if err == nil && !strings.Contains(status, "200") {
		err = errors.New(strings.TrimSpace(status))
	}
	return c, err
}
