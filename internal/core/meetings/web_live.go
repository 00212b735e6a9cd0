package meetings

import (
	"context"
	"net/http"

	"cairn/internal/core/people"
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

// comeByPost leads whoever took a place without an account to the door of the room.
func (s *Service) comeByPost(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	from := people.Arrival{Address: web.Address(r), Lang: web.Lang(ctx), Zone: web.Zone(ctx).String()}
	id, session, err := s.ComeBy(ctx, web.Actor(ctx), Token(r.PathValue("token")), from)
	if err != nil {
		return s.showPlace(w, r, err)
	}
	if session != "" {
		web.SetSession(w, r, session, 0)
	}
	return web.SeeOther(w, r, roomHref(id))
}
