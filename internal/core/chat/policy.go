package chat

import (
	"cairn/internal/kit/access"
	"cairn/internal/kit/moment"
)

// Permissions of conversations. Being in one is what counts; the role only
// keeps visitors out.
var (
	permTalk = access.Permit("chat.talk", "Whoever is in a conversation reads and writes it while it is open to them.", access.Guest, access.Member)
)

// canRead: the people in it only, and each only while their access lasts.
func canRead(a access.Actor, c Conversation, now moment.Time) access.Decision {
	p, in := c.Part(a.Person)
	if !in || !c.HiddenAt.IsZero() || !c.DestroyedAt.IsZero() {
		return access.Hide()
	}
	if !p.AccessUntil.IsZero() && now >= p.AccessUntil {
		return access.Hide()
	}
	return access.Allow()
}

// canSay: who may read, while the conversation is open.
func canSay(a access.Actor, c Conversation, now moment.Time) access.Decision {
	if d := canRead(a, c, now); !d.OK() {
		return d
	}
	if !c.EndedAt.IsZero() {
		return access.Wrong("chat.error.ended")
	}
	return access.Allow()
}

// canTell: between two it is told who writes and how far somebody has read; among many
// it is not.
func canTell(a access.Actor, c Conversation, now moment.Time) access.Decision {
	if d := canRead(a, c, now); !d.OK() {
		return d
	}
	if c.Together {
		return access.Hide()
	}
	return access.Allow()
}

// canGive: the helper hands things over, while the conversation is open.
func canGive(a access.Actor, c Conversation, now moment.Time) access.Decision {
	if d := canSay(a, c, now); !d.OK() {
		return d
	}
	if p, _ := c.Part(a.Person); p.Side != Helper {
		return access.Hide()
	}
	return access.Allow()
}

// canEdit: own words, for a quarter of an hour, while the conversation is open.
func canEdit(a access.Actor, c Conversation, m Message, now moment.Time) access.Decision {
	if d := canSay(a, c, now); !d.OK() {
		return d
	}
	switch {
	case m.Author != a.Person || m.Kind != Text:
		return access.Hide()
	case !m.WithdrawnAt.IsZero():
		return access.Wrong("chat.error.withdrawn")
	case now.Sub(m.At) > EditWithin:
		return access.Wrong("chat.error.edit_late")
	}
	return access.Allow()
}

// canWithdraw: own words, as long as one can read them.
func canWithdraw(a access.Actor, c Conversation, m Message, now moment.Time) access.Decision {
	if d := canRead(a, c, now); !d.OK() {
		return d
	}
	if m.Author != a.Person || m.Kind != Text && m.Kind != Card {
		return access.Hide()
	}
	return access.Allow()
}

// canDecide: the one who was helped decides what happens to the words.
func canDecide(a access.Actor, c Conversation, now moment.Time) access.Decision {
	if d := canRead(a, c, now); !d.OK() {
		return d
	}
	if p, _ := c.Part(a.Person); p.Side != Helped {
		return access.Hide()
	}
	if c.EndedAt.IsZero() {
		return access.Wrong("chat.error.running")
	}
	return access.Allow()
}
