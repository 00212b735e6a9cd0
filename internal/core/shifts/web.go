package shifts

import (
	"net/http"
	"net/url"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of the plan.
func (s *Service) Routes() []web.Route {
	run, own := PermRota, PermWork
	run.NoToken, own.NoToken = true, true
	return append(s.ceilingRoutes(), []web.Route{
		{Method: "GET", Path: "/rota", Need: PermWork, Do: s.rotaPage},
		{Method: "GET", Path: "/rota/mine", Need: PermWork, Do: s.minePage},
		{Method: "POST", Path: "/rota/feed", Need: own, Do: s.feedPost},
		{Method: "POST", Path: "/rota/feed/stop", Need: own, Do: s.feedStopPost},
		{Method: "GET", Path: "/rota/shift/{id}", Need: PermWork, Do: s.plannedPage},
		{Method: "POST", Path: "/rota/shift/{id}/take", Need: PermWork, Do: s.takePost},
		{Method: "POST", Path: "/rota/shift/{id}/drop", Need: PermWork, Do: s.dropPost},
		{Method: "POST", Path: "/rota/shift/{id}/swap", Need: PermWork, Do: s.swapPost},
		{Method: "POST", Path: "/rota/shift/{id}/stay", Need: PermWork, Do: s.stayPost},
		{Method: "POST", Path: "/rota/shift/{id}/offer", Need: PermWork, Do: s.offerPost},
		{Method: "POST", Path: "/rota/swap/{id}/take", Need: PermWork, Do: s.swapTakePost},
		{Method: "POST", Path: "/rota/exchange/{id}/accept", Need: PermWork, Do: s.acceptPost},
		{Method: "POST", Path: "/rota/exchange/{id}/close", Need: PermWork, Do: s.closePost},

		{Method: "GET", Path: "/rota/new", Need: run, Do: s.newPage},
		{Method: "POST", Path: "/rota/new", Need: run, Do: s.newPost},
		{Method: "POST", Path: "/rota/publish", Need: run, Do: s.publishWeekPost},
		{Method: "POST", Path: "/rota/shift/{id}/publish", Need: run, Do: s.publishPost},
		{Method: "POST", Path: "/rota/shift/{id}/cancel", Need: run, Do: s.cancelPost},
		{Method: "POST", Path: "/rota/shift/{id}/put", Need: run, Do: s.putPost},
		{Method: "POST", Path: "/rota/shift/{id}/off", Need: run, Do: s.offPost},
		{Method: "GET", Path: "/rota/on-call", Need: run, Do: s.onCallPage},
		{Method: "POST", Path: "/rota/on-call", Need: run, Do: s.onCallPost},
		{Method: "POST", Path: "/rota/on-call/{id}/end", Need: run, Do: s.endDutyPost},
		{Method: "GET", Path: "/rota/limits", Need: run, Do: s.limitsPage},
		{Method: "POST", Path: "/rota/limits", Need: run, Do: s.limitsPost},

		{Method: "GET", Path: "/calendar/{file}", Need: access.Everybody(), Do: s.feedFile, Counted: true},
	}...)
}

// weekIn gives the week of the address, or the present one, in the reader's zone.
func (s *Service) weekIn(r *http.Request) (calendar.Week, error) {
	query, err := web.Query(r)
	if err != nil {
		return calendar.Week{}, err
	}
	if week, ok := calendar.ParseWeek(query.Get("week")); ok {
		return week, nil
	}
	return calendar.WeekOf(s.Clock.Now().Std().In(web.Zone(r.Context()))), nil
}

func (s *Service) rotaPage(w http.ResponseWriter, r *http.Request) error {
	week, err := s.weekIn(r)
	if err != nil {
		return err
	}
	v, err := s.weekView(r, week)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, rotaView(v))
}

func (s *Service) minePage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.mine(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, mineView(v))
}

// feedPost shows the new address on the answer itself: it is nowhere else.
func (s *Service) feedPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	token, err := s.NewFeed(r.Context(), web.Actor(r.Context()), web.Lang(r.Context()))
	if err != nil {
		return err
	}
	v, err := s.mine(r)
	if err != nil {
		return err
	}
	v.address = s.BaseURL + calendar.Path(token)
	return web.Render(w, r, http.StatusOK, mineView(v))
}

func (s *Service) feedStopPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.StopFeed(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/rota/mine")
}

func (s *Service) feedFile(w http.ResponseWriter, r *http.Request) error {
	token, ok := calendar.TokenOf(r.PathValue("file"))
	if !ok {
		return fault.Hidden()
	}
	text, err := s.Feed(r.Context(), token)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", calendar.ContentType)
	_, err = w.Write([]byte(text)) //nolint:gosec // a calendar file, not a page
	return err
}

