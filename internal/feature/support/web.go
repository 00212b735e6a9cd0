package support

import (
	"net/http"
	"slices"
	"strconv"

	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Routes are the addresses of support.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/ask", Need: permSee, Do: s.askPage},
		{Method: "POST", Path: "/ask", Need: permAsk, Do: s.askPost},
		{Method: "POST", Path: "/hold", Need: permAsk, Do: s.holdPost},
		{Method: "GET", Path: "/wait", Need: permMine, Do: s.waitPage},
		{Method: "GET", Path: "/wait/stream", Need: permMine, Do: s.waitStream, Stream: true},
		{Method: "POST", Path: "/wait/describe", Need: permMine, Do: s.describePost},
		{Method: "POST", Path: "/wait/loosen", Need: permMine, Do: s.loosenPost},
		{Method: "POST", Path: "/wait/withdraw", Need: permMine, Do: s.withdrawPost},

		{Method: "GET", Path: "/talk/{id}/do/{act}", Need: permMine, Do: s.actPage},
		{Method: "POST", Path: "/talk/{id}/do/{act}", Need: permMine, Do: s.actPost},
		{Method: "GET", Path: "/talk/{id}/pass", Need: permWork, Do: s.passPage},
		{Method: "POST", Path: "/talk/{id}/pass", Need: permWork, Do: s.passPost},
		{Method: "POST", Path: "/talk/{id}/keep-it", Need: permWork, Do: s.keepItPost},
		{Method: "GET", Path: "/talk/{id}/ask-in", Need: permMine, Do: s.askInPage},
		{Method: "POST", Path: "/talk/{id}/ask-in", Need: permMine, Do: s.askInPost},
		{Method: "GET", Path: "/talk/{id}/join", Need: permBoard, Do: s.joinPage},
		{Method: "POST", Path: "/talk/{id}/join", Need: permBoard, Do: s.joinPost},
		{Method: "POST", Path: "/talk/{id}/leave-it", Need: permBoard, Do: s.leaveItPost},
		{Method: "POST", Path: "/talk/{id}/after", Need: permMine, Do: s.afterPost},
		{Method: "POST", Path: "/talk/{id}/debrief", Need: permWork, Do: s.debriefPost},
		{Method: "GET", Path: "/me/talks", Need: permMine, Do: s.talksPage},

		{Method: "GET", Path: "/calls", Need: permWork, Do: s.callPage},
		{Method: "POST", Path: "/calls", Need: permWork, Do: s.callPost},
		{Method: "GET", Path: "/calls/paper", Need: permWork, Do: s.paperPage},

		{Method: "GET", Path: "/shift", Need: shifts.PermWork, Do: s.shiftPage},
		{Method: "GET", Path: "/shift/stream", Need: shifts.PermWork, Do: s.shiftStream, Stream: true},
		{Method: "POST", Path: "/shift/start", Need: shifts.PermWork, Do: s.startPost},
		{Method: "POST", Path: "/shift/say", Need: shifts.PermWork, Do: s.sayPost},
		{Method: "GET", Path: "/shift/leave", Need: shifts.PermWork, Do: s.leavePage},
		{Method: "POST", Path: "/shift/leave", Need: shifts.PermWork, Do: s.leavePost},
		{Method: "POST", Path: "/shift/stop", Need: shifts.PermWork, Do: s.stopPost},
		{Method: "POST", Path: "/offer/{id}/accept", Need: permWork, Do: s.acceptPost},
		{Method: "POST", Path: "/offer/{id}/decline", Need: permWork, Do: s.declinePost},
		{Method: "POST", Path: "/offer/{id}/know", Need: permWork, Do: s.knowPost},

		{Method: "GET", Path: "/board", Need: permBoard, Do: s.boardPage},
		{Method: "GET", Path: "/board/stream", Need: permBoard, Do: s.boardStream, Stream: true},
		{Method: "POST", Path: "/board/take/{id}", Need: permBoard, Do: s.takePost},
		{Method: "POST", Path: "/board/truth/{id}", Need: permBoard, Do: s.truthPost},
		{Method: "POST", Path: "/board/checked/{id}", Need: permBoard, Do: s.checkedPost},
	}
}

// act runs a verb on the object in the address and leads on.
func act(w http.ResponseWriter, r *http.Request, verb func(a access.Actor, id moment.ID) (string, error)) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	to, err := verb(web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, to)
}

// choices is what an asking person can choose from.
type choices struct {
	Situations []people.Situation
	Identities []people.Situation
	Languages  []string
}

func (s *Service) choices(r *http.Request) (choices, error) {
	var c choices
	all, err := s.People.Situations(r.Context(), web.Lang(r.Context()))
	if err != nil {
		return c, err
	}
	for _, x := range all {
		switch {
		case x.Retired:
		case x.Kind == "identity":
			c.Identities = append(c.Identities, x)
		default:
			c.Situations = append(c.Situations, x)
		}
	}
	c.Languages, err = s.Spoken(r.Context())
	if lang := web.Lang(r.Context()); !slices.Contains(c.Languages, lang) {
		c.Languages = append(c.Languages, lang)
	}
	return c, err
}

// wantedOf reads what somebody looks for out of a form.
func wantedOf(r *http.Request) (Wanted, error) {
	form, err := web.Form(r)
	if err != nil {
		return Wanted{}, err
	}
	w := Wanted{Situations: form["situations"], Languages: form["languages"], Wishes: form["wishes"], Firm: form.Get("firm") == "yes", Words: form.Get("words")}
	if d := form.Get("distress"); d != "" {
		n, err := strconv.Atoi(d)
		if err != nil {
			n = -1
		}
		w.Distress = n
	}
	return w, nil
}

func (s *Service) caller(r *http.Request) Caller {
	ctx := r.Context()
	return Caller{Actor: web.Actor(ctx), Lang: web.Lang(ctx), Zone: web.Zone(ctx).String(), Label: people.DeviceLabel(r.Header.Get("User-Agent")), Address: web.Address(r)}
}

func (s *Service) askPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAsk(w, r, Wanted{}, nil, false)
}

func (s *Service) showAsk(w http.ResponseWriter, r *http.Request, typed Wanted, wrong error, help bool) error {
	st, err := s.Status(r.Context())
	if err != nil {
		return err
	}
	c, err := s.choices(r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, askPage(st, c, typed, wrong, help))
}

func (s *Service) askPost(w http.ResponseWriter, r *http.Request) error {
	return s.enterPost(w, r, s.Ask)
}

func (s *Service) holdPost(w http.ResponseWriter, r *http.Request) error {
	return s.enterPost(w, r, s.Hold)
}
