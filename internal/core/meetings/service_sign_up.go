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
