package meetings

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// planData is the form of a series. From is set when one is changed.
type planData struct {
	Stand   Stand
	Owner   Ref
	From    *View
	Old     Series
	Plan    Plan
	Typed   map[string]string
	Repeat  string
	Days    []time.Weekday
	Places  []string
	Err     error
	Changes bool
}

// The ways of repeating that the form offers; "as" keeps what is there, "own" takes a
// rule as calendars write it.
const (
	repeatOnce    = "once"
	repeatWeekly  = "weekly"
	repeatTwo     = "two_weeks"
	repeatFour    = "four_weeks"
	repeatNth     = "nth"
	repeatLast    = "last"
	repeatDate    = "date"
	repeatDaily   = "daily"
	repeatOwn     = "own"
	endsNever     = "never"
	endsOn        = "on"
	endsAfter     = "after"
	clockForm     = "15:04"
	usualMinutes  = 90
	usualStarts   = 18 * 60
	firstInDays   = 7
	planRouteHref = "/series/new"
)

func (s *Service) newPage(w http.ResponseWriter, r *http.Request) error {
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	owner, err := refOf(q.Get("kind"), q.Get("owner"))
	if err != nil {
		return err
	}
	zone := web.Zone(r.Context())
	first := calendar.DateOf(s.Clock.Now().Std().In(zone)).Add(firstInDays)
	d := planData{Owner: owner, Plan: Plan{First: first, Starts: usualStarts, Minutes: usualMinutes, Zone: zone.String(), Attendance: InPerson}, Repeat: repeatWeekly}
	d.Typed = typedFrom(d.Plan)
	return s.showPlan(w, r, d)
}

func (s *Service) showPlan(w http.ResponseWriter, r *http.Request, d planData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		var err error
		if d.From == nil {
			d.Stand, err = s.MayPlan(r.Context(), web.Actor(r.Context()), d.Owner)
		}
		return planView(d), err
	})
}

func (s *Service) newPost(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	owner, err := refOf(form.Get("kind"), form.Get("owner"))
	if err != nil {
		return err
	}
	d := planOf(form)
	d.Owner = owner
	if d.Err != nil {
		return s.showPlan(w, r, d)
	}
	id, err := s.Make(r.Context(), web.Actor(r.Context()), owner, d.Plan)
	if err != nil {
		d.Err = err
		return s.showPlan(w, r, d)
	}
	return web.SeeOther(w, r, seriesPath(id)+"?done=planned")
}

func seriesPath(id moment.ID) string { return "/series/" + string(id) }

// typedFrom fills the form from a plan.
func typedFrom(p Plan) map[string]string {
	t := map[string]string{"title": p.Title, "first": p.First.String(), "starts": clockOf(p.Starts), "minutes": strconv.Itoa(p.Minutes), "zone": p.Zone, "place": p.Place, "address": p.Inside.Address,
		"link": p.Inside.Link, "phone": p.Inside.Phone, "way": p.Inside.Way, "room_places": places(p.RoomPlaces), "online_places": places(p.OnlinePlaces), "attendance": string(p.Attendance), "ends": endsNever, "count": "", "until": "", "rule": p.Rule.String()}
	if p.OpenAddress {
		t["open"] = "yes"
	}
	if p.Rule.Count > 0 {
		t["ends"], t["count"] = endsAfter, strconv.Itoa(p.Rule.Count)
	}
	if p.Rule.Until != (calendar.Date{}) {
		t["ends"], t["until"] = endsOn, p.Rule.Until.String()
	}
	return t
}

