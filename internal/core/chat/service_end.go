package chat

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// The timers of a conversation.
const (
	jobDestroy = "chat.destroy"
	jobRetain  = "chat.retain"
)

type aboutConversation struct {
	Conversation moment.ID `json:"conversation"`
}

// End closes a conversation of two in the caller's transaction; the caller has decided
// who may. It tells whether this call ended it. The helper may read on for
// WorkerReadsOnly; the words stay as long as the retention says.
func (s *Service) End(ctx context.Context, tx db.Writer, id moment.ID) (bool, error) {
	now := s.Clock.Now()
	ended, err := setEnded(ctx, tx, id, now)
	if err != nil || !ended {
		return false, fault.Op("chat end", err)
	}
	if err := s.announce(ctx, tx, id, Ended); err != nil {
		return false, err
	}
	f, _, err := loadFrame(ctx, tx, id, "")
	if err != nil {
		return false, err
	}
	for _, p := range f.Parts {
		until := map[Side]moment.Time{Helper: now.Add(WorkerReadsOnly), Company: now}[p.Side]
		if until.IsZero() {
			continue
		}
		if err := setAccessUntil(ctx, tx, id, p.Person, until); err != nil {
			return false, err
		}
	}
	if err := s.plan(ctx, tx, f); err != nil {
		return false, err
	}
	return true, s.Bus.Emit(ctx, tx, bus.Event{Name: "chat.ended", ID: id})
}

// plan sets when the words go by themselves.
func (s *Service) plan(ctx context.Context, tx db.Writer, f frame) error {
	helped := helpedID(f.Parts)
	cards, err := s.People.Cards(ctx, tx, helped)
	if err != nil {
		return err
	}
	until := retainUntil(cards[helped].Kind, f.EndedAt, f.Kept)
	if err := setRetention(ctx, tx, f.ID, f.Kept, until); err != nil {
		return fault.Op("chat retention", err)
	}
	if until.IsZero() {
		return s.Bus.Cancel(ctx, tx, jobRetain, string(f.ID))
	}
	return s.Bus.At(ctx, tx, jobRetain, string(f.ID), until, aboutConversation{f.ID})
}

// retainUntil is the rule of safety.md: guests 7 days, members 90 days unless
// kept. Zero means for as long as the member has an account.
func retainUntil(kind people.Kind, ended moment.Time, kept bool) moment.Time {
	switch {
	case kind == people.KindMember && kept:
		return 0
	case kind == people.KindMember:
		return ended.Add(KeepMember)
	default:
		return ended.Add(KeepGuest)
	}
}

// Check adds the gentle question after a silence, in the caller's transaction.
func (s *Service) Check(ctx context.Context, tx db.Writer, id moment.ID) error {
	return s.announce(ctx, tx, id, Checked)
}

// CloseTo ends one person's reading now, in the caller's transaction: a
// helper's after the debrief.
func (s *Service) CloseTo(ctx context.Context, tx db.Writer, id, person moment.ID) error {
	if err := setAccessUntil(ctx, tx, id, person, s.Clock.Now()); err != nil {
		return fault.Op("chat close", err)
	}
	s.Bus.Publish(tx, Topic(id), 0)
	return nil
}

// Quiet tells when somebody last said something, for the idle rule.
func (s *Service) Quiet(ctx context.Context, r db.Reader, id moment.ID) (Conversation, error) {
	f, found, err := loadFrame(ctx, r, id, "")
	if err == nil && !found {
		err = fault.Hidden()
	}
	return f.Conversation, err
}

// Keep lets the one who was helped keep the words, or stop keeping them.
func (s *Service) Keep(ctx context.Context, a access.Actor, id moment.ID, keep bool) error {
	return s.decide(ctx, a, id, "chat.keep", func(ctx context.Context, tx db.Writer, f frame) error {
		f.Kept = keep
		return s.plan(ctx, tx, f)
	})
}

// Delete hides the words from both at once; their key is destroyed after
// DestroyAfter. The deletion is the helped one's to decide.
func (s *Service) Delete(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.decide(ctx, a, id, "chat.delete", s.hide)
}

func (s *Service) hide(ctx context.Context, tx db.Writer, f frame) error {
	now := s.Clock.Now()
	if err := setHidden(ctx, tx, f.ID, now); err != nil {
		return fault.Op("chat delete", err)
	}
	if err := s.Bus.Cancel(ctx, tx, jobRetain, string(f.ID)); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic(f.ID), 0) // no new words: open lines ask again whether they may read
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "chat.hidden", ID: f.ID}); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobDestroy, string(f.ID), now.Add(DestroyAfter), aboutConversation{f.ID})
}

func (s *Service) decide(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(context.Context, db.Writer, frame) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		fr, found, err := loadFrame(ctx, tx, id, a.Person)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		now := s.Clock.Now()
		if err := canDecide(a, fr.Conversation, now).Err(); err != nil {
			return err
		}
		if err := f(ctx, tx, fr); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "conversation", Object: id, Subject: a.Person})
	})
}

// destroyJob forgets the key and the sealed words. It may run twice.
func (s *Service) destroyJob(ctx context.Context, tx db.Writer, about aboutConversation) error {
	return s.destroy(ctx, tx, about.Conversation)
}

func (s *Service) destroy(ctx context.Context, tx db.Writer, id moment.ID) error {
	now := s.Clock.Now()
	if err := s.Vault.Destroy(ctx, tx, id); err != nil {
		return err
	}
	if err := setDestroyed(ctx, tx, id, now); err != nil {
		return fault.Op("chat destroy", err)
	}
	s.Bus.Publish(tx, Topic(id), 0)
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "chat.destroyed", ID: id}); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "chat.destroy", Kind: "conversation", Object: id})
}

// retainJob destroys what the retention no longer covers. A guest who joined
// in the meantime has a member's retention: the rule is asked again.
func (s *Service) retainJob(ctx context.Context, tx db.Writer, about aboutConversation) error {
	f, found, err := loadFrame(ctx, tx, about.Conversation, "")
	if err != nil || !found || !f.DestroyedAt.IsZero() || f.EndedAt.IsZero() {
		return err
	}
	helped := helpedID(f.Parts)
	cards, err := s.People.Cards(ctx, tx, helped)
	if err != nil {
		return err
	}
	if until := retainUntil(cards[helped].Kind, f.EndedAt, f.Kept); until.IsZero() || s.Clock.Now() < until {
		return s.plan(ctx, tx, f)
	}
	return s.destroy(ctx, tx, f.ID)
}
