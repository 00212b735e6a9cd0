package groups

import (
	"context"
	"errors"
	"strconv"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/calendar"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/post"
	"cairn/internal/kit/search"
	"cairn/internal/kit/vault"
)

// What groups tells people. The words outside are neutral.
const (
	noticeAsked     = "groups.asked"     // something waits for your answer
	noticeAnswer    = "groups.answer"    // what you asked has been answered
	noticeChanged   = "groups.changed"   // something about a group of yours has changed
	noticeTouch     = "groups.touch"     // both of you would like to stay in touch
	noticeAgreement = "groups.agreement" // there is a new agreement to read
	noticeHeld      = "groups.held"      // words wait to be read by whoever leads
)

// Kinds are what groups tells people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticeAsked}, {Name: noticeAnswer}, {Name: noticeChanged}, {Name: noticeTouch}, {Name: noticeAgreement}, {Name: noticeHeld, Work: true}}
}

// People is what groups asks of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	FitOf(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Fit, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
	Situations(ctx context.Context, lang string) ([]people.Situation, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	Named(ctx context.Context, r db.Reader, name string) (moment.ID, bool, error)
}

// Standing tells who is kept out.
type Standing interface {
	// OutUntil tells whether somebody is kept out, and until when; 0 for good.
	OutUntil(ctx context.Context, r db.Reader, person moment.ID) (until moment.Time, out bool, err error)
	// OutForGood tells whether it is without an end, though that may not have settled yet.
	OutForGood(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
}

// Safety is what groups asks about words.
type Safety interface {
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
}

// Lead tells who leads now, "" when nobody does. It is shifts.
type Lead interface {
	LeadNow(ctx context.Context, r db.Reader) (moment.ID, error)
}

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	Settle(ctx context.Context, tx db.Writer, to moment.ID, key string) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// Index keeps what can be found by words. It is kit/search.
type Index interface {
	Put(ctx context.Context, tx db.Writer, d search.Doc) error
	Remove(ctx context.Context, tx db.Writer, kind string, id moment.ID) error
}

// Deps is what groups stands on.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	People   People
	Tell     Teller
	Standing Standing
	Safety   Safety
	Lead     Lead
	Walls    Walls
	Meetings Meetings
	Lists    Lists
	Listings Listings
	Index    Index
	BaseURL  string
	// Guard says which machines may be asked for lists of others.
	Guard post.Guard
	// Zone is the service's, for whoever made a group without saying one.
	Zone func(ctx context.Context, r db.Reader) (*time.Location, error)
}

// Service holds the verbs of groups.
type Service struct {
	Deps
	guide, dates made // what programs of others read
	left         leftOut
}

// New makes the service and registers its timers and reactions.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.register()
	return s
}

// write runs a verb of somebody in one transaction, at a pace that people have.
func (s *Service) write(ctx context.Context, a access.Actor, f func(tx db.Writer, now moment.Time) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		return f(tx, now)
	})
}

// load gives how somebody stands to a group; what is not there is hidden.
func (s *Service) load(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (stand, error) {
	g, found, err := groupByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return stand{}, err
	}
	return s.standing(ctx, r, a, g)
}

func (s *Service) standing(ctx context.Context, r db.Reader, a access.Actor, g Group) (stand, error) {
	st := stand{Group: g, actor: a}
	if a.Person == "" {
		return st, nil
	}
	var err error
	if st.in, err = memberOf(ctx, r, g.ID, a.Person); err != nil {
		return st, err
	}
	if st.in == nil {
		if _, _, st.out, err = outOf(ctx, r, g.ID, a.Person); err != nil {
			return st, err
		}
		if _, st.invited, err = inviteOf(ctx, r, g.ID, a.Person, s.Clock.Now()); err != nil {
			return st, err
		}
	}
	if _, st.kept, err = s.Standing.OutUntil(ctx, r, a.Person); err != nil || !st.kept || st.in == nil {
		return st, err
	}
	// Their place is kept until it is sure that they do not come back; what the others say is not theirs.
	if good, err := s.Standing.OutForGood(ctx, r, a.Person); err != nil || good {
		st.in = nil
		return st, err
	}
	return st, nil
}

