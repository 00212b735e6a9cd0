package shifts

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Listed is a shift of the plan as a colleague sees it.
type Listed struct {
	Gap
	People []OnIt
	Mine   *Signup
	Weighs Verdict // of the reader taking it
	Take   bool    // the reader may take a place
	Lead   bool    // the reader may take a place and lead
	Begun  bool
}

// OnIt is somebody signed up for a shift.
type OnIt struct {
	Signup
	Card people.Card
}

// Call is a stretch of being on call, with the name. The telephone number is
// there for whoever would ring.
type Call struct {
	Duty
	Card people.Card
}

// Rota is a stretch of the plan.
type Rota struct {
	Shifts    []Listed
	Calls     []Call
	Swaps     []Asked
	Exchanges []Offered
	Drafts    int
	Manages   bool
	Now       moment.Time
}

// Asked is a shift whose person looks for somebody.
type Asked struct {
	Booked
	Card   people.Card
	Weighs Verdict
	Take   bool // the reader may take it
	Own    bool
}

// Offered is a two-way swap that nobody has answered.
type Offered struct {
	Exchange
	Gives, Wants Booked
	FromCard     people.Card
	ToCard       people.Card
	Mine         bool // the reader made the offer
	Weighs       Verdict
}

// Rota gives the plan of a stretch of time, usually a week, as the actor sees it.
func (s *Service) Rota(ctx context.Context, a access.Actor, span Span) (Rota, error) {
	if err := PermWork.Check(a); err != nil {
		return Rota{}, err
	}
	r := s.DB.Reader()
	out := Rota{Manages: a.Has(access.Coordinator), Now: s.Clock.Now()}
	b, err := s.burden(ctx, r, a.Person, min(span.From, out.Now))
	if err != nil {
		return out, err
	}
	list, err := plannedBetween(ctx, r, span)
	if err != nil {
		return out, err
	}
	if out.Shifts, err = s.listed(ctx, r, a, list, b); err != nil {
		return out, err
	}
	for _, x := range out.Shifts {
		if x.State == Draft {
			out.Drafts++
		}
	}
	if out.Calls, err = s.calls(ctx, a, span); err != nil {
		return out, err
	}
	if out.Swaps, err = s.asked(ctx, r, a, b); err != nil {
		return out, err
	}
	out.Exchanges, err = s.offered(ctx, r, a, b)
	return out, err
}

// listed fills in who is on which shift, and what the actor may do.
func (s *Service) listed(ctx context.Context, r db.Reader, a access.Actor, list []Planned, b burden) ([]Listed, error) {
	minimum, _, err := s.Minimum(ctx, r)
	if err != nil {
		return nil, err
	}
	var ids []moment.ID
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	on, err := signupsOn(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	var who []moment.ID
	for _, x := range on {
		who = append(who, x.Person)
	}
	cards, err := s.People.Cards(ctx, r, who...)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	var out []Listed
	for _, p := range list {
		if !canSee(a, p).OK() {
			continue
		}
		l := Listed{Gap: gapOf(p, minimum), Begun: now >= p.StartsAt}
		for _, x := range on {
			if x.Planned != p.ID {
				continue
			}
			l.People = append(l.People, OnIt{x, cards[x.Person]})
			if x.Person == a.Person {
				mine := x
				l.Mine = &mine
			}
		}
		if l.Mine == nil {
			l.Weighs = b.weigh(p.Span())
			l.Take = p.Free() > 0 && canJoin(a.Roles, p, false, now).OK()
			l.Lead = p.FreeToLead() && canJoin(a.Roles, p, true, now).OK()
		}
		out = append(out, l)
	}
	return out, nil
}

// calls lists who is on call. That a telephone number is shown is recorded.
func (s *Service) calls(ctx context.Context, a access.Actor, span Span) ([]Call, error) {
	r := s.DB.Reader()
	list, err := s.duties(ctx, r, span)
	if err != nil {
		return nil, err
	}
	var ids []moment.ID
	for _, d := range list {
		if d.Person != "" {
			ids = append(ids, d.Person)
		}
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	out := make([]Call, len(list))
	for i, d := range list {
		switch {
		case d.Phone == "":
		case !seesNumbers(a):
			d.Phone = ""
		default:
			if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "shifts.read_number", Kind: "on call", Object: d.ID, Subject: d.Person}); err != nil {
				return nil, err
			}
		}
		out[i] = Call{d, cards[d.Person]}
	}
	return out, nil
}

