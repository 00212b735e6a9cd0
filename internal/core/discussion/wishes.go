package discussion

import (
	"slices"
	"time"

	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// MostCalls is how many names in one post call somebody.
const MostCalls = 5

// Pace is when somebody hears what is new in what they follow.
type Pace string

// The paces.
const (
	AtOnce  Pace = "now"
	Daily   Pace = "day"
	Weekly  Pace = "week"
	NotTold Pace = "never"
)

// Paces lists them, the soonest first.
func Paces() []Pace { return []Pace{AtOnce, Daily, Weekly, NotTold} }

// Wishes are what somebody chose for places with threads. Nobody else learns them.
type Wishes struct {
	Called   bool // they may be called by name
	Pictures bool // pictures are shown unasked
	Pace     Pace
	Minute   int // of the day, in their own zone: when they hear daily or weekly
	Weekday  int // 0 is Sunday
}

// wish is what is kept of Wishes.
type wish struct {
	Wishes
	due   moment.Time // when they hear next; 0 when nothing is new
	heard moment.Time // up to when they were told
}

// noWish is what holds for whoever chose nothing.
func noWish() wish { return wish{Wishes: Wishes{Pace: AtOnce, Minute: 18 * 60}} }

// Validate checks the choices; none is the usual one.
func (w *Wishes) Validate() error {
	var p fault.Problems
	if w.Pace == "" {
		w.Pace = AtOnce
	}
	if !slices.Contains(Paces(), w.Pace) {
		p.Add("pace", "discussion.error.choose")
	}
	if w.Minute < 0 || w.Minute > 24*60-1 {
		p.Add("hour", "discussion.error.choose")
	}
	if w.Weekday < 0 || w.Weekday > 6 {
		p.Add("weekday", "discussion.error.choose")
	}
	return p.Err()
}

// waits tells that they hear at their hour and not at once.
func (w Wishes) waits() bool { return w.Pace == Daily || w.Pace == Weekly }

// next gives when they hear next after an instant, by the clock on their wall. Where clocks
// go forward over the hour it is as much later.
func (w Wishes) next(now moment.Time, zone *time.Location) moment.Time {
	at := now.Std().In(zone)
	for day := 0; ; day++ {
		due := time.Date(at.Year(), at.Month(), at.Day()+day, w.Minute/60, w.Minute%60, 0, 0, zone)
		if due.After(at) && (w.Pace != Weekly || int(due.Weekday()) == w.Weekday) {
			return moment.At(due)
		}
	}
}
