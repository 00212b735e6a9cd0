package directory

import (
	"context"
	"time"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func kindWord(ctx context.Context, k Kind) string { return web.T(ctx, "directory.kind."+string(k)) }

func audienceWord(ctx context.Context, a string) string { return web.T(ctx, "directory.audience."+a) }

func reachWords(ctx context.Context, l Line) string {
	if l.Kind == Text {
		return web.T(ctx, "directory.line.text", "number", l.Number)
	}
	return web.T(ctx, "directory.line.call", "number", l.Number)
}

// dayWords writes a stored day as the reader's language does. At noon, so that
// no zone makes another day of it.
func dayWords(ctx context.Context, day string) string {
	t, err := time.Parse(dayForm, day)
	if err != nil {
		return day
	}
	y, m, d := t.Date()
	return web.Date(ctx, moment.At(time.Date(y, m, d, 12, 0, 0, 0, web.Zone(ctx))))
}

func listComma(ctx context.Context) string { return web.T(ctx, "directory.line.comma") }

func kindOptions(ctx context.Context, now Kind) []web.Option {
	var out []web.Option
	for _, k := range Kinds() {
		out = append(out, web.Option{Value: string(k), Label: kindWord(ctx, k), Checked: k == now})
	}
	return out
}

func audienceOptions(ctx context.Context, now string) []web.Option {
	var out []web.Option
	for _, a := range Audiences() {
		out = append(out, web.Option{Value: a, Label: audienceWord(ctx, a), Checked: a == now})
	}
	return out
}

func countryOptions(ctx context.Context, now string) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "directory.form.everywhere"), Checked: now == ""}}
	for _, c := range Countries(web.Lang(ctx)) {
		out = append(out, web.Option{Value: c.Code, Label: c.Name, Checked: c.Code == now})
	}
	return out
}

func pairOptions(ctx context.Context, f lineForm) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "directory.form.pair_none"), Checked: f.pairWith == ""}}
	for _, o := range f.others {
		out = append(out, web.Option{Value: string(o.ID), Label: o.Name, Checked: string(o.ID) == f.pairWith})
	}
	return out
}

func countryWord(ctx context.Context, code string) string {
	if code == "" {
		return web.T(ctx, "directory.form.everywhere")
	}
	return CountryName(web.Lang(ctx), code)
}

func retireBody(ctx context.Context, l Line) string {
	if l.Pair != "" {
		return web.T(ctx, "directory.retire.pair")
	}
	return web.T(ctx, "directory.retire.body")
}
