package support

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// How often a live region is drawn: at most twice a second when things happen,
// and now and then when nothing does, since waits and minutes grow by themselves.
const (
	drawAtMost  = 500 * time.Millisecond
	drawAtWorst = 20 * time.Second
)

// region is a part of a page with the id of the element it fills.
type region struct {
	id   string
	body templ.Component
}

// live keeps one region of a page up to date for whoever looks at it: it draws
// anew for its own viewer, through access, and sends only what has changed.
func (s *Service) live(w http.ResponseWriter, r *http.Request, topics []string, draw func(ctx context.Context) (region, error)) error {
	ctx := r.Context()
	session := "session:" + string(web.Actor(ctx).Session)
	sub := s.Bus.Subscribe(append(topics, session)...)
	defer sub.Close()
	line, err := web.OpenStream(w, r)
	if err != nil {
		return err
	}
	slow := time.NewTicker(drawAtWorst)
	defer slow.Stop()
	var before []byte
	for {
		now, err := drawRegion(ctx, draw)
		if fault.Is(err, fault.NotFound) || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if !bytes.Equal(now, before) {
			before = now
			if line.Send("", "", string(now)) != nil {
				return nil
			}
		} else if line.Ping() != nil {
			return nil
		}
		pause := time.NewTimer(drawAtMost)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-slow.C:
			if !web.StillSignedIn(r) {
				return nil
			}
		case n := <-sub.C():
			// Lost notes may have said that the session ended: the page comes back
			// and is asked anew who it is.
			if n.Topic == session || n.Kind == bus.Resync {
				return nil
			}
		}
	}
}

func drawRegion(ctx context.Context, draw func(ctx context.Context) (region, error)) ([]byte, error) {
	g, err := draw(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := regionNews(g).Render(ctx, &b); err != nil {
		return nil, fault.Op("support live", err)
	}
	return b.Bytes(), nil
}
