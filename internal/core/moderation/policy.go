package moderation

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of moderation.
var (
	permReport = access.Permit("moderation.report", "Anybody who is known here, a guest too, reports what they can see.", access.Guest, access.Member)
	permQueue  = access.Permit("moderation.queue", "Supervisors and coordinators look at reports and decide.", access.Supervisor, access.Coordinator)
	permHolds  = access.Permit("moderation.holds", "Whoever looks after a place sees what is held there, and says that they look at it.", access.Member)
	permHouse  = access.Permit("moderation.house", "Coordinators write how everybody is with each other here.", access.Coordinator)
	permOut    = access.Permit("moderation.partner", "Coordinators and administrators name somebody outside who decides appeals that nobody here could.", access.Coordinator, access.Administrator)
	permMine   = access.Permit("moderation.mine", "Whoever something was decided about reads it and appeals.", access.Guest, access.Member)
)

// canSee: nobody handles what is about themselves, or what they reported.
func canSee(a access.Actor, r Report) access.Decision {
	if permQueue.Check(a) != nil || a.Person == r.About || a.Person == r.reporter {
		return access.Hide()
	}
	return access.Allow()
}

// canDecide: whoever claimed it, while it is not closed.
func canDecide(a access.Actor, r Report) access.Decision {
	if d := canSee(a, r); !d.OK() {
		return d
	}
	switch {
	case r.State == "closed":
		return access.Wrong("moderation.error.closed")
	case r.ClaimedBy != a.Person:
		return access.Refuse("moderation.error.claim")
	}
	return access.Allow()
}

// canReveal: whoever claimed a report about something that was written without a name.
func canReveal(a access.Actor, r Report) access.Decision {
	if d := canDecide(a, r); !d.OK() {
		return d
	}
	if !r.Unnamed() {
		return access.Wrong("moderation.error.named")
	}
	return access.Allow()
}

// canAppeal: the person, once, for as long as there is something to change.
func canAppeal(a access.Actor, x Action) access.Decision {
	switch {
	case a.Person != x.About:
		return access.Hide()
	case x.Appeal != nil:
		return access.Wrong("moderation.error.appealed")
	case !x.LiftedAt.IsZero():
		return access.Wrong("moderation.error.lifted")
	}
	return access.Allow()
}

// canUndo: whoever may handle the report takes a decision back, unless the person has asked
// somebody else to look again: then that is answered.
func canUndo(a access.Actor, r Report, x Action) access.Decision {
	if d := canSee(a, r); !d.OK() {
		return d
	}
	switch {
	case !x.LiftedAt.IsZero():
		return access.Wrong("moderation.error.lifted")
	case x.Appeal != nil && x.Appeal.DecidedAt.IsZero():
		return access.Wrong("moderation.error.appeal_first")
	}
	return access.Allow()
}

// canDecideAppeal: somebody else than who acted.
func canDecideAppeal(a access.Actor, r Report, x Action) access.Decision {
	if d := canSee(a, r); !d.OK() {
		return d
	}
	switch {
	case x.Appeal == nil || !x.Appeal.DecidedAt.IsZero():
		return access.Wrong("moderation.error.no_appeal")
	case a.Person == x.By:
		return access.Refuse("moderation.error.somebody_else")
	}
	return access.Allow()
}

// canDecideOutside: the partner whom a link was sent to, while the appeal waits.
func canDecideOutside(l link, x Action, now moment.Time) access.Decision {
	switch {
	case l.Action == "" || l.Action != x.ID || now >= l.LookEndsAt:
		return access.Hide()
	case x.Appeal == nil || !x.Appeal.DecidedAt.IsZero():
		return access.Wrong("moderation.error.no_appeal")
	}
	return access.Allow()
}

// maxGuest bounds a guest's pause by whoever does not lead: 24 hours.
func maxGuest(guest bool, longer bool, now, until moment.Time) moment.Time {
	if guest && !longer && (until.IsZero() || until > now.Add(GuestMost)) {
		return now.Add(GuestMost)
	}
	return until
}
