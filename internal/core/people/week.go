package people

import (
	"slices"
	"strconv"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Limits of a week.
const (
	halvesOfDay   = 48
	mostStretches = 3 // of one day
)

// Stretch is a time of every week at which somebody could meet, by their own clock.
type Stretch struct {
	Day    int // 0 is Monday, 6 is Sunday
	Begins int // half-hours after midnight, 0 to 47
	Halves int // how many half-hours it lasts, 1 to 48; it may go over midnight
}

// cleanWeek gives stretches in order, with those of one day that touch or overlap
// made one. Too many are a problem of the field of their day: "f_0_0" is Monday's.
func cleanWeek(list []Stretch) ([]Stretch, error) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Stretch) int { return (a.Day*halvesOfDay + a.Begins) - (b.Day*halvesOfDay + b.Begins) })
	var out []Stretch
	for _, s := range list {
		if s.Day < 0 || s.Day > 6 || s.Begins < 0 || s.Begins >= halvesOfDay || s.Halves < 1 || s.Halves > halvesOfDay {
			return nil, fault.New(fault.Invalid, "people.error.choice")
		}
		if n := len(out); n > 0 && out[n-1].Day == s.Day && out[n-1].Begins+out[n-1].Halves >= s.Begins {
			last := &out[n-1]
			last.Halves = min(halvesOfDay, max(last.Halves, s.Begins+s.Halves-last.Begins))
			continue
		}
		out = append(out, s)
	}
	var problems fault.Problems
	perDay := map[int]int{}
	for _, s := range out {
		if perDay[s.Day]++; perDay[s.Day] == mostStretches+1 {
			problems.AddWith(fromField(s.Day, 0), "people.error.hours_many", map[string]any{"n": mostStretches})
		}
	}
	return out, problems.Err()
}

func fromField(day, place int) string { return "f_" + strconv.Itoa(day) + "_" + strconv.Itoa(place) }
func toField(day, place int) string   { return "t_" + strconv.Itoa(day) + "_" + strconv.Itoa(place) }

// byOwnClock gives the half-hours of the week that stretches cover, Monday 00:00
// of the person's own clock first.
func byOwnClock(list []Stretch) Hours {
	var h Hours
	for _, s := range list {
		for i := range s.Halves {
			h.Put(s.Day*halvesOfDay + s.Begins + i)
		}
	}
	return h
}

// inUTC turns half-hours of a clock that is offset seconds ahead of UTC. Where the
// offset is no multiple of half an hour, a half-hour counts when all of it is free.
func inUTC(own Hours, offset int) Hours {
	const half = 30 * 60
	shift := offset / half
	if offset < 0 && offset%half != 0 {
		shift--
	}
	whole := offset == shift*half
	var out Hours
	for slot := range SlotsOfWeek {
		if own.Has(slot+shift) && (whole || own.Has(slot+shift+1)) {
			out.Put(slot)
		}
	}
	return out
}

// freeAt gives the hours in UTC at the offset that a zone has now, and until when
// that holds. A weekly pattern has no times that a change of clocks leaves out or
// repeats: at the change the whole week moves.
func freeAt(week []Stretch, zone *time.Location, now moment.Time) (Hours, moment.Time) {
	if len(week) == 0 {
		return Hours{}, 0
	}
	_, offset := now.Std().In(zone).Zone()
	return inUTC(byOwnClock(week), offset), nextOffset(zone, now)
}

// nextOffset is when a zone's clocks change next; 0 when they do not within a year.
func nextOffset(zone *time.Location, now moment.Time) moment.Time {
	at := now.Std().In(zone)
	_, offset := at.Zone()
	for limit := at.AddDate(1, 0, 0); ; {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.After(limit) {
			return 0
		}
		if _, next := end.Zone(); next != offset {
			return moment.At(end)
		}
		at = end // another name for the same hours
	}
}

// usualHours are the weeks that one press adds.
func usualHours(name string) []Stretch {
	days := []int{0, 1, 2, 3, 4}
	var begins, halves int
	switch name {
	case "evenings":
		begins, halves = 36, 6
	case "mornings":
		begins, halves = 18, 6
	case "afternoons":
		begins, halves = 26, 8
	case "weekend":
		days, begins, halves = []int{5, 6}, 20, 16
	default:
		return nil
	}
	var out []Stretch
	for _, d := range days {
		out = append(out, Stretch{Day: d, Begins: begins, Halves: halves})
	}
	return out
}
