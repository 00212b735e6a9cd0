package mentoring

import (
	"context"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func termsPlace(walk moment.ID, version int) string {
	return "mentoring_charter.terms|" + string(walk) + "|" + strconv.Itoa(version)
}

// Write proposes a charter, or a change of it: a new version that its writer has
// signed. It holds once the other signs too; until then the one before holds.
func (s *Service) Write(ctx context.Context, a access.Actor, id moment.ID, t Terms) error {
	if err := t.Validate(calendar.DateOf(s.Clock.Now().Std().In(t.zone()))); err != nil {
		return err
	}
	return s.onWalk(ctx, a, id, "mentoring.write_charter", func(w Walk) access.Decision { return canCharter(a, w) }, func(tx db.Writer, w *Walk, now moment.Time) error {
		if err := s.checkBackup(ctx, tx, *w, t.Backup); err != nil {
			return err
		}
		list, err := chartersOf(ctx, tx, id)
		if err != nil {
			return err
		}
		c := Charter{Walk: id, Version: len(list) + 1, Terms: t, By: a.Person, At: now}
		if a.Person == w.Member {
			c.MemberAt = now
		} else {
			c.PeerAt = now
		}
		sealed, err := s.Vault.SealWords(ctx, tx, id, termsPlace(id, c.Version), jsonOf(t))
		if err != nil {
			return err
		}
		if err := insertCharter(ctx, tx, c, sealed); err != nil {
			return fault.Op("charter", err)
		}
		return s.tell(ctx, tx, w.Other(a.Person), noticeChange, "charter-"+strconv.Itoa(c.Version), *w)
	})
}

// Sign signs the newest version. When both have, it holds: its days are planned,
// and who stands in is asked.
func (s *Service) Sign(ctx context.Context, a access.Actor, id moment.ID, version int) error {
	return s.onWalk(ctx, a, id, "mentoring.sign", func(w Walk) access.Decision { return canCharter(a, w) }, func(tx db.Writer, w *Walk, now moment.Time) error {
		list, err := s.charters(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(list) == 0 || list[len(list)-1].Version != version {
			return fault.New(fault.Conflict, "mentoring.error.newer")
		}
		c := list[len(list)-1]
		if c.SignedBy(a.Person, w.Member) {
			return nil // pressing twice is no error
		}
		if err := signCharter(ctx, tx, id, version, side(*w, a.Person), now); err != nil {
			return fault.Op("sign", err)
		}
		return s.holds(ctx, tx, w, c, a.Person)
	})
}

// holds puts a charter that both have signed into force.
func (s *Service) holds(ctx context.Context, tx db.Writer, w *Walk, c Charter, by moment.ID) error {
	w.Charter, w.ReviewAt, w.EndsAt = c.Version, c.Terms.day(c.Terms.Review), c.Terms.day(c.Terms.Ends)
	if w.State == Tapering {
		w.State, w.Taper = Walking, 0 // they agreed to go on after all
	}
	if c.Terms.Backup != w.Backup {
		if err := s.dropStandIn(ctx, tx, w); err != nil {
			return err
		}
		w.Backup = c.Terms.Backup
		if w.Backup != "" {
			if err := s.tell(ctx, tx, w.Backup, noticeAsked, "backup-"+strconv.Itoa(c.Version), *w); err != nil {
				return err
			}
		}
	}
	if err := s.Bus.At(ctx, tx, jobReview, string(w.ID), w.ReviewAt, aboutWalk{w.ID}); err != nil {
		return err
	}
	if err := s.Bus.At(ctx, tx, jobEnds, string(w.ID), w.EndsAt.Add(-endsAhead), aboutWalk{w.ID}); err != nil {
		return err
	}
	return s.tell(ctx, tx, w.Other(by), noticeChange, "signed-"+strconv.Itoa(c.Version), *w)
}

// charters gives every version, opened, oldest first.
func (s *Service) charters(ctx context.Context, r db.Reader, id moment.ID) ([]Charter, error) {
	list, err := chartersOf(ctx, r, id)
	if err != nil {
		return nil, err
	}
	o, err := s.Vault.Opener(ctx, r, id)
	if err != nil {
		return nil, err
	}
	out := make([]Charter, len(list))
	for i, c := range list {
		text, err := o.Open(c.terms, termsPlace(id, c.Version))
		if err != nil {
			return nil, err
		}
		out[i] = c.Charter
		out[i].Terms = fromJSON[Terms](text)
	}
	return out, nil
}

// holding gives the charter that holds; false when there is none.
func (s *Service) holding(ctx context.Context, r db.Reader, w Walk) (Charter, bool, error) {
	if w.Charter == 0 {
		return Charter{}, false, nil
	}
	list, err := s.charters(ctx, r, w.ID)
	if err != nil || len(list) < w.Charter {
		return Charter{}, false, err
	}
	return list[w.Charter-1], true, nil
}
