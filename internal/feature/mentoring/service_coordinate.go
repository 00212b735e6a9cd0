package mentoring

import (
	"context"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Caseload is a peer and how many people they walk with.
type Caseload struct {
	Taker
	Card    people.Card
	Running int
	Asked   int
}

// Over tells whether somebody walks with more people than they said.
func (c Caseload) Over() bool { return c.Walks > c.Places }

// Waits is somebody who looks for a peer, and why nobody fits where nobody does.
type Waits struct {
	Seek
	Card        people.Card
	Suggested   int
	WhyNot      string // "language", "hours", "wishes", "limits", "room"; "" when somebody fits
	Suggestions []Introducible
}

// Introducible is a peer whom a coordinator could introduce.
type Introducible struct {
	Peer people.Card
	Why  []matching.Reason
}

// Due is a walk that ends, or should be looked back on, soon.
type Due struct {
	Walk
	Member people.Card
	Peer   people.Card
}

// Overview is what coordinators see. No charter, note or word is in it.
type Overview struct {
	Peers   []Caseload
	Waiting []Waits
	Ending  []Due // within a month, or over
	Reviews []Due // overdue
	Silent  []Due // asked, and not answered yet
	Stalled []Due // on trial for more than four weeks
	Now     moment.Time
}

// soon is how far ahead coordinators look.
const soon = 30 * 24 * time.Hour

// Overview gives coordinators who walks with whom, who waits and why.
func (s *Service) Overview(ctx context.Context, a access.Actor) (Overview, error) {
	if err := permCoordinate.Check(a); err != nil {
		return Overview{}, err
	}
	out := Overview{Now: s.Clock.Now()}
	r := s.DB.Reader()
	walks, err := openWalks(ctx, r)
	if err != nil {
		return out, err
	}
	if err := s.caseloads(ctx, r, walks, &out); err != nil {
		return out, err
	}
	if err := s.dues(ctx, r, walks, &out); err != nil {
		return out, err
	}
	return out, s.waits(ctx, r, &out)
}

func (s *Service) caseloads(ctx context.Context, r db.Reader, walks []Walk, out *Overview) error {
	list, err := takers(ctx, r)
	if err != nil {
		return err
	}
	ids := make([]moment.ID, len(list))
	for i, t := range list {
		ids[i] = t.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return err
	}
	for _, t := range list {
		c := Caseload{Taker: t, Card: cards[t.Person]}
		for _, w := range walks {
			if w.Peer == t.Person && w.Runs() {
				c.Running++
			} else if w.Peer == t.Person {
				c.Asked++
			}
		}
		out.Peers = append(out.Peers, c)
	}
	return nil
}

func (s *Service) dues(ctx context.Context, r db.Reader, walks []Walk, out *Overview) error {
	var ids []moment.ID
	for _, w := range walks {
		ids = append(ids, w.Member, w.Peer)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return err
	}
	for _, w := range walks {
		d := Due{w, cards[w.Member], cards[w.Peer]}
		switch {
		case w.State == Asked:
			out.Silent = append(out.Silent, d)
		case w.State == Trial && out.Now.Sub(w.BeganAt) > quietFor:
			out.Stalled = append(out.Stalled, d)
		case w.EndsAt > 0 && w.EndsAt < out.Now.Add(soon):
			out.Ending = append(out.Ending, d)
		case w.ReviewAt > 0 && w.ReviewAt < out.Now:
			out.Reviews = append(out.Reviews, d)
		}
	}
	return nil
}

// waits says of everybody who waits who fits, or what keeps everybody out.
func (s *Service) waits(ctx context.Context, r db.Reader, out *Overview) error {
	list, err := waiting(ctx, r)
	if err != nil {
		return err
	}
	for _, q := range list[:min(len(list), mostLooked)] {
		w := Waits{Seek: q}
		ask, err := s.askOf(ctx, r, q)
		if err != nil {
			return err
		}
		open, err := s.openOf(ctx, r, q.ID)
		if err != nil {
			return err
		}
		w.Suggested = len(open)
		var found []matching.Suggestion
		if err := s.ask(ctx, r, func(x *matching.Index) {
			if found = x.Suggest(ask, MostSuggested); len(found) == 0 {
				w.WhyNot = whyNot(x, ask)
			}
		}); err != nil {
			return err
		}
		ids := []moment.ID{q.Person}
		for _, f := range found {
			ids = append(ids, f.Peer)
		}
		cards, err := s.People.Cards(ctx, r, ids...)
		if err != nil {
			return err
		}
		w.Card = cards[q.Person]
		for _, f := range found {
			w.Suggestions = append(w.Suggestions, Introducible{cards[f.Peer], f.Why})
		}
		out.Waiting = append(out.Waiting, w)
	}
	return nil
}

// whyNot finds the one limit without which somebody would fit, in the order in
// which a coordinator can do something about it.
func whyNot(x *matching.Index, ask matching.Seek) string {
	without := []struct {
		why  string
		lift func(*matching.Seek)
	}{
		{"hours", func(a *matching.Seek) { a.Free = people.Hours{} }},
		{"language", func(a *matching.Seek) { a.Languages = nil }},
		{"wishes", func(a *matching.Seek) { a.Firm = false }},
		{"limits", func(a *matching.Seek) { a.NotToday, a.Situations, a.Lived = nil, nil, nil }},
		{"tried", func(a *matching.Seek) { a.Apart = nil }},
	}
	for _, w := range without {
		one := ask
		w.lift(&one)
		if len(x.Suggest(one, 1)) > 0 {
			return w.why
		}
	}
	all := ask
	for _, w := range without {
		w.lift(&all)
	}
	if len(x.Suggest(all, 1)) > 0 {
		return "several"
	}
	return "room"
}

// Introduce asks a peer and somebody who waits whether they would walk together.
// Both say yes or no, as always.
func (s *Service) Introduce(ctx context.Context, a access.Actor, seek, peer moment.ID) error {
	if err := permCoordinate.Check(a); err != nil {
		return err
	}
	return s.write(ctx, a, func(tx db.Writer, now moment.Time) error {
		w, err := s.introduce(ctx, tx, a, seek, peer)
		if err != nil {
			return err
		}
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "mentoring.introduce", Kind: "walk", Object: w.ID, Subject: w.Member})
	})
}

func (s *Service) introduce(ctx context.Context, tx db.Writer, a access.Actor, seek, peer moment.ID) (Walk, error) {
	q, found, err := seekByID(ctx, tx, seek)
	if err == nil && !found {
		err = fault.Hidden()
	}
	if err != nil {
		return Walk{}, err
	}
	if q.State != SeekOpen {
		return Walk{}, fault.New(fault.Conflict, "mentoring.error.closed")
	}
	if a.Person == peer || a.Person == q.Person {
		return Walk{}, fault.New(fault.Conflict, "mentoring.error.own")
	}
	ask, err := s.askOf(ctx, tx, q)
	if err != nil {
		return Walk{}, err
	}
	w := Walk{Seek: q.ID, Member: q.Person, Peer: peer, Brought: ByCoordinator, By: a.Person}
	if err := s.ask(ctx, tx, func(x *matching.Index) { w.Why = whyOf(x, ask, peer) }); err != nil {
		return Walk{}, err
	}
	if w.Why == nil {
		return Walk{}, fault.New(fault.Conflict, "mentoring.error.apart")
	}
	if err := dropOpen(ctx, tx, q.ID); err != nil {
		return Walk{}, fault.Op("introduce", err)
	}
	return w, s.bring(ctx, tx, &w, false)
}
