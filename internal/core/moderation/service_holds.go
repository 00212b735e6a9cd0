package moderation

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Held is something that others do not see until somebody has read it. It has no words:
// they are read where they stand.
type Held struct {
	Kind   string
	Object moment.ID
	Path   string // where it is read and decided
	Place  string // the name of where it stands
	Why    string // heldForWords, or "new" (somebody's first here)
	At     moment.Time
}

// heldForWords is why something is held that may be a goodbye: it weighs on its reader.
const heldForWords = "words"

// claimFor is how long a claim keeps others from it.
func (x Held) claimFor() time.Duration {
	if x.Why == heldForWords {
		return claimWords
	}
	return claimFor
}

// Holder is a subject whose things can be held.
type Holder interface {
	// Held gives what is held and what the actor may let others see: what listed words hold
	// first, then the oldest first.
	Held(ctx context.Context, r db.Reader, a access.Actor) ([]Held, error)
	// HeldOne tells of one thing, as Held does; false when the actor may not, or it is not
	// held any more.
	HeldOne(ctx context.Context, r db.Reader, a access.Actor, object moment.ID) (Held, bool, error)
}

// Hold is what is held, and who looks at it.
type Hold struct {
	Held
	By   moment.ID
	Card people.Card
	Mine bool
}

// waitsFor tells whether it is for the actor to do. What somebody else looks at is not, but
// that words may be somebody's goodbye waits for those who decide whoever looks: that one
// person said so is no answer.
func (h Hold) waitsFor(a access.Actor) bool {
	return h.By == "" || h.Mine || h.Why == heldForWords && permQueue.Check(a) == nil
}

// holds gives what waits to be read, with who looks at it.
func (s *Service) holds(ctx context.Context, r db.Reader, a access.Actor) ([]Hold, error) {
	var out []Hold
	for _, subject := range s.holders() {
		list, err := subject.Held(ctx, r, a)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			out = append(out, Hold{Held: x})
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	now := s.Clock.Now()
	claims, err := claimsSince(ctx, r, now.Add(-claimFor))
	if err != nil {
		return nil, err
	}
	var ids []moment.ID
	for _, c := range claims {
		ids = append(ids, c.person)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	for i, x := range out {
		for _, c := range claims {
			if c.kind == x.Kind && c.object == x.Object && now < c.at.Add(x.claimFor()) {
				out[i].By, out[i].Card, out[i].Mine = c.person, cards[c.person], c.person == a.Person
			}
		}
	}
	// What is held for its words comes first: it may be somebody's goodbye.
	slices.SortStableFunc(out, func(x, y Hold) int {
		if heavy := x.Why == heldForWords; heavy != (y.Why == heldForWords) {
			return map[bool]int{true: -1, false: 1}[heavy]
		}
		return cmp.Compare(x.At, y.At)
	})
	return out, nil
}

// holders gives the subjects whose things can be held, in a settled order.
func (s *Service) holders() []Holder {
	var out []Holder
	for _, name := range slices.Sorted(maps.Keys(s.subjects)) {
		if x, ok := s.subjects[name].(Holder); ok {
			out = append(out, x)
		}
	}
	return out
}

// ClaimHold says that the actor looks at something that is held, and gives where it is
// read. Conflict while somebody else does: for a day, or minutes where words hold it, and
// there those who decide take it from whoever does not. Reading it counts in their ledger.
func (s *Service) ClaimHold(ctx context.Context, a access.Actor, kind string, object moment.ID) (path string, err error) {
	err = s.DB.Write(ctx, func(tx db.Writer) error {
		subject, ok := s.subjects[kind].(Holder)
		if permHolds.Check(a) != nil || !ok {
			return fault.Hidden()
		}
		x, found, err := subject.HeldOne(ctx, tx, a, object)
		if err == nil && !found {
			err = fault.Hidden()
		}
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := s.takeHold(ctx, tx, a, x, now); err != nil {
			return err
		}
		if err := s.Load.Looked(ctx, tx, a.Person, object, now, x.Why == heldForWords); err != nil {
			return err
		}
		path = x.Path
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.claim_hold", Kind: kind, Object: object})
	})
	return path, err
}

// takeHold claims what is held.
func (s *Service) takeHold(ctx context.Context, tx db.Writer, a access.Actor, x Held, now moment.Time) error {
	if x.Why == heldForWords && permQueue.Check(a) == nil {
		deciders, err := s.whoDecide(ctx, tx)
		if err != nil {
			return err
		}
		if err := dropClaim(ctx, tx, x, deciders); err != nil {
			return fault.Op("claim", err)
		}
	}
	if err := dropClaims(ctx, tx, now.Add(-claimFor)); err != nil {
		return fault.Op("claim", err)
	}
	took, err := claimHold(ctx, tx, x, a.Person, now, now.Add(-x.claimFor()))
	if err == nil && !took {
		return fault.New(fault.Conflict, "moderation.error.claimed")
	}
	return fault.Op("claim", err)
}

// LetGoHold gives back what is held and the actor said that they look at. It waits for
// everybody again who may read it.
func (s *Service) LetGoHold(ctx context.Context, a access.Actor, kind string, object moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if permHolds.Check(a) != nil {
			return fault.Hidden()
		}
		was, err := letGoHold(ctx, tx, kind, object, a.Person)
		if err == nil && !was {
			return fault.New(fault.Conflict, "moderation.error.claimed")
		}
		if err != nil {
			return fault.Op("let go", err)
		}
		now := s.Clock.Now()
		s.Bus.Publish(tx, Topic, int64(now))
		return access.Record(ctx, tx, a, now, access.Entry{Verb: "moderation.let_go_hold", Kind: kind, Object: object})
	})
}
