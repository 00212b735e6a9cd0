package groups

import (
	"net/http"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// roundData is the page of a round.
type roundData struct {
	View
	Round
	Typed *Said
	Led   bool // somebody leads now
	Done  string
	Err   error
}

func (s *Service) roundPage(w http.ResponseWriter, r *http.Request) error {
	return s.showRound(w, r, roundData{Done: doneOf(r)})
}

func (s *Service) showRound(w http.ResponseWriter, r *http.Request, d roundData) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		if d.View, d.Round, err = s.Round(r.Context(), a, id); err != nil {
			return nil, err
		}
		lead, err := s.Lead.LeadNow(r.Context(), s.DB.Reader())
		d.Led = lead != ""
		return roundView(d), err
	})
}

func (s *Service) sayPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	x := Said{Went: form.Get("went"), Next: form.Get("next"), Shared: form.Get("shared") == "group"}
	held, err := s.Say(r.Context(), a, id, x, web.Lang(r.Context()))
	if err != nil {
		return s.showRound(w, r, roundData{Typed: &x, Err: err})
	}
	if held {
		return web.SeeOther(w, r, pathOf(id)+"/round?done="+doneHelp)
	}
	return web.SeeOther(w, r, pathOf(id)+"/round?done=saved")
}

func (s *Service) unsayPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	entry, err := part(r, "entry")
	if err != nil {
		return err
	}
	return settled(w, r, s.Unsay(r.Context(), a, id, entry), pathOf(id)+"/round?done=unsaid")
}

func (s *Service) heldPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	e, err := s.OpenHeld(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, heldView(e, e.Card.ID == web.Actor(r.Context()).Person))
}

func (s *Service) releasePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	return settled(w, r, s.Release(r.Context(), web.Actor(r.Context()), id), "/groups?done=released")
}

// touchData is the page of staying in touch with people of a group.
type touchData struct {
	TouchPage
	Name, Reach string
	Done        string
	Err         error
}

func (s *Service) touchPage(w http.ResponseWriter, r *http.Request) error {
	return s.showTouch(w, r, touchData{Done: doneOf(r)})
}

func (s *Service) showTouch(w http.ResponseWriter, r *http.Request, d touchData) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		d.TouchPage, err = s.TouchIn(r.Context(), a, id)
		return touchView(d), err
	})
}

// touchPost answers the same whoever was named.
func (s *Service) touchPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	d := touchData{Name: form.Get("name"), Reach: form.Get("reach")}
	if d.Err = s.WishTouch(r.Context(), a, id, d.Name, d.Reach); d.Err != nil {
		return s.showTouch(w, r, d)
	}
	return web.SeeOther(w, r, pathOf(id)+"/touch?done=wished")
}

func (s *Service) touchesPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Touches(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, touchesView(list, doneOf(r)))
}

func (s *Service) untouchPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	return settled(w, r, s.UnwishTouch(r.Context(), web.Actor(r.Context()), id), "/groups/touch?done=unwished")
}

// handoverData is the page of handing a group over.
type handoverData struct {
	View
	Could []Listed
	Done  string
	Err   error
}

func (s *Service) handoverPage(w http.ResponseWriter, r *http.Request) error {
	return s.showHandover(w, r, nil)
}

func (s *Service) showHandover(w http.ResponseWriter, r *http.Request, wrong error) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, wrong, func() (templ.Component, error) {
		v, could, err := s.MayHold(r.Context(), a, id)
		return handoverView(handoverData{v, could, doneOf(r), wrong}), err
	})
}

func (s *Service) offerPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	person, ok := moment.ParseID(form.Get("person"))
	if !ok {
		var p fault.Problems
		p.Add("person", "groups.error.choice")
		return s.showHandover(w, r, p.Err())
	}
	if err := s.Offer(r.Context(), a, id, person); err != nil {
		return s.showHandover(w, r, err)
	}
	return web.SeeOther(w, r, pathOf(id)+"/handover?done=offered")
}

// handoverPost answers an offer, takes one back, or takes on a group without anybody.
func (s *Service) handoverPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	ctx, to := r.Context(), pathOf(id)+"?done=saved"
	switch r.PathValue("act") {
	case "yes":
		err = s.AnswerOffer(ctx, a, id, true)
	case "no":
		err = s.AnswerOffer(ctx, a, id, false)
	case "back":
		to, err = pathOf(id)+"/handover", s.Unoffer(ctx, a, id)
	case "take":
		err = s.TakeOn(ctx, a, id)
	default:
		err = fault.Hidden()
	}
	return settled(w, r, err, to)
}

// typed is what stands in the form: what was typed, or what the actor said before.
func (d roundData) typed() Said {
	switch {
	case d.Typed != nil:
		return *d.Typed
	case d.Mine != nil:
		return d.Mine.Said
	}
	return Said{}
}
