package mentoring

import (
	"context"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Take says whether a peer walks with people, and with how many at most. Fewer
// places than they walk in already end none of them.
func (s *Service) Take(ctx context.Context, a access.Actor, taking bool, places int) error {
	if err := permTake.Check(a); err != nil {
		return err
	}
	if places < 0 || places > MostPlaces {
		var p fault.Problems
		p.AddWith("places", "mentoring.error.places", map[string]any{"most": MostPlaces})
		return p.Err()
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		t, _, err := takerOf(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		t.Taking, t.Places = taking, places
		if err := saveTaker(ctx, tx, t, now); err != nil {
			return fault.Op("take", err)
		}
		if !taking {
			if err := dropSuggestionsOf(ctx, tx, a.Person); err != nil {
				return fault.Op("take", err)
			}
		}
		if err := access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.take", Kind: "person", Object: a.Person}); err != nil {
			return err
		}
		return s.lookSoon(ctx, tx)
	})
}

// Propose is a peer who would like to walk with somebody they have just talked
// with. The person is asked; nothing begins without their yes.
func (s *Service) Propose(ctx context.Context, a access.Actor, conversation moment.ID) (moment.ID, error) {
	if err := permTake.Check(a); err != nil {
		return "", err
	}
	var id moment.ID
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		member, ok, err := s.Met.MetIn(ctx, tx, a.Person, conversation)
		if err == nil && !ok {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		w := Walk{Member: member, Peer: a.Person, Brought: ByPeer, By: a.Person, PeerYesAt: now}
		if err := s.bring(ctx, tx, &w, true); err != nil {
			return err
		}
		id = w.ID
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.propose", Kind: "walk", Object: w.ID, Subject: member})
	})
	return id, err
}

// bring asks for a walk that the member did not choose among suggestions: limits of
// both sides hold here too. Which of them stands in the way is told to nobody: it
// may be about the other. Everything is looked at before a place is taken.
func (s *Service) bring(ctx context.Context, tx db.Writer, w *Walk, own bool) error {
	if w.By == w.Member {
		if err := s.roomFor(ctx, tx, w.Member); err != nil {
			return err
		}
	}
	ok, err := s.mayWalk(ctx, tx, *w)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "mentoring.error.apart")
	}
	if ok, err := takePlace(ctx, tx, w.Peer, own, s.Clock.Now()); err != nil {
		return fault.Op("walk", err)
	} else if !ok {
		return fault.New(fault.Conflict, "mentoring.error.full")
	}
	return s.begin(ctx, tx, w)
}

// mayWalk tells whether two people may be brought together: an account, no
// colleague, nobody kept out or apart, none who walk together already, and none who
// said no to each other lately.
func (s *Service) mayWalk(ctx context.Context, r db.Reader, w Walk) (bool, error) {
	cards, err := s.People.Cards(ctx, r, w.Member)
	if err != nil || cards[w.Member].Kind != people.KindMember {
		return false, err
	}
	if ok, err := s.stillMay(ctx, r, w); err != nil || !ok {
		return false, err
	}
	if err := s.roomFor(ctx, r, w.Member); fault.Is(err, fault.Conflict) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	list, err := everWith(ctx, r, w.Member)
	if err != nil {
		return false, err
	}
	for _, x := range list {
		if x.Peer != w.Peer {
			continue
		}
		lately := s.Clock.Now().Sub(x.EndedAt) < askAgain
		if x.State != Over || x.EndedHow == EndedKnow || lately && x.EndedHow != EndedWell && x.EndedHow != EndedLeft {
			return false, nil
		}
	}
	return true, nil
}

// askAgain is how long nobody is asked again for a pair that did not come about.
// Ours: a month, so that a no is a no.
const askAgain = 30 * 24 * time.Hour

// stillMay tells whether the limits that can change between asking and meeting
// still hold: the member is no colleague, the peer is a peer, nobody is kept out,
// and the two are not kept apart.
func (s *Service) stillMay(ctx context.Context, r db.Reader, w Walk) (bool, error) {
	fits, err := s.People.FitOf(ctx, r, w.Member, w.Peer)
	if err != nil {
		return false, err
	}
	works := access.Actor{Person: w.Member, Roles: fits[w.Member].Roles}.Works()
	if works || !fits[w.Peer].Roles.Has(access.Peer) {
		return false, nil
	}
	apart, err := s.People.Apart(ctx, r, w.Member)
	if err != nil || apart[w.Peer] {
		return false, err
	}
	for _, person := range []moment.ID{w.Member, w.Peer} {
		if out, err := s.Standing.Out(ctx, r, person); err != nil || out {
			return false, err
		}
	}
	return true, nil
}

