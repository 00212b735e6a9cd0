package mentoring

import (
	"context"

	"cairn/internal/core/moderation"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Found lets whoever was suggested to somebody be reported by them: nothing was said yet,
// so it is about the name and what stands beside it.
type Found struct{ *Service }

// Name is the kind.
func (Found) Name() string { return "found" }

// Reported gives the peer of a suggestion to whoever it was made to, while it waits.
func (x Found) Reported(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (moderation.Reported, bool, error) {
	one, found, err := suggestionByID(ctx, r, id)
	if err != nil || !found || one.State != "open" {
		return moderation.Reported{}, false, err
	}
	q, open, err := openSeekOf(ctx, r, a.Person)
	if err != nil || !open || q.ID != one.Seek {
		return moderation.Reported{}, false, err
	}
	return moderation.Reported{About: one.Peer, Profile: true}, true, nil
}

// Beside lets one of two who walk together report the other: what a member wrote to the peer
// they asked, else the name and what stands beside it. What they say when they meet is
// reported where they say it.
type Beside struct{ *Service }

// Name is the kind.
func (Beside) Name() string { return "walk" }

// Reported gives the other of a walk to one of its two.
func (x Beside) Reported(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (moderation.Reported, bool, error) {
	w, found, err := walkByID(ctx, r, id)
	if err != nil || !found || !w.In(a.Person) {
		return moderation.Reported{}, false, err
	}
	out := moderation.Reported{About: w.Other(a.Person), Profile: true}
	if a.Person != w.Peer || w.Seek == "" {
		return out, true, nil
	}
	words, err := x.readSeek(ctx, r, w.Seek)
	if words != "" {
		out.Excerpt, out.Profile = words, false
	}
	return out, err == nil, err
}
