package chat

import (
	"context"
	"math"
	"strings"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// excerptLength is how many entries a report takes with it: enough to understand
// what happened, and no more.
const excerptLength = 30

// Subject lets a conversation be reported by one of its two people.
type Subject struct{ *Service }

// Name is the kind.
func (Subject) Name() string { return "talk" }

// Reported gives the other person and the last words, as the actor can read them.
// Nobody is named in it: what one of the two reports says by itself who did.
func (x Subject) Reported(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (moderation.Reported, bool, error) {
	f, err := x.readable(ctx, r, a, id)
	if fault.Is(err, fault.NotFound) {
		return moderation.Reported{}, false, nil
	}
	if err != nil {
		return moderation.Reported{}, false, err
	}
	me, _ := f.Part(a.Person)
	other, ok := f.Other(a.Person)
	if !ok || me.Side == Company {
		return moderation.Reported{}, false, nil
	}
	rows, err := messagesBefore(ctx, r, spanOf(f, a.Person), math.MaxInt64, excerptLength)
	if err != nil {
		return moderation.Reported{}, false, err
	}
	messages, err := x.unseal(f, rows)
	if err != nil {
		return moderation.Reported{}, false, err
	}
	var b strings.Builder
	for _, m := range messages {
		if m.Kind != Text || m.Text == "" {
			continue
		}
		who := "3" // somebody who sat in
		switch m.Author {
		case other.Person:
			who = "1"
		case a.Person:
			who = "2"
		}
		b.WriteString(m.At.Std().Format("15:04 UTC") + " (" + who + ") " + m.Text + "\n")
	}
	return moderation.Reported{About: other.Person, Excerpt: strings.TrimSpace(b.String())}, true, nil
}
