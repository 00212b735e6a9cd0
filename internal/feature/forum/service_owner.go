package forum

import (
	"context"
	"slices"

	"cairn/internal/core/discussion"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Owner tells the engine of discussions how people stand to spaces of the forum.
type Owner struct{ *Service }

// Stands tells who reads, writes and keeps a space, and whether somebody looks after it now.
func (o Owner) Stands(ctx context.Context, r db.Reader, a access.Actor, space discussion.Space) (discussion.Stand, error) {
	st, err := o.load(ctx, r, a, space.Owner)
	if fault.Is(err, fault.NotFound) {
		return discussion.Stand{}, nil
	}
	if err != nil || !canRead(st).OK() {
		return discussion.Stand{}, err
	}
	out := discussion.Stand{Name: st.Name, Href: pathOf(st.ID), See: true, Write: canWrite(st).OK(), Keep: canKeep(st).OK(), Threads: true, Public: st.Audience == Open, Readers: readers(ctx, st.Space)}
	if !out.Write || out.Keep {
		return out, nil
	}
	attended, err := o.attended(ctx, r, st.Space)
	if err != nil || attended {
		return out, err
	}
	if st.Alone == Hold {
		out.Hold = true
	} else {
		out.Slow = slowPace
	}
	return out, nil
}

// readers says who can see what is written in a space.
func readers(ctx context.Context, x Space) string {
	switch x.Audience {
	case Open:
		return web.T(ctx, "forum.readers.open")
	case Members:
		return web.T(ctx, "forum.readers.members")
	case Community:
	}
	return web.T(ctx, "forum.readers.community", "name", x.Name)
}

// attended tells whether somebody who keeps a space is there: on shift, or in the space
// a short while ago. Whoever is kept out does not count.
func (s *Service) attended(ctx context.Context, r db.Reader, x Space) (bool, error) {
	keepers, err := s.keepers(ctx, r, x)
	if err != nil || len(keepers) == 0 {
		return false, err
	}
	on, err := s.Shifts.On(ctx, r)
	if err != nil {
		return false, err
	}
	known := map[moment.ID]bool{}
	for _, id := range keepers {
		known[id] = true
	}
	there, err := s.Talk.LookedIn(ctx, r, x.Wall, keepers, s.Clock.Now().Add(-presence))
	if err != nil {
		return false, err
	}
	for _, y := range on {
		if known[y.Person] {
			there = append(there, y.Person)
		}
	}
	for _, id := range there {
		if out, err := s.Standing.Out(ctx, r, id); err != nil || !out {
			return err == nil, err
		}
	}
	return false, nil
}

// keepers gives who keeps a space: its moderators, and outside of communities whoever
// supervises or coordinates. Some may be kept out for now, and some may be there twice.
func (s *Service) keepers(ctx context.Context, r db.Reader, x Space) ([]moment.ID, error) {
	list, err := moderatorsOf(ctx, r, x.ID)
	if err != nil || x.Audience == Community {
		return list, err
	}
	for _, role := range []access.Role{access.Supervisor, access.Coordinator} {
		more, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// Keepers gives who is told when something waits to be read: those named for the space;
// where nobody is, outside of communities, whoever coordinates.
func (o Owner) Keepers(ctx context.Context, r db.Reader, space discussion.Space) ([]moment.ID, error) {
	x, found, err := spaceByID(ctx, r, space.Owner)
	if err != nil || !found {
		return nil, err
	}
	list, err := o.there(ctx, r, x.ID)
	if err != nil || len(list) > 0 || x.Audience == Community {
		return list, err
	}
	return o.People.WithRole(ctx, r, access.Coordinator)
}

// there gives who looks after a space, but whoever is kept out for good.
func (s *Service) there(ctx context.Context, r db.Reader, space moment.ID) ([]moment.ID, error) {
	list, err := moderatorsOf(ctx, r, space)
	if err != nil {
		return nil, err
	}
	return s.butGone(ctx, r, list)
}

// butGone gives some people but those who are kept out for good.
func (s *Service) butGone(ctx context.Context, r db.Reader, people []moment.ID) ([]moment.ID, error) {
	gone, err := s.Standing.GoneAmong(ctx, r, people)
	return slices.DeleteFunc(people, func(id moment.ID) bool { return gone[id] }), err
}

// Followers gives who follows the space; Among says who of them sees it still.
func (o Owner) Followers(ctx context.Context, r db.Reader, space discussion.Space, after moment.ID, most int) ([]moment.ID, error) {
	return o.Talk.FollowersOf(ctx, r, space.ID, after, most)
}

// Among gives those of some people who see the space still.
func (o Owner) Among(ctx context.Context, r db.Reader, space discussion.Space, people []moment.ID) ([]moment.ID, error) {
	x, found, err := spaceByID(ctx, r, space.Owner)
	if err != nil || !found {
		return nil, err
	}
	if x.Audience != Community {
		return people, nil
	}
	list, err := membersAmong(ctx, r, x.ID, people)
	if err != nil {
		return nil, err
	}
	return o.butGone(ctx, r, list)
}
