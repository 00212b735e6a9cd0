package safety

import (
	"context"
	"slices"

	"cairn/internal/core/notify"
	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// The kinds of notices that safety sends.
const (
	noticePage   = "safety.page"   // somebody has to answer
	noticeSecond = "safety.second" // a second person is asked
	noticeReview = "safety.review" // a step taken alone is to be looked at
	noticeShown  = "safety.shown"  // there is something for the member to read
)

// Kinds are what safety tells people, for notify.
func Kinds() []notify.Kind {
	return []notify.Kind{{Name: noticePage, Urgent: true, Work: true}, {Name: noticeSecond, Urgent: true, Work: true}, {Name: noticeReview, Work: true}, {Name: noticeShown}}
}

// Teller tells people things, quietly and durably. It is notify.
type Teller interface {
	Tell(ctx context.Context, tx db.Writer, m notify.Message) error
	SettleAbout(ctx context.Context, tx db.Writer, about moment.ID, kind string) error
}

// People is what safety asks about people.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
	WithRole(ctx context.Context, r db.Reader, role access.Role) ([]moment.ID, error)
	Apart(ctx context.Context, r db.Reader, person moment.ID) (map[moment.ID]bool, error)
}

// Context knows the places; support is plugged in by Around.
type Context interface {
	// PlaceOf gives a place by its id; false when there is none.
	PlaceOf(ctx context.Context, r db.Reader, id moment.ID) (Place, bool, error)
	// Running gives the place in which somebody is being helped now.
	Running(ctx context.Context, r db.Reader, member moment.ID) (Place, bool, error)
}

// Around plugs in what knows the places. It is called once, before serving.
func (s *Service) Around(c Context) { s.around = c }

// Raise opens a case about the person of a place, or adds to the one that runs.
// It has no limit of pace.
func (s *Service) Raise(ctx context.Context, a access.Actor, typed Raised) (moment.ID, error) {
	if err := permRaise.Check(a); err != nil {
		return "", err
	}
	var id moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		place, err := s.placeFor(ctx, tx, a, typed.Place)
		if err != nil {
			return err
		}
		if err := typed.Validate(false); err != nil {
			return err
		}
		c := Case{Kind: KindConcern, Level: typed.Level, Member: place.Member, RaisedBy: a.Person, RaisedAs: "peer", Place: place.ID}
		if !place.Talks(a.Person) {
			c.RaisedAs = "lead"
		}
		id, err = s.open(ctx, tx, a, c, typed.Words)
		return err
	})
	return id, err
}

// placeFor loads a place the actor may raise a concern from: whoever talks with
// the person, or who sees the board.
func (s *Service) placeFor(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (Place, error) {
	if s.around == nil || id == "" {
		return Place{}, fault.Hidden()
	}
	place, found, err := s.around.PlaceOf(ctx, r, id)
	if err != nil {
		return place, err
	}
	apart, err := s.People.Apart(ctx, r, place.Member)
	if err != nil {
		return place, err
	}
	if !found || apart[a.Person] || place.Member == a.Person || !place.Talks(a.Person) && !a.Roles.Any(access.Set(access.Supervisor, access.Coordinator)) {
		return place, fault.Hidden()
	}
	return place, nil
}

// Unsafe is "I'm not safe right now". Told is false when nobody is on duty and
// nobody on call: then nothing is kept, since nobody would read it. It has no
// limit of pace; pressed again it asks again whoever has the case.
func (s *Service) Unsafe(ctx context.Context, a access.Actor, words string) (id moment.ID, told bool, err error) {
	if err := permSelf.Check(a); err != nil {
		return "", false, err
	}
	typed := Raised{Level: Pressing, Words: readable(words)} // never refused for what was typed
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		id, told = "", false
		d, err := s.duty(ctx, tx)
		if err != nil || !d.Covered(a.Person) {
			return err
		}
		c := Case{Kind: KindSelf, Level: typed.Level, Member: a.Person, RaisedAs: "member"}
		if s.around != nil {
			place, running, err := s.around.Running(ctx, tx, a.Person)
			if err != nil {
				return err
			}
			if running {
				c.Place = place.ID
			}
		}
		id, err = s.open(ctx, tx, a, c, typed.Words)
		told = err == nil
		return err
	})
	return id, told, err
}

