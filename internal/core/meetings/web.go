package meetings

import (
	"net/http"
	"strconv"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of meetings.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/meeting/{id}", Need: permLook, Do: s.meetingPage},
		{Method: "GET", Path: "/meeting/{id}/date.ics", Need: permLook, Do: s.datePage},
		{Method: "GET", Path: "/meeting/{id}/updates", Need: permLook, Do: s.updates, Stream: true},
		{Method: "POST", Path: "/meeting/{id}/answer", Need: permAnswer, Do: s.answerPost},
		{Method: "POST", Path: "/meeting/{id}/sign-up", Need: permSignUp, Do: s.signUpPost},
		{Method: "GET", Path: "/place/{token}", Need: permSignUp, Do: s.placePage},
		{Method: "POST", Path: "/place/{token}/give-up", Need: permSignUp, Do: s.giveUpPost},
		{Method: "POST", Path: "/place/{token}/enter", Need: permSignUp, Do: s.comeByPost},
		{Method: "POST", Path: "/meeting/{id}/here", Need: permHold, Do: s.herePost},
		{Method: "POST", Path: "/meeting/{id}/leave", Need: permHold, Do: s.leavePost},
		{Method: "POST", Path: "/meeting/{id}/step", Need: permHold, Do: s.stepPost},
		{Method: "POST", Path: "/meeting/{id}/say", Need: permHold, Do: s.sayPost},
		{Method: "POST", Path: "/meeting/{id}/free/{answer}", Need: permHold, Do: s.freePost},
		{Method: "POST", Path: "/meeting/{id}/count", Need: permHold, Do: s.countPost},
		{Method: "GET", Path: "/meeting/{id}/move", Need: permHold, Do: s.movePage},
		{Method: "POST", Path: "/meeting/{id}/move", Need: permHold, Do: s.movePost},
		{Method: "GET", Path: "/meeting/{id}/cancel", Need: permHold, Do: s.cancelPage},
		{Method: "POST", Path: "/meeting/{id}/cancel", Need: permHold, Do: s.cancelPost},
		{Method: "POST", Path: "/meeting/{id}/restore", Need: permHold, Do: s.restorePost},
		{Method: "GET", Path: "/meeting/{id}/change", Need: permHold, Do: s.changePage},
		{Method: "POST", Path: "/meeting/{id}/change", Need: permHold, Do: s.changePost},
		{Method: "GET", Path: "/series/new", Need: permHold, Do: s.newPage},
		{Method: "POST", Path: "/series/new", Need: permHold, Do: s.newPost},
		{Method: "GET", Path: "/series/import", Need: permHold, Do: s.importPage},
		{Method: "POST", Path: "/series/import", Need: permHold, Do: s.importPost, MaxBody: importBody},
		{Method: "GET", Path: "/series/{id}", Need: permLook, Do: s.seriesPage},
		{Method: "GET", Path: "/series/{id}/end", Need: permHold, Do: s.endPage},
		{Method: "POST", Path: "/series/{id}/end", Need: permHold, Do: s.endPost},
		{Method: "GET", Path: "/my-calendar", Need: permAnswer, Do: s.feedPage},
		{Method: "POST", Path: "/my-calendar", Need: permAnswer, Do: s.feedPost},
		{Method: "POST", Path: "/my-calendar/stop", Need: permAnswer, Do: s.feedStopPost},
	}
}

// meetingData is the page of a meeting.
type meetingData struct {
	View
	How   string // as typed
	Typed Asked
	Key   string // of the form of who has no account
	Err   error
	Done  string
}

func (s *Service) meetingPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showMeeting(w, r, meetingData{Done: q.Get("done")})
}

func (s *Service) showMeeting(w http.ResponseWriter, r *http.Request, d meetingData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		id, err := web.PathID(r)
		if err != nil {
			return nil, err
		}
		d.View, err = s.Look(r.Context(), web.Actor(r.Context()), id)
		if d.Key == "" {
			d.Key = NewKey()
		}
		if d.Err == nil {
			d.Typed, d.How = d.Mine.Asked, string(d.Mine.How)
			if d.Said && d.Mine.State == Not {
				d.How = "no"
			}
		}
		return meetingView(d), err
	})
}

// updates keeps the page of a meeting that is near in step.
func (s *Service) updates(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	if _, err := s.lookDoor(r.Context(), a, id); err != nil {
		return err
	}
	return s.live(w, r, id)
}

// verb runs a verb on what the path names, and leads back to the meeting.
func (s *Service) verb(w http.ResponseWriter, r *http.Request, done string, do func(id moment.ID) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := do(id); err != nil {
		return s.showMeeting(w, r, meetingData{Err: err})
	}
	return web.SeeOther(w, r, meetingPath(id)+"?done="+done)
}

func askedOf(r *http.Request, form map[string][]string) Asked {
	first := func(name string) string {
		if v := form[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	return Asked{Name: first("name"), Mail: first("mail"), Needs: form["needs"], Words: first("words"), Lang: web.Lang(r.Context())}
}

func (s *Service) answerPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := meetingData{How: form.Get("how"), Typed: askedOf(r, form)}
	how := How(d.How)
	switch d.How {
	case "room", "online":
	case "no":
		how = ""
	default:
		var p fault.Problems
		p.Add("how", "meetings.error.choose")
		d.Err = p.Err()
		return s.showMeeting(w, r, d)
	}
	state, err := s.Answer(r.Context(), web.Actor(r.Context()), id, how, d.Typed)
	if err != nil {
		d.Err = err
		return s.showMeeting(w, r, d)
	}
	return web.SeeOther(w, r, meetingPath(id)+"?done="+string(state)+"#answer")
}

func (s *Service) signUpPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := meetingData{How: form.Get("how"), Typed: askedOf(r, form), Key: form.Get("key")}
	token, err := s.SignUp(r.Context(), web.Actor(r.Context()), id, How(d.How), d.Typed, From{Address: web.Address(r), Key: d.Key})
	if err != nil {
		d.Err = err
		return s.showMeeting(w, r, d)
	}
	return web.SeeOther(w, r, placePath(token))
}

