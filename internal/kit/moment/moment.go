// Package moment gives ids and instants, and a clock that tests can move.
package moment

import (
	"database/sql/driver"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ID is a UUIDv7 in text form. It is never a secret and never an order:
// conversations are ordered by their own seq.
type ID string

// NewID makes an id.
func NewID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

// ParseID accepts only the canonical form of a UUID.
func ParseID(s string) (ID, bool) {
	if len(s) != 36 {
		return "", false
	}
	u, err := uuid.Parse(s)
	if err != nil || u.String() != s {
		return "", false
	}
	return ID(s), true
}

// Value lets the id be a database argument; the empty id is NULL.
func (id ID) Value() (driver.Value, error) {
	if id == "" {
		return nil, nil
	}
	return string(id), nil
}

// Scan reads an id; NULL is the empty id.
func (id *ID) Scan(v any) error {
	switch x := v.(type) {
	case nil:
		*id = ""
	case string:
		*id = ID(x)
	case []byte:
		*id = ID(x)
	default:
		return fmt.Errorf("moment: cannot read an id from %T", v)
	}
	return nil
}

// Time is an instant in microseconds since 1970, UTC. Zero means "not yet".
type Time int64

// At converts from the standard library's time.
func At(t time.Time) Time { return Time(t.UnixMicro()) }

// Std converts to the standard library's time, in UTC.
func (t Time) Std() time.Time { return time.UnixMicro(int64(t)).UTC() }

// Add moves the instant.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Sub gives the duration from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }

// IsZero tells "not yet".
func (t Time) IsZero() bool { return t == 0 }

// Stamp writes the instant in UTC to the second, as exports have it; "" for zero.
func (t Time) Stamp() string {
	if t.IsZero() {
		return ""
	}
	return t.Std().Format("2006-01-02T15:04:05Z")
}

// Value lets the instant be a database argument (BIGINT). Zero is stored as 0.
func (t Time) Value() (driver.Value, error) { return int64(t), nil }

// Scan reads an instant; NULL is zero.
func (t *Time) Scan(v any) error {
	switch x := v.(type) {
	case nil:
		*t = 0
	case int64:
		*t = Time(x)
	default:
		return fmt.Errorf("moment: cannot read an instant from %T", v)
	}
	return nil
}

// Clock tells the time.
type Clock interface{ Now() Time }

// System is the machine's clock.
type System struct{}

// Now tells the machine's time.
func (System) Now() Time { return At(time.Now()) }

// Movable is a clock that only moves when told to: for tests, and for writing
// the history of a demo. It is safe for concurrent use.
type Movable struct {
	mu  sync.Mutex
	now Time
}

// NewMovable starts a movable clock.
func NewMovable(at time.Time) *Movable { return &Movable{now: At(at)} }

// Now tells where the clock stands.
func (m *Movable) Now() Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock forward.
func (m *Movable) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}
