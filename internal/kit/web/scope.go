package web

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"cairn/internal/kit/access"
)

// scope is what the shell knows about one request. There is one value in the
// context, so that reading it costs one look-up.
type scope struct {
	site    *Site
	actor   access.Actor
	need    access.Permission // of the route
	lang    *tongue
	zone    *time.Location
	theme   string
	nonce   string
	id      string // request id
	address netip.Addr
	secure  bool
	api     bool
	gzip    bool
	back    string // where the look form returns to
	clips   int    // cairns drawn so far; keeps their ids apart
	quiet   bool   // asked by the service itself: nobody has done anything
}

type scopeKey struct{}

func scopeOf(ctx context.Context) *scope {
	sc, _ := ctx.Value(scopeKey{}).(*scope)
	return sc
}

func withScope(ctx context.Context, sc *scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, sc)
}

// changed puts a changed copy of the scope into the context.
func changed(ctx context.Context, change func(*scope)) context.Context {
	next := scope{}
	if sc := scopeOf(ctx); sc != nil {
		next = *sc
	}
	change(&next)
	return withScope(ctx, &next)
}

// Actor tells who is asking; a visitor outside a request.
func Actor(ctx context.Context) access.Actor {
	if sc := scopeOf(ctx); sc != nil {
		return sc.actor
	}
	return access.Actor{}
}

// WithActor is for tests and for work done in somebody's name.
func WithActor(ctx context.Context, a access.Actor) context.Context {
	return changed(ctx, func(sc *scope) { sc.actor = a })
}

// WithLook sets language and zone outside a request: mail, jobs, tests.
// What is not known falls back to English and UTC.
func WithLook(ctx context.Context, p Prefs) context.Context {
	return changed(ctx, func(sc *scope) {
		if words, err := loadedCatalog(); err == nil {
			sc.lang = words.tongue(p.Lang)
		}
		if z := zoneNamed(p.Zone); z != nil {
			sc.zone = z
		}
		sc.theme = p.Theme
	})
}

// Lang is the reader's language: "en", "es" or "ar".
func Lang(ctx context.Context) string { return tongueOf(ctx).code }

// Dir is "ltr" or "rtl".
func Dir(ctx context.Context) string { return tongueOf(ctx).dir }

// Zone is the reader's time zone.
func Zone(ctx context.Context) *time.Location {
	if sc := scopeOf(ctx); sc != nil && sc.zone != nil {
		return sc.zone
	}
	return time.UTC
}

// Nonce is this answer's nonce, for Turbo's progress bar only.
func Nonce(ctx context.Context) string {
	if sc := scopeOf(ctx); sc != nil {
		return sc.nonce
	}
	return ""
}

// RequestID names this request in the log and on the page of an inner error.
func RequestID(ctx context.Context) string {
	if sc := scopeOf(ctx); sc != nil {
		return sc.id
	}
	return ""
}

// ExitURL is the neutral page that the quick exit leads to.
func ExitURL(ctx context.Context) string {
	if sc := scopeOf(ctx); sc != nil && sc.site != nil {
		return sc.site.shell.ExitURL
	}
	return DefaultExitURL
}

// Address is the client's address as the trusted proxies tell it, without a
// port. It is for rate limits and must be hashed before it is kept.
func Address(r *http.Request) string {
	if sc := scopeOf(r.Context()); sc != nil && sc.address.IsValid() {
		return sc.address.String()
	}
	return clientAddress(r, nil).String()
}

// zoneBook keeps zones that were looked up: the files of the system are read once.
type zoneBook struct{ found sync.Map }

// named gives the zone, or nil when there is none of that name.
func (b *zoneBook) named(name string) *time.Location {
	if name == "" {
		return nil
	}
	if known, ok := b.found.Load(name); ok {
		if z, isZone := known.(*time.Location); isZone {
			return z
		}
	}
	z := zoneNamed(name)
	if z != nil {
		b.found.Store(name, z)
	}
	return z
}

// zoneNamed gives the zone or nil.
func zoneNamed(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return z
}
