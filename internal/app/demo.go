package app

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"cairn/internal/core/directory"
	"cairn/internal/edge/demo"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

type demoCmd struct {
	Listen        string  `help:"Address to serve on." default:"127.0.0.1:8080" env:"CAIRN_LISTEN"`
	Data          string  `help:"Folder for the demo's data; empty means one that is thrown away." type:"path"`
	DatabaseURL   string  `name:"database-url" help:"PostgreSQL address; empty means SQLite in the data folder." env:"CAIRN_DATABASE_URL"`
	Keyset        string  `help:"File with the keys; empty means keys.json in the data folder." type:"path" env:"CAIRN_KEYSET"`
	NATSURL       string  `name:"nats-url" help:"NATS server that carries live events between nodes." env:"CAIRN_NATS_URL"`
	Metrics       string  `help:"Address for metrics; \"off\" for none." default:"off" env:"CAIRN_METRICS"`
	MediaUDP      string  `name:"media-udp" help:"IPv4 address and port told to browsers for media by UDP; empty means that media goes through the port of the pages." env:"CAIRN_MEDIA_UDP"`
	LiveKitURL    string  `name:"livekit-url" help:"LiveKit cluster to use instead of the built-in media server." env:"CAIRN_LIVEKIT_URL"`
	LiveKitKey    string  `name:"livekit-key" help:"Key of the cluster's API." env:"CAIRN_LIVEKIT_KEY"`
	LiveKitPass   string  `name:"livekit-secret-file" help:"File with the secret of that key." env:"CAIRN_LIVEKIT_SECRET_FILE" type:"path"`
	People        int     `help:"Fill the service with so many people, for load tests." default:"0"`
	Conversations int     `help:"Fill the service with so many conversations, for load tests." default:"0"`
	Log           string  `help:"What is logged." default:"warn" enum:"debug,info,warn,error" env:"CAIRN_LOG"`
	Journeys      control `embed:""`
}

// settingDemo marks a database as a demo's: it is never served as a real one.
const settingDemo = "demo.installation"

var errNotADemo = errors.New("this data folder holds a real service; the demo needs a folder of its own (--data)")

// historyAgo is how long ago the demo's history begins.
const historyAgo = 3 * 24 * time.Hour

// Run serves the demo until it is told to stop.
func (c *demoCmd) Run(t *terminal) error {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "cairn-demo")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		c.Data = dir
	}
	s := c.settings()
	if err := c.prepare(t, s); err != nil {
		return err
	}
	log := s.logger(t.errw)
	rooms, err := s.mediaServer(log)
	if err != nil {
		return err
	}
	a, d, err := NewDemo(t.ctx, s, c.Journeys.options(Options{Log: log, Media: rooms}))
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	ctx, stop := context.WithCancel(t.ctx)
	defer stop()
	return a.Serve(ctx, func(addr string) {
		if err := errors.Join(d.Begin(ctx), d.Tonight(ctx), c.Journeys.serve(ctx, a, func(on bool) { d.Hurry(on) })); err != nil {
			t.say("The demo could not begin: %v", err)
			stop()
			return
		}
		address := "http://" + strings.Replace(addr, "127.0.0.1", "localhost", 1)
		t.say("The demo is at       %s\nBe anybody, with one click: %s/demo\nEverybody in it is made up. Stop it with Ctrl-C.", address, address)
	})
}

func (c *demoCmd) settings() Settings {
	return Settings{Data: c.Data, DatabaseURL: c.DatabaseURL, Keyset: c.Keyset, NATSURL: c.NATSURL, Listen: c.Listen, Metrics: c.Metrics, Log: c.Log, Exit: web.DefaultExitURL, Media: "on",
		MediaUDP: c.MediaUDP, LiveKitURL: c.LiveKitURL, LiveKitKey: c.LiveKitKey, LiveKitPass: c.LiveKitPass}
}

