package groups

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// hosts gives who holds the coming meetings, in their order. Whoever is kept out for a
// time is left out for that time.
func (s *Service) hosts(ctx context.Context, r db.Reader, g Group) ([]moment.ID, error) {
	ids, err := s.holders(ctx, r, g)
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	for _, id := range ids {
		if _, kept, err := s.Standing.OutUntil(ctx, r, id); err != nil {
			return nil, err
		} else if !kept {
			out = append(out, id)
		}
	}
	return out, nil
}

// everybodyIn gives who is in a group. A briefing is of everybody who works here.
func (s *Service) everybodyIn(ctx context.Context, r db.Reader, g Group) ([]moment.ID, error) {
	all, err := membersOf(ctx, r, g.ID)
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	for _, m := range all {
		out = append(out, m.Person)
	}
	if g.Form != Briefing || g.Openness == Closed {
		return out, nil
	}
	for _, role := range []access.Role{access.Peer, access.Facilitator, access.Supervisor, access.Coordinator} {
		ids, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return dedupe(out), nil
}

// belongsTo gives the groups whose meetings somebody finds because they are in them.
func (s *Service) belongsTo(ctx context.Context, r db.Reader, person moment.ID) ([]moment.ID, error) {
	list, err := membershipsOf(ctx, r, person)
	var out []moment.ID
	for _, m := range list {
		out = append(out, m.Group)
	}
	return out, err
}
