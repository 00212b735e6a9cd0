package web

import (
	"sync"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// mostLines is how many live lines one person may have open on one node: a tab
// has one, or two for those who work here, only while it is looked at, and nobody
// reads a dozen tabs at once. Without a bound one person could
// take the memory of all.
const mostLines = 24

// lines counts open streams by person. nil counts nothing.
type lines struct {
	mu   sync.Mutex
	open map[moment.ID]int
}

func newLines(rate Rate) *lines {
	if rate.Burst < 0 {
		return nil
	}
	return &lines{open: map[moment.ID]int{}}
}

// take opens one line more; the caller gives it back when it has ended.
func (l *lines) take(person moment.ID) (back func(), err error) {
	if l == nil || person == "" {
		return func() {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[person] >= mostLines {
		return nil, fault.New(fault.TooFast, "web.error.toofast").With(map[string]any{"seconds": 30, "n": 30})
	}
	l.open[person]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.open[person]--; l.open[person] <= 0 {
			delete(l.open, person)
		}
	}, nil
}
