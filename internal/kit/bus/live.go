package bus

import (
	"slices"
	"sync"

	"cairn/internal/kit/db"
)

// Resync is the kind of a note that says: notes may have been lost, read again
// from the last seq you have. Its topic is empty.
const Resync = "resync"

// Bounds of a subscription. Most hold nothing, so the buffer is small; what
// a slow reader has not taken is kept beside it, one note a topic.
const (
	noteBuffer = 2
	maxSignals = 16
)

// Note tells a subscriber that something is new at a topic.
type Note struct {
	Topic string `json:"t,omitempty"`
	Seq   int64  `json:"s,omitempty"` // the newest seq there is; 0 for signals, and for "look again whatever you have"
	Kind  string `json:"k,omitempty"` // "" from Publish, Resync, or what Signal was given
	Data  string `json:"d,omitempty"` // of Signal only: an id or a state, never what people write
}

// Publish tells subscribers of the topic, on every node, that it has reached
// seq, once the caller's transaction is durable.
func (b *Bus) Publish(tx db.Writer, topic string, seq int64) {
	tx.AfterCommit(func() { b.send(Note{Topic: topic, Seq: seq}) })
}

// Signal tells subscribers of the topic of something fleeting, such as typing.
// It may be lost. Data is an id or a state, never what people write.
func (b *Bus) Signal(topic, kind, data string) {
	b.send(Note{Topic: topic, Kind: kind, Data: data})
}

func (b *Bus) send(n Note) {
	b.hub.deliver(n)
	b.link.send(n)
}

// Subscribe listens to topics until Close.
func (b *Bus) Subscribe(topics ...string) *Subscription {
	return b.hub.subscribe(topics)
}

// hub is one node's table of who listens to what.
type hub struct {
	mu  sync.RWMutex
	by  map[string][]*Subscription
	all map[*Subscription]struct{}
}

func newHub() *hub {
	return &hub{by: map[string][]*Subscription{}, all: map[*Subscription]struct{}{}}
}

func (h *hub) subscribe(topics []string) *Subscription {
	own := slices.Clone(topics)
	slices.Sort(own)
	s := &Subscription{hub: h, topics: slices.Compact(own), c: make(chan Note, noteBuffer)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all[s] = struct{}{}
	for _, t := range s.topics {
		h.by[t] = append(h.by[t], s)
	}
	return s
}

func (h *hub) remove(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, s)
	for _, t := range s.topics {
		list := h.by[t]
		i := slices.Index(list, s)
		if i < 0 {
			continue
		}
		last := len(list) - 1
		list[i], list[last] = list[last], nil
		if h.by[t] = list[:last]; last == 0 {
			delete(h.by, t)
		}
	}
}

func (h *hub) deliver(n Note) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, s := range h.by[n.Topic] {
		s.offer(n)
	}
}

// resync tells everybody on this node to read again.
func (h *hub) resync() {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.all {
		s.offer(Note{Kind: Resync})
	}
}

// Subscription is one reader's ear. A reader that is slow holds up nobody: notes
// of a topic are merged into the newest, so it misses steps but never the end.
type Subscription struct {
	hub    *hub
	topics []string
	c      chan Note

	mu      sync.Mutex
	waiting []Note        // what did not fit into c, oldest first
	stop    chan struct{} // made with the first note that does not fit
	pumping bool
	closed  bool
}

// C gives the notes. It is never closed; select on it beside the end of the request.
func (s *Subscription) C() <-chan Note { return s.c }

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.waiting = nil
	if s.stop != nil {
		close(s.stop)
	}
	s.mu.Unlock()
	s.hub.remove(s)
}

// offer hands over a note without ever waiting for the reader.
func (s *Subscription) offer(n Note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if !s.pumping {
		select {
		case s.c <- n:
			return
		default:
		}
	}
	s.keep(n)
	if s.pumping {
		return
	}
	if s.stop == nil {
		s.stop = make(chan struct{})
	}
	s.pumping = true
	go s.pump()
}

// keep merges a note into what waits; the lock is held.
func (s *Subscription) keep(n Note) {
	signals := 0
	for i := range s.waiting {
		w := &s.waiting[i]
		before := w.Seq
		if w.Topic == n.Topic && w.Kind == n.Kind && w.Data == n.Data {
			// 0 is "look again, whatever you have": it must not be lost in a seq.
			if w.Seq = max(w.Seq, n.Seq); before == 0 || n.Seq == 0 {
				w.Seq = 0
			}
			return
		}
		if w.Kind != "" && w.Kind != Resync {
			signals++
		}
	}
	if n.Kind != "" && n.Kind != Resync && signals >= maxSignals {
		return // fleeting, and the reader is far behind
	}
	s.waiting = append(s.waiting, n)
}

// pump moves what waits into the channel as the reader takes it, and ends when
// nothing waits: an idle subscription has no goroutine.
func (s *Subscription) pump() {
	for {
		n, ok := s.next()
		if !ok {
			return
		}
		select {
		case s.c <- n:
		case <-s.stop:
			return
		}
	}
}

func (s *Subscription) next() (Note, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.waiting) == 0 {
		s.pumping = false
		s.waiting = nil
		return Note{}, false
	}
	n := s.waiting[0]
	s.waiting = s.waiting[1:]
	return n, true
}
