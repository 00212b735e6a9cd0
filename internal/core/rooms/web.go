package rooms

import (
	"context"
	"net/http"

	"cairn/internal/core/chat"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Panels draws the text chat of a room for somebody in it.
type Panels interface {
	Panel(ctx context.Context, a access.Actor, id moment.ID, back string) (templ.Component, error)
}

// Routes are the addresses of rooms.
func (s *Service) Routes() []web.Route {
	out := []web.Route{
		{Method: "GET", Path: "/rooms/{kind}/{id}", Need: permDoor, Do: s.doorPage},
		{Method: "GET", Path: "/rooms/{kind}/{id}/updates", Need: permDoor, Do: s.doorUpdates, Stream: true},
		{Method: "POST", Path: "/rooms/{kind}/{id}/enter", Need: permEnter, Do: s.enterPost},
		{Method: "POST", Path: "/rooms/{kind}/{id}/call", Need: permEnter, Do: s.callPost},
		{Method: "GET", Path: "/room/{id}", Need: permEnter, Do: s.roomPage},
		{Method: "GET", Path: "/room/{id}/updates", Need: permEnter, Do: s.roomUpdates, Stream: true},
		{Method: "GET", Path: "/room/{id}/line/{identity}/{rest...}", Need: permEnter, Do: s.line, Stream: true},
		{Method: "POST", Path: "/room/{id}/seat/{seat}/{verb}", Need: permEnter, Do: s.seatPost},
		{Method: "POST", Path: "/room/{id}/question/{question}/{verb}", Need: permEnter, Do: s.questionPost},
	}
	for name, do := range s.verbs() {
		out = append(out, web.Route{Method: "POST", Path: "/room/{id}/" + name, Need: permEnter, Do: do})
	}
	return append(out, s.outsideRoutes()...)
}

func roomPath(id moment.ID) string { return "/room/" + string(id) }

// updatesPath is the live line of the page of a room. Of a page that was drawn for
// somebody outside it says so.
func updatesPath(v View) string {
	if v.Here() {
		return roomPath(v.ID) + "/updates"
	}
	return roomPath(v.ID) + "/updates?from=outside"
}

func doorPath(owner Ref) string { return "/rooms/" + owner.Kind + "/" + string(owner.ID) }

// DoorPath is where the door of the room of an owner is.
func DoorPath(owner Ref) string { return doorPath(owner) }

func ownerOf(r *http.Request) (Ref, error) {
	id, ok := moment.ParseID(r.PathValue("id"))
	if !ok {
		return Ref{}, fault.Hidden()
	}
	return Ref{Kind: r.PathValue("kind"), ID: id}, nil
}

// mayUse lets the page ask for camera, microphone and screen; every other page of the
// service asks for none, and none is asked for before somebody presses a button.
func mayUse(w http.ResponseWriter) {
	w.Header().Set("Permissions-Policy", "geolocation=(), camera=(self), microphone=(self), display-capture=(self), payment=(), usb=(), interest-cohort=(), browsing-topics=()")
}

// doorData is the page of a door.
type doorData struct {
	DoorView
	Entry  Entry
	Policy string
	Coming string // the identity that they will have when they enter from this page
	Err    error
	Left   bool // they have just gone out
}

func (s *Service) doorPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showDoor(w, r, doorData{Left: q.Get("left") != ""})
}

func (s *Service) showDoor(w http.ResponseWriter, r *http.Request, d doorData) error {
	mayUse(w)
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		owner, err := ownerOf(r)
		if err != nil {
			return nil, err
		}
		d.Policy, d.Coming = s.Media.Policy(), newIdentity()
		d.DoorView, err = s.Door(r.Context(), web.Actor(r.Context()), owner)
		return doorPage(d), err
	})
}

