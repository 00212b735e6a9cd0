package support

import (
	"cmp"
	"context"
	"time"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// People is what support asks of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	FitOf(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Fit, error)
	Revs(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]int64, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
	KeepApart(ctx context.Context, tx db.Writer, by access.Actor, whom moment.ID, kind people.ApartKind, until moment.Time) error
	Situations(ctx context.Context, lang string) ([]people.Situation, error)
	Arrive(ctx context.Context, tx db.Writer, g people.Arrival) (access.Actor, string, error)
	NewGuest(ctx context.Context, tx db.Writer, lang, zone string) (people.Card, error)
	GiveCodeWords(ctx context.Context, tx db.Writer, person moment.ID) (string, error)
}

// Safety is what support asks about the conditions of opening and about words.
type Safety interface {
	MayOpen(ctx context.Context, r db.Reader) (bool, error)
	Match(ctx context.Context, r db.Reader, text, lang string) ([]string, error)
	PolicyVersion(ctx context.Context, r db.Reader) (int, error)
	Seen(ctx context.Context, tx db.Writer, person moment.ID, version int) error
	Running(ctx context.Context, r db.Reader) ([]safety.OpenCase, error)
	For(ctx context.Context, r db.Reader, person moment.ID) ([]safety.OpenCase, error)
	At(ctx context.Context, r db.Reader, place moment.ID) ([]safety.Case, error)
	Follow(ctx context.Context, tx db.Writer, member, to moment.ID) ([]safety.Case, error)
}

// Standing tells who is kept out for a time, with a reason that they read.
type Standing interface {
	Out(ctx context.Context, r db.Reader, person moment.ID) (bool, error)
}

// Deps is what support stands on.
type Deps struct {
	DB       *db.DB
	Vault    *vault.Vault
	Bus      *bus.Bus
	Clock    moment.Clock
	Ledger   *access.Ledger
	People   People
	Shifts   *shifts.Service
	Chat     *chat.Service
	Safety   Safety
	Tell     Teller
	Standing Standing
}

// Service holds the verbs of support.
type Service struct {
	Deps
	index *matching.Index
}

// New makes the service and registers its timers and reactions.
func New(d Deps) *Service {
	s := &Service{Deps: d, index: matching.NewIndex()}
	s.register()
	return s
}

// Status is what everybody may know: whether somebody is there now.
type Status struct {
	Open      bool
	Peers     int // who talk with people, on shift
	Free      int
	Waiting   int
	Wait      WaitRange
	Next      moment.Time // when it opens next, by the staffed plan or the hours; 0 when not known
	Until     moment.Time // until when it is planned to be open; 0 when not known
	NextKnown bool
}

// Status tells whether the service is open, and what to expect.
func (s *Service) Status(ctx context.Context) (Status, error) {
	return s.status(ctx, s.DB.Reader())
}

func (s *Service) status(ctx context.Context, r db.Reader) (Status, error) {
	staff, err := s.Shifts.Staffing(ctx, r)
	if err != nil {
		return Status{}, err
	}
	may, err := s.Safety.MayOpen(ctx, r)
	if err != nil {
		return Status{}, err
	}
	st := Status{Open: may && staff.Enough(), Peers: staff.Peers, Free: staff.Free}
	if st.Waiting, err = countState(ctx, r, Waiting); err != nil {
		return st, err
	}
	now := s.Clock.Now()
	waits, err := recentWaits(ctx, r, now.Add(-waitsOf))
	if err != nil {
		return st, err
	}
	st.Wait = waitRange(durations(waits))
	opening, err := s.Shifts.Opening(ctx, r, now)
	st.Next, st.NextKnown, st.Until = opening.Next, !opening.Next.IsZero(), opening.Until
	return st, err
}

func durations(micros []int64) []time.Duration {
	out := make([]time.Duration, len(micros))
	for i, n := range micros {
		out[i] = time.Duration(n) * time.Microsecond
	}
	return out
}

// Caller is who asks, and how they came.
type Caller struct {
	Actor access.Actor
	Lang  string
	Zone  string
	Label string // the kind of device, for the list of sessions
	// Address bounds how many guests come from one place; "" is not counted.
	Address string
}

