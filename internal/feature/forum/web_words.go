package forum

import (
	"context"

	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/kit/web"
)

func audienceWords(ctx context.Context, a Audience) string {
	return web.T(ctx, "forum.audience."+string(a))
}

// countWords says how many threads there are, up to where counting ends.
func countWords(ctx context.Context, n int) string {
	if n > discussion.MostCounted {
		return web.T(ctx, "forum.list.over", "number", web.Number(ctx, discussion.MostCounted))
	}
	return web.T(ctx, "forum.list.threads", "n", n)
}

func newWords(ctx context.Context, n int) string {
	if n > discussion.MostCounted {
		return web.T(ctx, "forum.list.over_new", "number", web.Number(ctx, discussion.MostCounted))
	}
	return web.T(ctx, "forum.list.new", "n", n)
}

func joinWords(ctx context.Context, j Joins) string {
	if j == ByPress {
		return web.T(ctx, "forum.join.press")
	}
	return web.T(ctx, "forum.join.ask")
}

func closeWords(ctx context.Context, closed bool) string {
	if closed {
		return web.T(ctx, "forum.close.open_link")
	}
	return web.T(ctx, "forum.close.link")
}

// keptBy says who looks after a space without naming anybody.
func keptBy(ctx context.Context, x Space, some bool) string {
	switch {
	case some:
		return web.T(ctx, "forum.keep.some")
	case x.Audience == Community:
		return web.T(ctx, "forum.keep.nobody")
	}
	return web.T(ctx, "forum.keep.staff")
}

func tendHint(ctx context.Context, a Audience) string {
	if a == Community {
		return web.T(ctx, "forum.tend.name_community")
	}
	return web.T(ctx, "forum.tend.name_hint")
}

func cardName(ctx context.Context, c people.Card) string {
	if c.Name == "" {
		return web.T(ctx, "forum.who.gone")
	}
	return c.Name
}

func formAction(d formData) string {
	if d.ID == "" {
		return "/forum/make"
	}
	return pathOf(d.ID) + "/edit"
}