// Answer is yes or no of whoever was asked. When both have said yes the trial
// begins. A no is never explained.
func (s *Service) Answer(ctx context.Context, a access.Actor, id moment.ID, yes bool) error {
	may := func(w Walk) access.Decision { return canAnswer(a, w, s.Clock.Now()) }
	return s.onWalk(ctx, a, id, verbOf(yes, "mentoring.yes", "mentoring.no"), may, func(tx db.Writer, w *Walk, now moment.Time) error {
		if !yes {
			return s.refuse(ctx, tx, w, EndedNo, a.Person)
		}
		if ok, err := s.stillMay(ctx, tx, *w); err != nil {
			return err
		} else if !ok {
			return s.refuse(ctx, tx, w, EndedNo, "") // something has changed; nobody is told what
		}
		if a.Person == w.Member {
			w.MemberYesAt = now
		} else {
			w.PeerYesAt = now
		}
		if w.MemberYesAt.IsZero() || w.PeerYesAt.IsZero() {
			return nil
		}
		w.State, w.BeganAt = Trial, now
		if w.Brought == ByBack {
			// They know each other: no trial again, and a new charter.
			w.State, w.MemberOnAt, w.PeerOnAt = Walking, now, now
		}
		if err := s.Bus.Cancel(ctx, tx, jobAnswer, string(id)); err != nil {
			return err
		}
		if err := s.Tell.SettleAbout(ctx, tx, id, noticeAsked); err != nil {
			return err
		}
		return s.tell(ctx, tx, w.Other(a.Person), noticeAnswer, "yes", *w)
	})
}

func verbOf(yes bool, one, other string) string {
	if yes {
		return one
	}
	return other
}

// refuse ends what was asked and brings the member's search back.
func (s *Service) refuse(ctx context.Context, tx db.Writer, w *Walk, how string, by moment.ID) error {
	if err := s.over(ctx, tx, w, how, by); err != nil {
		return err
	}
	return s.goOnLooking(ctx, tx, *w, w.Brought == ByBackup)
}

// TakeBack takes back what one has asked, before it was answered.
func (s *Service) TakeBack(ctx context.Context, a access.Actor, id moment.ID) error {
	may := func(w Walk) access.Decision {
		if d := canSee(a, w); !d.OK() {
			return d
		}
		if w.State != Asked || !w.SaidYes(a.Person) {
			return access.Wrong("mentoring.error.answered")
		}
		return access.Allow()
	}
	return s.onWalk(ctx, a, id, "mentoring.take_back", may, func(tx db.Writer, w *Walk, _ moment.Time) error {
		return s.refuse(ctx, tx, w, EndedGone, a.Person)
	})
}

// GoOn says that one would like to go on after the trial. When both have, the
// charter is next.
func (s *Service) GoOn(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onWalk(ctx, a, id, "mentoring.go_on", func(w Walk) access.Decision { return canMeet(a, w) }, func(tx db.Writer, w *Walk, now moment.Time) error {
		held, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := canGoOn(a, *w, held).Err(); err != nil {
			return err
		}
		if a.Person == w.Member {
			w.MemberOnAt = now
		} else {
			w.PeerOnAt = now
		}
		if w.MemberOnAt.IsZero() || w.PeerOnAt.IsZero() {
			return s.tell(ctx, tx, w.Other(a.Person), noticeChange, "on-"+side(*w, a.Person), *w)
		}
		w.State = Walking
		if err := s.learn(ctx, tx, *w, true); err != nil {
			return err
		}
		return s.tell(ctx, tx, w.Other(a.Person), noticeChange, "on", *w)
	})
}

func (s *Service) held(ctx context.Context, r db.Reader, id moment.ID) (int, error) {
	list, err := sessionsOf(ctx, r, id)
	n := 0
	for _, x := range list {
		if x.State == Held {
			n++
		}
	}
	return n, err
}

