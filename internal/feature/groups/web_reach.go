package groups

import (
	"net/http"
	"strings"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// posterPage is for printing: with the group's name, or with its quiet one.
func (s *Service) posterPage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	v, err := s.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	list, err := s.Meetings.Coming(r.Context(), s.DB.Reader(), a, id, 4)
	if err != nil {
		return err
	}
	quiet := q.Get("quiet") == "yes"
	address := s.BaseURL + "/groups/" + v.Slug
	if quiet {
		address = s.BaseURL + pathOf(id)
	}
	return web.Render(w, r, http.StatusOK, posterView(posterData{v, list, address, quiet}))
}

type posterData struct {
	View
	Coming  []Gathering
	Address string
	Quiet   bool
}

// shown is the name on the poster.
func (d posterData) shown() string {
	if d.Quiet {
		return d.View.Quiet
	}
	return d.Name
}

// outreachData is the page of what came of an event.
type outreachData struct {
	View
	Typed Contact
	Rows  []Contact
	Key   moment.ID
	Done  string
	Err   error
}

func (s *Service) outreachPage(w http.ResponseWriter, r *http.Request) error {
	return s.showOutreach(w, r, outreachData{Done: doneOf(r), Key: moment.NewID()})
}

func (s *Service) showOutreach(w http.ResponseWriter, r *http.Request, d outreachData) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		if d.View, d.Rows, err = s.Contacts(r.Context(), a, id); err != nil {
			return nil, err
		}
		if d.Typed.Day == "" {
			d.Typed.Day = s.today(d.Group).String()
		}
		return outreachView(d), nil
	})
}

func (s *Service) countPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	c := Contact{Day: form.Get("day"), Talks: number(form.Get("talks")), Given: number(form.Get("given")), Signed: number(form.Get("signed")), Referred: number(form.Get("referred")), Note: form.Get("note")}
	key, ok := moment.ParseID(form.Get("key"))
	if !ok {
		key = moment.NewID()
	}
	if err := s.Count(r.Context(), a, id, key, c); err != nil {
		return s.showOutreach(w, r, outreachData{Typed: c, Key: key, Err: err})
	}
	return web.SeeOther(w, r, pathOf(id)+"/outreach?done=saved")
}

func (s *Service) uncountPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	contact, err := part(r, "contact")
	if err != nil {
		return err
	}
	return settled(w, r, s.Uncount(r.Context(), a, id, contact), pathOf(id)+"/outreach?done=saved")
}

// kitData is the page of a talk kit.
type kitData struct {
	View
	Sheets []Sheet
	Sheet  Sheet // what was typed
	Done   string
	Err    error
}

func (s *Service) kitPage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	v, list, err := s.Kit(r.Context(), a, id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, kitView(kitData{View: v, Sheets: list}))
}

func (s *Service) kitEditPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	sheet, _ := moment.ParseID(q.Get("sheet"))
	return s.showKit(w, r, kitData{Sheet: Sheet{ID: sheet}, Done: q.Get("done")})
}

func (s *Service) showKit(w http.ResponseWriter, r *http.Request, d kitData) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		if d.View, d.Sheets, err = s.Kit(r.Context(), a, id); err != nil {
			return nil, err
		}
		if err := canFacilitate(d.stand).Err(); err != nil {
			return nil, err
		}
		for _, x := range d.Sheets {
			if x.ID == d.Sheet.ID && d.Err == nil {
				d.Sheet = x
			}
		}
		return kitEditView(d), nil
	})
}

func (s *Service) sheetPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	x := Sheet{Title: form.Get("title"), Words: form.Get("words"), Links: strings.Split(form.Get("links"), "\n")}
	x.ID, _ = moment.ParseID(form.Get("sheet"))
	if err := s.PutSheet(r.Context(), a, id, x); err != nil {
		return s.showKit(w, r, kitData{Sheet: x, Err: err})
	}
	return web.SeeOther(w, r, pathOf(id)+"/kit/edit?done=saved")
}

func (s *Service) unsheetPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	sheet, err := part(r, "sheet")
	if err != nil {
		return err
	}
	return settled(w, r, s.DropSheet(r.Context(), a, id, sheet), pathOf(id)+"/kit/edit?done=saved")
}

// overviewData is the coordinators' page of all groups.
type overviewData struct {
	Overview
	Answered moment.ID // the proposal whose answer was not taken
	Typed    string
	Done     string
	Err      error
}

func (s *Service) overviewPage(w http.ResponseWriter, r *http.Request) error {
	return s.showOverview(w, r, overviewData{Done: doneOf(r)})
}

func (s *Service) showOverview(w http.ResponseWriter, r *http.Request, d overviewData) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		d.Overview, err = s.Overview(r.Context(), web.Actor(r.Context()), State(q.Get("state")), q.Get("after"))
		return overviewView(d), err
	})
}

func (s *Service) decidePost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	if err := s.Decide(r.Context(), a, id, form.Get("answer") == "yes", form.Get("reason")); err != nil {
		return s.showOverview(w, r, overviewData{Answered: id, Typed: form.Get("reason"), Err: err})
	}
	return web.SeeOther(w, r, programmePath+"?done=answered")
}

func (s *Service) sumsPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	now := s.Clock.Now().Std().In(web.Zone(r.Context())).Year()
	year := numberOf(q.Get("year"))
	if year < now-20 || year > now {
		year = now
	}
	list, err := s.Sums(r.Context(), web.Actor(r.Context()), year)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sumsView(list, year, now))
}
