package app

import (
	"context"

	"cairn/internal/core/safety"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// places is everything that knows where two people talk, asked one after the other.
type places []safety.Context

// PlaceOf gives a place by its id; false when nobody knows it.
func (p places) PlaceOf(ctx context.Context, r db.Reader, id moment.ID) (safety.Place, bool, error) {
	for _, one := range p {
		if at, found, err := one.PlaceOf(ctx, r, id); err != nil || found {
			return at, found, err
		}
	}
	return safety.Place{}, false, nil
}

// Running gives the place in which somebody is being helped now.
func (p places) Running(ctx context.Context, r db.Reader, member moment.ID) (safety.Place, bool, error) {
	for _, one := range p {
		if at, found, err := one.Running(ctx, r, member); err != nil || found {
			return at, found, err
		}
	}
	return safety.Place{}, false, nil
}
