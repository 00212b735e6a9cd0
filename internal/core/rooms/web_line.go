package rooms

import (
	"context"
	"net/http"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Signalling carries a browser's line to the media server, until either side ends it or
// the request's context does.
type Signalling interface {
	Signal(w http.ResponseWriter, r *http.Request, path string, g media.Grant) error
}

// beat is how often a line says that its person is still there, and asks whether they
// still may be.
const beat = 12 * time.Second

// line leads a browser to the media server, and ends when the person is not in the
// room any more, with this identity.
func (s *Service) line(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r)
	if err != nil {
		return err
	}
	a, identity := web.Actor(r.Context()), r.PathValue("identity")
	g, err := s.lineSoon(r, a, id, identity)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		go s.keepLine(r.WithContext(ctx), stop, a, id, identity)
	}
	return s.Media.Signal(w, r.WithContext(ctx), r.PathValue("rest"), g)
}

// soon is how long a line waits for its person to come in: a door tells a browser where
// its line will be, and it may ask here a moment before it has entered.
const soon = 2 * time.Second

// lineSoon is Line, for a browser that opens one: it waits a little for what is not yet.
func (s *Service) lineSoon(r *http.Request, a access.Actor, id moment.ID, identity string) (media.Grant, error) {
	ctx := r.Context()
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return s.Line(ctx, a, id, identity)
	}
	sub := s.Bus.Subscribe(Topic(id))
	defer sub.Close()
	late := time.NewTimer(soon)
	defer late.Stop()
	for {
		g, err := s.Line(ctx, a, id, identity)
		if !fault.Is(err, fault.NotFound) {
			return g, err
		}
		select {
		case <-ctx.Done():
			return g, err
		case <-late.C:
			return g, err
		case <-sub.C():
		}
	}
}

func (s *Service) keepLine(r *http.Request, stop func(), a access.Actor, id moment.ID, identity string) {
	defer stop()
	ctx := r.Context()
	session := "session:" + string(a.Session)
	sub := s.Bus.Subscribe(Topic(id), session)
	defer sub.Close()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	if !s.Stays(ctx, a, id, identity) { // taken out before this heard of it
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !web.StillSignedIn(r) {
				s.signedOut(ctx, a, id, identity)
				return
			}
			_ = s.SeenBy(ctx, a, id) // the database is away: the next beat says it
		case n := <-sub.C():
			if n.Topic == session { // ended, or they may something else now: the browser asks anew
				if !web.StillSignedIn(r) {
					s.signedOut(ctx, a, id, identity)
				}
				return
			}
		}
		if ctx.Err() == nil && !s.Stays(ctx, a, id, identity) {
			sayGoodbye(ctx)
			return
		}
	}
}

// signedOutWithin is how long it may take to take out somebody whose session has ended;
// their browser may close the line meanwhile.
const signedOutWithin = 5 * time.Second

func (s *Service) signedOut(ctx context.Context, a access.Actor, id moment.ID, identity string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), signedOutWithin)
	defer stop()
	if err := s.SignedOut(ctx, a, id, identity); err != nil {
		s.Log.Warn("whoever has signed out leaves a room with the next watch", "room", string(id), "error", err.Error())
	}
}

// goodbye is how long the media server has to tell a browser that it was taken out,
// so that it does not try to come back, before the line is cut all the same.
const goodbye = 2 * time.Second

func sayGoodbye(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(goodbye):
	}
}
