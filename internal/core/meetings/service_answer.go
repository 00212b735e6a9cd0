package meetings

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/calendar"
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

// Token leads back to a place that was taken without an account.
type Token string

// NewKey makes the key of a form.
func NewKey() string { return string(newToken()) }

func newToken() Token {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: it ends the program instead (crypto/rand)
	return Token(base64.RawURLEncoding.EncodeToString(b))
}

func (t Token) hash() string {
	sum := sha256.Sum256([]byte(t))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// From is where somebody without an account comes from: the address of their device,
// which is hashed before it is kept, and the key of the form that they sent, so that one
// press takes one place.
type From struct{ Address, Key string }

// SignUp takes a place at a meeting that is open to the public, without an account.
// What leads back to the place is made of the form's key; it is kept as a hash, and
// sealed for the mail that they may have asked for. Of one address for mail only the first
// place is written to; which it is, no answer tells.
func (s *Service) SignUp(ctx context.Context, a access.Actor, id moment.ID, how How, asked Asked, from From) (Token, error) {
	if err := asked.Validate(false); err != nil {
		return "", err
	}
	token := Token(from.Key)
	if len(from.Key) < len(newToken()) {
		token = newToken()
	}
	asked.Token = token
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if _, had, err := answerByToken(ctx, tx, token.hash()); err != nil || had {
			return err // the same press again
		}
		x, m, st, err := s.facing(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := canSignUp(st, x, m, now).Err(); err != nil {
			return err
		}
		if err := s.slowly(ctx, tx, id, from, now); err != nil {
			return err
		}
		asked := asked
		if has, err := mailHas(ctx, tx, id, s.mailKey(asked.Mail)); err != nil {
			return err
		} else if has {
			asked.Mail = "" // nobody is written to about a place that somebody else takes in their name, and nobody learns who comes
		}
		next := Answer{ID: moment.NewID(), Meeting: id, How: how, HasMail: asked.Mail != "", AskedAt: now, At: now, Asked: asked}
		if err := s.place(ctx, tx, x, m, &next, Answer{}, token.hash()); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.sign_up", Kind: "meeting", Object: id})
	})
	return token, err
}

// slowly counts a place that is taken without an account.
func (s *Service) slowly(ctx context.Context, tx db.Writer, meeting moment.ID, from From, now moment.Time) error {
	if from.Address != "" {
		day := calendar.DateOf(now.Std()).String()
		if err := signingFrom.Spend(ctx, tx, moment.ID(s.Vault.Hash("meetings.sign_up", day+" "+from.Address)), now); err != nil {
			return err
		}
	}
	return signing.Spend(ctx, tx, meeting, now)
}

func (s *Service) mailKey(mail string) string {
	if mail == "" {
		return ""
	}
	return s.Vault.Hash("meetings.mail", strings.ToLower(mail))
}

// Place is a place that was taken without an account.
type Place struct {
	Answer
	Meeting Meeting
	Series  Series
	Before  int    // how many wait before
	Link    bool   // the link can be shown now
	Note    string // what those who hold it say
}

// PlaceBy gives the place behind a token.
func (s *Service) PlaceBy(ctx context.Context, t Token) (Place, error) {
	r := s.DB.Reader()
	mine, m, err := s.byToken(ctx, r, t)
	if err != nil {
		return Place{}, err
	}
	x, err := s.series(ctx, r, m.Series)
	if err != nil {
		return Place{}, err
	}
	if err := s.open(ctx, r, x.ID, mine.words, answerContext+string(mine.ID), &mine.Asked); err != nil {
		return Place{}, err
	}
	p := Place{Answer: mine.Answer, Meeting: m, Series: x}
	if note, err := noteOf(ctx, r, m.ID); err != nil {
		return p, err
	} else if err := s.open(ctx, r, x.ID, note, noteContext+string(m.ID), &p.Note); err != nil {
		return p, err
	}
	p.Link = readsLink(Stand{See: true}, x, m, mine.Answer, false, s.Clock.Now())
	if mine.State == Waiting {
		p.Before, err = waitBefore(ctx, r, mine.Answer)
	}
	return p, err
}

func (s *Service) byToken(ctx context.Context, r db.Reader, t Token) (sealedAnswer, Meeting, error) {
	mine, found, err := answerByToken(ctx, r, t.hash())
	if err == nil && (!found || t == "") {
		err = fault.Hidden()
	}
	if err != nil {
		return mine, Meeting{}, err
	}
	m, err := s.meeting(ctx, r, mine.Meeting)
	return mine, m, err
}

// GiveUp gives a place back that was taken without an account.
func (s *Service) GiveUp(ctx context.Context, a access.Actor, t Token) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		mine, m, err := s.byToken(ctx, tx, t)
		if err != nil || mine.State == Not {
			return err
		}
		if m.State == Over {
			return fault.New(fault.Conflict, "meetings.error.over")
		}
		if err := s.takeBack(ctx, tx, m, mine.Answer, now); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "meetings.give_up", Kind: "meeting", Object: m.ID})
	})
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
