package find

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/search"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of search. What is typed comes by POST and goes on sealed.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/search", Need: access.Everybody(), Do: s.page},
		{Method: "POST", Path: "/search", Need: access.Everybody(), Do: s.ask},
	}
}

// pageData is the page of searching.
type pageData struct {
	Results
	Kinds  []web.Option // empty where there is one kind only
	Topics []web.Option
	Spans  []web.Option
	Member bool
	Began  bool // something was asked
	Stale  bool // what was asked is not kept any more
	NoMark bool // or it cannot be opened, as the browser sends no mark of a visit
	Err    error
}

func (s *Service) page(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Query(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	a := seeker{web.Actor(ctx), web.Visit(r)}
	var d pageData
	if sealed := values.Get("q"); sealed != "" {
		asked, ok, err := s.open(ctx, a, sealed)
		if err != nil {
			return err
		}
		d.Stale, d.NoMark = !ok, a.Person == "" && a.visit == ""
		if ok {
			if d, err = s.found(r, a, asked); err != nil {
				return err
			}
		}
	}
	return s.render(w, r, d)
}

// found looks for what was asked. Whoever asks too often keeps what they typed, and is shown
// help when it asks for help: that has no pace.
func (s *Service) found(r *http.Request, a seeker, asked Asked) (d pageData, err error) {
	if d.Err = s.often.Take(r); d.Err != nil {
		d.Asked = asked
		d.Help, err = s.helps(r.Context(), asked.Words)
		return d, err
	}
	d.Began = true
	d.Results, err = s.find(r.Context(), a, asked)
	return d, err
}

func (s *Service) ask(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	asked := Asked{Words: form.Get("words"), Kind: form.Get("kind"), Topic: form.Get("topic"), Since: form.Get("since")}.tidy()
	if !slices.Contains(s.kinds(), asked.Kind) {
		asked.Kind = ""
	}
	if !slices.Contains(Spans(), asked.Since) {
		asked.Since = ""
	}
	all, err := s.People.Situations(ctx, web.Lang(ctx))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(x people.Situation) bool { return x.Slug == asked.Topic }) {
		asked.Topic = ""
	}
	if err := asked.Validate(); err != nil {
		return s.render(w, r, pageData{Results: Results{Asked: asked}, Err: err})
	}
	asked.At = s.Clock.Now()
	a := seeker{Actor: web.Actor(ctx)}
	if a.Person == "" {
		unmarked := web.Visit(r) == ""
		a.visit = web.MarkVisit(w, r)
		helps, err := s.helps(ctx, asked.Words)
		if err != nil {
			return err
		}
		if unmarked && helps {
			return s.atOnce(w, r, a, asked)
		}
	}
	sealed, err := s.seal(ctx, a, asked)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, href(sealed))
}

// atOnce answers a form with what was found. A browser that refuses cookies would come back
// without the mark that opens the search, and words that ask for help get it in any browser.
func (s *Service) atOnce(w http.ResponseWriter, r *http.Request, a seeker, asked Asked) error {
	d, err := s.found(r, a, asked)
	if err != nil {
		return err
	}
	return s.render(w, r, d)
}

// href is the address of a sealed search.
func href(sealed string) string { return "/search?q=" + url.QueryEscape(sealed) }

func (s *Service) render(w http.ResponseWriter, r *http.Request, d pageData) error {
	ctx := r.Context()
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		all, err := s.People.Situations(ctx, web.Lang(ctx))
		if err != nil {
			return nil, err
		}
		d.Member = web.Actor(ctx).Has(access.Member)
		d.Kinds, d.Topics, d.Spans = s.kindOptions(ctx, d.Asked.Kind), topicOptions(ctx, all, d.Asked.Topic), spanOptions(ctx, d.Asked.Since)
		return findView(d), nil
	})
}

func anyFirst(ctx context.Context, list []web.Option) []web.Option {
	return append([]web.Option{{Value: "", Label: web.T(ctx, "find.form.any")}}, list...)
}

func (s *Service) kindOptions(ctx context.Context, chosen string) []web.Option {
	if len(s.sources) < 2 {
		return nil
	}
	var out []web.Option
	for _, k := range s.kinds() {
		out = append(out, web.Option{Value: k, Label: web.T(ctx, "find.kind."+k), Checked: k == chosen})
	}
	return anyFirst(ctx, out)
}

func topicOptions(ctx context.Context, all []people.Situation, chosen string) []web.Option {
	var out []web.Option
	for _, x := range all {
		if !x.Retired || x.Slug == chosen {
			out = append(out, web.Option{Value: x.Slug, Label: x.Label, Checked: x.Slug == chosen})
		}
	}
	return anyFirst(ctx, out)
}

func spanOptions(ctx context.Context, chosen string) []web.Option {
	var out []web.Option
	for _, x := range Spans() {
		out = append(out, web.Option{Value: x, Label: web.T(ctx, "find.since."+x), Checked: x == chosen})
	}
	return anyFirst(ctx, out)
}

// pieces shows a text with what was looked for marked. It is escaped piece by piece:
// nothing of it is markup but our own mark.
func pieces(list []search.Piece) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, p := range list {
			text := templ.EscapeString(p.Text)
			if p.Mark {
				text = "<mark>" + text + "</mark>"
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	})
}

// narrowed tells whether anything but words was asked.
func (d pageData) narrowed() bool { return d.Asked.Kind+d.Asked.Topic+d.Asked.Since != "" }

// most tells whether there were more matches than are looked at.
func (d pageData) most() bool { return d.Asked.After.From+len(d.Rows) >= search.MostCounted }