// asked lists the swaps that are open.
func (s *Service) asked(ctx context.Context, r db.Reader, a access.Actor, b burden) ([]Asked, error) {
	now := s.Clock.Now()
	list, err := openSwaps(ctx, r, now)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var ids []moment.ID
	for _, x := range list {
		ids = append(ids, x.Person)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	out := make([]Asked, len(list))
	for i, x := range list {
		out[i] = Asked{Booked: x, Card: cards[x.Person], Own: x.Person == a.Person, Weighs: b.weigh(x.Planned.Span())}
		out[i].Take = !out[i].Own && canJoin(a.Roles, x.Planned, x.Leads, now).OK()
	}
	return out, nil
}

// offered lists the two-way swaps that the actor made or was made.
func (s *Service) offered(ctx context.Context, r db.Reader, a access.Actor, b burden) ([]Offered, error) {
	list, err := openExchangesOf(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	var out []Offered
	for _, e := range list {
		cards, err := s.People.Cards(ctx, r, e.From, e.To)
		if err != nil {
			return nil, err
		}
		o := Offered{Exchange: e, FromCard: cards[e.From], ToCard: cards[e.To], Mine: e.From == a.Person}
		both, err := bookedBoth(ctx, r, e.Gives, e.Wants)
		if err != nil {
			return nil, err
		}
		for _, x := range both {
			if x.ID == e.Gives {
				o.Gives = x
			} else {
				o.Wants = x
			}
		}
		if s.Clock.Now() >= min(o.Gives.Planned.StartsAt, o.Wants.Planned.StartsAt) {
			continue // too late for one of them
		}
		if !o.Mine {
			o.Weighs = b.weigh(o.Gives.Planned.Span(), e.Wants)
		}
		out = append(out, o)
	}
	return out, nil
}

// Opened is one shift of the plan with all that can be done about it.
type Opened struct {
	Listed
	Exchangeable []Booked      // the actor's other shifts, to offer for a colleague's
	Choices      []people.Card // whom a coordinator can put in
	Manages      bool
	Later        bool // others of its series come after it
}

// Shift gives one shift of the plan.
func (s *Service) Shift(ctx context.Context, a access.Actor, id moment.ID) (Opened, error) {
	if err := PermWork.Check(a); err != nil {
		return Opened{}, err
	}
	r := s.DB.Reader()
	p, err := s.seen(ctx, r, a, id)
	if err != nil {
		return Opened{}, err
	}
	b, err := s.burden(ctx, r, a.Person, min(p.StartsAt, s.Clock.Now()))
	if err != nil {
		return Opened{}, err
	}
	list, err := s.listed(ctx, r, a, []Planned{p}, b)
	if err != nil || len(list) == 0 {
		return Opened{}, orElse(err, fault.Hidden())
	}
	out := Opened{Listed: list[0], Manages: a.Has(access.Coordinator)}
	for _, m := range b.mine {
		if m.Planned.StartsAt > s.Clock.Now() && m.Planned.ID != p.ID {
			out.Exchangeable = append(out.Exchangeable, m)
		}
	}
	if !out.Manages {
		return out, nil
	}
	later, err := laterInSeries(ctx, r, p.Series, p.StartsAt+1)
	if err != nil {
		return out, err
	}
	out.Later = len(later) > 0
	out.Choices, err = s.colleagues(ctx, r, access.Peer, access.Supervisor, access.Coordinator)
	return out, err
}

// colleagues lists the people who hold one of the roles, by name.
func (s *Service) colleagues(ctx context.Context, r db.Reader, roles ...access.Role) ([]people.Card, error) {
	var ids []moment.ID
	for _, role := range roles {
		some, err := s.People.WithRole(ctx, r, role)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	return byName(cards), err
}

func byName(cards map[moment.ID]people.Card) []people.Card {
	out := slices.Collect(maps.Values(cards))
	slices.SortFunc(out, func(a, b people.Card) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}
