package mentoring

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// walkData is the page of a walk.
type walkData struct {
	View
	Labels map[string]string
	Done   string
	Err    error
}

func (s *Service) walkPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	q, err := web.Query(r)
	if err != nil {
		return err
	}
	return s.showWalk(w, r, id, q.Get("done"), nil)
}

func (s *Service) showWalk(w http.ResponseWriter, r *http.Request, id moment.ID, done string, wrong error) error {
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		ctx, a := r.Context(), web.Actor(r.Context())
		v, err := s.Open(ctx, a, id)
		if fault.Is(err, fault.NotFound) {
			if in, ok, serr := s.OpenStandIn(ctx, a, id); serr != nil || ok {
				return standInView(in), serr
			}
		}
		if err != nil {
			return nil, err
		}
		labels, err := s.labels(r)
		return walkView(walkData{v, labels, done, wrong}), err
	})
}

// acts are what is done with a walk by one press. Those that are asked about first
// have a page of their own.
func (s *Service) acts(ctx context.Context, a access.Actor, id moment.ID) map[string]func() error {
	return map[string]func() error{
		"yes":         func() error { return s.Answer(ctx, a, id, true) },
		"no":          func() error { return s.Answer(ctx, a, id, false) },
		"take-back":   func() error { return s.TakeBack(ctx, a, id) },
		"go-on":       func() error { return s.GoOn(ctx, a, id) },
		"switch":      func() error { return s.Switch(ctx, a, id) },
		"may-know":    func() error { return s.MayKnow(ctx, a, id) },
		"block":       func() error { return s.Block(ctx, a, id) },
		"stand-in":    func() error { return s.StandIn(ctx, a, id, true) },
		"no-stand-in": func() error { return s.StandIn(ctx, a, id, false) },
	}
}

func asksFirst(act string) bool { return act == "switch" || act == "may-know" || act == "block" }

func (s *Service) surePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	act := r.PathValue("act")
	if !asksFirst(act) {
		return fault.Hidden()
	}
	v, err := s.Open(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if v.State == Over {
		return web.SeeOther(w, r, walkPath(id))
	}
	return web.Render(w, r, http.StatusOK, sureView(v, act))
}

func (s *Service) actPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	ctx, a, act := r.Context(), web.Actor(r.Context()), r.PathValue("act")
	switch act {
	case "now":
		return s.nowPost(w, r, id)
	case "come-back":
		next, err := s.ComeBack(ctx, a, id)
		if err != nil {
			return s.showWalk(w, r, id, "", err)
		}
		return web.SeeOther(w, r, walkPath(next))
	case "taper":
		if err := s.Taper(ctx, a, id, number(form.Get("more"))); err != nil {
			return s.showWalk(w, r, id, "", err)
		}
		return web.SeeOther(w, r, walkPath(id)+"?done=saved")
	}
	do, known := s.acts(ctx, a, id)[act]
	if !known {
		return fault.Hidden()
	}
	if err := do(); err != nil {
		return s.showWalk(w, r, id, "", err)
	}
	switch act {
	case "switch", "may-know", "block", "no", "take-back", "no-stand-in":
		return web.SeeOther(w, r, "/people?done="+map[string]string{"no": "no", "take-back": "taken_back", "no-stand-in": "no"}[act])
	}
	return web.SeeOther(w, r, walkPath(id))
}

func (s *Service) nowPost(w http.ResponseWriter, r *http.Request, id moment.ID) error {
	meeting, err := s.Now(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return s.showWalk(w, r, id, "", err)
	}
	if meeting == "" {
		return web.SeeOther(w, r, walkPath(id)+"/outside")
	}
	talk, err := s.Enter(r.Context(), web.Actor(r.Context()), meeting)
	if err != nil {
		return s.showWalk(w, r, id, "", err)
	}
	return web.SeeOther(w, r, "/talk/"+string(talk))
}

func (s *Service) outsidePage(w http.ResponseWriter, r *http.Request) error {
	return s.onPage(w, r, func(v View) templ.Component { return outsideView(v) })
}

// onPage shows something of a walk to one of the two.
func (s *Service) onPage(w http.ResponseWriter, r *http.Request, page func(v View) templ.Component) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	v, err := s.Open(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, page(v))
}

