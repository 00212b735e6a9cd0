package moderation

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "moderation.queue.gone")
	}
	return c.Name
}

// aboutName names whom a report is about, as far as it is known.
func aboutName(ctx context.Context, c people.Card, unnamed bool) string {
	if unnamed {
		return web.T(ctx, "moderation.queue.unnamed")
	}
	return cardName(ctx, c)
}

func reasonOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, r := range Reasons() {
		out = append(out, web.Option{Value: r, Label: web.T(ctx, "moderation.reason."+r), Checked: r == chosen})
	}
	return out
}

func actionOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, a := range Actions() {
		out = append(out, web.Option{Value: a, Label: web.T(ctx, "moderation.do."+a), Hint: web.T(ctx, "moderation.hint."+a), Checked: a == chosen})
	}
	return out
}

// until says how long an action holds.
func until(ctx context.Context, a Action) string {
	switch {
	case a.What != "pause" && a.What != "ban":
		return ""
	case !a.LiftedAt.IsZero():
		return web.T(ctx, "moderation.mine.lifted")
	case a.Until.IsZero():
		return web.T(ctx, "moderation.mine.for_good")
	}
	return web.T(ctx, "moderation.mine.until", "date", web.Date(ctx, a.Until))
}

// countWords is a number of the public log, or that it is small.
func countWords(ctx context.Context, c Count) string {
	if c.Few {
		return web.T(ctx, "moderation.house.few")
	}
	return web.Number(ctx, int64(c.N))
}

// keptFor gives back what was typed and not taken, where it was typed.
func keptFor(id, at moment.ID, typed string) string {
	if id == at {
		return typed
	}
	return ""
}
