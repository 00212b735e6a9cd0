package people

import (
	"context"
	"slices"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// GiveRole gives a member a role. Only an administrator does.
func (s *Service) GiveRole(ctx context.Context, a access.Actor, person moment.ID, role access.Role) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		p, found, err := personByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canGive(a, p.Kind, role).Err(); err != nil {
			return err
		}
		fresh, err := insertRole(ctx, tx, person, role, s.Clock.Now(), a.Person)
		if err != nil || !fresh {
			return err
		}
		return s.roleChanged(ctx, tx, a, person, "people.give_"+role.String())
	})
}

// TakeRole takes a role away. The last administrator stays one.
func (s *Service) TakeRole(ctx context.Context, a access.Actor, person moment.ID, role access.Role) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		n, err := administrators(ctx, tx)
		if err != nil {
			return err
		}
		if err := canTake(a, role, n).Err(); err != nil {
			return err
		}
		was, err := deleteRole(ctx, tx, person, role)
		if err != nil || !was {
			return err
		}
		// Streams opened by what is no longer theirs close and ask again who it is.
		open, err := sessionsOf(ctx, tx, person, s.Clock.Now())
		if err != nil {
			return err
		}
		for _, x := range open {
			s.Bus.Publish(tx, SessionTopic(x.ID), int64(s.Clock.Now()))
		}
		return s.roleChanged(ctx, tx, a, person, "people.take_"+role.String())
	})
}

func (s *Service) roleChanged(ctx context.Context, tx db.Writer, a access.Actor, who moment.ID, verb string) error {
	if err := s.changed(ctx, tx, who); err != nil {
		return err
	}
	return s.record(ctx, tx, a, verb, who)
}

// Account is what an administrator sees of somebody: the name and the roles.
type Account struct {
	ID    moment.ID
	Name  string
	Roles access.Roles
}

// FindAccount gives the member of exactly this pseudonym, and notes that the
// administrator looked.
func (s *Service) FindAccount(ctx context.Context, a access.Actor, name string) (Account, error) {
	p, found, err := personByFold(ctx, s.DB.Reader(), FoldName(name))
	if err != nil {
		return Account{}, err
	}
	if !found {
		return Account{}, fault.New(fault.NotFound, "people.error.nobody")
	}
	return s.OpenAccount(ctx, a, p.ID)
}

// OpenAccount gives one member, and notes that the administrator looked.
func (s *Service) OpenAccount(ctx context.Context, a access.Actor, id moment.ID) (Account, error) {
	p, found, err := personByID(ctx, s.DB.Reader(), id)
	if err != nil {
		return Account{}, err
	}
	if !found || p.Kind != KindMember || !a.Has(access.Administrator) {
		return Account{}, fault.Hidden()
	}
	if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "people.open_account", Kind: "account", Object: id, Subject: id}); err != nil {
		return Account{}, err
	}
	roles, err := rolesOf(ctx, s.DB.Reader(), []moment.ID{id})
	return Account{ID: id, Name: p.Name, Roles: roles[id]}, err
}

// Staff lists everybody who holds a given role, by name.
func (s *Service) Staff(ctx context.Context) ([]Account, error) {
	roles, err := everyRole(ctx, s.DB.Reader())
	if err != nil {
		return nil, err
	}
	var ids []moment.ID
	for id := range roles {
		ids = append(ids, id)
	}
	list, err := persons(ctx, s.DB.Reader(), distinct(ids))
	if err != nil {
		return nil, err
	}
	return sortedAccounts(list, roles), nil
}

// sortedAccounts orders people by name, as their fold compares.
func sortedAccounts(list []person, roles map[moment.ID]access.Roles) []Account {
	var out []Account
	for _, p := range list {
		out = append(out, Account{ID: p.ID, Name: p.Name, Roles: roles[p.ID]})
	}
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(FoldName(a.Name), FoldName(b.Name)) })
	return out
}
