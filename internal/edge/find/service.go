package find

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/search"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
)

// People is what search asks of the people slice.
type People interface {
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
	Situations(ctx context.Context, lang string) ([]people.Situation, error)
}

// Safety tells whether words ask for help.
type Safety interface {
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
}

// Deps is what search stands on.
type Deps struct {
	DB     *db.DB
	Vault  *vault.Vault
	Bus    *bus.Bus
	Clock  moment.Clock
	Index  *search.Index
	People People
	Safety Safety
}

// Service holds the verbs of search.
type Service struct {
	Deps
	sources []search.Source
	often   *web.Limit
}

// New makes the service and registers its timers.
func New(d Deps) *Service {
	s := &Service{Deps: d, often: web.NewLimit(d.Clock, web.Rate{PerMinute: perPerson, Burst: perPerson}, web.Rate{PerMinute: perNetwork, Burst: perNetwork})}
	s.register()
	return s
}

// Take plugs in what can be found. It is called before Begin.
func (s *Service) Take(sources ...search.Source) { s.sources = append(s.sources, sources...) }

// kinds are what can be looked for, in the order they were plugged in.
func (s *Service) kinds() []string {
	var out []string
	for _, x := range s.sources {
		out = append(out, x.Kind())
	}
	return out
}

// Find gives a page of what the actor may see. Everybody may search. What was typed is
// kept nowhere.
func (s *Service) Find(ctx context.Context, a access.Actor, asked Asked) (Results, error) {
	return s.find(ctx, seeker{Actor: a}, asked)
}

// find is Find for a visit too, whose links are sealed for it.
func (s *Service) find(ctx context.Context, a seeker, asked Asked) (Results, error) {
	out := Results{Asked: asked.tidy()}
	if err := out.Asked.Validate(); err != nil {
		return out, err
	}
	r := s.DB.Reader()
	var err error
	if out.Help, err = s.helps(ctx, out.Asked.Words); err != nil {
		return out, err
	}
	q, err := s.query(ctx, r, a.Actor, out.Asked)
	if err != nil {
		return out, err
	}
	page, err := s.Index.Find(ctx, r, q)
	if err != nil {
		return out, err
	}
	if out.Rows, err = s.show(ctx, r, a.Actor, page.Hits, out.Asked.Words); err != nil {
		return out, err
	}
	out.Whole = page.Next == nil && asked.After == search.Cursor{}
	if page.Next != nil {
		next := out.Asked
		next.After = *page.Next
		if out.Next, err = s.seal(ctx, a, next); err != nil {
			return out, err
		}
	}
	if !out.Whole || len(out.Rows) >= fewFound {
		return out, nil
	}
	return out, s.suggest(ctx, r, a, q, &out)
}

// helps tells whether words ask for help.
func (s *Service) helps(ctx context.Context, words string) (bool, error) {
	phrases, err := s.Safety.Match(ctx, s.DB.Reader(), words, web.Lang(ctx))
	return len(phrases) > 0, err
}

// suggest looks for another way to write what found little.
func (s *Service) suggest(ctx context.Context, r db.Reader, a seeker, q search.Query, out *Results) error {
	text, err := s.Index.Suggest(ctx, r, q)
	if err != nil || text == "" {
		return err
	}
	instead := out.Asked
	instead.Words = text
	out.Instead = text
	out.InsteadSeal, err = s.seal(ctx, a, instead)
	return err
}

// query is what the index is asked for somebody: the areas that they may look into, and
// nobody whom they are kept apart from.
func (s *Service) query(ctx context.Context, r db.Reader, a access.Actor, asked Asked) (search.Query, error) {
	q := search.Query{Text: asked.Words, Since: from(asked.Since, s.Clock.Now()), Most: pageLength, After: asked.After}
	if slices.Contains(s.kinds(), asked.Kind) {
		q.Kinds = []string{asked.Kind}
	}
	if asked.Topic != "" {
		q.Topics = []string{asked.Topic}
	}
	for _, source := range s.sources {
		if len(q.Kinds) > 0 && source.Kind() != asked.Kind {
			continue
		}
		reach, err := source.Reach(ctx, r, a)
		if err != nil {
			return q, err
		}
		q.Areas = append(q.Areas, reach.Areas...)
		q.Not = append(q.Not, reach.Not...)
	}
	if a.Person == "" {
		return q, nil
	}
	apart, err := s.People.Apart(ctx, r, a.Person)
	for id := range apart {
		q.Not = append(q.Not, id)
	}
	slices.Sort(q.Not)
	return q, err
}

// show asks each source for what was found in it, and keeps the order. What a source
// does not show is left out.
func (s *Service) show(ctx context.Context, r db.Reader, a access.Actor, hits []search.Hit, words string) ([]Row, error) {
	ids := map[string][]moment.ID{}
	for _, h := range hits {
		ids[h.Kind] = append(ids[h.Kind], h.ID)
	}
	found := map[string]map[moment.ID]search.Found{}
	for _, source := range s.sources {
		list := ids[source.Kind()]
		if len(list) == 0 {
			continue
		}
		of, err := source.Show(ctx, r, a, list)
		if err != nil {
			return nil, err
		}
		found[source.Kind()] = of
	}
	var out []Row
	for _, h := range hits {
		f, ok := found[h.Kind][h.ID]
		if !ok {
			continue
		}
		title := f.Title
		if title == "" {
			title = f.Where
		}
		out = append(out, Row{Kind: h.Kind, Where: f.Where, Href: f.Href, At: f.At, Title: search.Mark(title, words), Text: search.Excerpt(f.Text, words, excerptChars)})
	}
	return out, nil
}
