package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"cairn/internal/feature/support"
	"cairn/internal/kit/media"
)

// Limits of one connection. Streams lift the write limit for themselves.
const (
	headerWithin = 10 * time.Second
	readWithin   = 60 * time.Second
	writeWithin  = 60 * time.Second
	idleFor      = 120 * time.Second
	mostHeader   = 32 << 10
	goodbye      = 10 * time.Second
)

// beat says now and then that this node serves, so that a time without any is known.
func (a *App) beat(ctx context.Context) error {
	tick := time.NewTicker(support.BeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := a.Support.Beat(ctx); err != nil && ctx.Err() == nil {
				a.Log.Warn("this node could not say that it serves", "error", err.Error())
			}
			if err := errors.Join(a.Safety.Watch(ctx), a.Notify.Watch(ctx)); err != nil && ctx.Err() == nil {
				a.Log.Error("cases could not be watched", "error", err.Error())
			}
		}
	}
}

// Tune lets the memory grow to a few times what is in use before it is swept:
// the service is small, so that costs some megabytes and saves a good part of
// the processor. GOGC, where it is set, overrides.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// Serve serves until ctx ends, then lets requests finish. ready, when not nil,
// is called with the address once the listener stands.
func (a *App) Serve(ctx context.Context, ready func(addr string)) error {
	Tune()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	line, aside, err := a.lines(ctx)
	if err != nil {
		return err
	}
	a.gauges()
	pages := &http.Server{
		Handler: a.Site, ReadHeaderTimeout: headerWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleFor,
		MaxHeaderBytes: mostHeader, BaseContext: func(net.Listener) context.Context { return ctx },
	}
	servers := []*http.Server{pages}
	var group sync.WaitGroup
	failed := make(chan error, 4)
	run := func(f func() error) {
		group.Go(func() {
			if err := f(); err != nil && !errors.Is(err, http.ErrServerClosed) {
				failed <- err
				stop()
			}
		})
	}
	if a.Settings.Metrics != "off" && a.Settings.Metrics != "" {
		numbers, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Settings.Metrics)
		if err != nil {
			a.Log.Warn("no metrics: the address is taken", "address", a.Settings.Metrics)
		} else {
			m := &http.Server{Handler: a.metricsHandler(), ReadHeaderTimeout: headerWithin}
			servers = append(servers, m)
			run(func() error { return m.Serve(numbers) })
		}
	}
	if err := a.Support.Resume(ctx); err != nil {
		return err
	}
	run(func() error { return a.beat(ctx) })
	run(func() error { return a.Bus.Run(ctx) })
	run(func() error { return pages.Serve(line) })
	if aside != nil {
		run(func() error { return media.ServeRelay(ctx, aside, a.Media.TURN) })
	}
	if ready != nil {
		ready(line.Addr().String())
	}
	settle()
	<-ctx.Done()
	// The base context ends streams; browsers come back to another node, or to
	// this one when it is up again.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	for _, s := range servers {
		if err := s.Shutdown(end); err != nil {
			_ = s.Close() // whoever holds on past the goodbye is cut off
		}
	}
	group.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
