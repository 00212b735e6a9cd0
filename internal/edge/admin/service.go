package admin

import (
	"context"
	"strings"

	"cairn/internal/core/directory"
	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// People is what this package asks of the people slice.
type People interface {
	HasAdministrator(ctx context.Context) (bool, error)
	CreateMember(ctx context.Context, tx db.Writer, m people.NewMember) (moment.ID, error)
	SetPassword(ctx context.Context, tx db.Writer, person moment.ID, password string) error
	NewRecoveryCodes(ctx context.Context, tx db.Writer, person moment.ID) ([]string, error)
	StartSession(ctx context.Context, tx db.Writer, person moment.ID, info people.SessionInfo) (string, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
}

// Appeals tells whether an appeal finds somebody who did not act. It is moderation.
type Appeals interface {
	AppealsReady(ctx context.Context, r db.Reader) (safety.Condition, error)
}

// Deps is what the package stands on.
type Deps struct {
	DB        *db.DB
	Vault     *vault.Vault
	Bus       *bus.Bus
	Clock     moment.Clock
	People    People
	Shifts    *shifts.Service
	Safety    *safety.Service
	Directory *directory.Service
	Appeals   Appeals
	Demo      bool
}

// Service holds the verbs of running a service.
type Service struct {
	Deps
	name remembered
}

// New makes the service.
func New(d Deps) *Service { return &Service{Deps: d} }

// About reads what the service says about itself.
func (s *Service) About(ctx context.Context, r db.Reader) (About, error) {
	var a About
	for _, f := range []struct {
		into            *string
		name, otherwise string
	}{{&a.Name, SettingName, defaultName}, {&a.Country, SettingCountry, ""}, {&a.Zone, SettingZone, "UTC"}} {
		var err error
		if *f.into, err = access.Setting(ctx, r, f.name, f.otherwise); err != nil {
			return a, err
		}
	}
	languages, err := access.Setting(ctx, r, SettingLanguages, "en")
	a.Languages = known(strings.Fields(languages))
	return a, err
}

// SetAbout changes name, country, zone and languages.
func (s *Service) SetAbout(ctx context.Context, a access.Actor, about About) error {
	if err := permService.Check(a); err != nil {
		return err
	}
	about = about.Tidy()
	if err := about.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.writeAbout(ctx, tx, a, about) })
}

func (s *Service) writeAbout(ctx context.Context, tx db.Writer, a access.Actor, about About) error {
	now := s.Clock.Now()
	for _, set := range [][2]string{{SettingName, about.Name}, {SettingCountry, about.Country}, {SettingZone, about.Zone},
		{SettingLanguages, strings.Join(known(about.Languages), " ")}} {
		if err := access.SetSetting(ctx, tx, a, now, set[0], set[1]); err != nil {
			return err
		}
	}
	s.tell(tx, now)
	return nil
}

// tell lets open pages and this node's name know that something changed.
func (s *Service) tell(tx db.Writer, now moment.Time) {
	tx.AfterCommit(s.name.forget)
	s.Bus.Publish(tx, Topic, int64(now))
}

// Partner gives where colleagues find support of their own; "" when not set.
func (s *Service) Partner(ctx context.Context, r db.Reader) (string, error) {
	return access.Setting(ctx, r, SettingPartner, "")
}

// SetPartner changes it.
func (s *Service) SetPartner(ctx context.Context, a access.Actor, text string) error {
	if err := permService.Check(a); err != nil {
		return err
	}
	text, err := tidyPartner(text)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		s.tell(tx, s.Clock.Now())
		return access.SetSetting(ctx, tx, a, s.Clock.Now(), SettingPartner, text)
	})
}

// SetMinimum sets how many people a shift needs. A second must be somebody who
// leads or runs this service.
func (s *Service) SetMinimum(ctx context.Context, a access.Actor, n int, second moment.ID) error {
	if second != "" {
		if err := s.amongst(ctx, second, "second", "admin.error.second", access.Supervisor, access.Coordinator, access.Administrator); err != nil {
			return err
		}
	}
	return s.Shifts.SetMinimum(ctx, a, n, second)
}

// SendTestPage pages somebody who works on shifts.
func (s *Service) SendTestPage(ctx context.Context, a access.Actor, to moment.ID) error {
	if err := s.amongst(ctx, to, "to", "admin.error.to", access.Peer, access.Supervisor, access.Coordinator); err != nil {
		return err
	}
	return s.Shifts.SendTestPage(ctx, a, to)
}

// amongst refuses, at a field, a person who holds none of the roles.
func (s *Service) amongst(ctx context.Context, person moment.ID, field, key string, roles ...access.Role) error {
	list, err := s.withRoles(ctx, s.DB.Reader(), roles...)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.ID == person {
			return nil
		}
	}
	var p fault.Problems
	p.Add(field, key)
	return p.Err()
}

// withRoles lists the people who hold one of the roles, each once.
func (s *Service) withRoles(ctx context.Context, r db.Reader, roles ...access.Role) ([]people.Card, error) {
	var ids []moment.ID
	seen := map[moment.ID]bool{}
	for _, role := range roles {
		some, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	return sortedCards(cards), nil
}

// Publish publishes the policy with the service's additions. Where one language
// of the service has an addition, all of them need one: nobody shall miss it.
func (s *Service) Publish(ctx context.Context, a access.Actor, additions map[string]string) (int, error) {
	about, err := s.About(ctx, s.DB.Reader())
	if err != nil {
		return 0, err
	}
	if err := inAllLanguages(about.Languages, additions); err != nil {
		return 0, err
	}
	return s.Safety.Publish(ctx, a, additions)
}

func inAllLanguages(languages []string, additions map[string]string) error {
	var p fault.Problems
	for _, lang := range languages {
		if strings.TrimSpace(additions[lang]) == "" {
			p.Add("own-"+lang, "admin.error.addition")
		}
	}
	if len(p) == len(languages) {
		return nil // nothing is added at all
	}
	return p.Err()
}
