package people

import (
	"context"
	"slices"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/moment"
)

// Reach is what telling somebody something needs to know of them.
type Reach struct {
	Kind  Kind // KindGone for an id that nobody has (any more)
	Roles access.Roles
	Lang  string // of pages and mail; "" when they never said
	Zone  string // IANA name; "" is the service's
	Email bool   // they have verified an address, and mail is configured
}

// Works tells whether the person has work here beside being helped, a clinician
// who may be called among them.
func (r Reach) Works() bool {
	return access.Actor{Roles: r.Roles}.Works() || r.Roles.Has(access.Clinician)
}

// Reach gives what telling a person something needs to know. It is for the
// service itself, not for showing to anybody.
func (s *Service) Reach(ctx context.Context, r db.Reader, who moment.ID) (Reach, error) {
	p, found, err := personByID(ctx, r, who)
	if err != nil || !found || p.Kind == KindGone {
		return Reach{Kind: KindGone}, err
	}
	roles, err := rolesOf(ctx, r, []moment.ID{who})
	if err != nil {
		return Reach{}, err
	}
	e, has, err := emailOf(ctx, r, who)
	out := Reach{Kind: p.Kind, Roles: roles[who] | kindRoles(p.Kind), Lang: p.Lang, Zone: p.Zone, Email: s.Mail != nil && has && !e.VerifiedAt.IsZero()}
	for _, spoken := range p.Languages {
		if out.Lang == "" && slices.Contains(interfaceLangs, spoken) {
			out.Lang = spoken
		}
	}
	return out, err
}

// VerifiedEmail gives the address to write to, or "". It is for sending a mail
// and is kept nowhere else.
func (s *Service) VerifiedEmail(ctx context.Context, r db.Reader, who moment.ID) (string, error) {
	e, has, err := emailOf(ctx, r, who)
	if err != nil || !has || e.VerifiedAt.IsZero() {
		return "", err
	}
	return s.openEmail(ctx, r, e)
}

// SessionLives tells whether this session of this person still lets them in.
func (s *Service) SessionLives(ctx context.Context, r db.Reader, who, session moment.ID) (bool, error) {
	list, err := sessionsOf(ctx, r, who, s.Clock.Now())
	return slices.ContainsFunc(list, func(x Session) bool { return x.ID == session && !x.Shared }), err
}

// ShowSecret keeps a secret that was just made, sealed, for ten minutes, for the
// actor's own session. It is shown at /me/once/ and the id that is given; kind
// names its words.
func (s *Service) ShowSecret(ctx context.Context, tx db.Writer, a access.Actor, kind, text string) (moment.ID, error) {
	return s.showOnce(ctx, tx, a.Person, a.Session, kind, text)
}
