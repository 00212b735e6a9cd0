package support

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

type contactPolicy func(access.Actor, Contact) access.Decision

// onContact loads a contact, decides, and runs f in one transaction.
func (s *Service) onContact(ctx context.Context, a access.Actor, id moment.ID, verb string, may contactPolicy, f func(tx db.Writer, c Contact, q Request) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, q, err := s.loadContact(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := may(a, c).Err(); err != nil {
			return err
		}
		if err := changing.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		if err := f(tx, c, q); err != nil {
			return err
		}
		e := access.Entry{Verb: verb, Kind: "conversation", Object: id, Subject: c.Member}
		if verb == "support.know" || verb == "support.protect" || verb == "support.block" {
			e.Subject = "" // never explained: it is not in what the person reads of their audit
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), e)
	})
}

func (s *Service) loadContact(ctx context.Context, r db.Reader, id moment.ID) (Contact, Request, error) {
	c, found, err := contactByID(ctx, r, id)
	if err != nil {
		return c, Request{}, err
	}
	if !found {
		return c, Request{}, fault.Hidden()
	}
	q, _, err := requestByID(ctx, r, c.Request)
	return c, q, err
}

// End closes the conversation, by either side.
func (s *Service) End(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.end", canEnd, func(tx db.Writer, c Contact, q Request) error {
		how := ByMember
		if a.Person == c.Peer {
			how = ByPeer
		}
		return s.close(ctx, tx, c, q, how, nil)
	})
}

// close ends a contact: the chat, the peer's place, the request. again, when it
// is not nil, makes the request that follows it.
func (s *Service) close(ctx context.Context, tx db.Writer, c Contact, q Request, how string, again func(Request) (Request, bool)) error {
	now := s.Clock.Now()
	ended, err := setContactEnded(ctx, tx, c.Conversation, how, now)
	if err != nil || !ended {
		return fault.Op("support end", err)
	}
	if _, err := s.Chat.End(ctx, tx, c.Conversation); err != nil {
		return err
	}
	if err := s.Bus.Cancel(ctx, tx, jobIdle, string(c.Conversation)); err != nil {
		return err
	}
	if err := s.dropHandover(ctx, tx, c.Conversation); err != nil {
		return err
	}
	if err := s.endCompany(ctx, tx, c.Conversation); err != nil {
		return err
	}
	q.State, q.ClosedAt = Ended, now
	if err := updateRequest(ctx, tx, q); err != nil {
		return fault.Op("support end", err)
	}
	// Before the place is given back: whoever needs a rest is not offered anybody.
	if err := s.Shifts.Finish(ctx, tx, c.Peer, c.Conversation, c.Concern); err != nil {
		return err
	}
	if err := s.Shifts.Release(ctx, tx, c.Peer, true); err != nil {
		return err
	}
	s.tell(tx, q)
	s.Bus.Publish(tx, PeerTopic(c.Peer), int64(now))
	if again != nil {
		if err := s.follow(ctx, tx, q, again); err != nil {
			return err
		}
	}
	return s.dispatch(ctx, tx)
}

// follow puts the person back into the line, in front, with what they had said.
func (s *Service) follow(ctx context.Context, tx db.Writer, old Request, again func(Request) (Request, bool)) error {
	now := s.Clock.Now()
	next := Request{ID: moment.NewID(), Person: old.Person, State: Waiting, AskedAt: now, LinedUpAt: now, Wanted: old.Wanted, First: true, Policy: old.Policy}
	next, ok := again(next)
	if !ok {
		return nil
	}
	box, err := s.Vault.NewScope(ctx, tx, next.ID, now)
	if err != nil {
		return err
	}
	words, err := s.readWords(ctx, tx, old)
	if err != nil {
		return err
	}
	var sealed []byte
	if words != "" {
		sealed, next.HasWords = box.Seal([]byte(words), wordsPlace(next.ID)), true
	}
	if err := insertRequest(ctx, tx, next, sealed); err != nil {
		return fault.Op("support follow", err)
	}
	cards, err := s.People.Cards(ctx, tx, next.Person)
	if err != nil {
		return err
	}
	if err := s.keepWords(ctx, tx, next, cards[next.Person].Kind == people.KindGuest); err != nil {
		return err
	}
	if err := access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "support.moved_up_" + next.WhyFirst, Kind: "request", Object: next.ID, Subject: next.Person}); err != nil {
		return err
	}
	s.tell(tx, next)
	at, ok := nextWidening(next.LinedUpAt, now)
	if !ok {
		return nil
	}
	return s.Bus.At(ctx, tx, jobWiden, string(next.ID), at, aboutRequest{next.ID})
}

// Switch is "talk to someone else": no reason, no fault. The person comes first
// in the line, and this peer is not offered them again tonight.
func (s *Service) Switch(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.switch", canEnd, func(tx db.Writer, c Contact, q Request) error {
		if a.Person != c.Member {
			return fault.Hidden()
		}
		return s.part(ctx, tx, a, c, q, BySwitch, people.Block, s.Clock.Now().Add(ProtectLasts))
	})
}

// Block is "never this person again": they hold it until the person lifts it, in
// matching and everywhere. The person comes first in the line.
func (s *Service) Block(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.block", canEnd, func(tx db.Writer, c Contact, q Request) error {
		if a.Person != c.Member {
			return fault.Hidden()
		}
		return s.part(ctx, tx, a, c, q, BySwitch, people.Block, 0)
	})
}

