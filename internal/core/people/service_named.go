package people

import (
	"context"

	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Named gives the member whom people mean by a name, as KnowName does. It is for the
// service itself: whether somebody goes by a name is told to nobody who asks.
func (s *Service) Named(ctx context.Context, r db.Reader, name string) (moment.ID, bool, error) {
	folded := FoldName(name)
	if folded == "" {
		return "", false, nil
	}
	p, found, err := personByFold(ctx, r, folded)
	return p.ID, found, err
}
