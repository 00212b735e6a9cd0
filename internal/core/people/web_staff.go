package people

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// taxonomyView is the list with the form for one more.
type taxonomyView struct {
	All   []Situation
	Draft SituationDraft
	Done  string
	Err   error
}

func (s *Service) showTaxonomy(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Situations(r.Context(), web.Lang(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, taxonomyPage(taxonomyView{All: all, Draft: SituationDraft{Kind: "situation"}, Done: doneOf(r)}))
}

func readDraft(form url.Values) SituationDraft {
	d := SituationDraft{Kind: form.Get("kind"), Sensitive: form.Get("sensitive") == "yes", Retired: form.Get("retired") == "yes", Labels: map[string]string{}, Beside: form["beside"]}
	for _, lang := range interfaceLangs {
		d.Labels[lang] = form.Get("label_" + lang)
	}
	return d
}

func (s *Service) doAddSituation(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := readDraft(form)
	if _, err := s.AddSituation(r.Context(), web.Actor(r.Context()), d); err != nil {
		all, listErr := s.Situations(r.Context(), web.Lang(r.Context()))
		if listErr != nil {
			return listErr
		}
		return refused(w, r, err, taxonomyPage(taxonomyView{All: all, Draft: d, Err: err}))
	}
	return doneAt(w, r, "/taxonomy", "added")
}

func (s *Service) showSituation(w http.ResponseWriter, r *http.Request) error {
	x, d, err := s.SituationForEditing(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	beside, err := s.besideOptions(r.Context(), x.Slug, d.Beside)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, situationPage(x, d, beside, nil))
}

// besideOptions are all other situations, those that go with this one first.
func (s *Service) besideOptions(ctx context.Context, slug string, chosen []string) ([]web.Option, error) {
	all, err := s.Situations(ctx, web.Lang(ctx))
	var out []web.Option
	for _, x := range all {
		if x.Slug != slug && (!x.Retired || slices.Contains(chosen, x.Slug)) {
			out = append(out, web.Option{Value: x.Slug, Label: x.Label, Checked: slices.Contains(chosen, x.Slug)})
		}
	}
	slices.SortStableFunc(out, chosenFirst)
	return out, err
}

func (s *Service) doEditSituation(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	x, _, err := s.SituationForEditing(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	d := readDraft(form)
	if err := s.EditSituation(r.Context(), web.Actor(r.Context()), x.Slug, d); err != nil {
		beside, listErr := s.besideOptions(r.Context(), x.Slug, d.Beside)
		if listErr != nil {
			return listErr
		}
		return refused(w, r, err, situationPage(x, d, beside, err))
	}
	return doneAt(w, r, "/taxonomy", "saved")
}

// accountsView is everybody who holds a role, and the search for one more.
type accountsView struct {
	Staff []Account
	Name  string
	Err   error
}

func (s *Service) showAccounts(w http.ResponseWriter, r *http.Request) error {
	staff, err := s.Staff(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, accountsPage(accountsView{Staff: staff}))
}

// doFindAccount takes the name by POST: names stay out of addresses.
func (s *Service) doFindAccount(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	found, err := s.FindAccount(r.Context(), web.Actor(r.Context()), form.Get("name"))
	if fault.Is(err, fault.NotFound) {
		var p fault.Problems
		p.Add("name", "people.error.nobody")
		staff, listErr := s.Staff(r.Context())
		if listErr != nil {
			return listErr
		}
		v := accountsView{Staff: staff, Name: form.Get("name"), Err: p.Err()}
		return refused(w, r, v.Err, accountsPage(v))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/accounts/"+string(found.ID))
}

func (s *Service) showAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	found, err := s.OpenAccount(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, accountPage(found, doneOf(r), nil))
}

func (s *Service) doGive(w http.ResponseWriter, r *http.Request) error {
	return s.changeRole(w, r, s.GiveRole)
}

func (s *Service) doTake(w http.ResponseWriter, r *http.Request) error {
	return s.changeRole(w, r, s.TakeRole)
}

func (s *Service) changeRole(w http.ResponseWriter, r *http.Request, change roleChange) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	role, ok := access.ParseRole(form.Get("role"))
	if !ok {
		return fault.Hidden()
	}
	a := web.Actor(r.Context())
	if err := change(r.Context(), a, id, role); err != nil {
		found, openErr := s.OpenAccount(r.Context(), a, id)
		if openErr != nil {
			return openErr
		}
		return refused(w, r, err, accountPage(found, "", err))
	}
	return doneAt(w, r, "/accounts/"+string(id), "saved")
}

type roleChange = func(ctx context.Context, a access.Actor, person moment.ID, role access.Role) error
