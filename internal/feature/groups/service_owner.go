package groups

import (
	"context"

	"cairn/internal/core/discussion"
	"cairn/internal/core/meetings"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
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

// belongsTo gives the groups whose meetings somebody finds because they are in them,
// and for those who work here the briefings.
func (s *Service) belongsTo(ctx context.Context, r db.Reader, person moment.ID, works bool) ([]moment.ID, error) {
	list, err := membershipsOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	for _, m := range list {
		out = append(out, m.Group)
	}
	if works {
		more, err := briefings(ctx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return dedupe(out), nil
}

// Owner tells the engine of meetings how people stand to groups.
type Owner struct{ *Service }

// Stands tells who sees, answers and holds the meetings of a group.
func (o Owner) Stands(ctx context.Context, r db.Reader, a access.Actor, owner moment.ID) (meetings.Stand, error) {
	st, err := o.load(ctx, r, a, owner)
	if fault.Is(err, fault.NotFound) {
		return meetings.Stand{}, nil
	}
	if err != nil {
		return meetings.Stand{}, err
	}
	out := meetings.Stand{Name: st.Name, Href: pathOf(owner), See: canSee(st).OK()}
	if !out.See {
		return meetings.Stand{}, nil
	}
	if st.Form == Theirs {
		return o.theirs(ctx, r, st)
	}
	out.Hold = canFacilitate(st).OK() && st.Runs()
	switch {
	case !st.Runs() || st.kept:
	case !st.Form.Joined():
		out.Answer = a.Has(access.Member)
	case st.member():
		if out.Answer = st.current(); !out.Answer {
			out.JoinHref = pathOf(owner) + "/agreement"
		}
	case canJoin(st, o.today(st.Group)).OK() || !a.Known():
		out.JoinHref = pathOf(owner) + "/join"
	}
	return out, nil
}

// Facets gives what a group says of all its meetings.
func (o Owner) Facets(ctx context.Context, r db.Reader, owner moment.ID) (meetings.Facets, error) {
	g, found, err := groupByID(ctx, r, owner)
	if err != nil || !found {
		return meetings.Facets{}, fault.OrHidden(err)
	}
	f := meetings.Facets{Title: g.Name, Quiet: g.Quiet, Audience: meetings.Members, Tags: g.Tags(), Facilitated: g.Form != PeerLed && g.Form != Theirs, PeerLed: g.Form == PeerLed, SignUp: g.SignUp, Webinar: g.Form == Webinar}
	switch {
	case g.Openness == Closed || g.Form == Briefing:
		f.Audience = meetings.Closed
	case g.Openness == Public:
		f.Audience = meetings.Public
	}
	f.Hosts, err = o.hosts(ctx, r, g)
	return f, err
}

// Agreed gives what the people of a group agreed, as it stands now.
func (o Owner) Agreed(ctx context.Context, r db.Reader, owner moment.ID) ([]string, string, error) {
	g, found, err := groupByID(ctx, r, owner)
	if err != nil || !found || g.Agreement == 0 {
		return nil, "", err
	}
	now, err := agreementAt(ctx, r, owner, g.Agreement)
	return now.Sentences, pathOf(owner) + "/agreement", err
}

// People gives who is in a group.
func (o Owner) People(ctx context.Context, r db.Reader, owner moment.ID) ([]moment.ID, error) {
	g, found, err := groupByID(ctx, r, owner)
	if err != nil || !found {
		return nil, err
	}
	return o.everybodyIn(ctx, r, g)
}

// Of gives the groups that somebody is in.
func (o Owner) Of(ctx context.Context, r db.Reader, person moment.ID) ([]moment.ID, error) {
	fits, err := o.Service.People.FitOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	return o.belongsTo(ctx, r, person, access.Actor{Person: person, Roles: fits[person].Roles}.Works())
}

// WallOwner tells the engine of discussions how people stand to walls of groups.
type WallOwner struct{ *Service }

// Stands tells who reads, writes and keeps a wall. A coordinator by that role alone
// does none of it.
func (o WallOwner) Stands(ctx context.Context, r db.Reader, a access.Actor, space discussion.Space) (discussion.Stand, error) {
	st, err := o.load(ctx, r, a, space.Owner)
	if fault.Is(err, fault.NotFound) {
		return discussion.Stand{}, nil
	}
	if err != nil || !canRead(st).OK() {
		return discussion.Stand{}, err
	}
	writes := st
	writes.kept = false // the engine itself says it to whoever is kept out, with what they typed
	return discussion.Stand{Name: st.Name, Href: pathOf(st.ID), See: true, Write: canWrite(writes).OK(), Keep: canFacilitate(st).OK(),
		Readers: web.T(ctx, "groups.wall.readers", "n", st.Members)}, nil
}

// Keepers gives who holds the group: they are told when something on its wall waits to
// be read.
func (o WallOwner) Keepers(ctx context.Context, r db.Reader, space discussion.Space) ([]moment.ID, error) {
	g, found, err := groupByID(ctx, r, space.Owner)
	if err != nil || !found {
		return nil, err
	}
	return o.hosts(ctx, r, g)
}

// Followers gives who wants to be told of what is new on a wall.
func (o WallOwner) Followers(ctx context.Context, r db.Reader, space discussion.Space, after moment.ID, most int) ([]moment.ID, error) {
	return followersOf(ctx, r, space.Owner, after, most)
}
