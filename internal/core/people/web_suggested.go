package people

import (
	"context"
	"net/http"
	"net/url"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// suggestionView is one suggestion with the three answers to it.
type suggestionView struct {
	Suggestion
	Draft  SituationDraft
	Into   []web.Option
	Reason string
	Err    error
}

func (s *Service) showSuggestions(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Suggestions(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, suggestionsPage(list, doneOf(r)))
}

func (s *Service) showSuggestion(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	v, err := s.suggestionView(r.Context(), id, nil)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, suggestionPage(v))
}

// suggestionView begins the label in the coordinator's own language with the words
// as they are.
func (s *Service) suggestionView(ctx context.Context, id moment.ID, typed url.Values) (suggestionView, error) {
	x, err := s.OneSuggestion(ctx, web.Actor(ctx), id)
	if err != nil {
		return suggestionView{}, err
	}
	v := suggestionView{Suggestion: x, Draft: SituationDraft{Kind: "situation", Labels: map[string]string{web.Lang(ctx): x.Words}}, Reason: typed.Get("reason")}
	if typed.Get("kind") != "" {
		v.Draft = readDraft(typed)
	}
	all, err := s.Situations(ctx, web.Lang(ctx))
	v.Into = []web.Option{{Value: "", Label: web.T(ctx, "people.suggested.choose")}}
	for _, x := range all {
		if !x.Retired {
			v.Into = append(v.Into, web.Option{Value: x.Slug, Label: x.Label, Checked: x.Slug == typed.Get("into")})
		}
	}
	return v, err
}

func (s *Service) doAdopt(w http.ResponseWriter, r *http.Request) error {
	return s.answer(w, r, "adopted", func(ctx context.Context, id moment.ID, form url.Values) error {
		return s.AdoptWords(ctx, web.Actor(ctx), id, readDraft(form))
	})
}

func (s *Service) doMerge(w http.ResponseWriter, r *http.Request) error {
	return s.answer(w, r, "merged", func(ctx context.Context, id moment.ID, form url.Values) error {
		return s.MergeWords(ctx, web.Actor(ctx), id, form.Get("into"))
	})
}

func (s *Service) doSetAside(w http.ResponseWriter, r *http.Request) error {
	return s.answer(w, r, "aside", func(ctx context.Context, id moment.ID, form url.Values) error {
		return s.SetWordsAside(ctx, web.Actor(ctx), id, form.Get("reason"))
	})
}

func (s *Service) answer(w http.ResponseWriter, r *http.Request, done string, do func(ctx context.Context, id moment.ID, form url.Values) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	// Who may not answer it finds nothing, whatever was typed.
	v, err := s.suggestionView(r.Context(), id, form)
	if err != nil {
		return err
	}
	if err := do(r.Context(), id, form); err != nil {
		v.Err = err
		return refused(w, r, err, suggestionPage(v))
	}
	return doneAt(w, r, "/taxonomy/suggested", done)
}