// Asked is the answer to asking. Token is set when a guest was made for it.
type Asked struct {
	Request Request
	Token   string
	Actor   access.Actor
	Words   string // the code words of a held place, for a guest
	Help    bool   // crisis lines are to be shown at once, also when asking was refused
}

// Ask puts somebody in the line. A visitor becomes a guest by it. While one is
// waiting or talking, asking again gives that request: nobody stands in line
// twice. When the service is closed it is a Conflict; Hold keeps a place.
func (s *Service) Ask(ctx context.Context, c Caller, w Wanted) (Asked, error) {
	return s.enter(ctx, c, w, Waiting)
}

// Hold keeps a place for when the service opens.
func (s *Service) Hold(ctx context.Context, c Caller, w Wanted) (Asked, error) {
	return s.enter(ctx, c, w, Held)
}

func (s *Service) enter(ctx context.Context, c Caller, w Wanted, state State) (Asked, error) {
	if err := canAsk(c.Actor).Err(); err != nil {
		return Asked{}, err
	}
	if out, err := s.Standing.Out(ctx, s.DB.Reader(), c.Actor.Person); err != nil || out {
		return Asked{}, cmp.Or(err, error(fault.New(fault.Conflict, "support.error.out")))
	}
	if err := s.check(ctx, &w, c.Lang); err != nil {
		return Asked{}, err
	}
	var out Asked
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		out = Asked{Actor: c.Actor}
		st, err := s.status(ctx, tx)
		if err != nil {
			return err
		}
		if why, err := s.worry(ctx, tx, w, c.Lang); err != nil {
			return err
		} else if out.Help = why != ""; state == Waiting && !st.Open {
			return fault.New(fault.Conflict, "support.error.closed")
		}
		if state == Held && st.Open {
			state = Waiting // a place is kept only while nobody is here
		}
		if !c.Actor.Known() {
			if out.Actor, out.Token, err = s.People.Arrive(ctx, tx, people.Arrival{Lang: c.Lang, Zone: c.Zone, Label: c.Label, Address: c.Address}); err != nil {
				return err
			}
		}
		if live, ok, err := s.already(ctx, tx, out.Actor.Person, w, state, c.Lang); err != nil || ok {
			out.Request = live
			return err
		}
		if err := asking.Spend(ctx, tx, out.Actor.Person, s.Clock.Now()); err != nil {
			return err
		}
		return s.place(ctx, tx, &out, w, state, c.Lang)
	})
	return out, err
}

// already gives the request that asking again leads to, with what was said this
// time. Asking while a place is held and the service is open takes it up.
func (s *Service) already(ctx context.Context, tx db.Writer, person moment.ID, w Wanted, state State, lang string) (Request, bool, error) {
	q, ok, err := liveOf(ctx, tx, person)
	if err != nil {
		return q, false, err
	}
	if !ok {
		if q, ok, err = heldOf(ctx, tx, person); err != nil || !ok {
			return q, false, err
		}
	}
	if q.State != Talking && w.says() {
		if err := s.rewant(ctx, tx, &q, w, lang); err != nil {
			return q, true, err
		}
		if err := updateRequest(ctx, tx, q); err != nil {
			return q, true, fault.Op("support ask again", err)
		}
		s.tell(tx, q)
	}
	if q.State == Held && state == Waiting {
		return q, true, s.takeUp(ctx, tx, &q)
	}
	return q, true, s.dispatch(ctx, tx)
}

// takeUp brings a held place back into the line, where it was asked for.
func (s *Service) takeUp(ctx context.Context, tx db.Writer, q *Request) error {
	q.State, q.First, q.WhyFirst = Waiting, true, "held"
	q.LinedUpAt = s.Clock.Now()
	if err := updateRequest(ctx, tx, *q); err != nil {
		return fault.Op("support take up", err)
	}
	if err := s.Bus.Cancel(ctx, tx, jobHeld, string(q.ID)); err != nil {
		return err
	}
	s.tell(tx, *q)
	return s.lineUp(ctx, tx, *q)
}