// charterData is the form of a charter.
type charterData struct {
	View
	Terms
	Peers []people.Card
	Rows  []slotRow
	Typed map[string]string // dates and numbers as typed
	Err   error
}

// slotRow is one day of the form.
type slotRow struct {
	Day      time.Weekday
	From, To string
}

func (s *Service) charterPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	v, err := s.Open(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	zone := web.Zone(r.Context())
	t := Draft(calendar.DateOf(s.Clock.Now().Std().In(zone)), zone.String(), web.T(r.Context(), "mentoring.charter.between_usual"), web.T(r.Context(), "mentoring.charter.outside_usual"))
	switch {
	case v.Proposed != nil:
		t = v.Proposed.Terms
	case v.Charter != nil:
		t = v.Charter.Terms
	}
	return s.showCharter(w, r, charterData{View: v, Terms: t, Rows: rowsOf(t.Slots)})
}

func (s *Service) showCharter(w http.ResponseWriter, r *http.Request, d charterData) error {
	return web.Again(w, r, d.Err, func() (templ.Component, error) {
		ids, err := s.couldStandIn(r.Context(), s.DB.Reader(), d.Walk)
		if err != nil {
			return nil, err
		}
		if d.Walk.Backup != "" && !slices.Contains(ids, d.Walk.Backup) {
			ids = append(ids, d.Walk.Backup)
		}
		cards, err := s.People.Cards(r.Context(), s.DB.Reader(), ids...)
		for _, id := range ids {
			if cards[id].Name != "" {
				d.Peers = append(d.Peers, cards[id])
			}
		}
		return charterView(d), err
	})
}

func (s *Service) charterPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.Actor(r.Context())
	v, err := s.Open(r.Context(), a, id)
	if err != nil {
		return err
	}
	t := Terms{Purpose: form.Get("purpose"), Between: form.Get("between"), Outside: form.Get("outside"), Zone: form.Get("zone"),
		Minutes: number(form.Get("minutes")), PerWeek: number(form.Get("per_week")), Backup: moment.ID(form.Get("backup"))}
	for _, c := range form["channels"] {
		t.Channels = append(t.Channels, Channel(c))
	}
	t.Review, _ = calendar.ParseDate(form.Get("review"))
	t.Ends, _ = calendar.ParseDate(form.Get("ends"))
	d := charterData{View: v, Typed: map[string]string{}}
	for _, name := range []string{"minutes", "per_week", "review", "ends"} {
		d.Typed[name] = form.Get(name)
	}
	for day := range 7 {
		row := slotRow{Day: weekday(day), From: form.Get("from" + strconv.Itoa(day)), To: form.Get("to" + strconv.Itoa(day))}
		d.Rows = append(d.Rows, row)
		if row.From != "" || row.To != "" {
			t.Slots = append(t.Slots, Slot{Day: row.Day, From: minutesOf(row.From), To: endOf(row.To)})
		}
	}
	d.Terms = t
	if d.Err = s.Write(r.Context(), a, id, t); d.Err != nil {
		return s.showCharter(w, r, d)
	}
	return web.SeeOther(w, r, walkPath(id)+"?done=proposed")
}

// weekday is the day of a row: weeks begin on Monday here.
func weekday(row int) time.Weekday { return time.Weekday((row + 1) % 7) }

func rowsOf(slots []Slot) []slotRow {
	out := make([]slotRow, 7)
	for i := range out {
		out[i].Day = weekday(i)
		for _, x := range slots {
			if x.Day == out[i].Day {
				out[i].From, out[i].To = clockOf(x.From), clockOf(x.To)
			}
		}
	}
	return out
}

func clockOf(m int) string {
	if m >= minutesOfADay {
		return "00:00"
	}
	return time.Date(2000, 1, 1, m/60, m%60, 0, 0, time.UTC).Format("15:04")
}

// minutesOf reads "18:30" as minutes after midnight; -1 when it is none.
func minutesOf(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// endOf reads the end of a stretch: midnight is the end of the day.
func endOf(s string) int {
	m := minutesOf(s)
	if m == 0 {
		return minutesOfADay
	}
	return m
}

func (s *Service) signPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	if err := s.Sign(r.Context(), web.Actor(r.Context()), id, number(form.Get("version"))); err != nil {
		return s.showWalk(w, r, id, "", err)
	}
	return web.SeeOther(w, r, walkPath(id)+"?done=signed")
}
