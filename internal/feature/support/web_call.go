package support

import (
	"net/http"
	"strconv"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// callForm is the form for a contact by telephone or in person.
type callForm struct {
	Call
	Ended      string // as typed, in the reader's zone
	Minutes    string
	Situations []people.Situation
	Latest     []Call
	Saved      bool
	Err        error
}

// typedTime is how browsers send a day and a time.
const typedTime = "2006-01-02T15:04"

func (s *Service) callPage(w http.ResponseWriter, r *http.Request) error {
	f := callForm{Call: Call{Kind: "phone"}, Ended: s.Clock.Now().Std().In(web.Zone(r.Context())).Format(typedTime), Saved: r.URL.Query().Get("done") == "saved"}
	return s.showCall(w, r, f)
}

func (s *Service) showCall(w http.ResponseWriter, r *http.Request, f callForm) error {
	c, err := s.choices(r)
	if err != nil {
		return err
	}
	f.Situations = c.Situations
	if f.Latest, err = s.Calls(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	status := http.StatusOK
	if f.Err != nil {
		status = web.Status(f.Err)
	}
	return web.Render(w, r, status, callPage(f))
}

func (s *Service) callPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := callForm{Ended: form.Get("ended"), Minutes: form.Get("minutes")}
	f.Call = Call{Kind: form.Get("kind"), Situations: form["situations"], Outcome: form.Get("outcome"), Heavy: form.Get("heavy") == "yes", Concern: form.Get("concern") == "yes", Words: form.Get("words")}
	if at, err := time.ParseInLocation(typedTime, f.Ended, web.Zone(r.Context())); err == nil {
		f.EndedAt = moment.At(at)
	}
	f.Call.Minutes = tapped(f.Minutes, -1)
	f.Before, f.After = tapped(form.Get("before"), 0), tapped(form.Get("after"), 0)
	c, err := s.Log(r.Context(), web.Actor(r.Context()), f.Call)
	if fault.Is(err, fault.Invalid) {
		f.Err = err
		return s.showCall(w, r, f)
	}
	if err != nil {
		return err
	}
	if c.Concern {
		return web.SeeOther(w, r, "/cases/new?place="+string(c.ID))
	}
	return web.SeeOther(w, r, "/calls?done=saved")
}

// tapped reads a number; none means otherwise, and what is no number is out of bounds.
func tapped(s string, otherwise int) int {
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (s *Service) paperPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.choices(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, paperPage(c.Situations))
}
