package web

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// The default is generous: a hostel or a university may share one address.
const (
	defaultPerMinute = 240
	defaultBurst     = 240
	maxAddresses     = 50_000 // about 2 MB
)

// limiter bounds requests per address in this process. It keeps no address:
// only a keyed hash whose key lasts a day and never leaves memory.
type limiter struct {
	clock moment.Clock
	every time.Duration // one request is earned back after this
	burst time.Duration // how far ahead one may be
	limit int

	mu   sync.Mutex
	day  int64
	seed maphash.Seed
	next map[uint64]moment.Time // when the address would be square again
}

func newLimiter(clock moment.Clock, rate Rate) *limiter {
	if rate.Burst < 0 {
		return nil
	}
	if rate.PerMinute <= 0 {
		rate.PerMinute = defaultPerMinute
	}
	if rate.Burst == 0 {
		rate.Burst = defaultBurst
	}
	every := time.Minute / time.Duration(rate.PerMinute)
	return &limiter{clock: clock, every: every, burst: every * time.Duration(rate.Burst), limit: maxAddresses}
}

// take counts one request. The fault says after how many seconds to come back.
func (l *limiter) take(addr netip.Addr) error { return l.count(household(addr)) }

// count counts one of anything.
func (l *limiter) count(whose []byte) error {
	if l == nil {
		return nil
	}
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	key := maphash.Bytes(l.seed, whose)
	square := max(l.next[key], now).Add(l.every)
	if ahead := square.Sub(now); ahead > l.burst {
		wait := int((ahead-l.burst)/time.Second) + 1
		return fault.New(fault.TooFast, "web.error.toofast").With(map[string]any{"seconds": wait, "n": wait})
	}
	if _, known := l.next[key]; !known && len(l.next) >= l.limit {
		l.makeRoom(now)
	}
	l.next[key] = square
	return nil
}

// turn takes a new key each day and forgets the old hashes.
func (l *limiter) turn(now moment.Time) {
	day := int64(now) / (24 * int64(time.Hour/time.Microsecond))
	if l.next != nil && day == l.day {
		return
	}
	l.day, l.seed, l.next = day, maphash.MakeSeed(), map[uint64]moment.Time{}
}

// household is what an address is counted as: of IPv6 the /64 that one household has.
func household(addr netip.Addr) []byte {
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			addr = p.Addr()
		}
	}
	b := addr.As16()
	return b[:]
}

// makeRoom drops addresses that are square again, then others until a quarter
// is free: memory stays bounded, and a flood of addresses forgets some of itself.
func (l *limiter) makeRoom(now moment.Time) {
	for k, t := range l.next {
		if t <= now {
			delete(l.next, k)
		}
	}
	for k := range l.next {
		if len(l.next) <= l.limit*3/4 {
			return
		}
		delete(l.next, k)
	}
}

// Limit bounds how often something that costs much is asked of this process, in memory and
// by the day's hash as requests are: by person for members, by network for everybody else,
// who could be somebody new each time.
type Limit struct{ people, networks *limiter }

// NewLimit makes a limit, for one person and for one network.
func NewLimit(clock moment.Clock, person, network Rate) *Limit {
	return &Limit{newLimiter(clock, person), newLimiter(clock, network)}
}

// Take counts one use for whoever asks. TooFast says when to come back.
func (l *Limit) Take(r *http.Request) error {
	if a := Actor(r.Context()); a.Has(access.Member) {
		return l.people.count([]byte(a.Person))
	}
	addr, err := netip.ParseAddr(Address(r))
	if err != nil {
		addr = netip.IPv4Unspecified()
	}
	return l.networks.take(addr)
}
