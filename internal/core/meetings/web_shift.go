package meetings

import (
	"net/http"
	"strconv"
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// shiftData is the form of one meeting that is to be different.
type shiftData struct {
	View
	Typed map[string]string
	Err   error
}

func (s *Service) movePage(w http.ResponseWriter, r *http.Request) error {
	return s.showShift(w, r, nil, nil, moveView)
}

func (s *Service) cancelPage(w http.ResponseWriter, r *http.Request) error {
	return s.showShift(w, r, nil, nil, cancelView)
}

func (s *Service) showShift(w http.ResponseWriter, r *http.Request, typed map[string]string, wrong error, view func(shiftData) templ.Component) error {
	return web.Again(w, r, wrong, func() (templ.Component, error) {
		id, err := web.PathID(r)
		if err != nil {
			return nil, err
		}
		v, err := s.Look(r.Context(), web.Actor(r.Context()), id)
		if err == nil {
			err = canHold(v.Stand).Err()
		}
		if err != nil {
			return nil, err
		}
		if typed == nil {
			at := v.StartsAt.Std().In(v.In.Plan.Series().Zone)
			typed = map[string]string{"date": calendar.DateOf(at).String(), "starts": at.Format(clockForm), "minutes": strconv.Itoa(int(v.EndsAt.Sub(v.StartsAt) / time.Minute)), "attendance": string(v.Attendance), "words": v.Note}
		}
		return view(shiftData{View: v, Typed: typed, Err: wrong}), nil
	})
}

// movePost moves one meeting. The clock is the series' own, whatever the reader's is.
func (s *Service) movePost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, name := range []string{"date", "starts", "minutes", "attendance", "words"} {
		typed[name] = form.Get(name)
	}
	v, err := s.Look(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	n := Shift{Seen: number(form.Get("seen"), 0), Minutes: number(typed["minutes"], -1), Attendance: Attendance(typed["attendance"]), Words: typed["words"]}
	day, ok := calendar.ParseDate(typed["date"])
	at, terr := time.Parse(clockForm, typed["starts"])
	if ok && terr == nil {
		n.StartsAt = moment.At(day.At(at.Hour()*60+at.Minute(), v.In.Plan.Series().Zone))
	}
	if err := s.Move(r.Context(), web.Actor(r.Context()), id, n); err != nil {
		return s.showShift(w, r, typed, err, moveView)
	}
	return web.SeeOther(w, r, meetingPath(id)+"?done=moved")
}

func (s *Service) cancelPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	typed := map[string]string{"words": form.Get("words")}
	if err := s.Cancel(r.Context(), web.Actor(r.Context()), id, typed["words"]); err != nil {
		return s.showShift(w, r, typed, err, cancelView)
	}
	return web.SeeOther(w, r, meetingPath(id)+"?done=cancelled")
}