// NewDemo puts a demo together, not yet begun. The database must be a demo's.
func NewDemo(ctx context.Context, s Settings, o Options) (*App, *demo.Demo, error) {
	o.Demo = true
	a, err := New(ctx, s, o)
	if err != nil {
		return nil, nil, err
	}
	if err := a.markDemo(ctx); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	d := demo.New(a.demoDeps())
	a.Site.Mount(d.Routes()...)
	a.Site.Mount(web.StyleguideRoutes()...)
	return a, d, nil
}

func (a *App) demoDeps() demo.Deps {
	return demo.Deps{DB: a.DB, Bus: a.Bus, Clock: a.Clock, Log: a.Log, People: a.People, Shifts: a.Shifts, Chat: a.Chat, Support: a.Support, Safety: a.Safety, Mentoring: a.Mentoring,
		Moderation: a.Moderation, Discussion: a.Discussion, Meetings: a.Meetings, Groups: a.Groups, Forum: a.Forum}
}

// markDemo claims an empty database for the demo, and refuses a real one.
func (a *App) markDemo(ctx context.Context) error {
	mark, err := access.Setting(ctx, a.DB.Reader(), settingDemo, "")
	if err != nil || mark != "" {
		return err
	}
	if has, err := a.People.HasAdministrator(ctx); err != nil || has {
		return errors.Join(err, errNotADemo)
	}
	return a.DB.Write(ctx, func(tx db.Writer) error {
		now := a.Clock.Now()
		for name, value := range map[string]string{settingDemo: "yes", "service.name": "Quiet Harbour", "shifts.zone": demo.Zone, directory.SettingCountry: "KE"} {
			if err := access.SetSetting(ctx, tx, access.System(), now, name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// refuseDemo keeps `cairn serve` from serving a demo's data.
func (a *App) refuseDemo(ctx context.Context) error {
	mark, err := access.Setting(ctx, a.DB.Reader(), settingDemo, "")
	if err != nil || mark == "" {
		return err
	}
	return errors.New("this data folder holds a demo; `cairn serve` needs a folder of its own (--data)")
}

// prepare writes the history with a clock of its own, once.
func (c *demoCmd) prepare(t *terminal, s Settings) error {
	return Prepare(t.ctx, s, c.People, c.Conversations, func(done int) { t.say("%d conversations", done) })
}

// Prepare gives a demo its history, once, and fills it when asked to.
func Prepare(ctx context.Context, s Settings, many, conversations int, tell func(int)) error {
	begin := historyAgo
	if whole := time.Duration(conversations) * demo.LoadStep; whole > begin/2 {
		begin += whole
	}
	clock := moment.NewMovable(time.Now().Add(-begin))
	s.NATSURL = ""
	a, d, err := NewDemo(ctx, s, Options{Clock: clock})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	once := func(name string, f func() error) error {
		done, err := access.Setting(ctx, a.DB.Reader(), name, "")
		if err != nil || done != "" {
			return err
		}
		if err := f(); err != nil {
			return err
		}
		return a.DB.Write(ctx, func(tx db.Writer) error {
			return access.SetSetting(ctx, tx, access.System(), clock.Now(), name, "yes")
		})
	}
	if err := once("demo.lines", func() error {
		return a.DB.Write(ctx, func(tx db.Writer) error { return d.Numbers(ctx, tx, a.Directory) })
	}); err != nil {
		return err
	}
	if err := once("demo.policy", func() error {
		_, err := a.Safety.Publish(ctx, access.Actor{Way: access.BySystem, Roles: access.Set(access.Coordinator)}, nil)
		return err
	}); err != nil {
		return err
	}
	if err := once("demo.history", func() error { return d.History(ctx, clock) }); err != nil {
		return err
	}
	if conversations == 0 && many == 0 {
		return nil
	}
	return once("demo.load", func() error { return d.Load(ctx, clock, max(many, 50), conversations, tell) })
}
