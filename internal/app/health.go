package app

import (
	"context"
	"net/http"
	"strconv"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/web"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthRoutes are for load balancers and monitors. They say nothing else.
func (a *App) healthRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/healthz", Need: access.Everybody(), API: true, Open: true, Do: func(w http.ResponseWriter, _ *http.Request) error {
			return plain(w, "ok\n")
		}},
		{Method: "GET", Path: "/readyz", Need: access.Everybody(), API: true, Open: true, Do: func(w http.ResponseWriter, r *http.Request) error {
			if err := a.Ready(r.Context()); err != nil {
				return err
			}
			return plain(w, "ready\n")
		}},
	}
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte(text))
	return err
}

// meter counts answers by route pattern. It never sees an address or an id.
type meter struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
}

func newMeter() *meter {
	m := &meter{registry: prometheus.NewRegistry(), seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "cairn_http_seconds", Help: "Time to answer, by route pattern, method and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts one answer.
func (m *meter) Observe(method, route string, status int, seconds float64) {
	m.seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(seconds)
}

// gauges tell how the timers and the line stand, read when asked.
func (a *App) gauges() {
	gauge := func(name, help string, read func(ctx context.Context) (float64, error)) {
		a.meter.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			v, err := read(context.Background())
			if err != nil {
				a.Log.Error("metric", "name", name, "error", err.Error())
				return -1
			}
			return v
		}))
	}
	gauge("cairn_jobs_overdue", "Timers that are due and not yet run.", func(ctx context.Context) (float64, error) {
		st, err := a.Bus.Stats(ctx)
		return float64(st.Overdue), err
	})
	gauge("cairn_jobs_failed", "Timers that keep failing.", func(ctx context.Context) (float64, error) {
		st, err := a.Bus.Stats(ctx)
		return float64(st.Failed), err
	})
	gauge("cairn_deliveries_failed", "Messages to the outside that were given up and wait for an operator.", func(ctx context.Context) (float64, error) {
		n, err := notify.FailedDeliveries(ctx, a.DB.Reader())
		return float64(n), err
	})
	gauge("cairn_deliveries_late", "Messages to the outside that should have been tried a minute ago.", func(ctx context.Context) (float64, error) {
		n, err := notify.LateDeliveries(ctx, a.DB.Reader(), a.Clock.Now())
		return float64(n), err
	})
	gauge("cairn_link", "1 while the link to other nodes stands or none is set, else 0.", func(context.Context) (float64, error) {
		if configured, connected := a.Bus.Linked(); configured && !connected {
			return 0, nil
		}
		return 1, nil
	})
	gauge("cairn_waiting", "People in the line.", func(ctx context.Context) (float64, error) {
		st, err := a.Support.Status(ctx)
		return float64(st.Waiting), err
	})
	gauge("cairn_peers", "Peers on shift.", func(ctx context.Context) (float64, error) {
		st, err := a.Support.Status(ctx)
		return float64(st.Peers), err
	})
}

// metricsHandler serves the numbers, on a listener of its own.
func (a *App) metricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.meter.registry, promhttp.HandlerOpts{}))
	return mux
}