// Switch ends a walk at any time, without a reason and without fault. The
// member's search goes on with others.
func (s *Service) Switch(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onWalk(ctx, a, id, "mentoring.switch", func(w Walk) access.Decision { return canMeet(a, w) }, func(tx db.Writer, w *Walk, _ moment.Time) error {
		if err := s.over(ctx, tx, w, EndedSwitch, a.Person); err != nil {
			return err
		}
		return s.goOnLooking(ctx, tx, *w, a.Person == w.Peer)
	})
}

// Block ends a walk and keeps the two apart for good. The other reads that it is
// over, and nothing else.
func (s *Service) Block(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.apartFor(ctx, a, id, "mentoring.block", people.Block, EndedSwitch)
}

// MayKnow ends a walk because the two may know each other: they are kept apart for
// good, and the other is told no more than that it is over.
func (s *Service) MayKnow(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.apartFor(ctx, a, id, "mentoring.may_know", people.MayKnow, EndedKnow)
}

func (s *Service) apartFor(ctx context.Context, a access.Actor, id moment.ID, verb string, kind people.ApartKind, how string) error {
	may := func(w Walk) access.Decision {
		if d := canSee(a, w); !d.OK() || w.State != Over {
			return d
		}
		return access.Wrong("mentoring.error.over")
	}
	return s.onWalk(ctx, a, id, verb, may, func(tx db.Writer, w *Walk, _ moment.Time) error {
		if err := s.People.KeepApart(ctx, tx, a, w.Other(a.Person), kind, 0); err != nil {
			return err
		}
		if err := s.over(ctx, tx, w, how, a.Person); err != nil {
			return err
		}
		return s.goOnLooking(ctx, tx, *w, true)
	})
}

// Taper plans the last meetings: so many more, and then a goodbye.
func (s *Service) Taper(ctx context.Context, a access.Actor, id moment.ID, more int) error {
	if more < 1 || more > mostTaper {
		var p fault.Problems
		p.AddWith("more", "mentoring.error.taper", map[string]any{"most": mostTaper})
		return p.Err()
	}
	may := func(w Walk) access.Decision { return canCharter(a, w) }
	return s.onWalk(ctx, a, id, "mentoring.taper", may, func(tx db.Writer, w *Walk, now moment.Time) error {
		w.State, w.Taper = Tapering, more
		return s.tell(ctx, tx, w.Other(a.Person), noticeChange, "taper-"+stamp(now), *w)
	})
}

// mostTaper is how many last meetings there can be. Ours.
const mostTaper = 8

// Bye ends a walk well, with what one would like to say. After it the other can
// still say theirs.
func (s *Service) Bye(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var p fault.Problems
	words = chat.CleanOptional(&p, "words", words, mostWords)
	if err := p.Err(); err != nil {
		return err
	}
	may := func(w Walk) access.Decision {
		if w.State == Over {
			return canBye(a, w, s.Clock.Now())
		}
		return canMeet(a, w)
	}
	return s.onWalk(ctx, a, id, "mentoring.bye", may, func(tx db.Writer, w *Walk, _ moment.Time) error {
		which := side(*w, a.Person)
		if words != "" {
			sealed, err := s.Vault.SealWords(ctx, tx, id, byePlace(id, which), words)
			if err != nil {
				return err
			}
			if err := setBye(ctx, tx, id, which, sealed); err != nil {
				return fault.Op("bye", err)
			}
		}
		if w.State == Over {
			return s.tell(ctx, tx, w.Other(a.Person), noticeChange, "bye-"+which, *w)
		}
		return s.over(ctx, tx, w, EndedWell, a.Person)
	})
}

func byePlace(id moment.ID, which string) string {
	return "mentoring_walk." + which + "_bye|" + string(id)
}

// ComeBack asks the same peer again, after a good ending.
func (s *Service) ComeBack(ctx context.Context, a access.Actor, id moment.ID) (moment.ID, error) {
	var next moment.ID
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		w, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := canComeBack(a, w, now).Err(); err != nil {
			return err
		}
		again := Walk{Member: w.Member, Peer: w.Peer, Brought: ByBack, By: a.Person, MemberYesAt: now, After: w.ID}
		if err := s.bring(ctx, tx, &again, false); err != nil {
			return err
		}
		next = again.ID
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.come_back", Kind: "walk", Object: next})
	})
	return next, err
}

func stamp(t moment.Time) string { return t.Std().Format("20060102T150405.000000") }
