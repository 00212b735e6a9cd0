package meetings

import (
	"net/http"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// importBody is how much a form with a file may have: the file, once more as text for
// the second step, and what stands around both.
const importBody = 2*calendar.MostBytes + 64<<10

// importData is the page of a file that is read.
type importData struct {
	Owner  Ref
	Stand  Stand
	Zone   string
	Place  string
	Strict bool
	Text   string // of the file that was looked at
	Report *Report
	Err    error
}

func (s *Service) importPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showImport(w, r, q.Get("kind"), q.Get("owner"), importData{Zone: web.Zone(r.Context()).String()})
}

func (s *Service) showImport(w http.ResponseWriter, r *http.Request, kind, id string, d importData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		if d.Owner, err = refOf(kind, id); err != nil {
			return nil, err
		}
		d.Stand, err = s.MayPlan(r.Context(), web.Actor(r.Context()), d.Owner)
		return importView(d), err
	})
}

func (s *Service) importPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	file, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	if len(file) == 0 {
		file = []byte(form.Get("text"))
	}
	d := importData{Zone: form.Get("zone"), Place: form.Get("place"), Strict: form.Get("strict") == "yes"}
	owner, err := refOf(form.Get("kind"), form.Get("owner"))
	if err != nil {
		return err
	}
	if len(file) == 0 {
		var p fault.Problems
		p.Add("file", "meetings.import.no_file")
		d.Err = p.Err()
		return s.showImport(w, r, form.Get("kind"), form.Get("owner"), d)
	}
	look := form.Get("do") != "take"
	report, err := s.Import(r.Context(), web.Actor(r.Context()), owner, file, Taking{Zone: d.Zone, Place: d.Place, Look: look, Strict: d.Strict})
	if d.Err = err; err == nil {
		d.Report = &report
		if look || report.Refused {
			d.Text = string(file)
		}
	}
	return s.showImport(w, r, form.Get("kind"), form.Get("owner"), d)
}
