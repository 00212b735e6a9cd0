package chat

import (
	"sync"
	"time"

	"cairn/internal/kit/moment"
)

// typingEvery is how often others hear that one person is writing, and
// mostTypists how many people are remembered for it at once. Both are ours.
const (
	typingEvery = time.Second
	mostTypists = 4096
)

// typists remembers who has just been said to be writing. The zero value is ready.
type typists struct {
	mu   sync.Mutex
	last map[moment.ID]typed
}

type typed struct {
	conversation moment.ID
	at           moment.Time
}

// told says that this conversation has just heard of the person, without asking
// whether they may be in it: it answers only for where they were let in before.
func (t *typists) told(person, conversation moment.ID, now moment.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	was, known := t.last[person]
	return known && was.conversation == conversation && recent(was, now)
}

// take notes that the person writes and says whether to tell. While too many
// write at once nobody new is told of: it is fleeting.
func (t *typists) take(person, conversation moment.ID, now moment.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if was, known := t.last[person]; known && recent(was, now) {
		return false
	}
	if len(t.last) >= mostTypists {
		for who, was := range t.last {
			if !recent(was, now) {
				delete(t.last, who)
			}
		}
		if len(t.last) >= mostTypists {
			return false
		}
	}
	if t.last == nil {
		t.last = map[moment.ID]typed{}
	}
	t.last[person] = typed{conversation, now}
	return true
}

func recent(was typed, now moment.Time) bool { return now < was.at.Add(typingEvery) }
