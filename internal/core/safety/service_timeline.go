package safety

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

func entryPlace(id moment.ID, seq int, column string) string {
	return "safety_entry." + column + "|" + string(id) + "|" + itoa(seq)
}

// CaseView is a case as those who work on it see it.
type CaseView struct {
	Case
	Entries   []Entry
	Acts      []Act
	Pages     []Paged
	Cards     map[moment.ID]people.Card
	Wish      Wish // the member's own words, shown first
	Clinician shifts.Clinician
	Now       moment.Time
	May       caseRights
}

// caseRights is what the viewer may do.
type caseRights struct {
	Answer, Write, Close, Hide, Agree, Mandatory bool
	ReviewIDs                                    map[moment.ID]bool
}

// Paged is one person who was told.
type Paged struct {
	Round  int
	Rung   Rung
	Person moment.ID
	At     moment.Time
}

// Case gives a case to somebody who works on it; the reading is audited, and the
// member sees that it was read.
func (s *Service) Case(ctx context.Context, a access.Actor, id moment.ID) (CaseView, error) {
	r := s.DB.Reader()
	c, st, err := s.load(ctx, r, a, id)
	if err != nil {
		return CaseView{}, err
	}
	if err := canSee(a, c, st).Err(); err != nil {
		return CaseView{}, err
	}
	v := CaseView{Case: c, Now: s.Clock.Now()}
	v.May = caseRights{Answer: canAnswer(a, c, st).OK(), Write: canWrite(a, c, st).OK(), Close: canClose(a, c, st).OK(), Hide: a.Has(access.Supervisor), Agree: a.Roles.Any(access.Set(access.Supervisor, access.Coordinator)), Mandatory: a.Has(access.Supervisor) && c.Kind != KindMandatory, ReviewIDs: map[moment.ID]bool{}}
	if v.Entries, err = s.timeline(ctx, r, c); err != nil {
		return v, err
	}
	if v.Acts, err = actsOf(ctx, r, id); err != nil {
		return v, err
	}
	for _, x := range v.Acts {
		v.May.ReviewIDs[x.ID] = canReview(a, c, st, x).OK()
	}
	if v.Pages, err = pagesOf(ctx, r, id); err != nil {
		return v, err
	}
	if c.Open() { // over, it is nobody's but the person's
		if v.Wish, err = s.wishOf(ctx, r, c.Member); err != nil {
			return v, err
		}
	}
	call, err := s.Shifts.OnCall(ctx, r, v.Now)
	if err != nil {
		return v, err
	}
	v.Clinician = call.Clinician
	if v.Cards, err = s.People.Cards(ctx, r, v.everybody()...); err != nil {
		return v, err
	}
	return v, s.Ledger.RecordRead(ctx, a, v.Now, access.Entry{Verb: "safety.read", Kind: "case", Object: id, Subject: c.Member})
}

// everybody is who is named on the page of those who work on it.
func (v CaseView) everybody() []moment.ID {
	ids := []moment.ID{v.Member, v.Owner, v.RaisedBy}
	for _, e := range v.Entries {
		ids = append(ids, e.Person, e.HiddenBy, e.Second)
	}
	for _, p := range v.Pages {
		ids = append(ids, p.Person)
	}
	for _, x := range v.Acts {
		ids = append(ids, x.Person, x.Second, x.ReviewedBy)
	}
	var out []moment.ID
	seen := map[moment.ID]bool{"": true}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// timeline opens what was written in a case.
func (s *Service) timeline(ctx context.Context, r db.Reader, c Case) ([]Entry, error) {
	sealed, wrapped, err := entriesOf(ctx, r, c)
	if err != nil {
		return nil, err
	}
	var box *vault.Box
	if len(wrapped) > 0 {
		if box, err = s.Vault.BoxFrom(c.Scope, wrapped); err != nil {
			return nil, err
		}
	}
	out := make([]Entry, len(sealed))
	for i, x := range sealed {
		out[i] = x.Entry
		if box == nil {
			continue // its time is over
		}
		if out[i].Words, err = openIn(box, x.words, entryPlace(c.ID, x.Seq, "words")); err != nil {
			return nil, err
		}
		if out[i].HiddenWhy, err = openIn(box, x.why, entryPlace(c.ID, x.Seq, "why")); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func openIn(box *vault.Box, sealed []byte, place string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := box.Open(sealed, place)
	return string(plain), err
}

// OwnCase is a case as the one it was about reads it: roles, no names, and what
// is kept back for a time only as a line that says so.
type OwnCase struct {
	Case
	Entries []Entry
}

// Own lists the actor's own cases that are shown to them, newest first.
func (s *Service) Own(ctx context.Context, a access.Actor) ([]OwnCase, error) {
	r, now := s.DB.Reader(), s.Clock.Now()
	list, err := casesOf(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	var out []OwnCase
	for _, c := range list {
		if !canReadOwn(a, c, now).OK() {
			continue
		}
		entries, err := s.timeline(ctx, r, c)
		if err != nil {
			return nil, err
		}
		out = append(out, OwnCase{Case: c, Entries: forMember(entries, now)})
	}
	return out, nil
}

// forMember takes names away, and the words of what is kept back. That something
// is kept back is not hidden.
func forMember(entries []Entry, now moment.Time) []Entry {
	out := make([]Entry, 0, len(entries))
	for _, e := range entries {
		if e.Hidden(now) {
			e.Kind, e.Detail, e.Words = "kept_back", "", ""
		}
		e.Person, e.HiddenBy, e.Second, e.HiddenWhy = "", "", "", ""
		out = append(out, e)
	}
	return out
}

// Comment is the member's own line in their timeline, also after it closed.
func (s *Service) Comment(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	var p fault.Problems
	if words = cleanWords(&p, "words", words); words == "" && len(p) == 0 {
		p.Add("words", "safety.error.words")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, found, err := caseByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canReadOwn(a, c, s.Clock.Now()).Err(); err != nil {
			return err
		}
		if err := writing.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
			return err
		}
		if err := s.write(ctx, tx, a, &c, Entry{Kind: "comment", Words: words}); err != nil {
			return err
		}
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "safety.comment", Kind: "case", Object: id, Subject: c.Member})
	})
}

