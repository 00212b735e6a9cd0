package shifts

import (
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// ceilingRoutes are the addresses of what protects a worker.
func (s *Service) ceilingRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/me/ledger", Need: PermWork, Do: s.ledgerPage},
		{Method: "GET", Path: "/ledger/{id}", Need: permLedger, Do: s.ledgerOfPage},
		{Method: "POST", Path: "/shift/limits", Need: PermWork, Do: s.ownLimitsPost},
		{Method: "POST", Path: "/shift/anyway", Need: PermWork, Do: s.anywayPost},
		{Method: "GET", Path: "/service/ceilings", Need: PermPlan, Do: s.ceilingsPage},
		{Method: "POST", Path: "/service/ceilings", Need: PermPlan, Do: s.ceilingsPost},
	}
}

// ledgerView is a ledger with what one may choose now.
type ledgerView struct {
	Ledger
	Own   bool
	On    bool
	Shift Shift
	Now   moment.Time
	Usual Ceilings
	Typed url.Values
	Err   error
}

func (s *Service) ledgerPage(w http.ResponseWriter, r *http.Request) error {
	return s.showLedger(w, r, web.Actor(r.Context()).Person, nil, nil)
}

func (s *Service) ledgerOfPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showLedger(w, r, id, nil, nil)
}

func (s *Service) showLedger(w http.ResponseWriter, r *http.Request, person moment.ID, typed url.Values, wrong error) error {
	ctx, a := r.Context(), web.Actor(r.Context())
	l, err := s.Carried(ctx, a, person)
	if err != nil {
		return err
	}
	v := ledgerView{Ledger: l, Own: a.Person == person, Now: s.Clock.Now(), Typed: typed, Err: wrong}
	if v.Usual, err = s.Ceilings(ctx, s.DB.Reader()); err != nil {
		return err
	}
	if v.Own {
		if v.Shift, v.On, err = s.Mine(ctx, s.DB.Reader(), person); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, ledgerPageView(v))
}

func (s *Service) ownLimitsPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	err = s.ChooseLimits(r.Context(), a, whole(form.Get("most")), whole(form.Get("minutes")))
	if fault.Is(err, fault.Invalid) {
		return s.showLedger(w, r, a.Person, form, err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/ledger")
}

// whole reads a number; what is none is out of all bounds.
func whole(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (s *Service) anywayPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.WorkAnyway(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/shift")
}

// ceilingField is one ceiling as its page shows it.
type ceilingField struct{ Name, Value string }

func (s *Service) ceilingsPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Ceilings(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, ceilingsView(fieldsOf(c), r.URL.Query().Get("done") == "saved", nil))
}

func fieldsOf(c Ceilings) []ceilingField {
	var out []ceilingField
	for _, x := range c.numbers() {
		out = append(out, ceilingField{x.name, strconv.Itoa(x.get())})
	}
	return out
}

func (s *Service) ceilingsPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	c := DefaultCeilings()
	var typed []ceilingField
	for _, x := range c.numbers() {
		x.set(whole(form.Get(x.name)))
		typed = append(typed, ceilingField{x.name, form.Get(x.name)})
	}
	err = s.SetCeilings(r.Context(), web.Actor(r.Context()), c)
	if fault.Is(err, fault.Invalid) {
		return web.Render(w, r, web.Status(err), ceilingsView(typed, false, err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/service/ceilings?done=saved")
}

// permLedger: their own ledger is at /me/ledger; another's is a supervisor's to see.
var permLedger = access.Permit("shifts.ledger", "Supervisors see what a worker has carried; the worker sees that they looked.", access.Supervisor)

// typedOr gives back what was typed and not taken.
func typedOr(v ledgerView, name, otherwise string) string {
	if v.Typed.Has(name) {
		return v.Typed.Get(name)
	}
	return otherwise
}