// Mandatory opens a case of its own for what the law of the place makes somebody
// report. Only a supervisor does, out of a case they can see.
func (s *Service) Mandatory(ctx context.Context, a access.Actor, from moment.ID, words string) (moment.ID, error) {
	var id moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		c, st, err := s.load(ctx, tx, a, from)
		if err != nil {
			return err
		}
		if err := canSee(a, c, st).Err(); err != nil {
			return err
		}
		if !a.Has(access.Supervisor) {
			return fault.New(fault.Forbidden, "safety.error.mandatory")
		}
		typed := Raised{Level: Pressing, Words: words}
		if err := typed.Validate(false); err != nil {
			return err
		}
		id, err = s.open(ctx, tx, a, Case{Kind: KindMandatory, Level: Pressing, Member: c.Member, RaisedBy: a.Person, RaisedAs: "supervisor", Place: c.Place}, typed.Words)
		return err
	})
	return id, err
}

// open makes the case and takes its first step, in one transaction: it is on its
// way to somebody before "saved" is said.
func (s *Service) open(ctx context.Context, tx db.Writer, a access.Actor, c Case, words string) (moment.ID, error) {
	if old, found, err := runningCase(ctx, tx, c.Member, c.Kind); err != nil {
		return "", err
	} else if found {
		return old.ID, s.again(ctx, tx, a, old, c, words)
	}
	now := s.Clock.Now()
	c.ID, c.Scope, c.State, c.Round, c.OpenedAt, c.ShownAt = moment.NewID(), moment.NewID(), Climbing, 1, now, now.Add(ShownAfter)
	if c.Kind == KindSelf {
		c.ShownAt = now
	}
	if _, err := s.Vault.NewScope(ctx, tx, c.Scope, now); err != nil {
		return "", err
	}
	d, err := s.duty(ctx, tx)
	if err != nil {
		return "", err
	}
	c.Owner = c.RaisedBy
	step := climb(c, d, nil)
	c.Owner = step.Owner
	if c.Owner == "" {
		return "", fault.New(fault.Unavailable, "safety.error.nobody")
	}
	c.Rung, c.Due = step.Rung, now.Add(s.waitsOr(ctx, tx).at(step.Rung))
	if err := insertCase(ctx, tx, c); err != nil {
		return "", fault.Op("raise", err)
	}
	kind := "raised"
	if c.Kind != KindConcern {
		kind = "raised_" + string(c.Kind)
	}
	if err := s.write(ctx, tx, a, &c, Entry{Kind: kind, Detail: levelName(c.Level), Words: words}); err != nil {
		return "", err
	}
	if err := s.page(ctx, tx, &c, step); err != nil {
		return "", err
	}
	if err := s.plan(ctx, tx, c); err != nil {
		return "", err
	}
	if err := s.Bus.At(ctx, tx, jobShown, string(c.ID), c.ShownAt, aboutCase{c.ID}); err != nil {
		return "", err
	}
	if err := access.Record(ctx, tx, a, now, access.Entry{Verb: "safety.raise", Kind: "case", Object: c.ID, Subject: c.Member}); err != nil {
		return "", err
	}
	return c.ID, s.Bus.Emit(ctx, tx, bus.Event{Name: "safety.raised", ID: c.ID, Also: map[string]moment.ID{"place": c.Place, "member": c.Member, "by": a.Person}})
}

// again adds to a running case. In hand already, its owner is asked anew.
// Whoever says so works on it from then on, and it belongs to where it was said last.
func (s *Service) again(ctx context.Context, tx db.Writer, a access.Actor, c, said Case, words string) error {
	if err := s.write(ctx, tx, a, &c, Entry{Kind: "again", Detail: levelName(said.Level), Words: words}); err != nil {
		return err
	}
	now := s.Clock.Now()
	c.Level = max(c.Level, said.Level) // worry can only move a case up by itself
	if said.Place != "" {
		c.Place = said.Place
	}
	if said.RaisedBy != "" {
		if _, err := insertPage(ctx, tx, c.ID, c.Round, rungRaised, said.RaisedBy, now); err != nil {
			return fault.Op("raise", err)
		}
	}
	if c.State == InHand {
		if err := s.wake(ctx, tx, &c); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, c); err != nil {
		return err
	}
	if err := access.Record(ctx, tx, a, now, access.Entry{Verb: "safety.raise_again", Kind: "case", Object: c.ID, Subject: c.Member}); err != nil {
		return err
	}
	return s.Bus.Emit(ctx, tx, bus.Event{Name: "safety.raised", ID: c.ID, Also: map[string]moment.ID{"place": c.Place, "member": c.Member, "by": a.Person}})
}