// Delay keeps an entry that would endanger somebody from the member for a time. A
// supervisor gives the reason and the date of review; it holds when a second
// person agrees, and ends by itself on the date.
func (s *Service) Delay(ctx context.Context, a access.Actor, id moment.ID, seq, days int, why string) error {
	var p fault.Problems
	if why = cleanWords(&p, "why", why); why == "" && len(p) == 0 {
		p.Add("why", "safety.error.why")
	}
	if days < 1 || days > int(MostHidden.Hours()/24) {
		p.AddWith("days", "safety.error.days", map[string]any{"most": int(MostHidden.Hours() / 24)})
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.onEntry(ctx, a, id, seq, canHide, func(tx db.Writer, c *Case, e Entry) error {
		if e.Hidden(s.Clock.Now()) {
			return fault.New(fault.Conflict, "safety.error.delayed")
		}
		box, err := s.Vault.Box(ctx, tx, c.Scope)
		if err != nil {
			return err
		}
		e.HiddenBy, e.HiddenUntil = a.Person, s.Clock.Now().Add(dayLong(days))
		return fault.Op("delay", setHidden(ctx, tx, e, box.Seal([]byte(why), entryPlace(id, seq, "why"))))
	})
}

// AgreeDelay is the second person's yes, after which the entry is kept back.
func (s *Service) AgreeDelay(ctx context.Context, a access.Actor, id moment.ID, seq int) error {
	return s.onEntry(ctx, a, id, seq, canAgree, func(tx db.Writer, _ *Case, e Entry) error {
		if e.HiddenBy == "" || e.Second != "" {
			return fault.New(fault.Conflict, "safety.error.delayed")
		}
		return fault.Op("delay", setSecond(ctx, tx, id, seq, a.Person))
	})
}

func (s *Service) onEntry(ctx context.Context, a access.Actor, id moment.ID, seq int, may func(access.Actor, Case, standing, Entry) access.Decision, f func(tx db.Writer, c *Case, e Entry) error) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		c, st, err := s.load(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := canSee(a, c, st).Err(); err != nil {
			return err
		}
		e, found, err := entryAt(ctx, tx, id, seq)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := may(a, c, st, e).Err(); err != nil {
			return err
		}
		if err := f(tx, &c, e); err != nil {
			return err
		}
		s.tellPages(tx, c)
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "safety.delay", Kind: "case", Object: id})
	})
}

// OpenCase is a running case in a list: no words.
type OpenCase struct {
	Case
	OwnerCard, MemberCard people.Card
}

// Running lists the running cases, oldest deadline first.
func (s *Service) Running(ctx context.Context, r db.Reader) ([]OpenCase, error) {
	list, err := casesRunning(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.named(ctx, r, list)
}

// For lists the running cases that somebody was told of, has, or raised.
func (s *Service) For(ctx context.Context, r db.Reader, person moment.ID) ([]OpenCase, error) {
	list, err := casesFor(ctx, r, person)
	if err != nil {
		return nil, err
	}
	return s.named(ctx, r, list)
}

func (s *Service) named(ctx context.Context, r db.Reader, list []Case) ([]OpenCase, error) {
	if len(list) == 0 {
		return nil, nil
	}
	var ids []moment.ID
	for _, c := range list {
		ids = append(ids, c.Owner, c.Member)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	out := make([]OpenCase, len(list))
	for i, c := range list {
		out[i] = OpenCase{Case: c, OwnerCard: cards[c.Owner], MemberCard: cards[c.Member]}
	}
	return out, nil
}

// At lists the cases that came from a place and still run, for the page of the
// one who talks with the person there.
func (s *Service) At(ctx context.Context, r db.Reader, place moment.ID) ([]Case, error) {
	return casesAt(ctx, r, place)
}

// Pages lists who was told of a case, and when.
func (s *Service) Pages(ctx context.Context, r db.Reader, id moment.ID) ([]Paged, error) {
	return pagesOf(ctx, r, id)
}

// Follow lets the running cases about somebody go along to the conversation that
// begins, in the caller's transaction: whoever talks with the person now sees who
// was told. It gives those that came along.
func (s *Service) Follow(ctx context.Context, tx db.Writer, member, to moment.ID) ([]Case, error) {
	list, err := casesAbout(ctx, tx, member)
	if err != nil {
		return nil, err
	}
	for i, c := range list {
		if c.Place != "" {
			if err := s.write(ctx, tx, access.System(), &c, Entry{Kind: "handed_over"}); err != nil {
				return nil, err
			}
		}
		c.Place = to
		if err := s.save(ctx, tx, c); err != nil {
			return nil, err
		}
		list[i] = c
	}
	return list, nil
}
