package mentoring

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Pairing is two people whom a batch would bring together.
type Pairing struct {
	Seek   moment.ID
	Member people.Card
	Peer   people.Card
	Why    []matching.Reason
	Waited time.Duration
}

// Pairings matches everybody who waits with the peers who have room, all at once:
// no member and peer would both rather have each other than what they got. Nothing
// is done by it: a coordinator looks, and introduces. Dial is as in matching.Batch.
func (s *Service) Pairings(ctx context.Context, a access.Actor, dial int) ([]Pairing, error) {
	if err := permCoordinate.Check(a); err != nil {
		return nil, err
	}
	r, now := s.DB.Reader(), s.Clock.Now()
	asks, seeks, err := s.asks(ctx, r)
	if err != nil || len(asks) == 0 {
		return nil, err
	}
	peers, places, err := s.withRoom(ctx, r)
	if err != nil {
		return nil, err
	}
	learned, err := s.learned(ctx, r)
	if err != nil {
		return nil, err
	}
	got := matching.Assign(asks, peers, places, matching.Batch{Dial: min(max(dial, 0), 100), Seed: seedOf(moment.ID(now.Std().Format(time.DateOnly))), Lessons: learned})
	var ids []moment.ID
	for _, x := range got {
		ids = append(ids, x.Member, x.Peer)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	var out []Pairing
	err = s.ask(ctx, r, func(index *matching.Index) {
		for _, x := range got {
			i := slices.IndexFunc(seeks, func(q Seek) bool { return q.Person == x.Member })
			out = append(out, Pairing{Seek: seeks[i].ID, Member: cards[x.Member], Peer: cards[x.Peer], Why: whyOf(index, asks[i], x.Peer), Waited: now.Sub(seeks[i].MadeAt)})
		}
	})
	return out, err
}

// asks gives everybody who waits, as questions to the index.
func (s *Service) asks(ctx context.Context, r db.Reader) ([]matching.Seek, []Seek, error) {
	seeks, err := waiting(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	asks := make([]matching.Seek, len(seeks))
	for i, q := range seeks {
		if asks[i], err = s.askOf(ctx, r, q); err != nil {
			return nil, nil, err
		}
	}
	return asks, seeks, nil
}

// withRoom gives the peers who take people now, and how many each.
func (s *Service) withRoom(ctx context.Context, r db.Reader) ([]people.Fit, map[moment.ID]int, error) {
	all, err := takers(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	places := map[moment.ID]int{}
	var ids []moment.ID
	for _, t := range all {
		if n := t.Room(s.Clock.Now()); n > 0 {
			places[t.Person] = n
			ids = append(ids, t.Person)
		}
	}
	fits, err := s.People.FitOf(ctx, r, ids...)
	if err != nil {
		return nil, nil, err
	}
	var out []people.Fit
	for _, id := range ids {
		if f := fits[id]; f.Roles.Has(access.Peer) {
			out = append(out, f)
		}
	}
	return out, places, nil
}

// whyOf gives why a peer fits a question; nil when they do not.
func whyOf(x *matching.Index, ask matching.Seek, peer moment.ID) []matching.Reason {
	for _, f := range x.Suggest(ask, everybody) {
		if f.Peer == peer {
			return f.Why
		}
	}
	return nil
}

func seedOf(id moment.ID) uint64 {
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(id)) // a hash takes everything
	return seed.Sum64()
}

// Pair names two people to introduce.
type Pair struct{ Seek, Peer moment.ID }

// IntroduceAll introduces those whom a coordinator chose, each in a transaction of
// its own: when somebody was faster for one of them, the others are introduced all
// the same. It tells how many were.
func (s *Service) IntroduceAll(ctx context.Context, a access.Actor, pairs []Pair) (int, error) {
	n := 0
	for _, p := range pairs {
		err := s.Introduce(ctx, a, p.Seek, p.Peer)
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// fairSince is how far back waits and fit are looked at: a year.
const fairSince = 365 * 24 * time.Hour

// Fairness gives coordinators waits and fit by language and by group, without
// small numbers.
func (s *Service) Fairness(ctx context.Context, a access.Actor) (matching.Fairness, error) {
	if err := permCoordinate.Check(a); err != nil {
		return matching.Fairness{}, err
	}
	r, now := s.DB.Reader(), s.Clock.Now()
	seeks, err := madeSince(ctx, r, now.Add(-fairSince))
	if err != nil {
		return matching.Fairness{}, err
	}
	identities, err := s.identities(ctx)
	if err != nil {
		return matching.Fairness{}, err
	}
	ids := make([]moment.ID, len(seeks))
	for i, q := range seeks {
		ids[i] = q.Person
	}
	fits, err := s.People.FitOf(ctx, r, ids...)
	if err != nil {
		return matching.Fairness{}, err
	}
	walks, err := walksSince(ctx, r, now.Add(-fairSince))
	if err != nil {
		return matching.Fairness{}, err
	}
	var rows []matching.Ended
	for _, q := range seeks {
		if q.State != SeekWithdrawn {
			rows = append(rows, endedOf(q, fits[q.Person], walks[q.ID], identities, now))
		}
	}
	return matching.Watch(rows), nil
}

func (s *Service) identities(ctx context.Context) (map[string]bool, error) {
	all, err := s.People.Situations(ctx, "en")
	out := map[string]bool{}
	for _, x := range all {
		if x.Kind == "identity" {
			out[x.Slug] = true
		}
	}
	return out, err
}

// endedOf says of one search how it went, without a name.
func endedOf(q Seek, f people.Fit, w Walk, identities map[string]bool, now moment.Time) matching.Ended {
	e := matching.Ended{Outcome: matching.OutcomeWaiting, Waited: days(now.Sub(q.MadeAt))}
	if len(f.Languages) > 0 {
		e.Language = f.Languages[0]
	}
	for _, l := range f.Lived {
		if identities[l.Situation] {
			e.Groups = append(e.Groups, l.Situation)
		}
	}
	if w.BeganAt.IsZero() {
		return e
	}
	e.Waited, e.Outcome = days(w.BeganAt.Sub(q.MadeAt)), matching.OutcomeKept
	for _, x := range w.Why {
		e.Fit += x.Points
	}
	if w.EndedHow != "" && w.MemberOnAt.IsZero() {
		e.Outcome = matching.OutcomeSwitched
	}
	return e
}
