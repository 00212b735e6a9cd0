package support

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// The timers of support. Each may run twice and then changes nothing.
const (
	jobWiden  = "support.widen"  // the circle grows
	jobOffer  = "support.offer"  // an offer was not answered
	jobTruth  = "support.truth"  // limits exclude everybody
	jobIdle   = "support.idle"   // nobody has said anything for a while
	jobHeld   = "support.held"   // nobody came back to a held place
	jobForget = "support.forget" // words typed while asking have had their time
	jobNotes  = "support.notes"  // thanks, debrief and note have had theirs

	jobCallNotes = "support.call_notes" // what was written about a call has had its time
)

type aboutRequest struct {
	Request moment.ID `json:"request"`
}

type aboutOffer struct {
	Offer moment.ID `json:"offer"`
}

type aboutContact struct {
	Conversation moment.ID `json:"conversation"`
}

// register names what happens when a timer is due or something else changed.
func (s *Service) register() {
	bus.HandleTx(s.Bus, jobWiden, s.widen)
	bus.HandleTx(s.Bus, jobOffer, s.expire)
	bus.HandleTx(s.Bus, jobTruth, s.tellTruthDue)
	bus.HandleTx(s.Bus, jobIdle, s.idle)
	bus.HandleTx(s.Bus, jobHeld, s.lapse)
	bus.HandleTx(s.Bus, jobForget, s.forget)
	bus.HandleTx(s.Bus, jobNotes, s.forgetNotes)
	bus.HandleTx(s.Bus, jobCallNotes, s.forgetCall)
	s.Bus.OnTx("shifts.changed", "support", func(ctx context.Context, tx db.Writer, _ bus.Event) error {
		return s.reconsider(ctx, tx)
	})
	s.Bus.OnTx("chat.ended", "support", func(ctx context.Context, tx db.Writer, e bus.Event) error {
		return s.closeEnded(ctx, tx, e.ID)
	})
	s.Bus.OnTx("people.changed", "support", func(ctx context.Context, tx db.Writer, e bus.Event) error {
		return s.refit(ctx, tx, e.ID)
	})
	s.hearSafety()
	s.Bus.OnTx("moderation.acted", "support", func(ctx context.Context, tx db.Writer, e bus.Event) error {
		return s.kept(ctx, tx, e.ID)
	})
	for _, gone := range []string{"chat.hidden", "chat.destroyed"} {
		s.Bus.OnTx(gone, "support", func(ctx context.Context, tx db.Writer, e bus.Event) error {
			return s.wordsGone(ctx, tx, e.ID, gone == "chat.destroyed")
		})
	}
}

// reconsider answers a change of who is here. When the service is no longer
// staffed there are no new asks, running conversations finish, and whoever
// waits is told the truth: what there is meanwhile, and how to keep a place.
func (s *Service) reconsider(ctx context.Context, tx db.Writer) error {
	st, err := s.status(ctx, tx)
	if err != nil {
		return err
	}
	staff, err := s.Shifts.Staffing(ctx, tx)
	if err != nil {
		return err
	}
	s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
	if st.Open || staff.Peers > 0 {
		return s.dispatch(ctx, tx) // one of two has left: those who wait already are still served
	}
	waiting, err := line(ctx, tx)
	if err != nil {
		return err
	}
	for _, q := range waiting {
		if err := s.finish(ctx, tx, &q, Alternatives); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, access.System(), s.Clock.Now(), access.Entry{Verb: "support.alternatives", Kind: "request", Object: q.ID, Subject: q.Person}); err != nil {
			return err
		}
	}
	return nil
}

// widen looks in a wider circle.
func (s *Service) widen(ctx context.Context, tx db.Writer, about aboutRequest) error {
	q, found, err := requestByID(ctx, tx, about.Request)
	if err != nil || !found || q.State != Waiting && q.State != Offered {
		return err
	}
	now := s.Clock.Now()
	if circle := CircleAt(now.Sub(q.LinedUpAt)); circle > q.Circle {
		q.Circle = circle
		if err := updateRequest(ctx, tx, q); err != nil {
			return fault.Op("support widen", err)
		}
		s.tell(tx, q)
	}
	if at, ok := nextWidening(q.LinedUpAt, now); ok {
		if err := s.Bus.At(ctx, tx, jobWiden, string(q.ID), at, about); err != nil {
			return err
		}
	}
	return s.dispatch(ctx, tx)
}

// expire passes an unanswered offer on and gives the peer a break, so that
// nobody waits for an empty chair twice.
func (s *Service) expire(ctx context.Context, tx db.Writer, about aboutOffer) error {
	o, found, err := offerByID(ctx, tx, about.Offer)
	if err != nil || !found || o.State != OfferOpen {
		return err
	}
	q, _, err := requestByID(ctx, tx, o.Request)
	if err != nil {
		return err
	}
	if err := s.Shifts.Rest(ctx, tx, o.Peer); err != nil {
		return err
	}
	return s.passOn(ctx, tx, o, q, OfferExpired)
}

