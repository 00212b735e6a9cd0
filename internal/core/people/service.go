package people

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Mail is one message to one person. MessageID stays the same when it is sent again.
type Mail struct{ To, Subject, Body, MessageID string }

// Mailer sends mail.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// Holding is what one slice holds of a person. Export puts files (names end in
// .json) of what the person may have; Erase removes everything of theirs in the
// caller's transaction, and may run again.
type Holding interface {
	Name() string
	Export(ctx context.Context, r db.Reader, person moment.ID, put func(file string, v any) error) error
	Erase(ctx context.Context, tx db.Writer, person moment.ID, now moment.Time) error
}

// Deps is what people stands on.
type Deps struct {
	DB     *db.DB
	Vault  *vault.Vault
	Bus    *bus.Bus
	Clock  moment.Clock
	Ledger *access.Ledger
	Log    *slog.Logger
	Mail   Mailer // nil: no mail is configured, and nothing on the pages speaks of it
	// BaseURL is where people reach the service: "https://example.org". Links in
	// mail begin with it.
	BaseURL string
	// Name is the service's neutral name, shown by passkey dialogs; "" is Cairn.
	Name string
	// Origin and RPID are of passkeys; "" takes them from BaseURL. With neither,
	// and where the host is a bare address, there are no passkeys.
	Origin, RPID string
	// Zone gives the service's time zone, for those who chose none; nil is UTC.
	Zone func(ctx context.Context, r db.Reader) (*time.Location, error)
	Demo bool // the join page says that nothing real belongs here
}

// Service holds the verbs about people. Hold comes before the first request.
type Service struct {
	Deps
	words    *passwords
	keys     *webauthn.WebAuthn // nil: passkeys cannot work here
	holdings []Holding
}

// New makes the service and registers its jobs. Passkeys are left out, and the
// log says why, when the address of the service does not allow them.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Name == "" {
		d.Name = "Cairn"
	}
	d.BaseURL = strings.TrimSuffix(d.BaseURL, "/")
	if u, err := url.Parse(d.BaseURL); err == nil && u.Host != "" {
		if d.Origin == "" {
			d.Origin = u.Scheme + "://" + u.Host
		}
		if d.RPID == "" {
			d.RPID = u.Hostname()
		}
	}
	s := &Service{Deps: d, words: newPasswords()}
	keys, err := newPasskeys(d)
	if err != nil {
		d.Log.Warn("no passkeys: the address of the service does not allow them", "error", err.Error())
	} else {
		s.keys = keys
	}
	s.register()
	return s
}

// Hold registers what other slices hold of people, for export and erasure.
func (s *Service) Hold(h ...Holding) { s.holdings = append(s.holdings, h...) }

// Cards gives what pages may show of people beside their words. Unknown ids and
// those who are gone have a card of kind Gone.
func (s *Service) Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]Card, error) {
	list, err := carded(ctx, r, distinct(ids))
	if err != nil {
		return nil, err
	}
	out := make(map[moment.ID]Card, len(ids))
	for _, id := range ids {
		out[id] = Card{ID: id, Kind: KindGone}
	}
	for _, p := range list {
		out[p.ID] = cardOf(ctx, p)
	}
	return out, nil
}

// cardOf gives a guest's name in the reader's language.
func cardOf(ctx context.Context, p person) Card {
	c := Card{ID: p.ID, Kind: p.Kind, Name: p.Name, Pronouns: p.Pronouns, HidesReads: p.HidesReads}
	if p.Kind == KindGuest {
		c.Name = guestName(ctx, p.Name)
	}
	return c
}

func guestName(ctx context.Context, number string) string {
	return web.T(ctx, "people.guest.name", "number", number)
}

func distinct(ids []moment.ID) []moment.ID {
	out := slices.Clone(ids)
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(id moment.ID) bool { return id == "" })
}

// FitOf gives what matching needs to know of people. Unknown ids are left out.
func (s *Service) FitOf(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]Fit, error) {
	ids = distinct(ids)
	out := make(map[moment.ID]Fit, len(ids))
	list, err := persons(ctx, r, ids)
	if err != nil || len(list) == 0 {
		return out, err
	}
	roles, err := rolesOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	lived, err := livedOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	not, err := notTodayOf(ctx, r, ids, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if p.Kind != KindGone {
			out[p.ID] = Fit{ID: p.ID, Rev: p.Rev, Roles: roles[p.ID] | kindRoles(p.Kind), Languages: p.Languages}
		}
	}
	for _, l := range lived {
		f := out[l.person]
		f.Lived = append(f.Lived, l.Lived)
		out[l.person] = f
	}
	for _, n := range not {
		f := out[n.person]
		f.NotToday = append(f.NotToday, n.Situation)
		out[n.person] = f
	}
	gladly, err := gladlyOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	for _, g := range gladly {
		f := out[g.person]
		f.Gladly = append(f.Gladly, g.situation)
		out[g.person] = f
	}
	return out, s.fillHours(ctx, r, list, out)
}

