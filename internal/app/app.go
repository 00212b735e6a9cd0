package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/directory"
	"cairn/internal/core/discussion"
	"cairn/internal/core/meetings"
	"cairn/internal/core/moderation"
	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/rooms"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/edge/admin"
	"cairn/internal/edge/api"
	"cairn/internal/edge/find"
	"cairn/internal/edge/home"
	"cairn/internal/feature/forum"
	"cairn/internal/feature/groups"
	"cairn/internal/feature/mentoring"
	"cairn/internal/feature/support"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/media"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
	"cairn/internal/kit/search"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
	"cairn/migrations"
)

// Options are what tests and the demo decide beside the settings.
type Options struct {
	Clock moment.Clock
	Log   *slog.Logger
	Demo  bool
	Rate  web.Rate
	// Mail, Push and Hook take the place of the real transports; nil leaves them.
	Mail notify.Mailer
	Push notify.Pusher
	Hook notify.Hooker
	// PushGuard lets tests push to this machine; its zero allows no such thing.
	PushGuard post.Guard
	// Media is the way to rooms with sound and pictures, closed by Close; nil
	// means that there are none.
	Media *media.Server
}

// App is a service that is put together and not yet serving.
type App struct {
	Settings   Settings
	DB         *db.DB
	Vault      *vault.Vault
	Bus        *bus.Bus
	Clock      moment.Clock
	Log        *slog.Logger
	Ledger     *access.Ledger
	People     *people.Service
	Notify     *notify.Service
	Directory  *directory.Service
	Shifts     *shifts.Service
	Safety     *safety.Service
	Moderation *moderation.Service
	Chat       *chat.Service
	Discussion *discussion.Service
	Rooms      *rooms.Service
	Support    *support.Service
	Mentoring  *mentoring.Service
	Meetings   *meetings.Service
	Groups     *groups.Service
	Forum      *forum.Service
	Index      *search.Index
	Find       *find.Service
	Admin      *admin.Service
	API        *api.API
	Site       *web.Site
	Media      *media.Server
	meter      *meter
}

