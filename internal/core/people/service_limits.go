package people

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"golang.org/x/text/unicode/norm"
)

// Limits of wishes, and of names of people whom one would not meet.
const (
	mostGladly = 24
	mostKnown  = 30
)

// knownAtMost bounds how fast a list of names grows.
var knownAtMost = access.Rate{Name: "people.known", Most: 40, Per: time.Hour}

// Limits are what lasts until it is changed.
type Limits struct {
	Never  []string // situations that the person would rather not talk about; also in "not today", without an end
	Gladly []string // situations and identities that they would gladly meet
}

// Limits gives the actor's own.
func (s *Service) Limits(ctx context.Context, a access.Actor) (Limits, error) {
	var out Limits
	r, ids := s.DB.Reader(), []moment.ID{a.Person}
	not, err := notTodayOf(ctx, r, ids, s.Clock.Now())
	if err != nil {
		return out, err
	}
	for _, n := range not {
		if n.Until.IsZero() {
			out.Never = append(out.Never, n.Situation)
		}
	}
	gladly, err := gladlyOf(ctx, r, ids)
	for _, g := range gladly {
		out.Gladly = append(out.Gladly, g.situation)
	}
	return out, err
}

// SaveLimits replaces the actor's lasting limits and wishes. What is only for
// today stays as it is.
func (s *Service) SaveLimits(ctx context.Context, a access.Actor, l Limits) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		taxonomy, err := situations(ctx, tx, "en")
		if err != nil {
			return err
		}
		if err := l.check(taxonomy); err != nil {
			return err
		}
		if err := replaceNever(ctx, tx, a.Person, l.Never); err != nil {
			return err
		}
		if err := replaceGladly(ctx, tx, a.Person, l.Gladly); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, a, "people.save_limits", a.Person)
	})
}

// check holds limits to the taxonomy. Too many are a problem of "never" or "gladly".
func (l Limits) check(taxonomy []Situation) error {
	known := bySlug(taxonomy)
	var p fault.Problems
	for _, part := range []struct {
		field string
		slugs []string
		most  int
	}{{"never", l.Never, mostNotToday}, {"gladly", l.Gladly, mostGladly}} {
		seen := map[string]bool{}
		for _, slug := range part.slugs {
			x, ok := known[slug]
			if !ok || x.Retired || seen[slug] || part.field == "never" && x.Kind == "identity" {
				return fault.New(fault.Invalid, "people.error.choice")
			}
			seen[slug] = true
		}
		if len(part.slugs) > part.most {
			p.AddWith(part.field, "people.error.lived_many", map[string]any{"n": part.most})
		}
	}
	return p.Err()
}

// KnownName is a name on the actor's list of people whom they would not meet.
type KnownName struct {
	ID   moment.ID
	Name string // as it was typed
	At   moment.Time
}

func knownPlace(id moment.ID) string { return "people_known.sealed|" + string(id) }

func (s *Service) knownHash(name string) string { return s.Vault.Hash("people.known", FoldName(name)) }

// KnowName puts the name that somebody uses here on the actor's list. Whoever
// goes by it, now or later, and the actor are kept apart. The answer is the same
// whether there is such a person or not.
func (s *Service) KnowName(ctx context.Context, a access.Actor, typed string) error {
	name := strings.Join(strings.Fields(norm.NFKC.String(typed)), " ")
	if n := utf8.RuneCountInString(name); n > longestName || FoldName(name) == "" {
		var p fault.Problems
		p.Add("name", "people.error.known_name")
		return p.Err()
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := knownAtMost.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		have, err := knownBy(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if len(have) >= mostKnown {
			return fault.New(fault.Invalid, "people.error.known_many").With(map[string]any{"n": mostKnown})
		}
		box, err := s.personBox(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		k := knownRow{ID: moment.NewID(), Person: a.Person, Hash: s.knownHash(name), At: now}
		k.Sealed = box.Seal([]byte(name), knownPlace(k.ID))
		fresh, err := insertKnown(ctx, tx, k)
		if err != nil || !fresh {
			return err // it stands there already
		}
		if err := s.keepFrom(ctx, tx, k, name); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.recordKnown(ctx, tx, a, "people.know_name", k.ID)
	})
}

// recordKnown names the line of the list and its person, never who was meant.
func (s *Service) recordKnown(ctx context.Context, tx db.Writer, a access.Actor, verb string, id moment.ID) error {
	return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: verb, Kind: "known_name", Object: id, Subject: a.Person})
}

// keepFrom keeps the owner of a line apart from whoever goes by the name now.
func (s *Service) keepFrom(ctx context.Context, tx db.Writer, k knownRow, name string) error {
	p, found, err := personByFold(ctx, tx, FoldName(name))
	if err != nil || !found {
		return err
	}
	return s.keepApartByName(ctx, tx, k, p.ID)
}

// nameIs keeps a person who goes by a name from now on apart from everybody who
// has it on their list.
func (s *Service) nameIs(ctx context.Context, tx db.Writer, who moment.ID, name string) error {
	list, err := knownAs(ctx, tx, s.knownHash(name))
	if err != nil {
		return err
	}
	for _, k := range list {
		if err := s.keepApartByName(ctx, tx, k, who); err != nil {
			return err
		}
	}
	return nil
}

// keepApartByName is of no one's ledger: neither of the two may learn of it.
func (s *Service) keepApartByName(ctx context.Context, tx db.Writer, k knownRow, whom moment.ID) error {
	if k.Person == whom {
		return nil
	}
	now := s.Clock.Now()
	fresh, err := insertApartByName(ctx, tx, k, whom, now)
	if err != nil || !fresh {
		return err
	}
	return access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "people.may_know", Kind: "known_name", Object: k.ID})
}

// KnownNames gives the actor's list, the latest first.
func (s *Service) KnownNames(ctx context.Context, a access.Actor) ([]KnownName, error) {
	return s.knownNames(ctx, s.DB.Reader(), a.Person)
}

func (s *Service) knownNames(ctx context.Context, r db.Reader, who moment.ID) ([]KnownName, error) {
	rows, err := knownBy(ctx, r, who)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	box, err := s.Vault.Box(ctx, r, who)
	if err != nil {
		return nil, err
	}
	out := make([]KnownName, len(rows))
	for i, k := range rows {
		name, err := box.Open(k.Sealed, knownPlace(k.ID))
		if err != nil {
			return nil, err
		}
		out[i] = KnownName{ID: k.ID, Name: string(name), At: k.At}
	}
	return out, nil
}

// ForgetName takes a name off the actor's list, and with it what the name alone
// kept apart. Those whom another name of the list stands for stay apart.
func (s *Service) ForgetName(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		found, err := deleteKnown(ctx, tx, a.Person, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		left, err := s.knownNames(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		for _, k := range left {
			if err := s.keepFrom(ctx, tx, knownRow{ID: k.ID, Person: a.Person}, k.Name); err != nil {
				return err
			}
		}
		if err := s.changed(ctx, tx, a.Person); err != nil {
			return err
		}
		return s.recordKnown(ctx, tx, a, "people.forget_name", id)
	})
}
