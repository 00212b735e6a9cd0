package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the floor uses the same engine
)

// hub is the barest thing that could deliver messages: one synced commit, then
// a channel, then a line of server-sent events.
type hub struct {
	mu    sync.Mutex
	by    map[string][]chan string
	write sync.Mutex
	db    *sql.DB
}

func newHub(dir string) *hub {
	h := &hub{by: map[string][]chan string{}}
	if dir == "" {
		return h
	}
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "hub.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return h
	}
	d.SetMaxOpenConns(1)
	if _, err := d.Exec(`CREATE TABLE IF NOT EXISTS m (n TEXT, body TEXT)`); err == nil { //nolint:noctx // at the start
		h.db = d
	}
	return h
}

func (h *hub) stream(w http.ResponseWriter, r *http.Request) {
	c := make(chan string, 8)
	n := r.PathValue("n")
	h.mu.Lock()
	h.by[n] = append(h.by[n], c)
	h.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	ctl := http.NewResponseController(w)
	_ = ctl.SetWriteDeadline(time.Time{})
	_, _ = w.Write([]byte(": hello\n\n"))
	_ = ctl.Flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case m := <-c:
			if _, err := fmt.Fprintf(w, "data: %s\n\n", m); err != nil {
				return
			}
			_ = ctl.Flush()
		}
	}
}

func (h *hub) say(w http.ResponseWriter, r *http.Request) {
	n, body := r.PathValue("n"), r.FormValue("text")
	if h.db != nil {
		h.write.Lock()
		_, err := h.db.ExecContext(context.WithoutCancel(r.Context()), `INSERT INTO m (n, body) VALUES ($1, $2)`, n, body)
		h.write.Unlock()
		if err != nil {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
	}
	h.mu.Lock()
	for _, c := range h.by[n] {
		select {
		case c <- body:
		default:
		}
	}
	h.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}
