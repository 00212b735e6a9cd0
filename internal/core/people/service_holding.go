package people

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/web"
)

// Export writes everything of the actor as a ZIP: a README in their language and
// the JSON files of every Holding. An error before the first byte leaves out
// nothing written; a later one leaves the ZIP without its end, so that no
// program takes half for the whole.
func (s *Service) Export(ctx context.Context, a access.Actor, out io.Writer) error {
	if !a.Known() {
		return fault.Hidden()
	}
	if err := s.DB.Write(ctx, func(tx db.Writer) error { return s.record(ctx, tx, a, "people.export", a.Person) }); err != nil {
		return err
	}
	z := zip.NewWriter(out)
	put := func(file string, v any) error {
		if !strings.HasSuffix(file, ".json") || strings.ContainsAny(file, `/\`) {
			return fault.Op("people export", errors.New("a file of an export is named like name.json"))
		}
		body, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fault.Op("people export", err)
		}
		return s.zipFile(z, file, body)
	}
	if err := s.zipFile(z, "README.txt", []byte(web.T(ctx, "people.export.readme", "name", s.Name, "date", web.DateClock(ctx, s.Clock.Now()))+"\n")); err != nil {
		return err
	}
	for _, h := range append([]Holding{own{s}}, s.holdings...) {
		if err := h.Export(ctx, s.DB.Reader(), a.Person, put); err != nil {
			return fault.Op("people export "+h.Name(), err)
		}
	}
	return fault.Op("people export", z.Close())
}

func (s *Service) zipFile(z *zip.Writer, name string, body []byte) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.Clock.Now().Std()})
	if err != nil {
		return fault.Op("people export", err)
	}
	_, err = w.Write(body)
	return fault.Op("people export", err)
}

// Proof is how somebody shows, before their account goes, that it is they who
// ask: their password when they have one, otherwise their name typed out.
type Proof struct{ Password, Name string }

// NeedsPassword tells which proof Erase will ask for.
func (s *Service) NeedsPassword(ctx context.Context, a access.Actor) (bool, error) {
	_, has, err := passwordOf(ctx, s.DB.Reader(), a.Person)
	return has, err
}

// Erase deletes the actor's account with everything that every Holding has of
// them, in one transaction. It cannot be undone.
func (s *Service) Erase(ctx context.Context, a access.Actor, proof Proof) error {
	p, found, err := personByID(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return err
	}
	if !found || p.Kind == KindGone {
		return fault.Hidden()
	}
	if err := s.proveErasure(ctx, a, p, proof); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		roles, err := rolesOf(ctx, tx, []moment.ID{a.Person})
		if err != nil {
			return err
		}
		n, err := administrators(ctx, tx)
		if err != nil {
			return err
		}
		if err := canErase(roles[a.Person], n).Err(); err != nil {
			return err
		}
		return s.erase(ctx, tx, a, a.Person)
	})
}

func (s *Service) proveErasure(ctx context.Context, a access.Actor, p person, proof Proof) error {
	stored, has, err := passwordOf(ctx, s.DB.Reader(), a.Person)
	if err != nil {
		return err
	}
	if has {
		return s.prove(ctx, a, stored, proof.Password, "password")
	}
	if typed := FoldName(proof.Name); typed == "" || typed != FoldName(cardOf(ctx, p).Name) {
		var problems fault.Problems
		problems.Add("name", "people.error.name_typed")
		return problems.Err()
	}
	return nil
}

// erase runs every Holding's part and then ours, which others may still read from.
func (s *Service) erase(ctx context.Context, tx db.Writer, by access.Actor, who moment.ID) error {
	now := s.Clock.Now()
	for _, h := range s.holdings {
		if err := h.Erase(ctx, tx, who, now); err != nil {
			return fault.Op("people erase "+h.Name(), err)
		}
	}
	if err := (own{s}).Erase(ctx, tx, who, now); err != nil {
		return err
	}
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "people.erased", ID: who}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "people.erase", who)
}

// Erasures gives the ledger of deletions from an instant on, to be kept apart
// from backups.
func (s *Service) Erasures(ctx context.Context, since moment.Time) ([]Erasure, error) {
	return erasuresSince(ctx, s.DB.Reader(), since)
}

// Replay deletes again who is in a ledger of deletions: after a backup from
// before was restored, and before it serves.
func (s *Service) Replay(ctx context.Context, ledger []Erasure) error {
	for _, e := range ledger {
		err := s.DB.Write(ctx, func(tx db.Writer) error {
			p, found, err := personByID(ctx, tx, e.Person)
			if err != nil || !found || p.Kind == KindGone {
				return err
			}
			return s.erase(ctx, tx, access.System(), e.Person)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// own is people's own part of "all my data".
type own struct{ *Service }

// Name names the part.
func (own) Name() string { return "account" }

type exportedAccount struct {
	ID         moment.ID `json:"id"`
	Kind       Kind      `json:"kind"`
	Name       string    `json:"name"`
	Pronouns   string    `json:"pronouns,omitempty"`
	Languages  []string  `json:"languages"`
	Zone       string    `json:"zone,omitempty"`
	Lang       string    `json:"lang,omitempty"`
	Theme      string    `json:"theme,omitempty"`
	HidesReads bool      `json:"hides_read_marks"`
	Came       string    `json:"came"`
	Joined     string    `json:"joined,omitempty"`
	Roles      []string  `json:"roles"`
	Email      string    `json:"email,omitempty"`
	Verified   bool      `json:"email_verified,omitempty"`
	Password   bool      `json:"has_password"`
	Codes      int       `json:"recovery_codes_left"`
	Passkeys   []named   `json:"passkeys"`
	Tokens     []named   `json:"api_tokens"`
	Sessions   []named   `json:"sessions"`
}

type named struct {
	Name string `json:"name"`
	From string `json:"from"`
	Used string `json:"last_used,omitempty"`
}

type exportedLived struct {
	Lived    []livedItem    `json:"lived_experience"`
	NotToday []notTodayItem `json:"not_today"`
	Apart    []apartItem    `json:"kept_apart_by_you"`
	Words    []wordsItem    `json:"in_your_own_words"`
	Gladly   []string       `json:"you_would_gladly_meet"`
	Names    []nameItem     `json:"names_you_would_not_meet"`
	Week     []weekItem     `json:"hours_of_your_week"`
	Zone     string         `json:"hours_are_by_the_clock_of,omitempty"`
}

type livedItem struct {
	Situation  string     `json:"situation"`
	Visibility Visibility `json:"visibility"`
}

type notTodayItem struct {
	Situation string `json:"situation"`
	Until     string `json:"until,omitempty"`
}

type apartItem struct {
	Who   string    `json:"who"`
	Kind  ApartKind `json:"kind"`
	Since string    `json:"since"`
	Until string    `json:"until,omitempty"`
}

type exportedOpening struct {
	At   string `json:"at"`
	By   string `json:"by"`
	Verb string `json:"what"`
	Kind string `json:"of"`
}

// Export puts the account, the lived experience, and who opened anything.
func (o own) Export(ctx context.Context, r db.Reader, who moment.ID, put func(file string, v any) error) error {
	p, found, err := personByID(ctx, r, who)
	if err != nil {
		return err
	}
	if !found || p.Kind == KindGone {
		return fault.Hidden()
	}
	account, err := o.exportAccount(ctx, r, p)
	if err != nil {
		return err
	}
	lived, err := o.exportLived(ctx, r, who)
	if err != nil {
		return err
	}
	openings, err := o.Opened(ctx, access.Actor{Person: who})
	if err != nil {
		return err
	}
	opened := []exportedOpening{}
	for _, x := range openings {
		opened = append(opened, exportedOpening{x.At.Stamp(), x.By(), x.Verb, x.Kind})
	}
	return errors.Join(put("account.json", account), put("lived-experience.json", lived), put("who-opened.json", opened), o.exportAside(ctx, r, who, put))
}

type asideItem struct {
	At       string `json:"at"`
	Name     string `json:"name"`
	Pronouns string `json:"pronouns,omitempty"`
	Given    string `json:"name_you_were_given_instead"`
}

// exportAside puts the names that were taken off the person's card and are kept still.
func (o own) exportAside(ctx context.Context, r db.Reader, who moment.ID, put func(file string, v any) error) error {
	list, err := asidesOf(ctx, r, who)
	if err != nil || len(list) == 0 {
		return err
	}
	out := make([]asideItem, len(list))
	for i, x := range list {
		out[i] = asideItem{x.At.Stamp(), x.Name, x.Pronouns, x.Given}
	}
	return put("names-set-aside.json", out)
}

func (o own) exportAccount(ctx context.Context, r db.Reader, p person) (exportedAccount, error) {
	a := access.Actor{Person: p.ID}
	out := exportedAccount{ID: p.ID, Kind: p.Kind, Name: cardOf(ctx, p).Name, Pronouns: p.Pronouns, Languages: p.Languages, Zone: p.Zone, Lang: p.Lang, Theme: p.Theme,
		HidesReads: p.HidesReads, Came: p.CreatedAt.Stamp(), Joined: p.JoinedAt.Stamp(), Roles: []string{}, Passkeys: []named{}, Tokens: []named{}, Sessions: []named{}}
	roles, err := rolesOf(ctx, r, []moment.ID{p.ID})
	if err != nil {
		return out, err
	}
	for _, role := range (roles[p.ID] | kindRoles(p.Kind)).List() {
		out.Roles = append(out.Roles, role.String())
	}
	ways, err := waysOf(ctx, r, p.ID)
	if err != nil {
		return out, err
	}
	out.Password, out.Codes = ways.Password, ways.Codes
	if out.Email, out.Verified, err = o.Email(ctx, a); err != nil {
		return out, err
	}
	keys, err := passkeysOf(ctx, r, p.ID)
	if err != nil {
		return out, err
	}
	for _, k := range keys {
		out.Passkeys = append(out.Passkeys, named{k.Label, k.CreatedAt.Stamp(), k.UsedAt.Stamp()})
	}
	tokens, err := o.Tokens(ctx, a)
	if err != nil {
		return out, err
	}
	for _, t := range tokens {
		out.Tokens = append(out.Tokens, named{t.Label, t.CreatedAt.Stamp(), t.UsedAt.Stamp()})
	}
	sessions, err := o.Sessions(ctx, a)
	if err != nil {
		return out, err
	}
	for _, x := range sessions {
		out.Sessions = append(out.Sessions, named{x.Label, x.CreatedAt.Stamp(), x.SeenAt.Stamp()})
	}
	return out, nil
}

func (o own) exportLived(ctx context.Context, r db.Reader, who moment.ID) (exportedLived, error) {
	out := exportedLived{Lived: []livedItem{}, NotToday: []notTodayItem{}, Apart: []apartItem{}}
	mine, err := o.Experience(ctx, access.Actor{Person: who})
	if err != nil {
		return out, err
	}
	for _, l := range mine.Lived {
		out.Lived = append(out.Lived, livedItem(l))
	}
	for _, n := range mine.NotToday {
		out.NotToday = append(out.NotToday, notTodayItem{n.Situation, n.Until.Stamp()})
	}
	apart, err := apartBy(ctx, r, who, o.Clock.Now())
	if err != nil {
		return out, err
	}
	cards, err := o.Cards(ctx, r, whomOf(apart)...)
	if err != nil {
		return out, err
	}
	for _, x := range apart {
		out.Apart = append(out.Apart, apartItem{cards[x.Whom].Name, x.Kind, x.At.Stamp(), x.Until.Stamp()})
	}
	return out, o.exportWishes(ctx, r, who, &out)
}

// Erase empties the person's row and deletes all others of theirs; the key of
// what was sealed goes too, and open pages of theirs close.
func (o own) Erase(ctx context.Context, tx db.Writer, who moment.ID, now moment.Time) error {
	if err := o.endSessions(ctx, tx, who, "", ""); err != nil {
		return err
	}
	if err := emptyPerson(ctx, tx, who, now); err != nil {
		return err
	}
	if err := o.Bus.Cancel(ctx, tx, jobTomorrow, string(who)); err != nil {
		return err
	}
	return o.Vault.Destroy(ctx, tx, who)
}
