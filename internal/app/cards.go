package app

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/directory"
	"cairn/internal/kit/web"
)

// crisisCard hands crisis lines over in a conversation. It stands here because
// the directory is below chat and knows nothing of it.
type crisisCard struct{ lines *directory.Service }

// Name is how the card is kept.
func (crisisCard) Name() string { return "crisis" }

// Show gives the lines as they are now, in the reader's language.
func (c crisisCard) Show(ctx context.Context, _ string) (chat.CardView, bool, error) {
	v := chat.CardView{Over: web.T(ctx, "chat.card.crisis_over"), Title: web.T(ctx, "chat.card.crisis"), Hint: web.T(ctx, "chat.card.crisis_hint")}
	for _, l := range c.lines.BarLines(ctx) {
		v.Links = append(v.Links, chat.CardLink{Href: l.Href, Label: l.Name + " " + l.Number})
	}
	v.Links = append(v.Links, chat.CardLink{Href: "/crisis", Label: web.T(ctx, "chat.card.crisis_all")})
	return v, true, nil
}
