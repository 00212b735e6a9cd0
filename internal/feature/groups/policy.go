package groups

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/moment"
)

// Permissions of groups.
var (
	permSee        = access.Everybody()
	permOwn        = access.Permit("groups.own", "Whoever has an account joins groups, proposes one, and reads and writes in those that they are in.", access.Member)
	permMake       = access.Permit("groups.make", "Facilitators and coordinators make groups.", access.Facilitator, access.Coordinator)
	permListing    = access.Permit("groups.list", "Coordinators bring in lists of other organisations' groups, read them again, and take them away.", access.Coordinator)
	permCoordinate = access.Permit("groups.coordinate", "Coordinators see every group, who holds it and when it meets, answer proposals, and find somebody for a group that has nobody; never what its people write.", access.Coordinator)
)

// stand is how somebody stands to a group.
type stand struct {
	Group
	actor   access.Actor
	in      *Member
	out     bool // was taken out of it
	invited bool
	kept    bool // kept out of everything by a decision
}

// member tells whether they are in it.
func (s stand) member() bool { return s.in != nil }

// facilitates tells whether they hold it: its facilitators, and its owner.
func (s stand) facilitates() bool {
	return s.actor.Person != "" && (s.in != nil && s.in.Facilitates || s.Owner == s.actor.Person)
}

// owns tells whether it is theirs; a group without an owner is the coordinators'.
func (s stand) owns() bool {
	return s.actor.Person != "" && (s.Owner == s.actor.Person || s.Owner == "" && s.State != Proposed && s.Form != Theirs && s.actor.Has(access.Coordinator))
}

// current tells whether they accepted the agreement as it stands.
func (s stand) current() bool { return s.in != nil && s.in.Agreed >= s.Agreement }

// canSee: that it is there, and what is said about it.
func canSee(s stand) access.Decision {
	switch {
	case s.out:
		return access.Hide()
	case s.State == Proposed || s.State == Refused:
		if s.MadeBy != "" && s.MadeBy == s.actor.Person || s.actor.Has(access.Coordinator) {
			return access.Allow()
		}
		return access.Hide()
	case s.member(), s.actor.Has(access.Coordinator):
		return access.Allow()
	case s.Form == Theirs:
		return access.Allow() // also when it is listed no more: its page says so
	case s.State == Ended:
		return access.Hide()
	case s.Form == Briefing:
		if s.actor.Works() && s.Openness != Closed || s.invited {
			return access.Allow()
		}
		return access.Hide()
	case s.invited:
		return access.Allow()
	}
	switch s.Openness {
	case Public:
		return access.Allow()
	case Members, Request:
		if s.actor.Has(access.Member) {
			return access.Allow()
		}
	case Closed:
	}
	return access.Hide()
}

// canRead: what its people write, and who they are. Only they do.
func canRead(s stand) access.Decision {
	if d := canSee(s); !d.OK() {
		return d
	}
	if !s.Form.Joined() || !s.member() {
		return access.Hide()
	}
	return access.Allow()
}

// canWrite: whoever is in it, has accepted the agreement as it stands, and is not
// kept out.
func canWrite(s stand) access.Decision {
	if d := canRead(s); !d.OK() {
		return d
	}
	switch {
	case s.kept:
		return access.Wrong("groups.error.out")
	case !s.Runs():
		return access.Wrong("groups.error.ended")
	case !s.current():
		return access.Wrong("groups.error.agree_first")
	}
	return access.Allow()
}

// canJoin: whoever sees it, or was invited, while there is room. today is the day in
// the group's own zone.
func canJoin(s stand, today calendar.Date) access.Decision {
	if d := canSee(s); !d.OK() {
		return d
	}
	switch {
	case !s.actor.Has(access.Member) || !s.Form.Joined():
		return access.Hide()
	case s.member():
		return access.Wrong("groups.error.in")
	case s.kept:
		return access.Wrong("groups.error.out")
	case !s.Runs():
		return access.Wrong("groups.error.ended")
	case s.Openness == Closed && !s.invited:
		return access.Hide() // a coordinator sees that it is there, and is not in it
	case !s.invited && !takesIn(s.Group, today):
		return access.Wrong("groups.error.begun")
	case !s.Room():
		return access.Wrong("groups.error.full")
	}
	return access.Allow()
}

// takesIn tells whether a programme takes people in on a day.
func takesIn(g Group, today calendar.Date) bool {
	if g.Form != Programme || g.Takes == "yes" {
		return true
	}
	if g.Takes == "no" {
		return false
	}
	first, ok := calendar.ParseDate(g.Begins)
	return !ok || today.Before(first)
}

// canFacilitate: those who hold it.
func canFacilitate(s stand) access.Decision {
	if d := canSee(s); !d.OK() {
		return d
	}
	if !s.facilitates() && !s.owns() {
		return access.Hide()
	}
	if s.kept {
		return access.Wrong("groups.error.out")
	}
	return access.Allow()
}

// canTend: what is about the people in it: letting in, inviting, taking out. Only those
// who hold it do: a coordinator who answers for a group without an owner is not in it.
func canTend(s stand) access.Decision {
	if d := canFacilitate(s); !d.OK() {
		return d
	}
	if !s.facilitates() {
		return access.Hide()
	}
	return access.Allow()
}

// canOwn: its owner; coordinators where there is none.
func canOwn(s stand) access.Decision {
	if d := canFacilitate(s); !d.OK() {
		return d
	}
	if !s.owns() {
		return access.Refuse("groups.error.owner")
	}
	return access.Allow()
}

// canLeave: whoever is in it. A proposal is taken back, not left.
func canLeave(s stand) access.Decision {
	if !s.member() || s.out || s.State == Proposed || s.State == Refused {
		return access.Hide()
	}
	return access.Allow()
}

// mayHold tells whether somebody with these roles may hold a group of this form. A
// group that is led by its people may be held by any of them.
func mayHold(f Form, roles access.Roles) bool {
	if f == PeerLed {
		return roles.Has(access.Member)
	}
	return roles.Any(access.Set(access.Peer, access.Facilitator, access.Supervisor, access.Coordinator))
}

// canMake: facilitators and coordinators any form; other members propose one that is
// led by its people.
func canMake(a access.Actor, f Form) access.Decision {
	if a.Roles.Any(access.Set(access.Facilitator, access.Coordinator)) {
		return access.Allow()
	}
	if f == PeerLed {
		return access.Allow()
	}
	return access.Refuse("groups.error.form")
}

// canHold: whether somebody can be asked to hold a group: they are in it and may.
func canHold(g Group, m *Member, roles access.Roles, who moment.ID) access.Decision {
	if m == nil || who == g.Owner {
		return access.Hide()
	}
	if !mayHold(g.Form, roles) {
		return access.Wrong("groups.error.may_not_hold")
	}
	return access.Allow()
}
