package mentoring

import (
	"context"
	"slices"

	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// suggest fills a search up to three peers that wait for the member's answer. When
// fewer fit there are fewer; nobody is suggested twice in one search.
func (s *Service) suggest(ctx context.Context, tx db.Writer, q Seek) error {
	before, err := suggestionsOf(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	open, last := 0, 0
	seen := map[moment.ID]bool{}
	for _, x := range before {
		seen[x.Peer] = true
		last = max(last, x.Place)
		if x.State == "open" {
			open++
		}
	}
	if open >= MostSuggested {
		return nil
	}
	ask, err := s.askOf(ctx, tx, q)
	if err != nil {
		return err
	}
	for id := range seen {
		ask.Apart[id] = true
	}
	var found []matching.Suggestion
	if err := s.ask(ctx, tx, func(x *matching.Index) { found = x.Suggest(ask, MostSuggested-open) }); err != nil {
		return err
	}
	for i, x := range found {
		sug := Suggestion{ID: moment.NewID(), Seek: q.ID, Peer: x.Peer, Place: last + i + 1, Why: x.Why, State: "open", At: s.Clock.Now()}
		if err := insertSuggestion(ctx, tx, sug); err != nil {
			return fault.Op("suggest", err)
		}
	}
	return nil
}

// askOf makes a question to the index of a search: limits of both sides, and
// nobody with whom it was tried before.
func (s *Service) askOf(ctx context.Context, r db.Reader, q Seek) (matching.Seek, error) {
	fits, err := s.People.FitOf(ctx, r, q.Person)
	if err != nil {
		return matching.Seek{}, err
	}
	me := fits[q.Person]
	apart, err := s.People.Apart(ctx, r, q.Person)
	if err != nil {
		return matching.Seek{}, err
	}
	if apart == nil {
		apart = map[moment.ID]bool{}
	}
	tried, err := everWith(ctx, r, q.Person)
	if err != nil {
		return matching.Seek{}, err
	}
	for _, w := range tried {
		if w.EndedHow != EndedWell && w.EndedHow != EndedUnasked && w.EndedHow != EndedLeft {
			apart[w.Peer] = true
		}
	}
	return matching.Seek{
		Person: q.Person, Situations: q.Situations, Lived: me.Lived, Languages: me.Languages, Wishes: q.Wishes, Firm: q.Firm,
		NotToday: me.NotToday, Free: me.Free, Apart: apart, Waited: max(0, days(s.Clock.Now().Sub(q.MadeAt))), Dial: q.Dial, Seed: seedOf(q.ID),
	}, nil
}

// ask brings the index up to date and asks it, alone: what another transaction has
// read does not come between.
func (s *Service) ask(ctx context.Context, r db.Reader, f func(x *matching.Index)) error {
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := s.fresh(ctx, r); err != nil {
		return err
	}
	f(s.index)
	return nil
}

// fresh brings the index up to date: it is a cache, and what is read in this
// transaction says whether it is true.
func (s *Service) fresh(ctx context.Context, r db.Reader) error {
	all, err := takers(ctx, r)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	all = slices.DeleteFunc(all, func(t Taker) bool { return t.Room(now) == 0 })
	ids := make([]moment.ID, len(all))
	for i, t := range all {
		ids[i] = t.Person
	}
	s.index.Keep(ids)
	if len(ids) == 0 {
		return nil
	}
	revs, err := s.People.Revs(ctx, r, ids...)
	if err != nil {
		return err
	}
	var old []moment.ID
	for _, id := range ids {
		p, known := s.index.Profile(id)
		if !known || p.Rev != revs[id] || !p.FreeUntil.IsZero() && now >= p.FreeUntil {
			old = append(old, id)
		}
	}
	if len(old) > 0 {
		fits, err := s.People.FitOf(ctx, r, old...)
		if err != nil {
			return err
		}
		for _, id := range old {
			s.index.Put(fits[id])
		}
	}
	for _, t := range all {
		if p, ok := s.index.Profile(t.Person); !ok || !p.Roles.Has(access.Peer) {
			s.index.Drop(t.Person) // the role was taken away
			continue
		}
		s.index.SetRoom(t.Person, t.Room(now), min(t.Places, MostPlaces))
	}
	learned, err := s.learned(ctx, r)
	if err == nil {
		s.index.Learn(learned)
	}
	return err
}

// learned reads what earlier matches taught.
func (s *Service) learned(ctx context.Context, r db.Reader) (matching.Lessons, error) {
	list, err := lessons(ctx, r)
	if err != nil {
		return matching.Lessons{}, err
	}
	counts := make(map[matching.Pair]matching.Count, len(list))
	for _, l := range list {
		counts[matching.Pair{Member: l.Member, Peer: l.Peer}] = matching.Count{Kept: l.Kept, Switched: l.Switched}
	}
	return matching.LessonsFrom(counts), nil
}

// everybody is more than any service has of peers.
const everybody = 1 << 20
