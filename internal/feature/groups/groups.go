package groups

import (
	"slices"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Kind names groups to the engines of meetings and of discussion.
const Kind = "group"

// Limits of a group. All are ours.
const (
	MostName    = 64
	MostAbout   = 4000
	MostQuiet   = 40
	MostMembers = 500 // of one group, whatever its own limit
	MostWeeks   = 52

	mostWelcome    = 1000
	mostContact    = 200
	mostSentences  = 20
	mostSentence   = 300
	mostWords      = 1000 // of asking to join, of a reason
	mostSaid       = 1000 // of each of the two fields of a round
	mostReach      = 500  // of how somebody can be reached
	mostTopics     = 8
	mostLanguages  = 8
	mostProposals  = 3  // of one member that wait
	mostInvites    = 40 // of one group that are open
	mostTouches    = 50 // of one person in one group
	mostMine       = 100
	mostSheets     = 12
	mostSheetTitle = 120
	mostSheetWords = 4000
	mostCount      = 100_000
)

// InviteLasts is the longest that an invitation holds.
const InviteLasts = 30 * 24 * time.Hour

// WordsLast is how long after the end of a group its key is kept.
const WordsLast = 365 * 24 * time.Hour

// FewestShown is the smallest count that a sum of contacts shows; smaller cells are
// left out, so that no single person can be read out of them.
const FewestShown = 5

// Rates keep a broken or hostile device from filling tables; nobody who lives
// their life meets them.
var (
	making   = access.Rate{Name: "groups.make", Most: 20, Per: time.Hour}
	changing = access.Rate{Name: "groups.change", Most: 120, Per: time.Hour}
	inviting = access.Rate{Name: "groups.invite", Most: 30, Per: time.Hour}
)

// Form is what sort of group or gathering it is.
type Form string

// The forms. The first three have members; the others are gatherings that whoever
// may see them comes to.
const (
	PeerLed     Form = "peer_led"
	Facilitated Form = "facilitated"
	Programme   Form = "programme"
	Workshop    Form = "workshop"
	Recreation  Form = "recreation"
	Networking  Form = "networking"
	Webinar     Form = "webinar"
	Outreach    Form = "outreach"
	Briefing    Form = "briefing" // for those who work here
)

// Forms lists the forms in their settled order.
func Forms() []Form {
	return []Form{PeerLed, Facilitated, Programme, Workshop, Recreation, Networking, Webinar, Outreach, Briefing}
}

// Joined tells whether people are in it, rather than come to it.
func (f Form) Joined() bool { return f == PeerLed || f == Facilitated || f == Programme }

// Openness is who sees a group and how one comes in.
type Openness string

// How open a group is.
const (
	Public  Openness = "public"  // seen by everybody; whoever has an account may join
	Members Openness = "members" // seen by whoever has an account, who may join
	Request Openness = "request" // seen by whoever has an account; a facilitator answers
	Closed  Openness = "closed"  // seen by its people; by invitation
)

// Opennesses lists them from open to closed.
func Opennesses() []Openness { return []Openness{Public, Members, Request, Closed} }

// State is where a group stands.
type State string

// The states of a group.
const (
	Proposed State = "proposed" // by a member; a coordinator answers
	Refused  State = "refused"  // answered with a reason
	Open     State = "open"
	Paused   State = "paused" // does not meet for a while
	Ended    State = "ended"  // read only
)

// Features are what a group can offer so that everybody can take part.
func Features() []string {
	return []string{"step_free", "hearing_loop", "captions", "sign", "easy_words", "quiet", "camera_off", "childcare"}
}

// Takings are until when a programme takes people in.
func Takings() []string { return []string{"until", "yes", "no"} }

// Group is a group or a gathering.
type Group struct {
	ID    moment.ID
	Slug  string // of the address that is printed; steady
	State State
	Draft
	Owner     moment.ID // "": it looks for somebody
	Members   int       // who is in it
	Agreement int       // the version that holds; 0: none yet
	Wall      moment.ID
	MadeBy    moment.ID
	MadeAt    moment.Time
	ChangedAt moment.Time
	EndedAt   moment.Time
}

// Runs tells whether people can take part in it.
func (g Group) Runs() bool { return g.State == Open || g.State == Paused }

// Room tells whether one more may come in.
func (g Group) Room() bool { return g.Members < g.ceiling() }

func (g Group) ceiling() int {
	if g.Most == 0 {
		return MostMembers
	}
	return min(g.Most, MostMembers)
}

// Tags are what the group is found by.
func (g Group) Tags() []string {
	out := []string{"form/" + string(g.Form)}
	for _, x := range g.Languages {
		out = append(out, "lang/"+x)
	}
	for _, x := range g.Topics {
		out = append(out, "topic/"+x)
	}
	for _, x := range g.Access {
		out = append(out, "access/"+x)
	}
	if g.Community != "" {
		out = append(out, "for/"+g.Community)
	}
	return out
}

// Public tells whether people without an account may see it.
func (g Group) Public() bool { return g.Openness == Public && g.Form != Briefing }

// Member is somebody in a group.
type Member struct {
	Group       moment.ID
	Person      moment.ID
	Facilitates bool
	Listed      bool // the others see them in the list
	Follows     bool // is told of what is new on the wall
	Agreed      int  // the version of the agreement that they accepted
	Place       int  // in the order of facilitators
	JoinedAt    moment.Time
	HeldAt      moment.Time // since when they facilitate
}

// Agreement is a version of what the people of a group agreed.
type Agreement struct {
	Version   int
	Sentences []string
	By        moment.ID
	At        moment.Time
}

// Sentence is a line of an agreement with what it was before.
type Sentence struct {
	Text string
	New  bool // it was not in the version that the reader accepted
}

// Changes compares an agreement with one that was accepted before: the sentences
// that hold now, each marked when it is new, and those that went.
func Changes(before, now Agreement) (lines []Sentence, gone []string) {
	for _, s := range now.Sentences {
		lines = append(lines, Sentence{Text: s, New: before.Version > 0 && !slices.Contains(before.Sentences, s)})
	}
	for _, s := range before.Sentences {
		if !slices.Contains(now.Sentences, s) {
			gone = append(gone, s)
		}
	}
	return lines, gone
}
