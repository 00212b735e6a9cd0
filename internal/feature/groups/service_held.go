package groups

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// tellHeld tells who should read words that wait: whoever leads, at once; where nobody
// does, all who could; and those who hold the group.
func (s *Service) tellHeld(ctx context.Context, tx db.Writer, g Group, row saidRow) error {
	lead, err := s.Lead.LeadNow(ctx, tx)
	if err != nil {
		return err
	}
	told := map[moment.ID]bool{row.Person: true}
	also, err := s.hosts(ctx, tx, g)
	if err != nil {
		return err
	}
	if lead != "" && !told[lead] {
		told[lead] = true
		if err := s.tell(ctx, tx, lead, noticeHeld, heldKey(row), heldPath(row.ID), row.ID); err != nil {
			return err
		}
	} else if also, err = s.allWhoRead(ctx, tx, also); err != nil {
		return err
	}
	for _, id := range also {
		if told[id] {
			continue
		}
		told[id] = true
		if err := s.tell(ctx, tx, id, noticeAsked, heldKey(row), heldPath(row.ID), row.ID); err != nil {
			return err
		}
	}
	return nil
}

// allWhoRead adds everybody who may read held words to a list.
func (s *Service) allWhoRead(ctx context.Context, r db.Reader, list []moment.ID) ([]moment.ID, error) {
	for _, role := range []access.Role{access.Supervisor, access.Coordinator} {
		ids, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		list = append(list, ids...)
	}
	return list, nil
}

// somebodyLeads tells whoever leads now of all words that still wait: nobody led when
// they were written, or whoever did has gone home. Nobody is told twice.
func (s *Service) somebodyLeads(ctx context.Context, tx db.Writer) error {
	list, err := allHeld(ctx, tx)
	if err != nil || len(list) == 0 {
		return err
	}
	lead, err := s.Lead.LeadNow(ctx, tx)
	if err != nil || lead == "" {
		return err
	}
	for _, row := range list {
		if row.Person == lead {
			continue
		}
		if err := s.tell(ctx, tx, lead, noticeHeld, heldKey(row), heldPath(row.ID), row.ID); err != nil {
			return err
		}
	}
	return nil
}

// heldKey names one holding of words.
func heldKey(row saidRow) string { return stamp(row.At) }

func heldPath(id moment.ID) string { return "/round/" + string(id) }

func (s *Service) settleHeld(ctx context.Context, tx db.Writer, entry moment.ID) error {
	for _, kind := range []string{noticeHeld, noticeAsked} {
		if err := s.Tell.SettleAbout(ctx, tx, entry, kind); err != nil {
			return err
		}
	}
	return nil
}

// HeldEntry is words that wait to be read before others see them.
type HeldEntry struct {
	Entry
	Group moment.ID
	Name  string // of the group
}

// canReadHeld: those who hold the group, and whoever leads or is on call.
func (s *Service) canReadHeld(ctx context.Context, r db.Reader, a access.Actor, row saidRow) (stand, error) {
	st, err := s.load(ctx, r, a, row.Group)
	if err != nil {
		return st, err
	}
	if !st.out && !st.kept && (st.facilitates() || a.Roles.Any(access.Set(access.Supervisor, access.Coordinator))) {
		return st, nil
	}
	if lead, err := s.Lead.LeadNow(ctx, r); err != nil || lead == "" || lead != a.Person {
		return st, fault.OrHidden(err)
	}
	return st, nil
}

// OpenHeld gives words that wait to who may read them. It is written down, and the
// writer can see that it was read.
func (s *Service) OpenHeld(ctx context.Context, a access.Actor, id moment.ID) (HeldEntry, error) {
	r := s.DB.Reader()
	row, found, err := saidByID(ctx, r, id)
	if err != nil {
		return HeldEntry{}, err
	}
	if !found || !row.Held {
		return HeldEntry{}, fault.Hidden()
	}
	st, err := s.canReadHeld(ctx, r, a, row)
	if err != nil {
		return HeldEntry{}, err
	}
	if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "groups.read_held", Kind: "round", Object: id, Subject: row.Person}); err != nil {
		return HeldEntry{}, err
	}
	list, err := s.entries(ctx, r, st, []saidRow{row}, true)
	if err != nil {
		return HeldEntry{}, err
	}
	return HeldEntry{Entry: list[0], Group: row.Group, Name: st.Name}, nil
}

// Release lets the group see words that were held. Their writer is told.
func (s *Service) Release(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		row, found, err := saidByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found || row.Person == a.Person {
			return fault.Hidden()
		}
		if _, err := s.canReadHeld(ctx, tx, a, row); err != nil {
			return err
		}
		if done, err := releaseSaid(ctx, tx, id); err != nil || !done {
			return changedMeanwhile(err)
		}
		if err := s.settleHeld(ctx, tx, id); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, row.Person, noticeAnswer, "released-"+string(id)+stamp(now), pathOf(row.Group)+"/round", row.Group); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.release", Kind: "round", Object: id, Subject: row.Person})
	})
}
