package rooms

import (
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// A call is two people who talk in a conversation and would both like to hear each
// other. One asks, the other says yes or no, and then each comes in by themselves:
// nothing rings, and no call begins by itself.

// TalkKind is the kind of rooms that belong to a conversation of two.
const TalkKind = "talk"

// askedFor is how long a question for a call stands. Ours: longer than it takes to read
// it, short enough that nobody is called about what was an hour ago.
const askedFor = 10 * time.Minute

// CallState is how a call stands.
type CallState string

// The states of a call.
const (
	NoCall     CallState = ""
	CallAsked  CallState = "asked"
	CallAgreed CallState = "agreed"
)

// Call is whether two who talk would like to hear each other.
type Call struct {
	State CallState
	By    moment.ID // who asked
	At    moment.Time
}

// Now is how a call stands at a time: a question that nobody answered is over.
func (c Call) Now(now moment.Time) Call {
	if c.State == CallAsked && now.Sub(c.At) >= askedFor {
		return Call{}
	}
	return c
}

// canCall: the two who talk, while they talk.
func canCall(st Stand) access.Decision {
	if d := canStand(st); !d.OK() {
		return d
	}
	if st.Door == Over {
		return access.Wrong("rooms.error.over")
	}
	return access.Allow()
}

// canAnswerCall: the one who was asked.
func canAnswerCall(st Stand, c Call, person moment.ID) access.Decision {
	if d := canCall(st); !d.OK() {
		return d
	}
	if c.State != CallAsked || c.By == person {
		return access.Wrong("rooms.error.call")
	}
	return access.Allow()
}
