package moderation

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// profileKind is what is reported when it is somebody's name, or what they say of themselves.
const profileKind = "profile"

// profile is somebody's card. It is reported beside what it was seen at, so that whoever
// may see that decides who may report it; by itself it is seen by nobody here.
type profile struct{ *Service }

// Name is the kind.
func (profile) Name() string { return profileKind }

// Reported finds nothing: a profile is reported by way of what it was seen beside.
func (profile) Reported(context.Context, db.Reader, access.Actor, moment.ID) (Reported, bool, error) {
	return Reported{}, false, nil
}

// Hide sets name and words of a card aside: the person has another name until they choose
// one, and nobody can take the one before.
func (p profile) Hide(ctx context.Context, tx db.Writer, a access.Actor, person moment.ID, _ string) (string, error) {
	kept, err := p.People.SetAside(ctx, tx, a, person)
	return string(kept), err
}

// Back gives a card what was set aside, but for what its person has chosen since.
func (p profile) Back(ctx context.Context, tx db.Writer, a access.Actor, _ moment.ID, before string) error {
	kept, ok := moment.ParseID(before)
	if !ok {
		return fault.Hidden()
	}
	return p.People.BringBack(ctx, tx, a, kept)
}

// Remove forgets what was set aside.
func (p profile) Remove(ctx context.Context, tx db.Writer, person moment.ID) error {
	return p.People.DropAside(ctx, tx, person)
}
