package admin

import (
	"context"
	"strings"
	"time"

	"cairn/internal/core/directory"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"strconv"
)

func countryOptions(ctx context.Context, now string) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "admin.about.country_none"), Checked: now == ""}}
	for _, c := range directory.Countries(web.Lang(ctx)) {
		out = append(out, web.Option{Value: c.Code, Label: c.Name, Checked: c.Code == now})
	}
	return out
}

func languageOptions(ctx context.Context, now []string) []web.Option {
	chosen := map[string]bool{}
	for _, l := range now {
		chosen[l] = true
	}
	var out []web.Option
	for _, l := range safety.Languages() {
		out = append(out, web.Option{Value: l, Label: safety.LanguageName(ctx, l), Checked: chosen[l]})
	}
	return out
}

func languageWords(ctx context.Context, list []string) string {
	names := make([]string, 0, len(list))
	for _, l := range list {
		names = append(names, safety.LanguageName(ctx, l))
	}
	return strings.Join(names, web.T(ctx, "admin.words.comma"))
}

func cardOptions(ctx context.Context, list []people.Card, now moment.ID) []web.Option {
	out := []web.Option{{Value: "", Label: web.T(ctx, "admin.words.choose"), Checked: now == ""}}
	for _, c := range list {
		out = append(out, web.Option{Value: string(c.ID), Label: c.Name, Checked: c.ID == now})
	}
	return out
}

func dayWord(ctx context.Context, d time.Weekday) string {
	return web.T(ctx, "web.weekday."+strconv.Itoa(int(d)))
}

// hoursLine says one opening in words.
func hoursLine(ctx context.Context, h shifts.Hours) string {
	return web.T(ctx, "admin.hours.line", "day", dayWord(ctx, h.Weekday), "opens", clockText(h.Opens), "closes", clockText(h.Closes))
}

// gapLine says one shift and what it lacks.
func gapLine(ctx context.Context, g shifts.Gap) string {
	return web.T(ctx, "admin.plan.line", "when", shifts.When(ctx, g.Planned), "lacks", strings.Join(shifts.Lacks(ctx, g), web.T(ctx, "admin.words.comma")))
}

func sizeOptions(ctx context.Context, small bool) []web.Option {
	return []web.Option{
		{Value: "team", Label: web.T(ctx, "admin.people.team"), Hint: web.T(ctx, "admin.people.team_hint"), Checked: !small},
		{Value: "small", Label: web.T(ctx, "admin.people.small"), Hint: web.T(ctx, "admin.people.small_hint"), Checked: small},
	}
}

func peopleLine(ctx context.Context, p overviewPage) string {
	if p.minimum == 1 {
		return web.T(ctx, "admin.people.line_small", "name", p.second)
	}
	return web.T(ctx, "admin.people.line", "n", p.minimum)
}

// dirOf is the direction of a language's script.
func dirOf(lang string) string {
	return web.Dir(web.WithLook(context.Background(), web.Prefs{Lang: lang}))
}

func orNone(ctx context.Context, text string) string {
	if text == "" {
		return web.T(ctx, "admin.words.none")
	}
	return text
}
