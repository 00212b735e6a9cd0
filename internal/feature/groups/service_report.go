package groups

import (
	"context"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Neighbour lets somebody in a list of people be reported by whoever sees them there. It is
// about their name and what stands beside it; what they write is reported on the wall.
type Neighbour struct{ *Service }

// Name is the kind.
func (Neighbour) Name() string { return "neighbour" }

// Reported gives a person to whoever sees them in the list of a group that both are in.
func (x Neighbour) Reported(ctx context.Context, r db.Reader, a access.Actor, person moment.ID) (moderation.Reported, bool, error) {
	list, err := membershipsOf(ctx, r, a.Person)
	if err != nil || person == a.Person {
		return moderation.Reported{}, false, err
	}
	for _, m := range list {
		st, err := x.load(ctx, r, a, m.Group)
		if fault.Is(err, fault.NotFound) || err == nil && !canRead(st).OK() && !st.facilitates() {
			continue
		}
		if err != nil {
			return moderation.Reported{}, false, err
		}
		people, err := x.listed(ctx, r, st)
		if err != nil {
			return moderation.Reported{}, false, err
		}
		for _, l := range people.Shown {
			if l.Person == person {
				return moderation.Reported{About: person, Profile: true}, true, nil
			}
		}
	}
	return moderation.Reported{}, false, nil
}
