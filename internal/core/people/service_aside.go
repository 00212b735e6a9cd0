package people

import (
	"context"
	"encoding/json"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// aside is what was taken off somebody's card, so that it can be given back.
type aside struct {
	ID       moment.ID
	Person   moment.ID
	Name     string
	Pronouns string
	Given    string      // the name they have instead
	Own      []moment.ID // words of their own that were shown to everybody
	At       moment.Time
}

// Profile gives what somebody's card shows to everybody, a line for each thing: name,
// pronouns, and words of their own.
func (s *Service) Profile(ctx context.Context, r db.Reader, who moment.ID) (string, error) {
	p, found, err := personByID(ctx, r, who)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return "", err
	}
	own, err := s.WordsFor(ctx, r, who, false)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, x := range append([]string{cardOf(ctx, p).Name, p.Pronouns}, own...) {
		if x != "" {
			lines = append(lines, x)
		}
	}
	return strings.Join(lines, "\n"), nil
}

// SetAside takes name, pronouns and words shown to everybody off a member's card, in the
// caller's transaction, and gives what brings them back. They have a name of no meaning
// until they choose one; nobody, they neither, can take the one before. Where all of it is
// set aside already there is nothing to bring back, and it gives "". Guests have no name of
// their own to take away: Conflict.
func (s *Service) SetAside(ctx context.Context, tx db.Writer, a access.Actor, who moment.ID) (moment.ID, error) {
	p, found, err := personByID(ctx, tx, who)
	if err != nil {
		return "", err
	}
	if !found || p.Kind != KindMember {
		return "", fault.New(fault.Conflict, "people.error.no_card")
	}
	x := aside{ID: moment.NewID(), Person: who, Name: p.Name, Pronouns: p.Pronouns, At: s.Clock.Now()}
	given, err := isGiven(ctx, tx, who, p.Name)
	if err != nil {
		return "", err
	}
	if x.Given = p.Name; !given {
		if x.Given, err = s.meaningless(ctx, tx, p); err != nil {
			return "", err
		}
	}
	if x.Own, err = s.showOwn(ctx, tx, who, nil, ToAll, OnlyMatching); err != nil {
		return "", err
	}
	if given && p.Pronouns == "" && len(x.Own) == 0 { // it is all set aside already
		return "", nil
	}
	if err := insertAside(ctx, tx, x, FoldName(x.Name)); err != nil {
		return "", err
	}
	p.Name, p.Pronouns = x.Given, ""
	return x.ID, s.renamed(ctx, tx, a, p, "people.set_aside")
}

// BringBack gives somebody's card what SetAside took off it. A name that they have chosen
// since stays.
func (s *Service) BringBack(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID) error {
	x, found, err := asideByID(ctx, tx, id)
	if err != nil || !found || x.Name == "" {
		return err
	}
	p, found, err := personByID(ctx, tx, x.Person)
	if err != nil || !found || p.Kind != KindMember {
		return err
	}
	if err := deleteAside(ctx, tx, id); err != nil {
		return err
	}
	if _, err := s.showOwn(ctx, tx, x.Person, x.Own, OnlyMatching, ToAll); err != nil {
		return err
	}
	if p.Name == x.Given {
		p.Name = x.Name
	}
	if p.Pronouns == "" {
		p.Pronouns = x.Pronouns
	}
	return s.renamed(ctx, tx, a, p, "people.bring_back")
}

// DropAside forgets what was set aside of somebody. That the name cannot be taken stays.
func (s *Service) DropAside(ctx context.Context, tx db.Writer, who moment.ID) error {
	return blankAside(ctx, tx, who)
}

// renamed writes a card that somebody else changed.
func (s *Service) renamed(ctx context.Context, tx db.Writer, a access.Actor, p person, verb string) error {
	if err := updateProfile(ctx, tx, p.ID, p.Profile, FoldName(p.Name)); err != nil {
		return db.Problem("rename", err)
	}
	if err := s.nameIs(ctx, tx, p.ID, p.Name); err != nil {
		return err
	}
	if err := s.tellChanged(ctx, tx, p.ID); err != nil {
		return err
	}
	return s.record(ctx, tx, a, verb, p.ID)
}

// meaningless draws a free name that says nothing, in the person's language.
func (s *Service) meaningless(ctx context.Context, r db.Reader, p person) (string, error) {
	words := web.WithLook(ctx, web.Prefs{Lang: p.Lang})
	for {
		number, err := s.freeNumber(ctx, r)
		if err != nil {
			return "", err
		}
		name := web.T(words, "people.aside.name", "n", number)
		if err := s.free(ctx, r, name, p.ID); !fault.Is(err, fault.Invalid) {
			return name, err
		}
	}
}

// showOwn changes who sees words of somebody's own, from one visibility to another, and
// gives which; of only, when some are named.
func (s *Service) showOwn(ctx context.Context, tx db.Writer, who moment.ID, only []moment.ID, from, to Visibility) ([]moment.ID, error) {
	list, err := ownOf(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	named := map[moment.ID]bool{}
	for _, id := range only {
		named[id] = true
	}
	var out []moment.ID
	for _, o := range list {
		if o.Visibility != from || to == ToAll && !named[o.ID] {
			continue
		}
		o.Visibility = to
		if err := updateOwn(ctx, tx, o); err != nil {
			return nil, err
		}
		out = append(out, o.ID)
	}
	return out, nil
}

func ownText(ids []moment.ID) string {
	b, _ := json.Marshal(ids) // a list of texts always can be
	return string(b)
}
