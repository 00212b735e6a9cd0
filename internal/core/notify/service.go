package notify

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
	"cairn/internal/kit/vault"
)

// Mailer hands one mail over. Errors are read by post.TroubleOf.
type Mailer interface {
	Send(ctx context.Context, m post.Mail) error
}

// Pusher hands one message over to one device; post.Push does.
type Pusher interface {
	Send(ctx context.Context, m post.PushMessage) error
}

// Hooker hands one message over to one webhook; post.Hook does.
type Hooker interface {
	Send(ctx context.Context, m post.HookMessage) error
}

// Deps is what notify stands on. A transport that is nil is a channel that is
// not there, and pages say so.
type Deps struct {
	DB     *db.DB
	Vault  *vault.Vault
	Bus    *bus.Bus
	Clock  moment.Clock
	Log    *slog.Logger
	People *people.Service
	Mail   Mailer
	Push   Pusher
	Hook   Hooker
	// PushGuard and HookGuard say which addresses are kept.
	PushGuard, HookGuard post.Guard
	// BaseURL is where people reach the service: "https://example.org".
	BaseURL string
	// Name is the service's neutral name; nil is Cairn.
	Name func(ctx context.Context) string
	// Zone is the service's, for people who set none; nil is UTC.
	Zone func(ctx context.Context, r db.Reader) *time.Location
}

// KindTest is the kind of a message that somebody sends themselves to see that
// it arrives.
const KindTest = "notify.test"

// Service holds the verbs of telling. Declare comes before the first request.
type Service struct {
	Deps
	lanes lanes

	mu    sync.RWMutex
	kinds map[string]Kind
}

// New makes the service and registers its jobs.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Name == nil {
		d.Name = func(context.Context) string { return "Cairn" }
	}
	if d.Zone == nil {
		d.Zone = func(context.Context, db.Reader) *time.Location { return time.UTC }
	}
	d.BaseURL = strings.TrimSuffix(d.BaseURL, "/")
	s := &Service{Deps: d, lanes: newLanes(), kinds: map[string]Kind{}}
	s.Declare(Kind{Name: KindTest})
	s.register()
	return s
}

// Declare makes kinds known, at start. A name that is none, or taken by another
// kind, is a mistake of the program and panics.
func (s *Service) Declare(kinds ...Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range kinds {
		if had, taken := s.kinds[k.Name]; !kindShape.MatchString(k.Name) || taken && had != k {
			panic("notify: kind " + k.Name)
		}
		s.kinds[k.Name] = k
	}
}

