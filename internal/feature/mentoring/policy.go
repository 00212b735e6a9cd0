package mentoring

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of mentoring.
var (
	permOwn        = access.Permit("mentoring.own", "A member looks for somebody to walk with, and both of a walk read and write what is theirs.", access.Member)
	permTake       = access.Permit("mentoring.take", "A peer says whether they walk with people, and with how many.", access.Peer)
	permCoordinate = access.Permit("mentoring.coordinate", "Coordinators see who walks with whom, who waits and why, and when something ends; never a word that was written.", access.Coordinator)
)

// canSeek: whoever works here is never matched with colleagues (safety.md); they
// are shown the partner service instead.
func canSeek(a access.Actor) access.Decision {
	if a.Works() {
		return access.Wrong("mentoring.error.colleague")
	}
	return access.Allow()
}

// canChoose: one's own search, while it is open.
func canChoose(a access.Actor, s Seek) access.Decision {
	if s.Person != a.Person {
		return access.Hide()
	}
	if s.State != SeekOpen {
		return access.Wrong("mentoring.error.closed")
	}
	return access.Allow()
}

// canSee: the two. A peer who was kept out reads nothing of it any more.
func canSee(a access.Actor, w Walk) access.Decision {
	if !w.In(a.Person) || a.Person == w.Peer && w.EndedHow == EndedKeptOut {
		return access.Hide()
	}
	return access.Allow()
}

// canAnswer: whoever was asked and has not said yes, in time.
func canAnswer(a access.Actor, w Walk, now moment.Time) access.Decision {
	if d := canSee(a, w); !d.OK() {
		return d
	}
	if w.State != Asked || w.SaidYes(a.Person) {
		return access.Wrong("mentoring.error.answered")
	}
	if now >= w.AnswerBy {
		return access.Wrong("mentoring.error.late")
	}
	return access.Allow()
}

// canMeet: the two, while they walk.
func canMeet(a access.Actor, w Walk) access.Decision {
	if d := canSee(a, w); !d.OK() {
		return d
	}
	if !w.Runs() {
		return access.Wrong("mentoring.error.over")
	}
	return access.Allow()
}

// canGoOn: the two, once the trial's meetings were held.
func canGoOn(a access.Actor, w Walk, held int) access.Decision {
	if d := canMeet(a, w); !d.OK() {
		return d
	}
	if w.State != Trial || held < TrialContacts {
		return access.Wrong("mentoring.error.trial")
	}
	return access.Allow()
}

// canCharter: the two, after the trial.
func canCharter(a access.Actor, w Walk) access.Decision {
	if d := canMeet(a, w); !d.OK() {
		return d
	}
	if w.State == Trial {
		return access.Wrong("mentoring.error.trial")
	}
	return access.Allow()
}

// canPlan: the two. On trial as many meetings as the trial has; then once both
// have signed a charter, by what it says; while tapering as many as are left.
func canPlan(a access.Actor, w Walk, comingOrHeld, coming int) access.Decision {
	if d := canMeet(a, w); !d.OK() {
		return d
	}
	switch {
	case w.State == Trial && comingOrHeld >= TrialContacts:
		return access.Wrong("mentoring.error.trial_full")
	case w.State == Walking && w.Charter == 0:
		return access.Wrong("mentoring.error.charter_first")
	case w.State == Tapering && coming >= w.Taper:
		return access.Wrong("mentoring.error.taper_full")
	}
	return access.Allow()
}

// canAttend: the two, and the stand-in of this meeting.
func canAttend(a access.Actor, w Walk, s Session) access.Decision {
	if a.Person == s.Instead && w.StandsIn(a.Person) && w.Runs() {
		return access.Allow()
	}
	return canMeet(a, w)
}

// canBye: the two, after a good ending, within the year.
func canBye(a access.Actor, w Walk, now moment.Time) access.Decision {
	if d := canSee(a, w); !d.OK() {
		return d
	}
	if w.State != Over || w.EndedHow != EndedWell || now.Sub(w.EndedAt) >= NotesLast {
		return access.Wrong("mentoring.error.running")
	}
	return access.Allow()
}

// canComeBack: the member, for half a year after a good ending.
func canComeBack(a access.Actor, w Walk, now moment.Time) access.Decision {
	if a.Person != w.Member {
		return access.Hide()
	}
	if w.State != Over || w.EndedHow != EndedWell || now.Sub(w.EndedAt) > BackWithin {
		return access.Wrong("mentoring.error.back")
	}
	return access.Allow()
}

// side tells which of the two columns is somebody's.
func side(w Walk, person moment.ID) string {
	if person == w.Member {
		return "member"
	}
	return "peer"
}
