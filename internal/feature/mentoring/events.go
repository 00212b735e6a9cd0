package mentoring

import (
	"context"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// changed answers a change of somebody: a peer who is none any more leaves, whoever
// works here now looks for nobody here, and who waits may fit somebody now.
func (s *Service) changed(ctx context.Context, tx db.Writer, person moment.ID) error {
	fits, err := s.People.FitOf(ctx, tx, person)
	if err != nil {
		return err
	}
	if !fits[person].Roles.Has(access.Peer) {
		if err := s.standsNoMore(ctx, tx, person); err != nil {
			return err
		}
	}
	if _, taker, err := takerOf(ctx, tx, person); err != nil {
		return err
	} else if taker {
		if !fits[person].Roles.Has(access.Peer) {
			return s.leave(ctx, tx, person, EndedLeft)
		}
		return s.lookSoon(ctx, tx)
	}
	q, open, err := openSeekOf(ctx, tx, person)
	if err != nil || !open {
		return err
	}
	if (access.Actor{Person: person, Roles: fits[person].Roles}).Works() {
		return s.closeSeek(ctx, tx, q)
	}
	return s.lookFor(ctx, tx, q.ID)
}

// closeSeek ends a search that cannot go on, and says so to its person.
func (s *Service) closeSeek(ctx context.Context, tx db.Writer, q Seek) error {
	now := s.Clock.Now()
	if err := s.blankSeek(ctx, tx, q.ID); err != nil {
		return err
	}
	if err := setSeekState(ctx, tx, q.ID, SeekWithdrawn, now); err != nil {
		return fault.Op("seek", err)
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: q.Person, Kind: noticeChange, Key: noticeChange + "/" + string(q.ID) + "/closed", Path: "/people", About: q.ID})
}

// keptOut answers a decision. A pause is an absence: whoever stands in comes, or the
// meetings are called off, and the other is told. When somebody is kept out for good
// a peer's walks end and those they walked with come first elsewhere, and a member's
// end with a word to the peer.
func (s *Service) keptOut(ctx context.Context, tx db.Writer, person moment.ID) error {
	until, out, err := s.Standing.OutUntil(ctx, tx, person)
	if err != nil || !out {
		return err
	}
	if err := s.standsNoMore(ctx, tx, person); err != nil {
		return err
	}
	list, err := walksAll(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.State == Over || w.Member != person {
			continue
		}
		if err := s.memberOut(ctx, tx, w, until); err != nil {
			return err
		}
	}
	if q, open, err := openSeekOf(ctx, tx, person); err != nil {
		return err
	} else if open && until.IsZero() {
		if err := s.closeSeek(ctx, tx, q); err != nil {
			return err
		}
	}
	if until.IsZero() {
		return s.leave(ctx, tx, person, EndedKeptOut)
	}
	if _, taker, err := takerOf(ctx, tx, person); err != nil || !taker {
		return err // no peer: there is nothing that they would be missed in
	}
	return s.absent(ctx, tx, person, until)
}

// backIn answers that a decision was taken back: a peer's absence ends that it made. One
// that they chose themselves, or that something else asks for, stays.
func (s *Service) backIn(ctx context.Context, tx db.Writer, person moment.ID) error {
	out, err := s.Standing.Out(ctx, tx, person)
	if err != nil || out {
		return err
	}
	until, err := s.Standing.LiftedUntil(ctx, tx, person)
	if err != nil {
		return err
	}
	t, taker, err := takerOf(ctx, tx, person)
	if err != nil || !taker || t.AwayUntil.IsZero() || t.AwayUntil != until {
		return err
	}
	return s.absent(ctx, tx, person, 0)
}

// memberOut holds the walk of a member who is kept out: for a time no meeting, for
// good no walk.
func (s *Service) memberOut(ctx context.Context, tx db.Writer, w Walk, until moment.Time) error {
	was := w.State
	if until.IsZero() {
		if err := s.over(ctx, tx, &w, EndedGone, ""); err != nil { // the peer is not told why
			return err
		}
		return s.save(ctx, tx, w, was)
	}
	list, err := sessionsOf(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	for _, x := range list {
		if !x.Coming() || x.StartsAt >= until {
			continue
		}
		if err := s.callOne(ctx, tx, x.Session, now); err != nil {
			return err
		}
	}
	return s.tellTwo(ctx, tx, w, "held-"+stamp(now))
}

// leave ends everything a peer has: whoever stands in is brought instead, or the
// member's search goes on before others. Nobody is left without a word.
func (s *Service) leave(ctx context.Context, tx db.Writer, peer moment.ID, how string) error {
	list, err := walksAll(ctx, tx, peer)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.Peer != peer || w.State == Over {
			continue
		}
		if err := s.leaveOne(ctx, tx, w, how); err != nil {
			return err
		}
	}
	if err := dropSuggestionsOf(ctx, tx, peer); err != nil {
		return fault.Op("leave", err)
	}
	if err := dropTaker(ctx, tx, peer); err != nil {
		return fault.Op("leave", err)
	}
	return s.lookSoon(ctx, tx)
}

func (s *Service) leaveOne(ctx context.Context, tx db.Writer, w Walk, how string) error {
	was := w.State
	if err := s.over(ctx, tx, &w, how, ""); err != nil {
		return err
	}
	if err := s.save(ctx, tx, w, was); err != nil {
		return err
	}
	if was != Asked && w.StandsIn(w.Backup) {
		next := Walk{Seek: w.Seek, Member: w.Member, Peer: w.Backup, Brought: ByBackup, After: w.ID}
		err := s.bring(ctx, tx, &next, true)
		if err == nil || !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return s.goOnLooking(ctx, tx, w, true)
}

// newSeek looks for somebody for a member whose peer left and who had never looked
// themselves; they can take it back at any time.
func (s *Service) newSeek(ctx context.Context, tx db.Writer, member moment.ID) error {
	if _, open, err := openSeekOf(ctx, tx, member); err != nil || open {
		return err
	}
	q := Seek{ID: moment.NewID(), Person: member, State: SeekOpen, First: true, MadeAt: s.Clock.Now()}
	if err := s.keepSeek(ctx, tx, q, true); err != nil {
		return err
	}
	return s.suggest(ctx, tx, q)
}
