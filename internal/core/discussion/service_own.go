package discussion

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Edit changes the actor's own words. What stood there before is kept, sealed, for
// the author and keepers. Words with a listed phrase are held from then on.
func (s *Service) Edit(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	return s.on(ctx, a, id, changing, access.Entry{Verb: "discussion.edit"}, func(x room, e Entry) access.Decision { return canEdit(x.viewer, x.Space, e) }, func(tx db.Writer, x room, e Entry, now moment.Time) error {
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		d := Draft{Words: words}
		if err := d.Validate(e.Post != ""); err != nil || d.Words == e.Words {
			return err
		}
		heavy, err := s.sounds(ctx, tx, d.Words)
		if err != nil {
			return err
		}
		if x.Hold && !x.viewer.keep && !heavy { // heavy words wait to be read in any case
			return fault.New(fault.Conflict, "discussion.error.alone")
		}
		was, found, err := entryByID(ctx, tx, id)
		if err != nil || !found {
			return fault.Op("edit", err)
		}
		if err := insertVersion(ctx, tx, was); err != nil {
			return fault.Op("edit", err)
		}
		done, err := rewrite(ctx, tx, was, sealIn(x, d.Words, wordsPlace(id, e.Version+1)), now)
		if err == nil && !done {
			err = fault.New(fault.Conflict, "discussion.error.changed")
		}
		if err != nil {
			return fault.Op("edit", err)
		}
		if err := s.holdAgain(ctx, tx, x, e, heavy, now); err != nil {
			return err
		}
		if e.State == Open && !heavy {
			e.Words = d.Words
			if err := s.call(ctx, tx, e); err != nil {
				return err
			}
		}
		return s.findable(ctx, tx, id)
	})
}

// holdAgain holds changed words that have a phrase in them, and tells who should
// read them, each time.
func (s *Service) holdAgain(ctx context.Context, tx db.Writer, x room, e Entry, phrase bool, now moment.Time) error {
	to, why := stateAfterEdit(e, phrase)
	if to == e.State && why == e.Why && !phrase {
		return nil
	}
	if err := s.move(ctx, tx, e, to, why, nil, now); err != nil {
		return err
	}
	e.State, e.Why, e.StateAt = to, why, now
	return s.waits(ctx, tx, x, e)
}

// Withdraw takes the actor's own words away at once, with all that stood there
// before. The place stays when there are comments. It cannot be undone. Of what was held
// for its words, whoever leads is told that it was taken back.
func (s *Service) Withdraw(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, changing, access.Entry{Verb: "discussion.withdraw"}, func(x room, e Entry) access.Decision { return canWithdraw(x.viewer, e) }, func(tx db.Writer, _ room, e Entry, now moment.Time) error {
		if err := blank(ctx, tx, id); err != nil {
			return fault.Op("withdraw", err)
		}
		// Why it was held or hidden stays: its place was not for everybody, and is not now.
		if err := s.move(ctx, tx, e, Withdrawn, e.Why, nil, now); err != nil {
			return err
		}
		return s.tellTaken(ctx, tx, e, now)
	})
}

// React adds one of Reactions to an entry, or takes it back. Doing so twice changes
// nothing. Counts are shown, names never.
func (s *Service) React(ctx context.Context, a access.Actor, id moment.ID, kind string, on bool) error {
	if !slices.Contains(Reactions(), kind) {
		return fault.New(fault.Invalid, "discussion.error.reaction")
	}
	return s.on(ctx, a, id, reacting, access.Entry{Verb: "discussion.react"}, func(x room, e Entry) access.Decision { return canReact(x.viewer, x.Space, e) }, func(tx db.Writer, _ room, _ Entry, now moment.Time) error {
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		_, err := react(ctx, tx, id, a.Person, kind, on, now)
		return fault.Op("react", err)
	})
}

// Pin keeps a post at the top, or takes it down from there.
func (s *Service) Pin(ctx context.Context, a access.Actor, id moment.ID, on bool) error {
	return s.on(ctx, a, id, changing, access.Entry{Verb: "discussion.pin"}, func(x room, e Entry) access.Decision { return canPin(x.viewer, e) }, func(tx db.Writer, _ room, e Entry, _ moment.Time) error {
		done, err := setPinned(ctx, tx, e, on)
		if err == nil && !done {
			err = fault.New(fault.Conflict, "discussion.error.pinned").With(map[string]any{"most": MostPinned})
		}
		return fault.Op("pin", err)
	})
}

// Reveal looks up who wrote an entry without a name, for whoever may see it. The
// author is told, and reads the reason; in the audit it is theirs. It gives their card.
func (s *Service) Reveal(ctx context.Context, a access.Actor, id moment.ID, reason string) (people.Card, error) {
	var out people.Card
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		x, e, err := s.at(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := canReveal(x.viewer, e).Err(); err != nil {
			return err
		}
		out, err = s.reveal(ctx, tx, a, x.box, e, reason)
		return err
	})
	return out, err
}

// unveil is Reveal in the transaction of a slice that has a reason of its own to
// show an entry: moderation, for what was reported.
func (s *Service) unveil(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID, reason string) error {
	if err := permReveal.Check(a); err != nil {
		return err
	}
	e, found, err := entryByID(ctx, tx, id)
	if err == nil && (!found || e.author == a.Person) {
		err = fault.Hidden()
	}
	if err != nil {
		return err
	}
	if err := named(e.Entry).Err(); err != nil {
		return err
	}
	box, err := s.Vault.Box(ctx, tx, e.Space)
	if err != nil {
		return err
	}
	_, err = s.reveal(ctx, tx, a, box, e.Entry, reason)
	return err
}

func (s *Service) reveal(ctx context.Context, tx db.Writer, a access.Actor, box sealer, e Entry, reason string) (people.Card, error) {
	reason, err := cleanReason(reason)
	if err != nil {
		return people.Card{}, err
	}
	now := s.Clock.Now()
	if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
		return people.Card{}, err
	}
	x := reveal{ID: moment.NewID(), Entry: e.ID, By: a.Person, At: now}
	x.reason = box.Seal([]byte(reason), revealPlace(x.ID))
	if err := insertReveal(ctx, tx, x); err != nil {
		return people.Card{}, fault.Op("reveal", err)
	}
	if err := s.tell(ctx, tx, e.author, noticeDecision, "reveal/"+string(x.ID), e); err != nil {
		return people.Card{}, err
	}
	// The verb begins with "read", and so stands with who opened what of the author's.
	if err := access.Record(ctx, tx, a, now, access.Entry{Verb: "discussion.read_author", Kind: "author", Object: e.ID, Subject: e.author}); err != nil {
		return people.Card{}, err
	}
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "discussion.revealed", ID: e.ID}); err != nil {
		return people.Card{}, err
	}
	cards, err := s.People.Cards(ctx, tx, e.author)
	return cards[e.author], err
}

// sealer closes words. It is a box of the vault.
type sealer interface {
	Seal(plain []byte, context string) []byte
}
