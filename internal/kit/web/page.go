package web

import (
	"context"

	"github.com/a-h/templ"
)

// PageData is what a page says about itself to the shell.
type PageData struct {
	// Title stands before the service's name. It is seen by whoever looks over a
	// shoulder: nothing about mental health, nothing anybody wrote.
	Title string
	Place string // Key of the place this page belongs to
	// Private keeps the page out of Turbo's cache, so that Back shows nothing.
	Private bool
	Bare    bool // no masthead, places and footer: a conversation
	// NoPlaces leaves the places out: set-up, sign-in.
	NoPlaces bool
	// Refresh reloads after so many seconds where there is no JavaScript.
	Refresh int
	Head    templ.Component // more for <head>, such as Script("js/board.js")
	Main    string          // classes of <main>: "flush", "dense", "talk-main"
	Body    string          // classes of <body>: "talk"
}

// bodyClass leaves room for the places at the bottom of a phone.
func (p PageData) bodyClass(ctx context.Context) string {
	c := p.Body
	if !p.Bare && !p.NoPlaces {
		switch helping, working := placesOf(ctx); {
		case len(helping)+len(working) == 0:
		case len(helping) > 0 && len(working) > 0:
			c += " has-places has-work"
		default:
			c += " has-places"
		}
	}
	return c
}

func shellOf(ctx context.Context) Shell {
	if sc := scopeOf(ctx); sc != nil && sc.site != nil {
		return sc.site.shell
	}
	return Shell{Name: "Cairn", ExitURL: DefaultExitURL}
}

func themeAttr(ctx context.Context) string {
	if sc := scopeOf(ctx); sc != nil {
		return sc.theme
	}
	return ""
}

// keepsNothing tells whether this device is treated as shared. A visitor's is.
func keepsNothing(ctx context.Context) bool {
	a := Actor(ctx)
	return !a.Known() || a.Shared
}

func titleOf(ctx context.Context, p PageData) string {
	if p.Title == "" {
		return shellOf(ctx).Name
	}
	return T(ctx, "web.page.title", "title", p.Title, "name", shellOf(ctx).Name)
}

// placesOf gives the places for everybody and those of work. "find" is not
// among them: it stands in the masthead.
func placesOf(ctx context.Context) (helping, working []Place) {
	sh := shellOf(ctx)
	if sh.Places == nil {
		return nil, nil
	}
	for _, p := range sh.Places(ctx) {
		switch {
		case p.Work:
			working = append(working, p)
		case p.Key != "find":
			helping = append(helping, p)
		}
	}
	return helping, working
}

// label is the place's own words or the shell's.
func (p Place) label(ctx context.Context) string {
	if p.LabelKey == "" {
		return T(ctx, "web.place."+p.Key)
	}
	return T(ctx, p.LabelKey)
}

func findPlace(ctx context.Context) (Place, bool) {
	sh := shellOf(ctx)
	if sh.Places == nil {
		return Place{}, false
	}
	for _, p := range sh.Places(ctx) {
		if p.Key == "find" {
			return p, true
		}
	}
	return Place{}, false
}

// accountLinks are the links at the end of the masthead.
func accountLinks(ctx context.Context) []Link {
	if sh := shellOf(ctx); sh.Account != nil {
		return sh.Account(ctx)
	}
	if Actor(ctx).Known() {
		return []Link{{Href: "/me", LabelKey: "web.nav.me"}}
	}
	return []Link{{Href: "/sign-in", LabelKey: "web.nav.signin"}}
}

func crisisLines(ctx context.Context) []CrisisLine {
	if sh := shellOf(ctx); sh.Crisis != nil {
		return sh.Crisis(ctx)
	}
	return nil
}

// toldOf is what waits for the reader.
func toldOf(ctx context.Context) Told {
	if sh := shellOf(ctx); sh.Notices != nil {
		return sh.Notices(ctx)
	}
	return Told{}
}

// noticesHref is where everything stands that somebody was told.
const noticesHref = "/me/notices"

// lineWords says a line's number: "Emergency 000", "Night line 555 0100", "Text 555 0101".
func lineWords(ctx context.Context, l CrisisLine) string {
	switch l.Kind {
	case "emergency":
		return T(ctx, "web.crisis.emergency", "number", l.Number)
	case "text":
		return T(ctx, "web.crisis.text", "number", l.Number)
	}
	return T(ctx, "web.crisis.call", "name", l.Name, "number", l.Number)
}

// nearest is the line shown on a phone: one to call that is not the emergency number.
func nearest(lines []CrisisLine) int {
	for i, l := range lines {
		if l.Kind == "call" {
			return i
		}
	}
	return 0
}

// lookBack is where the language and theme switch returns to.
func lookBack(ctx context.Context) string {
	if sc := scopeOf(ctx); sc != nil && sc.back != "" {
		return sc.back
	}
	return "/"
}

// firstScripts come with every page; a test keeps them and the styles small.
var firstScripts = []string{"js/shell.js", "js/turn.js", "js/keep.js", "js/live.js", "js/draft.js", "js/countdown.js", "js/send.js"}

func htmlAttrs(ctx context.Context) templ.Attributes {
	a := templ.Attributes{}
	if t := themeAttr(ctx); t != "" {
		a["data-theme"] = t
	}
	if keepsNothing(ctx) {
		a["data-shared"] = true
	}
	if !Actor(ctx).Known() {
		a["data-zone"] = Zone(ctx).String()
	}
	return a
}

func current(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func chosen(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-pressed": "true"}
	}
	return templ.Attributes{"aria-pressed": "false"}
}
