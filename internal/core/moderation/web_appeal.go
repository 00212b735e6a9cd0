package moderation

import (
	"net/http"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

func (s *Service) appealDecidePost(w http.ResponseWriter, r *http.Request) error {
	report, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := actionOf(form)
	if err != nil {
		return err
	}
	v := fresh()
	v.Appeal, v.Answer = id, form.Get("answer")
	if v.Err = s.DecideAppeal(r.Context(), web.Actor(r.Context()), id, form.Get("stands"), v.Answer); v.Err != nil {
		return s.again(w, r, report, v)
	}
	return web.SeeOther(w, r, queuePath+"?done=decided")
}

// mineData is the page of what was decided about somebody.
type mineData struct {
	List  []Action
	At    moment.ID // the decision whose appeal was typed
	Typed string
	Asked bool
	Help  bool // something that they wrote sounds heavy
	Lines []web.CrisisLine
	Err   error
}

func (s *Service) minePage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showMine(w, r, mineData{Asked: q.Get("done") == "asked"})
}

func (s *Service) showMine(w http.ResponseWriter, r *http.Request, d mineData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		ctx := r.Context()
		var err error
		if d.List, err = s.Mine(ctx, web.Actor(ctx)); err != nil {
			return nil, err
		}
		d.Lines = s.Lines.BarLines(ctx)
		d.Help, err = s.heavy(ctx, s.DB.Reader(), append(waiting(d.List), d.Typed)...)
		return mineView(d), err
	})
}

func (s *Service) appealPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Appeal(r.Context(), web.Actor(r.Context()), id, form.Get("words")); err != nil {
		return s.showMine(w, r, mineData{At: id, Typed: form.Get("words"), Err: err})
	}
	return web.SeeOther(w, r, "/me/decisions?done=asked")
}

// partnerData is the page of who outside decides appeals.
type partnerData struct {
	Partner Partner
	Address string
	Mail    bool // somebody can be written to
	Typed   PartnerDraft
	Done    string
	Err     error
}

func (s *Service) partnerPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showPartner(w, r, partnerData{Done: q.Get("done"), Typed: PartnerDraft{Lang: web.Lang(r.Context())}})
}

func (s *Service) showPartner(w http.ResponseWriter, r *http.Request, d partnerData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		d.Partner, d.Address, err = s.Partner(r.Context(), web.Actor(r.Context()))
		d.Mail = s.HasMail()
		return partnerView(d), err
	})
}

func (s *Service) partnerPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	if form.Get("do") == "drop" {
		if err := s.DropPartner(r.Context(), a); err != nil {
			return err
		}
		return web.SeeOther(w, r, "/moderation/partner?done=dropped")
	}
	d := PartnerDraft{Name: form.Get("name"), Mail: form.Get("mail"), Lang: form.Get("lang")}
	if err := s.NamePartner(r.Context(), a, d); err != nil {
		return s.showPartner(w, r, partnerData{Typed: d, Err: err})
	}
	return web.SeeOther(w, r, "/moderation/partner?done=asked")
}

// lookPath begins the addresses of what a link opened.
const lookPath = "/second-look"

func keyOf(r *http.Request) Key { return Key(r.PathValue("key")) }

// secondDone is where a partner ends up.
func (s *Service) secondDone(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, secondDoneView(q.Get("done")))
}

// secondPage shows nothing of what a link is about, nor whether it is one: programs that
// look at mail follow addresses, and would use it up.
func (s *Service) secondPage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, secondView(keyOf(r), nil))
}

func (s *Service) secondPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	look, err := s.OpenLink(r.Context(), keyOf(r), web.Address(r))
	if err != nil {
		return web.Again(w, r, err, func() (templ.Component, error) { return secondView(keyOf(r), err), nil })
	}
	return web.SeeOther(w, r, lookPath+"/"+string(look))
}

func (s *Service) resendPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.Resend(r.Context(), keyOf(r), web.Address(r)); err != nil {
		return web.Again(w, r, err, func() (templ.Component, error) { return secondView(keyOf(r), err), nil })
	}
	return web.SeeOther(w, r, secondPath+"?done=sent")
}

// briefData is what a partner decides.
type briefData struct {
	Brief
	Key    Key
	Stands string
	Answer string
	Err    error
}

func (s *Service) lookPage(w http.ResponseWriter, r *http.Request) error {
	return s.showBrief(w, r, briefData{Key: keyOf(r)})
}

func (s *Service) showBrief(w http.ResponseWriter, r *http.Request, d briefData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		d.Brief, err = s.Brief(r.Context(), d.Key)
		return briefView(d), err
	})
}

func (s *Service) lookPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := briefData{Key: keyOf(r), Stands: form.Get("stands"), Answer: form.Get("answer")}
	done := "decided"
	switch form.Get("do") {
	case "yes", "no":
		done = form.Get("do")
		d.Err = s.Agree(r.Context(), d.Key, done == "yes")
	case "decide":
		d.Err = s.DecideOutside(r.Context(), d.Key, d.Stands, d.Answer)
	default:
		return fault.Hidden()
	}
	if d.Err != nil {
		return s.showBrief(w, r, d)
	}
	return web.SeeOther(w, r, secondPath+"?done="+done)
}
