package safety

import (
	"context"
	"slices"
	"strconv"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

const (
	jobClimb  = "safety.climb"  // nobody answered in time
	jobShown  = "safety.shown"  // the member can read their timeline
	jobReview = "safety.review" // a step taken alone is to be looked at
	jobForget = "safety.forget" // a closed case has had its time
)

type aboutCase struct {
	Case moment.ID `json:"case"`
}

type aboutAct struct {
	Act moment.ID `json:"act"`
}

func (s *Service) register() {
	for kind, f := range map[string]func(context.Context, db.Writer, moment.ID) error{jobClimb: s.climbDue, jobShown: s.shown, jobForget: s.forget} {
		bus.HandleTx(s.Bus, kind, func(ctx context.Context, tx db.Writer, about aboutCase) error { return f(ctx, tx, about.Case) })
	}
	bus.HandleTx(s.Bus, jobReview, func(ctx context.Context, tx db.Writer, about aboutAct) error { return s.reviewDue(ctx, tx, about.Act) })
	s.Bus.OnTx("people.changed", "safety", func(ctx context.Context, tx db.Writer, e bus.Event) error {
		return s.unowned(ctx, tx, e.ID)
	})
}

// plan sets the timer of a running case to its deadline; a closed one has none.
func (s *Service) plan(ctx context.Context, tx db.Writer, c Case) error {
	if !c.Open() {
		return s.Bus.Cancel(ctx, tx, jobClimb, string(c.ID))
	}
	return s.Bus.At(ctx, tx, jobClimb, string(c.ID), c.Due, aboutCase{c.ID})
}

// page tells the people of a step, each once for this round and rung, and writes
// it down.
func (s *Service) page(ctx context.Context, tx db.Writer, c *Case, step climbed) error {
	for _, person := range step.Page {
		isNew, err := insertPage(ctx, tx, c.ID, step.Round, step.Rung, person, s.Clock.Now())
		if err != nil {
			return fault.Op("page", err)
		}
		if !isNew {
			continue
		}
		m := notify.Message{To: person, Kind: noticePage, Key: pageKey(c.ID, step.Round, step.Rung), Path: "/case/" + string(c.ID), About: c.ID}
		if err := s.Tell.Tell(ctx, tx, m); err != nil {
			return err
		}
	}
	return s.write(ctx, tx, access.System(), c, Entry{Kind: "paged", Detail: string(step.Rung)})
}

// pageKey is stable over crashes and restarts: what is told twice under it
// arrives once in the app, and under one id outside.
func pageKey(id moment.ID, round int, r Rung) string {
	return "case/" + string(id) + "/" + strconv.Itoa(round) + "/" + string(r)
}

// climbDue takes the next step of a case nobody answered, or that stood still.
// A step that is not due changes nothing, so that it can run twice. What became
// overdue while nothing ran goes on from the step it stands on: one step, and
// then the full wait of the next.
func (s *Service) climbDue(ctx context.Context, tx db.Writer, id moment.ID) error {
	c, found, err := caseByID(ctx, tx, id)
	if err != nil || !found || !c.Open() {
		return err
	}
	now := s.Clock.Now()
	if now < c.Due {
		return s.plan(ctx, tx, c)
	}
	if c.State == InHand {
		if err := s.wake(ctx, tx, &c); err != nil {
			return err
		}
		return s.save(ctx, tx, c)
	}
	return s.step(ctx, tx, c)
}

// step moves the page to the next rung.
func (s *Service) step(ctx context.Context, tx db.Writer, c Case) error {
	d, err := s.duty(ctx, tx)
	if err != nil {
		return err
	}
	asked, err := pagedIn(ctx, tx, c.ID, c.Round)
	if err != nil {
		return err
	}
	next := climb(c, d, asked)
	if next.Owner != c.Owner {
		c.Owner = next.Owner
	}
	c.Round, c.Rung = next.Round, next.Rung
	c.Due = s.Clock.Now().Add(s.waitsOr(ctx, tx).at(next.Rung))
	if err := s.page(ctx, tx, &c, next); err != nil {
		return err
	}
	return s.save(ctx, tx, c)
}

// wake asks the owner of a case in hand that nobody moved on, as a new round:
// when they do not answer either, it climbs again.
func (s *Service) wake(ctx context.Context, tx db.Writer, c *Case) error {
	c.State, c.Round, c.Rung = Climbing, c.Round+1, RungOwner
	c.Due = s.Clock.Now().Add(s.waitsOr(ctx, tx).at(RungOwner))
	return s.page(ctx, tx, c, climbed{Round: c.Round, Rung: RungOwner, Page: []moment.ID{c.Owner}, Owner: c.Owner})
}

// Answer is "I have it": the case is the actor's from then on. Answering again
// what one has changes nothing.
func (s *Service) Answer(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, st, err := s.load(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := canAnswer(a, c, st).Err(); err != nil {
			return err
		}
		if c.State == InHand && c.Owner == a.Person {
			return nil
		}
		kind := "answered"
		if c.State == InHand {
			kind = "taken_over"
		}
		now := s.Clock.Now()
		first := c.AnsweredAt.IsZero()
		c.State, c.Owner, c.AnsweredAt, c.AnsweredBy = InHand, a.Person, now, a.Person
		if err := s.write(ctx, tx, a, &c, Entry{Kind: kind}); err != nil {
			return err
		}
		if err := s.moved(ctx, tx, &c); err != nil {
			return err
		}
		if err := s.Tell.SettleAbout(ctx, tx, c.ID, noticePage); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, a, now, access.Entry{Verb: "safety.answer", Kind: "case", Object: id, Subject: c.Member}); err != nil {
			return err
		}
		if !first {
			return nil
		}
		return s.Bus.Emit(ctx, tx, bus.Event{Name: "safety.answered", ID: c.ID, Also: map[string]moment.ID{"place": c.Place, "by": c.RaisedBy, "member": c.Member}})
	})
}

