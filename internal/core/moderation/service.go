package moderation

import (
	"context"
	"slices"
	"strings"
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

const (
	noticeReport   = "moderation.report"   // something waits in the queue
	noticeDecision = "moderation.decision" // something was decided about you
	noticeWorry    = "moderation.worry"    // to who can be reached: somebody may need help now
	jobForget      = "moderation.forget"
	jobRemove      = "moderation.remove"
	jobSettle      = "moderation.settle"   // somebody is kept out for good
	jobAsk         = "moderation.ask"      // an appeal waits still
	jobUnopened    = "moderation.unopened" // nobody has opened what may be a goodbye
	jobWrite       = "moderation.write"    // mail to a partner
)

// Kinds are what moderation tells people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticeReport, Work: true}, {Name: noticeDecision}, {Name: noticeWorry, Urgent: true, Work: true}}
}

// Reported is what a subject gives to a report: whom it is about, and what was said
// around it, as the reporter could see it.
type Reported struct {
	About   moment.ID
	Excerpt string
	// Anonymous: it was written without a name. The queue shows none until somebody
	// has looked it up; the subject is an Unveiler then.
	Anonymous bool
	// Nobody: nobody here wrote it. About is the thing itself then, and what is decided is
	// about the words alone.
	Nobody bool
	// Profile: nothing was said, only somebody's name and what they say of themselves is
	// seen here; a report is about that.
	Profile bool
}

// Unveiler is a subject whose things can be without a name.
type Unveiler interface {
	// Unveil records, in the caller's transaction, that the actor looks up who is
	// behind an object, and tells that person with the reason.
	Unveil(ctx context.Context, tx db.Writer, a access.Actor, object moment.ID, reason string) error
}

// Subject is a kind of thing that can be reported.
type Subject interface {
	// Name is the kind, such as "talk".
	Name() string
	// Reported gives an object as the actor sees it; false when they do not.
	Reported(ctx context.Context, r db.Reader, a access.Actor, object moment.ID) (Reported, bool, error)
}

// Tidier is a subject whose things can be taken out of sight.
type Tidier interface {
	// Hide takes an object out of everybody's sight but its author's and theirs who look
	// after its place, in the caller's transaction; the author reads the reason there. It
	// gives how the object stood, "" where another decision has taken it out of sight already:
	// then there is nothing to bring back. Conflict when there is nothing to hide any more.
	Hide(ctx context.Context, tx db.Writer, a access.Actor, object moment.ID, reason string) (before string, err error)
	// Back lets an object that Hide hid stand as it stood before; nothing happens when it
	// is not hidden any more.
	Back(ctx context.Context, tx db.Writer, a access.Actor, object moment.ID, before string) error
	// Remove destroys what a hidden object says, for good.
	Remove(ctx context.Context, tx db.Writer, object moment.ID) error
}

// Mark names a label that can be put on things.
type Mark struct{ Slug, Text string }

// Labeller is a subject whose things can be labelled, so that readers choose.
type Labeller interface {
	// Labels gives what can be chosen, in the reader's language.
	Labels(ctx context.Context) ([]Mark, error)
	// Label puts labels on an object, in the caller's transaction, and gives those that
	// were not there before. Invalid at "labels" for what cannot be chosen, or too many.
	Label(ctx context.Context, tx db.Writer, a access.Actor, object moment.ID, labels []string) (added []string, err error)
	// Unlabel takes labels off.
	Unlabel(ctx context.Context, tx db.Writer, a access.Actor, object moment.ID, labels []string) error
}

// Load is where it is kept what somebody carries. It is shifts.
type Load interface {
	Looked(ctx context.Context, tx db.Writer, person, ref moment.ID, since moment.Time, heavy bool) error
}

// People is what moderation asks about people.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	VerifiedEmail(ctx context.Context, r db.Reader, who moment.ID) (string, error)
	// Profile gives what somebody's card shows to everybody, in words.
	Profile(ctx context.Context, r db.Reader, who moment.ID) (string, error)
	// SetAside takes name and words of a card away, and gives what brings them back.
	SetAside(ctx context.Context, tx db.Writer, a access.Actor, who moment.ID) (kept moment.ID, err error)
	BringBack(ctx context.Context, tx db.Writer, a access.Actor, kept moment.ID) error
	DropAside(ctx context.Context, tx db.Writer, who moment.ID) error
}

