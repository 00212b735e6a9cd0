package admin

import (
	"context"
	"sort"
	"sync"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// remember is how long a node uses the name it has read: a new name is on every
// page within seconds. waitFor bounds the one page that reads it anew.
const (
	remember = 5 * time.Second
	waitFor  = 2 * time.Second
)

// remembered is the last name that was read.
type remembered struct {
	mu      sync.Mutex
	value   string
	until   moment.Time
	reading bool
}

func (m *remembered) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.until = 0
}

// Name is the service's name. Most calls cost nothing; when the database does
// not answer, the last known name stays.
func (s *Service) Name(ctx context.Context) string {
	m, now := &s.name, s.Clock.Now()
	m.mu.Lock()
	if m.value == "" {
		m.value = defaultName
	}
	if m.reading || now < m.until && m.until.Sub(now) <= remember {
		defer m.mu.Unlock()
		return m.value
	}
	m.reading, m.until = true, now.Add(remember)
	m.mu.Unlock()
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), waitFor)
	defer done()
	name, err := access.Setting(ctx, s.DB.Reader(), SettingName, defaultName)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reading = false
	if err == nil {
		m.value = name
	}
	return m.value
}

// sortedCards orders people by name.
func sortedCards(cards map[moment.ID]people.Card) []people.Card {
	out := make([]people.Card, 0, len(cards))
	for _, c := range cards {
		out = append(out, c)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Name != out[j].Name {
			return out[i].Name < out[j].Name
		}
		return out[i].ID < out[j].ID
	})
	return out
}
