package shifts

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// People is what shifts ask of the people slice.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	FitOf(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Fit, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
}

// Deps is what shifts stand on. Whoever only asks who is here needs no Vault,
// People, Ledger, Tell and BaseURL: they belong to the plan and its pages.
type Deps struct {
	DB      *db.DB
	Vault   *vault.Vault
	Bus     *bus.Bus
	Clock   moment.Clock
	Ledger  *access.Ledger
	People  People
	Tell    Teller
	BaseURL string // of the service, for the address that calendar programs read
}

// Service holds the verbs of a shift.
type Service struct {
	Deps
	feeds map[string]Events // of other slices, by kind
}

// New makes the service and registers its timers and reactions.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	bus.HandleTx(d.Bus, jobForgotten, s.forgottenJob)
	bus.HandleTx(d.Bus, jobRested, s.restedJob)
	s.listen()
	return s
}

const jobForgotten = "shifts.forgotten"

type aboutShift struct {
	Shift  moment.ID `json:"shift"`
	Person moment.ID `json:"person"`
}

// Mine gives the actor's running shift.
func (s *Service) Mine(ctx context.Context, r db.Reader, person moment.ID) (Shift, bool, error) {
	return runningOf(ctx, r, person)
}

// On lists everybody on shift, the longest here first.
func (s *Service) On(ctx context.Context, r db.Reader) ([]Shift, error) { return running(ctx, r) }

// Start begins the actor's shift, on a break until they say they are ready: nobody
// is offered to somebody who has just sat down.
func (s *Service) Start(ctx context.Context, a access.Actor, leads bool) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		_, err := s.Arrive(ctx, tx, a, leads, Check{})
		return err
	})
}

// begin starts a shift and links it to the plan; began is false when one runs.
func (s *Service) begin(ctx context.Context, tx db.Writer, a access.Actor, leads bool) (shift Shift, began bool, err error) {
	if shift, on, err := runningOf(ctx, tx, a.Person); err != nil || on {
		return shift, false, err
	}
	now := s.Clock.Now()
	shift = Shift{ID: moment.NewID(), Person: a.Person, Leads: leads, State: Break, StartedAt: now, Most: 1}
	if !canTalk(a) {
		shift.Most = 0
	}
	if err := s.ceil(ctx, tx, &shift); err != nil {
		return shift, false, err
	}
	if err := insertShift(ctx, tx, shift); err != nil {
		return shift, false, fault.Op("shift start", err)
	}
	if err := s.belong(ctx, tx, shift); err != nil {
		return shift, false, err
	}
	if err := s.Bus.At(ctx, tx, jobForgotten, string(shift.ID), now.Add(LongestShift), aboutShift{shift.ID, a.Person}); err != nil {
		return shift, false, err
	}
	return shift, true, s.changed(ctx, tx, a, "shifts.start", shift.ID)
}

// Say sets what the actor does, in the caller's transaction: ready, or on a short
// break. What else must hold before somebody is ready is the caller's to check
// in the same transaction. A shift that is closing, or was stopped, goes on
// doing so when a break is asked for.
func (s *Service) Say(ctx context.Context, tx db.Writer, a access.Actor, state State) error {
	if state != Ready && state != Break {
		return fault.New(fault.Invalid, "shifts.error.state")
	}
	shift, err := s.own(ctx, tx, a)
	if err != nil || shift.State == state || state == Break && shift.State != Ready {
		return err
	}
	if state == Ready && shift.Most == 0 {
		return fault.New(fault.Conflict, "shifts.error.only_leads")
	}
	if state == Ready {
		if ok, _, err := s.rested(ctx, tx, shift); err != nil || !ok {
			return cmp.Or(err, error(fault.New(fault.Conflict, "shifts.error.rest")))
		}
	}
	return s.setState(ctx, tx, a, shift, state)
}

func (s *Service) own(ctx context.Context, tx db.Writer, a access.Actor) (Shift, error) {
	shift, on, err := runningOf(ctx, tx, a.Person)
	if err == nil && !on {
		err = fault.New(fault.Conflict, "shifts.error.none")
	}
	return shift, err
}

func (s *Service) setState(ctx context.Context, tx db.Writer, a access.Actor, shift Shift, state State) error {
	readyAt := moment.Time(0)
	if state == Ready {
		readyAt = s.Clock.Now()
	}
	if err := setState(ctx, tx, shift.ID, state, readyAt); err != nil {
		return fault.Op("shift state", err)
	}
	return s.changed(ctx, tx, a, "shifts."+string(state), shift.ID)
}

