package people

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

const (
	minutesOfDay  = 24 * 60
	minutesOfWeek = 7 * minutesOfDay
	smallHours    = 6 * 60 // what begins in the evening and ends by then belongs to the evening's day
)

// HoursInWords says half-hours of a week in the reader's language and by their
// clock as it stands at an instant, a line for times that are alike: "Tuesdays in
// the evening, 18:00 to 20:00". The zone is not named; web.ZoneName does.
func HoursInWords(ctx context.Context, free Hours, at moment.Time) []string {
	_, offset := at.Std().In(web.Zone(ctx)).Zone()
	return weekInWords(ctx, free, offset/60)
}

// weekInWords says half-hours of a clock that the reader's is ahead of by minutes.
func weekInWords(ctx context.Context, h Hours, ahead int) []string {
	if h.Count() == SlotsOfWeek {
		return []string{web.T(ctx, "people.week.always")}
	}
	type alike struct{ from, length int }
	var order []alike
	days := map[alike][]int{}
	for _, s := range byDay(h, ahead) {
		k := alike{s.from % minutesOfDay, s.length}
		if days[k] == nil {
			order = append(order, k)
		}
		days[k] = append(days[k], s.from/minutesOfDay)
	}
	slices.SortStableFunc(order, func(a, b alike) int {
		return (days[a][0]*minutesOfDay + a.from) - (days[b][0]*minutesOfDay + b.from)
	})
	var out []string
	for _, k := range order {
		out = append(out, stretchInWords(ctx, days[k], k.from, k.length))
	}
	return out
}

// span is some minutes of a week, Monday 00:00 first.
type span struct{ from, length int }

// byDay cuts what is free at midnight, unless it only reaches into the small hours.
func byDay(h Hours, ahead int) []span {
	var out []span
	for _, s := range together(h) {
		from, left := (s.from+ahead+2*minutesOfWeek)%minutesOfWeek, s.length
		for left > 0 {
			today := min(left, minutesOfDay-from%minutesOfDay)
			if rest := left - today; rest > 0 && rest <= smallHours && left < minutesOfDay && from%minutesOfDay >= smallHours {
				today = left
			}
			out = append(out, span{from, today})
			from, left = (from+today)%minutesOfWeek, left-today
		}
	}
	slices.SortFunc(out, func(a, b span) int { return a.from - b.from })
	return out
}

// together gives what is free without a break, over the end of the week too.
func together(h Hours) []span {
	var out []span
	for slot := range SlotsOfWeek {
		if !h.Has(slot) || h.Has(slot-1) {
			continue
		}
		n := 1
		for h.Has(slot + n) {
			n++
		}
		out = append(out, span{slot * 30, n * 30})
	}
	return out
}

// stretchInWords says at what time of which days.
func stretchInWords(ctx context.Context, days []int, from, length int) string {
	words, to := daysInWords(ctx, days), from+length
	key := "people.week.times"
	switch {
	case length == minutesOfDay && from == 0:
		return web.T(ctx, "people.week.whole", "days", words)
	case from >= 22*60 || to <= smallHours:
		key = "people.week.night"
	case from >= 17*60 && to <= minutesOfDay:
		key = "people.week.evening"
	case from >= 12*60 && to <= 18*60:
		key = "people.week.afternoon"
	case from >= 5*60 && to <= 12*60:
		key = "people.week.morning"
	}
	return web.T(ctx, key, "days", words, "from", wall(from), "to", wall(to))
}

// wall is a time of day: "18:00". Minutes go round after midnight.
func wall(minutes int) string {
	minutes %= minutesOfDay
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// daysInWords names days of the week, 0 being Monday, in their order.
func daysInWords(ctx context.Context, days []int) string {
	first, last := days[0], days[len(days)-1]
	switch {
	case len(days) == 7:
		return web.T(ctx, "people.week.daily")
	case len(days) > 2 && last-first == len(days)-1:
		return web.T(ctx, "people.week.run", "from", dayName(ctx, first), "to", dayName(ctx, last))
	}
	words := dayEvery(ctx, first)
	for i, d := range days[1:] {
		if i == len(days)-2 {
			words = web.T(ctx, "people.week.and", "these", words, "last", dayEvery(ctx, d))
			continue
		}
		words = web.T(ctx, "people.week.also", "these", words, "next", dayEvery(ctx, d))
	}
	return words
}

// dayName is "Monday" for 0; the shell's words begin with Sunday.
func dayName(ctx context.Context, day int) string {
	return web.T(ctx, "web.weekday."+strconv.Itoa((day+1)%7))
}

func dayEvery(ctx context.Context, day int) string {
	return web.T(ctx, "people.weekday."+strconv.Itoa(day))
}

// hoursInWords says a week of one zone's clock by the reader's, to the minute.
func hoursInWords(ctx context.Context, week []Stretch, zone *time.Location, at moment.Time) []string {
	_, theirs := at.Std().In(zone).Zone()
	_, readers := at.Std().In(web.Zone(ctx)).Zone()
	return weekInWords(ctx, byOwnClock(week), (readers-theirs)/60)
}
