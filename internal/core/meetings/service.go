package meetings

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// What meetings tells people. The words outside are neutral.
const (
	noticeSoon    = "meetings.soon"    // a meeting you come to, or hold, comes
	noticeChanged = "meetings.changed" // something about it has changed
	noticePlace   = "meetings.place"   // a place is free, and it is yours
	noticeHost    = "meetings.host"    // about a meeting that you hold
	noticeNow     = "meetings.now"     // it begins and nobody is there to hold it
	noticeEmpty   = "meetings.empty"   // nobody said that they were there
)

// Kinds are what meetings tells people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticeSoon}, {Name: noticeChanged}, {Name: noticePlace}, {Name: noticeHost}, {Name: noticeNow, Urgent: true}, {Name: noticeEmpty, Work: true}}
}

// Stand is how somebody stands to what belongs to an owner.
type Stand struct {
	Name, Href string
	See        bool   // else it is not there for them
	Answer     bool   // they may say whether they come
	Hold       bool   // they plan, move and cancel, and write down who came
	JoinHref   string // where one can get in, when they may not answer
	// Elsewhere says whose it is, in a sentence, when it is only listed here: nobody
	// answers, and whoever sees it reads the address and the link.
	Elsewhere string
}

// Facets is what an owner says of everything that belongs to it.
type Facets struct {
	Title, Quiet string
	Audience     Audience
	Tags         []string
	Facilitated  bool
	PeerLed      bool
	SignUp       bool        // the public signs up without an account
	Webinar      bool        // most listen
	Hosts        []moment.ID // in the order of the rota
}

// Owner knows what meetings of a kind belong to.
type Owner interface {
	// Stands tells how somebody stands to an owner.
	Stands(ctx context.Context, r db.Reader, a access.Actor, owner moment.ID) (Stand, error)
	// Facets gives what an owner says of all its meetings.
	Facets(ctx context.Context, r db.Reader, owner moment.ID) (Facets, error)
	// People gives who is in it.
	People(ctx context.Context, r db.Reader, owner moment.ID) ([]moment.ID, error)
	// Of gives the owners that somebody is in.
	Of(ctx context.Context, r db.Reader, person moment.ID) ([]moment.ID, error)
}

// People is what meetings asks of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
	Arrive(ctx context.Context, tx db.Writer, g people.Arrival) (access.Actor, string, error)
}

// Standing tells who is kept out for a time.
type Standing interface {
	Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
}

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// Deps is what meetings stands on. Mail is nil where there is none.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	People   People
	Tell     Teller
	Standing Standing
	Mail     people.Mailer
	BaseURL  string
}

// Service holds the verbs of meetings.
type Service struct {
	Deps
	owners map[string]Owner
}

// New makes the service and registers its timers and reactions.
func New(d Deps) *Service {
	s := &Service{Deps: d, owners: map[string]Owner{}}
	s.register()
	return s
}

// Around plugs in what meetings of a kind belong to. It is called before serving,
// once a kind.
func (s *Service) Around(kind string, o Owner) { s.owners[kind] = o }

// planning bounds how often one person changes things.
var planning = access.Rate{Name: "meetings.change", Most: 60, Per: 10 * time.Minute}

// holding bounds saying that one is there or has to go. It is apart from planning: a
// door is not refused because somebody has planned much.
var holding = access.Rate{Name: "meetings.hold", Most: 60, Per: 10 * time.Minute}

// stands asks an owner how somebody stands to it; whom it does not show it to finds
// nothing.
func (s *Service) stands(ctx context.Context, r db.Reader, a access.Actor, owner Ref) (Stand, error) {
	o := s.owners[owner.Kind]
	if o == nil {
		return Stand{}, fault.Hidden()
	}
	st, err := o.Stands(ctx, r, a, owner.ID)
	if err == nil && !st.See {
		err = fault.Hidden()
	}
	return st, err
}

func (s *Service) facets(ctx context.Context, r db.Reader, owner Ref) (Facets, error) {
	o := s.owners[owner.Kind]
	if o == nil {
		return Facets{}, fault.Hidden()
	}
	return o.Facets(ctx, r, owner.ID)
}

// write runs a verb of somebody in one transaction, at a pace that people have.
func (s *Service) write(ctx context.Context, a access.Actor, f func(tx db.Writer, now moment.Time) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := planning.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		return f(tx, now)
	})
}

// series loads and opens one series.
func (s *Service) series(ctx context.Context, r db.Reader, id moment.ID) (Series, error) {
	x, found, err := seriesByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return Series{}, err
	}
	return x.Series, s.open(ctx, r, id, x.inside, insideContext, &x.Inside)
}

