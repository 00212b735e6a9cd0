package support

import (
	"context"
	"slices"

	"cairn/internal/core/chat"
	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const noticeCompany = "support.company" // a supervisor is asked into a conversation

// Kinds are what support tells people, for notify.
func Kinds() []notify.Kind { return []notify.Kind{{Name: noticeCompany, Urgent: true, Work: true}} }

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// AskIn asks a supervisor to sit in, from either side. Both see that it was asked.
func (s *Service) AskIn(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.ask_in", canEnd, func(tx db.Writer, c Contact, _ Request) error {
		if _, open, err := openCompany(ctx, tx, id); err != nil || open {
			return err // asked already
		}
		now := s.Clock.Now()
		told, err := s.whomToAsk(ctx, tx, c)
		if err != nil {
			return err
		}
		if len(told) == 0 { // said before anything is promised
			return fault.New(fault.Conflict, "support.error.nobody_to_ask")
		}
		x := Company{ID: moment.NewID(), Conversation: id, AskedBy: a.Person, AskedAt: now}
		if err := insertCompany(ctx, tx, x); err != nil {
			return fault.Op("ask in", err)
		}
		if err := s.Chat.Announce(ctx, tx, id, chat.Asked, ""); err != nil {
			return err
		}
		s.Bus.Publish(tx, QueueTopic, int64(now))
		for _, person := range told {
			if err := s.Tell.Tell(ctx, tx, notify.Message{To: person, Kind: noticeCompany, Key: "company/" + string(x.ID), Path: "/talk/" + string(id) + "/join", About: x.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// whomToAsk gives whoever leads, supervises or coordinates on shift, and who is on call.
func (s *Service) whomToAsk(ctx context.Context, tx db.Writer, c Contact) ([]moment.ID, error) {
	on, err := s.Shifts.On(ctx, tx)
	if err != nil {
		return nil, err
	}
	call, err := s.Shifts.OnCall(ctx, tx, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	ids := []moment.ID{call.First, call.Second}
	for _, x := range on {
		ids = append(ids, x.Person)
	}
	fits, err := s.People.FitOf(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	for _, id := range ids {
		may := fits[id].Roles.Any(access.Set(access.Supervisor, access.Coordinator))
		if id != "" && may && id != c.Peer && id != c.Member && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// canJoin: who supervises or leads, when it was asked for; never in secret.
func canJoin(a access.Actor, c Contact, asked bool) access.Decision {
	switch {
	case permBoard.Check(a) != nil || a.Person == c.Member || a.Person == c.Peer:
		return access.Hide()
	case !c.EndedAt.IsZero():
		return access.Wrong("support.error.ended")
	case !asked:
		return access.Hide()
	}
	return access.Allow()
}

// MayJoin tells whether the actor was asked into a conversation, and by whom it is had.
func (s *Service) MayJoin(ctx context.Context, a access.Actor, id moment.ID) (Contact, error) {
	r := s.DB.Reader()
	c, _, err := s.loadContact(ctx, r, id)
	if err != nil {
		return c, err
	}
	x, open, err := openCompany(ctx, r, id)
	if err != nil {
		return c, err
	}
	return c, canJoin(a, c, open && x.JoinedAt.IsZero()).Err()
}

// Join lets a supervisor who was asked sit in. Both see their name; what was said
// before stays between the two.
func (s *Service) Join(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, _, err := s.loadContact(ctx, tx, id)
		if err != nil {
			return err
		}
		x, open, err := openCompany(ctx, tx, id)
		if err != nil {
			return err
		}
		if open && x.Person == a.Person {
			return nil
		}
		if err := canJoin(a, c, open && x.JoinedAt.IsZero()).Err(); err != nil {
			return err
		}
		apart, err := s.People.Apart(ctx, tx, c.Member)
		if err != nil {
			return err
		}
		if apart[a.Person] {
			return fault.New(fault.Conflict, "support.error.apart")
		}
		now := s.Clock.Now()
		first, err := setJoined(ctx, tx, x.ID, a.Person, now)
		if err != nil || !first {
			return fault.Op("join", err)
		}
		if err := s.Chat.Join(ctx, tx, id, a.Person); err != nil {
			return err
		}
		if err := s.Tell.SettleAbout(ctx, tx, x.ID, noticeCompany); err != nil {
			return err
		}
		s.Bus.Publish(tx, QueueTopic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "support.join", Kind: "conversation", Object: id, Subject: c.Member})
	})
}

// LeaveIt ends the part of a supervisor who sat in.
func (s *Service) LeaveIt(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, _, err := s.loadContact(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.Chat.LeaveIt(ctx, tx, id, a.Person); err != nil {
			return err
		}
		if err := closeCompany(ctx, tx, id, s.Clock.Now()); err != nil {
			return fault.Op("leave", err)
		}
		s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "support.leave_it", Kind: "conversation", Object: id, Subject: c.Member})
	})
}

// endCompany closes what stands around a conversation that ends.
func (s *Service) endCompany(ctx context.Context, tx db.Writer, conversation moment.ID) error {
	x, open, err := openCompany(ctx, tx, conversation)
	if err != nil || !open {
		return err
	}
	if err := s.Tell.SettleAbout(ctx, tx, x.ID, noticeCompany); err != nil {
		return err
	}
	return fault.Op("company", closeCompany(ctx, tx, conversation, s.Clock.Now()))
}
