package chat

import (
	"context"
	"strings"
)

// Giver is a kind of thing that can be handed over in a conversation. Slices
// that have such things implement it and the app plugs them in; chat keeps only
// the name and a reference, and asks for what to show each time it is read.
type Giver interface {
	// Name is steady and plain: "crisis".
	Name() string
	// Show gives what stands on the card now, for a reader; false when the thing
	// is gone. It is never private to the one who gave it.
	Show(ctx context.Context, ref string) (CardView, bool, error)
}

// CardView is a card as it is shown.
type CardView struct {
	Over  string // what kind of thing it is
	Title string
	Hint  string
	Links []CardLink
}

// CardLink is something to do with a card.
type CardLink struct{ Href, Label string }

// Plain is the card in words, for exports and the API.
func (c CardView) Plain() string {
	parts := []string{c.Title}
	if c.Hint != "" {
		parts = append(parts, c.Hint)
	}
	for _, l := range c.Links {
		parts = append(parts, l.Label)
	}
	return strings.Join(parts, "\n")
}
