package forum

import (
	"context"

	"cairn/internal/core/discussion"
	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// What the forum tells people. The words outside are neutral.
const (
	noticeAsked  = "forum.asked"  // somebody waits for your answer
	noticeAnswer = "forum.answer" // what you asked has been answered
	noticeNamed  = "forum.named"  // you look after a space now, or no more
)

// Kinds are what the forum tells people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticeAsked}, {Name: noticeAnswer}, {Name: noticeNamed}}
}

// People is what the forum asks of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	Named(ctx context.Context, r db.Reader, name string) (moment.ID, bool, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	Situations(ctx context.Context, lang string) ([]people.Situation, error)
}

// Waits counts what waits for whoever looks after places: what is held there, and for those
// who decide reports and appeals. It is moderation.
type Waits interface {
	Waits(ctx context.Context, a access.Actor) (int, error)
}

// Standing tells who is kept out. It is moderation.
type Standing interface {
	Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
	// OutUntil is Out, and until when; 0 for good, once that has settled.
	OutUntil(ctx context.Context, r db.Reader, person moment.ID) (until moment.Time, out bool, err error)
	// OutForGood tells whether it is without an end, though that may not have settled yet.
	OutForGood(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
	// GoneAmong gives those of some people of whom OutForGood is true.
	GoneAmong(ctx context.Context, r db.Reader, people []moment.ID) (map[moment.ID]bool, error)
}

// Shifts tells who is on shift now.
type Shifts interface {
	On(ctx context.Context, r db.Reader) ([]shifts.Shift, error)
}

// Phrases finds listed phrases in words. It is safety.
type Phrases interface {
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
	Matches(ctx context.Context, r db.Reader, texts []string, lang string) ([][]string, error)
}

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// Deps is what the forum stands on.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	People   People
	Standing Standing
	Shifts   Shifts
	Phrases  Phrases
	Tell     Teller
	Talk     *discussion.Service
	Waits    Waits
}

// Service holds the verbs of the forum.
type Service struct{ Deps }

// New makes the service and registers its timers. Plug Owner into discussions for Kind
// before serving.
func New(d Deps) *Service {
	s := &Service{d}
	d.Bus.Handle(jobBring, s.bringJob)
	bus.HandleTx(d.Bus, jobForget, s.forgetImport)
	d.Bus.OnTx("moderation.acted", Kind, func(ctx context.Context, tx db.Writer, e bus.Event) error { return s.acted(ctx, tx, e.ID) })
	return s
}

// load gives how somebody stands to a space; what is not there for them is hidden.
func (s *Service) load(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (stand, error) {
	x, found, err := spaceByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return stand{}, err
	}
	st := stand{Space: x, actor: a}
	if a.Has(access.Member) {
		if st.in, st.moderates, err = standsIn(ctx, r, id, a.Person); err != nil {
			return st, err
		}
		if st.kept, err = s.Standing.Out(ctx, r, a.Person); err != nil {
			return st, err
		}
		if x.Audience == Community && st.kept && (st.in || st.moderates) {
			if err := s.hideGone(ctx, r, &st); err != nil {
				return st, err
			}
		}
		if x.Audience == Community && !st.in {
			if st.asked, err = requestOf(ctx, r, id, a.Person); err != nil {
				return st, err
			}
		}
	}
	return st, canSee(st).Err()
}

// hideGone hides a community from whoever is kept out for good: what the others say is not
// theirs any more. That they belong to it stays, so that taking the decision back gives it back.
func (s *Service) hideGone(ctx context.Context, r db.Reader, st *stand) error {
	gone, err := s.Standing.OutForGood(ctx, r, st.actor.Person)
	if gone {
		st.in, st.moderates = false, false
	}
	return err
}