func placePath(t Token) string { return "/place/" + string(t) }

func (s *Service) freePost(w http.ResponseWriter, r *http.Request) error {
	answer, ok := moment.ParseID(r.PathValue("answer"))
	if !ok {
		return fault.Hidden()
	}
	return s.verb(w, r, "freed", func(id moment.ID) error { return s.Free(r.Context(), web.Actor(r.Context()), id, answer) })
}

func (s *Service) placePage(w http.ResponseWriter, r *http.Request) error {
	return s.showPlace(w, r, nil)
}

func (s *Service) showPlace(w http.ResponseWriter, r *http.Request, wrong error) error {
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		token := Token(r.PathValue("token"))
		p, err := s.PlaceBy(r.Context(), token)
		return placeView(p, token, wrong), err
	})
}

func (s *Service) giveUpPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	token := Token(r.PathValue("token"))
	if err := s.GiveUp(r.Context(), web.Actor(r.Context()), token); err != nil {
		return s.showPlace(w, r, err)
	}
	return web.SeeOther(w, r, placePath(token))
}

func (s *Service) herePost(w http.ResponseWriter, r *http.Request) error {
	return s.verb(w, r, "here", func(id moment.ID) error { return s.BeHere(r.Context(), web.Actor(r.Context()), id) })
}

func (s *Service) leavePost(w http.ResponseWriter, r *http.Request) error {
	return s.verb(w, r, "left", func(id moment.ID) error { return s.Leave(r.Context(), web.Actor(r.Context()), id) })
}

func (s *Service) stepPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	can := form.Get("can") == "yes"
	return s.verb(w, r, "step", func(id moment.ID) error { return s.Step(r.Context(), web.Actor(r.Context()), id, can) })
}

func (s *Service) sayPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	return s.verb(w, r, "said", func(id moment.ID) error {
		return s.Say(r.Context(), web.Actor(r.Context()), id, form.Get("words"))
	})
}

func (s *Service) countPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	came := map[moment.ID]bool{}
	for _, x := range form["came"] {
		came[moment.ID(x)] = true
	}
	return s.verb(w, r, "counted", func(id moment.ID) error {
		return s.Count(r.Context(), web.Actor(r.Context()), id, came, number(form.Get("others"), 0))
	})
}

func (s *Service) restorePost(w http.ResponseWriter, r *http.Request) error {
	return s.verb(w, r, "restored", func(id moment.ID) error { return s.Restore(r.Context(), web.Actor(r.Context()), id) })
}

// number reads a whole number; nothing is what is given, and what is none is -1,
// which every check refuses.
func number(s string, none int) int {
	if s == "" {
		return none
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// datePage gives one meeting as a file for a calendar, to whoever sees it.
func (s *Service) datePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	x, m, _, err := s.facing(r.Context(), s.DB.Reader(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	e := s.one(x, m)
	e.UID = string(m.ID)
	w.Header().Set("Content-Type", calendar.ContentType)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(calendar.File([]calendar.Event{e}))) //nolint:gosec // a calendar file, escaped as one
	return err
}

func refOf(kind, id string) (Ref, error) {
	if kind == "" && id == "" {
		return Ref{}, nil
	}
	owner, ok := moment.ParseID(id)
	if !ok {
		return Ref{}, fault.Hidden()
	}
	return Ref{Kind: kind, ID: owner}, nil
}

// feedData is the page of one's calendar addresses.
type feedData struct {
	Owner   Ref
	Stand   Stand
	Since   moment.Time
	Address string
}

func (s *Service) feedPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showFeed(w, r, q.Get("kind"), q.Get("owner"), "")
}

func (s *Service) showFeed(w http.ResponseWriter, r *http.Request, kind, id, address string) error {
	owner, err := refOf(kind, id)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	d := feedData{Owner: owner, Address: address}
	if owner != (Ref{}) {
		if d.Stand, err = s.stands(r.Context(), s.DB.Reader(), a, owner); err != nil {
			return err
		}
	}
	if d.Since, err = s.HasFeed(r.Context(), a, owner); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, feedView(d))
}

// feedPost shows the new address once.
func (s *Service) feedPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	owner, err := refOf(form.Get("kind"), form.Get("owner"))
	if err != nil {
		return err
	}
	token, err := s.NewFeed(r.Context(), web.Actor(r.Context()), owner, web.Lang(r.Context()))
	if err != nil {
		return err
	}
	return s.showFeed(w, r, form.Get("kind"), form.Get("owner"), s.BaseURL+calendar.Path(token))
}

func (s *Service) feedStopPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	owner, err := refOf(form.Get("kind"), form.Get("owner"))
	if err != nil {
		return err
	}
	if err := s.StopFeed(r.Context(), web.Actor(r.Context()), owner); err != nil {
		return err
	}
	return web.SeeOther(w, r, feedHref(owner))
}
