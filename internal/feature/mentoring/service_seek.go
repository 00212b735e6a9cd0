package mentoring

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Look starts a search, or says anew what somebody looks for. Suggestions come at
// once; those that were not answered are made anew.
func (s *Service) Look(ctx context.Context, a access.Actor, w Wanted) error {
	if err := canSeek(a).Err(); err != nil {
		return err
	}
	if err := s.check(ctx, &w); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := seeking.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		if err := s.roomFor(ctx, tx, a.Person); err != nil {
			return err
		}
		q, found, err := openSeekOf(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if !found {
			q = Seek{ID: moment.NewID(), Person: a.Person, State: SeekOpen, MadeAt: now}
		}
		q.Wanted = w
		if err := s.keepSeek(ctx, tx, q, !found); err != nil {
			return err
		}
		if err := s.suggest(ctx, tx, q); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.look", Kind: "seek", Object: q.ID})
	})
}

// roomFor bounds how many peers walk with one person at a time.
func (s *Service) roomFor(ctx context.Context, r db.Reader, member moment.ID) error {
	list, err := everWith(ctx, r, member)
	if err != nil {
		return err
	}
	n := 0
	for _, w := range list {
		if w.State != Over {
			n++
		}
	}
	if n >= mostWalks {
		return fault.New(fault.Conflict, "mentoring.error.many")
	}
	return nil
}

func (s *Service) check(ctx context.Context, w *Wanted) error {
	all, err := s.People.Situations(ctx, "en")
	if err != nil {
		return err
	}
	situations, identities := people.Choosable(all)
	return w.Validate(situations, identities)
}

func (s *Service) keepSeek(ctx context.Context, tx db.Writer, q Seek, isNew bool) error {
	box, err := s.Vault.Box(ctx, tx, q.ID)
	if isNew {
		box, err = s.Vault.NewScope(ctx, tx, q.ID, s.Clock.Now())
	}
	if err != nil {
		return err
	}
	var words []byte
	if q.Words != "" {
		words = box.Seal([]byte(q.Words), seekPlace(q.ID))
	}
	if isNew {
		return fault.Op("seek", insertSeek(ctx, tx, q, words))
	}
	if err := setWanted(ctx, tx, q, words); err != nil {
		return fault.Op("seek", err)
	}
	return fault.Op("seek", dropOpen(ctx, tx, q.ID))
}

func seekPlace(id moment.ID) string { return "mentoring_seek.words|" + string(id) }

// readSeek opens what somebody wrote for the peer who is asked.
func (s *Service) readSeek(ctx context.Context, r db.Reader, id moment.ID) (string, error) {
	sealed, wrapped, err := seekWords(ctx, r, id)
	if err != nil || len(sealed) == 0 || len(wrapped) == 0 {
		return "", err
	}
	box, err := s.Vault.BoxFrom(id, wrapped)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, seekPlace(id))
	return string(plain), err
}

// onSeek loads a search of the actor, decides and runs f.
func (s *Service) onSeek(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(tx db.Writer, q Seek, now moment.Time) error) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		q, found, err := seekByID(ctx, tx, id)
		if err == nil && !found {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		if err := canChoose(a, q).Err(); err != nil {
			return err
		}
		if err := f(tx, q, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "seek", Object: id})
	})
}

// blankSeek takes what somebody wrote and chose in a search away, with its key.
func (s *Service) blankSeek(ctx context.Context, tx db.Writer, id moment.ID) error {
	if err := dropSuggestions(ctx, tx, id); err != nil {
		return fault.Op("seek", err)
	}
	if err := s.Vault.Destroy(ctx, tx, id); err != nil {
		return err
	}
	return fault.Op("seek", blankSeek(ctx, tx, id))
}

// GiveUp takes a search back. What was written for it is gone at once.
func (s *Service) GiveUp(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onSeek(ctx, a, id, "mentoring.give_up", func(tx db.Writer, _ Seek, now moment.Time) error {
		if err := s.blankSeek(ctx, tx, id); err != nil {
			return err
		}
		return fault.Op("seek", setSeekState(ctx, tx, id, SeekWithdrawn, now))
	})
}

// onSuggestion is onSeek for one of its suggestions that waits for an answer.
func (s *Service) onSuggestion(ctx context.Context, a access.Actor, id moment.ID, verb string, f func(tx db.Writer, q Seek, x Suggestion, now moment.Time) error) error {
	x, found, err := suggestionByID(ctx, s.DB.Reader(), id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return err
	}
	return s.onSeek(ctx, a, x.Seek, verb, func(tx db.Writer, q Seek, now moment.Time) error {
		x, _, err := suggestionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if x.State != "open" {
			return fault.New(fault.Conflict, "mentoring.error.not_open")
		}
		return f(tx, q, x, now)
	})
}

// Pass says "not this one": another is suggested, if somebody fits. No reason is
// asked, and the peer learns nothing.
func (s *Service) Pass(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onSuggestion(ctx, a, id, "mentoring.pass", func(tx db.Writer, q Seek, _ Suggestion, _ moment.Time) error {
		if err := setSuggestion(ctx, tx, id, "passed"); err != nil {
			return fault.Op("pass", err)
		}
		return s.suggest(ctx, tx, q)
	})
}

