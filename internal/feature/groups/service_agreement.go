package groups

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// putAgreement writes the next version of a group's agreement.
func (s *Service) putAgreement(ctx context.Context, tx db.Writer, g *Group, sentences []string, by moment.ID, now moment.Time) error {
	if done, err := setAgreement(ctx, tx, g.ID, g.Agreement, now); err != nil || !done {
		return changedMeanwhile(err)
	}
	g.Agreement++
	return fault.Op("agreement", insertAgreement(ctx, tx, g.ID, Agreement{Version: g.Agreement, Sentences: sentences, By: by, At: now}))
}

// Rewrite changes the agreement. version is the one that the writer has read: when it
// has changed meanwhile it is a Conflict and nothing is lost. Everybody in the group
// is asked at their next visit; until they accept it they read and do not write.
func (s *Service) Rewrite(ctx context.Context, a access.Actor, id moment.ID, version int, typed string) error {
	sentences, err := cleanSentences(typed)
	if err != nil {
		return err
	}
	return s.on(ctx, a, id, "groups.agreement", canFacilitate, func(tx db.Writer, st stand, now moment.Time) error {
		g := st.Group
		if g.State == Ended {
			return fault.New(fault.Conflict, "groups.error.ended")
		}
		if g.Agreement != version {
			return fault.New(fault.Conflict, "groups.error.agreement_changed")
		}
		if before, err := agreementAt(ctx, tx, id, version); err != nil {
			return err
		} else if slices.Equal(before.Sentences, sentences) {
			return nil // nothing has changed: nobody is asked again
		}
		if err := s.putAgreement(ctx, tx, &g, sentences, a.Person, now); err != nil {
			return err
		}
		if m := st.in; m != nil {
			m.Agreed = g.Agreement // whoever writes it stands by it
			if err := updateMember(ctx, tx, *m); err != nil {
				return fault.Op("agreement", err)
			}
		}
		return s.tellAgreement(ctx, tx, g, a.Person)
	})
}

func (s *Service) tellAgreement(ctx context.Context, tx db.Writer, g Group, but moment.ID) error {
	if g.State == Proposed {
		return nil
	}
	if err := s.Tell.SettleAbout(ctx, tx, g.ID, noticeAgreement); err != nil {
		return err
	}
	all, err := membersOf(ctx, tx, g.ID)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Person == but {
			continue
		}
		if err := s.tell(ctx, tx, m.Person, noticeAgreement, agreementKey(g.Agreement), pathOf(g.ID)+"/agreement", g.ID); err != nil {
			return err
		}
	}
	return nil
}

func agreementKey(version int) string { return "v" + itoa(version) }

// Agree accepts the agreement in a version. When it has changed between reading and
// pressing it is a Conflict: the page shows what is new.
func (s *Service) Agree(ctx context.Context, a access.Actor, id moment.ID, version int) error {
	may := func(st stand) access.Decision {
		if st.in == nil {
			return access.Hide()
		}
		return canSee(st)
	}
	return s.on(ctx, a, id, "groups.agree", may, func(tx db.Writer, st stand, _ moment.Time) error {
		if version != st.Agreement {
			return fault.New(fault.Conflict, "groups.error.agreement_changed")
		}
		m := *st.in
		m.Agreed = version
		if err := s.Tell.Settle(ctx, tx, a.Person, noticeAgreement+"/"+string(id)+"/"+agreementKey(version)); err != nil {
			return err
		}
		return fault.Op("agreement", updateMember(ctx, tx, m))
	})
}

// AgreementView is an agreement as somebody reads it.
type AgreementView struct {
	View
	Now   Agreement
	Lines []Sentence
	Gone  []string // sentences that they had accepted and that do not hold any more
}

// ReadAgreement gives the agreement, with what has changed since the actor accepted.
func (s *Service) ReadAgreement(ctx context.Context, a access.Actor, id moment.ID) (AgreementView, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return AgreementView{}, err
	}
	out := AgreementView{View: v}
	r := s.DB.Reader()
	if out.Now, err = agreementAt(ctx, r, v.ID, v.Agreement); err != nil {
		return out, err
	}
	before := Agreement{}
	if v.In != nil && v.In.Agreed > 0 && v.In.Agreed < v.Agreement {
		if before, err = agreementAt(ctx, r, v.ID, v.In.Agreed); err != nil {
			return out, err
		}
	}
	out.Lines, out.Gone = Changes(before, out.Now)
	return out, nil
}
