package groups

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// formData is the form of a group: a new one, a proposal, or a change.
type formData struct {
	Draft
	ID        moment.ID // "" for a new one
	Agreement string    // of a new one, a sentence a line
	Proposes  bool      // a coordinator answers
	Owner     bool
	Action    string
	Kinds     []people.Situation
	Err       error
}

// draftOf reads the form.
func draftOf(form url.Values) Draft {
	return Draft{Name: form.Get("name"), About: form.Get("about"), Quiet: form.Get("quiet"), Form: Form(form.Get("form")), Openness: Openness(form.Get("openness")),
		Community: form.Get("community"), Welcome: form.Get("welcome"), Languages: form["languages"], Topics: form["topics"], Access: form["access"], Zone: form.Get("zone"),
		Most: number(form.Get("most")), Weeks: number(form.Get("weeks")), Begins: form.Get("begins"), Takes: form.Get("takes"), SignUp: yes(form, "sign_up"), Contact: form.Get("contact")}
}

func (s *Service) newPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d := formData{Draft: Draft{Form: PeerLed, Openness: Members, Languages: []string{web.Lang(ctx)}, Zone: web.Zone(ctx).String(), Takes: "until"}}
	for _, key := range []string{"groups.agree.first.1", "groups.agree.first.2", "groups.agree.first.3", "groups.agree.first.4"} {
		d.Agreement += web.T(ctx, key) + "\n"
	}
	return s.showForm(w, r, d)
}

func (s *Service) showForm(w http.ResponseWriter, r *http.Request, d formData) error {
	return again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		a := web.Actor(r.Context())
		if d.ID == "" {
			d.Action, d.Owner = r.URL.Path, true
			d.Proposes = !a.Roles.Any(access.Set(access.Facilitator, access.Coordinator))
		}
		d.Kinds, err = s.People.Situations(r.Context(), web.Lang(r.Context()))
		return formView(d), err
	})
}

func (s *Service) newPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := formData{Draft: draftOf(form), Agreement: form.Get("sentences")}
	a := web.Actor(r.Context())
	if !a.Roles.Any(access.Set(access.Facilitator, access.Coordinator)) {
		d.Form = PeerLed // the only form that a member proposes
	}
	id, err := s.Make(r.Context(), a, d.Draft, d.Agreement)
	if err != nil {
		d.Err = err
		return s.showForm(w, r, d)
	}
	return web.SeeOther(w, r, pathOf(id)+"?done=made")
}

func (s *Service) editPage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	v, err := s.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	if err := canFacilitate(v.stand).Err(); err != nil {
		return err
	}
	return s.showForm(w, r, formData{Draft: v.Draft, ID: id, Action: pathOf(id) + "/edit", Owner: v.owns()})
}

func (s *Service) editPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	v, err := s.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	d := formData{Draft: draftOf(form), ID: id, Action: pathOf(id) + "/edit", Owner: v.owns()}
	if !d.Owner { // the form does not ask them
		d.Form, d.Openness, d.Community = v.Form, v.Openness, v.Community
	}
	if d.Err = s.Change(r.Context(), a, id, d.Draft); d.Err != nil {
		return s.showForm(w, r, d)
	}
	return web.SeeOther(w, r, pathOf(id)+"?done=saved")
}

// agreementData is the page of an agreement.
type agreementData struct {
	AgreementView
	Typed string // of a change
	Done  string
	Err   error
}

func (s *Service) agreementPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAgreement(w, r, doneOf(r), nil)
}

func (s *Service) showAgreement(w http.ResponseWriter, r *http.Request, done string, wrong error) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, wrong, func() (templ.Component, error) {
		v, err := s.ReadAgreement(r.Context(), a, id)
		return agreementView(agreementData{AgreementView: v, Done: done, Err: wrong}), err
	})
}

func (s *Service) agreePost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	if err := s.Agree(r.Context(), a, id, number(form.Get("version"))); err != nil {
		return s.showAgreement(w, r, "", err)
	}
	return web.SeeOther(w, r, pathOf(id)+"?done=agreed")
}

func (s *Service) rewritePage(w http.ResponseWriter, r *http.Request) error {
	return s.showRewrite(w, r, nil, nil)
}

func (s *Service) showRewrite(w http.ResponseWriter, r *http.Request, form url.Values, wrong error) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	return again(w, r, wrong, func() (templ.Component, error) {
		v, err := s.ReadAgreement(r.Context(), a, id)
		if err != nil {
			return nil, err
		}
		if err := canFacilitate(v.stand).Err(); err != nil {
			return nil, err
		}
		d := agreementData{AgreementView: v, Typed: strings.Join(v.Now.Sentences, "\n"), Err: wrong}
		if form != nil {
			d.Typed = form.Get("sentences")
		}
		return rewriteView(d), nil
	})
}

func (s *Service) rewritePost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := s.posted(r)
	if err != nil {
		return err
	}
	if err := s.Rewrite(r.Context(), a, id, number(form.Get("version")), form.Get("sentences")); err != nil {
		return s.showRewrite(w, r, form, err)
	}
	return web.SeeOther(w, r, pathOf(id)+"/agreement?done=saved")
}

// surePage asks before something that is hard to undo.
func (s *Service) surePage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	act := r.PathValue("act")
	if !slices.Contains([]string{"pause", "resume", "end", "take-back"}, act) {
		return fault.Hidden()
	}
	v, err := s.Look(r.Context(), a, id)
	if err != nil {
		return err
	}
	if err := mayAct(v, act); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, sureView(v, act))
}

func mayAct(v View, act string) error {
	if act != "take-back" {
		return canOwn(v.stand).Err()
	}
	if !v.Proposer() || v.State != Proposed && v.State != Refused {
		return fault.Hidden()
	}
	return nil
}

func (s *Service) actPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := s.posted(r)
	if err != nil {
		return err
	}
	ctx, to := r.Context(), pathOf(id)+"?done=saved"
	switch r.PathValue("act") {
	case "pause":
		err = s.Turn(ctx, a, id, Paused)
	case "resume":
		err = s.Turn(ctx, a, id, Open)
	case "end":
		err = s.Turn(ctx, a, id, Ended)
	case "take-back":
		to, err = "/groups?done=saved", s.TakeBack(ctx, a, id)
	default:
		err = fault.Hidden()
	}
	return settled(w, r, err, to)
}

// tagsOf names what stands below the name of a group.
func tagsOf(ctx context.Context, g Group) []string {
	out := []string{web.T(ctx, "groups.form."+string(g.Form)), web.T(ctx, "groups.open."+string(g.Openness))}
	for _, l := range g.Languages {
		out = append(out, web.LanguageName(ctx, l))
	}
	for _, f := range g.Access {
		out = append(out, web.T(ctx, "groups.access."+f))
	}
	return out
}
