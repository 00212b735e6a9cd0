package chat

import (
	"strconv"
	"testing"
	"time"

	"cairn/internal/kit/moment"
)

func TestWhoTypesIsRememberedWithinBounds(t *testing.T) {
	var l typists
	now := moment.Time(1_000_000_000)
	for i := range mostTypists {
		if !l.take(moment.ID(strconv.Itoa(i)), "c", now) {
			t.Fatalf("person %d is not told of", i)
		}
	}
	if l.take("late", "c", now) || len(l.last) != mostTypists {
		t.Fatalf("%d are remembered", len(l.last))
	}
	if now = now.Add(time.Second); !l.take("late", "c", now) || len(l.last) != 1 {
		t.Fatalf("a second later %d are remembered", len(l.last))
	}
}
