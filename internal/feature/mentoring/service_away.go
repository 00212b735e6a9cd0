package mentoring

import (
	"context"
	"slices"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// mostAway is how long somebody can be away before the two should rather end. Ours.
const mostAway = 92 * 24 * time.Hour

// foundFor tells somebody that there is a peer for them.
func foundFor(q Seek, x Suggestion) notify.Message {
	return notify.Message{To: q.Person, Kind: noticeFound, Key: noticeFound + "/" + string(x.ID), Path: "/people", About: q.ID}
}

// Away says until when a peer is away; 0 brings them back. Whoever stands in comes
// to the meetings meanwhile; where nobody does the meetings are called off. Every
// member is told.
func (s *Service) Away(ctx context.Context, a access.Actor, until moment.Time) error {
	if err := permTake.Check(a); err != nil {
		return err
	}
	now := s.Clock.Now()
	if !until.IsZero() && (until <= now || until > now.Add(mostAway)) {
		var p fault.Problems
		p.Add("until", "mentoring.error.away_until")
		return p.Err()
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		if err := s.absent(ctx, tx, a.Person, until); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.away", Kind: "person", Object: a.Person})
	})
}

// absent takes a peer out of their meetings until an instant; 0 brings them back.
func (s *Service) absent(ctx context.Context, tx db.Writer, peer moment.ID, until moment.Time) error {
	now := s.Clock.Now()
	t, _, err := takerOf(ctx, tx, peer)
	if err != nil {
		return err
	}
	list, err := walksAll(ctx, tx, peer)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(w Walk) bool { return w.Peer != peer || !w.Runs() })
	t.AwayUntil = until
	if err := saveTaker(ctx, tx, t, now); err != nil {
		return fault.Op("away", err)
	}
	for _, w := range list {
		if err := s.awayFrom(ctx, tx, w, until, now); err != nil {
			return err
		}
	}
	if !until.IsZero() { // their places are free again then
		if err := s.Bus.At(ctx, tx, jobLook, "back/"+string(peer), until, after{}); err != nil {
			return err
		}
	}
	return s.lookSoon(ctx, tx)
}

func (s *Service) awayFrom(ctx context.Context, tx db.Writer, w Walk, until, now moment.Time) error {
	list, err := sessionsOf(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State != Planned || x.StartsAt <= now {
			continue
		}
		away := x.StartsAt < until
		if away == (x.Instead != "") {
			continue
		}
		x.ChangedAt, x.Changes = now, x.Changes+1
		switch {
		case !away:
			x.Instead = ""
		case w.StandsIn(w.Backup):
			x.Instead = w.Backup
		default:
			x.State = Cancelled
			if err := s.forgetReminders(ctx, tx, x.ID); err != nil {
				return err
			}
		}
		if _, err := updateSession(ctx, tx, x.Session, Planned); err != nil {
			return fault.Op("away", err)
		}
	}
	for _, person := range []moment.ID{w.Member, w.Backup} {
		if person == "" || person == w.Backup && w.BackupYesAt.IsZero() {
			continue
		}
		if err := s.tell(ctx, tx, person, noticeChange, "away-"+stamp(now), w); err != nil {
			return err
		}
	}
	return nil
}
