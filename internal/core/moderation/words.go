package moderation

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/core/safety"
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

// reportName names what a report is about.
func reportName(ctx context.Context, x Queued) string {
	if x.Nobody() {
		return web.T(ctx, "moderation.queue.brought")
	}
	return aboutName(ctx, x.AboutCard, x.Unnamed())
}

// whyLabel asks for the reason of a decision, which its person reads where there is one.
func whyLabel(ctx context.Context, v reportData) string {
	if v.Nobody() {
		return web.T(ctx, "moderation.open.reason_nobody")
	}
	return web.T(ctx, "moderation.open.reason")
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
	case a.What != Pause && a.What != Ban:
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

// doneWords says what somebody has just done.
func doneWords(ctx context.Context, done string) string {
	switch done {
	case "undone":
		return web.T(ctx, "moderation.queue.undone")
	case "let-go":
		return web.T(ctx, "moderation.queue.let_go")
	}
	return web.T(ctx, "moderation.queue.decided")
}

func heldAct(ctx context.Context, h Hold) string {
	if h.Mine {
		return web.T(ctx, "moderation.held.on")
	}
	return web.T(ctx, "moderation.held.read")
}

// undoable tells whether a decision has a form to take it back.
func undoable(a Action) bool {
	return a.LiftedAt.IsZero() && (a.Appeal == nil || !a.Appeal.DecidedAt.IsZero())
}

func undoHint(ctx context.Context, a Action) string {
	switch a.What {
	case Hide, Remove:
		return web.T(ctx, "moderation.open.undo_thing")
	case Label:
		return web.T(ctx, "moderation.open.undo_label")
	case Pause, Ban:
		return web.T(ctx, "moderation.open.undo_out")
	}
	return ""
}

// problemAt is what is wrong with a field of one of several forms: of the one that was sent.
func problemAt(ctx context.Context, err error, field string, id, sent moment.ID) string {
	if id != sent {
		return ""
	}
	return web.Problem(ctx, err, field)
}

func thingOptions(ctx context.Context, v reportData) []web.Option {
	var out []web.Option
	for _, x := range Things() {
		if x == Label && len(v.Marks) == 0 || (x == Hide || x == Remove) && !v.Tidy {
			continue
		}
		o := web.Option{Value: x, Label: web.T(ctx, "moderation.thing."+x), Hint: web.T(ctx, "moderation.thing_hint."+x), Checked: x == v.Typed.Thing}
		if v.Kind == profileKind && x != Leave {
			o.Label, o.Hint = web.T(ctx, "moderation.card."+x), web.T(ctx, "moderation.card_hint."+x)
		}
		out = append(out, o)
	}
	return out
}

func labelOptions(v reportData) []web.Option {
	var out []web.Option
	for _, m := range v.Marks {
		out = append(out, web.Option{Value: m.Slug, Label: m.Text, Checked: slices.Contains(v.Typed.Labels, m.Slug)})
	}
	return out
}

// theirs gives a text in the reader's language, or in the first that it is in.
func theirs(ctx context.Context, text map[string]string) (words, lang string) {
	return In(text, append([]string{web.Lang(ctx)}, safety.Languages()...)...)
}

func wordsProblem(ctx context.Context, err error, lang string) string {
	if p := web.Problem(ctx, err, "words."+lang); p != "" || lang != web.Lang(ctx) {
		return p
	}
	return web.Problem(ctx, err, "words")
}
