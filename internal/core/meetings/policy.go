package meetings

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of meetings. What somebody may do with one meeting its owner decides.
var (
	permLook   = access.Permit("meetings.look", "Everybody sees the meetings that their owner shows them.", access.Visitor)
	permAnswer = access.Permit("meetings.answer", "Whoever has an account says whether they come, and keeps a calendar of it.", access.Member)
	permSignUp = access.Permit("meetings.sign_up", "Everybody signs up for a meeting that is open to the public, without an account.", access.Visitor)
	permHold   = access.Permit("meetings.hold", "Whoever holds what a meeting belongs to plans, moves and cancels it, and writes down who came; a meeting's host says that they are there.", access.Member)
)

// canSee: as the owner says.
func canSee(st Stand) access.Decision {
	if !st.See {
		return access.Hide()
	}
	return access.Allow()
}

// canHold: whoever holds what it belongs to.
func canHold(st Stand) access.Decision {
	if !st.See || !st.Hold {
		return access.Hide()
	}
	return access.Allow()
}

// canChange: whoever holds it, while it can still happen.
func canChange(st Stand, m Meeting, now moment.Time) access.Decision {
	if d := canHold(st); !d.OK() {
		return d
	}
	if m.State != Planned || now >= m.StartsAt {
		return access.Wrong("meetings.error.begun")
	}
	return access.Allow()
}

// canRestore: whoever holds it, before it would have begun.
func canRestore(st Stand, m Meeting, now moment.Time) access.Decision {
	if d := canHold(st); !d.OK() {
		return d
	}
	if m.State != Cancelled || m.Why != whyHost || now >= m.StartsAt {
		return access.Wrong("meetings.error.restore")
	}
	return access.Allow()
}

// canAnswer: whoever the owner lets, until it is over.
func canAnswer(st Stand, m Meeting, now moment.Time) access.Decision {
	if d := canSee(st); !d.OK() {
		return d
	}
	if !st.Answer {
		return access.Wrong("meetings.error.not_in")
	}
	return stillComing(m, now)
}

// canSignUp: everybody, where the owner opened it to the public.
func canSignUp(st Stand, s Series, m Meeting, now moment.Time) access.Decision {
	if d := canSee(st); !d.OK() {
		return d
	}
	if !s.SignUp {
		return access.Hide()
	}
	return stillComing(m, now)
}

func stillComing(m Meeting, now moment.Time) access.Decision {
	switch {
	case m.State == Cancelled || m.State == NotForNow:
		return access.Wrong("meetings.error.cancelled")
	case m.State == Locked:
		return access.Wrong("meetings.error.locked")
	case m.State == Over || now >= m.EndsAt:
		return access.Wrong("meetings.error.over")
	}
	return access.Allow()
}

// readsInside: those who come and those who hold it; everybody, of what is only listed
// here. The address of a meeting that does not happen is nobody's business.
func readsInside(st Stand, m Meeting, mine Answer, host bool) bool {
	if st.Elsewhere != "" {
		return st.See && m.State.Coming()
	}
	return st.See && (st.Hold || host || mine.State == Going && m.State.Coming())
}

// readsLink: who comes, once somebody who holds it is there; where nobody has to
// open it, shortly before. Nobody comes into a locked meeting.
func readsLink(st Stand, s Series, m Meeting, mine Answer, host bool, now moment.Time) bool {
	if !m.Attendance.Screen() || !readsInside(st, m, mine, host) {
		return false
	}
	if st.Hold || host || st.Elsewhere != "" {
		return true
	}
	if m.State == Open {
		return true
	}
	return !s.opens() && m.State == Planned && now >= m.StartsAt.Add(-earlyLink) && now < m.EndsAt
}

// opens tells whether somebody who holds it has to be there first.
func (s Series) opens() bool { return s.Facilitated || s.PeerLed }

// canBeHere: whoever holds it or may step in, around its time; what goes on for longer is
// held again by whoever lost their line.
func canBeHere(st Stand, s Series, m Meeting, h Host, named bool, now moment.Time) access.Decision {
	if !st.See || !named && !st.Hold && (!s.PeerLed || !st.Answer) {
		return access.Hide()
	}
	switch {
	case m.State != Planned && m.State != Open && m.State != Locked:
		return access.Wrong("meetings.error.over")
	case now < m.StartsAt.Add(-doorBefore):
		return access.Wrong("meetings.error.early")
	case now >= m.EndsAt && (m.State == Planned || now >= m.EndsAt.Add(overAfter)):
		return access.Wrong("meetings.error.over")
	case h.State == Here:
		return access.Wrong("meetings.error.here")
	}
	return access.Allow()
}

// canLeave: whoever is there holding it.
func canLeave(h Host, named bool) access.Decision {
	if !named {
		return access.Hide()
	}
	if h.State != Here {
		return access.Wrong("meetings.error.not_here")
	}
	return access.Allow()
}

// canStep: whoever is named or stands by says beforehand that they cannot, or that
// they will after all.
func canStep(m Meeting, named bool, now moment.Time) access.Decision {
	if !named {
		return access.Hide()
	}
	if m.State != Planned || now >= m.EndsAt {
		return access.Wrong("meetings.error.begun")
	}
	return access.Allow()
}

// keepsList: who comes is read, and counted, by whoever holds what it belongs to and by
// whom the rota put down. Who only opened the door does not read the list.
func keepsList(st Stand, h Host, host bool) bool {
	return st.See && (st.Hold || host && h.InRota())
}

// canCount: whoever holds it, once it has begun, for a month; also one that was called
// off because nobody pressed a button, when people met all the same.
func canCount(st Stand, m Meeting, keeps bool, now moment.Time) access.Decision {
	if !st.See || !keeps {
		return access.Hide()
	}
	if m.State == Cancelled && m.Why != whyNobody || m.State == NotForNow || now < m.StartsAt || now > m.EndsAt.Add(countWithin) {
		return access.Wrong("meetings.error.count")
	}
	return access.Allow()
}
