package home

import (
	"context"
	"net/http"

	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/web"
)

// Support is what the page asks of support.
type Support interface {
	Status(ctx context.Context) (support.Status, error)
	Place(ctx context.Context, a access.Actor) (*support.Place, error)
}

// Home is the edge.
type Home struct {
	Support Support
	// Demo leads to one-click sign-in; empty outside the demo.
	Demo string
}

// Routes are the addresses of the home page.
func (h Home) Routes() []web.Route {
	return []web.Route{{Method: "GET", Path: "/{$}", Need: access.Everybody(), Do: h.page}}
}

func (h Home) page(w http.ResponseWriter, r *http.Request) error {
	st, err := h.Support.Status(r.Context())
	if err != nil {
		return err
	}
	v := view{Status: st, Demo: h.Demo}
	if a := web.Actor(r.Context()); a.Known() {
		v.Works = a.Works()
		if v.Place, err = h.Support.Place(r.Context(), a); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, homePage(v))
}

// view is what the page shows.
type view struct {
	Status support.Status
	Place  *support.Place
	Works  bool
	Demo   string
}

// back tells where a person who waits or talks goes on.
func (v view) back() (href, key string) {
	if v.Place == nil {
		return "", ""
	}
	switch v.Place.Request.State {
	case support.Talking:
		return "/talk/" + string(v.Place.Request.Conversation), "home.back.talking"
	case support.Waiting, support.Offered:
		return "/wait", "home.back.waiting"
	case support.Held:
		return "/wait", "home.back.held"
	default:
	}
	return "", ""
}
