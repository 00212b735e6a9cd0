package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"cairn/internal/app"
	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// usage is what a child has used.
type usage struct {
	CPU    float64 `json:"cpu_seconds"`
	Memory float64 `json:"memory_bytes"` // heap and stacks in use, after a collection
	RSS    float64 `json:"rss_bytes"`
}

func measure() usage {
	var ru syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{
		CPU:    float64(ru.Utime.Sec+ru.Stime.Sec) + float64(ru.Utime.Usec+ru.Stime.Usec)/1e6,
		Memory: float64(m.HeapInuse + m.StackInuse), RSS: rss(),
	}
}

// rss reads the resident memory from the kernel.
func rss() float64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident float64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0
	}
	return resident * float64(os.Getpagesize())
}

// world is a service with conversations to measure with.
type world struct {
	*app.App
	pairs []pair
}

// pair is a conversation with the sessions of its two people.
type pair struct {
	Conversation  moment.ID
	Helped        string // session token
	Helper        string
	HelpedActor   access.Actor `json:"-"`
	HelpedID      moment.ID
	HelperID      moment.ID
	HelpedSession moment.ID
}

func settingsAt(dir string) app.Settings {
	return app.Settings{Data: dir, Listen: "127.0.0.1:0", Metrics: "off", Log: "error", URL: "http://localhost"}
}

func openWorld(ctx context.Context, dir string) (*world, error) {
	a, err := app.New(ctx, settingsAt(dir), app.Options{Demo: true, Rate: web.Rate{Burst: -1}})
	return &world{App: a}, err
}