// Leave ends the actor's shift in the caller's transaction, or, while somebody is
// still with them, closes it: no new people come, and it ends with the last
// conversation.
func (s *Service) Leave(ctx context.Context, tx db.Writer, a access.Actor) error {
	shift, err := s.own(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.leave(ctx, tx, a, shift)
}

// Unfit answers a role that was taken away, in the caller's transaction: whoever
// may no longer talk with people is offered nobody; who leads may go on leading,
// anybody else's shift ends, with their last conversation if one runs.
func (s *Service) Unfit(ctx context.Context, tx db.Writer, person moment.ID, mayLead bool) error {
	shift, on, err := runningOf(ctx, tx, person)
	if err != nil || !on || shift.Most == 0 || shift.State == Closing {
		return err
	}
	if !shift.Leads || !mayLead {
		return s.leave(ctx, tx, access.System(), shift)
	}
	if err := setMost(ctx, tx, shift.ID, 0); err != nil {
		return fault.Op("shift unfit", err)
	}
	return s.changed(ctx, tx, access.System(), "shifts.unfit", shift.ID)
}

func (s *Service) leave(ctx context.Context, tx db.Writer, a access.Actor, shift Shift) error {
	if shift.Busy > 0 && shift.State != Stopped {
		return s.setState(ctx, tx, a, shift, Closing)
	}
	if err := setEnded(ctx, tx, shift.ID, s.Clock.Now()); err != nil {
		return fault.Op("shift end", err)
	}
	if err := s.Bus.Cancel(ctx, tx, jobForgotten, string(shift.ID)); err != nil {
		return err
	}
	return s.changed(ctx, tx, a, "shifts.end", shift.ID)
}

// Stop is "I need to stop now", in the caller's transaction: no offers come any
// more. What becomes of the conversations is the caller's to do.
func (s *Service) Stop(ctx context.Context, tx db.Writer, a access.Actor) error {
	shift, on, err := runningOf(ctx, tx, a.Person)
	if err != nil || !on {
		return err
	}
	return s.setState(ctx, tx, a, shift, Stopped)
}

// Rest puts a worker on a break in the caller's transaction: they were asked
// and did not answer, and nobody shall wait for them a second time.
func (s *Service) Rest(ctx context.Context, tx db.Writer, person moment.ID) error {
	shift, on, err := runningOf(ctx, tx, person)
	if err != nil || !on || shift.State != Ready {
		return err
	}
	return s.setState(ctx, tx, access.System(), shift, Break)
}

// Claim takes a place with a worker in the caller's transaction. It is false
// when the worker is not ready or carries as much as they may.
func (s *Service) Claim(ctx context.Context, tx db.Writer, person moment.ID) (bool, error) {
	ok, err := claim(ctx, tx, person, s.Clock.Now())
	if err == nil && ok {
		s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
	}
	return ok, fault.Op("shift claim", err)
}

// Take claims a place even though the worker is not "ready": a lead who takes a
// person themselves, by their own choice.
func (s *Service) Take(ctx context.Context, tx db.Writer, person moment.ID) error {
	taken, err := takeAnyway(ctx, tx, person)
	if err == nil && !taken {
		return fault.New(fault.Conflict, "shifts.error.hard_most")
	}
	s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
	return fault.Op("shift take", err)
}

// Release gives a place back; talked tells that a conversation was in it. A shift
// that was closing ends with its last one.
func (s *Service) Release(ctx context.Context, tx db.Writer, person moment.ID, talked bool) error {
	n := 0
	if talked {
		n = 1
	}
	if err := release(ctx, tx, person, n); err != nil {
		return fault.Op("shift release", err)
	}
	shift, on, err := runningOf(ctx, tx, person)
	if err != nil {
		return err
	}
	if on && shift.State == Closing && shift.Busy == 0 {
		return s.leave(ctx, tx, access.System(), shift)
	}
	s.Bus.Publish(tx, Topic, int64(s.Clock.Now()))
	return s.Bus.Emit(ctx, tx, bus.Event{Name: "shifts.changed", ID: person})
}

// changed writes the audit, tells the pages, and lets others react.
func (s *Service) changed(ctx context.Context, tx db.Writer, a access.Actor, verb string, id moment.ID) error {
	now := s.Clock.Now()
	s.Bus.Publish(tx, Topic, int64(now))
	if err := access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "shift", Object: id}); err != nil {
		return err
	}
	return s.Bus.Emit(ctx, tx, bus.Event{Name: "shifts.changed", ID: id})
}

// forgottenJob ends a shift that nobody ended.
func (s *Service) forgottenJob(ctx context.Context, tx db.Writer, about aboutShift) error {
	shift, on, err := runningOf(ctx, tx, about.Person)
	if err != nil || !on || shift.ID != about.Shift {
		return err
	}
	if err := s.leave(ctx, tx, access.System(), shift); err != nil || shift.Busy == 0 {
		return err
	}
	// Somebody is still talking: look again, so that it ends with them.
	return s.Bus.At(ctx, tx, jobForgotten, string(shift.ID), s.Clock.Now().Add(time.Hour), about)
}

// Staffing counts who is here.
func (s *Service) Staffing(ctx context.Context, r db.Reader) (Staffing, error) {
	on, err := running(ctx, r)
	if err != nil {
		return Staffing{}, err
	}
	minimum, second, err := s.Minimum(ctx, r)
	if err != nil {
		return Staffing{}, err
	}
	now := s.Clock.Now()
	out := Staffing{Minimum: minimum, Second: second != ""}
	for _, x := range on {
		if x.State == Closing || x.State == Stopped {
			continue
		}
		out.People++
		if x.Most > 0 {
			out.Peers++
		}
		if x.Free(now) {
			out.Free++
		}
		if x.Leads && out.Lead == "" {
			out.Lead = x.Person
		}
	}
	return out, nil
}

// Minimum gives how many people a shift needs, and the named second, if any.
func (s *Service) Minimum(ctx context.Context, r db.Reader) (int, moment.ID, error) {
	text, err := access.Setting(ctx, r, SettingMinimum, strconv.Itoa(MinimumDefault))
	if err != nil {
		return 0, "", err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		n = MinimumDefault
	}
	second, err := access.Setting(ctx, r, SettingSecond, "")
	return n, moment.ID(second), err
}
