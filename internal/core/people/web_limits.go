package people

import (
	"context"
	"net/http"
	"slices"

	"cairn/internal/kit/web"
)

// limitsView is the page of lasting limits and wishes.
type limitsView struct {
	Never, Gladly []web.Option
	Names         []KnownName
	Typed         string // a name that was not taken
	Done          string
	Err, NameErr  error
}

func (s *Service) showLimits(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.Limits(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	v, err := s.limitsView(r.Context(), kept)
	if err != nil {
		return err
	}
	v.Done = doneOf(r)
	return web.Render(w, r, http.StatusOK, limitsPage(v))
}

func (s *Service) limitsView(ctx context.Context, l Limits) (limitsView, error) {
	var v limitsView
	all, err := s.Situations(ctx, web.Lang(ctx))
	if err != nil {
		return v, err
	}
	for _, x := range all {
		if x.Retired {
			continue
		}
		label := upperFirst(x.Label)
		if x.Kind != "identity" {
			v.Never = append(v.Never, web.Option{Value: x.Slug, Label: label, Checked: slices.Contains(l.Never, x.Slug)})
		}
		v.Gladly = append(v.Gladly, web.Option{Value: x.Slug, Label: label, Checked: slices.Contains(l.Gladly, x.Slug)})
	}
	v.Names, err = s.KnownNames(ctx, web.Actor(ctx))
	return v, err
}

// split parts what is chosen from the rest.
func split(options []web.Option) (chosen, rest []web.Option) {
	for _, o := range options {
		if o.Checked {
			chosen = append(chosen, o)
		} else {
			rest = append(rest, o)
		}
	}
	return chosen, rest
}

func chosenFirst(a, b web.Option) int {
	switch {
	case a.Checked == b.Checked:
		return 0
	case a.Checked:
		return -1
	}
	return 1
}

func (s *Service) doLimits(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := Limits{Never: slices.Concat(form["never"], form["never_more"]), Gladly: slices.Concat(form["gladly"], form["gladly_more"])}
	if err := s.SaveLimits(r.Context(), web.Actor(r.Context()), typed); err != nil {
		v, viewErr := s.limitsView(r.Context(), typed)
		if viewErr != nil {
			return viewErr
		}
		v.Err = err
		return refused(w, r, err, limitsPage(v))
	}
	return doneAt(w, r, "/me/limits", "saved")
}

// doKnowName answers the same whoever is here.
func (s *Service) doKnowName(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	if err := s.KnowName(r.Context(), a, form.Get("name")); err != nil {
		kept, limitsErr := s.Limits(r.Context(), a)
		if limitsErr != nil {
			return limitsErr
		}
		v, viewErr := s.limitsView(r.Context(), kept)
		if viewErr != nil {
			return viewErr
		}
		v.Typed, v.Err, v.NameErr = form.Get("name"), err, err
		return refused(w, r, err, limitsPage(v))
	}
	return doneAt(w, r, "/me/limits", "kept")
}

func (s *Service) doForgetName(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.ForgetName(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return doneAt(w, r, "/me/limits", "forgotten")
}
