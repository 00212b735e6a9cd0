package groups

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// Touch is one line of the actor's list of people they would like to stay in touch
// with. What it says of the other is only what both have said.
type Touch struct {
	ID      moment.ID
	Group   string // its name
	Name    string // as the actor typed it
	Words   string // how the actor can be reached, for the other
	Both    bool   // both have said so, and were told
	Card    people.Card
	Theirs  string // how the other can be reached
	At      moment.Time
	GroupID moment.ID
}

// touchWords is what a wish keeps, sealed under its own key.
type touchWords struct {
	Name  string `json:"name"`
	Reach string `json:"reach"`
}

func touchPlace(id moment.ID) string { return "groups_touch.words|" + string(id) }

// WishTouch says privately that the actor would like to stay in touch with somebody of
// a group, by the name they go by there, and how they can be reached. Nobody is told
// until the other has said the same; then both are.
//
// It gives no oracle. The same is written, checked and planned whether there is such a
// person, whether they have said the same, and whether one keeps away from the other;
// who meets is looked at afterwards, by a timer of its own.
func (s *Service) WishTouch(ctx context.Context, a access.Actor, group moment.ID, name, reach string) error {
	var p fault.Problems
	name = oneLine(&p, "name", name, 40)
	if len(p) == 0 && people.FoldName(name) == "" {
		p.Add("name", "groups.error.touch_name")
	}
	reach = need(&p, "reach", reach, mostReach)
	if err := p.Err(); err != nil {
		return err
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		st, err := s.load(ctx, tx, a, group)
		if err != nil {
			return err
		}
		if err := canWrite(st).Err(); err != nil {
			return err
		}
		who, err := s.nameIn(ctx, tx, group, a.Person, name)
		if err != nil {
			return err
		}
		id, err := s.putTouch(ctx, tx, touchRow{Group: group, By: a.Person, Person: who, Hash: s.touchHash(name), At: now}, touchWords{name, reach})
		if err != nil {
			return err
		}
		if err := s.Bus.At(ctx, tx, jobTouch, string(id), now, aboutTouch{id}); err != nil {
			return err
		}
		// Whom it is about is not in the audit: they would read it there.
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.touch", Kind: "touch", Object: id})
	})
}

func (s *Service) touchHash(name string) string {
	return s.Vault.Hash("groups.touch", people.FoldName(name))
}

// nameIn gives who goes by a name in a group; "" when nobody does. It reads everybody
// in the group whatever the name is.
func (s *Service) nameIn(ctx context.Context, r db.Reader, group, but moment.ID, name string) (moment.ID, error) {
	all, err := membersOf(ctx, r, group)
	if err != nil {
		return "", err
	}
	ids := make([]moment.ID, len(all))
	for i, m := range all {
		ids[i] = m.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return "", err
	}
	folded := people.FoldName(name)
	var who moment.ID
	for _, id := range ids {
		if id != but && cards[id].Name != "" && people.FoldName(cards[id].Name) == folded {
			who = id
		}
	}
	return who, nil
}

// putTouch writes a wish, or changes it: the same name is one wish.
func (s *Service) putTouch(ctx context.Context, tx db.Writer, t touchRow, w touchWords) (moment.ID, error) {
	was, found, err := touchByHash(ctx, tx, t.By, t.Group, t.Hash)
	if err != nil {
		return "", err
	}
	if found {
		box, err := s.Vault.BoxFrom(was.ID, was.wrapped)
		if err != nil {
			return "", err
		}
		t.ID, t.words = was.ID, box.Seal([]byte(jsonOf(w)), touchPlace(was.ID))
		if t.Person == "" || was.MetAt != 0 {
			// Whoever has left since is still who was meant; and where both were told, the words
			// stay between the two, whoever goes by that name now.
			t.Person = was.Person
		}
		return t.ID, fault.Op("touch", updateTouch(ctx, tx, t))
	}
	if n, err := countTouches(ctx, tx, t.By, t.Group); err != nil {
		return "", err
	} else if n >= mostTouches {
		return "", fault.New(fault.Conflict, "groups.error.touches").With(map[string]any{"most": mostTouches})
	}
	t.ID = moment.NewID()
	box, err := s.Vault.NewScope(ctx, tx, t.ID, t.At)
	if err != nil {
		return "", err
	}
	t.words = box.Seal([]byte(jsonOf(w)), touchPlace(t.ID))
	return t.ID, fault.Op("touch", insertTouch(ctx, tx, t))
}

