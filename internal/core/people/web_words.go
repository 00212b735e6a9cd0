package people

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// plainTyping keeps keyboards from correcting code words.
func plainTyping() templ.Attributes {
	return templ.Attributes{"autocapitalize": "none", "spellcheck": "false", "autocorrect": "off", "dir": "ltr"}
}

// about tells a screen reader which of several like buttons this is.
func about(what string) templ.Attributes { return templ.Attributes{"aria-description": what} }

func signInName(ctx context.Context, mail bool) string {
	if mail {
		return web.T(ctx, "people.signin.name_or_email")
	}
	return web.T(ctx, "people.signin.name")
}

func nameOrGone(ctx context.Context, name string) string {
	if name == "" {
		return web.T(ctx, "people.by.gone")
	}
	return name
}

func labelOr(ctx context.Context, label string) string {
	if label == "" {
		return web.T(ctx, "people.sessions.unknown")
	}
	return label
}

// upperFirst begins a label that stands alone with a capital.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// whatWords says what was opened or changed, by the kind of thing.
func whatWords(ctx context.Context, x Opening) string {
	key := "people.thing.other"
	for _, kind := range []string{"request", "conversation", "offer", "account", "person", "words", "post", "author", "appeal"} {
		if x.Kind == kind {
			key = "people.thing." + kind
		}
	}
	verb := x.Verb[strings.IndexByte(x.Verb, '.')+1:]
	if strings.HasPrefix(verb, "read") || strings.HasPrefix(verb, "open") {
		return web.T(ctx, "people.opened.read", "thing", web.T(ctx, key))
	}
	return web.T(ctx, "people.opened.changed", "thing", web.T(ctx, key))
}

// ownHint says where words of one's own stand.
func ownHint(ctx context.Context, o ownLine) string {
	if o.Suggested {
		return web.T(ctx, "people.own.waits")
	}
	return web.T(ctx, "people.own.yours")
}
