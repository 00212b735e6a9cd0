package moderation

import (
	"context"
	"strings"
	"time"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// What happens to people by a decision, for slices that react.
const (
	eventActed  = "moderation.acted"
	eventLifted = "moderation.lifted"
)

// Decide closes a report with what happens to the person, to the thing, or with
// nothing. The person reads the reason, and how to appeal. What was read and decided
// counts in the ledger of whoever did it.
func (s *Service) Decide(ctx context.Context, a access.Actor, id moment.ID, d Decision) error {
	if err := d.Validate(); err != nil {
		return err
	}
	return s.onReport(ctx, a, id, "moderation.decide", canDecide, func(tx db.Writer, r *Report) error {
		if r.Nobody() && d.What != noAction {
			var p fault.Problems
			p.Add("what", "moderation.error.nobody")
			return p.Err()
		}
		now := s.Clock.Now()
		closed, err := closeReport(ctx, tx, id, a.Person, outcome(d), now)
		if err == nil && !closed {
			return fault.New(fault.Conflict, "moderation.error.closed")
		}
		if err != nil {
			return fault.Op("decide", err)
		}
		if err := s.Tell.SettleAbout(ctx, tx, id, noticeReport); err != nil {
			return err
		}
		if err := s.Bus.At(ctx, tx, jobForget, string(id), now.Add(keepFor), aboutReport{id}); err != nil {
			return err
		}
		if err := s.Load.Looked(ctx, tx, a.Person, id, r.ClaimedAt, isHeavy(r.Reason)); err != nil {
			return err
		}
		if err := s.actOnThing(ctx, tx, a, *r, d, now); err != nil {
			return err
		}
		if d.What == noAction {
			return nil
		}
		return s.actOnPerson(ctx, tx, a, *r, d, now)
	})
}

// canDo tells what can be decided about things of a kind: whether they can be taken out of
// sight, and the labels that can be put on them.
func (s *Service) canDo(ctx context.Context, kind string) (tidy bool, marks []Mark, err error) {
	_, tidy = s.subjects[kind].(Tidier)
	if x, ok := s.subjects[kind].(Labeller); ok {
		marks, err = x.Labels(ctx)
	}
	return tidy, marks, err
}

// outcome is what a closed report led to, in one word: what touched the person, else
// the thing.
func outcome(d Decision) string {
	if d.What == noAction && d.Thing != Leave {
		return d.Thing
	}
	return d.What
}

func (s *Service) actOnPerson(ctx context.Context, tx db.Writer, a access.Actor, r Report, d Decision, now moment.Time) error {
	cards, err := s.People.Cards(ctx, tx, r.About)
	if err != nil {
		return err
	}
	x := Action{What: d.What}
	if d.What == Pause {
		x.Until = now.Add(time.Duration(d.Days) * 24 * time.Hour)
	}
	if d.What == Pause || d.What == Ban {
		x.Until = maxGuest(cards[r.About].Kind == people.KindGuest, a.Has(access.Supervisor), now, x.Until)
	}
	if err := s.write(ctx, tx, a, r, x, d.Reason, now); err != nil {
		return err
	}
	return s.Bus.Emit(ctx, tx, bus.Event{Name: eventActed, ID: r.About})
}

// actOnThing hides, removes or labels what was reported.
func (s *Service) actOnThing(ctx context.Context, tx db.Writer, a access.Actor, r Report, d Decision, now moment.Time) error {
	x := Action{What: d.Thing}
	switch d.Thing {
	case Leave:
		return nil
	case Label:
		subject, ok := s.subjects[r.Kind].(Labeller)
		if !ok {
			return fault.Hidden()
		}
		added, err := subject.Label(ctx, tx, a, r.Object, d.Labels)
		if err != nil {
			return err
		}
		standing, err := standingOn(ctx, tx, r, Label)
		if err != nil {
			return err
		}
		x.detail = strings.Join(append(added, shared(d.Labels, added, standing)...), " ")
	default:
		subject, ok := s.subjects[r.Kind].(Tidier)
		if !ok {
			return fault.Hidden()
		}
		before, err := subject.Hide(ctx, tx, a, r.Object, d.Reason)
		if err != nil {
			return err
		}
		x.detail = before
	}
	return s.write(ctx, tx, a, r, x, d.Reason, now)
}

// write keeps an action, and tells the person. What is removed is destroyed later.
func (s *Service) write(ctx context.Context, tx db.Writer, a access.Actor, r Report, x Action, reason string, now moment.Time) error {
	x.ID, x.Report, x.About, x.Scope, x.By, x.At = moment.NewID(), r.ID, r.About, r.Scope, a.Person, now
	box, err := s.Vault.Box(ctx, tx, r.Scope)
	if err != nil {
		return err
	}
	if err := insertAction(ctx, tx, x, sealed(box, reason, x.ID, "reason")); err != nil {
		return fault.Op("action", err)
	}
	switch {
	case x.What == Remove:
		err = s.Bus.At(ctx, tx, jobRemove, string(x.ID), now.Add(RemoveAfter), aboutAction{x.ID})
	case x.What == Ban && x.Until.IsZero():
		err = s.Bus.At(ctx, tx, jobSettle, string(x.ID), now.Add(SettleAfter), aboutAction{x.ID})
	}
	if err != nil {
		return err
	}
	if r.Nobody() {
		return nil
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: r.About, Kind: noticeDecision, Key: "action/" + string(x.ID), Path: "/me/decisions", About: x.ID})
}

