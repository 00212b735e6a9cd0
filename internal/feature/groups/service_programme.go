package groups

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Seen is a group as coordinators see it: that it is there, who holds it, how many are
// in it and when it meets. Never what its people write, nor who they are.
type Seen struct {
	Group
	Owner   people.Card
	Holders []people.Card
	Next    *Gathering
}

// Overview is every group, for coordinators.
type Overview struct {
	Waiting []Seen // proposals
	Nobody  []Seen // look for somebody
	Groups  []Seen
	State   State  // of Groups
	More    string // where the next page goes on
}

// programmePage is how many groups stand on a page of the overview.
const programmePage = 50

// Overview gives coordinators the groups in a state, by name, and before them what
// waits for an answer.
func (s *Service) Overview(ctx context.Context, a access.Actor, state State, after string) (Overview, error) {
	if !a.Has(access.Coordinator) {
		return Overview{}, fault.Hidden()
	}
	if state != Paused && state != Ended {
		state = Open
	}
	out := Overview{State: state}
	r := s.DB.Reader()
	waiting, err := allGroups(ctx, r, Proposed, where{}, programmePage)
	if err != nil {
		return out, err
	}
	nobody, err := ownerless(ctx, r, programmePage)
	if err != nil {
		return out, err
	}
	at, err := s.cursor(ctx, r, a, after)
	if err != nil {
		return out, err
	}
	list, err := allGroups(ctx, r, state, at, programmePage+1)
	if err != nil {
		return out, err
	}
	if len(list) > programmePage {
		list = list[:programmePage]
		out.More = string(list[programmePage-1].ID)
	}
	if out.Waiting, err = s.seenAll(ctx, r, a, plain(waiting)); err != nil {
		return out, err
	}
	if out.Nobody, err = s.seenAll(ctx, r, a, nobody); err != nil {
		return out, err
	}
	out.Groups, err = s.seenAll(ctx, r, a, plain(list))
	return out, err
}

func plain(list []listed) []Group {
	out := make([]Group, len(list))
	for i, l := range list {
		out[i] = l.Group
	}
	return out
}

func (s *Service) seenAll(ctx context.Context, r db.Reader, a access.Actor, list []Group) ([]Seen, error) {
	ids := make([]moment.ID, len(list))
	who := []moment.ID{}
	for i, g := range list {
		ids[i] = g.ID
		who = append(who, g.Owner)
	}
	holders, err := facilitatorsOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	for _, all := range holders {
		for _, m := range all {
			who = append(who, m.Person)
		}
	}
	cards, err := s.People.Cards(ctx, r, dedupe(who)...)
	if err != nil {
		return nil, err
	}
	next, err := s.nextOf(ctx, a, ids, ids) // coordinators see when closed groups meet
	if err != nil {
		return nil, err
	}
	var out []Seen
	for _, g := range list {
		x := Seen{Group: g, Owner: cards[g.Owner], Next: next[g.ID]}
		for _, m := range holders[g.ID] {
			x.Holders = append(x.Holders, cards[m.Person])
		}
		out = append(out, x)
	}
	return out, nil
}
