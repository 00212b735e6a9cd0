package mentoring

import (
	"context"
	"sync"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// What mentoring tells people. The words outside are neutral.
const (
	noticeAsked   = "mentoring.asked"   // somebody waits for your yes or no
	noticeAnswer  = "mentoring.answer"  // what you asked has been answered
	noticeFound   = "mentoring.found"   // there is somebody for you
	noticeChange  = "mentoring.change"  // something about your walk has changed
	noticeMeeting = "mentoring.meeting" // a meeting comes
	noticeReview  = "mentoring.review"  // it is time to look back, or to end
)

// Kinds are what mentoring tells people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticeAsked}, {Name: noticeAnswer}, {Name: noticeFound}, {Name: noticeChange}, {Name: noticeMeeting}, {Name: noticeReview}}
}

// People is what mentoring asks of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	FitOf(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Fit, error)
	Revs(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]int64, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
	KeepApart(ctx context.Context, tx db.Writer, by access.Actor, whom moment.ID, kind people.ApartKind, until moment.Time) error
	Situations(ctx context.Context, lang string) ([]people.Situation, error)
}

// Standing tells who is kept out for a time.
type Standing interface {
	Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
	// OutUntil is Out, and until when; 0 for good.
	OutUntil(ctx context.Context, r db.Reader, person moment.ID) (until moment.Time, out bool, err error)
	// OutForGood tells whether it is without an end, though that may not have settled yet.
	OutForGood(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
	// LiftedUntil is until when the decision held that was taken back last.
	LiftedUntil(ctx context.Context, r db.Reader, person moment.ID) (moment.Time, error)
}

// Safety is what mentoring asks about worries and words.
type Safety interface {
	At(ctx context.Context, r db.Reader, place moment.ID) ([]safety.Case, error)
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
}

// Met tells with whom a peer has just talked; support is plugged in by the app.
type Met interface {
	// MetIn gives the member of a conversation while its peer may look back on it.
	MetIn(ctx context.Context, r db.Reader, peer, conversation moment.ID) (moment.ID, bool, error)
}

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// Calls opens the room of a conversation for two who planned to meet so. It is rooms.
type Calls interface {
	Agreed(ctx context.Context, tx db.Writer, talk, by moment.ID) error
}

// Deps is what mentoring stands on.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	People   People
	Chat     *chat.Service
	Calls    Calls
	Tell     Teller
	Standing Standing
	Safety   Safety
	Met      Met
	BaseURL  string
}

// Service holds the verbs of mentoring.
type Service struct {
	Deps
	asking sync.Mutex // an answer belongs to what the same transaction has read
	index  *matching.Index
}

// New makes the service and registers its timers and reactions.
func New(d Deps) *Service {
	s := &Service{Deps: d, index: matching.NewIndex()}
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

// onWalk loads a walk, decides, runs f on it and writes what has changed, with
// the audit.
func (s *Service) onWalk(ctx context.Context, a access.Actor, id moment.ID, verb string, may func(Walk) access.Decision, f func(tx db.Writer, w *Walk, now moment.Time) error) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		w, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := may(w).Err(); err != nil {
			return err
		}
		was := w.State
		if err := f(tx, &w, now); err != nil {
			return err
		}
		if err := s.save(ctx, tx, w, was); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "walk", Object: id, Subject: w.Member})
	})
}

func (s *Service) load(ctx context.Context, r db.Reader, id moment.ID) (Walk, error) {
	w, found, err := walkByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	return w, err
}

// save writes a walk; somebody who was faster makes it a conflict.
func (s *Service) save(ctx context.Context, tx db.Writer, w Walk, was State) error {
	done, err := updateWalk(ctx, tx, w, was)
	if err == nil && !done {
		err = fault.New(fault.Conflict, "mentoring.error.changed")
	}
	return fault.Op("walk", err)
}

// tell tells somebody about a walk. The key makes it once.
func (s *Service) tell(ctx context.Context, tx db.Writer, to moment.ID, kind, key string, w Walk) error {
	if to == "" {
		return nil
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: to, Kind: kind, Key: kind + "/" + string(w.ID) + "/" + key, Path: walkPath(w.ID), About: w.ID})
}

func walkPath(id moment.ID) string { return "/people/walk/" + string(id) }

// notOut is a Conflict for somebody who is kept out by a decision.
func (s *Service) notOut(ctx context.Context, r db.Reader, person moment.ID) error {
	out, err := s.Standing.Out(ctx, r, person)
	if err == nil && out {
		err = fault.New(fault.Conflict, "support.error.out")
	}
	return err
}

// over ends a walk, whatever the reason: the place is free again, what was
// planned is taken back, and nobody is left without a word.
func (s *Service) over(ctx context.Context, tx db.Writer, w *Walk, how string, by moment.ID) error {
	now, was := s.Clock.Now(), w.State
	w.State, w.EndedAt, w.EndedHow, w.EndedBy = Over, now, how, by
	if err := givePlaceBack(ctx, tx, w.Peer); err != nil {
		return fault.Op("walk", err)
	}
	if err := s.callOff(ctx, tx, *w, now); err != nil {
		return err
	}
	for _, kind := range []string{jobAnswer, jobReview, jobEnds} {
		if err := s.Bus.Cancel(ctx, tx, kind, string(w.ID)); err != nil {
			return err
		}
	}
	if err := s.Bus.At(ctx, tx, jobForget, string(w.ID), now.Add(NotesLast), aboutWalk{w.ID}); err != nil {
		return err
	}
	if was == Trial && (how == EndedSwitch || how == EndedWell) {
		if err := s.learn(ctx, tx, *w, false); err != nil {
			return err
		}
	}
	if err := s.Tell.SettleAbout(ctx, tx, w.ID, noticeAsked); err != nil {
		return err
	}
	for _, person := range []moment.ID{w.Member, w.Peer} {
		if person != by {
			if err := s.tell(ctx, tx, person, noticeChange, "over", *w); err != nil {
				return err
			}
		}
	}
	if w.StandsIn(w.Backup) {
		m := notify.Message{To: w.Backup, Kind: noticeChange, Key: noticeChange + "/" + string(w.ID) + "/over", Path: "/people", About: w.ID}
		if err := s.Tell.Tell(ctx, tx, m); err != nil {
			return err
		}
	}
	return s.lookSoon(ctx, tx) // a place is free
}

// learn keeps what this match taught about pairs of situations.
func (s *Service) learn(ctx context.Context, tx db.Writer, w Walk, kept bool) error {
	fits, err := s.People.FitOf(ctx, tx, w.Member, w.Peer)
	if err != nil {
		return err
	}
	for _, a := range fits[w.Member].Lived {
		for _, b := range fits[w.Peer].Lived {
			l := lesson{Member: a.Situation, Peer: b.Situation, Kept: 1}
			if !kept {
				l.Kept, l.Switched = 0, 1
			}
			if err := addLesson(ctx, tx, l); err != nil {
				return fault.Op("lesson", err)
			}
		}
	}
	return nil
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }
