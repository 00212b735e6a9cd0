package people

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"
)

// hoursView is a week as a form.
type hoursView struct {
	Days  []dayView
	Words []string // what is kept, in words
	Zone  string
	Done  string
	Err   error
}

// dayView is one day with as many places as it may have stretches.
type dayView struct {
	Day  int // 0 is Monday
	Name string
	Rows []dayRow
	More bool // something stands in a place beyond the first
}

// dayRow is one stretch as it is typed: "18:00".
type dayRow struct{ From, To string }

func (s *Service) showHours(w http.ResponseWriter, r *http.Request) error {
	v, err := s.hoursView(r.Context(), nil)
	if err != nil {
		return err
	}
	v.Done = doneOf(r)
	return web.Render(w, r, http.StatusOK, hoursPage(v))
}

// hoursView loads the page; typed is what was typed, when it was not taken.
func (s *Service) hoursView(ctx context.Context, typed url.Values) (hoursView, error) {
	week, zone, err := s.Week(ctx, web.Actor(ctx))
	if err != nil {
		return hoursView{}, err
	}
	v := hoursView{Zone: zoneWords(ctx, zone)}
	if len(week) > 0 {
		v.Words = weekInWords(ctx, byOwnClock(week), 0)
	}
	for day := range 7 {
		v.Days = append(v.Days, dayView{Day: day, Name: upperFirst(dayName(ctx, day)), Rows: make([]dayRow, mostStretches)})
	}
	if typed == nil {
		place := map[int]int{}
		for _, x := range week {
			v.Days[x.Day].Rows[place[x.Day]] = dayRow{wall(x.Begins * 30), wall((x.Begins + x.Halves) * 30)}
			place[x.Day]++
		}
	}
	for i := range v.Days {
		d := &v.Days[i]
		for n := range d.Rows {
			if typed != nil {
				d.Rows[n] = dayRow{typed.Get(fromField(d.Day, n)), typed.Get(toField(d.Day, n))}
			}
			d.More = d.More || n > 0 && d.Rows[n] != dayRow{}
		}
	}
	return v, nil
}

// zoneWords names the zone of a person's own clock.
func zoneWords(ctx context.Context, zone *time.Location) string {
	return web.ZoneName(web.WithLook(ctx, web.Prefs{Lang: web.Lang(ctx), Zone: zone.String()}))
}

// readWeek reads the stretches of a form. What cannot be read is a problem of its field.
func readWeek(form url.Values) ([]Stretch, error) {
	var out []Stretch
	var problems fault.Problems
	for day := range 7 {
		for n := range mostStretches {
			from, to := strings.TrimSpace(form.Get(fromField(day, n))), strings.TrimSpace(form.Get(toField(day, n)))
			if from == "" && to == "" {
				continue
			}
			begins, okFrom := readHalf(from)
			ends, okTo := readHalf(to)
			switch {
			case from == "":
				problems.Add(fromField(day, n), "people.error.hours_both")
			case to == "":
				problems.Add(toField(day, n), "people.error.hours_both")
			case !okFrom:
				problems.Add(fromField(day, n), "people.error.hours_half")
			case !okTo:
				problems.Add(toField(day, n), "people.error.hours_half")
			default:
				// The same time twice is the whole day.
				out = append(out, Stretch{Day: day, Begins: begins, Halves: (ends-begins+halvesOfDay-1)%halvesOfDay + 1})
			}
		}
	}
	return out, problems.Err()
}

// readHalf reads "18:30" as half-hours after midnight.
func readHalf(typed string) (int, bool) {
	hours, minutes, found := strings.Cut(typed, ":")
	h, err := strconv.Atoi(hours)
	if err != nil || !found || len(hours) > 2 || h < 0 || h > 24 {
		return 0, false
	}
	switch minutes {
	case "00":
		return h * 2 % halvesOfDay, true
	case "30":
		return h*2 + 1, h < 24
	}
	return 0, false
}

func (s *Service) doHours(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	week, err := readWeek(form)
	if err == nil {
		err = s.SaveWeek(r.Context(), web.Actor(r.Context()), week)
	}
	if err != nil {
		v, viewErr := s.hoursView(r.Context(), form)
		if viewErr != nil {
			return viewErr
		}
		v.Err = err
		return refused(w, r, err, hoursPage(v))
	}
	return doneAt(w, r, "/me/hours", "saved")
}

// doAddHours adds a usual time to the week that is kept, or empties it.
func (s *Service) doAddHours(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	more, none := usualHours(form.Get("add")), form.Get("add") == "none"
	if more == nil && !none {
		return fault.Hidden()
	}
	week, _, err := s.Week(r.Context(), web.Actor(r.Context()))
	if err != nil {
		return err
	}
	if none {
		week = nil
	}
	if err := s.SaveWeek(r.Context(), web.Actor(r.Context()), append(week, more...)); err != nil {
		v, viewErr := s.hoursView(r.Context(), nil)
		if viewErr != nil {
			return viewErr
		}
		v.Err = err
		return refused(w, r, err, hoursPage(v))
	}
	return doneAt(w, r, "/me/hours", "saved")
}