// Teller tells people things. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// Deps is what moderation stands on.
type Deps struct {
	DB     *db.DB
	Vault  *vault.Vault
	Bus    *bus.Bus
	Clock  moment.Clock
	Ledger *access.Ledger
	People People
	Tell   Teller
	Load   Load
	// Phrases, Leads and Lines are for words that sound as if somebody needs help.
	Phrases Phrases
	Leads   Leads
	Lines   Lines
	// Mail reaches somebody outside who decides appeals; nil where there is none.
	Mail    people.Mailer
	BaseURL string
	// Zone gives the service's zone, in which months of the public log begin.
	Zone func(ctx context.Context, r db.Reader) (*time.Location, error)
}

// Service holds the verbs of moderation.
type Service struct {
	Deps
	subjects map[string]Subject
}

// New makes the service and registers its timer.
func New(d Deps) *Service {
	d.BaseURL = strings.TrimSuffix(d.BaseURL, "/")
	s := &Service{Deps: d, subjects: map[string]Subject{}}
	s.subjects[profileKind] = profile{s}
	bus.HandleTx(d.Bus, jobForget, s.forgetJob)
	bus.HandleTx(d.Bus, jobRemove, s.removeJob)
	bus.HandleTx(d.Bus, jobSettle, s.settleJob)
	bus.HandleTx(d.Bus, jobAsk, s.askJob)
	bus.HandleTx(d.Bus, jobUnopened, s.unopenedJob)
	d.Bus.Handle(jobWrite, s.writeJob)
	return s
}

// Take plugs in what can be reported. It is called once for each kind, before serving.
func (s *Service) Take(subjects ...Subject) {
	for _, x := range subjects {
		s.subjects[x.Name()] = x
	}
}

// Report puts something into the queue, with what stood around it. Reporting the
// same again while it is open adds words to it, and makes it as heavy as the heavier reason.
func (s *Service) Report(ctx context.Context, a access.Actor, d Draft) error {
	if err := permReport.Check(a); err != nil {
		return err
	}
	if err := d.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		what, err := s.seen(ctx, tx, a, &d)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := reporting.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		had, open, err := reportedBy(ctx, tx, a.Person, d.Kind, d.Object)
		if err != nil {
			return err
		}
		if open {
			if changed, err := s.addTo(ctx, tx, had, d); err != nil || !changed {
				return err
			}
		} else if err := s.file(ctx, tx, a, d, what, now); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic, int64(now))
		// The one it is about reads who opened what of theirs: not that they were reported.
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.report", Kind: d.Kind, Object: d.Object})
	})
}

// file writes a new report down, and tells who decides.
func (s *Service) file(ctx context.Context, tx db.Writer, a access.Actor, d Draft, what Reported, now moment.Time) error {
	r := Report{ID: moment.NewID(), Kind: d.Kind, Object: d.Object, About: what.About, Reason: d.Reason, Scope: moment.NewID(), State: "open", At: now, Anonymous: what.Anonymous, reporter: a.Person}
	box, err := s.Vault.NewScope(ctx, tx, r.Scope, now)
	if err != nil {
		return err
	}
	if err := insertReport(ctx, tx, r, sealed(box, d.Words, r.ID, "words"), sealed(box, what.Excerpt, r.ID, "excerpt")); err != nil {
		return fault.Op("report", err)
	}
	return s.tellQueue(ctx, tx, r.ID, string(r.ID), r.About, r.reporter)
}

// seen gives what a draft is about as the actor sees it. Whoever reports somebody's profile
// reports the person, wherever they met it; what was written without a name has none.
func (s *Service) seen(ctx context.Context, r db.Reader, a access.Actor, d *Draft) (Reported, error) {
	subject, known := s.subjects[d.Kind]
	if !known {
		return Reported{}, fault.Hidden()
	}
	what, found, err := subject.Reported(ctx, r, a, d.Object)
	if err == nil && (!found || what.About == a.Person || what.About == "") {
		err = fault.Hidden()
	}
	if err != nil || what.Nobody || !d.Profile && !what.Profile {
		return what, err // there is no profile where nobody is
	}
	if what.Anonymous {
		return Reported{}, fault.Hidden()
	}
	d.Kind, d.Object, d.Profile = profileKind, what.About, true
	what.Excerpt, err = s.People.Profile(ctx, r, what.About)
	return what, err
}

func sealed(box *vault.Box, words string, id moment.ID, column string) []byte {
	if words == "" {
		return nil
	}
	return box.Seal([]byte(words), place(id, column))
}

func place(id moment.ID, column string) string { return "moderation." + column + "|" + string(id) }