// New opens everything, brings the database up to date and makes the slices.
func New(ctx context.Context, s Settings, o Options) (*App, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = moment.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Media == nil {
		o.Media = media.New(media.Config{Off: true})
	}
	a := &App{Settings: s, Clock: o.Clock, Log: o.Log, Media: o.Media, meter: newMeter()}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.slices(ctx, o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.site(ctx, o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// open opens what everything stands on.
func (a *App) open(ctx context.Context) error {
	address := a.Settings.DatabaseAddress()
	if _, err := db.Migrate(ctx, address, migrations.FS, 0); err != nil {
		return err
	}
	var err error
	if a.DB, err = db.Open(ctx, address, db.Options{Log: a.Log}); err != nil {
		return err
	}
	if a.Vault, err = vault.Create(a.Settings.KeysetPath()); err != nil {
		return err
	}
	if err := a.Vault.Fits(ctx, a.DB.Reader()); err != nil {
		return err
	}
	a.Bus = bus.New(a.DB, a.Clock, a.Log)
	a.Ledger = access.NewLedger(a.DB)
	if a.Settings.NATSURL == "" {
		return nil
	}
	return a.Bus.ConnectNATS(a.Settings.NATSURL, a.installation())
}

// installation names this installation between its nodes: whoever shares the
// database shares the name, and no other installation on the same NATS does.
func (a *App) installation() string {
	sum := sha256.Sum256([]byte(a.Vault.Hash("installation", "cairn")))
	return hex.EncodeToString(sum[:8])
}

// slices makes every slice, lower ones first. A new capability is one line here.
func (a *App) slices(ctx context.Context, o Options) error {
	mailer, err := a.mailer(o)
	if err != nil {
		return err
	}
	name, err := access.Setting(ctx, a.DB.Reader(), admin.SettingName, "Cairn")
	if err != nil {
		return err
	}
	a.People = people.New(people.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, Log: a.Log, Mail: mailPost(mailer), BaseURL: a.Settings.Public(), Name: name, Zone: a.zone})
	a.Notify = a.notify(mailer, o)
	a.Directory = directory.New(directory.Deps{DB: a.DB, Bus: a.Bus, Clock: a.Clock, Log: a.Log, Demo: o.Demo})
	a.Shifts = shifts.New(shifts.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Tell: a.Notify, BaseURL: a.Settings.Public()})
	a.Safety = safety.New(safety.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Directory: a.Directory, Shifts: a.Shifts, Tell: a.Notify, Demo: o.Demo})
	a.Moderation = moderation.New(moderation.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Tell: a.Notify, Load: a.Shifts, Phrases: a.Safety, Leads: a.Shifts, Lines: a.Directory,
		Mail: mailPost(mailer), BaseURL: a.Settings.Public(), Zone: a.zone})
	a.Chat = chat.New(chat.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Hints: a.Safety, Givers: []chat.Giver{crisisCard{a.Directory}}})
	a.Index = search.New(a.DB)
	a.Discussion = discussion.New(discussion.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Tell: a.Notify, Standing: a.Moderation, Phrases: a.Safety, Leads: a.Shifts, Lines: a.Directory, Index: a.Index, Zone: a.zone})
	captioning, err := a.Settings.captioning()
	if err != nil {
		return err
	}
	a.Rooms = rooms.New(rooms.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, Log: a.Log, People: a.People, Standing: a.Moderation, Talks: a.Chat, Panels: a.Chat, Media: a.Media,
		Captioning: captioning, BaseURL: a.Settings.Public()})
	a.Support = support.New(support.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Shifts: a.Shifts, Chat: a.Chat, Safety: a.Safety, Tell: a.Notify, Standing: a.Moderation})
	a.Mentoring = mentoring.New(mentoring.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Chat: a.Chat, Tell: a.Notify, Standing: a.Moderation, Safety: a.Safety,
		Met: support.Places{Service: a.Support}, Calls: a.Rooms, BaseURL: a.Settings.Public()})
	a.Meetings = meetings.New(meetings.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Tell: a.Notify, Standing: a.Moderation, Mail: mailPost(mailer), BaseURL: a.Settings.Public()})
	a.Groups = groups.New(groups.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Tell: a.Notify, Standing: a.Moderation, Safety: a.Safety, Lead: a.Shifts,
		Walls: groups.OnWalls{Service: a.Discussion}, Meetings: groups.OnMeetings{Service: a.Meetings}, Lists: a.Meetings, Listings: a.Meetings, Index: a.Index,
		Guard: post.NewGuard(a.Settings.WebhookAllow...), BaseURL: a.Settings.Public(), Zone: a.zone})
	a.Forum = forum.New(forum.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Ledger: a.Ledger, People: a.People, Standing: a.Moderation, Shifts: a.Shifts, Phrases: a.Safety, Tell: a.Notify, Talk: a.Discussion, Waits: a.Moderation})
	a.Notify.Declare(slices.Concat(shifts.Kinds(), safety.Kinds(), moderation.Kinds(), discussion.Kinds(), support.Kinds(), mentoring.Kinds(), meetings.Kinds(), groups.Kinds(), forum.Kinds())...)
	a.Meetings.Around(groups.Kind, groups.Owner{Service: a.Groups})
	a.Rooms.Around(meetings.RoomKind, meetings.Rooms{Service: a.Meetings})
	a.Discussion.Around(groups.Kind, groups.WallOwner{Service: a.Groups})
	a.Discussion.Around(forum.Kind, forum.Owner{Service: a.Forum})
	a.Chat.Around("support", a.Support.Frame())
	a.Chat.Around("mentoring", a.Mentoring.Frame())
	a.Chat.Around("room", a.Rooms.Frame())
	a.Shifts.Beside(mentoring.FeedKind, a.Mentoring.Events)
	a.Shifts.Beside(meetings.FeedKind, a.Meetings.Feeds)
	a.Moderation.Take(chat.Subject{Service: a.Chat}, chat.Line{Service: a.Chat}, discussion.Subject{Service: a.Discussion}, rooms.Subject{Service: a.Rooms},
		mentoring.Found{Service: a.Mentoring}, mentoring.Beside{Service: a.Mentoring}, groups.Neighbour{Service: a.Groups})
	a.Directory.Beside(a.Safety.Trusted)
	a.Safety.Around(places{support.Places{Service: a.Support}, mentoring.Places{Service: a.Mentoring}, rooms.Places{Service: a.Rooms}})
	a.Admin = admin.New(admin.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, People: a.People, Shifts: a.Shifts, Safety: a.Safety, Appeals: a.Moderation, Directory: a.Directory, Demo: o.Demo})
	a.Find = find.New(find.Deps{DB: a.DB, Vault: a.Vault, Bus: a.Bus, Clock: a.Clock, Index: a.Index, People: a.People, Safety: a.Safety})
	a.Find.Take(groups.Source{Service: a.Groups}, forum.Source{Service: a.Forum})
	// Support first: it brings people back into the line before the conversation
	// they were in is destroyed.
	a.People.Hold(rooms.Holding{Service: a.Rooms}, support.Holding{Service: a.Support}, mentoring.Holding{Service: a.Mentoring}, groups.Holding{Service: a.Groups}, forum.Holding{Service: a.Forum}, meetings.Holding{Service: a.Meetings}, safety.Holding{Service: a.Safety}, moderation.Holding{Service: a.Moderation}, discussion.Holding{Service: a.Discussion}, chat.Holding{Service: a.Chat}, shifts.Holding{Service: a.Shifts},
		notify.Holding{Service: a.Notify})
	if err := errors.Join(a.People.Begin(ctx), a.Notify.Begin(ctx), a.Meetings.Begin(ctx), a.Find.Begin(ctx)); err != nil {
		return err
	}
	a.API, err = api.New(api.Deps{DB: a.DB, Bus: a.Bus, Support: a.Support, Chat: a.Chat, Shifts: a.Shifts, Clock: a.Clock, Version: Version()})
	return err
}

