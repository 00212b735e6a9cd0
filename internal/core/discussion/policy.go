package discussion

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of discussions. What somebody may do in a space is its Owner's to say.
var (
	permUse    = access.Permit("discussion.use", "Members read and write in the spaces that are theirs, and change and take back their own words.", access.Member)
	permRead   = access.Permit("discussion.read", "Everybody reads what stands in spaces that are open to visitors; members what is theirs.", access.Visitor)
	permHeld   = access.Permit("discussion.held", "Supervisors and coordinators read what is held back because of its words, and release it.", access.Supervisor, access.Coordinator)
	permReveal = access.Permit("discussion.reveal", "Supervisors and coordinators look up who wrote without a name, with a reason that the author reads.", access.Supervisor, access.Coordinator)
)

// viewer is who looks at a space.
type viewer struct {
	access.Actor
	see, write, keep bool
	apart            map[moment.ID]bool // whom they are kept apart from
}

// hides tells whether the viewer must not meet the entry's author in it.
func (v viewer) hides(e Entry) bool { return !v.keep && !e.Anonymous && v.apart[e.author] }

func (v viewer) mine(e Entry) bool { return e.author != "" && e.author == v.Person }

// leads tells whether the viewer may read an entry because its words are held.
func (v viewer) leads(e Entry) bool {
	return e.worries() && permHeld.Check(v.Actor) == nil
}

// canSee: what is open, for those who see the space; what is held or hidden, for its
// author and keepers, and for whoever leads when it is held for its words. One's
// own stays one's own after leaving. Of what was taken back the place is seen where there
// are answers, unless it was held or hidden then: what was said below it was not for all.
func canSee(v viewer, e Entry) access.Decision {
	if v.mine(e) && e.State != Withdrawn || v.leads(e) {
		return access.Allow()
	}
	switch {
	case !v.see || v.hides(e):
		return access.Hide()
	case e.State == Open, e.State == Withdrawn && e.Why == "" && e.Post == "" && e.Comments > 0, v.keep && e.State != Withdrawn:
		return access.Allow()
	}
	return access.Hide()
}

// canPost: whoever may write, in a space that is not closed.
func canPost(v viewer, s Space) access.Decision {
	switch {
	case !v.see:
		return access.Hide()
	case s.Rules.Closed:
		return access.Wrong("discussion.error.closed")
	case !v.write && !v.keep:
		return access.Refuse("discussion.error.read_only")
	}
	return access.Allow()
}

// canComment: as canPost, below what the viewer sees and nobody took back or hid. Whoever
// leads answers below a post that is held for its words, whatever space it is in.
func canComment(v viewer, s Space, post Entry) access.Decision {
	if d := canSee(v, post); !d.OK() {
		return d
	}
	if v.leads(post) && post.Post == "" {
		return access.Allow()
	}
	if d := canPost(v, s); !d.OK() {
		return d
	}
	if post.State == Withdrawn || post.State == Hidden {
		return access.Wrong("discussion.error.gone")
	}
	return access.Allow()
}

// canQuote: an open comment, in an answer; whoever leads may below what is held.
func canQuote(v viewer, s Space, e Entry) access.Decision {
	if e.Post == "" || e.State != Open {
		return access.Hide()
	}
	if permHeld.Check(v.Actor) == nil {
		return canSee(v, e)
	}
	return canPost(v, s)
}

// canEdit: one's own words, while one may write. What was hidden is not written over.
func canEdit(v viewer, s Space, e Entry) access.Decision {
	if !v.mine(e) {
		return access.Hide()
	}
	if d := canPost(v, s); !d.OK() {
		return d
	}
	switch e.State {
	case Withdrawn:
		return access.Hide()
	case Hidden:
		return access.Wrong("discussion.error.hidden")
	default:
		return access.Allow()
	}
}

// canWithdraw: one's own words, at any time.
func canWithdraw(v viewer, e Entry) access.Decision {
	if !v.mine(e) || e.State == Withdrawn {
		return access.Hide()
	}
	return access.Allow()
}

