package meetings

import (
	"context"
	"net/http"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// live keeps the door of a meeting in step: who is there to hold it, whether it is
// open, locked or off.
func (s *Service) live(w http.ResponseWriter, r *http.Request, id moment.ID) error {
	a := web.Actor(r.Context())
	return web.KeepLive(w, r, s.Bus, []string{Topic(id)}, func(ctx context.Context) (web.Region, error) {
		v, err := s.lookDoor(ctx, a, id)
		return web.Region{ID: "door", Body: doorNow(v)}, err
	})
}