// zone is the service's, for whoever chose none of their own.
func (a *App) zone(ctx context.Context, r db.Reader) (*time.Location, error) {
	plan, err := a.Shifts.Plan(ctx, r)
	return plan.Zone, err
}

// site makes the shell and mounts every slice's routes.
func (a *App) site(ctx context.Context, o Options) error {
	trusted, err := a.Settings.trusted()
	if err != nil {
		return err
	}
	plan, err := a.Shifts.Plan(ctx, a.DB.Reader())
	if err != nil {
		return err
	}
	demoHref := ""
	if o.Demo {
		demoHref = "/demo"
	}
	shell := web.Shell{
		Name: a.Admin.Name(ctx), Demo: o.Demo, Crisis: a.Directory.BarLines, Places: navigation, PolicyHref: "/policy", HouseHref: "/house", SearchHref: "/search",
		ExitURL: a.Settings.Exit, Zone: plan.Zone, TrustedProxies: trusted, Rate: o.Rate, Notices: a.Notify.Notices,
		Log: a.Log, Clock: a.Clock, Auth: a.People, Metrics: a.meter,
	}
	if a.Site, err = web.New(shell); err != nil {
		return err
	}
	for _, s := range []interface{ Routes() []web.Route }{
		home.Home{Support: a.Support, Demo: demoHref}, a.People, a.Notify, a.Directory, a.Shifts, a.Safety, a.Moderation, a.Chat, a.Discussion, a.Support, a.Mentoring, a.Rooms, a.Meetings, a.Groups, a.Forum, a.Find, a.Admin, a.API,
	} {
		a.Site.Mount(s.Routes()...)
	}
	a.Site.Mount(a.healthRoutes()...)
	return nil
}

// navigation is the places that exist, for whoever looks.
func navigation(ctx context.Context) []web.Place {
	out := []web.Place{{Key: "now", Href: "/"}}
	actor := web.Actor(ctx)
	if actor.Has(access.Member) {
		out = append(out, web.Place{Key: "people", Href: "/people"})
	}
	out = append(out, web.Place{Key: "groups", Href: "/groups"}, web.Place{Key: "community", Href: "/forum"}, web.Place{Key: "find", Href: "/crisis"})
	if actor.Roles.Any(access.Set(access.Peer, access.Supervisor, access.Coordinator)) {
		out = append(out, web.Place{Key: "shift", Href: "/shift", Work: true})
	}
	if actor.Roles.Any(access.Set(access.Supervisor, access.Coordinator)) {
		out = append(out, web.Place{Key: "board", Href: "/board", Work: true})
	}
	if actor.Has(access.Coordinator) {
		out = append(out, web.Place{Key: "programme", Href: "/programme/walks", Work: true})
	}
	if actor.Roles.Any(access.Set(access.Coordinator, access.Administrator)) {
		out = append(out, web.Place{Key: "admin", Href: "/service", Work: true})
	}
	return out
}

// Close closes what was opened, and the media server.
func (a *App) Close() error {
	err := a.Media.Close()
	if a.Bus != nil {
		a.Bus.Close()
	}
	if a.DB == nil {
		return err
	}
	return errors.Join(err, a.DB.Close())
}

// readyWithin is how long /readyz waits for the database.
const readyWithin = 3 * time.Second

// Ready tells whether this node can serve: its database answers. A lost link to
// the other nodes is no reason to send people away: pages work, and open
// conversations read again every half minute. The metric cairn_link says it.
func (a *App) Ready(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, readyWithin)
	defer stop()
	return a.DB.Ping(ctx)
}
