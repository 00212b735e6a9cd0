package web

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"cairn/internal/kit/bus"
	"cairn/internal/kit/fault"

	"github.com/a-h/templ"
)

// How often a live region is drawn: at most twice a second when things happen,
// and now and then when nothing does, since waits and minutes grow by themselves.
const (
	drawAtMost  = 500 * time.Millisecond
	drawAtWorst = 20 * time.Second
)

// Region is a part of a page with the id of the element it fills.
type Region struct {
	ID   string
	Body templ.Component
}

// KeepLive keeps one region of a page up to date for whoever looks at it: it
// draws anew for its own viewer, through access, and sends only what has changed.
// It ends with the viewer's session, and quietly when there is nothing to see.
func KeepLive(w http.ResponseWriter, r *http.Request, b *bus.Bus, topics []string, draw func(ctx context.Context) (Region, error)) error {
	ctx := r.Context()
	session := "session:" + string(Actor(ctx).Session)
	sub := b.Subscribe(append(topics, session)...)
	defer sub.Close()
	line, err := OpenStream(w, r)
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
		if !waitForNews(r, sub, slow.C, session) {
			return nil
		}
	}
}

// waitForNews lets a breath pass and then waits for something to happen; false
// when the stream is over.
func waitForNews(r *http.Request, sub *bus.Subscription, slow <-chan time.Time, session string) bool {
	ctx := r.Context()
	pause := time.NewTimer(drawAtMost)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-pause.C:
	}
	select {
	case <-ctx.Done():
		return false
	case <-slow:
		return StillSignedIn(r)
	case n := <-sub.C():
		// Lost notes may have said that the session ended: the page comes back
		// and is asked anew who it is.
		return n.Topic != session && n.Kind != bus.Resync
	}
}

func drawRegion(ctx context.Context, draw func(ctx context.Context) (Region, error)) ([]byte, error) {
	g, err := draw(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := regionNews(g).Render(ctx, &b); err != nil {
		return nil, fault.Op("live region", err)
	}
	return b.Bytes(), nil
}
