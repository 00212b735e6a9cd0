package groups

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"

	"github.com/a-h/templ"
)

// View is a group as somebody sees it.
type View struct {
	stand
	In      *Member       // nil: they are not in it
	Holders []people.Card // in the order of the rota
	Owns    people.Card   // its owner; no name when it looks for somebody
	Asked   bool          // the actor has asked to join
	Labels  map[string]string
	Reason  string // of a proposal that was refused
}

// Facilitates tells whether the actor holds the group.
func (v View) Facilitates() bool { return v.facilitates() || v.owns() }

// IsOwner tells whether it is the actor's to hand over.
func (v View) IsOwner() bool { return v.owns() }

// Current tells whether the actor has accepted the agreement as it stands.
func (v View) Current() bool { return v.current() }

// MayRead tells whether the actor reads what its people write.
func (v View) MayRead() bool { return canRead(v.stand).OK() }

// MayWrite tells whether the actor writes in it.
func (v View) MayWrite() bool { return canWrite(v.stand).OK() }

// MayWork tells whether the actor has work here beside being helped.
func (v View) MayWork() bool { return v.actor.Works() }

// Visitor tells whether whoever looks has no account.
func (v View) Visitor() bool { return !v.actor.Has(access.Member) }

// Proposer tells whether the actor proposed it.
func (v View) Proposer() bool { return v.MadeBy != "" && v.MadeBy == v.actor.Person }

// Find gives the id of a group by what stands in its address: the id or the slug.
func (s *Service) Find(ctx context.Context, at string) (moment.ID, error) {
	if id, ok := moment.ParseID(at); ok {
		return id, nil
	}
	if !isSlug(at) {
		return "", fault.Hidden()
	}
	g, found, err := groupBySlug(ctx, s.DB.Reader(), at)
	if err == nil && !found {
		err = fault.Hidden()
	}
	return g.ID, err
}

// Look gives a group with what everybody who sees it may know.
func (s *Service) Look(ctx context.Context, a access.Actor, id moment.ID) (View, error) {
	r := s.DB.Reader()
	st, err := s.load(ctx, r, a, id)
	if err != nil {
		return View{}, err
	}
	if err := canSee(st).Err(); err != nil {
		return View{}, err
	}
	v := View{stand: st, In: st.in}
	if err := s.fillHolders(ctx, r, &v); err != nil {
		return v, err
	}
	if a.Person != "" && st.in == nil {
		if _, v.Asked, err = openAskOf(ctx, r, id, a.Person); err != nil {
			return v, err
		}
	}
	if st.State == Refused {
		sealed, err := reasonOf(ctx, r, id)
		if err != nil {
			return v, err
		}
		o, err := s.Vault.Opener(ctx, r, id)
		if err != nil {
			return v, err
		}
		if v.Reason, err = o.Open(sealed, reasonPlace(id)); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (s *Service) fillHolders(ctx context.Context, r db.Reader, v *View) error {
	ids, err := s.holders(ctx, r, v.Group)
	if err != nil {
		return err
	}
	cards, err := s.People.Cards(ctx, r, append(ids, v.Owner)...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		v.Holders = append(v.Holders, cards[id])
	}
	v.Owns = cards[v.Owner]
	return nil
}

// Opened is the page of a group.
type Opened struct {
	AgreementView
	Round       *Round
	Wall        templ.Component
	Next, After templ.Component
	Sheets      int
	Offered     bool // the actor was asked to hold it
}

// Open gives the page of a group. What its people write is in it for them only.
func (s *Service) Open(ctx context.Context, a access.Actor, id moment.ID) (Opened, error) {
	ag, err := s.ReadAgreement(ctx, a, id)
	if err != nil {
		return Opened{}, err
	}
	out := Opened{AgreementView: ag}
	r := s.DB.Reader()
	if ag.Runs() {
		if out.Next, out.After, err = s.Meetings.Show(ctx, a, id); err != nil {
			return out, err
		}
	}
	sheets, err := sheetsOf(ctx, r, id)
	if err != nil {
		return out, err
	}
	out.Sheets = len(sheets)
	if o, found, err := offerOf(ctx, r, id); err != nil {
		return out, err
	} else if found {
		out.Offered = o.Person == a.Person
	}
	if !ag.MayRead() || ag.State == Proposed || ag.State == Refused {
		return out, nil
	}
	round, err := s.round(ctx, r, ag.stand, false)
	if err != nil {
		return out, err
	}
	out.Round = &round
	if ag.Wall != "" {
		out.Wall, err = s.Walls.Show(ctx, a, ag.Wall)
	}
	return out, err
}

// Listed is somebody in the list of people of a group.
type Listed struct {
	Member
	Card  people.Card
	Owner bool
}

// List is the people of a group as somebody in it sees them: those who chose to be
// shown, and how many others there are. Two who are kept apart are among the others
// of each other.
type List struct {
	Shown  []Listed
	Others int
}

// listed gives the list for somebody in a group. Those who hold the group see
// everybody: they answer for it.
func (s *Service) listed(ctx context.Context, r db.Reader, st stand) (List, error) {
	var out List
	all, err := membersOf(ctx, r, st.ID)
	if err != nil {
		return out, err
	}
	apart, err := s.People.Apart(ctx, r, st.actor.Person)
	if err != nil {
		return out, err
	}
	ids := make([]moment.ID, len(all))
	for i, m := range all {
		ids[i] = m.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return out, err
	}
	holds := st.facilitates()
	for _, m := range all {
		shown := m.Person == st.actor.Person || m.Facilitates || (m.Listed || holds) && (holds || !apart[m.Person])
		if shown {
			out.Shown = append(out.Shown, Listed{Member: m, Card: cards[m.Person], Owner: m.Person == st.Owner})
		} else {
			out.Others++
		}
	}
	return out, nil
}

// Everybody is the page of the people of a group.
type Everybody struct {
	View
	List
	Asking  []Asking  // for those who hold it
	Invited []Invited // for those who hold it
	Out     []Listed  // who was taken out, for those who hold it
	Offer   moment.ID // who was asked to hold it, for its owner
}

// Everybody gives who is in a group: to its people; with what waits to those who
// hold it.
func (s *Service) Everybody(ctx context.Context, a access.Actor, id moment.ID) (Everybody, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return Everybody{}, err
	}
	out := Everybody{View: v}
	if !v.MayRead() && !v.facilitates() {
		return out, fault.Hidden()
	}
	r := s.DB.Reader()
	if out.List, err = s.listed(ctx, r, v.stand); err != nil {
		return out, err
	}
	if !v.facilitates() {
		return out, nil
	}
	if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "groups.people", Kind: Kind, Object: id}); err != nil {
		return out, err
	}
	if out.Asking, err = s.askings(ctx, r, id); err != nil {
		return out, err
	}
	if out.Invited, err = s.invitations(ctx, r, id); err != nil {
		return out, err
	}
	if out.Out, err = s.takenOut(ctx, r, id); err != nil {
		return out, err
	}
	o, _, err := offerOf(ctx, r, id)
	out.Offer = o.Person
	return out, err
}