// on loads a space, decides, runs f, and writes the audit, in one transaction.
func (s *Service) on(ctx context.Context, a access.Actor, id moment.ID, verb string, may func(tx db.Writer, st stand, now moment.Time) error, f func(tx db.Writer, st stand, now moment.Time) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		st, err := s.load(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := may(tx, st, now); err != nil {
			return err
		}
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := f(tx, st, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: Kind, Object: id})
	})
}

// by is a decision as on asks for it.
func by(may func(stand) access.Decision) func(db.Writer, stand, moment.Time) error {
	return func(_ db.Writer, st stand, _ moment.Time) error { return may(st).Err() }
}

// coordinates: those who make spaces change them too.
func coordinates(st stand) access.Decision {
	if permMake.Check(st.actor) != nil {
		return access.Hide()
	}
	return access.Allow()
}

// Make makes a space. It is for coordinators.
func (s *Service) Make(ctx context.Context, a access.Actor, d Draft) (moment.ID, error) {
	if err := permMake.Check(a); err != nil {
		return "", err
	}
	if err := d.Validate(); err != nil {
		return "", err
	}
	x := Space{ID: moment.NewID(), Draft: d}
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := changing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		n, err := countSpaces(ctx, tx)
		if err == nil && n >= MostSpaces {
			err = fault.New(fault.Conflict, "forum.error.full")
		}
		if err != nil {
			return err
		}
		x.MadeAt = now
		if x.Wall, err = s.Talk.OpenSpace(ctx, tx, Kind, x.ID, x.rules()); err != nil {
			return err
		}
		if err := insertSpace(ctx, tx, x); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "forum.make", Kind: Kind, Object: x.ID})
	})
	return x.ID, err
}

// Change says something else about a space. Who reads it can become fewer, never more:
// those who wrote there were told who reads. It is for coordinators.
func (s *Service) Change(ctx context.Context, a access.Actor, id moment.ID, d Draft) error {
	if err := permMake.Check(a); err != nil {
		return err
	}
	if err := d.Validate(); err != nil {
		return err
	}
	return s.on(ctx, a, id, "forum.change", by(coordinates), func(tx db.Writer, st stand, now moment.Time) error {
		if wider(st.Audience, d.Audience) {
			var p fault.Problems
			p.Add("audience", "forum.error.wider")
			return p.Err()
		}
		x := st.Space
		x.Draft = d
		if st.Audience != Community && d.Audience == Community { // who looks after it belongs to it
			list, err := moderatorsOf(ctx, tx, id)
			if err != nil {
				return err
			}
			for _, person := range list {
				if err := insertMember(ctx, tx, id, person, now); err != nil {
					return err
				}
			}
		}
		if err := updateSpace(ctx, tx, x); err != nil {
			return err
		}
		if st.found() && !x.found() {
			if err := s.Talk.Unfind(ctx, tx, x.Wall); err != nil {
				return err
			}
		}
		return s.Talk.SetRules(ctx, tx, x.Wall, x.rules())
	})
}

// Close makes a space read only, or with closed false opens it again. It is for coordinators.
func (s *Service) Close(ctx context.Context, a access.Actor, id moment.ID, closed bool) error {
	verb := "forum.open"
	if closed {
		verb = "forum.close"
	}
	return s.on(ctx, a, id, verb, by(coordinates), func(tx db.Writer, st stand, _ moment.Time) error {
		x := st.Space
		x.Closed = closed
		if err := updateSpace(ctx, tx, x); err != nil {
			return err
		}
		return s.Talk.SetRules(ctx, tx, x.Wall, x.rules())
	})
}

const homePath = "/forum"

// pathOf is a space's address: an id, which tells nothing to whoever reads over a shoulder.
func pathOf(id moment.ID) string { return homePath + "/" + string(id) }

// tell tells somebody about a space. The key makes it once.
func (s *Service) tell(ctx context.Context, tx db.Writer, to moment.ID, kind, key, path string, about moment.ID) error {
	return s.Tell.Tell(ctx, tx, notify.Message{To: to, Kind: kind, Key: kind + "/" + key, Path: path, About: about})
}
