package shifts

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of shifts.
var (
	PermWork = access.Permit("shifts.work", "Peers, supervisors and coordinators start and end their own shift, see the plan and sign up.", access.Peer, access.Supervisor, access.Coordinator)
	PermPlan = access.Permit("shifts.plan", "Coordinators and administrators set hours and the minimum of people.", access.Coordinator, access.Administrator)
	PermRota = access.Permit("shifts.rota", "Coordinators make and publish shifts, put people in, and say who is on call.", access.Coordinator)
)

// canSeeLedger: what somebody has carried is theirs and their supervisor's.
func canSeeLedger(a access.Actor, person moment.ID) access.Decision {
	if a.Person != person && !a.Has(access.Supervisor) {
		return access.Hide()
	}
	return access.Allow()
}

// leading are the roles that may lead a shift and be on call.
func leading() access.Roles { return access.Set(access.Supervisor, access.Coordinator) }

// canLead: whoever supervises or coordinates may lead a shift.
func canLead(a access.Actor) access.Decision {
	if a.Roles.Any(leading()) {
		return access.Allow()
	}
	return access.Refuse("shifts.error.lead")
}

// canTalk: who is offered people. A lead without the peer role only leads.
func canTalk(a access.Actor) bool { return a.Has(access.Peer) }

// canSee: drafts are the coordinators'.
func canSee(a access.Actor, p Planned) access.Decision {
	if p.State == Draft && !a.Has(access.Coordinator) {
		return access.Hide()
	}
	return access.Allow()
}

// canJoin: who takes a place on a shift needs the role for it, before it begins.
func canJoin(roles access.Roles, p Planned, leads bool, now moment.Time) access.Decision {
	switch {
	case p.State != Published:
		return access.Wrong("shifts.error.not_open")
	case now >= p.StartsAt:
		return access.Wrong("shifts.error.begun")
	case leads && !roles.Any(leading()):
		return access.Refuse("shifts.error.lead")
	case !leads && !roles.Has(access.Peer):
		return access.Refuse("shifts.error.not_peer")
	}
	return access.Allow()
}

// canPart: a sign-up is changed while it holds and before the shift begins.
func canPart(p Planned, x Signup, now moment.Time) access.Decision {
	switch {
	case !x.On || p.State != Published:
		return access.Wrong("shifts.error.not_on")
	case now >= p.StartsAt:
		return access.Wrong("shifts.error.begun")
	}
	return access.Allow()
}

// seesNumbers: the clinician's telephone number is for whoever would ring.
func seesNumbers(a access.Actor) bool { return a.Roles.Any(leading()) }