// kindRoles are the roles that come with being a guest or a member.
func kindRoles(k Kind) access.Roles {
	switch k {
	case KindGuest:
		return access.Set(access.Guest)
	case KindMember:
		return access.Set(access.Member)
	default:
		return 0
	}
}

// Revs gives the revision of each person's Fit.
func (s *Service) Revs(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]int64, error) {
	return revsOf(ctx, r, distinct(ids))
}

// WithRole lists the people who hold a given role.
func (s *Service) WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error) {
	return withRole(ctx, r, role)
}

// HasAdministrator tells whether set-up has been done.
func (s *Service) HasAdministrator(ctx context.Context) (bool, error) {
	ids, err := withRole(ctx, s.DB.Reader(), access.Administrator)
	return len(ids) > 0, err
}

// Apart gives everybody whom this person must never be matched with: blocks and
// "I may know this person", of either of the two, that are not over.
func (s *Service) Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error) {
	return apartFrom(ctx, r, person, s.Clock.Now())
}

// KeepApart keeps by and whom apart; until 0 is for good, and the longer of two
// times holds. The other person is never told, so it is not in the audit as theirs.
func (s *Service) KeepApart(ctx context.Context, tx db.Writer, by access.Actor, whom moment.ID, kind ApartKind, until moment.Time) error {
	if !by.Known() || whom == "" || by.Person == whom || kind != Block && kind != MayKnow {
		return fault.New(fault.Invalid, "people.error.choice")
	}
	now := s.Clock.Now()
	if err := upsertApart(ctx, tx, Apart{ID: moment.NewID(), By: by.Person, Whom: whom, Kind: kind, Until: until, At: now}); err != nil {
		return err
	}
	return access.Record(ctx, tx, by, now, access.Entry{Verb: "people." + string(kind), Kind: "person", Object: whom})
}

// changed grows a person's revision and tells whoever keeps a Fit.
func (s *Service) changed(ctx context.Context, tx db.Writer, who moment.ID) error {
	if err := bumpRev(ctx, tx, who); err != nil {
		return err
	}
	return s.tellChanged(ctx, tx, who)
}

func (s *Service) tellChanged(ctx context.Context, tx db.Writer, who moment.ID) error {
	return s.Bus.Emit(ctx, tx, bus.Event{Name: "people.changed", ID: who})
}

func (s *Service) record(ctx context.Context, tx db.Writer, a access.Actor, verb string, subject moment.ID) error {
	return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "person", Object: subject, Subject: subject})
}

// limit is how often something may be tried from one place or for one account.
type limit struct {
	name string
	most int
	span int64 // microseconds
}

const (
	quarterHour = 15 * 60 * 1_000_000
	hour        = 60 * 60 * 1_000_000
)

// The limits at the door. A hostel or a library may share one address.
// wordsInAll bounds guessing of code words over all addresses to some 29,000
// tries a day, of 2^40 and more.
var (
	byAddress   = limit{"address", 40, quarterHour}
	byAccount   = limit{"account", 10, quarterHour}
	joinsHere   = limit{"join", 20, hour}
	guestsHere  = limit{"guest", 40, hour}
	wordsHere   = limit{"words", 12, quarterHour}
	wordsInAll  = limit{"words_all", 300, quarterHour}
	mailsHere   = limit{"mail", 10, quarterHour}
	mailsToOne  = limit{"mail_to", 3, quarterHour}
	mailsAtMost = access.Rate{Name: "people.mail", Most: 5, Per: time.Hour}
)

// spend counts a try, durably, before it is made. Too many are TooFast with the
// wait in words. who is an address or a name; it is kept as a keyed hash that
// changes every day.
func (s *Service) spend(ctx context.Context, l limit, who string) error {
	now := s.Clock.Now()
	n := 0
	err := s.DB.Write(ctx, func(tx db.Writer) (err error) {
		n, err = countAttempt(ctx, tx, s.attemptKey(l, who), int64(now)/l.span, now)
		return err
	})
	if err != nil {
		return err
	}
	return l.allow(n, now)
}

// count is spend within the caller's transaction: what is refused, or fails for
// another reason, is rolled back with it and does not count.
func (s *Service) count(ctx context.Context, tx db.Writer, l limit, who string) error {
	now := s.Clock.Now()
	n, err := countAttempt(ctx, tx, s.attemptKey(l, who), int64(now)/l.span, now)
	if err != nil {
		return err
	}
	return l.allow(n, now)
}

// allow says after n tries how long to wait, if they were too many.
func (l limit) allow(n int, now moment.Time) error {
	if n <= l.most {
		return nil
	}
	left := (l.span - int64(now)%l.span + 999_999) / 1_000_000
	return fault.New(fault.TooFast, "people.error.wait").With(map[string]any{"seconds": left, "n": (left + 59) / 60})
}

func (s *Service) attemptKey(l limit, who string) string {
	day := s.Clock.Now().Std().Format("2006-01-02")
	return l.name + ":" + s.Vault.Hash("people.attempt "+day, l.name+"|"+who)
}
