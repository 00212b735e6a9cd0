package safety

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

func itoa(n int) string { return strconv.Itoa(n) }

func dayLong(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func wishPlace(person moment.ID, column string) string {
	return "safety_wish." + column + "|" + string(person)
}

// Wish gives the actor's own words for the time when others worry about them.
func (s *Service) Wish(ctx context.Context, a access.Actor) (Wish, error) {
	return s.wishOf(ctx, s.DB.Reader(), a.Person)
}

func (s *Service) wishOf(ctx context.Context, r db.Reader, person moment.ID) (Wish, error) {
	row, found, err := wishRow(ctx, r, person)
	if err != nil || !found || len(row.wrapped) == 0 {
		return Wish{}, err
	}
	box, err := s.Vault.BoxFrom(row.scope, row.wrapped)
	if err != nil {
		return Wish{}, err
	}
	w := Wish{ChangedAt: row.changedAt}
	for column, into := range map[string]*string{"ask": &w.Ask, "call": &w.Call, "avoid": &w.Avoid} {
		if *into, err = openIn(box, row.sealed(column), wishPlace(person, column)); err != nil {
			return w, err
		}
	}
	contacts, err := contactRows(ctx, r, person)
	if err != nil {
		return w, err
	}
	for _, x := range contacts {
		plain, err := box.Open(x.sealed, wishPlace(person, "contact"))
		if err != nil {
			return w, err
		}
		c := Confidant{}
		if err := json.Unmarshal(plain, &c); err != nil {
			return w, fault.Op("safety contact", err)
		}
		c.MayCall = x.mayCall
		w.Contacts = append(w.Contacts, c)
	}
	return w, nil
}

// SaveWish replaces what the actor wrote, under a new key: what stood there
// before can no longer be read.
func (s *Service) SaveWish(ctx context.Context, a access.Actor, w Wish) error {
	if err := permWish.Check(a); err != nil {
		return err
	}
	if err := w.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := writing.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		if err := s.dropWish(ctx, tx, a.Person); err != nil {
			return err
		}
		if !w.Empty() {
			if err := s.putWish(ctx, tx, a.Person, w, now); err != nil {
				return err
			}
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "safety.wish", Kind: "person", Object: a.Person, Subject: a.Person})
	})
}

func (s *Service) putWish(ctx context.Context, tx db.Writer, person moment.ID, w Wish, now moment.Time) error {
	row := sealedWish{person: person, scope: moment.NewID(), changedAt: now}
	box, err := s.Vault.NewScope(ctx, tx, row.scope, now)
	if err != nil {
		return err
	}
	put := func(column, words string) []byte {
		if words == "" {
			return nil
		}
		return box.Seal([]byte(words), wishPlace(person, column))
	}
	row.ask, row.call, row.avoid = put("ask", w.Ask), put("call", w.Call), put("avoid", w.Avoid)
	if err := insertWish(ctx, tx, row); err != nil {
		return fault.Op("wish", err)
	}
	for i, c := range w.Contacts {
		body, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if err := insertContact(ctx, tx, moment.NewID(), person, i, box.Seal(body, wishPlace(person, "contact")), c.MayCall); err != nil {
			return fault.Op("safety contact", err)
		}
	}
	return nil
}

func (s *Service) dropWish(ctx context.Context, tx db.Writer, person moment.ID) error {
	row, found, err := wishRow(ctx, tx, person)
	if err != nil || !found {
		return err
	}
	if err := s.Vault.Destroy(ctx, tx, row.scope); err != nil {
		return err
	}
	return fault.Op("wish", deleteWish(ctx, tx, person))
}

// The names of the waits in the settings, in seconds.
const settingWait = "safety.wait_"

// Waits gives how long each step waits, as the service set it.
func (s *Service) Waits(ctx context.Context, r db.Reader) (Waits, error) {
	w := DefaultWaits()
	for name, into := range w.fields() {
		text, err := access.Setting(ctx, r, settingWait+name, "")
		if err != nil {
			return w, err
		}
		if n, err := strconv.Atoi(text); err == nil && text != "" {
			*into = time.Duration(n) * time.Second
		}
	}
	return w, nil
}

func (w *Waits) fields() map[string]*time.Duration {
	return map[string]*time.Duration{"lead": &w.Lead, "first": &w.First, "second": &w.Second, "all": &w.All, "still": &w.Still, "still_worried": &w.StillWorried}
}

// waitsOr gives the waits, and the defaults where they cannot be read: a page is
// never held up by a setting.
func (s *Service) waitsOr(ctx context.Context, r db.Reader) Waits {
	w, err := s.Waits(ctx, r)
	if err != nil || w.Validate() != nil {
		return DefaultWaits()
	}
	return w
}

// SetWaits sets how long each step waits, within the hard limits.
func (s *Service) SetWaits(ctx context.Context, a access.Actor, w Waits) error {
	if err := permWaiting.Check(a); err != nil {
		return err
	}
	if err := w.Validate(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		for name, d := range w.fields() {
			if err := access.SetSetting(ctx, tx, a, s.Clock.Now(), settingWait+name, strconv.Itoa(int(d.Seconds()))); err != nil {
				return err
			}
		}
		return nil
	})
}