// meet looks whether two people have said the same, and tells both.
func (s *Service) meet(ctx context.Context, tx db.Writer, id moment.ID) error {
	t, found, err := touchByID(ctx, tx, id)
	if err != nil || !found || t.Person == "" || t.MetAt != 0 {
		return err
	}
	back, found, err := touchBetween(ctx, tx, t.Group, t.Person, t.By)
	if err != nil || !found {
		return err
	}
	apart, err := s.People.Apart(ctx, tx, t.By)
	if err != nil || apart[t.Person] {
		return err
	}
	now := s.Clock.Now()
	for _, x := range []touchRow{t, back} {
		if err := setMet(ctx, tx, x.ID, now); err != nil {
			return fault.Op("touch", err)
		}
		if err := s.tell(ctx, tx, x.By, noticeTouch, string(x.ID)+stamp(now), "/groups/touch", t.Group); err != nil {
			return err
		}
	}
	return nil
}

// UnwishTouch takes a wish back. What the actor wrote is destroyed at once, for the
// other too, and the other's words are not shown any more.
func (s *Service) UnwishTouch(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		t, found, err := touchByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found || t.By != a.Person {
			return fault.Hidden()
		}
		if err := s.dropTouch(ctx, tx, t); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "groups.untouch", Kind: "touch", Object: id})
	})
}

func (s *Service) dropTouch(ctx context.Context, tx db.Writer, t touchRow) error {
	if err := s.Bus.Cancel(ctx, tx, jobTouch, string(t.ID)); err != nil {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, t.ID); err != nil {
		return err
	}
	if t.Person != "" {
		if err := unmeet(ctx, tx, t.Group, t.Person, t.By); err != nil {
			return fault.Op("touch", err)
		}
	}
	return fault.Op("touch", deleteTouch(ctx, tx, t.ID))
}

// Touches gives the actor's list, of all groups.
func (s *Service) Touches(ctx context.Context, a access.Actor) ([]Touch, error) {
	return s.touches(ctx, s.DB.Reader(), a.Person)
}

func (s *Service) touches(ctx context.Context, r db.Reader, person moment.ID) ([]Touch, error) {
	mine, err := touchesBy(ctx, r, person)
	if err != nil || len(mine) == 0 {
		return nil, err
	}
	back, err := touchesBack(ctx, r, person)
	if err != nil {
		return nil, err
	}
	apart, err := s.People.Apart(ctx, r, person)
	if err != nil {
		return nil, err
	}
	theirs := map[string]touchRow{}
	ids, groups := []moment.ID{}, []moment.ID{}
	for _, t := range back {
		theirs[string(t.Group)+string(t.By)] = t
		ids = append(ids, t.By)
	}
	for _, t := range mine {
		groups = append(groups, t.Group)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	names, err := s.namesOf(ctx, r, groups)
	if err != nil {
		return nil, err
	}
	var out []Touch
	for _, t := range mine {
		w, err := s.readTouch(t)
		if err != nil {
			return nil, err
		}
		x := Touch{ID: t.ID, Group: names[t.Group], GroupID: t.Group, Name: w.Name, Words: w.Reach, At: t.At}
		if b, ok := theirs[string(t.Group)+string(t.Person)]; ok && t.Person != "" && t.MetAt != 0 && !apart[t.Person] {
			w, err := s.readTouch(b)
			if err != nil {
				return nil, err
			}
			x.Both, x.Card, x.Theirs = true, cards[t.Person], w.Reach
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Service) readTouch(t touchRow) (touchWords, error) {
	var w touchWords
	box, err := s.Vault.BoxFrom(t.ID, t.wrapped)
	if errors.Is(err, vault.ErrDestroyed) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	plain, err := box.Open(t.words, touchPlace(t.ID))
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal(plain, &w)
}

func (s *Service) namesOf(ctx context.Context, r db.Reader, ids []moment.ID) (map[moment.ID]string, error) {
	list, err := groupsByIDs(ctx, r, dedupe(ids))
	out := map[moment.ID]string{}
	for _, g := range list {
		out[g.ID] = g.Name
	}
	return out, err
}

func dedupe(ids []moment.ID) []moment.ID {
	seen := map[moment.ID]bool{}
	var out []moment.ID
	for _, id := range ids {
		if id != "" && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// TouchPage is what the page of one group shows: the actor's own wishes there, and
// whom they can see in its list.
type TouchPage struct {
	View
	Wishes []Touch
	Names  []string // of the people in the list, to choose from
}

// TouchIn gives the page of staying in touch with people of a group.
func (s *Service) TouchIn(ctx context.Context, a access.Actor, id moment.ID) (TouchPage, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return TouchPage{}, err
	}
	if err := canRead(v.stand).Err(); err != nil {
		return TouchPage{}, err
	}
	out := TouchPage{View: v}
	all, err := s.Touches(ctx, a)
	if err != nil {
		return out, err
	}
	for _, t := range all {
		if t.GroupID == id {
			out.Wishes = append(out.Wishes, t)
		}
	}
	list, err := s.listed(ctx, s.DB.Reader(), v.stand)
	if err != nil {
		return out, err
	}
	for _, c := range list.Shown {
		if c.Person != a.Person && strings.TrimSpace(c.Card.Name) != "" {
			out.Names = append(out.Names, c.Card.Name)
		}
	}
	return out, nil
}
