package rooms

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

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
		"captions": func(ctx context.Context, a access.Actor, id moment.ID, form func(string) string) error {
			return s.AnswerCaptions(ctx, a, id, yes(form))
		},
		"captions-ask": func(ctx context.Context, a access.Actor, id moment.ID, _ func(string) string) error {
			return s.AskCaptions(ctx, a, id, web.Lang(ctx))
		},
		"captions-end": func(ctx context.Context, a access.Actor, id moment.ID, _ func(string) string) error {
			return s.EndCaptions(ctx, a, id)
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
	up, known, err := s.Back(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if !known {
		return web.SeeOther(w, r, doorPath(up.Owner))
	}
	return web.SeeOther(w, r, roomPath(up.ID))
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
