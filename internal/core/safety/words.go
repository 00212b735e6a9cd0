package safety

import (
	"context"
	"strconv"

	"cairn/internal/kit/web"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Sentence says in the reader's language how a condition stands.
func (c Condition) Sentence(ctx context.Context) string {
	return web.T(ctx, "safety.ready."+c.Key+"."+c.State, c.Args...)
}

// LanguageName is a language's name in the reader's language.
func LanguageName(ctx context.Context, lang string) string {
	return display.Tags(language.Make(web.Lang(ctx))).Name(language.Make(lang))
}

func changeWord(ctx context.Context, c Change) string {
	return web.T(ctx, "safety.change."+string(c.Kind), "heading", c.Heading)
}

func versionHref(name string, n int) string { return "/policy?" + name + "=" + strconv.Itoa(n) }

func langOptions(ctx context.Context, now string) []web.Option {
	var out []web.Option
	for _, l := range Languages() {
		out = append(out, web.Option{Value: l, Label: LanguageName(ctx, l), Checked: l == now})
	}
	return out
}

// ofLang gives the phrases of one language.
func ofLang(list []Phrase, lang string) []Phrase {
	var out []Phrase
	for _, p := range list {
		if p.Lang == lang {
			out = append(out, p)
		}
	}
	return out
}
