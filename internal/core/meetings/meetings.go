package meetings

import (
	"slices"
	"strings"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Bounds of a meeting. All ours, and wide.
const (
	mostTitle     = 80
	mostPlace     = 200
	mostInside    = 500
	mostNote      = 1000
	shortest      = 5 // minutes
	longest       = 12 * 60
	mostPlaces    = 100000
	mostTags      = 60
	minutesOfADay = 24 * 60
)

// Ahead is how far meetings are written down, and MostAhead how many of a series.
const (
	Ahead     = 190 * 24 * time.Hour
	MostAhead = 400
	fillAgain = 90 * 24 * time.Hour // so long before the end of what is written more is added
)

// The moments of a meeting. Fifteen minutes, five and fifteen are safety.md's
// (groups); the others are ours.
const (
	remindDay   = 24 * time.Hour
	remindHour  = time.Hour
	doorBefore  = 30 * time.Minute // who holds it may say that they are there
	earlyLink   = 15 * time.Minute // the link of a meeting that needs nobody to open it
	lateAfter   = 15 * time.Minute
	graceLock   = 5 * time.Minute
	graceClose  = 15 * time.Minute
	overAfter   = 30 * time.Minute
	forgetAfter = 90 * 24 * time.Hour
	countWithin = 30 * 24 * time.Hour // who came can be written down so long
)

// Attendance is where people meet. It is apart from the address: a meeting that
// moved online for once keeps its address.
type Attendance string

// The ways. Paused is a state of the series, not a way.
const (
	InPerson Attendance = "in_person"
	Online   Attendance = "online"
	Hybrid   Attendance = "hybrid"
)

// Attendances lists the ways.
func Attendances() []Attendance { return []Attendance{InPerson, Online, Hybrid} }

// Room tells whether there is a room to come to.
func (a Attendance) Room() bool { return a == InPerson || a == Hybrid }

// Screen tells whether one can take part from elsewhere.
func (a Attendance) Screen() bool { return a == Online || a == Hybrid }

// Audience is who finds a meeting.
type Audience string

// The audiences.
const (
	Public  Audience = "public"  // everybody
	Members Audience = "members" // whoever has an account
	Closed  Audience = "closed"  // only people of the owner
)

// Ref names whom a series belongs to.
type Ref struct {
	Kind string
	ID   moment.ID
}

// Inside is what only those read who come, and those who hold it.
type Inside struct {
	Address string `json:"address,omitempty"`
	Link    string `json:"link,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Way     string `json:"way,omitempty"` // how one gets in
}

// Plan is when and where something happens; the form of a series.
type Plan struct {
	Title        string // of this series; "" takes the owner's name
	First        calendar.Date
	Starts       int // minutes after midnight on the zone's clock
	Minutes      int
	Zone         string
	Rule         calendar.Rule
	Attendance   Attendance
	Place        string // for everybody who sees the meeting: the quarter, the way there
	Inside       Inside
	OpenAddress  bool // the address is for everybody who sees the meeting
	RoomPlaces   int  // 0: no limit
	OnlinePlaces int
}

// Series gives the plan as a rule on a wall clock; the zone must have been checked.
func (p Plan) Series() calendar.Series {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	return calendar.Series{First: p.First, Starts: p.Starts, Minutes: p.Minutes, Zone: zone, Rule: p.Rule}
}

// Validate cleans and checks.
func (p *Plan) Validate() error {
	var wrong fault.Problems
	p.Title = oneLine(chat.CleanOptional(&wrong, "title", p.Title, mostTitle))
	p.Place = oneLine(chat.CleanOptional(&wrong, "place", p.Place, mostPlace))
	p.Inside.Address = chat.CleanOptional(&wrong, "address", p.Inside.Address, mostInside)
	p.Inside.Way = chat.CleanOptional(&wrong, "way", p.Inside.Way, mostInside)
	p.Inside.Phone = oneLine(chat.CleanOptional(&wrong, "phone", p.Inside.Phone, mostPlace))
	p.when(&wrong)
	p.where(&wrong)
	return wrong.Err()
}

func (p *Plan) when(wrong *fault.Problems) {
	if zone, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" || zone == time.Local {
		wrong.Add("zone", "meetings.error.zone")
	}
	if p.First == (calendar.Date{}) {
		wrong.Add("first", "meetings.error.first")
	}
	if p.Starts < 0 || p.Starts >= minutesOfADay {
		wrong.Add("starts", "meetings.error.starts")
	}
	if p.Minutes < shortest || p.Minutes > longest {
		wrong.AddWith("minutes", "meetings.error.minutes", map[string]any{"least": shortest, "most": longest / 60})
	}
	if err := p.Rule.Validate(); err != nil {
		*wrong = append(*wrong, fault.As(err).Fields...)
	}
	if len(*wrong) == 0 {
		if err := p.Series().Validate(); err != nil {
			*wrong = append(*wrong, fault.As(err).Fields...)
		}
	}
}

func (p *Plan) where(wrong *fault.Problems) {
	if !slices.Contains(Attendances(), p.Attendance) {
		wrong.Add("attendance", "meetings.error.attendance")
	}
	if p.Attendance.Room() && p.Place == "" && p.Inside.Address == "" {
		wrong.Add("address", "meetings.error.address")
	}
	link, ok := safeLink(p.Inside.Link)
	if !ok {
		wrong.Add("link", "meetings.error.link")
	}
	p.Inside.Link = link
	for name, n := range map[string]int{"room_places": p.RoomPlaces, "online_places": p.OnlinePlaces} {
		if n < 0 || n > mostPlaces {
			wrong.AddWith(name, "meetings.error.places", map[string]any{"most": mostPlaces})
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// SeriesState is how a series stands.
type SeriesState string

// The states of a series.
const (
	Running SeriesState = "running"
	Paused  SeriesState = "paused" // it does not meet for now; nothing is lost
	Ended   SeriesState = "ended"
)

// Series is something that happens at a time, once or again and again.
type Series struct {
	ID    moment.ID
	Owner Ref
	Plan
	Name        string // the owner's
	Quiet       string // in calendars
	Audience    Audience
	Facilitated bool
	PeerLed     bool
	SignUp      bool
	State       SeriesState
	Follows     moment.ID
	Source      string // of what was read from a file
	FilledTo    moment.Time
	Changes     int
	By          moment.ID
	MadeAt      moment.Time
	ChangedAt   moment.Time
}

// Called is what a series is called.
func (s Series) Called() string {
	if s.Title != "" {
		return s.Title
	}
	return s.Name
}

// State is how a meeting stands.
type State string

// The states of a meeting.
const (
	Planned     State = "planned"
	Open        State = "open"   // somebody who holds it is there
	Locked      State = "locked" // nobody holds it: nobody else comes in
	Over        State = "over"
	Cancelled   State = "cancelled"
	NotForNow   State = "paused"
	whyHost           = "host"   // those who hold it cancelled it
	whyNobody         = "nobody" // nobody came to hold it
	whySeries         = "series" // the series ended or changed
	whyUnhosted       = "unhosted"
)

// Coming tells whether a meeting can still happen, or happens.
func (s State) Coming() bool { return s == Planned || s == Open || s == Locked }

// Meeting is one meeting of a series.
type Meeting struct {
	ID                       moment.ID
	Series                   moment.ID
	Owner                    Ref
	Day                      calendar.Date
	StartsAt, EndsAt         moment.Time
	State                    State
	Why                      string
	Moved                    bool
	Attendance               Attendance
	Audience                 Audience
	RoomPlaces, OnlinePlaces int
	RoomGoing, OnlineGoing   int
	Stage                    int
	OpenedAt, GraceAt        moment.Time
	EndedAt                  moment.Time
	Others                   int // who came without an answer
	CountedAt                moment.Time
	Changes                  int
	ChangedAt                moment.Time
}

// Going is how many come.
func (m Meeting) Going() int { return m.RoomGoing + m.OnlineGoing }

// Places is how many fit on a way; 0 is no limit.
func (m Meeting) Places(how How) int {
	if how == ByRoom {
		return m.RoomPlaces
	}
	return m.OnlinePlaces
}

// Full tells whether nobody else fits on a way.
func (m Meeting) Full(how How) bool {
	n := m.RoomGoing
	if how == ByScreen {
		n = m.OnlineGoing
	}
	return m.Places(how) > 0 && n >= m.Places(how)
}

// How is on which way somebody comes.
type How string

// The two ways.
const (
	ByRoom   How = "room"
	ByScreen How = "online"
)

// Fits tells whether the way exists where people meet so.
func (h How) Fits(a Attendance) bool {
	return h == ByRoom && a.Room() || h == ByScreen && a.Screen()
}

// AnswerState is what somebody said.
type AnswerState string

// What somebody can have said.
const (
	Going   AnswerState = "going"
	Waiting AnswerState = "waiting"
	Not     AnswerState = "not"
)

// Needs are what somebody asks for so that they can take part.
func Needs() []string {
	return []string{"sign", "interpreter", "captions", "step_free", "seat", "quiet"}
}

// Asked is what goes with an answer.
type Asked struct {
	Name  string   `json:"name,omitempty"`  // only of who has no account
	Mail  string   `json:"mail,omitempty"`  // only of who has no account
	Token Token    `json:"token,omitempty"` // leads back to the place, for that mail
	Lang  string   `json:"lang,omitempty"`  // of that mail
	Needs []string `json:"needs,omitempty"`
	Words string   `json:"words,omitempty"`
}

// Answer is whether somebody comes.
type Answer struct {
	ID      moment.ID
	Meeting moment.ID
	Person  moment.ID // "" of who has no account
	State   AnswerState
	How     How
	HasMail bool
	Came    string // "", "yes", "no"
	Turns   int    // how often they changed their mind
	AskedAt moment.Time
	At      moment.Time
	Asked
}

// Validate cleans and checks what goes with an answer. Whoever has no account gives
// a name to be called by; an address for mail is theirs to leave out.
func (x *Asked) Validate(account bool) error {
	var wrong fault.Problems
	x.Words = chat.CleanOptional(&wrong, "words", x.Words, mostInside)
	for _, n := range x.Needs {
		if !slices.Contains(Needs(), n) {
			wrong.Add("needs", "meetings.error.needs")
			break
		}
	}
	slices.Sort(x.Needs)
	x.Needs = slices.Compact(x.Needs)
	if account {
		x.Name, x.Mail, x.Lang = "", "", ""
		return wrong.Err()
	}
	x.Name = oneLine(chat.CleanOptional(&wrong, "name", x.Name, mostTitle))
	if x.Name == "" && len(wrong) == 0 {
		wrong.Add("name", "meetings.error.name")
	}
	if x.Mail = strings.TrimSpace(x.Mail); x.Mail != "" && !plainAddress(x.Mail) {
		wrong.Add("mail", "meetings.error.mail")
	}
	return wrong.Err()
}

// HostState is how somebody stands to holding a meeting.
type HostState string

// How somebody can stand to it.
const (
	Named    HostState = "named"     // they hold it
	StandsBy HostState = "stands_by" // they step in when nobody is there
	AskedNow HostState = "asked"     // they were asked to step in
	Here     HostState = "here"
	Left     HostState = "left"
	Cannot   HostState = "cannot"
)

// Host is somebody who holds a meeting, or may have to.
type Host struct {
	Meeting moment.ID
	Person  moment.ID
	Place   int // in the rota
	State   HostState
	Said    bool // by themselves, not by the rota
	At      moment.Time
}

// Stands tells whether they hold it or may have to.
func (h Host) Stands() bool { return h.State != Cannot && h.State != Left }

// InRota tells whether they were put down to hold it, and did not only open it.
func (h Host) InRota() bool { return h.Place < openedOnly }

// openedOnly is the place of who was in no rota and opened a meeting all the same.
const openedOnly = 100

// Holds tells whether they are to be there, or are.
func (h Host) Holds() bool { return h.State == Named || h.State == Here }
