package mentoring

import (
	"context"

	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// mostBackups is how many peers are offered to stand in: a handful who fit, not a
// list of everybody. Ours.
const mostBackups = 6

// couldStandIn gives the peers who could stand in for a walk: those who would fit
// the member by every limit, and whoever is named already.
func (s *Service) couldStandIn(ctx context.Context, r db.Reader, w Walk) ([]moment.ID, error) {
	ask, err := s.askOf(ctx, r, Seek{ID: w.ID, Person: w.Member, MadeAt: s.Clock.Now()})
	if err != nil {
		return nil, err
	}
	ask.Apart[w.Peer] = true
	var out []moment.ID
	err = s.ask(ctx, r, func(x *matching.Index) {
		for _, f := range x.Suggest(ask, mostBackups) {
			out = append(out, f.Peer)
		}
	})
	return out, err
}

// checkBackup: one of those who were offered, or whoever is named already.
// Everybody else is refused alike, so that the answer tells nothing of anybody.
func (s *Service) checkBackup(ctx context.Context, r db.Reader, w Walk, backup moment.ID) error {
	if backup == "" || backup == w.Backup {
		return nil
	}
	list, err := s.couldStandIn(ctx, r, w)
	if err != nil {
		return err
	}
	for _, id := range list {
		if id == backup {
			return nil
		}
	}
	var p fault.Problems
	p.Add("backup", "mentoring.error.backup")
	return p.Err()
}

// StandIn is the yes or no of whoever was named to stand in, at any time.
func (s *Service) StandIn(ctx context.Context, a access.Actor, id moment.ID, yes bool) error {
	may := func(w Walk) access.Decision {
		if a.Person == "" || a.Person != w.Backup || !w.Runs() {
			return access.Hide()
		}
		return access.Allow()
	}
	return s.onWalk(ctx, a, id, verbOf(yes, "mentoring.stand_in", "mentoring.not_stand_in"), may, func(tx db.Writer, w *Walk, now moment.Time) error {
		if !yes {
			return s.dropStandIn(ctx, tx, w)
		}
		if ok, err := s.stillMay(ctx, tx, Walk{Member: w.Member, Peer: a.Person}); err != nil {
			return err
		} else if !ok {
			return fault.New(fault.Conflict, "mentoring.error.backup")
		}
		w.BackupYesAt = now
		return s.tellTwo(ctx, tx, *w, "backup-"+stamp(now))
	})
}

// dropStandIn lets whoever stands in go, whatever the reason. Meetings they would
// have come to while the peer is away are called off; both are told.
func (s *Service) dropStandIn(ctx context.Context, tx db.Writer, w *Walk) error {
	if w.Backup == "" {
		return nil
	}
	now := s.Clock.Now()
	w.Backup, w.BackupYesAt = "", 0
	list, err := sessionsOf(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Instead == "" || !x.Coming() {
			continue
		}
		was := x.State
		x.ChangedAt, x.Changes = now, x.Changes+1
		if x.State == Running {
			if err := s.close(ctx, tx, &x.Session, now); err != nil {
				return err
			}
		} else {
			x.State, x.Instead = Cancelled, ""
			if err := s.forgetReminders(ctx, tx, x.ID); err != nil {
				return err
			}
		}
		if _, err := updateSession(ctx, tx, x.Session, was); err != nil {
			return fault.Op("stand in", err)
		}
	}
	return s.tellTwo(ctx, tx, *w, "backup-"+stamp(now))
}

func (s *Service) tellTwo(ctx context.Context, tx db.Writer, w Walk, key string) error {
	for _, person := range []moment.ID{w.Member, w.Peer} {
		if err := s.tell(ctx, tx, person, noticeChange, key, w); err != nil {
			return err
		}
	}
	return nil
}

// standsNoMore takes somebody out of every walk in which they stand in.
func (s *Service) standsNoMore(ctx context.Context, tx db.Writer, person moment.ID) error {
	list, err := walksBacked(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, w := range list {
		was := w.State
		if err := s.dropStandIn(ctx, tx, &w); err != nil {
			return err
		}
		if err := s.save(ctx, tx, w, was); err != nil {
			return err
		}
	}
	return nil
}

// stands tells who comes for the peer at an instant: the stand-in, while the peer
// is away. When the peer is away and nobody comes, away is true.
func (s *Service) stands(ctx context.Context, r db.Reader, w Walk, at moment.Time) (instead moment.ID, away bool, err error) {
	t, found, err := takerOf(ctx, r, w.Peer)
	if err != nil || !found || at >= t.AwayUntil {
		return "", false, err
	}
	if !w.StandsIn(w.Backup) {
		return "", true, nil
	}
	ok, err := s.stillMay(ctx, r, Walk{Member: w.Member, Peer: w.Backup})
	if err != nil || !ok {
		return "", true, err
	}
	return w.Backup, false, nil
}
