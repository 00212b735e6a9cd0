package support

import (
	"net/http"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func (s *Service) passPage(w http.ResponseWriter, r *http.Request) error {
	return s.showPass(w, r, "", "", nil)
}

func (s *Service) showPass(w http.ResponseWriter, r *http.Request, words, to string, wrong error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	h, err := s.HandingOver(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
	}
	return web.Render(w, r, status, passPage(id, h, words, to, wrong))
}

func (s *Service) passPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	to, known := moment.ParseID(form.Get("to"))
	if form.Get("to") != "" && !known {
		return fault.Hidden()
	}
	err = s.HandOver(r.Context(), web.Actor(r.Context()), id, to, form.Get("words"))
	if fault.Is(err, fault.Invalid) {
		return s.showPass(w, r, form.Get("words"), form.Get("to"), err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/talk/"+string(id))
}

func (s *Service) keepItPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		return "/talk/" + string(id), s.KeepIt(r.Context(), a, id)
	})
}

func (s *Service) askInPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	c, _, err := s.Contact(r.Context(), a, id)
	if err != nil {
		return err
	}
	if err := canEnd(a, c).Err(); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, companyPage(id, "ask-in", people.Card{}))
}

func (s *Service) askInPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		return "/talk/" + string(id), s.AskIn(r.Context(), a, id)
	})
}

func (s *Service) joinPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	c, err := s.MayJoin(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	cards, err := s.People.Cards(r.Context(), s.DB.Reader(), c.Peer)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, companyPage(id, "join", cards[c.Peer]))
}

func (s *Service) joinPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) {
		return "/talk/" + string(id), s.Join(r.Context(), a, id)
	})
}

func (s *Service) leaveItPost(w http.ResponseWriter, r *http.Request) error {
	return act(w, r, func(a access.Actor, id moment.ID) (string, error) { return "/board", s.LeaveIt(r.Context(), a, id) })
}
