package safety

import (
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// Routes are the addresses of the policy, the phrases and concerns.
func (s *Service) Routes() []web.Route {
	edit := permPhrases
	edit.NoToken = true
	routes := []web.Route{
		{Method: "GET", Path: "/policy", Need: access.Everybody(), Do: s.policy},
		{Method: "POST", Path: "/policy/seen", Need: access.SomeoneKnown(), Do: s.seen},
		{Method: "GET", Path: "/phrases", Need: edit, Do: s.phrases},
		{Method: "POST", Path: "/phrases", Need: edit, Do: s.addPhrase},
		{Method: "POST", Path: "/phrases/try", Need: edit, Do: s.tryPhrases},
		{Method: "POST", Path: "/phrases/{id}/retire", Need: edit, Do: s.retirePhrase},
	}
	return append(append(routes, s.ownRoutes()...), s.caseRoutes()...)
}

// policyPage is one version, and what changed since another one.
type policyPage struct {
	Policy
	found    bool
	versions []Version
	newest   int
	seen     int // by the reader; 0 for none
	since    int // compared with this version; 0 for no comparison
	changes  []Change
}

// mayNote tells whether the reader can say that they have read it.
func (p policyPage) mayNote(a access.Actor) bool {
	return a.Known() && p.found && p.Version == p.newest && p.seen < p.newest
}

func (s *Service) policy(w http.ResponseWriter, r *http.Request) error {
	query, err := web.Query(r)
	if err != nil {
		return err
	}
	p, err := s.policyPage(r, query)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, policyView(p))
}

func (s *Service) policyPage(r *http.Request, query url.Values) (policyPage, error) {
	ctx, read := r.Context(), s.DB.Reader()
	p := policyPage{}
	var err error
	if p.versions, err = s.Versions(ctx, read); err != nil || len(p.versions) == 0 {
		return p, err
	}
	p.newest = p.versions[0].Number
	if p.seen, err = s.SeenVersion(ctx, read, web.Actor(ctx).Person); err != nil {
		return p, err
	}
	version, err := versionIn(query, "version", p.newest)
	if err != nil {
		return p, err
	}
	if p.since, err = versionIn(query, "since", 0); err != nil {
		return p, err
	}
	if p.since == 0 && version == p.newest && p.seen < p.newest {
		p.since = p.seen
	}
	if p.Policy, p.found, err = s.PolicyAt(ctx, read, version, web.Lang(ctx)); err != nil {
		return p, err
	}
	if !p.found {
		return p, fault.Hidden()
	}
	return p, s.compare(r, &p)
}

// compare fills in what changed since the version the reader knows.
func (s *Service) compare(r *http.Request, p *policyPage) error {
	if p.since == 0 || p.since == p.Version {
		p.since = 0
		return nil
	}
	old, found, err := s.PolicyAt(r.Context(), s.DB.Reader(), p.since, web.Lang(r.Context()))
	if err != nil {
		return err
	}
	if !found {
		return fault.Hidden()
	}
	p.changes = Changes(old, p.Policy)
	return nil
}

// versionIn reads a version out of the address.
func versionIn(query url.Values, name string, otherwise int) (int, error) {
	if !query.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, fault.Hidden()
	}
	return n, nil
}

func (s *Service) seen(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	version, err := versionIn(values, "version", 0)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = s.MarkSeen(ctx, web.Actor(ctx).Person, version)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/policy")
}

// phrasePage is the list with what was typed.
type phrasePage struct {
	phrases []Phrase
	lang    string
	text    string
	try     string
	tried   bool
	hits    []string
	err     error
}

func (s *Service) phrasePage(r *http.Request) (phrasePage, error) {
	ctx := r.Context()
	list, err := s.Phrases(ctx, web.Actor(ctx))
	return phrasePage{phrases: list, lang: web.Lang(ctx)}, err
}

func (s *Service) phrases(w http.ResponseWriter, r *http.Request) error {
	p, err := s.phrasePage(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, phrasesView(p))
}

func (s *Service) addPhrase(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = s.AddPhrase(ctx, web.Actor(ctx), values.Get("lang"), values.Get("phrase"))
	if err == nil {
		return web.SeeOther(w, r, "/phrases")
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	p, perr := s.phrasePage(r)
	if perr != nil {
		return perr
	}
	p.lang, p.text, p.err = values.Get("lang"), values.Get("phrase"), err
	return web.Render(w, r, web.Status(err), phrasesView(p))
}

// tryPhrases shows what a sentence would match, and keeps nothing of it.
func (s *Service) tryPhrases(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(r)
	if err != nil {
		return err
	}
	p, err := s.phrasePage(r)
	if err != nil {
		return err
	}
	p.try, p.tried = values.Get("try"), true
	p.hits = matches(p.try, web.Lang(r.Context()), p.phrases)
	return web.Render(w, r, http.StatusOK, phrasesView(p))
}

func (s *Service) retirePhrase(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.RetirePhrase(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/phrases")
}
