package shifts

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of shifts.
var (
	PermWork = access.Permit("shifts.work", "Peers, supervisors and coordinators start and end their own shift.", access.Peer, access.Supervisor, access.Coordinator)
	PermPlan = access.Permit("shifts.plan", "Coordinators and administrators set hours and the minimum of people.", access.Coordinator, access.Administrator)
)

// canSeeLedger: what somebody has carried is theirs and their supervisor's.
func canSeeLedger(a access.Actor, person moment.ID) access.Decision {
	if a.Person != person && !a.Has(access.Supervisor) {
		return access.Hide()
	}
	return access.Allow()
}

// canLead: whoever supervises or coordinates may lead a shift.
func canLead(a access.Actor) access.Decision {
	if a.Roles.Any(access.Set(access.Supervisor, access.Coordinator)) {
		return access.Allow()
	}
	return access.Refuse("shifts.error.lead")
}

// canTalk: who is offered people. A lead without the peer role only leads.
func canTalk(a access.Actor) bool { return a.Has(access.Peer) }
