package discussion

import (
	"net/http"
	"slices"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

func (s *Service) labelPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showLabel(w, r, id, nil, nil)
}

func (s *Service) showLabel(w http.ResponseWriter, r *http.Request, id moment.ID, typed []string, wrong error) error {
	e, err := s.entry(r, id, func(m May) bool { return m.Label })
	if err != nil {
		return err
	}
	all, err := s.People.Situations(r.Context(), web.Lang(r.Context()))
	if err != nil {
		return err
	}
	if typed == nil {
		for _, t := range e.Topics {
			typed = append(typed, t.Slug)
		}
	}
	d := entryData{Entry: e, Err: wrong}
	fixed := map[string]bool{}
	for _, t := range e.Topics {
		if t.Fixed {
			fixed[t.Slug], d.Fixed = true, append(d.Fixed, t.Text)
		}
	}
	situations, _ := people.Choosable(all)
	for _, t := range all {
		if situations[t.Slug] && !fixed[t.Slug] {
			d.Labels = append(d.Labels, web.Option{Value: t.Slug, Label: t.Label, Checked: slices.Contains(typed, t.Slug)})
		}
	}
	return web.Render(w, r, web.Status(wrong), labelView(d))
}

func (s *Service) labelPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = s.Label(r.Context(), web.Actor(r.Context()), id, form["topics"])
	if web.ShownAgain(err) {
		return s.showLabel(w, r, id, append([]string{}, form["topics"]...), err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, postPath(id, ""))
}

// sure are the acts that are asked about before they are done.
var sure = map[string]func(May) bool{
	"withdraw": func(m May) bool { return m.Withdraw },
	"hide":     func(m May) bool { return m.Hide },
	"reveal":   func(m May) bool { return m.Reveal },
}

func (s *Service) surePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	return s.showSure(w, r, id, r.PathValue("act"), "", nil)
}

func (s *Service) showSure(w http.ResponseWriter, r *http.Request, id moment.ID, act, typed string, wrong error) error {
	may, known := sure[act]
	if !known {
		return fault.Hidden()
	}
	e, err := s.entry(r, id, may)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Status(wrong), sureView(entryData{Entry: e, Typed: typed, Err: wrong}, act))
}

// onEntry runs a verb on what the path names and returns to where the reader was.
func onEntry(w http.ResponseWriter, r *http.Request, do func(id moment.ID, form map[string][]string) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := do(id, form); err != nil {
		return err
	}
	return web.SeeOther(w, r, backTo(form.Get("back"), postPath(id, ""))+"#"+domID(id))
}

func first(form map[string][]string, name string) string {
	if len(form[name]) == 0 {
		return ""
	}
	return form[name][0]
}

func (s *Service) withdrawPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	_, e, err := s.at(r.Context(), s.DB.Reader(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if err := s.Withdraw(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	// The place is gone with the words when nobody has answered: the reader goes to
	// what is above it, or, when that is not theirs any more, to their own page.
	to := wallPath(e.Space)
	x, err := s.enter(r.Context(), s.DB.Reader(), web.Actor(r.Context()), e.Space)
	switch {
	case err != nil || !x.viewer.see:
		to = "/me"
	case e.Post != "":
		to = postPath(e.Post, "")
	case x.Threads:
		to = x.Href
	}
	return web.SeeOther(w, r, to)
}

func (s *Service) reactPost(w http.ResponseWriter, r *http.Request) error {
	return onEntry(w, r, func(id moment.ID, form map[string][]string) error {
		kind, how, _ := strings.Cut(first(form, "do"), "/")
		return s.React(r.Context(), web.Actor(r.Context()), id, kind, how != "off")
	})
}

func (s *Service) hidePost(w http.ResponseWriter, r *http.Request) error {
	return s.withReason(w, r, "hide", func(id moment.ID, reason string) error {
		return s.Hide(r.Context(), web.Actor(r.Context()), id, reason)
	})
}

func (s *Service) revealPost(w http.ResponseWriter, r *http.Request) error {
	return s.withReason(w, r, "reveal", func(id moment.ID, reason string) error {
		_, err := s.Reveal(r.Context(), web.Actor(r.Context()), id, reason)
		return err
	})
}

// withReason runs an act that needs a reason, and asks again when there is none.
func (s *Service) withReason(w http.ResponseWriter, r *http.Request, act string, do func(id moment.ID, reason string) error) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	err = do(id, form.Get("reason"))
	if fault.Is(err, fault.Invalid) {
		return s.showSure(w, r, id, act, form.Get("reason"), err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, postPath(id, ""))
}

func (s *Service) releasePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	a := web.Actor(r.Context())
	_, e, err := s.at(r.Context(), s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	if err := s.Release(r.Context(), a, id); err != nil {
		return err
	}
	x, err := s.enter(r.Context(), s.DB.Reader(), a, e.Space)
	if err != nil {
		return err
	}
	if !x.viewer.see { // whoever leads has read it, and does not belong to the space
		return web.SeeOther(w, r, "/board")
	}
	return web.SeeOther(w, r, postPath(id, ""))
}

func (s *Service) pinPost(w http.ResponseWriter, r *http.Request) error {
	return onEntry(w, r, func(id moment.ID, form map[string][]string) error {
		return s.Pin(r.Context(), web.Actor(r.Context()), id, first(form, "on") == "yes")
	})
}
