package rooms

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

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
	return out
}

func roomPath(id moment.ID) string { return "/room/" + string(id) }

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
	Entry Entry
	Err   error
	Left  bool // they have just gone out
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
	e := Entry{Listen: form.Get("as") == "listen", Hold: form.Get("hold") == "yes", Quiet: form.Get("quiet") == "yes"}
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
	a := web.Actor(r.Context())
	v, err := s.look(r.Context(), a, id)
	if err != nil {
		return err
	}
	return web.KeepLive(w, r, s.Bus, append([]string{Topic(id)}, v.Stand.Topics...), func(ctx context.Context) (web.Region, error) {
		v, err := s.look(ctx, a, id)
		if err == nil {
			err = s.Seen(ctx, v.Me)
		}
		return web.Region{ID: "room-now", Body: roomNow(v)}, err
	})
}

// beat is how often a line says that its person is still there, and asks whether they
// still may be.
const beat = 12 * time.Second

// line leads a browser to the media server, and ends when the person is not in the
// room any more, with this identity.
func (s *Service) line(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a, identity := web.Actor(r.Context()), r.PathValue("identity")
	g, err := s.Line(r.Context(), a, id, identity)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		go s.keepLine(r.WithContext(ctx), stop, a, id, identity)
	}
	return s.Media.Signal(w, r.WithContext(ctx), r.PathValue("rest"), g)
}

func (s *Service) keepLine(r *http.Request, stop func(), a access.Actor, id moment.ID, identity string) {
	defer stop()
	ctx := r.Context()
	session := "session:" + string(a.Session)
	sub := s.Bus.Subscribe(Topic(id), session)
	defer sub.Close()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !web.StillSignedIn(r) {
				return
			}
			_ = s.SeenBy(ctx, a, id) // the database is away: the next beat says it
		case n := <-sub.C():
			if n.Topic == session {
				return
			}
		}
		if ctx.Err() == nil && !s.Stays(ctx, a, id, identity) {
			return
		}
	}
}

// do runs a verb on what the path names, and leads back to the room.
func (s *Service) do(w http.ResponseWriter, r *http.Request, f func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := f(r.Context(), web.Actor(r.Context()), id, form.Get); err != nil {
		return s.showRoom(w, r, roomData{Err: err, Typed: form.Get("caption") + form.Get("question")})
	}
	return web.SeeOther(w, r, roomPath(id))
}

type verb = func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error

// verbs are what somebody does in a room, by the last piece of the address.
func (s *Service) verbs() map[string]web.Handler {
	out := map[string]web.Handler{"leave": s.leavePost, "back": s.backPost}
	yes := func(form func(string) string) bool { return form("yes") == "yes" }
	for name, f := range map[string]verb{
		"hand": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.Raise(ctx, a, id, yes(form))
		},
		"listen": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.Listen(ctx, a, id, yes(form))
		},
		"lock": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.Lock(ctx, a, id, yes(form))
		},
		"door": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.KeepDoor(ctx, a, id, yes(form))
		},
		"hush": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.Hush(ctx, a, id, !yes(form))
		},
		"end": func(ctx context.Context, a access.Actor, id moment.ID, _ func(string) string) error {
			return s.End(ctx, a, id)
		},
		"round": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			if form("end") != "" {
				return s.EndRound(ctx, a, id)
			}
			return s.BeginRound(ctx, a, id, whole(form("minutes")))
		},
		"turn": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.EndTurn(ctx, a, id, whole(form("place")), form("pass") != "")
		},
		"caption": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.Caption(ctx, a, id, form("caption"))
		},
		"ask": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.Ask(ctx, a, id, form("question"))
		},
		"aside": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.GoAside(ctx, a, id, yes(form))
		},
	} {
		out[name] = func(w http.ResponseWriter, r *http.Request) error { return s.do(w, r, f) }
	}
	return out
}

// whole reads a whole number; what is none is -1, which every check refuses.
func whole(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (s *Service) leavePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	x, _, err := s.inside(r.Context(), s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	if err := s.Leave(r.Context(), a, id); err != nil {
		return err
	}
	if x.Mode == Aside {
		return web.SeeOther(w, r, roomPath(x.Parent))
	}
	return web.SeeOther(w, r, doorPath(x.Owner)+"?left=yes")
}

func (s *Service) backPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	parent, err := s.Back(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, roomPath(parent))
}

// seatPost is a verb of somebody who holds the room over a seat.
func (s *Service) seatPost(w http.ResponseWriter, r *http.Request) error {
	seat, ok := moment.ParseID(r.PathValue("seat"))
	if !ok {
		return fault.Hidden()
	}
	return s.do(w, r, func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
		yes := form("yes") == "yes"
		switch r.PathValue("verb") {
		case "admit":
			return s.Admit(ctx, a, id, seat, yes)
		case "hold":
			return s.Hold(ctx, a, id, seat, form("what"), yes)
		case "remove":
			return s.Remove(ctx, a, id, seat)
		case "lower":
			return s.Lower(ctx, a, id, seat)
		case "role":
			return s.GiveRole(ctx, a, id, seat, Role(form("role")), strings.TrimSpace(form("lang")))
		case "aside":
			return s.AskAside(ctx, a, id, seat, yes)
		}
		return fault.Hidden()
	})
}

// questionPost is a verb on a question of a webinar.
func (s *Service) questionPost(w http.ResponseWriter, r *http.Request) error {
	question, ok := moment.ParseID(r.PathValue("question"))
	if !ok {
		return fault.Hidden()
	}
	return s.do(w, r, func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
		switch r.PathValue("verb") {
		case "vote":
			return s.Vote(ctx, a, id, question, form("yes") == "yes")
		case "state":
			return s.Answered(ctx, a, id, question, form("state"))
		}
		return fault.Hidden()
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