func (s *Service) takenOut(ctx context.Context, r db.Reader, id moment.ID) ([]Listed, error) {
	rows, err := outsOf(ctx, r, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]moment.ID, len(rows))
	for i, o := range rows {
		ids[i] = o.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	var out []Listed
	for _, o := range rows {
		out = append(out, Listed{Member: Member{Group: id, Person: o.Person, JoinedAt: o.At}, Card: cards[o.Person]})
	}
	return out, err
}

// Show sets whether the others see the actor in the list of a group, and whether they
// are told of what is new on its wall.
func (s *Service) Show(ctx context.Context, a access.Actor, id moment.ID, listed, follows bool) error {
	return s.on(ctx, a, id, "groups.show", canRead, func(tx db.Writer, st stand, _ moment.Time) error {
		m := *st.in
		m.Listed, m.Follows = listed || m.Person == st.Owner, follows
		return fault.Op("show", updateMember(ctx, tx, m))
	})
}

// MayHold gives who of a group could hold it, by name: for handing it over.
func (s *Service) MayHold(ctx context.Context, a access.Actor, id moment.ID) (View, []Listed, error) {
	v, err := s.Look(ctx, a, id)
	if err != nil {
		return v, nil, err
	}
	r := s.DB.Reader()
	o, found, err := offerOf(ctx, r, id)
	if err != nil {
		return v, nil, err
	}
	if !v.owns() {
		if !found || o.Person != a.Person {
			err = fault.Hidden()
		}
		return v, nil, err
	}
	all, err := membersOf(ctx, r, id)
	if err != nil {
		return v, nil, err
	}
	ids := make([]moment.ID, len(all))
	for i, m := range all {
		ids[i] = m.Person
	}
	fits, err := s.People.FitOf(ctx, r, ids...)
	if err != nil {
		return v, nil, err
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return v, nil, err
	}
	var out []Listed
	for _, m := range all {
		// A coordinator who looks for somebody sees those who already hold it, no other
		// people of the group.
		if !v.facilitates() && !m.Facilitates {
			continue
		}
		if canHold(v.Group, &m, fits[m.Person].Roles, m.Person).OK() {
			out = append(out, Listed{Member: m, Card: cards[m.Person], Owner: found && o.Person == m.Person})
		}
	}
	slices.SortStableFunc(out, func(x, y Listed) int { return rankBool(y.Facilitates) - rankBool(x.Facilitates) })
	return v, out, nil
}

func rankBool(b bool) int {
	if b {
		return 1
	}
	return 0
}