// fill makes conversations of so many messages.
func (w *world) fill(ctx context.Context, conversations, messages int) error {
	w.pairs = make([]pair, conversations)
	for from := 0; from < conversations; from += 50 {
		err := w.DB.Write(ctx, func(tx db.Writer) error {
			for i := from; i < min(from+50, conversations); i++ {
				var p pair
				var err error
				if p.HelpedID, p.Helped, err = w.somebody(ctx, tx, fmt.Sprintf("Pebble %06d", i)); err != nil {
					return err
				}
				if p.HelperID, p.Helper, err = w.somebody(ctx, tx, fmt.Sprintf("Stone %06d", i), access.Peer); err != nil {
					return err
				}
				if p.Conversation, err = w.Chat.Start(ctx, tx, "support", p.HelpedID, p.HelperID); err != nil {
					return err
				}
				if err := w.contact(ctx, tx, p); err != nil {
					return err
				}
				p.HelpedActor = access.Actor{Person: p.HelpedID, Roles: access.Set(access.Member), Way: access.ByBrowser}
				w.pairs[i] = p
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range w.pairs {
		p := &w.pairs[i]
		helper := access.Actor{Person: p.HelperID, Roles: access.Set(access.Member, access.Peer), Way: access.ByBrowser}
		for n := range messages {
			who := p.HelpedActor
			if n%2 == 0 {
				who = helper
			}
			text := "This is about as long as a message is when somebody writes at night and looks for words."
			if _, err := w.Chat.Say(ctx, who, p.Conversation, chat.Draft{Key: fmt.Sprintf("fill%d", n), Text: text}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) somebody(ctx context.Context, tx db.Writer, name string, roles ...access.Role) (moment.ID, string, error) {
	id, err := w.People.CreateMember(ctx, tx, people.NewMember{Pseudonym: name, Languages: []string{"en"}, Zone: "UTC", Lang: "en", Roles: access.Set(roles...)})
	if err != nil {
		return "", "", err
	}
	token, err := w.People.StartSession(ctx, tx, id, people.SessionInfo{Label: "bench"})
	return id, token, err
}

// contact frames a conversation as support does, so that its page can be shown.
func (w *world) contact(ctx context.Context, tx db.Writer, p pair) error {
	request, now := moment.NewID(), w.Clock.Now()
	if _, err := w.Vault.NewScope(ctx, tx, request, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO support_request (id, person, state, asked_at, lined_up_at, situations, languages, wishes, connected_at, conversation)
		VALUES ($1, $2, 'talking', $3, $3, '[]', '[]', '[]', $3, $4)`, request, p.HelpedID, now, p.Conversation); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO support_contact (conversation, request, scope, member, peer, started_at) VALUES ($1, $2, $2, $3, $4, $5)`,
		p.Conversation, request, p.HelpedID, p.HelperID, now)
	return err
}

// process is a child with its address.
type process struct {
	cmd  *exec.Cmd
	url  string
	said map[string]json.RawMessage
}

// spawn starts this program again as a server of one kind, so that its CPU and
// memory are its own.
func spawn(ctx context.Context, kind, dir string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-child", kind, "-data", dir) //nolint:gosec // this program itself
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	text, err := bufio.NewReaderSize(out, 1<<20).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the child %s said nothing: %w", kind, err)
	}
	p := &process{cmd: cmd}
	if err := json.Unmarshal([]byte(text), &p.said); err != nil {
		return nil, err
	}
	return p, json.Unmarshal(p.said["url"], &p.url)
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
}

func (p *process) usage() (usage, error) {
	var u usage
	res, err := http.Get(p.url + "/-/usage") //nolint:noctx // loopback
	if err != nil {
		return u, err
	}
	defer func() { _ = res.Body.Close() }()
	return u, json.NewDecoder(res.Body).Decode(&u)
}

// serveChild is a child's whole life.
func serveChild(ctx context.Context, kind, dir string) error {
	if kind == "rooms" {
		return serveRooms(ctx, dir)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/usage", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(measure()) })
	say := map[string]any{}
	switch kind {
	case "app":
		app.Tune()
		w, err := openWorld(ctx, dir)
		if err != nil {
			return err
		}
		var many, messages int
		if _, err := fmt.Sscanf(filepath.Base(dir), "c%dm%d", &many, &messages); err != nil {
			return err
		}
		if err := w.fill(ctx, many, messages); err != nil {
			return err
		}
		say["pairs"] = w.pairs
		mux.HandleFunc("GET /-/query/{id}", w.queryOnly)
		mux.Handle("/", w.Site)
	case "forum":
		app.Tune()
		w, err := openWorld(ctx, dir)
		if err != nil {
			return err
		}
		if say["talk"], err = w.fillForum(ctx, dir); err != nil {
			return err
		}
		mux.Handle("/", w.Site)
	case "bare":
		bareRoutes(mux, dir)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	say["url"] = "http://" + listener.Addr().String()
	b, err := json.Marshal(say)
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	return s.Serve(listener)
}

// queryOnly runs the queries of the conversation page and decrypts, then writes
// as many bytes as the page has: what the shell adds is the rest.
func (w *world) queryOnly(rw http.ResponseWriter, r *http.Request) {
	actor := access.Actor{}
	id := moment.ID(r.PathValue("id"))
	for _, p := range w.pairs {
		if p.Conversation == id {
			actor = p.HelpedActor
		}
	}
	v, err := w.Chat.Read(r.Context(), actor, id, 0)
	if err != nil || len(v.Messages) != chat.PageLength {
		http.Error(rw, "no", http.StatusInternalServerError)
		return
	}
	sizes.Lock()
	n := sizes.n
	sizes.Unlock()
	if r.URL.Query().Get("bytes") != "" {
		_, _ = fmt.Sscan(r.URL.Query().Get("bytes"), &n)
	}
	rw.Header().Set("Content-Type", "text/html")
	_, _ = rw.Write(make([]byte, n))
}

var sizes struct {
	sync.Mutex
	n int
}

// bareRoutes are the floors: a handler that writes bytes, a stream that waits, a
// hub with one synced commit.
func bareRoutes(mux *http.ServeMux, dir string) {
	page, _ := os.ReadFile(filepath.Join(dir, "page.html")) // only one bench has it
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	h := newHub(dir)
	mux.HandleFunc("GET /stream/{n}", h.stream)
	mux.HandleFunc("POST /say/{n}", h.say)
}

// readAll reads an answer to its end.
func readAll(res *http.Response) (string, error) {
	b, err := io.ReadAll(res.Body)
	return string(b), errors.Join(err, res.Body.Close())
}

// get makes a request as somebody, and gives the body.
func get(client *http.Client, url, token string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil) //nolint:noctx // loopback
	if err != nil {
		return nil, err
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: "s", Value: token})
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %.200s", url, res.StatusCode, strings.TrimSpace(string(b)))
	}
	return b, err
}

func (p *process) pairs() ([]pair, error) {
	var out []pair
	return out, json.Unmarshal(p.said["pairs"], &out)
}
