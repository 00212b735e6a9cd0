package support

import (
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of support.
var (
	permSee   = access.Everybody()
	permAsk   = access.Permit("support.ask", "Anybody may ask for somebody to talk to, without an account.", access.Visitor)
	permMine  = access.Permit("support.mine", "Whoever asked sees, changes and takes back what they asked, and decides about the words afterwards.", access.Guest, access.Member)
	permWork  = access.Permit("support.work", "Peers on shift say they are ready and answer what they are offered.", access.Peer)
	permBoard = access.Permit("support.board", "The lead, supervisors and coordinators see who waits, talks and is free, without any words.", access.Supervisor, access.Coordinator)
)

// canAsk: a colleague is never matched with colleagues (safety.md); they are
// shown the partner service instead.
func canAsk(a access.Actor) access.Decision {
	if a.Works() {
		return access.Wrong("support.error.colleague")
	}
	return access.Allow()
}

// canChange: one's own request, while it waits.
func canChange(a access.Actor, r Request) access.Decision {
	if r.Person != a.Person {
		return access.Hide()
	}
	if r.State != Waiting && r.State != Offered {
		return access.Wrong("support.error.not_waiting")
	}
	return access.Allow()
}

// canAnswer: the peer the offer was made to, while it is open and in time.
func canAnswer(a access.Actor, o Offer, now moment.Time) access.Decision {
	if o.Peer != a.Person {
		return access.Hide()
	}
	if o.State == OfferGone {
		return access.Wrong("support.error.gone")
	}
	if o.State != OfferOpen || now >= o.ExpiresAt {
		return access.Wrong("support.error.too_late")
	}
	return access.Allow()
}

// canEnd: either of the two, while it runs.
func canEnd(a access.Actor, c Contact) access.Decision {
	if a.Person != c.Member && a.Person != c.Peer {
		return access.Hide()
	}
	if !c.EndedAt.IsZero() {
		return access.Wrong("support.error.ended")
	}
	return access.Allow()
}

// canProtect: "End and protect me" is the peer's.
func canProtect(a access.Actor, c Contact) access.Decision {
	if a.Person != c.Peer {
		return access.Hide()
	}
	return canEnd(a, c)
}

// canLook: the person who was helped, after the end.
func canLook(a access.Actor, c Contact) access.Decision {
	if a.Person != c.Member {
		return access.Hide()
	}
	if c.EndedAt.IsZero() {
		return access.Wrong("support.error.running")
	}
	return access.Allow()
}

// canDebrief: the peer, after the end, once.
func canDebrief(a access.Actor, c Contact) access.Decision {
	if a.Person != c.Peer {
		return access.Hide()
	}
	if c.EndedAt.IsZero() {
		return access.Wrong("support.error.running")
	}
	if !c.DebriefedAt.IsZero() {
		return access.Wrong("support.error.debriefed")
	}
	return access.Allow()
}

// canTake: whoever sees the board and is on shift takes a waiting person, by
// their own choice; people kept apart stay apart.
func canTake(a access.Actor, mine shifts.Shift, on bool, r Request) access.Decision {
	if err := permBoard.Check(a); err != nil {
		return access.Hide()
	}
	switch {
	case !on || mine.State == shifts.Stopped || mine.State == shifts.Closing:
		return access.Wrong("support.error.not_on_shift")
	case !a.Has(access.Peer):
		return access.Wrong("support.error.not_a_peer")
	case r.State != Waiting:
		return access.Wrong("support.error.not_waiting")
	}
	return access.Allow()
}