func places(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func clockOf(minutes int) string {
	return time.Date(2000, 1, 1, minutes/60, minutes%60, 0, 0, time.UTC).Format(clockForm)
}

// planOf reads the form.
func planOf(form url.Values) planData {
	d := planData{Typed: map[string]string{}, Repeat: form.Get("repeat")}
	for _, name := range []string{"title", "first", "starts", "minutes", "zone", "place", "address", "open", "link", "phone", "way", "room_places", "online_places", "attendance", "ends", "count", "until", "rule"} {
		d.Typed[name] = form.Get(name)
	}
	var wrong fault.Problems
	p := Plan{Title: d.Typed["title"], Minutes: number(d.Typed["minutes"], -1), Zone: d.Typed["zone"], Attendance: Attendance(d.Typed["attendance"]), Place: d.Typed["place"],
		Inside: Inside{Address: d.Typed["address"], Link: d.Typed["link"], Phone: d.Typed["phone"], Way: d.Typed["way"]}, OpenAddress: d.Typed["open"] == "yes",
		RoomPlaces: number(d.Typed["room_places"], 0), OnlinePlaces: number(d.Typed["online_places"], 0)}
	first, ok := calendar.ParseDate(d.Typed["first"])
	if !ok {
		wrong.Add("first", "meetings.error.first")
	}
	p.First = first
	if at, err := time.Parse(clockForm, d.Typed["starts"]); err == nil {
		p.Starts = at.Hour()*60 + at.Minute()
	} else {
		wrong.Add("starts", "meetings.error.starts")
	}
	for _, x := range form["days"] {
		if n := number(x, -1); n >= 0 && n <= 6 {
			d.Days = append(d.Days, time.Weekday(n))
		}
	}
	if ok {
		p.Rule = d.rule(first, &wrong)
	}
	d.Plan = p
	if d.Err = wrong.Err(); d.Err == nil {
		d.Plan.snap()
	}
	return d
}

// snap moves the first day on to the first that the rule gives: who meets on Tuesdays
// and Fridays "from Wednesday on" begins on Friday.
func (p *Plan) snap() {
	if x, ok := p.Series().Snap(); ok {
		p.First = x.First
	}
}

// rule is what the form says about repeating.
func (d planData) rule(first calendar.Date, wrong *fault.Problems) calendar.Rule {
	var rule calendar.Rule
	nth := calendar.Nth{N: (first.Day + 6) / 7, Day: first.Weekday()}
	switch d.Repeat {
	case repeatOnce, "":
		return rule
	case repeatDaily:
		rule = calendar.Rule{Freq: calendar.Daily}
	case repeatWeekly, repeatTwo, repeatFour:
		rule = calendar.Rule{Freq: calendar.Weekly, Interval: map[string]int{repeatWeekly: 1, repeatTwo: 2, repeatFour: 4}[d.Repeat]}
		for _, day := range d.Days {
			rule.ByDay = append(rule.ByDay, calendar.Nth{Day: day})
		}
	case repeatNth:
		rule = calendar.Rule{Freq: calendar.Monthly, ByDay: []calendar.Nth{nth}}
	case repeatLast:
		rule = calendar.Rule{Freq: calendar.Monthly, ByDay: []calendar.Nth{{N: -1, Day: first.Weekday()}}}
	case repeatDate:
		rule = calendar.Rule{Freq: calendar.Monthly, ByMonthDay: []int{first.Day}}
	case repeatOwn:
		var err error
		if rule, err = calendar.ParseRule(d.Typed["rule"]); err != nil {
			*wrong = append(*wrong, fault.As(err).Fields...)
			return rule
		}
	default:
		wrong.Add("repeat", "meetings.error.repeat")
	}
	d.end(&rule, wrong)
	return rule
}

// end is what the form says about the end. A rule as calendars write it brings its own.
func (d planData) end(rule *calendar.Rule, wrong *fault.Problems) {
	switch d.Typed["ends"] {
	case endsOn:
		day, ok := calendar.ParseDate(d.Typed["until"])
		if !ok {
			wrong.Add("until", "meetings.error.until")
		}
		rule.Until, rule.Count = day, 0
	case endsAfter:
		n := number(d.Typed["count"], -1)
		if n < 1 || n > calendar.MostCount {
			wrong.AddWith("count", "meetings.error.times", map[string]any{"most": calendar.MostCount})
		}
		rule.Count, rule.Until = n, calendar.Date{}
	}
}

// repeatOf finds which of the form's ways a rule is.
func repeatOf(p Plan) (string, []time.Weekday) {
	bare := p.Rule
	bare.Count, bare.Until = 0, calendar.Date{}
	var days []time.Weekday
	if p.Rule.Freq == calendar.Weekly {
		for _, n := range p.Rule.ByDay {
			days = append(days, n.Day)
		}
	}
	for _, way := range []string{repeatOnce, repeatDaily, repeatWeekly, repeatTwo, repeatFour, repeatNth, repeatLast, repeatDate} {
		var none fault.Problems
		d := planData{Repeat: way, Days: days, Typed: map[string]string{"ends": endsNever}}
		if d.rule(p.First, &none).String() == bare.String() {
			return way, days
		}
	}
	return repeatOwn, days
}

// changeFrom is the form of a series as it goes on from one of its meetings.
func (s *Service) changeFrom(r *http.Request) (planData, error) {
	id, err := web.PathID(r)
	if err != nil {
		return planData{}, err
	}
	a := web.Actor(r.Context())
	v, err := s.Look(r.Context(), a, id)
	if err == nil {
		err = canHold(v.Stand).Err()
	}
	if err != nil {
		return planData{}, err
	}
	old, _, _, err := s.Planned(r.Context(), a, v.Series)
	d := planData{From: &v, Old: old, Stand: v.Stand, Owner: v.Owner, Plan: old.Rest(v.Meeting)}
	d.Repeat, d.Days = repeatOf(d.Plan)
	d.Typed = typedFrom(d.Plan)
	return d, err
}

func (s *Service) changePage(w http.ResponseWriter, r *http.Request) error {
	d, err := s.changeFrom(r)
	if err != nil {
		return err
	}
	return s.showPlan(w, r, d)
}

func (s *Service) changePost(w http.ResponseWriter, r *http.Request) error {
	d, err := s.changeFrom(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := planOf(form)
	typed.From, typed.Old, typed.Stand, typed.Owner = d.From, d.Old, d.Stand, d.Owner
	if typed.Err != nil {
		return s.showPlan(w, r, typed)
	}
	id, err := s.Change(r.Context(), web.Actor(r.Context()), d.From.ID, typed.Plan, number(form.Get("seen"), 0))
	if err != nil {
		typed.Err = err
		return s.showPlan(w, r, typed)
	}
	return web.SeeOther(w, r, seriesPath(id)+"?done=changed")
}

// seriesData is the page of a series, for whoever holds it.
type seriesData struct {
	Series
	Stand  Stand
	Coming []Meeting
	Done   string
	Now    moment.Time
}

// seriesPage is where a calendar's entry leads: whoever holds it plans here, everybody
// else is led to what it belongs to.
func (s *Service) seriesPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	ctx, a := r.Context(), web.Actor(r.Context())
	d := seriesData{Done: q.Get("done"), Now: s.Clock.Now()}
	d.Series, d.Stand, d.Coming, err = s.Planned(ctx, a, id)
	if fault.Is(err, fault.NotFound) {
		x, serr := s.series(ctx, s.DB.Reader(), id)
		if serr != nil {
			return serr
		}
		st, serr := s.stands(ctx, s.DB.Reader(), a, x.Owner)
		if serr != nil {
			return serr
		}
		return web.SeeOther(w, r, st.Href)
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, seriesView(d))
}

func (s *Service) endPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	x, _, coming, err := s.Planned(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, endView(x, len(coming)))
}

func (s *Service) endPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	if _, err := web.Form(r); err != nil {
		return err
	}
	if err := s.End(r.Context(), web.Actor(r.Context()), id); err != nil {
		return err
	}
	return web.SeeOther(w, r, seriesPath(id)+"?done=ended")
}
