package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
	"cairn/migrations"

	"github.com/alecthomas/kong"
)

// commands are what `cairn` can do.
type commands struct {
	Serve   serveCmd   `cmd:"" help:"Serve. On an empty folder it leads the first administrator through set-up in the browser."`
	Demo    demoCmd    `cmd:"" help:"Serve a fictional service with people in every role and one-click sign-in."`
	Migrate migrateCmd `cmd:"" help:"Bring the database up to date and stop."`
	Doctor  doctorCmd  `cmd:"" help:"Check database, keys, clock, mail and ports, and say what to do."`
	User    userCmd    `cmd:"" help:"People."`
	Keys    keysCmd    `cmd:"" help:"The keys that seal private text."`
	Reindex reindexCmd `cmd:"" help:"Make the index of search anew, beside a service that runs."`
	Routes  routesCmd  `cmd:"" help:"List every route with its permission."`
	Media   mediaCmd   `cmd:"" hidden:"" help:"The media server, started by the service itself."`
	Version versionCmd `cmd:"" help:"Tell the version."`
}

// terminal is where a command speaks.
type terminal struct {
	ctx   context.Context //nolint:containedctx // a command's whole life
	out   io.Writer
	errw  io.Writer
	media MediaServer
}

// MediaServer runs the media server until in ends or it fails: `cairn media`. It
// comes from the command, the only place that links LiveKit.
type MediaServer func(ctx context.Context, in io.Reader, out io.Writer) error

// Main runs a command line and gives the exit code.
func Main(args []string, out, errw io.Writer, media MediaServer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("cairn"), kong.Description("The software that a peer support service runs on."),
		kong.Writers(out, errw), kong.UsageOnError(), kong.Exit(func(n int) { code = n }))
	if err != nil {
		_, _ = fmt.Fprintln(errw, err)
		return 1
	}
	kctx, err := parser.Parse(args)
	if code >= 0 { // help was asked for
		return code
	}
	if err != nil {
		_, _ = fmt.Fprintln(errw, "cairn:", err)
		return 2
	}
	t := &terminal{ctx: ctx, out: out, errw: errw, media: media}
	if err := kctx.Run(t); err != nil {
		_, _ = fmt.Fprintln(errw, "cairn:", inWords(err))
		return 1
	}
	return 0
}

// inWords says an error as a page would, with what is wrong field by field.
func inWords(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key == "" || f.Kind == fault.Internal {
		return err.Error()
	}
	ctx := web.WithLook(context.Background(), web.Prefs{Lang: "en"})
	words := web.Sentence(ctx, err)
	for _, x := range f.Fields {
		words += "\n  " + x.Name + ": " + web.Problem(ctx, err, x.Name)
	}
	if f.Cause != nil {
		words += "\n  (" + f.Cause.Error() + ")"
	}
	return words
}

func (t *terminal) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

func (s Settings) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.Log)) // kong has checked it
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

type serveCmd struct{ Settings }

// Run serves until it is told to stop.
func (c *serveCmd) Run(t *terminal) error {
	if err := c.Check(); err != nil {
		return err
	}
	log := c.logger(t.errw)
	rooms, err := c.mediaServer(log)
	if err != nil {
		return err
	}
	a, err := New(t.ctx, c.Settings, Options{Log: log, Media: rooms})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if err := a.refuseDemo(t.ctx); err != nil {
		return err
	}
	return a.Serve(t.ctx, func(string) {
		t.say("Cairn serves at %s", c.Public())
		code, err := a.Admin.SetUpCode(t.ctx)
		if err != nil {
			t.say("Set-up cannot be prepared: %v", err)
		}
		if code != "" {
			t.say("There is no administrator yet. Set up the service here, within a day:\n  %s/set-up?code=%s", c.Public(), code)
		}
	})
}

type migrateCmd struct{ Settings }

// Run migrates.
func (c *migrateCmd) Run(t *terminal) error {
	n, err := db.Migrate(t.ctx, c.DatabaseAddress(), migrations.FS, 0)
	if err != nil {
		return err
	}
	have, _, err := db.Version(t.ctx, c.DatabaseAddress(), migrations.FS)
	if err != nil {
		return err
	}
	t.say("The database is at version %d; %d steps were run.", have, n)
	return nil
}

type keysCmd struct {
	Rotate rotateCmd `cmd:"" help:"Make a new key, and wrap every data key with it."`
	Retire retireCmd `cmd:"" help:"Forget old keys that nothing uses any more."`
}

type rotateCmd struct{ Settings }

// rewrapAtOnce is how many data keys are wrapped anew in one transaction.
const rewrapAtOnce = 200

// Run rotates and rewraps. It may be stopped and run again.
func (c *rotateCmd) Run(t *terminal) error {
	return c.withVault(t, func(v *vault.Vault, d *db.DB) error {
		if err := v.Rotate(); err != nil {
			return err
		}
		total := 0
		for {
			n, err := v.Rewrap(t.ctx, d, rewrapAtOnce)
			total += n
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			t.say("%d data keys wrapped anew", total)
		}
		t.say("A new key is in use. Back up %s apart from the database. In an hour, `cairn keys retire` forgets the old one.", v.Path())
		return nil
	})
}

type retireCmd struct{ Settings }

// Run forgets old keys.
func (c *retireCmd) Run(t *terminal) error {
	return c.withVault(t, func(v *vault.Vault, d *db.DB) error {
		n, err := v.Retire(t.ctx, d)
		if err != nil {
			return err
		}
		t.say("%d old keys forgotten.", n)
		return nil
	})
}

func (s Settings) withVault(t *terminal, f func(*vault.Vault, *db.DB) error) error {
	v, err := vault.Open(s.KeysetPath())
	if err != nil {
		return err
	}
	d, err := db.Open(t.ctx, s.DatabaseAddress(), db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return f(v, d)
}

type reindexCmd struct{ Settings }

// Run makes the index anew. It may be stopped: the service goes on with what is left.
func (c *reindexCmd) Run(t *terminal) error {
	a, err := New(t.ctx, c.Settings, Options{Log: c.logger(t.errw)})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	steps := 0
	if err := a.Find.Rebuild(t.ctx, func(kind string) {
		steps++
		t.say("%s: step %d", kind, steps)
	}); err != nil {
		return err
	}
	t.say("The index of search is made anew.")
	return nil
}

type routesCmd struct{ Settings }

// Run lists routes; it opens a database of its own that is thrown away.
func (c *routesCmd) Run(t *terminal) error {
	dir, err := os.MkdirTemp("", "cairn-routes")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	c.Data, c.DatabaseURL, c.Keyset, c.NATSURL = dir, "", "", ""
	a, err := New(t.ctx, c.Settings, Options{})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	for _, r := range a.Site.Routes() {
		t.say("%-6s %-48s %-16s %s", r.Method, r.Path, r.Need.Name, r.Need.Sentence)
	}
	return nil
}

type versionCmd struct{}

// Run tells the version.
func (versionCmd) Run(t *terminal) error {
	t.say("cairn %s", Version())
	return nil
}

// Version is the module's version, or the commit it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return "dev"
}
