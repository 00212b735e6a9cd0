package access

import (
	"strconv"
	"sync"

	"cairn/internal/kit/db"
)

// Ledger writes and reads the audit.
type Ledger struct {
	db     *db.DB
	recent recent
}

// NewLedger makes a ledger on a database.
func NewLedger(d *db.DB) *Ledger { return &Ledger{db: d} }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// mostRecent bounds the memory of openings already written. Forgetting one
// costs a write that changes nothing.
const mostRecent = 8192

// recent remembers openings that are already on disk, in two generations.
type recent struct {
	mu       sync.Mutex
	now, old map[string]struct{}
}

func (r *recent) seen(k string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.now[k]; ok {
		return true
	}
	_, ok := r.old[k]
	return ok
}

func (r *recent) add(k string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || len(r.now) >= mostRecent {
		r.old, r.now = r.now, make(map[string]struct{}, 64)
	}
	r.now[k] = struct{}{}
}
