package forum

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of the forum. What somebody may do in a space is decided where it is loaded.
var (
	permSee  = access.Everybody()
	permOwn  = access.Permit("forum.own", "Whoever has an account joins communities, follows and writes in the spaces that are theirs, and chooses what they would rather not meet.", access.Member)
	permMake = access.Permit("forum.make", "Coordinators make spaces of the forum, change and close them.", access.Coordinator)
)

// stand is how somebody stands to a space.
type stand struct {
	Space
	actor     access.Actor
	in        bool // joined it
	moderates bool
	kept      bool // kept out by a decision
	asked     *request
}

// request is somebody's wish to join.
type request struct {
	ID, Space, Person moment.ID
	Open              bool
	At, AnsweredAt    moment.Time
	Words             string
	sealed            []byte
}

// canSee: that a space is there, what it is called, and how it welcomes people.
func canSee(s stand) access.Decision {
	if s.Audience == Open || s.actor.Has(access.Member) {
		return access.Allow()
	}
	return access.Hide()
}

// canRead: what stands in it.
func canRead(s stand) access.Decision {
	if d := canSee(s); !d.OK() || s.Audience == Community && !s.in {
		return access.Hide()
	}
	return access.Allow()
}

// canWrite: whoever has an account and reads it. That it is closed, or that somebody is
// kept out, the engine of discussions says to whoever writes.
func canWrite(s stand) access.Decision {
	if d := canRead(s); !d.OK() {
		return d
	}
	if !s.actor.Has(access.Member) {
		return access.Hide()
	}
	return access.Allow()
}

// canKeep: its moderators; outside of communities supervisors and coordinators too.
func canKeep(s stand) access.Decision {
	if d := canRead(s); !d.OK() || s.kept {
		return access.Hide()
	}
	if s.moderates || s.Audience != Community && s.actor.Roles.Any(access.Set(access.Supervisor, access.Coordinator)) {
		return access.Allow()
	}
	return access.Hide()
}

// canImport: coordinators, where they read themselves; also into what is closed, which can
// be filled with what was written long ago.
func canImport(s stand) access.Decision {
	if !s.actor.Has(access.Coordinator) || s.kept || !canRead(s).OK() {
		return access.Hide()
	}
	return access.Allow()
}

// canExport: coordinators, of what every member may read; of a community its moderators.
func canExport(s stand) access.Decision {
	if !canKeep(s).OK() || s.Audience != Community && !s.actor.Has(access.Coordinator) {
		return access.Hide()
	}
	return access.Allow()
}

// canJoin: whoever has an account, in a community that takes people in. again is when
// somebody who was told no may ask again; now is the present.
func canJoin(s stand, now moment.Time) access.Decision {
	switch {
	case s.Audience != Community || !s.actor.Has(access.Member):
		return access.Hide()
	case s.in:
		return access.Wrong("forum.error.in")
	case s.kept:
		return access.Wrong("forum.error.out")
	case s.Closed:
		return access.Wrong("forum.error.closed")
	case s.asked != nil && s.asked.Open:
		return access.Wrong("forum.error.asked")
	case s.asked != nil && now.Sub(s.asked.AnsweredAt) < askAgain:
		return access.Wrong("forum.error.ask_later")
	}
	return access.Allow()
}

// canLeave: whoever joined.
func canLeave(s stand) access.Decision {
	if s.Audience != Community || !s.in {
		return access.Hide()
	}
	return access.Allow()
}

// canName: coordinators say who looks after a space; in a community its moderators do too.
func canName(s stand) access.Decision {
	if s.actor.Has(access.Coordinator) || s.Audience == Community && canKeep(s).OK() {
		return access.Allow()
	}
	return access.Hide()
}

// canAnswer: who asks to join is answered by the community's moderators, and by coordinators
// while it has none.
func canAnswer(s stand, moderators int) access.Decision {
	if s.Audience == Community && (canKeep(s).OK() || moderators == 0 && s.actor.Has(access.Coordinator)) {
		return access.Allow()
	}
	return access.Hide()
}

// canUnname: whoever names, and everybody for themselves.
func canUnname(s stand, whom moment.ID) access.Decision {
	if whom == s.actor.Person && s.moderates {
		return access.Allow()
	}
	return canName(s)
}