// on loads a group, decides, runs f, and writes the audit.
func (s *Service) on(ctx context.Context, a access.Actor, id moment.ID, verb string, may func(stand) access.Decision, f func(tx db.Writer, st stand, now moment.Time) error) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		st, err := s.load(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := may(st).Err(); err != nil {
			return err
		}
		if err := f(tx, st, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: Kind, Object: id})
	})
}

// today is the day in a group's own zone.
func (s *Service) today(g Group) calendar.Date {
	return calendar.DateOf(s.Clock.Now().Std().In(zoneOf(g)))
}

func zoneOf(g Group) *time.Location {
	zone, err := time.LoadLocation(g.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// tell tells somebody about a group. The key makes it once.
func (s *Service) tell(ctx context.Context, tx db.Writer, to moment.ID, kind, key, path string, group moment.ID) error {
	if to == "" {
		return nil
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: to, Kind: kind, Key: kind + "/" + string(group) + "/" + key, Path: path, About: group})
}

// tellFacilitators tells those who hold a group; when nobody does, coordinators.
// about is what it is about: settled, it goes from everybody's list.
func (s *Service) tellFacilitators(ctx context.Context, tx db.Writer, g Group, kind, key, path string, about moment.ID) error {
	to, err := s.holders(ctx, tx, g)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return s.tellCoordinators(ctx, tx, key, about)
	}
	for _, id := range to {
		if err := s.tell(ctx, tx, id, kind, key, path, about); err != nil {
			return err
		}
	}
	return nil
}

// tellCoordinators tells those who answer for groups that have nobody.
func (s *Service) tellCoordinators(ctx context.Context, tx db.Writer, key string, about moment.ID) error {
	to, err := s.People.WithRole(ctx, tx, access.Coordinator)
	if err != nil {
		return err
	}
	for _, id := range to {
		if err := s.tell(ctx, tx, id, noticeAsked, key, programmePath, about); err != nil {
			return err
		}
	}
	return nil
}

// holders gives the owner and the facilitators of a group, in the order of the rota.
func (s *Service) holders(ctx context.Context, r db.Reader, g Group) ([]moment.ID, error) {
	all, err := facilitatorsOf(ctx, r, []moment.ID{g.ID})
	if err != nil {
		return nil, err
	}
	var out []moment.ID
	owner := g.Owner != ""
	for _, m := range all[g.ID] {
		out = append(out, m.Person)
		owner = owner && m.Person != g.Owner
	}
	if owner {
		out = append(out, g.Owner)
	}
	return out, nil
}

const programmePath = "/programme/groups"

// pathOf is a group's address inside the service: an id, which tells nothing to
// whoever reads over a shoulder or in a history.
func pathOf(id moment.ID) string { return "/groups/" + string(id) }

func stamp(t moment.Time) string { return strconv.FormatInt(int64(t), 10) }

// seal closes words of a group; none stay none.
func (s *Service) seal(ctx context.Context, r db.Reader, group moment.ID, place, words string) ([]byte, error) {
	sealed, err := s.Vault.SealWords(ctx, r, group, place, words)
	if errors.Is(err, vault.ErrDestroyed) {
		err = fault.New(fault.Conflict, "groups.error.ended") // a year after its end
	}
	return sealed, err
}

// kinds gives what can be chosen of the taxonomy.
func (s *Service) kinds(ctx context.Context) (situations, identities map[string]bool, err error) {
	all, err := s.People.Situations(ctx, "en")
	if err != nil {
		return nil, nil, err
	}
	situations, identities = people.Choosable(all)
	return situations, identities, nil
}
