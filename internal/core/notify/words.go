package notify

import (
	"context"
	"strings"

	"cairn/internal/kit/web"
)

// Title is what a kind is called inside, after signing in.
func Title(ctx context.Context, kind string) string { return words(ctx, kind, "title") }

// Line is the neutral sentence that leaves the house.
func Line(ctx context.Context, kind string) string { return words(ctx, kind, "line") }

// words gives a kind's own words, or those for any kind when it brought none:
// what is urgent must not wait for a translation.
func words(ctx context.Context, kind, part string) string {
	key := "notify.kind." + strings.ReplaceAll(kind, ".", "_") + "." + part
	if !web.Has(web.Lang(ctx), key) {
		key = "notify.kind.other." + part
	}
	return web.T(ctx, key)
}
