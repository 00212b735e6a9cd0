package mentoring

import (
	"cairn/internal/feature/matching"
	"cairn/internal/kit/moment"
)

// State is where a walk stands.
type State string

// The states, in their order. Any of them may be followed by Over.
const (
	Asked    State = "asked"    // one of the two, or both, have still to say yes
	Trial    State = "trial"    // they meet twice
	Walking  State = "walking"  // they go on; meetings follow the charter
	Tapering State = "tapering" // they meet so many times more, and then say goodbye
	Over     State = "ended"
)

// Brought is how the two came together.
type Brought string

// The ways.
const (
	ByMember      Brought = "member" // chose a suggestion
	ByPeer        Brought = "peer"   // proposed it to whom they had talked with
	ByCoordinator Brought = "coordinator"
	ByBack        Brought = "back"   // came back after an ending
	ByBackup      Brought = "backup" // stood in for a peer who left
)

// How a walk ended. A switch is nobody's fault and never explained.
const (
	EndedWell    = "well"     // with a goodbye
	EndedSwitch  = "switch"   // one of the two would rather not go on
	EndedNo      = "no"       // one of the two said no when asked
	EndedUnasked = "silence"  // no answer came
	EndedLeft    = "left"     // the peer left the service
	EndedGone    = "gone"     // the member deleted their account, took it back, or is kept out
	EndedKnow    = "know"     // they know each other
	EndedKeptOut = "kept_out" // the peer is kept out by a decision
)

// Walk is two people who walk together, or are asked to.
type Walk struct {
	ID          moment.ID
	Seek        moment.ID
	Member      moment.ID
	Peer        moment.ID
	Brought     Brought
	By          moment.ID
	State       State
	Why         []matching.Reason
	AskedAt     moment.Time
	AnswerBy    moment.Time
	MemberYesAt moment.Time
	PeerYesAt   moment.Time
	BeganAt     moment.Time
	MemberOnAt  moment.Time // would like to go on after the trial
	PeerOnAt    moment.Time
	Charter     int // the version that holds; 0: none yet
	ReviewAt    moment.Time
	EndsAt      moment.Time
	Taper       int // meetings left while tapering
	Backup      moment.ID
	BackupYesAt moment.Time
	EndedAt     moment.Time
	EndedHow    string
	EndedBy     moment.ID
	After       moment.ID // the walk that this one comes back from
}

// In tells whether somebody is one of the two.
func (w Walk) In(person moment.ID) bool {
	return person != "" && (person == w.Member || person == w.Peer)
}

// Other gives the other of the two.
func (w Walk) Other(person moment.ID) moment.ID {
	if person == w.Member {
		return w.Peer
	}
	return w.Member
}

// Runs tells whether the two meet.
func (w Walk) Runs() bool { return w.State == Trial || w.State == Walking || w.State == Tapering }

// SaidYes tells whether somebody has answered what was asked.
func (w Walk) SaidYes(person moment.ID) bool {
	return person == w.Member && !w.MemberYesAt.IsZero() || person == w.Peer && !w.PeerYesAt.IsZero()
}

// SaidOn tells whether somebody would like to go on after the trial.
func (w Walk) SaidOn(person moment.ID) bool {
	return person == w.Member && !w.MemberOnAt.IsZero() || person == w.Peer && !w.PeerOnAt.IsZero()
}

// StandsIn tells whether somebody has agreed to stand in for the peer.
func (w Walk) StandsIn(person moment.ID) bool {
	return person != "" && person == w.Backup && !w.BackupYesAt.IsZero()
}

// Channel is how two people meet.
type Channel string

// The channels.
const (
	ByChat    Channel = "chat"
	ByVideo   Channel = "video" // in the online room, with a conversation beside it
	InPerson  Channel = "in_person"
	ByPhone   Channel = "phone"
	Accompany Channel = "accompany" // to an appointment: before, there, after
)

// Channels lists them as forms do.
func Channels() []Channel { return []Channel{ByChat, ByVideo, InPerson, ByPhone, Accompany} }

// Here tells whether two people meet in the service itself, in a conversation that
// the meeting opens.
func (c Channel) Here() bool { return c == ByChat || c == ByVideo }

// SessionState is where a meeting stands.
type SessionState string

// The states of a meeting.
const (
	Planned   SessionState = "planned"
	Running   SessionState = "running" // by chat, and somebody came
	Held      SessionState = "held"
	Missed    SessionState = "missed"
	Cancelled SessionState = "cancelled"
)

// Session is a meeting of the two.
type Session struct {
	ID           moment.ID
	Walk         moment.ID
	Channel      Channel
	State        SessionState
	StartsAt     moment.Time
	Minutes      int
	Lasted       int    // minutes, once it was held
	Place        string // where, or the number to call
	Steps        Steps  // of accompanying
	Instead      moment.ID
	Conversation moment.ID
	By           moment.ID
	Changes      int
	At           moment.Time
	ChangedAt    moment.Time
	EndedAt      moment.Time
}

// EndsAt is when it should be over.
func (s Session) EndsAt() moment.Time { return s.StartsAt.Add(minutes(s.Minutes)) }

// Coming tells whether it is still to come or runs.
func (s Session) Coming() bool { return s.State == Planned || s.State == Running }

// Steps are what the two prepare for an appointment.
type Steps struct {
	Before string `json:"before,omitempty"` // what to bring and to ask
	There  string `json:"there,omitempty"`  // what the peer does, and does not
	After  string `json:"after,omitempty"`  // what was said and what is next
}
