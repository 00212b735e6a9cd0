package bus

import (
	"context"
	"fmt"
	"slices"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Event says that something happened, in the past tense: "support.ended".
type Event struct {
	Name string               `json:"name"`
	ID   moment.ID            `json:"id"`             // what it happened to
	Also map[string]moment.ID `json:"also,omitempty"` // who and what else had part, by role
}

// On lets a subscriber react to an event. The subscriber's name ("notify")
// belongs to its jobs and stays the same over versions. fn is idempotent, as
// every handler; see Handle.
func (b *Bus) On(event, subscriber string, fn func(ctx context.Context, e Event) error) {
	b.Handle(eventKind(event, subscriber), func(ctx context.Context, j Job) error {
		var e Event
		if err := j.Read(&e); err != nil {
			return err
		}
		return fn(ctx, e)
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hears[event] = insertSorted(b.hears[event], subscriber)
}

func eventKind(event, subscriber string) string { return "event:" + event + ":" + subscriber }

// Emit writes one job for each subscriber in the caller's transaction. Whatever
// is not an id is refused. Reactions of different subscribers, and of different
// events, come in no promised order.
func (b *Bus) Emit(ctx context.Context, tx db.Writer, e Event) error {
	if err := onlyIDs(e); err != nil {
		return err
	}
	b.mu.RLock()
	subscribers := b.hears[e.Name]
	b.mu.RUnlock()
	emission := string(moment.NewID())
	now := b.clock.Now()
	for _, s := range subscribers {
		if err := b.At(ctx, tx, eventKind(e.Name, s), emission, now, e); err != nil {
			return err
		}
	}
	return nil
}

func onlyIDs(e Event) error {
	if e.Name == "" {
		return fmt.Errorf("bus: an event has a name")
	}
	if _, ok := moment.ParseID(string(e.ID)); !ok {
		return fmt.Errorf("bus: the id of event %s is none", e.Name)
	}
	for name, id := range e.Also {
		if _, ok := moment.ParseID(string(id)); !ok && id != "" {
			return fmt.Errorf("bus: %s of event %s is no id", name, e.Name)
		}
	}
	return nil
}

// insertSorted gives a new slice, so that readers of the old one are not disturbed.
func insertSorted(list []string, s string) []string {
	out := append(slices.Clone(list), s)
	slices.Sort(out)
	return out
}