// Know says "I may know this person": the two are kept apart for good, and nobody
// is told why.
func (s *Service) Know(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onSuggestion(ctx, a, id, "mentoring.know", func(tx db.Writer, q Seek, x Suggestion, _ moment.Time) error {
		if err := s.People.KeepApart(ctx, tx, a, x.Peer, people.MayKnow, 0); err != nil {
			return err
		}
		if err := setSuggestion(ctx, tx, id, "passed"); err != nil {
			return fault.Op("know", err)
		}
		return s.suggest(ctx, tx, q)
	})
}

// Choose asks a suggested peer. A place of theirs is claimed in this transaction;
// when somebody was faster another peer is suggested, and it is said.
func (s *Service) Choose(ctx context.Context, a access.Actor, id moment.ID) (moment.ID, error) {
	var walk moment.ID
	err := s.onSuggestion(ctx, a, id, "mentoring.choose", func(tx db.Writer, q Seek, x Suggestion, now moment.Time) error {
		walk = ""
		if err := canSeek(a).Err(); err != nil {
			return err
		}
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		if err := s.roomFor(ctx, tx, a.Person); err != nil {
			return err
		}
		ok, err := s.stillFits(ctx, tx, q, x)
		if err != nil {
			return err
		}
		if ok {
			ok, err = takePlace(ctx, tx, x.Peer, false, now)
		}
		if err != nil {
			return fault.Op("choose", err)
		}
		if !ok {
			if err := setSuggestion(ctx, tx, id, "gone"); err != nil {
				return fault.Op("choose", err)
			}
			return s.suggest(ctx, tx, q)
		}
		if err := setSuggestion(ctx, tx, id, "chosen"); err != nil {
			return fault.Op("choose", err)
		}
		w := Walk{Seek: q.ID, Member: a.Person, Peer: x.Peer, Brought: ByMember, By: a.Person, Why: x.Why, MemberYesAt: now}
		if err := s.begin(ctx, tx, &w); err != nil {
			return err
		}
		walk = w.ID
		return nil
	})
	if err == nil && walk == "" {
		err = fault.New(fault.Conflict, "mentoring.error.gone")
	}
	return walk, err
}

// stillFits checks the hard limits again, in this transaction: the index that
// suggested the peer is a cache, and people change their minds.
func (s *Service) stillFits(ctx context.Context, tx db.Writer, q Seek, x Suggestion) (bool, error) {
	ask, err := s.askOf(ctx, tx, q)
	if err != nil {
		return false, err
	}
	if ask.Apart[x.Peer] {
		return false, nil
	}
	if out, err := s.Standing.Out(ctx, tx, x.Peer); err != nil || out {
		return false, err
	}
	var why []matching.Reason
	err = s.ask(ctx, tx, func(i *matching.Index) { why = whyOf(i, ask, x.Peer) })
	return why != nil, err
}

// begin asks for a walk: it is written down, whoever has not said yes is asked, and
// the time for it runs.
func (s *Service) begin(ctx context.Context, tx db.Writer, w *Walk) error {
	now := s.Clock.Now()
	w.ID, w.State, w.AskedAt, w.AnswerBy = moment.NewID(), Asked, now, now.Add(AnswerWithin)
	if _, running, err := pairWalk(ctx, tx, w.Member, w.Peer); err != nil {
		return err
	} else if running {
		return fault.New(fault.Conflict, "mentoring.error.running_already")
	}
	if _, err := s.Vault.NewScope(ctx, tx, w.ID, now); err != nil {
		return err
	}
	if err := insertWalk(ctx, tx, *w); err != nil {
		return fault.Op("walk", err)
	}
	if w.Seek != "" {
		if err := setSeekState(ctx, tx, w.Seek, SeekMet, now); err != nil {
			return fault.Op("walk", err)
		}
	}
	for _, person := range []moment.ID{w.Member, w.Peer} {
		if !w.SaidYes(person) {
			if err := s.tell(ctx, tx, person, noticeAsked, "ask", *w); err != nil {
				return err
			}
		}
	}
	return s.Bus.At(ctx, tx, jobAnswer, string(w.ID), w.AnswerBy, aboutWalk{w.ID})
}

// goOnLooking lets the search for a member go on after a walk ended that they did
// not end well: the search it came from, or a new one when they had walked already
// and had never looked themselves. Whoever ended it themselves without a search is
// asked nothing.
func (s *Service) goOnLooking(ctx context.Context, tx db.Writer, w Walk, first bool) error {
	if w.Seek != "" {
		return s.reopen(ctx, tx, w, first)
	}
	if w.EndedBy == w.Member || w.BeganAt.IsZero() && w.Brought != ByBackup {
		return nil
	}
	return s.newSeek(ctx, tx, w.Member)
}

// reopen lets a search go on after somebody it led to said no, or left.
func (s *Service) reopen(ctx context.Context, tx db.Writer, w Walk, first bool) error {
	if w.Seek == "" {
		return nil
	}
	q, found, err := seekByID(ctx, tx, w.Seek)
	if err != nil || !found || q.State != SeekMet {
		return err
	}
	if _, open, err := openSeekOf(ctx, tx, q.Person); err != nil || open {
		return err
	}
	if err := setSeekState(ctx, tx, q.ID, SeekOpen, 0); err != nil {
		return fault.Op("seek", err)
	}
	if first {
		if err := setFirst(ctx, tx, q.ID); err != nil {
			return fault.Op("seek", err)
		}
	}
	q.State = SeekOpen
	return s.suggest(ctx, tx, q)
}
