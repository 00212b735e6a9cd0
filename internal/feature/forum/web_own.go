package forum

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// newsPage shows what is new in what one follows.
func (s *Service) newsPage(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Talk.News(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newsView(n))
}

// filtersData is the page of what somebody chose for themselves.
type filtersData struct {
	Options []web.Option
	discussion.Wishes
	Saved bool
	Err   error
}

func (s *Service) filtersPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	chosen, err := s.Talk.Chosen(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	return s.showFilters(w, r, nil, filtersData{Wishes: chosen, Saved: q.Get("done") == "saved"})
}

func (s *Service) showFilters(w http.ResponseWriter, r *http.Request, typed []string, d filtersData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		all, chosen, err := s.Talk.Rather(r.Context(), web.Actor(r.Context()), web.Lang(r.Context()))
		if d.Err != nil {
			chosen = map[string]bool{}
			for _, t := range typed {
				chosen[t] = true
			}
		}
		d.Options = discussion.RatherOptions(all, chosen)
		return filtersView(d), err
	})
}

func (s *Service) filtersPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	wishes := wishesOf(form)
	if err := s.Talk.Choose(r.Context(), web.Actor(r.Context()), form["topics"], wishes); err != nil {
		return s.showFilters(w, r, form["topics"], filtersData{Wishes: wishes, Err: err})
	}
	return web.SeeOther(w, r, "/forum/filters?done=saved")
}

// wishesOf reads what somebody chose. What was not sent is the usual; what is no number is
// refused as one that cannot be chosen.
func wishesOf(form url.Values) discussion.Wishes {
	number := func(name string, usual int) int {
		if !form.Has(name) {
			return usual
		}
		n, err := strconv.Atoi(form.Get(name))
		if err != nil || n > 24*60 { // far from an overflow
			return -1
		}
		return n
	}
	w := discussion.Wishes{Called: form.Get("called") == "yes", Pictures: form.Get("pictures") == "yes", Pace: discussion.Pace(form.Get("pace")), Weekday: number("weekday", 0)}
	if w.Minute = number("hour", usualHour); w.Minute >= 0 {
		w.Minute *= 60
	}
	return w
}

// usualHour is when somebody hears who chose no hour.
const usualHour = 18

func paceOptions(ctx context.Context, is discussion.Pace) []web.Option {
	var out []web.Option
	for _, p := range discussion.Paces() {
		out = append(out, web.Option{Value: string(p), Label: web.T(ctx, "forum.pace."+string(p)), Checked: p == is})
	}
	return out
}

func hourOptions(minute int) []web.Option {
	out := make([]web.Option, 24)
	for h := range out {
		text := strconv.Itoa(h)
		if h < 10 {
			text = "0" + text
		}
		out[h] = web.Option{Value: strconv.Itoa(h), Label: text + ":00", Checked: minute/60 == h}
	}
	return out
}

func weekdayOptions(ctx context.Context, is int) []web.Option {
	var out []web.Option
	for d := range 7 {
		day := (d + 1) % 7 // Monday first
		out = append(out, web.Option{Value: strconv.Itoa(day), Label: web.T(ctx, "web.weekday."+strconv.Itoa(day)), Checked: day == is})
	}
	return out
}