// place writes the request, sealed, and starts its timers.
func (s *Service) place(ctx context.Context, tx db.Writer, out *Asked, w Wanted, state State, lang string) error {
	now := s.Clock.Now()
	q := Request{ID: moment.NewID(), Person: out.Actor.Person, State: state, AskedAt: now, LinedUpAt: now, Wanted: w}
	box, err := s.Vault.NewScope(ctx, tx, q.ID, now)
	if err != nil {
		return err
	}
	if err := s.weighWords(ctx, tx, &q, lang); err != nil {
		return err
	}
	var words []byte
	if w.Words != "" {
		words, q.HasWords = box.Seal([]byte(w.Words), wordsPlace(q.ID)), true
	}
	if q.Policy, err = s.Safety.PolicyVersion(ctx, tx); err != nil {
		return err
	}
	if state == Held {
		q.HeldUntil = now.Add(HeldLasts)
	}
	if err := insertRequest(ctx, tx, q, words); err != nil {
		return fault.Op("support ask", err)
	}
	out.Request = q
	s.tell(tx, q)
	if err := access.Record(ctx, tx, out.Actor, now, access.Entry{Verb: "support." + verbOf(state), Kind: "request", Object: q.ID}); err != nil {
		return err
	}
	if err := s.keepWords(ctx, tx, q, out.Actor.Has(access.Guest)); err != nil {
		return err
	}
	if state == Held {
		if out.Actor.Has(access.Guest) {
			if out.Words, err = s.People.GiveCodeWords(ctx, tx, q.Person); err != nil {
				return err
			}
		}
		return s.Bus.At(ctx, tx, jobHeld, string(q.ID), q.HeldUntil, aboutRequest{q.ID})
	}
	return s.lineUp(ctx, tx, q)
}

func verbOf(state State) string {
	if state == Held {
		return "hold"
	}
	return "ask"
}

// lineUp starts a waiting request's timers and looks for somebody at once.
func (s *Service) lineUp(ctx context.Context, tx db.Writer, q Request) error {
	if at, ok := nextWidening(q.LinedUpAt, s.Clock.Now()); ok {
		if err := s.Bus.At(ctx, tx, jobWiden, string(q.ID), at, aboutRequest{q.ID}); err != nil {
			return err
		}
	}
	return s.dispatch(ctx, tx)
}

// Withdraw takes a request back. A held place too.
func (s *Service) Withdraw(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		q, found, err := requestByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found || q.Person != a.Person {
			return fault.Hidden()
		}
		if err := changing.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		if q.State.Terminal() {
			return nil // pressing twice is no error
		}
		if q.State == Talking {
			return fault.New(fault.Conflict, "support.error.talking")
		}
		if err := s.finish(ctx, tx, &q, Withdrawn); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "support.withdraw", Kind: "request", Object: q.ID}); err != nil {
			return err
		}
		return s.dispatch(ctx, tx)
	})
}

// finish brings a request to its end and frees the peer it was offered to.
func (s *Service) finish(ctx context.Context, tx db.Writer, q *Request, state State) error {
	now := s.Clock.Now()
	if o, open, err := openOfferFor(ctx, tx, q.ID); err != nil {
		return err
	} else if open {
		if err := s.settle(ctx, tx, o, OfferGone); err != nil {
			return err
		}
	}
	q.State, q.ClosedAt = state, now
	if err := updateRequest(ctx, tx, *q); err != nil {
		return fault.Op("support finish", err)
	}
	for _, kind := range []string{jobWiden, jobTruth, jobHeld} {
		if err := s.Bus.Cancel(ctx, tx, kind, string(q.ID)); err != nil {
			return err
		}
	}
	s.tell(tx, *q)
	return nil
}

// tell wakes the pages that show this request and the line.
func (s *Service) tell(tx db.Writer, q Request) {
	now := int64(s.Clock.Now())
	s.Bus.Publish(tx, RequestTopic(q.ID), now)
	s.Bus.Publish(tx, QueueTopic, now)
}

// tellPeer wakes the shift page of a peer and the board they stand on.
func (s *Service) tellPeer(tx db.Writer, peer moment.ID) {
	now := int64(s.Clock.Now())
	s.Bus.Publish(tx, PeerTopic(peer), now)
	s.Bus.Publish(tx, QueueTopic, now)
}
