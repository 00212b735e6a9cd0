package admin

import (
	"context"
	"net/http"
	"testing"
	"time"

	"cairn/internal/cairntest/dbtest"
	"cairn/internal/core/directory"
	"cairn/internal/kit/access"
	"cairn/internal/kit/web"
)

func TestLook(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.staff()
	ctx := context.Background()
	a := w.actor(access.Coordinator)
	a2 := account("", nil)
	w.want("coordinator", "POST", "/service/about", a2, 303)
	for i, l := range []directory.Line{{Name: "Emergency services", Number: "000", Kind: directory.Emergency}, {Name: "Night line", Number: "555 0100", Kind: directory.Call, Hours: "day and night", Languages: []string{"en", "es"}}, {Name: "Young people's line", Number: "555 0101", Kind: directory.Text, Audience: "youth"}} {
		l.Country, l.Source, l.CheckedOn, l.Position = "ES", "a letter of 3 March", "2026-11-01", i
		if _, err := w.s.Directory.Add(ctx, a, l, ""); err != nil {
			t.Fatal(err)
		}
	}
	own := map[string]string{"en": "We are in Vigo.", "es": "Estamos en Vigo."}
	_, _ = w.s.Publish(ctx, a, own)
	own["en"] = "We moved to Pontevedra."
	_, _ = w.s.Publish(ctx, a, own)
	site, err := web.New(web.Shell{Name: "Harbour", Clock: w.clock, Auth: w, Crisis: w.s.Directory.BarLines, PolicyHref: "/policy", Rate: web.Rate{Burst: -1},
		Places: func(ctx context.Context) []web.Place {
			return []web.Place{{Key: "now", Href: "/"}, {Key: "find", Href: "/crisis"}, {Key: "admin", Href: "/service", Work: true}}
		}})
	if err != nil {
		t.Fatal(err)
	}
	site.Mount(w.s.Routes()...)
	site.Mount(w.s.Directory.Routes()...)
	site.Mount(w.s.Safety.Routes()...)
	srv := &http.Server{Addr: "127.0.0.1:18931", Handler: site}
	go srv.ListenAndServe()
	time.Sleep(150 * time.Second)
}
