package groups

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Decide answers a proposal: it is opened, or refused with a reason that whoever
// proposed it reads. It is for coordinators.
func (s *Service) Decide(ctx context.Context, a access.Actor, id moment.ID, yes bool, reason string) error {
	if !yes {
		var p fault.Problems
		if reason = need(&p, "reason", reason, mostWords); len(p) > 0 {
			return p.Err()
		}
	}
	may := func(st stand) access.Decision {
		if !a.Has(access.Coordinator) {
			return access.Hide()
		}
		if st.State != Proposed {
			return access.Wrong("groups.error.answered")
		}
		if st.MadeBy == a.Person {
			return access.Refuse("groups.error.own")
		}
		return canSee(st)
	}
	return s.on(ctx, a, id, "groups.decide", may, func(tx db.Writer, st stand, now moment.Time) error {
		g := st.Group
		if err := s.Tell.SettleAbout(ctx, tx, id, noticeAsked); err != nil {
			return err
		}
		if yes {
			g.ChangedAt = now
			if err := s.openProposal(ctx, tx, &g); err != nil {
				return err
			}
			return s.tell(ctx, tx, g.MadeBy, noticeAnswer, "opened", pathOf(id), id)
		}
		sealed, err := s.seal(ctx, tx, id, reasonPlace(id), reason)
		if err != nil {
			return err
		}
		g.State, g.ChangedAt = Refused, now
		if done, err := s.move(ctx, tx, g, Proposed); err != nil || !done {
			return changedMeanwhile(err)
		}
		if err := setReason(ctx, tx, id, sealed); err != nil {
			return fault.Op("group", err)
		}
		return s.tell(ctx, tx, g.MadeBy, noticeAnswer, "refused", pathOf(id), id)
	})
}

// openProposal opens a group that was proposed, with an address that is made from its
// name. When whoever proposed it cannot hold it now it looks for somebody.
func (s *Service) openProposal(ctx context.Context, tx db.Writer, g *Group) error {
	named := *g
	named.State = Open
	slug, err := s.freeSlug(ctx, tx, named)
	if err != nil {
		return err
	}
	if err := setSlug(ctx, tx, g.ID, slug); err != nil {
		return fault.Op("slug", err)
	}
	if err := s.openUp(ctx, tx, g); err != nil || g.Owner == "" {
		return err
	}
	may, err := s.mayHoldNow(ctx, tx, g.Form, g.Owner)
	if err != nil || may {
		return err
	}
	return s.passOn(ctx, tx, *g)
}

func reasonPlace(id moment.ID) string { return "groups_group.reason|" + string(id) }

// TakeBack removes a proposal that was not opened, with everything in it.
func (s *Service) TakeBack(ctx context.Context, a access.Actor, id moment.ID) error {
	may := func(st stand) access.Decision {
		if st.MadeBy != a.Person || st.State != Proposed && st.State != Refused {
			return access.Hide()
		}
		return access.Allow()
	}
	return s.on(ctx, a, id, "groups.take_back", may, func(tx db.Writer, _ stand, _ moment.Time) error {
		return s.drop(ctx, tx, id)
	})
}

func (s *Service) drop(ctx context.Context, tx db.Writer, id moment.ID) error {
	if err := s.Tell.SettleAbout(ctx, tx, id, noticeAsked); err != nil {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, id); err != nil {
		return err
	}
	if err := s.Index.Remove(ctx, tx, Kind, id); err != nil {
		return err
	}
	return fault.Op("group", dropGroup(ctx, tx, id))
}

// fewProposals keeps one person from filling the list of coordinators.
func (s *Service) fewProposals(ctx context.Context, r db.Reader, a access.Actor) error {
	list, err := proposalsOf(ctx, r, a.Person)
	if err != nil {
		return err
	}
	waiting := 0
	for _, g := range list {
		if g.State == Proposed {
			waiting++
		}
	}
	if waiting >= mostProposals {
		return fault.New(fault.Conflict, "groups.error.proposals").With(map[string]any{"most": mostProposals})
	}
	return nil
}
