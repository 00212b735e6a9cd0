package shifts

import (
	"sort"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// State is what somebody on shift is doing.
type State string

// The states. Closing: no new people, running conversations finish. Stopped:
// "I need to stop now".
const (
	Ready   State = "ready"
	Break   State = "break"
	Closing State = "closing"
	Stopped State = "stopped"
)

// LongestShift ends a shift that nobody ended. Samaritans plan no shift longer
// than six hours (field.md 3.4); twelve leaves room without leaving a door open.
const LongestShift = 12 * time.Hour

// MinimumDefault is how many people must be on shift for the service to be open:
// two (safety.md). The small-service preset is one, with a named second outside.
const MinimumDefault = 2

// The names of what a service sets.
const (
	SettingMinimum = "shifts.minimum" // people on shift needed, "1" or more
	SettingSecond  = "shifts.second"  // person id of the named second, for a minimum of one
	SettingZone    = "shifts.zone"    // IANA zone of the opening hours
)

// Topic is the live topic of everything that changes about who is here.
const Topic = "shifts"

// Shift is a stretch of work.
type Shift struct {
	ID        moment.ID
	Person    moment.ID
	Leads     bool
	State     State
	StartedAt moment.Time
	EndedAt   moment.Time
	ReadyAt   moment.Time // since when ready
	Busy      int         // open offers and running conversations
	Most      int         // how many at once
	Talked    int         // conversations in this shift

	Usual      int         // how many at once without a choice of one's own
	Spent      int64       // contact time of what is over, in microseconds
	SpentMost  int64       // most contact time, in microseconds
	OpenN      int         // contacts that run, for the contact time
	OpenSum    int64       // sum of their beginnings
	HeavyRun   int         // heavy contacts in a row
	RestUntil  moment.Time // nobody is offered before
	RestChosen bool        // fewer hours than usual since the last shift, by own choice
}

// Staffing is who is here, in numbers.
type Staffing struct {
	People  int // on shift and staying
	Peers   int // of these, who talk with people
	Free    int
	Minimum int
	Lead    moment.ID
	Second  bool // a named second stands outside a shift of one
}

// Enough tells whether the service may take new people: the minimum is here,
// and where the minimum is one, a second is named.
func (s Staffing) Enough() bool {
	if s.People < s.Minimum || s.Peers == 0 {
		return false
	}
	return s.Minimum > 1 || s.Second
}

// Hours is one opening in the week, in minutes of the service's day. Closes may
// pass midnight: 1320 to 1560 is 22:00 to 02:00.
type Hours struct {
	Weekday time.Weekday
	Opens   int
	Closes  int
}

// dayMinutes is the length of a day on the wall clock.
const dayMinutes = 24 * 60

// Validate checks one opening.
func (h Hours) Validate() error {
	var p fault.Problems
	if h.Weekday < time.Sunday || h.Weekday > time.Saturday {
		p.Add("weekday", "shifts.error.weekday")
	}
	if h.Opens < 0 || h.Opens >= dayMinutes || h.Closes <= h.Opens || h.Closes > h.Opens+dayMinutes {
		p.Add("hours", "shifts.error.hours")
	}
	return p.Err()
}

// NextOpening is the next time the hours begin after now, on the wall clock of
// the zone; ok is false when there are none. During an opening it is the present
// one's beginning plus nothing: use Planned for that.
func NextOpening(hours []Hours, now time.Time, zone *time.Location) (time.Time, bool) {
	local := now.In(zone)
	var next []time.Time
	for day := range 8 {
		date := local.AddDate(0, 0, day)
		for _, h := range hours {
			if date.Weekday() != h.Weekday {
				continue
			}
			at := time.Date(date.Year(), date.Month(), date.Day(), h.Opens/60, h.Opens%60, 0, 0, zone)
			if at.After(now) {
				next = append(next, at)
			}
		}
	}
	if len(next) == 0 {
		return time.Time{}, false
	}
	sort.Slice(next, func(i, j int) bool { return next[i].Before(next[j]) })
	return next[0], true
}

// PlannedNow tells whether the hours say that the service is open, and until when.
func PlannedNow(hours []Hours, now time.Time, zone *time.Location) (until time.Time, ok bool) {
	local := now.In(zone)
	for _, back := range []int{0, 1} { // an opening of yesterday may pass midnight
		date := local.AddDate(0, 0, -back)
		for _, h := range hours {
			if date.Weekday() != h.Weekday {
				continue
			}
			opens := time.Date(date.Year(), date.Month(), date.Day(), h.Opens/60, h.Opens%60, 0, 0, zone)
			closes := time.Date(date.Year(), date.Month(), date.Day(), h.Closes/60, h.Closes%60, 0, 0, zone)
			if !now.Before(opens) && now.Before(closes) && closes.After(until) {
				until, ok = closes, true
			}
		}
	}
	return until, ok
}
