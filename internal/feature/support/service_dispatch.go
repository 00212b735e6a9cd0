package support

import (
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// dispatch looks for somebody for each who waits, first come first, in the
// caller's transaction. It is called by every verb that could make a match
// possible, so no timer has to be waited for.
func (s *Service) dispatch(ctx context.Context, tx db.Writer) error {
	waiting, err := line(ctx, tx)
	if err != nil {
		return err
	}
	passing, err := anyHandover(ctx, tx)
	if err != nil || len(waiting) == 0 && !passing {
		return err
	}
	floor, err := s.floor(ctx, tx)
	if err != nil {
		return err
	}
	if passing {
		if err := s.offerHandovers(ctx, tx, floor); err != nil {
			return err
		}
	}
	for _, q := range waiting {
		if q.State != Waiting {
			continue
		}
		if err := s.seek(ctx, tx, q, floor); err != nil {
			return err
		}
	}
	return nil
}

// floor is everybody who could be offered people.
type floor struct {
	peers []moment.ID // on shift, talking or not
	free  map[moment.ID]shifts.Shift
}

func (f floor) freeIDs() []moment.ID {
	var out []moment.ID
	for _, id := range f.peers {
		if _, ok := f.free[id]; ok {
			out = append(out, id)
		}
	}
	return out
}

func (s *Service) floor(ctx context.Context, tx db.Writer) (*floor, error) {
	on, err := s.Shifts.On(ctx, tx)
	if err != nil {
		return nil, err
	}
	owe, err := whoOwe(ctx, tx)
	if err != nil {
		return nil, err
	}
	offers, err := openOffers(ctx, tx)
	if err != nil {
		return nil, err
	}
	asked := make(map[moment.ID]bool, len(offers)) // one at a time, however many they may carry
	for _, o := range offers {
		asked[o.Peer] = true
	}
	f := &floor{free: map[moment.ID]shifts.Shift{}}
	for _, x := range on {
		if x.Most == 0 || x.State == shifts.Stopped || x.State == shifts.Closing {
			continue
		}
		f.peers = append(f.peers, x.Person)
		if x.Free(s.Clock.Now()) && owe[x.Person] == 0 && !asked[x.Person] {
			f.free[x.Person] = x
		}
	}
	if err := s.refresh(ctx, tx, f.peers); err != nil {
		return nil, err
	}
	// Somebody whose role was taken away in mid-shift is offered nobody any more.
	f.peers = slices.DeleteFunc(f.peers, func(id moment.ID) bool {
		p, _ := s.index.Profile(id)
		if p.Roles.Has(access.Peer) {
			return false
		}
		delete(f.free, id)
		return true
	})
	return f, nil
}

// refresh brings the index up to date for these people: it is a cache, and the
// revision read in this transaction says whether it is true.
func (s *Service) refresh(ctx context.Context, r db.Reader, ids []moment.ID) error {
	s.index.Keep(ids) // nobody's experience stays in memory past their shift
	if len(ids) == 0 {
		return nil
	}
	revs, err := s.People.Revs(ctx, r, ids...)
	if err != nil {
		return err
	}
	var old []moment.ID
	for _, id := range ids {
		if s.index.Rev(id) != revs[id] {
			old = append(old, id)
		}
	}
	if len(old) == 0 {
		return nil
	}
	fits, err := s.People.FitOf(ctx, r, old...)
	if err != nil {
		return err
	}
	for _, id := range old {
		s.index.Put(fits[id])
	}
	return nil
}

// seek offers the best free peer for one request, or notes that nobody fits.
func (s *Service) seek(ctx context.Context, tx db.Writer, q Request, f *floor) error {
	ask, err := s.askOf(ctx, tx, q)
	if err != nil {
		return err
	}
	asked, err := askedBefore(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	for id := range asked {
		ask.Apart[id] = true
	}
	ask.Circle = CircleAt(s.Clock.Now().Sub(q.LinedUpAt))
	if q.First {
		ask.Circle = max(ask.Circle, matching.Wider) // whoever was moved up waits for no perfect fit
	}
	if free := f.freeIDs(); len(free) > 0 {
		fits := s.index.Best(ask, free, len(free))
		if best, ok := fairest(fits, f.free); ok {
			return s.offer(ctx, tx, q, best, f)
		}
	}
	ask.Circle = matching.Widest
	nobody := len(f.peers) == 0 || len(s.index.Best(ask, f.peers, 1)) == 0
	return s.noteNobody(ctx, tx, q, nobody)
}

// loadWeighs is how many points of fit one conversation already had tonight
// counts against a peer, so that the load is spread.
const loadWeighs = 8

// fairest weighs fit against load: of equals, whoever has been ready longest.
func fairest(fits []matching.Fit, free map[moment.ID]shifts.Shift) (matching.Fit, bool) {
	var best matching.Fit
	found := false
	worth := func(f matching.Fit) int { return f.Score - loadWeighs*free[f.Peer].Talked }
	for _, f := range fits {
		switch {
		case !found || worth(f) > worth(best):
			best, found = f, true
		case worth(f) == worth(best) && free[f.Peer].ReadyAt < free[best.Peer].ReadyAt:
			best = f
		}
	}
	return best, found
}

// askOf turns a request into a question for matching.
func (s *Service) askOf(ctx context.Context, r db.Reader, q Request) (matching.Ask, error) {
	apart, err := s.People.Apart(ctx, r, q.Person)
	if err != nil {
		return matching.Ask{}, err
	}
	own, err := s.People.FitOf(ctx, r, q.Person)
	if err != nil {
		return matching.Ask{}, err
	}
	if apart == nil {
		apart = map[moment.ID]bool{}
	}
	return matching.Ask{Person: q.Person, Situations: q.Situations, Lived: livedOf(own[q.Person]), Languages: q.Languages, Wishes: q.Wishes, Firm: q.Firm, Apart: apart}, nil
}

func livedOf(f people.Fit) []people.Lived {
	if len(f.Lived) > matching.MostSituations {
		return f.Lived[:matching.MostSituations]
	}
	return f.Lived
}

// offer takes the peer's place and makes the offer, with its time limit in the
// database.
func (s *Service) offer(ctx context.Context, tx db.Writer, q Request, fit matching.Fit, f *floor) error {
	return s.makeOffer(ctx, tx, q, fit, f, "")
}

func (s *Service) makeOffer(ctx context.Context, tx db.Writer, q Request, fit matching.Fit, f *floor, handover moment.ID) error {
	claimed, err := s.Shifts.Claim(ctx, tx, fit.Peer)
	if err != nil || !claimed {
		delete(f.free, fit.Peer)
		return err
	}
	delete(f.free, fit.Peer)
	now := s.Clock.Now()
	o := Offer{ID: moment.NewID(), Request: q.ID, Peer: fit.Peer, State: OfferOpen, MadeAt: now, ExpiresAt: now.Add(OfferLasts), Shared: fit.Shared, Wishes: fit.Wishes, Language: fit.Language, Handover: handover}
	if err := insertOffer(ctx, tx, o); err != nil {
		return fault.Op("support offer", err)
	}
	if handover == "" { // one that is handed over goes on talking meanwhile
		q.State, q.NobodyAt = Offered, 0
		if err := updateRequest(ctx, tx, q); err != nil {
			return fault.Op("support offer", err)
		}
	}
	if err := access.Record(ctx, tx, access.System(), now, access.Entry{Verb: "support.offer", Kind: "offer", Object: o.ID, Subject: q.Person}); err != nil {
		return err
	}
	s.tell(tx, q)
	s.Bus.Publish(tx, PeerTopic(fit.Peer), int64(now))
	return s.Bus.At(ctx, tx, jobOffer, string(o.ID), o.ExpiresAt, aboutOffer{o.ID})
}

// noteNobody remembers since when limits exclude everybody on shift, and sets
// the timer by which the person is told the truth.
func (s *Service) noteNobody(ctx context.Context, tx db.Writer, q Request, nobody bool) error {
	switch {
	case nobody && q.NobodyAt.IsZero():
		q.NobodyAt = s.Clock.Now()
		if err := s.Bus.At(ctx, tx, jobTruth, string(q.ID), q.NobodyAt.Add(TruthAfter), aboutRequest{q.ID}); err != nil {
			return err
		}
	case !nobody && !q.NobodyAt.IsZero():
		q.NobodyAt = 0
		if err := s.Bus.Cancel(ctx, tx, jobTruth, string(q.ID)); err != nil {
			return err
		}
	default:
		return nil
	}
	s.tell(tx, q)
	return fault.Op("support nobody", updateRequest(ctx, tx, q))
}
