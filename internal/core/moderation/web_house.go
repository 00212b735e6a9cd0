package moderation

import (
	"net/http"
	"strconv"

	"cairn/internal/core/safety"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

func (s *Service) housePage(w http.ResponseWriter, r *http.Request) error {
	versions, err := s.Houses(r.Context())
	if err != nil {
		return err
	}
	months, err := s.Months(r.Context())
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	d := houseData{Months: months, Versions: versions, Write: permHouse.Check(web.Actor(r.Context())) == nil, Done: q.Get("done") == "published"}
	if len(versions) > 0 {
		d.House = versions[0]
	}
	return web.Render(w, r, http.StatusOK, houseView(d))
}

// houseData is the page of the house agreement.
type houseData struct {
	House    House // Version 0: the one that comes with the program
	Versions []House
	Months   []Month
	Write    bool
	Done     bool
}

func (s *Service) versionPage(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 {
		return fault.Hidden()
	}
	versions, err := s.Houses(r.Context())
	if err != nil {
		return err
	}
	for _, h := range versions {
		if h.Version == n {
			return web.Render(w, r, http.StatusOK, versionView(h))
		}
	}
	if n == 0 {
		return web.Render(w, r, http.StatusOK, versionView(House{}))
	}
	return fault.Hidden()
}

func (s *Service) editHousePage(w http.ResponseWriter, r *http.Request) error {
	versions, err := s.Houses(r.Context())
	if err != nil {
		return err
	}
	d := editData{House: House{Words: map[string]string{}, Changed: map[string]string{}}}
	if len(versions) > 0 {
		d.Base, d.House.Words = versions[0].Version, versions[0].Words
	}
	return web.Render(w, r, http.StatusOK, editHouseView(d))
}

// editData is the form of a new version.
type editData struct {
	House House
	Base  int // the version it was written from; 0 for the one that comes with the program
	Err   error
}

func (s *Service) editHousePost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	base, err := strconv.Atoi(form.Get("base"))
	if err != nil || base < 0 {
		return fault.Hidden()
	}
	h := House{Words: map[string]string{}, Changed: map[string]string{}}
	for _, lang := range safety.Languages() {
		h.Words[lang], h.Changed[lang] = form.Get("words."+lang), form.Get("changed."+lang)
	}
	typed := h
	err = s.Publish(r.Context(), web.Actor(r.Context()), h, base)
	if web.ShownAgain(err) {
		return web.Render(w, r, web.Status(err), editHouseView(editData{House: typed, Base: base, Err: err}))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/house?done=published")
}
