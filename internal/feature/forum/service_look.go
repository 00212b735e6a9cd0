package forum

import (
	"context"
	"slices"

	"cairn/internal/core/discussion"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Listed is a space as a list shows it.
type Listed struct {
	Space
	Reads        bool // else only that it is there
	In           bool // joined it
	Asked        bool // waits for an answer
	Threads, New int  // up to discussion.MostCounted; more is one more
	Waiting      int  // people who wait for the actor's answer
	Keeps        bool // the actor looks after it
}

// Spaces gives the spaces that the actor may know of, with how many threads there are and
// what is new in those that they read.
func (s *Service) Spaces(ctx context.Context, a access.Actor) ([]Listed, error) {
	r := s.DB.Reader()
	all, err := allSpaces(ctx, r)
	if err != nil {
		return nil, err
	}
	mine, err := s.mine(ctx, r, a)
	if err != nil {
		return nil, err
	}
	var out []Listed
	var counts []discussion.Counted
	for _, x := range all {
		st := stand{Space: x, actor: a, in: mine.in[x.ID], moderates: mine.moderates[x.ID], kept: mine.kept}
		if !canSee(st).OK() {
			continue
		}
		l := Listed{Space: x, Reads: canRead(st).OK(), In: st.in, Asked: mine.asked[x.ID], Keeps: canKeep(st).OK()}
		if l.Reads {
			counts = append(counts, discussion.Counted{Space: x.Wall, Keep: l.Keeps})
		}
		if x.Audience == Community && l.Keeps {
			list, err := openRequests(ctx, r, x.ID)
			if err != nil {
				return nil, err
			}
			l.Waiting = len(list)
		}
		out = append(out, l)
	}
	if err := s.Talk.Counts(ctx, r, a, counts); err != nil {
		return nil, err
	}
	i := 0
	for k := range out {
		if out[k].Reads {
			out[k].Threads, out[k].New = counts[i].Threads, counts[i].New
			i++
		}
	}
	return out, nil
}

// mine is how somebody stands to all spaces.
type mine struct {
	in, moderates, asked map[moment.ID]bool
	kept                 bool
}

func (s *Service) mine(ctx context.Context, r db.Reader, a access.Actor) (m mine, err error) {
	m.in, m.moderates, m.asked = map[moment.ID]bool{}, map[moment.ID]bool{}, map[moment.ID]bool{}
	if !a.Has(access.Member) {
		return m, nil
	}
	joined, err := joinedBy(ctx, r, a.Person)
	if err != nil {
		return m, err
	}
	for _, id := range joined {
		m.in[id] = true
	}
	keeps, err := moderatedBy(ctx, r, a.Person)
	if err != nil {
		return m, err
	}
	for _, id := range keeps {
		m.moderates[id] = true
	}
	asks, err := requestsBy(ctx, r, a.Person)
	if err != nil {
		return m, err
	}
	for _, q := range asks {
		m.asked[q.Space] = q.Open
	}
	if m.kept, err = s.Standing.Out(ctx, r, a.Person); err != nil || !m.kept {
		return m, err
	}
	gone, err := s.Standing.OutForGood(ctx, r, a.Person)
	if gone {
		clear(m.in) // as hideGone does
	}
	return m, err
}

// View is a space's own page. Threads is empty for whoever only sees that it is there.
type View struct {
	Space
	Reads, In, Keeps bool
	Coordinates      bool
	Imports, Exports bool
	Names            bool // may say who looks after it
	Asked            bool
	Heavy            bool   // a listed phrase stands in what they wrote when they asked
	JoinWhy          string // the key of why the actor cannot join; "" when they can
	Threads          discussion.SpaceView
	Moderators       []people.Card
	Waiting          int
	Queue            int // what waits in the queue for whoever looks after it
}

// Look gives a space as the actor may see it, with its threads from where a page before said.
func (s *Service) Look(ctx context.Context, a access.Actor, id moment.ID, before string) (View, error) {
	r := s.DB.Reader()
	st, err := s.load(ctx, r, a, id)
	if err != nil {
		return View{}, err
	}
	v := viewOf(st, s.Clock.Now())
	if v.Heavy, err = s.soundsHeavy(ctx, r, st); err != nil {
		return v, err
	}
	if v.Moderators, err = s.cards(ctx, r, id); err != nil {
		return v, err
	}
	there, err := s.there(ctx, r, id)
	if err != nil {
		return v, err
	}
	if canAnswer(st, len(there)).OK() {
		list, err := openRequests(ctx, r, id)
		if err != nil {
			return v, err
		}
		v.Waiting = len(list)
	}
	if v.Queue, err = s.queue(ctx, a, v.Keeps); err != nil {
		return v, err
	}
	if v.Reads {
		v.Threads, err = s.Talk.Threads(ctx, a, st.Wall, before, 0)
		v.Threads.Back = pathOf(id)
	}
	return v, err
}

// queue counts what waits in the queue of moderation, for somebody who looks after a space;
// others are asked nothing.
func (s *Service) queue(ctx context.Context, a access.Actor, keeps bool) (int, error) {
	if !keeps {
		return 0, nil
	}
	return s.Waits.Waits(ctx, a)
}

// Queue tells whether the actor looks after one of some spaces, and how much waits for them.
func (s *Service) Queue(ctx context.Context, a access.Actor, list []Listed) (n int, keeps bool, err error) {
	keeps = slices.ContainsFunc(list, func(x Listed) bool { return x.Keeps })
	n, err = s.queue(ctx, a, keeps)
	return n, keeps, err
}

func viewOf(st stand, now moment.Time) View {
	v := View{Space: st.Space, Reads: canRead(st).OK(), In: st.in, Keeps: canKeep(st).OK(), Coordinates: coordinates(st).OK(), Names: canName(st).OK(), Imports: canImport(st).OK(), Exports: canExport(st).OK(), Asked: st.asked != nil && st.asked.Open}
	if d := canJoin(st, now); !d.OK() {
		v.JoinWhy = fault.As(d.Err()).Key
	}
	return v
}

// cards gives who looks after a space.
func (s *Service) cards(ctx context.Context, r db.Reader, id moment.ID) ([]people.Card, error) {
	list, err := moderatorsOf(ctx, r, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	cards, err := s.People.Cards(ctx, r, list...)
	var out []people.Card
	for _, id := range list {
		c := cards[id]
		c.ID = id
		out = append(out, c)
	}
	return out, err
}
