package admin

import (
	"net/http"
	"net/url"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// The steps of set-up. What was typed travels along in the form, so that there
// is nothing to keep before there is anybody to keep it for.
const (
	stepCode    = "code"
	stepService = "service"
	stepAccount = "account"
)

// setUpPage is one step with all that was typed so far.
type setUpPage struct {
	step      string
	code      string
	about     About
	pseudonym string
	err       error
}

func (s *Service) setUpStart(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayStart(r.Context()); err != nil {
		return err
	}
	query, err := web.Query(r)
	if err != nil {
		return err
	}
	p := setUpPage{step: stepCode, code: query.Get("code")}
	if p.code != "" {
		p.err = s.checkCode(r.Context(), s.DB.Reader(), p.code)
		if p.err == nil {
			p.step = stepService
			p.about = About{Languages: []string{web.Lang(r.Context())}}
		} else if !fault.Is(p.err, fault.Invalid) {
			return p.err
		}
	}
	return web.Render(w, r, web.Status(p.err), setUpView(p))
}

func (s *Service) setUpStep(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayStart(r.Context()); err != nil {
		return err
	}
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := setUpPage{step: v.Get("step"), code: v.Get("code"), about: aboutFrom(v), pseudonym: v.Get("name")}
	if p.err = s.checkCode(r.Context(), s.DB.Reader(), p.code); p.err != nil {
		p.step = stepCode
		return s.answer(w, r, p)
	}
	switch {
	case p.step == stepAccount && v.Get("to") == stepService:
		p.step = stepService
	case p.step == stepAccount:
		return s.finish(w, r, p, v.Get("password"))
	case p.step == stepService:
		if p.err = p.about.Tidy().Validate(); p.err == nil {
			p.step = stepAccount
		}
	default:
		p.step = stepService
		if len(p.about.Languages) == 0 {
			p.about.Languages = []string{web.Lang(r.Context())}
		}
	}
	return s.answer(w, r, p)
}

// answer shows a step, with what is wrong if something is.
func (s *Service) answer(w http.ResponseWriter, r *http.Request, p setUpPage) error {
	if p.err != nil && !fault.Is(p.err, fault.Invalid) {
		return p.err
	}
	return web.Render(w, r, web.Status(p.err), setUpView(p))
}

func (s *Service) finish(w http.ResponseWriter, r *http.Request, p setUpPage, password string) error {
	done, err := s.SetUp(r.Context(), SetUp{Code: p.code, About: p.about, Pseudonym: p.pseudonym, Password: password, Lang: web.Lang(r.Context())})
	if err != nil {
		p.err = err
		if web.Problem(r.Context(), err, "service")+web.Problem(r.Context(), err, "country")+web.Problem(r.Context(), err, "zone") != "" {
			p.step = stepService
		}
		return s.answer(w, r, p)
	}
	web.SetSession(w, r, done.Token, 0)
	return web.Render(w, r, http.StatusOK, doneView(done.Codes))
}

func aboutFrom(v url.Values) About {
	return About{Name: v.Get("service"), Country: v.Get("country"), Zone: v.Get("zone"), Languages: v["languages"]}
}
