package demo

import (
	"net/http"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// Routes are the demo's own addresses: one-click sign-in.
func (d *Demo) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/demo", Need: access.Everybody(), Do: d.page},
		{Method: "POST", Path: "/demo/as/{id}", Need: access.Everybody(), Do: d.as},
	}
}

func (d *Demo) page(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, castPage(d.players))
}

// as signs in as somebody of the cast, and nobody else.
func (d *Demo) as(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	for _, p := range d.players {
		if p.id != id || p.Scripted {
			continue
		}
		token, err := d.signIn(r.Context(), id)
		if err != nil {
			return err
		}
		web.SetSession(w, r, token, people.KeepFor)
		return web.SeeOther(w, r, p.lands())
	}
	return fault.Hidden()
}

// lands is where somebody begins.
func (p placed) lands() string {
	roles := access.Set(p.Roles...)
	switch {
	case p.Leads || roles.Has(access.Supervisor):
		return "/board"
	case roles.Has(access.Peer):
		return "/shift"
	case roles.Any(access.Set(access.Coordinator, access.Administrator)):
		return "/service"
	}
	return "/"
}

func castTone(p placed) string {
	if p.OnShift {
		return "moss"
	}
	return "4"
}
