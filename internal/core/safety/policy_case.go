package safety

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of concerns. Administrators have none: they run the installation.
var (
	permRaise   = access.Permit("safety.raise", "Peers, facilitators, supervisors and coordinators raise a concern about somebody they talk with.", access.Peer, access.Facilitator, access.Supervisor, access.Coordinator)
	permSelf    = access.Permit("safety.self", "Anybody who is known here, a guest too, can say that they are not safe.", access.Guest, access.Member)
	permCases   = access.Permit("safety.cases", "Who supervises, coordinates, raised a case or was told of it works on it.", access.Peer, access.Facilitator, access.Supervisor, access.Coordinator)
	permList    = access.Permit("safety.list", "Supervisors and coordinators see which cases run, without any words.", access.Supervisor, access.Coordinator)
	permMine    = access.Permit("safety.mine", "Whoever a concern was about reads their own timeline and writes into it.", access.Guest, access.Member)
	permWish    = access.Permit("safety.wish", "Members write what shall happen when somebody worries about them.", access.Member)
	permWaiting = access.Permit("safety.waits", "Coordinators and administrators set how long each step waits for an answer.", access.Coordinator, access.Administrator)
)

// standing is what somebody is to a case.
type standing struct {
	paged  bool // was told of it
	beside bool // talks with the person where it was said
	apart  bool // the two are kept apart
}

// MayRaise tells whether the actor may raise concerns at all, about people they talk
// with.
func MayRaise(a access.Actor) bool { return permRaise.Check(a) == nil }

// works tells whether the actor may read the words of a case: whoever was told of
// it, owns it, raised it as a worker, talks with the person, or supervises. Never the one it is about,
// who has a page of their own, and nobody by being an administrator.
func works(a access.Actor, c Case, s standing) bool {
	if a.Person == c.Member || permCases.Check(a) != nil {
		return false
	}
	if s.paged || a.Person == c.Owner || a.Has(access.Supervisor) {
		return true
	}
	// A peer whom the person has left, or who may know them, reads no further.
	return !s.apart && (s.beside || a.Person == c.RaisedBy && c.Open())
}

// canSee: what one may not see is not there.
func canSee(a access.Actor, c Case, s standing) access.Decision {
	if !works(a, c, s) {
		return access.Hide()
	}
	return access.Allow()
}

// canAnswer: whoever was told, or supervises, says "I have it". The one who
// raised it may when they were told of it too.
func canAnswer(a access.Actor, c Case, s standing) access.Decision {
	switch {
	case !works(a, c, s):
		return access.Hide()
	case !c.Open():
		return access.Wrong("safety.error.closed")
	case !s.paged && a.Person != c.Owner && !a.Has(access.Supervisor):
		return access.Refuse("safety.error.not_told")
	}
	return access.Allow()
}

// canWrite: everybody who works on it, while it runs.
func canWrite(a access.Actor, c Case, s standing) access.Decision {
	if !works(a, c, s) {
		return access.Hide()
	}
	if !c.Open() {
		return access.Wrong("safety.error.closed")
	}
	return access.Allow()
}

// canClose: the owner, or a supervisor.
func canClose(a access.Actor, c Case, s standing) access.Decision {
	if d := canWrite(a, c, s); !d.OK() {
		return d
	}
	if a.Person != c.Owner && !a.Has(access.Supervisor) {
		return access.Refuse("safety.error.owner")
	}
	return access.Allow()
}

// canSecond: a second is somebody else.
func canSecond(a access.Actor, c Case, s standing, act Act) access.Decision {
	if d := canWrite(a, c, s); !d.OK() {
		return d
	}
	switch {
	case a.Person == act.Person:
		return access.Refuse("safety.error.second_self")
	case !act.Open():
		return access.Wrong("safety.error.act_over")
	case act.Second != "":
		return access.Wrong("safety.error.seconded")
	}
	return access.Allow()
}

// canReview: somebody else, after a step that was taken alone. Closing does not end it.
func canReview(a access.Actor, c Case, s standing, act Act) access.Decision {
	switch {
	case !works(a, c, s):
		return access.Hide()
	case a.Person == act.Person || a.Person == act.DoneBy:
		return access.Refuse("safety.error.review_self")
	case act.ReviewDue.IsZero() || !act.ReviewedAt.IsZero():
		return access.Wrong("safety.error.no_review")
	case !a.Has(access.Supervisor) && !a.Has(access.Coordinator):
		return access.Refuse("safety.error.review_role")
	}
	return access.Allow()
}

// canHide: a supervisor, and a second who is somebody else, may delay an entry.
func canHide(a access.Actor, c Case, s standing, e Entry) access.Decision {
	switch {
	case !works(a, c, s):
		return access.Hide()
	case !a.Has(access.Supervisor):
		return access.Refuse("safety.error.hide_role")
	case e.Role == "member":
		return access.Refuse("safety.error.hide_own")
	}
	return access.Allow()
}

// canAgree: the second is a supervisor or coordinator who works on it, and somebody else.
func canAgree(a access.Actor, c Case, s standing, e Entry) access.Decision {
	switch {
	case !works(a, c, s):
		return access.Hide()
	case !a.Roles.Any(access.Set(access.Supervisor, access.Coordinator)):
		return access.Refuse("safety.error.hide_role")
	case e.HiddenBy == a.Person:
		return access.Refuse("safety.error.second_self")
	}
	return access.Allow()
}

// canReadOwn: the one it was about, from when it is shown.
func canReadOwn(a access.Actor, c Case, now moment.Time) access.Decision {
	if a.Person != c.Member || c.Kind != KindSelf && now < c.ShownAt {
		return access.Hide()
	}
	return access.Allow()
}

// roleIn is as whom somebody writes in a case. The member reads this, never a name.
func roleIn(a access.Actor, c Case) string {
	switch {
	case a.Person == c.Member:
		return "member"
	case a.Has(access.Supervisor):
		return "supervisor"
	case a.Has(access.Coordinator):
		return "coordinator"
	case a.Has(access.Peer):
		return "peer"
	}
	return "service"
}
