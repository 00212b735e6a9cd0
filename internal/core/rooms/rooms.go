package rooms

import (
	"slices"
	"strings"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Bounds of a room, all ours. A room of fifty is what one small machine carries with
// sound and a few pictures; a webinar mostly listens.
const (
	mostInMeeting = 50
	mostInWebinar = 500
	mostCaption   = 300 // characters of a line
	keptCaptions  = 12  // lines that are kept
	mostQuestion  = 500
	mostQuestions = 5 // of one person that are open
	leastTurn     = 1 // minutes
	mostTurn      = 15
	mostHeld      = 500 // seats shown to whoever is in it
)

// The times of a room. Ours: long enough for a tunnel, short enough that a list of who
// is there is true.
const (
	watchEvery  = 10 * time.Second
	awayAfter   = 45 * time.Second // without a sign so long: gone
	seenEvery   = 10 * time.Second
	emptyAfter  = 5 * time.Minute // a room without anybody closes
	captionsFor = 2 * time.Minute
	forgetAfter = 15 * time.Minute // after it closed, who was there
)

// Ref names what a room belongs to.
type Ref struct {
	Kind string
	ID   moment.ID
}

// Mode is what kind of room it is.
type Mode string

// The modes. In a webinar most listen; an aside is a room for two beside another.
const (
	Together Mode = "meeting"
	Webinar  Mode = "webinar"
	Two      Mode = "two"
	Aside    Mode = "aside"
)

// Door is how the door of a room stands, as its owner says.
type Door string

// The ways. Shut: nobody who holds it is there yet, or it is too early.
const (
	Shut     Door = "shut"
	OpenDoor Door = "open"
	Locked   Door = "locked"
	Over     Door = "over"
)

// Room is a room as it stands.
type Room struct {
	ID          moment.ID
	Owner       Ref
	Mode        Mode
	Open        bool
	Why         string // why it closed
	Locked      bool
	KeepsDoor   bool // whoever comes waits until somebody who holds it lets them in
	Places      int
	People      int // in it, or aside
	Talk        moment.ID
	Parent      moment.ID // of an aside
	TurnMinutes int
	TurnAt      moment.Time
	OpenedAt    moment.Time
	EmptyAt     moment.Time
	ClosedAt    moment.Time
	Outside     Outside // captions that a service outside writes
}

// Full tells whether nobody else fits.
func (r Room) Full() bool { return r.People >= r.Places }

// gathers tells whether the room has a text chat of its own, which begins and ends
// with it.
func (r Room) gathers() bool { return r.Owner.Kind != TalkKind }

// Why a room closed.
const (
	whyEnded    = "ended"    // somebody who holds it ended it
	whyOver     = "over"     // its time is over
	whyUnhosted = "unhosted" // nobody held it any more
	whyEmpty    = "empty"
)

// Role is how somebody takes part.
type Role string

// The roles. An interpreter speaks into a channel of a language; a signer is seen.
const (
	Host        Role = "host"
	Part        Role = "part"
	Listener    Role = "listener"
	Captioner   Role = "captioner"
	Interpreter Role = "interpreter"
	Signer      Role = "signer"
)

// Given lists the roles that those who hold a room can give.
func Given() []Role { return []Role{Part, Listener, Captioner, Interpreter, Signer} }

// SeatState is how a seat stands.
type SeatState string

// The states of a seat. Removed stays removed.
const (
	Waiting SeatState = "waiting"
	In      SeatState = "in"
	Beside  SeatState = "aside" // in a room for two, and comes back
	Out     SeatState = "out"
	Refused SeatState = "refused"
	Removed SeatState = "removed"
)

// Holds tells whether a seat takes one of the places.
func (s SeatState) Holds() bool { return s == In || s == Beside }

// Seat is somebody's place in a room.
type Seat struct {
	ID        moment.ID
	Room      moment.ID
	Person    moment.ID
	Identity  string // to the media server
	State     SeatState
	Role      Role
	Lang      string // an interpreter's channel
	Alias     int    // takes part without a name, by this number
	Speaks    bool   // may use the microphone
	Shows     bool   // may use the camera
	Shares    bool   // may show the screen
	Aside     moment.ID
	AskedBy   moment.ID
	Agrees    bool // has said yes to captions from outside
	HandAt    moment.Time
	EnteredAt moment.Time
	SeenAt    moment.Time
	GoneAt    moment.Time
}

// seed is what somebody's stone is drawn from: the person, or of whoever takes part
// without a name only this seat, so that no stone tells who it is.
func (s Seat) seed() string {
	if s.Alias > 0 {
		return string(s.ID)
	}
	return string(s.Person)
}

// Hears tells whether somebody only listens.
func (s Seat) Hears() bool { return s.Role == Listener || s.Role == Captioner }

// MaySpeak tells whether the media server takes this person's voice.
func (s Seat) MaySpeak() bool { return s.Role == Host || s.Speaks && !s.Hears() && s.Role != Signer }

// MayShow tells whether it takes their picture. cameras is what the owner allows.
func (s Seat) MayShow(cameras bool) bool {
	return cameras && (s.Role == Host || s.Shows && (s.Role == Part || s.Role == Signer))
}

// MayShare tells whether it takes their screen.
func (s Seat) MayShare() bool { return s.Role == Host || s.Shares && s.Role == Part }

// Entry is how somebody wants to come in.
type Entry struct {
	Listen bool // only listen
	Hold   bool // they hold it today
	Quiet  bool // without a name, where that can be
	Agrees bool // to captions from outside, while they run
	// Identity is the one that the door said they would have, so that a browser may open
	// its line while it asks to come in; "" for none. Another is taken when it is not free.
	Identity string
}

// TurnState is how a turn of a round stands.
type TurnState string

// The states of a turn.
const (
	Next   TurnState = "waiting"
	Now    TurnState = "now"
	Said   TurnState = "said"
	Passed TurnState = "passed"
)

// Turn is somebody's turn in a round.
type Turn struct {
	Place int
	Seat  moment.ID
	State TurnState
}

// Caption is a line that a captioner typed, or a service outside wrote.
type Caption struct {
	Seq   int64
	Seat  moment.ID // of whoever typed it, or the run of the service
	Words string
	At    moment.Time
}

// Question is a question to a webinar.
type Question struct {
	ID    moment.ID
	Seat  moment.ID
	Words string
	State string
	Votes int
	Voted bool
	Mine  bool
	At    moment.Time
}

// The states of a question.
const (
	asked    = "open"
	answered = "answered"
	setAside = "aside"
)

// cleanLine makes one line of words safe to keep; field names where it was typed.
func cleanLine(field, words string, most int) (string, error) {
	var wrong fault.Problems
	words = strings.Join(strings.Fields(chat.CleanOptional(&wrong, field, words, most)), " ")
	if words == "" && len(wrong) == 0 {
		wrong.Add(field, "chat.error.empty")
	}
	return words, wrong.Err()
}

// Order sorts who raised a hand: whoever did first speaks first.
func Order(list []Seat) []Seat {
	var out []Seat
	for _, s := range list {
		if !s.HandAt.IsZero() && s.State == In {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Seat) int {
		if a.HandAt != b.HandAt {
			return int(min(max(a.HandAt-b.HandAt, -1), 1))
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return out
}