// whoDecide gives who decides here, each once, but for some.
func (s *Service) whoDecide(ctx context.Context, r db.Reader, but ...moment.ID) ([]moment.ID, error) {
	var out []moment.ID
	for _, role := range []access.Role{access.Supervisor, access.Coordinator} {
		ids, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !slices.Contains(but, id) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// tellQueue tells those who decide, but nobody whom it concerns, that something waits.
func (s *Service) tellQueue(ctx context.Context, tx db.Writer, about moment.ID, key string, but ...moment.ID) error {
	ids, err := s.whoDecide(ctx, tx, but...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Tell.Tell(ctx, tx, notify.Message{To: id, Kind: noticeReport, Key: "report/" + key, Path: queuePath, About: about}); err != nil {
			return err
		}
	}
	return nil
}

// onReport loads a report, decides, and runs f in one transaction.
func (s *Service) onReport(ctx context.Context, a access.Actor, id moment.ID, verb string, may func(access.Actor, Report) access.Decision, f func(tx db.Writer, r *Report) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		r, found, err := reportByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := may(a, r).Err(); err != nil {
			return err
		}
		if err := f(tx, &r); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "report", Object: id})
	})
}

// Claim takes a report on, or over from somebody who left it for a day.
func (s *Service) Claim(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onReport(ctx, a, id, "moderation.claim", canSee, func(tx db.Writer, r *Report) error {
		took, err := claim(ctx, tx, id, a.Person, s.Clock.Now(), s.Clock.Now().Add(-claimFor))
		if err == nil && !took && r.ClaimedBy != a.Person {
			return fault.New(fault.Conflict, "moderation.error.claimed")
		}
		return fault.Op("claim", err)
	})
}

// LetGo gives a report back that the actor took on: somebody else looks at it.
func (s *Service) LetGo(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onReport(ctx, a, id, "moderation.let_go", canDecide, func(tx db.Writer, _ *Report) error {
		was, err := letGo(ctx, tx, id, a.Person)
		if err == nil && !was {
			return fault.New(fault.Conflict, "moderation.error.claimed")
		}
		return fault.Op("let go", err)
	})
}

// Reveal looks up whom a report is about that was written without a name. The person
// is told by the slice that it belongs to, reads the reason, and does not learn that
// there is a report.
func (s *Service) Reveal(ctx context.Context, a access.Actor, id moment.ID, reason string) error {
	return s.onReport(ctx, a, id, "moderation.reveal", canReveal, func(tx db.Writer, r *Report) error {
		subject, ok := s.subjects[r.Kind].(Unveiler)
		if !ok {
			return fault.Hidden()
		}
		if err := subject.Unveil(ctx, tx, a, r.Object, reason); err != nil {
			return err
		}
		return fault.Op("reveal", revealReport(ctx, tx, id, s.Clock.Now()))
	})
}

// Out tells whether somebody is paused or banned now: they cannot ask, and are not
// offered people. They can always read why, appeal, and find crisis help.
func (s *Service) Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error) {
	return heldOut(ctx, r, person, s.Clock.Now())
}

// OutUntil is Out, and until when; 0 for good.
func (s *Service) OutUntil(ctx context.Context, r db.Reader, person moment.ID) (until moment.Time, out bool, err error) {
	return heldUntil(ctx, r, person, s.Clock.Now())
}

// OutForGood tells whether somebody is kept out without an end, whether that has settled or
// not: what belongs to others they do not read any more.
func (s *Service) OutForGood(ctx context.Context, r db.Reader, person moment.ID) (bool, error) {
	return heldForGood(ctx, r, person)
}

// GoneAmong gives those of some people who are kept out without an end, as OutForGood tells.
func (s *Service) GoneAmong(ctx context.Context, r db.Reader, people []moment.ID) (map[moment.ID]bool, error) {
	return goneAmong(ctx, r, people)
}

// LiftedUntil gives until when somebody was kept out by the decision that was taken back
// last, as OutUntil gave it then; 0 when none was.
func (s *Service) LiftedUntil(ctx context.Context, r db.Reader, person moment.ID) (moment.Time, error) {
	return liftedUntil(ctx, r, person)
}

type aboutReport struct {
	Report moment.ID `json:"report"`
}

func (s *Service) forgetJob(ctx context.Context, tx db.Writer, about aboutReport) error {
	r, found, err := reportByID(ctx, tx, about.Report)
	if err != nil || !found || r.State != "closed" {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, r.Scope); err != nil {
		return err
	}
	return fault.Op("forget a report", blankReport(ctx, tx, r.ID))
}