// Undo takes a decision back without an appeal: whoever was paused comes in again, what
// was hidden is seen again, labels come off. The person reads why.
func (s *Service) Undo(ctx context.Context, a access.Actor, id moment.ID, reason string) error {
	var p fault.Problems
	if reason = plain(&p, "undo", reason); reason == "" && len(p) == 0 {
		p.Add("undo", "moderation.error.say_why")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		r, x, err := s.decided(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := canUndo(a, r, x.Action).Err(); err != nil {
			return err
		}
		now := s.Clock.Now()
		box, err := s.Vault.Box(ctx, tx, x.Scope)
		if err != nil {
			return err
		}
		if err := s.lift(ctx, tx, a, r, x, sealed(box, reason, id, "undone"), now); err != nil {
			return err
		}
		if !r.Nobody() {
			if err := s.Tell.Tell(ctx, tx, notify.Message{To: x.About, Kind: noticeDecision, Key: "undone/" + string(id), Path: "/me/decisions", About: id}); err != nil {
				return err
			}
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.undo", Kind: "action", Object: id})
	})
}

// decided loads an action with its report.
func (s *Service) decided(ctx context.Context, r db.Reader, id moment.ID) (Report, sealedAction, error) {
	x, found, err := actionByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return Report{}, x, err
	}
	report, _, err := reportByID(ctx, r, x.Report)
	return report, x, err
}

// lift takes an action back, and what it did to the thing with it.
func (s *Service) lift(ctx context.Context, tx db.Writer, a access.Actor, r Report, x sealedAction, why []byte, now moment.Time) error {
	lifted, err := lift(ctx, tx, x.ID, a.Person, why, now)
	if err == nil && !lifted {
		return fault.New(fault.Conflict, "moderation.error.lifted")
	}
	if err != nil {
		return fault.Op("lift", err)
	}
	switch x.What {
	case Pause, Ban:
		return s.Bus.Emit(ctx, tx, bus.Event{Name: eventLifted, ID: x.About})
	case Label:
		return s.unlabel(ctx, tx, a, r, x)
	case Hide, Remove:
		return s.back(ctx, tx, a, r, x)
	}
	return nil
}

type aboutAction struct {
	Action moment.ID `json:"action"`
}

// settleJob lets slices take away what cannot be given back from somebody who is kept out
// for good. While they ask somebody else to look again it waits, but not for ever.
func (s *Service) settleJob(ctx context.Context, tx db.Writer, about aboutAction) error {
	x, found, err := actionByID(ctx, tx, about.Action)
	if err != nil || !found || !x.LiftedAt.IsZero() {
		return err
	}
	now := s.Clock.Now()
	if next := now.Add(24 * time.Hour); x.Appeal != nil && x.Appeal.DecidedAt.IsZero() && now < x.At.Add(SettleMost) {
		return s.Bus.At(ctx, tx, jobSettle, string(x.ID), min(next, x.At.Add(SettleMost)), about)
	}
	first, err := settle(ctx, tx, x.ID, now)
	if err != nil || !first {
		return fault.Op("settle", err)
	}
	return s.Bus.Emit(ctx, tx, bus.Event{Name: eventActed, ID: x.About})
}

// removeJob destroys what was removed, when nobody took that back. While somebody is
// asked to look again it waits for their answer.
func (s *Service) removeJob(ctx context.Context, tx db.Writer, about aboutAction) error {
	x, found, err := actionByID(ctx, tx, about.Action)
	if err != nil || !found || !x.LiftedAt.IsZero() {
		return err
	}
	if x.Appeal != nil && x.Appeal.DecidedAt.IsZero() {
		return s.Bus.At(ctx, tx, jobRemove, string(x.ID), s.Clock.Now().Add(24*time.Hour), about)
	}
	r, found, err := reportByID(ctx, tx, x.Report)
	if err != nil || !found {
		return err
	}
	subject, ok := s.subjects[r.Kind].(Tidier)
	if !ok {
		return nil
	}
	return subject.Remove(ctx, tx, r.Object)
}
