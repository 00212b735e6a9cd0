package moderation

import (
	"context"

	"cairn/internal/core/safety"
	"cairn/internal/kit/web"
)

// whatWords says what was decided, to whom it is about.
func whatWords(ctx context.Context, a Action) string {
	if a.Kind == profileKind && (a.What == Hide || a.What == Remove) {
		return web.T(ctx, "moderation.what.card")
	}
	return web.T(ctx, "moderation.what."+a.What)
}

// didWords says what was decided, to those who decide.
func didWords(ctx context.Context, a Action) string {
	if a.Kind == profileKind && (a.What == Hide || a.What == Remove) {
		return web.T(ctx, "moderation.do.card")
	}
	return web.T(ctx, "moderation.do."+a.What)
}

// excerptHint says what an excerpt of a kind is, and what is not in it.
func excerptHint(ctx context.Context, kind string) string {
	switch kind {
	case profileKind:
		return web.T(ctx, "moderation.open.profile_hint")
	case "seat":
		return web.T(ctx, "moderation.open.seat_hint")
	}
	return web.T(ctx, "moderation.open.excerpt_hint")
}

// ofOptions lets somebody say whether it is what was said, or the name beside it.
func ofOptions(ctx context.Context, d Draft) []web.Option {
	return []web.Option{
		{Value: "said", Label: web.T(ctx, "moderation.of.said"), Checked: !d.Profile},
		{Value: profileKind, Label: web.T(ctx, "moderation.of.profile"), Hint: web.T(ctx, "moderation.of.profile_hint"), Checked: d.Profile},
	}
}

// waitsWords says with whom an appeal waits, as its person was told before.
func waitsWords(ctx context.Context, a Action) string {
	switch r := a.Appeal.Route; {
	case r == Outside && a.Partner != "":
		return web.T(ctx, "moderation.mine.waits_outside", "name", a.Partner)
	case r == Outside || r == Nobody:
		return web.T(ctx, "moderation.mine.waits_nobody")
	}
	return web.T(ctx, "moderation.mine.waits")
}

func verdictWords(ctx context.Context, x *Appeal) string {
	if x.Upheld {
		return web.T(ctx, "moderation.mine.stands")
	}
	return web.T(ctx, "moderation.mine.lifted")
}

func standsOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, x := range []string{"yes", "no"} {
		out = append(out, web.Option{Value: x, Label: web.T(ctx, "moderation.stands."+x), Hint: web.T(ctx, "moderation.stands_hint."+x), Checked: x == chosen})
	}
	return out
}

func langOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, l := range safety.Languages() {
		out = append(out, web.Option{Value: l, Label: safety.LanguageName(ctx, l), Checked: l == chosen})
	}
	return out
}

func namePartner(ctx context.Context, p Partner) string {
	if p.ID != "" {
		return web.T(ctx, "moderation.partner.other")
	}
	return web.T(ctx, "moderation.partner.one")
}

func partnerDone(ctx context.Context, done string) string {
	if done == "dropped" {
		return web.T(ctx, "moderation.partner.dropped")
	}
	return web.T(ctx, "moderation.partner.asked")
}

// secondDone says to a partner what comes of what they did.
func secondDone(ctx context.Context, done string) string {
	switch done {
	case "sent", "yes", "no":
		return web.T(ctx, "moderation.second."+done)
	}
	return web.T(ctx, "moderation.second.decided")
}

func briefName(ctx context.Context, b Brief) string {
	if b.Name == "" {
		return web.T(ctx, "moderation.queue.unnamed")
	}
	return web.T(ctx, "moderation.brief.about", "name", b.Name)
}

// briefHouse names the agreement that held when something was decided.
func briefHouse(ctx context.Context, h House) string {
	if h.Version == 0 {
		return web.T(ctx, "moderation.brief.house_first")
	}
	return web.T(ctx, "moderation.brief.house", "n", h.Version+1, "date", web.Date(ctx, h.At))
}
