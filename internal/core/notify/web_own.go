package notify

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// noticesView is what somebody was told: what waits, and what was.
type noticesView struct {
	open, earlier []Notice
	member        bool
}

func (s *Service) showNotices(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), web.Actor(r.Context())
	open, err := s.Open(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return err
	}
	all, err := s.Told(ctx, a)
	if err != nil {
		return err
	}
	v := noticesView{open: open, member: a.Has(access.Member)}
	for _, n := range all {
		if !n.open() {
			v.earlier = append(v.earlier, n)
		}
	}
	return web.Render(w, r, http.StatusOK, noticesPage(v))
}

func (s *Service) doSeeAll(w http.ResponseWriter, r *http.Request) error {
	if err := s.SeeAll(r.Context(), web.Actor(r.Context())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/notices")
}

func (s *Service) doSee(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.seen(r); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/notices")
}

// doOpen leads to what a notice is about, which counts as having seen it.
func (s *Service) doOpen(w http.ResponseWriter, r *http.Request) error {
	n, err := s.seen(r)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, n.Path)
}

func (s *Service) seen(r *http.Request) (Notice, error) {
	id, err := web.PathID(r)
	if err != nil {
		return Notice{}, err
	}
	return s.See(r.Context(), web.Actor(r.Context()), id)
}

// settingsView is how somebody is reached, with what was typed.
type settingsView struct {
	Settings
	channels []Channel // that exist here
	from, to string
	shared   bool
	session  moment.ID
	key      string // for the browser to ask for push with; "" when there is no push
	hasMail  bool
	done     string
	err      error
}

func (s *Service) settingsView(ctx context.Context) (settingsView, error) {
	a := web.Actor(ctx)
	set, err := s.Settings(ctx, a)
	if err != nil {
		return settingsView{}, err
	}
	v := settingsView{Settings: set, shared: a.Shared, session: a.Session, hasMail: s.Mail != nil}
	if set.HasHour {
		v.from, v.to = clock(set.Hours.From), clock(set.Hours.To)
	}
	if s.Mail != nil {
		v.channels = append(v.channels, ByMail)
	}
	if s.Push != nil {
		v.channels = append(v.channels, ByPush)
	}
	if set.Hooks {
		v.channels = append(v.channels, ByHook)
	}
	v.key, err = s.PublicKey(ctx)
	return v, err
}

func (s *Service) showSettings(w http.ResponseWriter, r *http.Request) error {
	v, err := s.settingsView(r.Context())
	if err != nil {
		return err
	}
	v.done = doneOf(r)
	return web.Render(w, r, http.StatusOK, settingsPage(v))
}

// wishField is the field of a kind in the form.
func wishField(kind string) string { return "kind." + kind }

func (s *Service) doSave(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	wishes, err := wishesFrom(form)
	if err == nil {
		err = s.Save(r.Context(), web.Actor(r.Context()), wishes)
	}
	if err != nil {
		v, viewErr := s.settingsView(r.Context())
		if viewErr != nil {
			return viewErr
		}
		v.from, v.to, v.err = form.Get("from"), form.Get("to"), err
		v.Chosen = v.typed(wishes)
		return refused(w, r, err, settingsPage(v))
	}
	return web.SeeOther(w, r, "/me/notify?done=saved")
}

// typed is what was chosen in a form that is shown again.
func (v settingsView) typed(w Wishes) []Choice {
	var out []Choice
	for _, k := range v.Kinds {
		for _, c := range Channels() {
			out = append(out, Choice{k.Name, c, false})
		}
		for _, c := range w.Kinds[k.Name] {
			out = append([]Choice{{k.Name, c, true}}, out...)
		}
	}
	return out
}

func wishesFrom(form url.Values) (Wishes, error) {
	w := Wishes{Kinds: map[string][]Channel{}}
	for field, values := range form {
		kind, ok := strings.CutPrefix(field, "kind.")
		if !ok {
			continue
		}
		for _, v := range values {
			w.Kinds[kind] = append(w.Kinds[kind], Channel(v))
		}
	}
	from, to := strings.TrimSpace(form.Get("from")), strings.TrimSpace(form.Get("to"))
	if from == "" && to == "" {
		return w, nil
	}
	var p fault.Problems
	h := Hours{From: minutes(from), To: minutes(to)}
	if h.From < 0 {
		p.Add("from", "notify.error.time")
	}
	if h.To < 0 {
		p.Add("to", "notify.error.time")
	}
	w.Hours = &h
	return w, p.Err()
}

// minutes reads "22:00"; what is no time of day is -1.
func minutes(typed string) int {
	hour, minute, ok := strings.Cut(typed, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(strings.SplitN(minute, ":", 2)[0]) // some browsers send seconds
	if !ok || err != nil || err2 != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return -1
	}
	return h*60 + m
}

func (s *Service) doTest(w http.ResponseWriter, r *http.Request) error {
	if err := s.Test(r.Context(), web.Actor(r.Context())); err != nil {
		v, viewErr := s.settingsView(r.Context())
		if viewErr != nil {
			return viewErr
		}
		v.err = err
		return refused(w, r, err, settingsPage(v))
	}
	return web.SeeOther(w, r, "/me/notify?done=test")
}

func (s *Service) doRemoveDevice(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if err := s.RemoveDevice(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/me/notify?done=removed")
}
