package notify

import (
	"bytes"
	"context"
	"hash/fnv"
	"net/http"
	"strconv"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/web"

	"github.com/a-h/templ"
)

// Routes are the addresses of notices, of how one is reached, and of what
// operators see of it.
func (s *Service) Routes() []web.Route {
	own, reach, ops, hooks := permOwn, permReach, permDeliveries, permHooks
	return []web.Route{
		{Method: "GET", Path: "/me/notices", Need: own, Do: s.showNotices},
		{Method: "POST", Path: "/me/notices/seen", Need: own, Do: s.doSeeAll},
		{Method: "POST", Path: "/me/notices/{id}/open", Need: own, Do: s.doOpen},
		{Method: "POST", Path: "/me/notices/{id}/seen", Need: own, Do: s.doSee},
		{Method: "GET", Path: streamPath, Need: own, Do: s.stream, Stream: true},

		{Method: "GET", Path: "/me/notify", Need: reach, Do: s.showSettings},
		{Method: "POST", Path: "/me/notify", Need: reach, Do: s.doSave},
		{Method: "POST", Path: "/me/notify/test", Need: reach, Do: s.doTest},
		{Method: "POST", Path: "/me/notify/devices", Need: reach, Do: s.addDevice, API: true},
		{Method: "POST", Path: "/me/notify/devices/{id}/remove", Need: reach, Do: s.doRemoveDevice},

		{Method: "GET", Path: "/service/deliveries", Need: ops, Do: s.showDeliveries},
		{Method: "POST", Path: "/service/deliveries/again", Need: ops, Do: s.doAgainAll},
		{Method: "POST", Path: "/service/deliveries/forget", Need: ops, Do: s.doForget},
		{Method: "POST", Path: "/service/deliveries/{id}/again", Need: ops, Do: s.doAgain},

		{Method: "GET", Path: "/service/webhooks", Need: hooks, Do: s.showHooks},
		{Method: "POST", Path: "/service/webhooks", Need: hooks, Do: s.doAddHook},
		{Method: "POST", Path: "/service/webhooks/{id}/rotate", Need: hooks, Do: s.doRotate},
		{Method: "POST", Path: "/service/webhooks/{id}/test", Need: hooks, Do: s.doTestHook},
		{Method: "GET", Path: "/service/webhooks/{id}/remove", Need: hooks, Do: s.askRemoveHook},
		{Method: "POST", Path: "/service/webhooks/{id}/remove", Need: hooks, Do: s.doRemoveHook},
	}
}

const streamPath = "/me/notices/stream"

// Notices is what waits for whoever is asking, for every page: one look at a
// small index. Without the database there is nothing to say, and pages go on.
func (s *Service) Notices(ctx context.Context) web.Told {
	a := web.Actor(ctx)
	if !a.Known() || a.Way != access.ByBrowser {
		return web.Told{}
	}
	list, err := s.Open(ctx, s.DB.Reader(), a.Person)
	if ctx.Err() != nil {
		return web.Told{} // the person is gone
	}
	if err != nil {
		s.Log.Warn("what waits for somebody could not be read", "request", web.RequestID(ctx), "error", err.Error())
		return web.Told{}
	}
	told := toldFrom(ctx, list)
	if a.Works() || a.Has(access.Clinician) {
		told.Live = streamPath
	}
	return told
}

func toldFrom(ctx context.Context, list []Notice) web.Told {
	told, state := web.Told{Count: len(list)}, fnv.New64a()
	for _, n := range list {
		_, _ = state.Write([]byte(n.ID)) // a hash takes everything
		if n.Urgent {
			told.Urgent = append(told.Urgent, web.Urgent{Title: Title(ctx, n.Kind), Href: n.Path, At: n.ToldAt})
		}
	}
	told.State = strconv.FormatUint(state.Sum64(), 36)
	return told
}

// pingEvery keeps the line open, and finds out whether it still may be.
const pingEvery = 25 * time.Second

// stream keeps the bar and the number on an open page up to date.
func (s *Service) stream(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), web.Actor(r.Context())
	sub := s.Bus.Subscribe(Topic(a.Person), people.SessionTopic(a.Session))
	defer sub.Close()
	line, err := web.OpenStream(w, r)
	if err != nil {
		return err
	}
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	before := web.LastEventID(r)
	for {
		told := s.Notices(ctx)
		if told.State != before {
			before = told.State
			body, err := drawn(ctx, web.ToldNow(told))
			if err != nil {
				return err
			}
			if line.Send(told.State, "", body) != nil {
				return nil
			}
		} else if line.Ping() != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case n := <-sub.C():
			if n.Topic == people.SessionTopic(a.Session) && !web.StillSignedIn(r) {
				return nil
			}
		case <-tick.C:
			if !web.StillSignedIn(r) {
				return nil
			}
		}
	}
}

func drawn(ctx context.Context, c templ.Component) (string, error) {
	var b bytes.Buffer
	err := c.Render(ctx, &b)
	return b.String(), fault.Op("notify stream", err)
}

// refused shows a form again with what was wrong, if it is something that the
// person can mend; all else is the shell's to answer.
func refused(w http.ResponseWriter, r *http.Request, err error, page templ.Component) error {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.TooFast) {
		return web.Render(w, r, web.Status(err), page)
	}
	return err
}

// dones are what a page may be told to say, so that an address cannot.
var dones = map[string]bool{"saved": true, "test": true, "removed": true, "added": true, "again": true, "forgotten": true, "tested": true}

func doneOf(r *http.Request) string {
	if d := r.URL.Query().Get("done"); dones[d] {
		return d
	}
	return ""
}