func (s *Service) tellTruthDue(ctx context.Context, tx db.Writer, about aboutRequest) error {
	err := s.truth(ctx, tx, access.System(), about.Request)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// idle asks gently after a silence, and ends after a long one. People pause and
// do other things meanwhile (field.md 3.1): a silence alone is not an end.
func (s *Service) idle(ctx context.Context, tx db.Writer, about aboutContact) error {
	c, q, err := s.loadContact(ctx, tx, about.Conversation)
	if fault.Is(err, fault.NotFound) || err == nil && !c.EndedAt.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	conv, err := s.Chat.Quiet(ctx, tx, c.Conversation)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	quiet := now.Sub(conv.ActiveAt)
	asked := c.CheckedAt > conv.ActiveAt
	switch {
	case quiet >= QuietEnds && asked:
		return s.close(ctx, tx, c, q, ByIdle, nil)
	case quiet >= QuietAsks && !asked:
		if err := setChecked(ctx, tx, c.Conversation, now); err != nil {
			return fault.Op("support idle", err)
		}
		if err := s.Chat.Check(ctx, tx, c.Conversation); err != nil {
			return err
		}
		return s.Bus.At(ctx, tx, jobIdle, string(c.Conversation), now.Add(QuietEnds-QuietAsks), about)
	case asked:
		return s.Bus.At(ctx, tx, jobIdle, string(c.Conversation), conv.ActiveAt.Add(QuietEnds), about)
	}
	return s.Bus.At(ctx, tx, jobIdle, string(c.Conversation), conv.ActiveAt.Add(QuietAsks), about)
}

// lapse ends a held place nobody came back to.
func (s *Service) lapse(ctx context.Context, tx db.Writer, about aboutRequest) error {
	q, found, err := requestByID(ctx, tx, about.Request)
	if err != nil || !found || q.State != Held {
		return err
	}
	return s.finish(ctx, tx, &q, Lapsed)
}

// forget destroys the key of the words typed while asking.
func (s *Service) forget(ctx context.Context, tx db.Writer, about aboutRequest) error {
	if err := s.Vault.Destroy(ctx, tx, about.Request); err != nil {
		return err
	}
	return fault.Op("support forget", setWords(ctx, tx, about.Request, nil))
}

// wordsGone follows a deletion: the words typed while asking go out of sight with
// the conversation's, and their key with its key.
func (s *Service) wordsGone(ctx context.Context, tx db.Writer, conversation moment.ID, destroyed bool) error {
	q, found, err := requestOf(ctx, tx, conversation)
	if err != nil || !found {
		return err
	}
	if destroyed {
		return s.forget(ctx, tx, aboutRequest{q.ID})
	}
	return fault.Op("support forget", setWords(ctx, tx, q.ID, nil))
}

// forgetNotes destroys the key of thanks, debrief and note.
func (s *Service) forgetNotes(ctx context.Context, tx db.Writer, about aboutContact) error {
	c, found, err := contactByID(ctx, tx, about.Conversation)
	if err != nil || !found {
		return err
	}
	return s.blankNotes(ctx, tx, c)
}

// blankNotes takes back what was sealed about a contact. A peer may still owe a
// debrief, so there is a new key for it.
func (s *Service) blankNotes(ctx context.Context, tx db.Writer, c Contact) error {
	if err := s.Vault.Destroy(ctx, tx, c.Scope); err != nil {
		return err
	}
	next := moment.NewID()
	if _, err := s.Vault.NewScope(ctx, tx, next, s.Clock.Now()); err != nil {
		return err
	}
	return fault.Op("support forget", forgetContact(ctx, tx, c.Conversation, next))
}

// refit answers a change of somebody's profile or roles.
func (s *Service) refit(ctx context.Context, tx db.Writer, person moment.ID) error {
	fits, err := s.People.FitOf(ctx, tx, person)
	if err != nil {
		return err
	}
	if roles := fits[person].Roles; !roles.Has(access.Peer) {
		if err := s.Shifts.Unfit(ctx, tx, person, roles.Any(access.Set(access.Supervisor, access.Coordinator))); err != nil {
			return err
		}
	}
	return s.dispatch(ctx, tx)
}

// closeEnded follows a conversation that ended without support: one of the two
// deleted their account.
func (s *Service) closeEnded(ctx context.Context, tx db.Writer, conversation moment.ID) error {
	c, q, err := s.loadContact(ctx, tx, conversation)
	if fault.Is(err, fault.NotFound) || err == nil && !c.EndedAt.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	return s.close(ctx, tx, c, q, ByErasure, nil)
}