// Know is "I may know this person", from either side: a switch for good, which
// is never explained to the other.
func (s *Service) Know(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.know", canEnd, func(tx db.Writer, c Contact, q Request) error {
		return s.part(ctx, tx, a, c, q, ByKnow, people.MayKnow, 0)
	})
}

// KnowBefore is the same before the first word: the peer thinks they know who
// is offered to them.
func (s *Service) KnowBefore(ctx context.Context, a access.Actor, offer moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		o, q, err := s.answerable(ctx, tx, a, offer)
		if err != nil {
			return err
		}
		if o.State == OfferAccepted {
			return fault.New(fault.Conflict, "support.error.talking")
		}
		if err := s.People.KeepApart(ctx, tx, a, q.Person, people.MayKnow, 0); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "support.know", Kind: "offer", Object: o.ID}); err != nil {
			return err
		}
		return s.passOn(ctx, tx, o, q, OfferDeclined)
	})
}

func (s *Service) part(ctx context.Context, tx db.Writer, a access.Actor, c Contact, q Request, how string, kind people.ApartKind, until moment.Time) error {
	whom := c.Peer
	if a.Person == c.Peer {
		whom = c.Member
	}
	if err := s.People.KeepApart(ctx, tx, a, whom, kind, until); err != nil {
		return err
	}
	return s.close(ctx, tx, c, q, how, func(next Request) (Request, bool) {
		next.WhyFirst = "switched"
		return next, true
	})
}

// Protect is "End and protect me": the peer ends an abusive conversation. A
// guest is kept from this peer for 24 hours, a member until it is lifted; the
// lead is told and somebody checks in. Crisis lines are never hidden by it.
func (s *Service) Protect(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.protect", canProtect, func(tx db.Writer, c Contact, q Request) error {
		cards, err := s.People.Cards(ctx, tx, c.Member)
		if err != nil {
			return err
		}
		until := moment.Time(0)
		if cards[c.Member].Kind == people.KindGuest {
			until = s.Clock.Now().Add(ProtectLasts)
		}
		if err := s.People.KeepApart(ctx, tx, a, c.Member, people.Block, until); err != nil {
			return err
		}
		if err := s.lookAfter(ctx, tx, a.Person, "protected"); err != nil {
			return err
		}
		if err := s.Shifts.Rest(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.close(ctx, tx, c, q, ByProtect, nil)
	})
}

// Stop is "I need to stop now": the peer's conversations go to the front of the
// line for the lead, offers stop, somebody checks in. It is on no record of how
// somebody works.
func (s *Service) Stop(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		mine, on, err := s.Shifts.Mine(ctx, tx, a.Person)
		if err != nil || !on || mine.State == shifts.Stopped {
			return err
		}
		if err := s.Shifts.Stop(ctx, tx, a); err != nil {
			return err
		}
		if err := s.lookAfter(ctx, tx, a.Person, "stopped"); err != nil {
			return err
		}
		if err := s.giveBack(ctx, tx, a.Person); err != nil {
			return err
		}
		if err := s.handBack(ctx, tx, a.Person, ByStop); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "support.stop", Kind: "person", Object: a.Person})
	})
}

// handBack ends a peer's running conversations; those they talk with come first
// in the line.
func (s *Service) handBack(ctx context.Context, tx db.Writer, peer moment.ID, how string) error {
	running, err := runningWith(ctx, tx, peer)
	if err != nil {
		return err
	}
	for _, c := range running {
		q, _, err := requestByID(ctx, tx, c.Request)
		if err != nil {
			return err
		}
		if err := s.close(ctx, tx, c, q, how, func(next Request) (Request, bool) {
			next.WhyFirst = "stopped"
			return next, true
		}); err != nil {
			return err
		}
	}
	return nil
}

// lookAfter asks the board to look after a peer.
func (s *Service) lookAfter(ctx context.Context, tx db.Writer, peer moment.ID, kind string) error {
	if open, err := looksAfter(ctx, tx, peer, kind); err != nil || open {
		return err
	}
	s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
	return fault.Op("support check-in", insertCheckIn(ctx, tx, CheckIn{ID: moment.NewID(), Peer: peer, Kind: kind, At: s.Clock.Now()}))
}

// Framed gives what stands around a conversation's words, in one question: the
// contact, what the two share, and the version of the policy that was shown.
func (s *Service) Framed(ctx context.Context, a access.Actor, id moment.ID) (Contact, []string, int, error) {
	c, shared, policy, found, err := framedContact(ctx, s.DB.Reader(), id)
	if err != nil || found && (a.Person == c.Member || a.Person == c.Peer) {
		return c, shared, policy, err
	}
	x, open, err := openCompany(ctx, s.DB.Reader(), id)
	if err == nil && (!open || x.Person != a.Person) {
		err = fault.Hidden()
	}
	return c, nil, policy, err
}

// Contact gives a conversation's frame to one of its two people.
func (s *Service) Contact(ctx context.Context, a access.Actor, id moment.ID) (Contact, Request, error) {
	c, q, err := s.loadContact(ctx, s.DB.Reader(), id)
	if err == nil && a.Person != c.Member && a.Person != c.Peer {
		err = fault.Hidden()
	}
	return c, q, err
}
