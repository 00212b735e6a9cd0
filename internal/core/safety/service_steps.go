package safety

import (
	"context"

	"cairn/internal/core/notify"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

type casePolicy func(access.Actor, Case, standing) access.Decision

// onCase loads a case, decides, and runs f in one transaction. What somebody does
// gives a case in hand its full time again.
func (s *Service) onCase(ctx context.Context, a access.Actor, id moment.ID, verb string, may casePolicy, f func(tx db.Writer, c *Case) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, st, err := s.load(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := may(a, c, st).Err(); err != nil {
			return err
		}
		if err := writing.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		if err := f(tx, &c); err != nil {
			return err
		}
		if err := s.moved(ctx, tx, &c); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "case", Object: id, Subject: c.Member})
	})
}

// Note writes down a step that was taken with the person, or a remark.
func (s *Service) Note(ctx context.Context, a access.Actor, id moment.ID, kind, words string) error {
	var p fault.Problems
	if !known(NoteKinds(), kind) {
		p.Add("kind", "safety.error.kind")
	}
	words = cleanWords(&p, "words", words)
	if kind == "note" && words == "" {
		p.Add("words", "safety.error.words")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.onCase(ctx, a, id, "safety.note", canWrite, func(tx db.Writer, c *Case) error {
		return s.write(ctx, tx, a, c, Entry{Kind: kind, Words: words})
	})
}

// SetLevel says how pressing it is. Only people say so.
func (s *Service) SetLevel(ctx context.Context, a access.Actor, id moment.ID, level Level) error {
	if level < Worried || level > Danger {
		var p fault.Problems
		p.Add("level", "safety.error.level")
		return p.Err()
	}
	return s.onCase(ctx, a, id, "safety.level", canWrite, func(tx db.Writer, c *Case) error {
		if c.Level == level {
			return nil
		}
		c.Level = level
		return s.write(ctx, tx, a, c, Entry{Kind: "level", Detail: levelName(level)})
	})
}

// Propose writes down a step without the person's consent, before it is taken, and
// asks a second person. It holds nobody up: Done is always possible.
func (s *Service) Propose(ctx context.Context, a access.Actor, id moment.ID, what, words string) (moment.ID, error) {
	var p fault.Problems
	if !known(ActKinds(), what) {
		p.Add("what", "safety.error.what")
	}
	if words = cleanWords(&p, "why", words); words == "" && len(p) == 0 {
		p.Add("why", "safety.error.why")
	}
	if err := p.Err(); err != nil {
		return "", err
	}
	act := moment.ID("")
	err := s.onCase(ctx, a, id, "safety.propose", canWrite, func(tx db.Writer, c *Case) error {
		x := Act{ID: moment.NewID(), Case: id, What: what, Person: a.Person, At: s.Clock.Now()}
		act = x.ID
		if err := insertAct(ctx, tx, x); err != nil {
			return fault.Op("propose", err)
		}
		if err := s.write(ctx, tx, a, c, Entry{Kind: "proposed", Detail: what, Words: words}); err != nil {
			return err
		}
		return s.askSecond(ctx, tx, *c, x)
	})
	return act, err
}

// askSecond pages everybody who could be the second person, at once.
func (s *Service) askSecond(ctx context.Context, tx db.Writer, c Case, x Act) error {
	d, err := s.duty(ctx, tx)
	if err != nil {
		return err
	}
	asked, err := pagedEver(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	told := map[moment.ID]bool{x.Person: true, c.Member: true, "": true}
	for _, person := range append([]moment.ID{c.Owner, d.Lead, d.First, d.Second}, append(asked, d.All...)...) {
		if told[person] {
			continue
		}
		told[person] = true
		if _, err := insertPage(ctx, tx, c.ID, c.Round, Rung("second:"+string(x.ID)), person, s.Clock.Now()); err != nil {
			return fault.Op("second", err)
		}
		m := notify.Message{To: person, Kind: noticeSecond, Key: "act/" + string(x.ID), Path: "/case/" + string(c.ID), About: x.ID}
		if err := s.Tell.Tell(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

type actPolicy func(access.Actor, Case, standing, Act) access.Decision

// onAct is onCase for one of its steps without consent.
func (s *Service) onAct(ctx context.Context, a access.Actor, id moment.ID, verb string, may actPolicy, f func(tx db.Writer, c *Case, x *Act) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, found, err := actByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		c, st, err := s.load(ctx, tx, a, x.Case)
		if err != nil {
			return err
		}
		if err := may(a, c, st, x).Err(); err != nil {
			return err
		}
		if err := f(tx, &c, &x); err != nil {
			return err
		}
		if err := updateAct(ctx, tx, x); err != nil {
			return fault.Op("act", err)
		}
		if x.Second != "" || !x.Open() {
			if err := s.Tell.SettleAbout(ctx, tx, x.ID, noticeSecond); err != nil {
				return err
			}
		}
		if err := s.moved(ctx, tx, &c); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "case", Object: c.ID, Subject: c.Member})
	})
}

// Second is the second person's word. It is written down and stands in nobody's
// way: whoever must act, acts.
func (s *Service) Second(ctx context.Context, a access.Actor, id moment.ID, agrees bool, words string) error {
	var p fault.Problems
	words = cleanWords(&p, "words", words)
	if err := p.Err(); err != nil {
		return err
	}
	return s.onAct(ctx, a, id, "safety.second", canSecond, func(tx db.Writer, c *Case, x *Act) error {
		x.Second, x.SecondAt, x.Agreed = a.Person, s.Clock.Now(), agrees
		kind := "seconded"
		if !agrees {
			kind = "not_seconded"
		}
		return s.write(ctx, tx, a, c, Entry{Kind: kind, Detail: x.What, Words: words})
	})
}

// canDo: everybody who works on the case, as long as the step is open. Whether a
// second agreed is recorded and reviewed, never asked first.
func canDo(a access.Actor, c Case, s standing, x Act) access.Decision {
	if d := canWrite(a, c, s); !d.OK() {
		return d
	}
	if !x.Open() {
		return access.Wrong("safety.error.act_over")
	}
	return access.Allow()
}

// Done says that the step was taken. Without a second person's yes it is marked
// "acted alone", and somebody else looks at it the next day.
func (s *Service) Done(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var p fault.Problems
	words = cleanWords(&p, "words", words)
	if err := p.Err(); err != nil {
		return err
	}
	return s.onAct(ctx, a, id, "safety.done", canDo, func(tx db.Writer, c *Case, x *Act) error {
		now := s.Clock.Now()
		x.DoneAt, x.DoneBy, x.Alone = now, a.Person, !x.Agreed || x.Second == ""
		kind := "done_two"
		if x.Alone {
			kind, x.ReviewDue = "done_alone", now.Add(ReviewAfter)
			if err := s.Bus.At(ctx, tx, jobReview, string(x.ID), x.ReviewDue, aboutAct{x.ID}); err != nil {
				return err
			}
		}
		return s.write(ctx, tx, a, c, Entry{Kind: kind, Detail: x.What, Words: words})
	})
}

// Drop says that the step was not taken after all.
func (s *Service) Drop(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onAct(ctx, a, id, "safety.drop", canDo, func(tx db.Writer, c *Case, x *Act) error {
		x.DroppedAt = s.Clock.Now()
		return s.write(ctx, tx, a, c, Entry{Kind: "dropped", Detail: x.What})
	})
}

// Review is somebody else's look at a step that was taken alone.
func (s *Service) Review(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var p fault.Problems
	if words = cleanWords(&p, "words", words); words == "" && len(p) == 0 {
		p.Add("words", "safety.error.words")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.onAct(ctx, a, id, "safety.review", canReview, func(tx db.Writer, c *Case, x *Act) error {
		x.ReviewedAt, x.ReviewedBy = s.Clock.Now(), a.Person
		if err := s.Tell.SettleAbout(ctx, tx, x.ID, noticeReview); err != nil {
			return err
		}
		return s.write(ctx, tx, a, c, Entry{Kind: "reviewed", Detail: x.What, Words: words})
	})
}

// reviewDue asks for the review of a step that was taken alone, every day until
// somebody has done it.
func (s *Service) reviewDue(ctx context.Context, tx db.Writer, id moment.ID) error {
	x, found, err := actByID(ctx, tx, id)
	if err != nil || !found || x.ReviewDue.IsZero() || !x.ReviewedAt.IsZero() {
		return err
	}
	d, err := s.duty(ctx, tx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	day := moment.ID(now.Std().Format("2006-01-02"))
	for _, person := range d.All {
		if person == x.Person || person == x.DoneBy {
			continue
		}
		m := notify.Message{To: person, Kind: noticeReview, Key: "review/" + string(x.ID) + "/" + string(day), Path: "/case/" + string(x.Case), About: x.ID}
		if err := s.Tell.Tell(ctx, tx, m); err != nil {
			return err
		}
	}
	return s.Bus.At(ctx, tx, jobReview, string(id), now.Add(ReviewAfter), aboutAct{id})
}

// Close ends a case with an outcome. followUp offers the person to be asked how
// they are; whoever raised it is offered a debrief.
func (s *Service) Close(ctx context.Context, a access.Actor, id moment.ID, outcome, words string, followUp bool) error {
	var p fault.Problems
	if !known(Outcomes(), outcome) {
		p.Add("outcome", "safety.error.outcome")
	}
	if words = cleanWords(&p, "words", words); words == "" && len(p) == 0 {
		p.Add("words", "safety.error.words")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.onCase(ctx, a, id, "safety.close", canClose, func(tx db.Writer, c *Case) error {
		acts, err := actsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, x := range acts {
			if x.Open() {
				return fault.New(fault.Conflict, "safety.error.act_open")
			}
		}
		if err := s.write(ctx, tx, a, c, Entry{Kind: "closed", Detail: outcome, Words: words}); err != nil {
			return err
		}
		now := s.Clock.Now()
		c.State, c.ClosedAt, c.Outcome, c.FollowUp = Closed, now, outcome, followUp
		c.ShownAt = min(c.ShownAt, now)
		if err := s.Tell.SettleAbout(ctx, tx, c.ID, noticePage); err != nil {
			return err
		}
		if err := s.Bus.At(ctx, tx, jobForget, string(id), now.Add(CasesLast), aboutCase{id}); err != nil {
			return err
		}
		if err := s.Bus.At(ctx, tx, jobShown, string(id), now, aboutCase{id}); err != nil {
			return err
		}
		return s.Bus.Emit(ctx, tx, bus.Event{Name: "safety.closed", ID: id, Also: map[string]moment.ID{"place": c.Place, "by": c.RaisedBy, "member": c.Member}})
	})
}

// shown tells the member that there is something for them to read.
func (s *Service) shown(ctx context.Context, tx db.Writer, id moment.ID) error {
	c, found, err := caseByID(ctx, tx, id)
	if err != nil || !found || s.Clock.Now() < c.ShownAt || c.Kind == KindSelf && c.Open() {
		return err
	}
	return s.Tell.Tell(ctx, tx, notify.Message{To: c.Member, Kind: noticeShown, Key: "case/" + string(id) + "/shown", Path: "/me/cases", About: id})
}

// forget destroys the words of a case that has had its time. That it was, and how
// it ended, stays in the counts.
func (s *Service) forget(ctx context.Context, tx db.Writer, id moment.ID) error {
	c, found, err := caseByID(ctx, tx, id)
	if err != nil || !found || c.Open() {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, c.Scope); err != nil {
		return err
	}
	return fault.Op("forget", blankEntries(ctx, tx, id))
}
