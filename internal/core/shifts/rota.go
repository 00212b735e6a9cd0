package shifts

import (
	"time"

	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// PlanState is where a shift of the plan stands.
type PlanState string

// The states. A draft is seen by coordinators alone; it is thrown away, while
// a published shift is cancelled and stays to be seen.
const (
	Draft     PlanState = "draft"
	Published PlanState = "open"
	Cancelled PlanState = "cancelled"
)

// Planned is a shift of the plan. Its times are instants: the wall clock of the
// service's zone was read when it was made.
type Planned struct {
	ID        moment.ID
	Series    moment.ID // shared by what was made together
	StartsAt  moment.Time
	EndsAt    moment.Time
	Places    int
	NeedsLead bool
	State     PlanState
	Taken     int // people signed up
	Leads     int // of these, who lead
	Talkers   int // of these, who talk with people
	Serial    int // grows with every change
	ChangedAt moment.Time
}

// Span is the shift's stretch of time.
func (p Planned) Span() Span { return Span{p.StartsAt, p.EndsAt} }

// Free is how many places anybody can take. One is kept for a lead where one
// is needed and none is there.
func (p Planned) Free() int { return max(0, p.Places-p.Taken-p.kept()) }

// FreeToLead tells whether somebody can take a place and lead.
func (p Planned) FreeToLead() bool { return p.Leads == 0 && p.Taken < p.Places }

func (p Planned) kept() int {
	if p.NeedsLead && p.Leads == 0 {
		return 1
	}
	return 0
}

// Gap is what a published shift lacks before its opening is promised.
type Gap struct {
	Planned
	People int  // more people needed
	Lead   bool // a lead is needed
	Talker bool // nobody signed up talks with people
}

// Open tells whether something is lacking.
func (g Gap) Open() bool { return g.People > 0 || g.Lead || g.Talker }

// gapOf compares a shift with the service's minimum of people.
func gapOf(p Planned, minimum int) Gap {
	return Gap{Planned: p, People: max(0, minimum-p.Taken), Lead: p.kept() > 0, Talker: p.Taken >= minimum && p.Talkers == 0}
}

// Signup is somebody on a shift of the plan.
type Signup struct {
	ID          moment.ID
	Planned     moment.ID
	Person      moment.ID
	Leads       bool
	Talks       bool
	On          bool
	PutBy       moment.ID // who put them in; empty: they did it themselves
	PastDefault bool      // they chose to go past a default limit
	At          moment.Time
	OffAt       moment.Time
	SwapAt      moment.Time // since when they look for somebody; they stay until then
	Worked      moment.ID   // the shift they started for it
}

// Exchange is "my shift for yours".
type Exchange struct {
	ID          moment.ID
	Gives       moment.ID // the sign-up of the one who offers
	Wants       moment.ID // the sign-up asked for
	From        moment.ID
	To          moment.ID
	PastDefault bool // the one who offers goes past a default limit by their own choice
	At          moment.Time
}

// NewShift is what a coordinator makes: one shift, or one each week.
type NewShift struct {
	Date      calendar.Date
	Starts    int // minutes of the service's day
	Ends      int // after Starts; past midnight it is more than a day's
	Until     calendar.Date
	Weekly    bool // until Until, with that day
	Places    int
	NeedsLead bool
	Publish   bool
}

// Limits of the plan.
const (
	MostPlaces = 50
	MostWeeks  = 53 // a weekly shift is made for up to a year
)

// Validate checks it against the service's minimum of people and the limits of
// length. today is the service's.
func (n NewShift) Validate(minimum int, today calendar.Date) error {
	var p fault.Problems
	if n.Date.Before(today) || today.Add(2*366).Before(n.Date) {
		p.Add("date", "shifts.error.date")
	}
	if n.Starts < 0 || n.Starts >= dayMinutes || n.Ends <= n.Starts || n.Ends > n.Starts+int(LengthMost/time.Minute) {
		p.AddWith("ends", "shifts.error.length", map[string]any{"n": int(LengthMost / time.Hour)})
	}
	if n.Weekly && (n.Until.Before(n.Date) || n.Date.Add(7*(MostWeeks-1)).Before(n.Until)) {
		p.Add("until", "shifts.error.until")
	}
	if n.Places < minimum || n.Places > MostPlaces {
		p.AddWith("places", "shifts.error.places", map[string]any{"least": minimum, "most": MostPlaces})
	}
	return p.Err()
}

// spans are the instants of what is made, each read from the wall clock of its
// own day.
func (n NewShift) spans(zone *time.Location) []Span {
	last := n.Date
	if n.Weekly {
		last = n.Until
	}
	var out []Span
	for day := n.Date; !last.Before(day); day = day.Add(7) {
		out = append(out, Span{moment.At(day.At(n.Starts, zone)), moment.At(day.At(n.Ends, zone))})
	}
	return out
}

// Check is how somebody is when they come or leave. Everything is optional.
type Check struct {
	How  int  // 1 well to 5 very badly; 0 not said. Seen by the person alone
	Talk bool // they would like to talk with the lead; the lead is told this and no more
}

// Validate checks it.
func (c Check) Validate() error {
	var p fault.Problems
	if c.How < 0 || c.How > 5 {
		p.Add("how", "shifts.error.how")
	}
	return p.Err()
}

// said tells whether anything was.
func (c Check) said() bool { return c.How > 0 || c.Talk }

// Checked is a check that was kept.
type Checked struct {
	Check
	Shift moment.ID
	Kind  string // CheckArrive or CheckLeave
	At    moment.Time
}

// The kinds of checks.
const (
	CheckArrive = "arrive"
	CheckLeave  = "leave"
)
