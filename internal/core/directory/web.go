package directory

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Routes are the addresses of the crisis lines. /crisis is open: it is served
// whatever else fails, and never rate limited.
func (s *Service) Routes() []web.Route {
	edit := permEdit
	edit.NoToken = true
	return []web.Route{
		{Method: "GET", Path: "/crisis", Need: access.Everybody(), Do: s.crisis, Open: true},
		{Method: "GET", Path: "/crisis/lines", Need: edit, Do: s.list},
		{Method: "GET", Path: "/crisis/lines/new", Need: edit, Do: s.blank},
		{Method: "POST", Path: "/crisis/lines", Need: edit, Do: s.add},
		{Method: "GET", Path: "/crisis/lines/{id}", Need: edit, Do: s.edit},
		{Method: "POST", Path: "/crisis/lines/{id}", Need: edit, Do: s.save},
		{Method: "POST", Path: "/crisis/lines/{id}/confirm", Need: edit, Do: s.confirm},
		{Method: "GET", Path: "/crisis/lines/{id}/retire", Need: edit, Do: s.askRetire},
		{Method: "POST", Path: "/crisis/lines/{id}/retire", Need: edit, Do: s.retire},
	}
}

// crisisPage is what everybody sees.
type crisisPage struct {
	lines, youth []Line
	demo         bool
	beside       templ.Component // nil for nothing
}

func (s *Service) crisis(w http.ResponseWriter, r *http.Request) error {
	p := crisisPage{demo: s.Demo}
	for _, l := range s.LastKnown(r.Context()) {
		if l.Audience == "youth" {
			p.youth = append(p.youth, l)
		} else {
			p.lines = append(p.lines, l)
		}
	}
	if s.beside != nil {
		p.beside = s.beside(r.Context())
	}
	return web.Render(w, r, http.StatusOK, crisisView(p))
}

// Beside plugs in what stands beside the lines for whoever looks, such as the
// people they trust. It gives nil when there is nothing, and never an error: the
// lines are shown whatever else fails. It is called once, before serving.
func (s *Service) Beside(f func(ctx context.Context) templ.Component) { s.beside = f }

// listed is a line as its keepers see it.
type listed struct {
	Line
	shown bool // people of the service's country see it
	stale bool
	alone bool // not shown, because the other of its pair is missing
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := s.All(ctx, web.Actor(ctx))
	if err != nil {
		return err
	}
	country, err := s.Country(ctx, s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listView(listOf(all, country, s.Demo, s.Clock.Now()), country))
}

func listOf(all []Line, country string, demo bool, now moment.Time) []listed {
	shown := map[moment.ID]bool{}
	for _, l := range Shown(all, country, demo) {
		shown[l.ID] = true
	}
	ofPair := map[moment.ID]int{}
	for _, l := range all {
		ofPair[l.Pair]++
	}
	out := make([]listed, 0, len(all))
	for _, l := range all {
		out = append(out, listed{Line: l, shown: shown[l.ID], stale: stale(l, now), alone: l.Pair != "" && ofPair[l.Pair] < 2})
	}
	return out
}

// lineForm is the form with what was typed.
type lineForm struct {
	Line
	languages string
	pairWith  string
	position  string
	others    []Line // lines it could form a pair with
	err       error
	today     string
}

func (s *Service) form(r *http.Request, l Line) (lineForm, error) {
	ctx := r.Context()
	all, err := s.All(ctx, web.Actor(ctx))
	if err != nil {
		return lineForm{}, err
	}
	f := lineForm{Line: l, today: Day(s.Clock.Now()), position: strconv.Itoa(l.Position), languages: strings.Join(languageNames(web.Lang(ctx), l.Languages), ", ")}
	for _, o := range all {
		if o.ID == l.ID {
			continue
		}
		f.others = append(f.others, o)
		if l.Pair != "" && o.Pair == l.Pair && f.pairWith == "" {
			f.pairWith = string(o.ID)
		}
	}
	return f, nil
}

func (s *Service) blank(w http.ResponseWriter, r *http.Request) error {
	country, err := s.Country(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	f, err := s.form(r, Line{Country: country, Kind: Call, Audience: "all", Position: 10})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(f))
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	l, err := s.named(r)
	if err != nil {
		return err
	}
	f, err := s.form(r, l)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(f))
}

func (s *Service) named(r *http.Request) (Line, error) {
	id, err := web.PathID(r)
	if err != nil {
		return Line{}, err
	}
	return s.Line(r.Context(), web.Actor(r.Context()), id)
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) error { return s.keep(w, r, "") }

func (s *Service) save(w http.ResponseWriter, r *http.Request) error {
	old, err := s.named(r)
	if err != nil {
		return err
	}
	return s.keep(w, r, old.ID)
}

// keep adds or changes a line; what was refused comes back as it was typed.
func (s *Service) keep(w http.ResponseWriter, r *http.Request, id moment.ID) error {
	ctx := r.Context()
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	l, with, err := lineFrom(web.Lang(ctx), values)
	l.ID = id
	if err == nil && id == "" {
		_, err = s.Add(ctx, web.Actor(ctx), l, with)
	} else if err == nil {
		err = s.Change(ctx, web.Actor(ctx), l, with)
	} else if more := l.Tidy().Validate(s.Clock.Now()); more != nil {
		err = joined(err, more)
	}
	if fault.Is(err, fault.Invalid) {
		f, ferr := s.form(r, l)
		if ferr != nil {
			return ferr
		}
		f.languages, f.pairWith, f.position, f.err = values.Get("languages"), values.Get("pair"), values.Get("position"), err
		return web.Render(w, r, web.Status(err), formView(f))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/crisis/lines")
}

// joined puts the fields of two refusals into one.
func joined(a, b error) error {
	out := *fault.As(a)
	out.Fields = append(append([]fault.Field(nil), out.Fields...), fault.As(b).Fields...)
	return &out
}

func lineFrom(lang string, v url.Values) (Line, moment.ID, error) {
	var p fault.Problems
	l := Line{Country: v.Get("country"), Name: v.Get("name"), Number: v.Get("number"), Kind: Kind(v.Get("kind")), Href: v.Get("href"),
		Hours: v.Get("hours"), Audience: v.Get("audience"), Source: v.Get("source"), CheckedOn: v.Get("checked_on")}
	var unknown string
	if l.Languages, unknown = readLanguages(lang, v.Get("languages")); unknown != "" {
		p.AddWith("languages", "directory.error.languages", map[string]any{"word": unknown})
	}
	n, err := strconv.Atoi(strings.TrimSpace(v.Get("position")))
	if err != nil {
		p.Add("position", "directory.error.position")
	}
	l.Position = n
	with, ok := moment.ParseID(v.Get("pair"))
	if !ok && v.Get("pair") != "" {
		p.Add("pair", "directory.error.pair")
	}
	return l, with, p.Err()
}

func (s *Service) confirm(w http.ResponseWriter, r *http.Request) error {
	l, err := s.named(r)
	if err != nil {
		return err
	}
	if err := s.Confirm(r.Context(), web.Actor(r.Context()), l.ID); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/crisis/lines")
}

func (s *Service) askRetire(w http.ResponseWriter, r *http.Request) error {
	l, err := s.named(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, retireView(l))
}

func (s *Service) retire(w http.ResponseWriter, r *http.Request) error {
	l, err := s.named(r)
	if err != nil {
		return err
	}
	if err := s.Retire(r.Context(), web.Actor(r.Context()), l.ID); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/crisis/lines")
}
