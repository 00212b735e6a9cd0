package moderation

import (
	"context"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Mine gives what was decided about the actor, and who would decide an appeal. Who decided
// is not in it.
func (s *Service) Mine(ctx context.Context, a access.Actor) ([]Action, error) {
	r := s.DB.Reader()
	list, err := s.actions(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	partner, err := partnerNow(ctx, r)
	if err != nil {
		return nil, err
	}
	for i, x := range list {
		if canAppeal(a, x).OK() {
			if list[i].Route, err = s.route(ctx, r, x, partner); err != nil {
				return nil, err
			}
		}
		if partner.Ready() {
			list[i].Partner = partner.Name
		}
		list[i].By, list[i].Report = "", ""
	}
	return list, nil
}

// route tells who would decide an appeal.
func (s *Service) route(ctx context.Context, r db.Reader, x Action, partner Partner) (Route, error) {
	others, err := s.whoDecide(ctx, r, x.By, x.About)
	return routeOf(len(others), partner.Ready()), err
}

// Appeal asks somebody else to look again: those here who did not act, or where nobody
// here can, the partner outside. Words that may be a goodbye are refused by no pace, and
// told at once.
func (s *Service) Appeal(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var p fault.Problems
	if words = plain(&p, "words", words); words == "" && len(p) == 0 {
		p.Add("words", "moderation.error.say_why")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, found, err := actionByID(ctx, tx, id)
		if err == nil && !found {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		if err := canAppeal(a, x.Action).Err(); err != nil {
			return err
		}
		now := s.Clock.Now()
		heavy, err := s.heavy(ctx, tx, words)
		if err == nil && !heavy {
			err = reporting.Spend(ctx, tx, a.Person, now)
		}
		if err != nil {
			return err
		}
		if err := s.keepAppeal(ctx, tx, x, words, heavy, now); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.appeal", Kind: "action", Object: id, Subject: a.Person})
	})
}

// keepAppeal writes an appeal down and asks who decides it.
func (s *Service) keepAppeal(ctx context.Context, tx db.Writer, x sealedAction, words string, heavy bool, now moment.Time) error {
	partner, err := partnerNow(ctx, tx)
	if err != nil {
		return err
	}
	route, err := s.route(ctx, tx, x.Action, partner)
	if err != nil {
		return err
	}
	box, err := s.Vault.Box(ctx, tx, x.Scope)
	if err != nil {
		return err
	}
	if err := insertAppeal(ctx, tx, x.ID, box.Seal([]byte(words), place(x.ID, "appeal")), route, now); err != nil {
		return fault.Op("appeal", err)
	}
	x.Appeal = &Appeal{At: now, Route: route}
	if err := s.ask(ctx, tx, x.Action, partner, now, ""); err != nil {
		return err
	}
	if heavy {
		r, _, err := reportByID(ctx, tx, x.Report)
		if err == nil {
			err = s.tellWorry(ctx, tx, r, x.Action)
		}
		if err != nil {
			return err
		}
	}
	return s.Bus.At(ctx, tx, jobAsk, string(x.ID), now.Add(askAgain), aboutAction{x.ID})
}

// ask tells those here who could decide an appeal, and asks the partner where nobody here
// can, or where again says that it has waited too long. When the partner is asked does not
// depend on who reported: its person sees when they read it, and could tell. Where the only
// other one here reported, nobody is told for that week.
func (s *Service) ask(ctx context.Context, tx db.Writer, x Action, partner Partner, now moment.Time, again string) error {
	r, _, err := reportByID(ctx, tx, x.Report)
	if err != nil {
		return err
	}
	here, err := s.whoDecide(ctx, tx, x.By, x.About)
	if err != nil {
		return err
	}
	if err := s.tellQueue(ctx, tx, x.ID, string(x.ID)+again, x.By, x.About, r.reporter); err != nil {
		return err
	}
	if !partner.Ready() || !x.Appeal.Route.goesOut() || len(here) > 0 && again == "" {
		return nil
	}
	silent, err := s.silent(ctx, tx, partner, x.ID)
	if err != nil {
		return err
	}
	if silent { // those who decide, whoever acted too, can name somebody else
		return s.tellQueue(ctx, tx, x.ID, string(x.ID)+"/silent", x.About, r.reporter)
	}
	return s.askPartner(ctx, tx, partner, x.ID, now)
}

// askJob asks again about an appeal that waits still.
func (s *Service) askJob(ctx context.Context, tx db.Writer, about aboutAction) error {
	x, found, err := actionByID(ctx, tx, about.Action)
	if err != nil || !found || x.Appeal == nil || !x.Appeal.DecidedAt.IsZero() {
		return err
	}
	partner, err := partnerNow(ctx, tx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if err := s.ask(ctx, tx, x.Action, partner, now, "/"+now.Stamp()); err != nil {
		return err
	}
	return s.Bus.At(ctx, tx, jobAsk, string(x.ID), now.Add(askAgain), about)
}

// checkAnswer cleans an answer to an appeal and checks the verdict: "yes" lets the action stand,
// "no" takes it back.
func checkAnswer(verdict, answer string) (string, error) {
	var p fault.Problems
	if verdict != "yes" && verdict != "no" {
		p.Add("stands", "moderation.error.stands")
	}
	if answer = plain(&p, "answer", answer); answer == "" {
		p.Add("answer", "moderation.error.say_why")
	}
	return answer, p.Err()
}

// DecideAppeal is somebody else's look: with the verdict "yes" the action stands, with "no" it
// is lifted. What they read counts in their ledger as the report did.
func (s *Service) DecideAppeal(ctx context.Context, a access.Actor, id moment.ID, verdict, answer string) error {
	answer, err := checkAnswer(verdict, answer)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		r, x, err := s.decided(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := canDecideAppeal(a, r, x.Action).Err(); err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := s.answer(ctx, tx, a, r, x, verdict == "yes", answer, now); err != nil {
			return err
		}
		return s.Load.Looked(ctx, tx, a.Person, id, max(x.Appeal.At, now.Add(-looking)), isHeavy(r.Reason))
	})
}

// answer decides an appeal in the caller's transaction, whoever decides it.
func (s *Service) answer(ctx context.Context, tx db.Writer, a access.Actor, r Report, x sealedAction, stands bool, words string, now moment.Time) error {
	box, err := s.Vault.Box(ctx, tx, x.Scope)
	if err != nil {
		return err
	}
	first, err := decideAppeal(ctx, tx, x.ID, a.Person, stands, box.Seal([]byte(words), place(x.ID, "answer")), now)
	if err == nil && !first {
		return fault.New(fault.Conflict, "moderation.error.no_appeal")
	}
	if err != nil {
		return fault.Op("appeal", err)
	}
	if !stands {
		if err := s.lift(ctx, tx, a, r, x, nil, now); err != nil {
			return err
		}
	}
	if err := endLinks(ctx, tx, x.ID, now); err != nil {
		return fault.Op("appeal", err)
	}
	if err := s.settleAsked(ctx, tx, x.ID); err != nil {
		return err
	}
	if err := s.Tell.Tell(ctx, tx, notify.Message{To: x.About, Kind: noticeDecision, Key: "appeal/" + string(x.ID), Path: "/me/decisions", About: x.ID}); err != nil {
		return err
	}
	s.Bus.Publish(tx, Topic, int64(now))
	return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.decide_appeal", Kind: "action", Object: x.ID})
}
