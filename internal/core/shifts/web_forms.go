package shifts

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// newForm is the form of a new shift as it was typed.
type newForm struct {
	date, starts, ends, until, places string
	weekly, lead, publish             bool
	minimum                           int
	zone                              string
	err                               error
}

func (s *Service) newPage(w http.ResponseWriter, r *http.Request) error {
	query, err := web.Query(r)
	if err != nil {
		return err
	}
	f := newForm{lead: true, publish: true}
	if err := s.about(r, &f); err != nil {
		return err
	}
	f.places = strconv.Itoa(f.minimum)
	if week, ok := calendar.ParseWeek(query.Get("week")); ok {
		f.date = week.Monday().String()
	}
	return web.Render(w, r, http.StatusOK, newView(f))
}

// about fills in what the form says about the service.
func (s *Service) about(r *http.Request, f *newForm) error {
	ctx, read := r.Context(), s.DB.Reader()
	plan, err := s.Plan(ctx, read)
	if err != nil {
		return err
	}
	f.zone = plan.Zone.String()
	f.minimum, _, err = s.Minimum(ctx, read)
	return err
}

func (s *Service) newPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := newForm{date: form.Get("date"), starts: form.Get("starts"), ends: form.Get("ends"), until: form.Get("until"), places: form.Get("places"),
		weekly: form.Get("weekly") == "yes", lead: form.Get("lead") == "yes", publish: form.Get("publish") == "yes"}
	if err := s.about(r, &f); err != nil {
		return err
	}
	n, err := f.read()
	if err == nil {
		_, err = s.Make(r.Context(), web.Actor(r.Context()), n)
	}
	if err == nil {
		plan, err := s.Plan(r.Context(), s.DB.Reader())
		if err != nil {
			return err
		}
		at := n.Date.At(n.Starts, plan.Zone).In(web.Zone(r.Context()))
		return web.SeeOther(w, r, "/rota?week="+calendar.WeekOf(at).String())
	}
	return s.refused(w, r, err, func() (templ.Component, error) {
		f.err = err
		return newView(f), nil
	})
}

// read understands what was typed. An end that is not after the beginning is on
// the next day.
func (f newForm) read() (NewShift, error) {
	var p fault.Problems
	n := NewShift{Weekly: f.weekly, NeedsLead: f.lead, Publish: f.publish}
	var ok bool
	if n.Date, ok = calendar.ParseDate(f.date); !ok {
		p.Add("date", "shifts.error.date")
	}
	if n.Starts, ok = minutesOf(f.starts); !ok {
		p.Add("starts", "shifts.error.clock")
	}
	if n.Ends, ok = minutesOf(f.ends); !ok {
		p.Add("ends", "shifts.error.clock")
	}
	if n.Ends <= n.Starts {
		n.Ends += dayMinutes
	}
	if n.Until, ok = calendar.ParseDate(f.until); !ok && f.weekly {
		p.Add("until", "shifts.error.until")
	}
	places, err := strconv.Atoi(strings.TrimSpace(f.places))
	if err != nil {
		places = -1
	}
	n.Places = places
	return n, p.Err()
}

// minutesOf reads "18:30", as browsers send times.
func minutesOf(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

// callForm is the form of being on call as it was typed, and who is already.
type callForm struct {
	kind, person, name, phone, from, until string
	zone                                   string
	choices                                []people.Card
	calls                                  []Call
	err                                    error
}

// callsAhead is how far the page of calls looks.
const callsAhead = 120 * 24 * time.Hour

func (s *Service) callView(r *http.Request, f callForm) (callForm, error) {
	ctx, read := r.Context(), s.DB.Reader()
	plan, err := s.Plan(ctx, read)
	if err != nil {
		return f, err
	}
	f.zone = plan.Zone.String()
	if f.choices, err = s.colleagues(ctx, read, access.Supervisor, access.Coordinator, access.Clinician); err != nil {
		return f, err
	}
	now := s.Clock.Now()
	f.calls, err = s.calls(ctx, web.Actor(ctx), Span{now, now.Add(callsAhead)})
	return f, err
}

func (s *Service) onCallPage(w http.ResponseWriter, r *http.Request) error {
	f, err := s.callView(r, callForm{kind: string(First)})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, onCallView(f))
}

func (s *Service) onCallPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := callForm{kind: form.Get("kind"), person: form.Get("person"), name: form.Get("name"), phone: form.Get("phone"), from: form.Get("from"), until: form.Get("until")}
	plan, err := s.Plan(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	err = s.PutOnCall(r.Context(), web.Actor(r.Context()), Duty{Kind: DutyKind(f.kind), Person: moment.ID(f.person), Name: f.name, Phone: f.phone,
		From: instantOf(f.from, plan.Zone), Until: instantOf(f.until, plan.Zone)})
	if err == nil {
		return web.SeeOther(w, r, "/rota/on-call")
	}
	return s.refused(w, r, err, func() (templ.Component, error) {
		f, perr := s.callView(r, f)
		f.err = err
		return onCallView(f), perr
	})
}

// instantOf reads "2026-11-23T18:00", as browsers send it; 0 when it is none.
func instantOf(text string, zone *time.Location) moment.Time {
	t, err := time.Parse("2006-01-02T15:04", text)
	if err != nil {
		return 0
	}
	return moment.At(calendar.DateOf(t).At(t.Hour()*60+t.Minute(), zone))
}

func (s *Service) endDutyPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	return s.then(w, r, "/rota/on-call", s.EndDuty(r.Context(), web.Actor(r.Context()), id))
}

// limitsForm is the form of the limits as it was typed.
type limitsForm struct {
	length, rest, week string
	err                error
}

func (s *Service) limitsPage(w http.ResponseWriter, r *http.Request) error {
	l, err := s.Limits(r.Context(), s.DB.Reader())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, limitsView(limitsForm{length: strconv.Itoa(hours(l.Length)), rest: strconv.Itoa(hours(l.Rest)), week: strconv.Itoa(hours(l.Week))}))
}

func (s *Service) limitsPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := limitsFrom(form)
	err = s.SetLimits(r.Context(), web.Actor(r.Context()), Limits{Length: hoursOf(f.length), Rest: hoursOf(f.rest), Week: hoursOf(f.week)})
	if err == nil {
		return web.SeeOther(w, r, "/rota")
	}
	return s.refused(w, r, err, func() (templ.Component, error) {
		f.err = err
		return limitsView(f), nil
	})
}

func limitsFrom(form url.Values) limitsForm {
	return limitsForm{length: strings.TrimSpace(form.Get("length")), rest: strings.TrimSpace(form.Get("rest")), week: strings.TrimSpace(form.Get("week"))}
}
