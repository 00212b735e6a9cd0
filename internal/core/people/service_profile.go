package people

import (
	"context"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Me gives the actor's card and profile.
func (s *Service) Me(ctx context.Context, a access.Actor) (Card, Profile, error) {
	p, found, err := personByID(ctx, s.DB.Reader(), a.Person)
	if err == nil && !found {
		err = fault.Hidden()
	}
	return cardOf(ctx, p), p.Profile, err
}

// SaveProfile changes what a member has set about themselves.
func (s *Service) SaveProfile(ctx context.Context, a access.Actor, typed Profile) error {
	p, err := typed.Clean()
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.free(ctx, tx, p.Name, a.Person); err != nil {
			return err
		}
		was, _, err := personByID(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if err := updateProfile(ctx, tx, a.Person, p, FoldName(p.Name)); err != nil {
			return db.Problem("save a profile", err)
		}
		if FoldName(was.Name) != FoldName(p.Name) {
			if err := s.nameIs(ctx, tx, a.Person, p.Name); err != nil {
				return err
			}
		}
		if err := s.tellChanged(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.save_profile", a.Person)
	})
	return taken(err)
}

// Experience is what somebody has lived through and does not want to talk about now.
type Experience struct {
	Lived    []Lived
	NotToday []NotToday
}

// Experience gives the actor's own.
func (s *Service) Experience(ctx context.Context, a access.Actor) (Experience, error) {
	var out Experience
	r, ids := s.DB.Reader(), []moment.ID{a.Person}
	lived, err := livedOf(ctx, r, ids)
	if err != nil {
		return out, err
	}
	for _, l := range lived {
		out.Lived = append(out.Lived, l.Lived)
	}
	not, err := notTodayOf(ctx, r, ids, s.Clock.Now())
	if err != nil {
		return out, err
	}
	for _, n := range not {
		out.NotToday = append(out.NotToday, n.NotToday)
	}
	return out, nil
}

// SaveLived replaces what the actor has lived through, each with who may see it.
func (s *Service) SaveLived(ctx context.Context, a access.Actor, items []Lived) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		taxonomy, err := situations(ctx, tx, "en")
		if err != nil {
			return err
		}
		have, err := livedOf(ctx, tx, []moment.ID{a.Person})
		if err != nil {
			return err
		}
		kept, err := cleanLived(items, taxonomy, len(have))
		if err != nil {
			return err
		}
		if err := replaceLived(ctx, tx, a.Person, kept); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.save_lived", a.Person)
	})
}

// SaveNotToday replaces what the actor does not want to talk about: until
// tomorrow at five in their own zone, or, with stays, until they take it back.
func (s *Service) SaveNotToday(ctx context.Context, a access.Actor, slugs []string, stays map[string]bool) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		p, found, err := personByID(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		taxonomy, err := situations(ctx, tx, "en")
		if err != nil {
			return err
		}
		known := bySlug(taxonomy)
		if !found || len(slugs) > mostNotToday {
			return fault.New(fault.Invalid, "people.error.choice")
		}
		ends := tomorrow(s.Clock.Now(), p.Zone)
		var items []NotToday
		seen := map[string]bool{}
		for _, slug := range slugs {
			if _, ok := known[slug]; !ok || seen[slug] {
				return fault.New(fault.Invalid, "people.error.choice")
			}
			seen[slug] = true
			n := NotToday{Situation: slug, Until: ends}
			if stays[slug] {
				n.Until = 0
			}
			items = append(items, n)
		}
		if err := replaceNotToday(ctx, tx, a.Person, items); err != nil {
			return err
		}
		if err := s.Bus.At(ctx, tx, jobTomorrow, string(a.Person), ends, aboutPerson{a.Person}); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.save_nottoday", a.Person)
	})
}

// Blocked is a line of the actor's list.
type Blocked struct {
	Apart
	Name string // "" when that person is gone
}

func whomOf(list []Apart) []moment.ID {
	out := make([]moment.ID, len(list))
	for i, x := range list {
		out[i] = x.Whom
	}
	return out
}

// Blocks lists whom the actor keeps away, the latest first. Who keeps away from
// the actor is never shown.
func (s *Service) Blocks(ctx context.Context, a access.Actor) ([]Blocked, error) {
	r := s.DB.Reader()
	list, err := apartBy(ctx, r, a.Person, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	cards, err := s.Cards(ctx, r, whomOf(list)...)
	out := make([]Blocked, len(list))
	for i, x := range list {
		out[i] = Blocked{x, cards[x.Whom].Name}
	}
	return out, err
}

// Lift takes a block of the actor's own back.
func (s *Service) Lift(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		x, found, err := apartByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canLift(a, string(x.By), x.Kind).Err(); err != nil {
			return err
		}
		if err := deleteApart(ctx, tx, id); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "people.lift", Kind: "person", Object: x.Whom})
	})
}

// Opening is one time that somebody else did something with what is the person's.
type Opening struct {
	access.Line
	Roles   access.Roles // of whoever it was, today
	Service bool         // the service itself: a timer
	Partner bool         // somebody outside, who decides appeals
	Gone    bool
}

// By names whoever it was by their weightiest role, never by name: "peer",
// "service", "partner", "gone", "member".
func (o Opening) By() string {
	switch {
	case o.Service:
		return "service"
	case o.Partner:
		return "partner"
	case o.Gone:
		return "gone"
	}
	for _, role := range []access.Role{access.Administrator, access.Supervisor, access.Coordinator, access.Clinician, access.Peer, access.Facilitator} {
		if o.Roles.Has(role) {
			return role.String()
		}
	}
	return "member"
}

// mostOpenings is how many lines are shown and exported, newest first.
const mostOpenings = 500

// Opened lists who opened or changed anything of the actor's.
func (s *Service) Opened(ctx context.Context, a access.Actor) ([]Opening, error) {
	lines, err := s.Ledger.About(ctx, a.Person, mostOpenings)
	if err != nil {
		return nil, err
	}
	var ids []moment.ID
	for _, l := range lines {
		ids = append(ids, l.Actor)
	}
	ids = distinct(ids)
	roles, err := rolesOf(ctx, s.DB.Reader(), ids)
	if err != nil {
		return nil, err
	}
	list, err := persons(ctx, s.DB.Reader(), ids)
	if err != nil {
		return nil, err
	}
	there := map[moment.ID]bool{}
	for _, p := range list {
		there[p.ID] = p.Kind != KindGone
	}
	out := make([]Opening, len(lines))
	for i, l := range lines {
		service, partner := l.Way == access.BySystem || l.Actor == "", l.Way == access.ByLink
		out[i] = Opening{Line: l, Roles: roles[l.Actor], Service: service, Partner: partner, Gone: !service && !partner && !there[l.Actor]}
	}
	return out, nil
}