func (s *Service) openSeries(ctx context.Context, r db.Reader, list []sealedSeries) ([]Series, error) {
	out := make([]Series, len(list))
	for i, x := range list {
		out[i] = x.Series
		if err := s.open(ctx, r, x.ID, x.inside, insideContext, &out[i].Inside); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) meeting(ctx context.Context, r db.Reader, id moment.ID) (Meeting, error) {
	m, found, err := meetingByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	return m, err
}

// Where sealed words stand inside a series' scope.
const (
	insideContext = "meetings.inside"
	noteContext   = "meetings.note/"
	answerContext = "meetings.answer/"
)

// seal closes something under a series' scope; nothing stays nothing.
func (s *Service) seal(ctx context.Context, tx db.Writer, series moment.ID, place string, what any) ([]byte, error) {
	plain, err := json.Marshal(what)
	if err != nil {
		return nil, fault.Op("meetings seal", err)
	}
	if text := string(plain); text == "{}" || text == `""` {
		return nil, nil
	}
	box, err := s.Vault.Box(ctx, tx, series)
	if err != nil {
		return nil, err
	}
	return box.Seal(plain, place), nil
}

// open opens what was sealed; once the key is destroyed it is empty.
func (s *Service) open(ctx context.Context, r db.Reader, series moment.ID, sealed []byte, place string, into any) error {
	if len(sealed) == 0 {
		return nil
	}
	box, err := s.Vault.Box(ctx, r, series)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	plain, err := box.Open(sealed, place)
	if err != nil {
		return err
	}
	return fault.Op("meetings open", json.Unmarshal(plain, into))
}

// save writes a meeting; somebody who was faster makes it a conflict.
func (s *Service) save(ctx context.Context, tx db.Writer, m Meeting, was Meeting) error {
	done, err := updateMeeting(ctx, tx, m, was.State, was.Changes)
	if err == nil && !done {
		err = fault.New(fault.Conflict, "meetings.error.changed")
	}
	if err != nil || m.State.Coming() || !was.State.Coming() {
		return err
	}
	return s.Bus.At(ctx, tx, jobForget, string(m.ID), m.EndsAt.Add(forgetAfter), aboutMeeting{m.ID}) // what people said to it is not kept for ever
}

// saveSeries writes a series, with what only those read who come.
func (s *Service) saveSeries(ctx context.Context, tx db.Writer, x Series, was int) error {
	sealed, err := s.seal(ctx, tx, x.ID, insideContext, x.Inside)
	if err != nil {
		return err
	}
	done, err := updateSeries(ctx, tx, x, sealed, was)
	if err == nil && !done {
		err = fault.New(fault.Conflict, "meetings.error.changed")
	}
	return fault.Op("series", err)
}

func meetingPath(id moment.ID) string { return "/meeting/" + string(id) }

// tell tells one person about a meeting. The key makes it once.
func (s *Service) tell(ctx context.Context, tx db.Writer, to moment.ID, kind, key string, m Meeting) error {
	if to == "" {
		return nil
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: to, Kind: kind, Key: kind + "/" + string(m.ID) + "/" + key, Path: meetingPath(m.ID), About: m.ID})
}

// tellAll tells everybody who comes, waits, holds it or may have to; but whoever did
// it. Of a meeting that comes soon whoever only waits for a place is not reminded.
func (s *Service) tellAll(ctx context.Context, tx db.Writer, kind, key string, m Meeting, but moment.ID) error {
	return s.tellEach(ctx, tx, kind, key, m, map[moment.ID]bool{but: true, "": true})
}

// tellOnce tells everybody whom some meetings concern that they have changed: each
// person once, and of the first that concerns them.
func (s *Service) tellOnce(ctx context.Context, tx db.Writer, key string, list []Meeting, but moment.ID) error {
	told := map[moment.ID]bool{but: true, "": true}
	for _, m := range list {
		if err := s.tellEach(ctx, tx, noticeChanged, key, m, told); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tellEach(ctx context.Context, tx db.Writer, kind, key string, m Meeting, told map[moment.ID]bool) error {
	answers, err := answersTo(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, x := range answers {
		if kind == noticeSoon && x.State == Waiting {
			continue
		}
		if x.Person == "" && x.HasMail {
			if err := s.Bus.At(ctx, tx, jobWrite, string(x.ID)+"/"+key, s.Clock.Now(), aboutAnswer{x.ID}); err != nil {
				return err
			}
		}
		if told[x.Person] {
			continue
		}
		told[x.Person] = true
		if err := s.tell(ctx, tx, x.Person, kind, key, m); err != nil {
			return err
		}
	}
	hosts, err := hostsOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, h := range hosts {
		if told[h.Person] || !h.Stands() {
			continue
		}
		told[h.Person] = true
		if err := s.tell(ctx, tx, h.Person, kind, key, m); err != nil {
			return err
		}
	}
	return nil
}
