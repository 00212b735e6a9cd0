package people

import (
	"context"
	"strings"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Tokens lists the actor's API tokens that still work, newest first.
func (s *Service) Tokens(ctx context.Context, a access.Actor) ([]Token, error) {
	return tokensOf(ctx, s.DB.Reader(), a.Person, s.Clock.Now())
}

const (
	mostTokens = 20
	aDay       = 24 * time.Hour
)

// TokenDays are how long a token may last, in days.
func TokenDays() []int { return []int{30, 90, 365} }

// NewToken makes an API token with a name and a life of TokenDays. It is shown
// once, at the id that is given.
func (s *Service) NewToken(ctx context.Context, a access.Actor, label string, days int) (moment.ID, error) {
	label = cutLabel(label)
	var problems fault.Problems
	if strings.TrimSpace(label) == "" {
		problems.Add("label", "people.error.token_label")
	}
	if days != 30 && days != 90 && days != 365 {
		problems.Add("days", "people.error.choice")
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	var shown moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now, secret := s.Clock.Now(), tokenPrefix+newSecret()
		have, err := tokensOf(ctx, tx, a.Person, now)
		if err != nil {
			return err
		}
		if len(have) >= mostTokens {
			return fault.New(fault.Conflict, "people.error.many_tokens").With(map[string]any{"n": mostTokens})
		}
		t := Token{ID: moment.NewID(), Label: label, CreatedAt: now, EndsAt: now.Add(time.Duration(days) * aDay)}
		if err := insertToken(ctx, tx, t, a.Person, secretHash(secret)); err != nil {
			return err
		}
		if shown, err = s.showOnce(ctx, tx, a.Person, a.Session, "token", secret); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.make_token", a.Person)
	})
	return shown, err
}

// RevokeToken ends one of the actor's tokens at once.
func (s *Service) RevokeToken(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		was, err := deleteToken(ctx, tx, a.Person, id)
		if err != nil {
			return err
		}
		if !was {
			return fault.Hidden()
		}
		s.closeStreams(tx, []moment.ID{id})
		return s.record(ctx, tx, a, "people.revoke_token", a.Person)
	})
}
