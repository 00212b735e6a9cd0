package forum

import (
	"context"
	"net/http"
	"net/url"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// formData is the form of a space. ID is "" for a new one.
type formData struct {
	Draft
	ID     moment.ID
	Closed bool
	Was    Audience // of a space that is there
	Err    error
}

func draftOf(form url.Values) Draft {
	yes := func(name string) bool { return form.Get(name) == "yes" }
	return Draft{Name: form.Get("name"), Welcome: form.Get("welcome"), Audience: Audience(form.Get("audience")), Joins: Joins(form.Get("joins")), HoldNew: yes("hold_new"), Unnamed: yes("unnamed"), Pictures: yes("pictures"), Alone: Alone(form.Get("alone"))}
}

func (s *Service) newPage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, formView(formData{Draft: Draft{Audience: Members, Joins: ByAsking, HoldNew: true, Unnamed: true, Alone: Slow}}))
}

func (s *Service) newPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	d := draftOf(form)
	id, err := s.Make(r.Context(), web.Actor(r.Context()), d)
	if err != nil {
		return web.Again(w, r, err, func() (templ.Component, error) { return formView(formData{Draft: d, Err: err}), nil })
	}
	return web.SeeOther(w, r, pathOf(id))
}

func (s *Service) editPage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	st, err := s.load(r.Context(), s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, formView(formData{Draft: st.Draft, ID: id, Closed: st.Closed, Was: st.Audience}))
}

func (s *Service) editPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	d := draftOf(form)
	if err := s.Change(r.Context(), a, id, d); err != nil {
		return web.Again(w, r, err, func() (templ.Component, error) {
			st, lerr := s.load(r.Context(), s.DB.Reader(), a, id)
			return formView(formData{Draft: d, ID: id, Closed: st.Closed, Was: st.Audience, Err: err}), lerr
		})
	}
	return web.SeeOther(w, r, pathOf(id))
}

func (s *Service) closePage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	st, err := s.load(r.Context(), s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, closeView(st.Space))
}

func (s *Service) closePost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	if err := s.Close(r.Context(), a, id, form.Get("closed") != "no"); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(id))
}

// joinData is the page of joining a community.
type joinData struct {
	View
	Words string
	Err   error
}

func (s *Service) joinPage(w http.ResponseWriter, r *http.Request) error {
	return s.showJoin(w, r, "", nil)
}

func (s *Service) showJoin(w http.ResponseWriter, r *http.Request, words string, wrong error) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		st, err := s.load(r.Context(), s.DB.Reader(), a, id)
		if err == nil && st.Audience != Community {
			err = fault.Hidden()
		}
		return joinView(joinData{viewOf(st, s.Clock.Now()), words, wrong}), err
	})
}

func (s *Service) joinPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	done, err := s.Join(r.Context(), a, id, form.Get("words"))
	if err != nil {
		return s.showJoin(w, r, form.Get("words"), err)
	}
	return web.SeeOther(w, r, pathOf(id)+"?done="+string(done))
}

func (s *Service) unaskPost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := posted(r)
	if err != nil {
		return err
	}
	if err := fault.Unless(s.Unask(r.Context(), a, id), fault.NotFound); err != nil { // pressed twice
		return err
	}
	return web.SeeOther(w, r, pathOf(id))
}

func (s *Service) leavePage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	st, err := s.load(r.Context(), s.DB.Reader(), a, id)
	if err == nil {
		err = canLeave(st).Err()
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, leaveView(st.Space))
}

func (s *Service) leavePost(w http.ResponseWriter, r *http.Request) error {
	a, id, _, err := posted(r)
	if err != nil {
		return err
	}
	if err := s.Leave(r.Context(), a, id); err != nil {
		return err
	}
	return web.SeeOther(w, r, homePath+"?done=left")
}

// tendData is the page of who looks after a space.
type tendData struct {
	Tended
	Name string
	Err  error
}

func (s *Service) tendPage(w http.ResponseWriter, r *http.Request) error {
	return s.showTend(w, r, "", nil)
}

func (s *Service) showTend(w http.ResponseWriter, r *http.Request, name string, wrong error) error {
	a, id, err := at(r)
	if err != nil {
		return err
	}
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		t, err := s.Tend(r.Context(), a, id)
		return tendView(tendData{t, name, wrong}), err
	})
}

func (s *Service) tendPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	if off := form.Get("off"); off != "" {
		person, ok := moment.ParseID(off)
		if !ok {
			return fault.Hidden()
		}
		if err := s.Unname(r.Context(), a, id, person); err != nil {
			return err
		}
		return s.afterTending(w, r, id)
	}
	if err := s.Name(r.Context(), a, id, form.Get("name")); err != nil {
		return s.showTend(w, r, form.Get("name"), err)
	}
	return web.SeeOther(w, r, pathOf(id)+"/moderators")
}

// afterTending leads on: whoever took themselves off may have nothing to see there any more.
func (s *Service) afterTending(w http.ResponseWriter, r *http.Request, id moment.ID) error {
	if _, err := s.Tend(r.Context(), web.Actor(r.Context()), id); fault.Is(err, fault.NotFound) {
		return web.SeeOther(w, r, pathOf(id))
	} else if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(id)+"/moderators")
}

func (s *Service) answerPost(w http.ResponseWriter, r *http.Request) error {
	a, id, form, err := posted(r)
	if err != nil {
		return err
	}
	ask, ok := moment.ParseID(r.PathValue("ask"))
	if !ok {
		return fault.Hidden()
	}
	err = s.Answer(r.Context(), a, id, ask, form.Get("yes") == "yes")
	if err := fault.Unless(err, fault.Conflict); err != nil { // somebody was faster: the page says how it stands
		return err
	}
	return web.SeeOther(w, r, pathOf(id)+"/moderators")
}

// paragraphs cuts plain words at empty lines.
func paragraphs(s string) []string {
	var out []string
	for _, p := range splitParagraphs(s) {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func audienceOptions(ctx context.Context, d formData) []web.Option {
	var out []web.Option
	for _, a := range Audiences() {
		if d.ID != "" && wider(d.Was, a) {
			continue
		}
		out = append(out, web.Option{Value: string(a), Label: web.T(ctx, "forum.audience."+string(a)), Hint: web.T(ctx, "forum.audience_hint."+string(a)), Checked: d.Audience == a})
	}
	return out
}

func joinsOptions(ctx context.Context, is Joins) []web.Option {
	var out []web.Option
	for _, j := range []Joins{ByAsking, ByPress} {
		out = append(out, web.Option{Value: string(j), Label: web.T(ctx, "forum.joins."+string(j)), Checked: is == j})
	}
	return out
}

func aloneOptions(ctx context.Context, is Alone) []web.Option {
	var out []web.Option
	for _, x := range []Alone{Slow, Hold} {
		out = append(out, web.Option{Value: string(x), Label: web.T(ctx, "forum.alone."+string(x)), Checked: is == x})
	}
	return out
}

// yesOption is one thing that is so or not.
func yesOption(label, hint string, on bool) []web.Option {
	return []web.Option{{Value: "yes", Label: label, Hint: hint, Checked: on}}
}
