package rooms

import (
	"cairn/internal/kit/access"
)

// Permissions of rooms. Whom a room lets in its owner decides.
var (
	permDoor  = access.Permit("rooms.door", "Whoever sees what a room belongs to stands at its door.", access.Visitor)
	permEnter = access.Permit("rooms.enter", "Whoever a room's owner lets in enters it, and does in it what everybody does.", access.Guest, access.Member)
)

// canStand: whoever sees what the room belongs to.
func canStand(st Stand) access.Decision {
	if !st.See {
		return access.Hide()
	}
	return access.Allow()
}

// canEnter: whoever the owner lets in, while the door is open; those who hold it also
// while it is shut, since they open it, and while it is locked, since they hold it
// again. Whoever was removed stays out. Whoever is in it comes back in through a
// locked door: a lost line is not leaving. While captions come from outside everybody else
// agrees to that first, also who holds the room.
func canEnter(st Stand, r Room, mine Seat, e Entry) access.Decision {
	if d := canStand(st); !d.OK() {
		return d
	}
	holds := st.Host || st.MayHold && e.Hold
	switch {
	case mine.State == Removed:
		return access.Refuse("rooms.error.removed")
	case st.Quiet && e.Quiet && !holds && mine.ID != "" && mine.Alias == 0:
		// Whoever was here by name is known: the number would be tied to it.
		return access.Wrong("rooms.error.named")
	case st.Door == Over:
		return access.Wrong("rooms.error.over")
	case !st.Enter && !holds:
		return access.Wrong("rooms.error.not_coming")
	case st.Door == Shut && !holds:
		return access.Wrong("rooms.error.shut")
	case mine.State.Holds():
		return access.Allow()
	case !holds && (st.Door == Locked || r.Open && r.Locked):
		return access.Wrong("rooms.error.locked")
	case !holds && r.Open && r.Full():
		return access.Wrong("rooms.error.full")
	case r.Open && r.Outside.State == OutsideRuns && !e.Agrees:
		return access.Wrong("rooms.error.outside")
	}
	return access.Allow()
}

// canStay: whoever would be let in, whatever the door does meanwhile. Who does not come
// any more finds nothing.
func canStay(st Stand) access.Decision {
	if !st.See || !st.Enter && !st.Host && !st.MayHold {
		return access.Hide()
	}
	return access.Allow()
}

// canBeIn: whoever has a seat in it; else it is not there.
func canBeIn(r Room, mine Seat) access.Decision {
	if !r.Open || !mine.State.Holds() {
		return access.Hide()
	}
	return access.Allow()
}

// canHold: whoever is in it and holds it.
func canHold(r Room, mine Seat) access.Decision {
	if d := canBeIn(r, mine); !d.OK() {
		return d
	}
	if mine.Role != Host || mine.State != In {
		return access.Hide()
	}
	return access.Allow()
}

// canHoldOver: those who hold it, over everybody but each other. Two who hold a room
// settle it between them.
func canHoldOver(r Room, mine, other Seat) access.Decision {
	if d := canHold(r, mine); !d.OK() {
		return d
	}
	switch {
	case other.Room != r.ID:
		return access.Hide()
	case other.Role == Host:
		return access.Wrong("rooms.error.host")
	}
	return access.Allow()
}

// canLine: whether a line to the media server stands for somebody who is in it with
// this very identity. An old token, one of another room or another person finds
// nothing.
func canLine(r Room, mine Seat, identity string) access.Decision {
	if d := canBeIn(r, mine); !d.OK() {
		return d
	}
	if mine.State != In || identity == "" || mine.Identity != identity {
		return access.Hide()
	}
	return access.Allow()
}

// canCaption: whoever was made captioner, and those who hold the room.
func canCaption(r Room, mine Seat) access.Decision {
	if d := canBeIn(r, mine); !d.OK() {
		return d
	}
	if mine.State != In || mine.Role != Captioner && mine.Role != Host {
		return access.Hide()
	}
	return access.Allow()
}

// canAsk: in a webinar whoever is in it.
func canAsk(r Room, mine Seat) access.Decision {
	if d := canBeIn(r, mine); !d.OK() {
		return d
	}
	if r.Mode != Webinar {
		return access.Hide()
	}
	return access.Allow()
}

// canTurn: whoever has the turn ends it or passes, and those who hold the room for
// them.
func canTurn(r Room, mine Seat, turn Turn) access.Decision {
	if d := canBeIn(r, mine); !d.OK() {
		return d
	}
	if turn.Seat != mine.ID && !canHold(r, mine).OK() {
		return access.Hide()
	}
	return access.Allow()
}

// canBeLetIn: whoever waits comes in while captions come from outside only when they
// have agreed to that.
func canBeLetIn(r Room, seat Seat) access.Decision {
	if r.Outside.State == OutsideRuns && !seat.Agrees {
		return access.Wrong("rooms.error.outside_waits")
	}
	return access.Allow()
}

// canAskCaptions: those who hold a room in which many meet, where the operator offers a
// captions service outside.
func canAskCaptions(r Room, mine Seat, offered bool) access.Decision {
	if d := canHold(r, mine); !d.OK() {
		return d
	}
	if !offered || !r.meets() {
		return access.Hide()
	}
	return access.Allow()
}

// canAnswerCaptions: whoever is in the room, or waits to come in.
func canAnswerCaptions(r Room, mine Seat) access.Decision {
	if !r.Open || !r.meets() || !mine.State.Holds() && mine.State != Waiting {
		return access.Hide()
	}
	return access.Allow()
}

// canWriteFromOutside: the service hears and writes while everybody's yes stands in an
// open room; found tells whether its address is the one that was given.
func canWriteFromOutside(r Room, found bool) access.Decision {
	if !found || !r.Open || r.Outside.State != OutsideRuns {
		return access.Hide()
	}
	return access.Allow()
}

// outsideNext is how it stands with captions from outside when so many are in, and so
// many of them have said yes: they begin when that is everybody, and end when it is not
// any more.
func outsideNext(now OutsideState, offered bool, in, yes int) OutsideState {
	all := in > 0 && yes == in
	switch {
	case now != OutsideAsked && now != OutsideRuns:
		return now
	case !offered || in == 0:
		return OutsideOver
	case all:
		return OutsideRuns
	case now == OutsideRuns:
		return OutsideOver
	}
	return OutsideAsked
}
