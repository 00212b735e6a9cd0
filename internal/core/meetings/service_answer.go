package meetings

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// How many places are taken without an account: from one address (a library's computers
// share one), and of one meeting in all, so that a machine that fills it is slowed down.
// Ours.
var (
	signingFrom = access.Rate{Name: "meetings.sign_up_from", Most: 15, Per: planning.Per}
	signing     = access.Rate{Name: "meetings.sign_up", Most: 200, Per: planning.Per}
)

// Answer says whether somebody comes, and on which way; how is "" when they do not.
// When it is full they wait in line, and learn when a place is theirs. It gives what
// they have now.
func (s *Service) Answer(ctx context.Context, a access.Actor, id moment.ID, how How, asked Asked) (AnswerState, error) {
	if err := asked.Validate(true); err != nil {
		return "", err
	}
	var state AnswerState
	err := s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		x, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		mine, had, err := answerOf(ctx, tx, id, a.Person)
		if err != nil {
			return err
		}
		if how == "" {
			if !had || mine.State == Not {
				state = Not
				return nil // there was nothing to take back
			}
			if state = Not; m.State == Over {
				return fault.New(fault.Conflict, "meetings.error.over")
			}
			if err := s.takeBack(ctx, tx, m, mine.Answer, now); err != nil {
				return err
			}
			return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.answer", Kind: "meeting", Object: id, Subject: a.Person})
		}
		if err := canAnswer(st, m, now).Err(); err != nil {
			return err
		}
		if err := s.notOut(ctx, tx, a.Person); err != nil {
			return err
		}
		next := Answer{ID: moment.NewID(), Meeting: id, Person: a.Person, How: how, AskedAt: now, At: now, Asked: asked}
		if had {
			next.ID = mine.ID
		}
		if err := s.place(ctx, tx, x, m, &next, mine.Answer, ""); err != nil {
			return err
		}
		state = next.State
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.answer", Kind: "meeting", Object: id, Subject: a.Person})
	})
	return state, err
}

