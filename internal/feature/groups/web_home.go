package groups

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// homeData is the page of finding groups.
type homeData struct {
	Page
	Mine
	Search Search
	Query  url.Values
	Labels map[string]string
	Kinds  []people.Situation
	Done   string
	Err    error
	Makes  bool // facilitators and coordinators
	Leads  bool // coordinators
	Known  bool // has an account
}

// times are the times of day that can be looked for, in minutes.
func times() map[string][2]int {
	return map[string][2]int{"morning": {5 * 60, 12 * 60}, "afternoon": {12 * 60, 17 * 60}, "evening": {17 * 60, 22 * 60}, "night": {22 * 60, 24 * 60}}
}

func timeNames() []string { return []string{"morning", "afternoon", "evening", "night"} }

// attendances are the ways of meeting that can be looked for.
func attendances() []string { return []string{"in_person", "online", "hybrid"} }

// searchOf reads a search from an address. What is not known narrows nothing.
func searchOf(ctx context.Context, q url.Values) Search {
	f := Search{Words: strings.TrimSpace(q.Get("words")), Zone: web.Zone(ctx), After: q.Get("after"), Community: q.Get("for"), Topic: q.Get("topic"), Language: q.Get("lang")}
	if form := Form(q.Get("form")); form == Theirs || slices.Contains(Forms(), form) {
		f.Form = form
	}
	if slices.Contains(Features(), q.Get("access")) {
		f.Feature = q.Get("access")
	}
	if slices.Contains(attendances(), q.Get("how")) {
		f.Attendance = q.Get("how")
	}
	if day, err := strconv.Atoi(q.Get("day")); err == nil && day >= 0 && day < 7 {
		f.Days = []time.Weekday{time.Weekday(day)}
	}
	if span, ok := times()[q.Get("time")]; ok {
		f.Earliest, f.Latest = span[0], span[1]
	}
	return f
}

func (s *Service) homePage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	d := homeData{Search: searchOf(ctx, q), Query: q, Done: q.Get("done"), Known: a.Has(access.Member), Leads: a.Has(access.Coordinator),
		Makes: a.Roles.Any(access.Set(access.Facilitator, access.Coordinator))}
	d.Page, d.Err = s.Search(ctx, a, d.Search)
	return again(w, r, d.Err, func() (templ.Component, error) {
		if d.Mine, err = s.Mine(ctx, a); err != nil {
			return nil, err
		}
		if d.Kinds, err = s.People.Situations(ctx, web.Lang(ctx)); err != nil {
			return nil, err
		}
		d.Labels = labelsOf(d.Kinds)
		return homeView(d), nil
	})
}

func labelsOf(all []people.Situation) map[string]string {
	out := make(map[string]string, len(all))
	for _, x := range all {
		out[x.Slug] = x.Label
	}
	return out
}

func (s *Service) labels(ctx context.Context) (map[string]string, error) {
	all, err := s.People.Situations(ctx, web.Lang(ctx))
	return labelsOf(all), err
}

// moreHref is the address of the next page, with the same search.
func (d homeData) moreHref() string {
	q := url.Values{}
	for _, name := range []string{"words", "day", "time", "how", "lang", "access", "for", "topic", "form", "zone"} {
		if v := d.Query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	q.Set("after", d.More)
	return "/groups?" + q.Encode()
}

func (s *Service) printPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Print(r.Context(), web.Zone(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, printView(list, s.BaseURL+"/groups", s.Clock.Now()))
}

func (s *Service) groupPage(w http.ResponseWriter, r *http.Request) error {
	a, id, err := s.at(r)
	if err != nil {
		return err
	}
	v, err := s.Open(r.Context(), a, id)
	if err != nil {
		return err
	}
	if v.Labels, err = s.labels(r.Context()); err != nil {
		return err
	}
	if v.Form == Theirs {
		return s.listedPage(w, r, v.View)
	}
	return web.Render(w, r, http.StatusOK, groupView(groupData{v, doneOf(r)}))
}

// groupData is the page of a group.
type groupData struct {
	Opened
	Done string
}
