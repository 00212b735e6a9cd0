package admin

import (
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"cairn/internal/core/shifts"
	"cairn/internal/kit/fault"
)

// openingsADay is how many openings a day the form has room for.
const openingsADay = 2

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
)

// opening is one line of the hours form, as it was typed.
type opening struct {
	Day    time.Weekday
	Slot   int
	Opens  string
	Closes string
}

func (o opening) field(edge string) string {
	return edge + "-" + strconv.Itoa(int(o.Day)) + "-" + strconv.Itoa(o.Slot)
}

// week gives the weekdays as the form lists them, from Monday.
func week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// openingsOf lays hours out in the lines of the form.
func openingsOf(hours []shifts.Hours) []opening {
	var out []opening
	for _, day := range week() {
		slot := 0
		for _, h := range hours {
			if h.Weekday == day {
				out = append(out, opening{day, slot, clockText(h.Opens), clockText(h.Closes)})
				slot++
			}
		}
		for ; slot < openingsADay; slot++ {
			out = append(out, opening{Day: day, Slot: slot})
		}
	}
	return out
}

// openingsFrom reads the lines out of a sent form.
func openingsFrom(v url.Values) []opening {
	var out []opening
	for _, day := range week() {
		for slot := 0; slot < openingsADay || v.Has(opening{Day: day, Slot: slot}.field("open")) && slot < 8; slot++ {
			o := opening{Day: day, Slot: slot}
			o.Opens, o.Closes = strings.TrimSpace(v.Get(o.field("open"))), strings.TrimSpace(v.Get(o.field("close")))
			out = append(out, o)
		}
	}
	return out
}

// hoursOf reads the lines as hours. A line left empty is no opening; a closing
// time that is not after the opening one is on the next day.
func hoursOf(lines []opening) ([]shifts.Hours, error) {
	var p fault.Problems
	var out []shifts.Hours
	for _, o := range lines {
		if o.Opens == "" && o.Closes == "" {
			continue
		}
		opens, ok := minutes(o.Opens)
		if !ok {
			p.Add(o.field("open"), "admin.error.clock")
			continue
		}
		closes, ok := minutes(o.Closes)
		if !ok {
			p.Add(o.field("close"), "admin.error.clock")
			continue
		}
		if closes <= opens {
			closes += dayMinutes
		}
		h := shifts.Hours{Weekday: o.Day, Opens: opens, Closes: closes}
		if overlaps(h, out) {
			p.Add(o.field("open"), "admin.error.overlap")
		}
		out = append(out, h)
	}
	sort.SliceStable(out, func(i, j int) bool { return inWeek(out[i]) < inWeek(out[j]) })
	return out, p.Err()
}

func inWeek(h shifts.Hours) int { return int(h.Weekday)*dayMinutes + h.Opens }

// overlaps tells whether an opening runs into one of the others; the week is a ring.
func overlaps(h shifts.Hours, others []shifts.Hours) bool {
	for _, o := range others {
		for _, shift := range []int{-weekMinutes, 0, weekMinutes} {
			from := inWeek(o) + shift
			if inWeek(h) < from+o.Closes-o.Opens && from < inWeek(h)+h.Closes-h.Opens {
				return true
			}
		}
	}
	return false
}

// minutes reads "18:30", as browsers send times.
func minutes(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// clockText writes minutes of a day, those after midnight as the next day's.
func clockText(n int) string { return fmt.Sprintf("%02d:%02d", n/60%24, n%60) }