// Kinds lists what is declared, urgent ones first, then by name.
func (s *Service) Kinds() []Kind {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Kind, 0, len(s.kinds))
	for _, k := range s.kinds {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Kind) int {
		if a.Urgent != b.Urgent {
			return map[bool]int{true: -1, false: 1}[a.Urgent]
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

func (s *Service) kind(name string) (Kind, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k, ok := s.kinds[name]
	return k, ok
}

// Tell writes in the caller's transaction that somebody is to know: a row in the
// app, and a durable delivery for each way out that they have. Told again with
// the same key it changes nothing, and so it does for whoever is gone.
func (s *Service) Tell(ctx context.Context, tx db.Writer, m Message) error {
	k, known := s.kind(m.Kind)
	if !known {
		return fault.Op("notify tell", fmt.Errorf("nobody declared the kind %q", m.Kind))
	}
	if err := m.check(); err != nil {
		return err
	}
	who, err := s.People.Reach(ctx, tx, m.To)
	if err != nil || who.Kind == people.KindGone {
		return err
	}
	n, fresh, err := s.note(ctx, tx, k, m)
	if err != nil || !fresh {
		return err
	}
	ways, err := s.ways(ctx, tx, k, m.To, who)
	if err != nil {
		return err
	}
	return s.plan(ctx, tx, n, who.Zone, ways)
}

// note writes the row in the app; it tells whether it is a new one.
func (s *Service) note(ctx context.Context, tx db.Writer, k Kind, m Message) (Notice, bool, error) {
	now := s.Clock.Now()
	n := Notice{ID: moment.NewID(), Person: m.To, Kind: k.Name, Key: m.Key, Path: m.Path, About: m.About, Urgent: k.Urgent, ToldAt: now}
	fresh, err := insertNotice(ctx, tx, n)
	if err == nil && fresh {
		s.changed(tx, m.To)
	}
	return n, fresh, err
}

// changed tells open pages of a person to look again.
func (s *Service) changed(tx db.Writer, person moment.ID) {
	s.Bus.Publish(tx, Topic(person), 0)
}

// way is one way out that somebody has.
type way struct {
	channel Channel
	target  string
}

// ways finds the ways out for a kind. Guests have none: what they gave is gone
// tomorrow.
func (s *Service) ways(ctx context.Context, r db.Reader, k Kind, to moment.ID, who people.Reach) ([]way, error) {
	if who.Kind != people.KindMember {
		return nil, nil
	}
	chosen, err := choicesOf(ctx, r, to)
	if err != nil {
		return nil, err
	}
	var out []way
	if s.Mail != nil && who.Email && wanted(k, ByMail, who.Works(), chosen) {
		out = append(out, way{ByMail, ""})
	}
	if s.Push != nil && wanted(k, ByPush, who.Works(), chosen) {
		devices, err := devicesOf(ctx, r, to)
		if err != nil {
			return nil, err
		}
		for _, d := range devices {
			out = append(out, way{ByPush, string(d.ID)})
		}
	}
	if s.Hook != nil && wanted(k, ByHook, who.Works(), chosen) {
		hooks, err := allHooks(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, h := range hooks {
			if hears(h.kinds, k.Name, k.Urgent) {
				out = append(out, way{ByHook, string(h.id)})
			}
		}
	}
	return out, nil
}

// plan writes a delivery for each way, with its timer.
func (s *Service) plan(ctx context.Context, tx db.Writer, n Notice, zone string, ways []way) error {
	now := s.Clock.Now()
	state, due := Waiting, now
	if !n.Urgent && n.Kind != KindTest {
		end, quiet, err := s.quietNow(ctx, tx, n.Person, zone, now)
		if err != nil {
			return err
		}
		if quiet {
			state, due = Quiet, end
		}
	}
	for _, w := range ways {
		d := Delivery{ID: moment.NewID(), Notice: n.ID, Person: n.Person, Kind: n.Kind, Channel: w.channel, Target: w.target, Urgent: n.Urgent,
			Stable: StableIDOf(n.Key, n.Person, w.channel), State: state, NextAt: due, Changed: now}
		if err := insertDelivery(ctx, tx, d); err != nil {
			return err
		}
		if err := s.due(ctx, tx, d.ID, due); err != nil {
			return err
		}
	}
	return nil
}

// quietNow tells whether a person has quiet hours now, and when they end.
func (s *Service) quietNow(ctx context.Context, r db.Reader, person moment.ID, zone string, now moment.Time) (moment.Time, bool, error) {
	h, set, err := hoursOf(ctx, r, person)
	if err != nil || !set {
		return 0, false, err
	}
	end, quiet := h.quietUntil(now, s.zone(ctx, r, zone))
	return end, quiet, nil
}

func (s *Service) zone(ctx context.Context, r db.Reader, name string) *time.Location {
	if z, err := time.LoadLocation(name); err == nil && name != "" {
		return z
	}
	return s.Zone(ctx, r)
}

// Settle says that what somebody was told about is done: it leaves their list,
// and what was not yet sent of it is not sent. Twice is no error.
func (s *Service) Settle(ctx context.Context, tx db.Writer, to moment.ID, key string) error {
	list, err := settleKey(ctx, tx, to, key, s.Clock.Now())
	if err != nil {
		return err
	}
	return s.settled(ctx, tx, list)
}

// SettleAbout is Settle for everybody who was told this kind about an object.
func (s *Service) SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error {
	list, err := settleAbout(ctx, tx, about, kind, s.Clock.Now())
	if err != nil {
		return err
	}
	return s.settled(ctx, tx, list)
}

func (s *Service) settled(ctx context.Context, tx db.Writer, list []noticeOf) error {
	for _, n := range list {
		dropped, err := dropOfNotice(ctx, tx, n.id, s.Clock.Now())
		if err != nil {
			return err
		}
		if err := s.cancel(ctx, tx, dropped); err != nil {
			return err
		}
		s.changed(tx, n.person)
	}
	return nil
}

// host is the host of the service's address, for Message-IDs.
func (s *Service) host() string {
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

func (s *Service) record(ctx context.Context, tx db.Writer, a access.Actor, verb, kind string, object, subject moment.ID) error {
	return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: kind, Object: object, Subject: subject})
}