// duty finds who can be paged now. Whoever no longer supervises or coordinates is
// passed over, though they still stand in a plan.
func (s *Service) duty(ctx context.Context, r db.Reader) (Duty, error) {
	var d Duty
	on, err := s.Shifts.On(ctx, r)
	if err != nil {
		return d, err
	}
	may, err := s.holding(ctx, r, access.Supervisor, access.Coordinator)
	if err != nil {
		return d, err
	}
	lead, err := s.Shifts.LeadNow(ctx, r)
	if err != nil {
		return d, err
	}
	call, err := s.Shifts.OnCall(ctx, r, s.Clock.Now())
	if err != nil {
		return d, err
	}
	only := func(id moment.ID) moment.ID {
		if slices.Contains(may, id) {
			return id
		}
		return ""
	}
	d.Lead, d.First, d.Second, d.Clinician, d.All = only(lead), only(call.First), only(call.Second), call.Clinician, may
	able, err := s.holding(ctx, r, access.Peer, access.Supervisor, access.Coordinator)
	if err != nil {
		return d, err
	}
	for _, x := range on {
		if x.State != shifts.Stopped && slices.Contains(able, x.Person) {
			d.Here = append(d.Here, x.Person)
		}
	}
	if len(d.All) == 0 { // a service without anybody else
		d.All = d.Here
	}
	return d, nil
}

func (s *Service) holding(ctx context.Context, r db.Reader, roles ...access.Role) ([]moment.ID, error) {
	var out []moment.ID
	for _, role := range roles {
		ids, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// Covered tells whether anybody but the person would read an "I'm not safe" now.
func (s *Service) Covered(ctx context.Context, r db.Reader, member moment.ID) (bool, error) {
	d, err := s.duty(ctx, r)
	return d.Covered(member), err
}

// load gives a case and what the actor is to it.
func (s *Service) load(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (Case, standing, error) {
	c, found, err := caseByID(ctx, r, id)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return c, standing{}, err
	}
	st := standing{}
	if st.paged, err = wasPaged(ctx, r, id, a.Person); err != nil {
		return c, st, err
	}
	if st.beside, err = s.beside(ctx, r, a, c); err != nil {
		return c, st, err
	}
	apart, err := s.People.Apart(ctx, r, c.Member)
	st.apart = apart[a.Person]
	return c, st, err
}

// beside tells whether the actor talks with the person where a case came from:
// they see who was told and when, and what to say meanwhile (safety.md, "Concerns").
// What the law asks to report is not for them.
func (s *Service) beside(ctx context.Context, r db.Reader, a access.Actor, c Case) (bool, error) {
	if s.around == nil || c.Place == "" || c.Kind == KindMandatory {
		return false, nil
	}
	place, found, err := s.around.PlaceOf(ctx, r, c.Place)
	return found && place.Talks(a.Person) && !place.Ended, err
}

// write puts a line on the timeline, in the caller's transaction.
func (s *Service) write(ctx context.Context, tx db.Writer, a access.Actor, c *Case, e Entry) error {
	c.Entries++
	e.Case, e.Seq, e.At, e.Person = c.ID, c.Entries, s.Clock.Now(), a.Person
	if e.Role = roleIn(a, *c); a.Way == access.BySystem {
		e.Role = "system"
	}
	var sealed []byte
	if e.Words != "" {
		box, err := s.Vault.Box(ctx, tx, c.Scope)
		if err != nil {
			return err
		}
		sealed = box.Seal([]byte(e.Words), entryPlace(c.ID, e.Seq, "words"))
	}
	if err := insertEntry(ctx, tx, e, sealed); err != nil {
		return fault.Op("case entry", err)
	}
	if err := setEntries(ctx, tx, c.ID, c.Entries); err != nil {
		return fault.Op("case entry", err)
	}
	s.tellPages(tx, *c)
	return nil
}

// save writes a case back and tells the pages.
func (s *Service) save(ctx context.Context, tx db.Writer, c Case) error {
	if err := updateCase(ctx, tx, c); err != nil {
		return fault.Op("case", err)
	}
	s.tellPages(tx, c)
	return s.plan(ctx, tx, c)
}

func (s *Service) tellPages(tx db.Writer, c Case) {
	now := int64(s.Clock.Now())
	s.Bus.Publish(tx, CaseTopic(c.ID), now)
	s.Bus.Publish(tx, CasesTopic, now)
}

func levelName(l Level) string {
	switch l {
	case Worried:
		return "worried"
	case Danger:
		return "danger"
	default:
		return "pressing"
	}
}