// canReact: to what is open and another's, while one may write.
func canReact(v viewer, s Space, e Entry) access.Decision {
	if d := canSee(v, e); !d.OK() {
		return d
	}
	if d := canPost(v, s); !d.OK() {
		return d
	}
	if v.mine(e) || e.State != Open {
		return access.Wrong("discussion.error.react")
	}
	return access.Allow()
}

// canHide: keepers, with a reason. What is held for its words is seen by nobody but its
// author and those who read it: hiding it would only take it from whoever leads, so none
// but they do.
func canHide(v viewer, e Entry) access.Decision {
	if d := canSee(v, e); !d.OK() || !v.keep {
		return access.Hide()
	}
	if e.State != Open && e.State != Held {
		return access.Wrong("discussion.error.state")
	}
	if e.worries() && (!v.leads(e) || v.mine(e)) {
		return access.Refuse("discussion.error.worry")
	}
	return access.Allow()
}

// tends: reads what is held, to see to it: keepers, and whoever leads when it is held for
// its words. One's own is for others.
func tends(v viewer, e Entry) bool {
	return e.State == Held && canSee(v, e).OK() && (v.keep || v.leads(e)) && !v.mine(e)
}

// canRelease: keepers, and whoever leads when it is held for its words. Nobody
// releases their own: it is about somebody else having read it. What may be a goodbye, or
// was when it was hidden, is let go by those who lead only, whoever keeps the place.
func canRelease(v viewer, e Entry) access.Decision {
	if d := canSee(v, e); !d.OK() || !v.keep && !v.leads(e) {
		return access.Hide()
	}
	switch {
	case v.mine(e):
		return access.Refuse("discussion.error.own")
	case e.State != Held && e.State != Hidden:
		return access.Wrong("discussion.error.state")
	case e.Moderated:
		return access.Refuse("discussion.error.moderated")
	case e.Why == ForWords && permHeld.Check(v.Actor) != nil:
		return access.Refuse("discussion.error.worry")
	}
	return access.Allow()
}

// canLabel: the author, and keepers.
func canLabel(v viewer, s Space, e Entry) access.Decision {
	if d := canSee(v, e); !d.OK() {
		return d
	}
	if e.State == Withdrawn || e.Post != "" || !v.mine(e) && !v.keep {
		return access.Hide()
	}
	return canPost(v, s)
}

// canPin: keepers, an open post.
func canPin(v viewer, e Entry) access.Decision {
	if d := canSee(v, e); !d.OK() || !v.keep || e.Post != "" {
		return access.Hide()
	}
	if e.State != Open {
		return access.Wrong("discussion.error.state")
	}
	return access.Allow()
}

// canReveal: supervisors and coordinators who see it, of what was written without
// a name by somebody who is still here.
func canReveal(v viewer, e Entry) access.Decision {
	if d := canSee(v, e); !d.OK() || permReveal.Check(v.Actor) != nil || v.mine(e) || e.State == Withdrawn {
		return access.Hide()
	}
	return named(e)
}

// named: there is a name to look up.
func named(e Entry) access.Decision {
	if !e.Anonymous || e.author == "" {
		return access.Wrong("discussion.error.named")
	}
	return access.Allow()
}

// seesVersions: what stood there before is for the author and keepers, and for whoever
// leads while it is held for its words: a change does not take a goodbye away unread.
func seesVersions(v viewer, e Entry) bool {
	return e.Version > 0 && e.State != Withdrawn && (v.mine(e) || v.keep || v.leads(e))
}

// learnsTaken: whoever leads learns whose words were taken back while they were held for
// what stood in them, or that whoever wrote such words has left; neither the words nor what
// stood around them are there.
func learnsTaken(v viewer, e Entry) bool {
	return (e.wasTaken() || e.wasLeft()) && !v.mine(e) && permHeld.Check(v.Actor) == nil
}
