package people

import (
	"context"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// notThis is the one answer to every name and password that do not fit, so that
// nobody learns who has an account here.
func notThis() error { return fault.New(fault.Invalid, "people.error.sign_in") }

// SignIn lets a member in by pseudonym, or verified address, and password.
func (s *Service) SignIn(ctx context.Context, from Door, name, password string) (Entered, error) {
	who, err := s.knock(ctx, from, name)
	if err != nil {
		return Entered{}, err
	}
	stored, has := "", false
	if who != "" {
		if stored, has, err = passwordOf(ctx, s.DB.Reader(), who); err != nil {
			return Entered{}, err
		}
	}
	if !has {
		stored = s.words.decoy // as much work as for a name that exists
	}
	right, err := s.words.matches(ctx, password, stored)
	if err != nil {
		return Entered{}, err
	}
	if !right || !has {
		return Entered{}, notThis()
	}
	var out Entered
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		now, still, err := passwordOf(ctx, tx, who)
		if err != nil {
			return err
		}
		if !still || now != stored { // it was changed while we looked
			return notThis()
		}
		if err := forgetAttempts(ctx, tx, s.attemptKey(byAccount, accountKey(name))); err != nil {
			return err
		}
		out, err = s.enter(ctx, tx, from, who, "people.password_in")
		return err
	})
	return out, err
}

// SignInByCode lets a member in by pseudonym and one of their recovery codes,
// which is used up by it.
func (s *Service) SignInByCode(ctx context.Context, from Door, name, code string) (Entered, error) {
	who, err := s.knock(ctx, from, name)
	if err != nil {
		return Entered{}, err
	}
	var out Entered
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		used, err := useCode(ctx, tx, who, s.recoveryHash(who, code), s.Clock.Now())
		if err != nil {
			return err
		}
		if !used || who == "" {
			return notThis()
		}
		out, err = s.enter(ctx, tx, from, who, "people.code_in")
		return err
	})
	return out, err
}

// knock counts the try by address and by name, whether or not the name exists,
// and gives who goes by it; "" when nobody does.
func (s *Service) knock(ctx context.Context, from Door, name string) (moment.ID, error) {
	if err := s.spend(ctx, byAddress, from.Address); err != nil {
		return "", err
	}
	if err := s.spend(ctx, byAccount, accountKey(name)); err != nil {
		return "", err
	}
	if strings.Contains(name, "@") {
		id, _, err := ownerOfEmail(ctx, s.DB.Reader(), s.emailHash(name))
		return id, err
	}
	folded := FoldName(name)
	if folded == "" {
		return "", nil
	}
	p, found, err := personByFold(ctx, s.DB.Reader(), folded)
	if err != nil || !found || p.Kind != KindMember {
		return "", err
	}
	return p.ID, nil
}

// accountKey is under what name tries are counted.
func accountKey(name string) string {
	if strings.Contains(name, "@") {
		return plainEmail(name)
	}
	return FoldName(name)
}

// enter begins a new session, whatever the browser had before: a token that was
// known before signing in is worth nothing after it.
func (s *Service) enter(ctx context.Context, tx db.Writer, from Door, who moment.ID, verb string) (Entered, error) {
	if from.Actor.Known() {
		if err := s.endSessions(ctx, tx, from.Actor.Person, from.Actor.Session, ""); err != nil {
			return Entered{}, err
		}
	}
	session, token, err := s.startSession(ctx, tx, who, SessionInfo{Label: from.Label, Shared: !from.Keep})
	if err != nil {
		return Entered{}, err
	}
	a := access.Actor{Person: who, Session: session, Roles: access.Set(access.Member), Way: access.ByBrowser}
	return Entered{Person: who, Token: token}, s.record(ctx, tx, a, verb, who)
}

// Ways tells what the actor can come in by.
func (s *Service) Ways(ctx context.Context, a access.Actor) (Ways, error) {
	return waysOf(ctx, s.DB.Reader(), a.Person)
}

// ChangePassword sets a new password. Whoever has one gives it first. All other
// sessions end: a password is changed when somebody else may know it.
func (s *Service) ChangePassword(ctx context.Context, a access.Actor, now, next string) error {
	stored, has, err := passwordOf(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return err
	}
	if has {
		if err := s.prove(ctx, a, stored, now, "now"); err != nil {
			return err
		}
	}
	if err := s.words.check(next, a.Name); err != nil {
		return err
	}
	hash, err := s.words.hash(ctx, next)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := storePassword(ctx, tx, a.Person, hash, s.Clock.Now()); err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, a.Person, "", a.Session); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.set_password", a.Person)
	})
}

// prove checks the actor's password, within the limits of signing in.
func (s *Service) prove(ctx context.Context, a access.Actor, stored, password, field string) error {
	if err := s.spend(ctx, byAccount, string(a.Person)); err != nil {
		return err
	}
	right, err := s.words.matches(ctx, password, stored)
	if err != nil || right {
		return err
	}
	var p fault.Problems
	p.Add(field, "people.error.password_wrong")
	return p.Err()
}

// RemovePassword takes the password away as a way in. sure says that the person
// was warned when it is the last.
func (s *Service) RemovePassword(ctx context.Context, a access.Actor, sure bool) error {
	return s.removeWay(ctx, a, "people.remove_password", sure, func(tx db.Writer) error { return deletePassword(ctx, tx, a.Person) })
}

func (s *Service) removeWay(ctx context.Context, a access.Actor, verb string, sure bool, remove func(tx db.Writer) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := remove(tx); err != nil {
			return err
		}
		left, err := waysOf(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if err := canRemoveWay(left, sure).Err(); err != nil {
			return err
		}
		return s.record(ctx, tx, a, verb, a.Person)
	})
}

// RenewCodes makes ten new recovery codes, shown once.
func (s *Service) RenewCodes(ctx context.Context, a access.Actor) (moment.ID, error) {
	var shown moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		codes, err := s.NewRecoveryCodes(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if shown, err = s.showOnce(ctx, tx, a.Person, a.Session, "codes", strings.Join(codes, "\n")); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.renew_codes", a.Person)
	})
	return shown, err
}