func (s *Service) plannedPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	v, err := s.plannedView(r, id, nil)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, plannedView(v))
}

// onShift runs a verb on the shift in the address and shows the shift again:
// what was refused is said on its page.
func (s *Service) onShift(w http.ResponseWriter, r *http.Request, verb func(a access.Actor, id moment.ID, form url.Values) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = verb(web.Actor(r.Context()), id, form)
	if err == nil {
		return web.SeeOther(w, r, "/rota/shift/"+string(id))
	}
	return s.refused(w, r, err, func() (templ.Component, error) {
		v, perr := s.plannedView(r, id, err)
		return plannedView(v), perr
	})
}

// refused shows a page again with what is wrong; what is no refusal passes.
func (s *Service) refused(w http.ResponseWriter, r *http.Request, err error, again func() (templ.Component, error)) error {
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
		return err
	}
	page, perr := again()
	if perr != nil {
		return err
	}
	return web.Render(w, r, web.Status(err), page)
}

func (s *Service) takePost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, form url.Values) error {
		return s.SignUp(r.Context(), a, id, form.Get("lead") == "yes", form.Get("anyway") == "yes")
	})
}

func (s *Service) dropPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, _ url.Values) error { return s.SignOff(r.Context(), a, id) })
}

func (s *Service) swapPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, _ url.Values) error { return s.AskSwap(r.Context(), a, id) })
}

func (s *Service) stayPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, _ url.Values) error { return s.StopSwap(r.Context(), a, id) })
}

func (s *Service) offerPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, _ moment.ID, form url.Values) error {
		return s.OfferExchange(r.Context(), a, moment.ID(form.Get("gives")), moment.ID(form.Get("wants")), form.Get("anyway") == "yes")
	})
}

func (s *Service) publishPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, _ url.Values) error { return s.Publish(r.Context(), a, id) })
}

func (s *Service) cancelPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	to := "/rota?week=" + url.QueryEscape(form.Get("week"))
	return s.then(w, r, to, s.CancelShift(r.Context(), web.Actor(r.Context()), id, form.Get("later") == "yes"))
}

func (s *Service) putPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, form url.Values) error {
		return s.PutIn(r.Context(), a, id, moment.ID(form.Get("person")), form.Get("lead") == "yes")
	})
}

func (s *Service) offPost(w http.ResponseWriter, r *http.Request) error {
	return s.onShift(w, r, func(a access.Actor, id moment.ID, form url.Values) error {
		return s.TakeOff(r.Context(), a, id, moment.ID(form.Get("person")))
	})
}

// then leads on after a verb that worked.
func (s *Service) then(w http.ResponseWriter, r *http.Request, to string, err error) error {
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, to)
}

// onPlan runs a verb on the thing in the address and shows the week again, with
// what was refused.
func (s *Service) onPlan(w http.ResponseWriter, r *http.Request, verb func(a access.Actor, id moment.ID, form url.Values) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	week, ok := calendar.ParseWeek(form.Get("week"))
	if !ok {
		week = calendar.WeekOf(s.Clock.Now().Std().In(web.Zone(r.Context())))
	}
	err = verb(web.Actor(r.Context()), id, form)
	if err == nil {
		return web.SeeOther(w, r, "/rota?week="+week.String())
	}
	return s.refused(w, r, err, func() (templ.Component, error) {
		v, perr := s.weekView(r, week)
		v.err = err
		return rotaView(v), perr
	})
}

func (s *Service) swapTakePost(w http.ResponseWriter, r *http.Request) error {
	return s.onPlan(w, r, func(a access.Actor, id moment.ID, form url.Values) error {
		return s.TakeSwap(r.Context(), a, id, form.Get("anyway") == "yes")
	})
}

func (s *Service) acceptPost(w http.ResponseWriter, r *http.Request) error {
	return s.onPlan(w, r, func(a access.Actor, id moment.ID, form url.Values) error {
		return s.AcceptExchange(r.Context(), a, id, form.Get("anyway") == "yes")
	})
}

func (s *Service) closePost(w http.ResponseWriter, r *http.Request) error {
	return s.onPlan(w, r, func(a access.Actor, id moment.ID, _ url.Values) error { return s.CloseExchange(r.Context(), a, id) })
}

func (s *Service) publishWeekPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	week, ok := calendar.ParseWeek(form.Get("week"))
	if !ok {
		return fault.New(fault.Invalid, "shifts.error.week")
	}
	_, err = s.PublishBetween(r.Context(), web.Actor(r.Context()), weekSpan(week, web.Zone(r.Context())))
	return s.then(w, r, "/rota?week="+week.String(), err)
}