func (s *Service) doorUpdates(w http.ResponseWriter, r *http.Request) error {
	owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	v, err := s.Door(r.Context(), a, owner)
	if err != nil {
		return err
	}
	return web.KeepLive(w, r, s.Bus, append([]string{OwnerTopic(owner)}, v.Topics...), func(ctx context.Context) (web.Region, error) {
		v, err := s.Door(ctx, a, owner)
		return web.Region{ID: "door", Body: doorNow(doorData{DoorView: v})}, err
	})
}

func (s *Service) enterPost(w http.ResponseWriter, r *http.Request) error {
	owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	e := Entry{Listen: form.Get("as") == "listen", Hold: form.Get("hold") == "yes", Quiet: form.Get("quiet") == "yes", Agrees: form.Get("captions") == "yes", Identity: form.Get("line")}
	id, err := s.Enter(r.Context(), web.Actor(r.Context()), owner, e)
	if err != nil {
		return s.showDoor(w, r, doorData{Entry: e, Err: err})
	}
	to := roomPath(id)
	if form.Get("as") == "picture" {
		to += "?camera=on"
	}
	return web.SeeOther(w, r, to)
}

// callPost asks for a call, answers, or takes either back.
func (s *Service) callPost(w http.ResponseWriter, r *http.Request) error {
	owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if owner.Kind != TalkKind {
		return fault.Hidden()
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	switch form.Get("do") {
	case "ask":
		err = s.AskCall(ctx, a, owner.ID)
	case "yes", "no":
		err = s.AnswerCall(ctx, a, owner.ID, form.Get("do") == "yes")
	case "stop":
		err = s.StopCall(ctx, a, owner.ID)
	default:
		return fault.Hidden()
	}
	if err != nil {
		return s.showDoor(w, r, doorData{Err: err})
	}
	if do := form.Get("do"); do == "no" || do == "stop" {
		return web.SeeOther(w, r, "/talk/"+string(owner.ID))
	}
	return web.SeeOther(w, r, doorPath(owner))
}

// roomData is the page of a room.
type roomData struct {
	View
	Talk   templ.Component
	Policy string
	Camera bool // the camera goes on at once: they saw themselves at the door and chose so
	Err    error
	Typed  string
}

func (s *Service) roomPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showRoom(w, r, roomData{Camera: q.Get("camera") == "on"})
}

func (s *Service) showRoom(w http.ResponseWriter, r *http.Request, d roomData) error {
	mayUse(w)
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		id, err := web.PathID(r)
		if err != nil {
			return nil, err
		}
		a := web.Actor(r.Context())
		if d.View, err = s.Look(r.Context(), a, id); err != nil {
			return nil, err
		}
		d.Policy = s.Media.Policy()
		if d.Here() {
			if err := s.Seen(r.Context(), d.Me); err != nil {
				return nil, err
			}
			if !d.gathers() {
				return roomPage(d), nil
			}
			d.Talk, err = s.Panels.Panel(r.Context(), a, d.View.Talk, roomPath(id))
		}
		return roomPage(d), err
	})
}

func (s *Service) roomUpdates(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	a, outside := web.Actor(r.Context()), q.Get("from") == "outside"
	v, err := s.look(r.Context(), a, id)
	if err != nil {
		return err
	}
	return web.KeepLive(w, r, s.Bus, append([]string{Topic(id)}, v.Stand.Topics...), func(ctx context.Context) (web.Region, error) {
		v, err := s.look(ctx, a, id)
		if err == nil {
			err = s.Seen(ctx, v.Me)
		}
		body := roomNow(v)
		if outside && v.Here() {
			body = letIn(v)
		}
		return web.Region{ID: "room-now", Body: body}, err
	})
}

// Frame leads from the text chat of a room to the room.
func (s *Service) Frame() chat.Frame {
	return chat.Frame{Talk: func(w http.ResponseWriter, r *http.Request) error {
		talk, err := web.PathID(r)
		if err != nil {
			return err
		}
		id, err := s.OfTalk(r.Context(), web.Actor(r.Context()), talk)
		if err != nil {
			return err
		}
		return web.SeeOther(w, r, roomPath(id))
	}}
}