// facing loads a meeting with its series, and how the actor stands to it.
func (s *Service) facing(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (Series, Meeting, Stand, error) {
	m, err := s.meeting(ctx, r, id)
	if err != nil {
		return Series{}, m, Stand{}, err
	}
	st, err := s.stands(ctx, r, a, m.Owner)
	if err != nil {
		return Series{}, m, st, err
	}
	x, err := s.series(ctx, r, m.Series)
	return x, m, st, err
}

// place gives somebody a place on a way, or a place in the line for it. was is what
// they had before; changing the way gives the old place back first.
func (s *Service) place(ctx context.Context, tx db.Writer, x Series, m Meeting, next *Answer, was Answer, token string) error {
	if !next.How.Fits(m.Attendance) {
		var p fault.Problems
		p.Add("how", "meetings.error.how")
		return p.Err()
	}
	same := was.How == next.How
	switch {
	case same && (was.State == Going || was.State == Waiting):
		next.State, next.AskedAt = was.State, was.AskedAt // what they need has changed, not their place
	default:
		got, err := s.claimAfterLine(ctx, tx, m, next.How)
		if err != nil {
			return err
		}
		if !got && was.State == Going {
			var p fault.Problems // a sure place is not given away for a place in a line
			p.Add("how", "meetings.error.keep")
			return p.Err()
		}
		if next.State = Going; !got {
			next.State = Waiting
		}
	}
	words, err := s.seal(ctx, tx, x.ID, answerContext+string(next.ID), next.Asked)
	if err != nil {
		return err
	}
	if err := putAnswer(ctx, tx, *next, words, token, s.mailKey(next.Mail)); err != nil {
		return err
	}
	if !same && was.State == Going {
		if err := release(ctx, tx, m.ID, was.How); err != nil {
			return err
		}
		return s.promote(ctx, tx, m, was.How)
	}
	return nil
}

// claimAfterLine takes a place unless somebody already waits for one on this way.
func (s *Service) claimAfterLine(ctx context.Context, tx db.Writer, m Meeting, how How) (bool, error) {
	if _, waits, err := firstWaiting(ctx, tx, m.ID, how); err != nil || waits {
		return false, err
	}
	return claim(ctx, tx, m.ID, how)
}

// takeBack gives a place back; whoever waits longest gets it.
func (s *Service) takeBack(ctx context.Context, tx db.Writer, m Meeting, mine Answer, now moment.Time) error {
	return s.takeAway(ctx, tx, m, mine, now, giveUp)
}

func setNot(ctx context.Context, tx db.Writer, id moment.ID, now moment.Time) error {
	return setAnswer(ctx, tx, id, Not, now)
}

func (s *Service) takeAway(ctx context.Context, tx db.Writer, m Meeting, mine Answer, now moment.Time, note func(context.Context, db.Writer, moment.ID, moment.Time) error) error {
	if err := note(ctx, tx, mine.ID, now); err != nil || mine.State != Going {
		return err
	}
	if err := release(ctx, tx, m.ID, mine.How); err != nil {
		return err
	}
	return s.promote(ctx, tx, m, mine.How)
}

// promote gives free places to whoever waits, in the order of asking, and tells them.
// Once it has begun nobody is called any more.
func (s *Service) promote(ctx context.Context, tx db.Writer, m Meeting, how How) error {
	now := s.Clock.Now()
	if m.State != Planned || now >= m.StartsAt {
		return nil
	}
	for {
		next, waits, err := firstWaiting(ctx, tx, m.ID, how)
		if err != nil || !waits {
			return err
		}
		got, err := claim(ctx, tx, m.ID, how)
		if err != nil || !got {
			return err
		}
		if err := setAnswer(ctx, tx, next.ID, Going, now); err != nil {
			return err
		}
		if next.Person == "" && next.HasMail {
			if err := s.Bus.At(ctx, tx, jobWrite, string(next.ID)+"/place", now, aboutAnswer{next.ID}); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, next.Person, noticePlace, string(next.ID)+"-"+now.Stamp(), m); err != nil {
			return err
		}
	}
}

// settleWays looks at a meeting after its places or its way have changed: whoever
// came on a way that is not there any more comes on the other one, free places go to
// who waits. Nobody who has a place loses it when there are fewer.
func (s *Service) settleWays(ctx context.Context, tx db.Writer, m Meeting) error {
	answers, err := answersTo(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, x := range answers {
		if x.How.Fits(m.Attendance) {
			continue
		}
		other := ByScreen
		if x.How == ByScreen {
			other = ByRoom
		}
		x.How = other
		if err := putHow(ctx, tx, x.Answer); err != nil {
			return err
		}
	}
	if err := recount(ctx, tx, m.ID); err != nil {
		return err
	}
	for _, how := range []How{ByRoom, ByScreen} {
		if err := s.promote(ctx, tx, m, how); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) notOut(ctx context.Context, r db.Reader, person moment.ID) error {
	out, err := s.Standing.Out(ctx, r, person)
	if err == nil && out {
		err = fault.New(fault.Conflict, "support.error.out")
	}
	return err
}

// Free takes a place back that somebody has, by whoever holds what it belongs to: of
// somebody who said so by telephone, or of a place that was taken in bad faith.
func (s *Service) Free(ctx context.Context, a access.Actor, id, answer moment.ID) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		_, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := canHold(st).Err(); err != nil {
			return err
		}
		mine, found, err := answerByID(ctx, tx, answer)
		if err != nil || !found || mine.Meeting != id {
			return fault.OrHidden(err)
		}
		if mine.State == Not || m.State == Over {
			return nil
		}
		if mine.HasMail && s.Mail != nil { // they are written to; what they left for it goes after that
			if err := s.Bus.At(ctx, tx, jobWrite, string(answer)+"/freed", now, aboutAnswer{answer}); err != nil {
				return err
			}
			err = s.takeAway(ctx, tx, m, mine.Answer, now, setNot)
		} else {
			err = s.takeBack(ctx, tx, m, mine.Answer, now)
		}
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, mine.Person, noticeChanged, "freed-"+now.Stamp(), m); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.free", Kind: "answer", Object: answer, Subject: mine.Person})
	})
}

// LeaveAll takes back what somebody said to the meetings of an owner that come, when
// they are not in it any more.
func (s *Service) LeaveAll(ctx context.Context, tx db.Writer, owner Ref, person moment.ID) error {
	now := s.Clock.Now()
	list, err := answersBy(ctx, tx, person, owner, now)
	if err != nil {
		return err
	}
	for _, mine := range list {
		m, err := s.meeting(ctx, tx, mine.Meeting)
		if err != nil {
			return err
		}
		if err := s.takeBack(ctx, tx, m, mine.Answer, now); err != nil {
			return err
		}
	}
	return s.holdsNoMore(ctx, tx, person, owner, now)
}
