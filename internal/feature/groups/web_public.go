package groups

import (
	"net/http"
	"strconv"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/web"
)

// publicRoutes are the lists that programs of others read, and the page that says what
// is in them.
func (s *Service) publicRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/groups/calendar.ics", Need: permSee, Do: s.datesFile},
		{Method: "GET", Path: "/groups/meeting-guide.json", Need: permSee, Do: s.guideFile},
		{Method: "GET", Path: "/groups/lists", Need: permSee, Do: s.listsPage},
	}
}

func (s *Service) datesFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Dates(r.Context())
	if err != nil {
		return err
	}
	return give(w, r, calendar.ContentType, f)
}

// guideFile is read by pages of others too: anybody's page may ask for it.
func (s *Service) guideFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Guide(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	return give(w, r, "application/json; charset=utf-8", f)
}

// give writes a file, or says that the reader has it already.
func give(w http.ResponseWriter, r *http.Request, kind string, f File) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, no-cache") // what has become private is not kept by anybody on the way
	h.Set("ETag", f.Tag)
	if r.Header.Get("If-None-Match") == f.Tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(f.Body)))
	_, err := w.Write(f.Body)
	return err
}

// listsData is the page of the lists for other programs.
type listsData struct {
	Listed  int
	LeftOut []Unlisted
	Base    string
}

func (s *Service) listsPage(w http.ResponseWriter, r *http.Request) error {
	n, out, err := s.LeftOut(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listsView(listsData{Listed: n, LeftOut: out, Base: s.BaseURL}))
}
