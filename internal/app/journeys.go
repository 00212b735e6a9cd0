//go:build journeys

package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// control is the port that browser journeys drive the demo by. It is there only
// in a build of their own (-tags journeys).
type control struct {
	Control string `help:"Address of the port that journeys drive the demo by." env:"CAIRN_CONTROL"`
}

// ahead is the machine's clock, and how far it has been moved.
type ahead struct{ by atomic.Int64 }

// Now tells the moved time.
func (c *ahead) Now() moment.Time { return moment.System{}.Now().Add(time.Duration(c.by.Load())) }

// options give the demo a clock that can be moved, and no limit by address:
// all browsers of a journey have one.
func (c control) options(o Options) Options {
	if c.Control != "" {
		o.Clock, o.Rate = &ahead{}, web.Rate{Burst: -1}
	}
	return o
}

// serve answers on the control port until ctx ends.
//
//	POST /advance?seconds=N  moves the clock and runs what is due by then
//	POST /hurry?on=true      lets scripted peers answer without pauses
func (c control) serve(ctx context.Context, a *App, hurry func(on bool)) error {
	clock, ok := a.Clock.(*ahead)
	if !ok {
		return nil
	}
	line, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Control)
	if err != nil {
		return err
	}
	verbs := http.NewServeMux()
	verbs.HandleFunc("POST /advance", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Query().Get("seconds"))
		if err != nil || n < 1 {
			http.Error(w, "seconds=N", http.StatusBadRequest)
			return
		}
		clock.by.Add(int64(time.Duration(n) * time.Second))
		if _, err := a.Bus.RunDue(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	verbs.HandleFunc("POST /hurry", func(_ http.ResponseWriter, r *http.Request) {
		hurry(r.URL.Query().Get("on") == "true")
	})
	s := &http.Server{Handler: verbs, ReadHeaderTimeout: headerWithin}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	go func() {
		if err := s.Serve(line); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.Log.Error("the control port closed", "error", err)
		}
	}()
	return nil
}