// moved gives a case in hand its full time again: somebody did something.
func (s *Service) moved(ctx context.Context, tx db.Writer, c *Case) error {
	if c.State == InHand {
		c.Due = s.Clock.Now().Add(s.waitsOr(ctx, tx).still(c.Level))
	}
	return s.save(ctx, tx, *c)
}

// unowned answers a change of somebody's roles: a case whose owner may no longer
// work on it climbs again at once.
func (s *Service) unowned(ctx context.Context, tx db.Writer, person moment.ID) error {
	owned, err := casesOwnedBy(ctx, tx, person)
	if err != nil || len(owned) == 0 {
		return err
	}
	if works, err := s.stillWorks(ctx, tx, person); err != nil || works {
		return err
	}
	for _, c := range owned {
		if err := s.giveAway(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) stillWorks(ctx context.Context, r db.Reader, person moment.ID) (bool, error) {
	for _, role := range []access.Role{access.Peer, access.Supervisor, access.Coordinator} {
		ids, err := s.People.WithRole(ctx, r, role)
		if err != nil || slices.Contains(ids, person) {
			return err == nil, err
		}
	}
	return false, nil
}

// giveAway lets a case climb again because its owner has gone.
func (s *Service) giveAway(ctx context.Context, tx db.Writer, c Case) error {
	c.State, c.Round, c.Rung = Climbing, c.Round+1, ""
	return s.step(ctx, tx, c)
}

// watchGrace is how long a timer may be late before the watch takes the step
// itself: longer than a poll, far shorter than any wait.
const watchGrace = 10 * time.Second

// Watch is the net below the timers, called with the heartbeat of each node. It
// takes a step that is overdue and was not taken, for whatever reason, and brings
// back a deadline that lies further ahead than any wait, since the clock was set
// back. It undoes nothing. Two nodes that watch at once take one step.
func (s *Service) Watch(ctx context.Context) error {
	r, now := s.DB.Reader(), s.Clock.Now()
	waits, err := s.Waits(ctx, r)
	if err != nil {
		return err
	}
	late, err := casesOutside(ctx, r, now.Add(-watchGrace), now.Add(waits.shortest()))
	if err != nil {
		return err
	}
	for _, c := range late {
		if c.Due > now && c.Due <= now.Add(waits.longest(c)) {
			continue
		}
		if err := s.DB.Write(ctx, func(tx db.Writer) error { return s.rescue(ctx, tx, c.ID) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) rescue(ctx context.Context, tx db.Writer, id moment.ID) error {
	c, found, err := caseByID(ctx, tx, id)
	if err != nil || !found || !c.Open() {
		return err
	}
	latest := s.Clock.Now().Add(s.waitsOr(ctx, tx).longest(c))
	if c.Due <= latest {
		return s.climbDue(ctx, tx, id)
	}
	c.Due = latest
	return s.save(ctx, tx, c)
}
