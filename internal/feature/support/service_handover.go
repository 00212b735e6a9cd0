package support

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Handover is a conversation that its peer would like somebody else to go on with.
// It runs on as it is until somebody has taken it: nobody is dropped.
type Handover struct {
	ID           moment.ID
	Conversation moment.ID
	Peer         moment.ID // who hands over
	Wanted       moment.ID // whom they would like to go on; "" for whoever fits best
	State        string    // "open", "taken", "withdrawn"
	Scope        moment.ID
	MadeAt       moment.Time
	ClosedAt     moment.Time
	Next         moment.ID // the conversation it goes on in
}

// HandOver asks another peer to go on, with a short introduction that the person
// and the next peer read. The next peer reads nothing else of what was said.
func (s *Service) HandOver(ctx context.Context, a access.Actor, id, wanted moment.ID, words string) error {
	var p fault.Problems
	if words = chat.CleanOptional(&p, "words", words, MostWords); words == "" && len(p) == 0 {
		p.Add("words", "support.error.introduction")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return s.onContact(ctx, a, id, "support.hand_over", canProtect, func(tx db.Writer, c Contact, _ Request) error {
		if _, open, err := openHandover(ctx, tx, id); err != nil || open {
			return err // pressed twice
		}
		now := s.Clock.Now()
		h := Handover{ID: moment.NewID(), Conversation: id, Peer: a.Person, Wanted: wanted, State: "open", Scope: moment.NewID(), MadeAt: now}
		box, err := s.Vault.NewScope(ctx, tx, h.Scope, now)
		if err != nil {
			return err
		}
		if err := insertHandover(ctx, tx, h, box.Seal([]byte(words), handoverPlace(h.ID))); err != nil {
			return fault.Op("hand over", err)
		}
		if err := s.Chat.Announce(ctx, tx, id, chat.Passing, ""); err != nil {
			return err
		}
		s.Bus.Publish(tx, PeerTopic(c.Peer), int64(now))
		return s.dispatch(ctx, tx)
	})
}

func handoverPlace(id moment.ID) string { return "support_handover.words|" + string(id) }

// KeepIt takes a hand-over back: the peer goes on themselves.
func (s *Service) KeepIt(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.onContact(ctx, a, id, "support.keep_it", canProtect, func(tx db.Writer, _ Contact, _ Request) error {
		return s.dropHandover(ctx, tx, id)
	})
}

// dropHandover ends a hand-over that nobody took: it was taken back, or the
// conversation ended another way.
func (s *Service) dropHandover(ctx context.Context, tx db.Writer, conversation moment.ID) error {
	h, open, err := openHandover(ctx, tx, conversation)
	if err != nil || !open {
		return err
	}
	if o, offered, err := openOfferOf(ctx, tx, h.ID); err != nil {
		return err
	} else if offered {
		if err := s.settle(ctx, tx, o, OfferGone); err != nil {
			return err
		}
	}
	if err := s.Vault.Destroy(ctx, tx, h.Scope); err != nil {
		return err
	}
	return fault.Op("hand over", closeHandover(ctx, tx, h.ID, "withdrawn", "", s.Clock.Now()))
}

// offerHandovers looks for somebody for each conversation that is to be handed
// over. They come before the line: whoever talks already must not wait.
func (s *Service) offerHandovers(ctx context.Context, tx db.Writer, f *floor) error {
	open, err := openHandovers(ctx, tx)
	if err != nil {
		return err
	}
	for _, h := range open {
		if _, offered, err := openOfferOf(ctx, tx, h.ID); err != nil {
			return err
		} else if offered {
			continue
		}
		if err := s.offerHandover(ctx, tx, h, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) offerHandover(ctx context.Context, tx db.Writer, h Handover, f *floor) error {
	c, q, err := s.loadContact(ctx, tx, h.Conversation)
	if err != nil || !c.EndedAt.IsZero() {
		return err
	}
	ask, err := s.askOf(ctx, tx, q)
	if err != nil {
		return err
	}
	asked, err := askedToTake(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	for id := range asked {
		ask.Apart[id] = true
	}
	ask.Apart[h.Peer], ask.Circle = true, matching.Widest
	free := f.freeIDs()
	fits := s.index.Best(ask, free, len(free))
	best, ok := fairest(fits, f.free)
	for _, fit := range fits {
		if fit.Peer == h.Wanted {
			best, ok = fit, true
		}
	}
	if !ok {
		return s.lookAfter(ctx, tx, h.Peer, "handover") // the lead sees that nobody is free
	}
	return s.makeOffer(ctx, tx, q, best, f, h.ID)
}

// take lets the conversation go on with the actor, whose place is claimed: the
// old one ends, and a new one begins with the introduction.
func (s *Service) take(ctx context.Context, tx db.Writer, a access.Actor, o Offer, q Request) (moment.ID, error) {
	h, found, err := handoverByID(ctx, tx, o.Handover)
	if err != nil {
		return "", err
	}
	c, _, err := s.loadContact(ctx, tx, h.Conversation)
	if err != nil {
		return "", err
	}
	if !found || h.State != "open" || !c.EndedAt.IsZero() {
		return "", fault.New(fault.Conflict, "support.error.gone")
	}
	words, err := s.introduction(ctx, tx, h)
	if err != nil {
		return "", err
	}
	if err := closeHandover(ctx, tx, h.ID, "taken", "", s.Clock.Now()); err != nil {
		return "", fault.Op("hand over", err)
	}
	if err := s.Vault.Destroy(ctx, tx, h.Scope); err != nil {
		return "", err
	}
	if err := s.Chat.Announce(ctx, tx, c.Conversation, chat.Passed, a.Person); err != nil {
		return "", err
	}
	if err := s.close(ctx, tx, c, q, ByHandover, nil); err != nil {
		return "", err
	}
	next, err := s.goOn(ctx, tx, q, words)
	if err != nil {
		return "", err
	}
	id, err := s.connect(ctx, tx, a, next)
	if err != nil {
		return "", err
	}
	if err := moveOffer(ctx, tx, o.ID, next.ID); err != nil {
		return "", fault.Op("hand over", err)
	}
	return id, fault.Op("hand over", closeHandover(ctx, tx, h.ID, "taken", id, s.Clock.Now()))
}

// goOn makes the request that a handed-over conversation goes on from; its words
// are the introduction.
func (s *Service) goOn(ctx context.Context, tx db.Writer, old Request, words string) (Request, error) {
	now := s.Clock.Now()
	next := Request{ID: moment.NewID(), Person: old.Person, State: Waiting, AskedAt: now, LinedUpAt: now, Wanted: old.Wanted, First: true, WhyFirst: handedOver, Policy: old.Policy, HasWords: true}
	next.Words = ""
	box, err := s.Vault.NewScope(ctx, tx, next.ID, now)
	if err != nil {
		return next, err
	}
	if err := insertRequest(ctx, tx, next, box.Seal([]byte(words), wordsPlace(next.ID))); err != nil {
		return next, fault.Op("hand over", err)
	}
	cards, err := s.People.Cards(ctx, tx, next.Person)
	if err != nil {
		return next, err
	}
	return next, s.keepWords(ctx, tx, next, cards[next.Person].Kind == people.KindGuest)
}

// handedOver is why a request came first whose words are an introduction.
const handedOver = "handed_over"

func (s *Service) introduction(ctx context.Context, r db.Reader, h Handover) (string, error) {
	sealed, wrapped, err := handoverWords(ctx, r, h.ID)
	if err != nil || len(sealed) == 0 || len(wrapped) == 0 {
		return "", err
	}
	box, err := s.Vault.BoxFrom(h.Scope, wrapped)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, handoverPlace(h.ID))
	return string(plain), err
}

// introOf gives the introduction that a handed-over conversation goes on from.
func (s *Service) introOf(ctx context.Context, c Contact) (string, error) {
	r := s.DB.Reader()
	q, found, err := requestByID(ctx, r, c.Request)
	if err != nil || !found || q.WhyFirst != handedOver {
		return "", err
	}
	return s.readWords(ctx, r, q)
}

// HandingOver is what the page for handing over shows.
type HandingOver struct {
	With people.Card
	Open bool // somebody is being asked already
	Free []people.Card
}

// HandingOver gives whom the actor could hand a conversation to.
func (s *Service) HandingOver(ctx context.Context, a access.Actor, id moment.ID) (HandingOver, error) {
	r := s.DB.Reader()
	c, _, err := s.loadContact(ctx, r, id)
	if err != nil {
		return HandingOver{}, err
	}
	if err := canProtect(a, c).Err(); err != nil {
		return HandingOver{}, err
	}
	var out HandingOver
	if _, out.Open, err = openHandover(ctx, r, id); err != nil {
		return out, err
	}
	on, err := s.Shifts.On(ctx, r)
	if err != nil {
		return out, err
	}
	apart, err := s.People.Apart(ctx, r, c.Member)
	if err != nil {
		return out, err
	}
	ids := []moment.ID{c.Member}
	for _, x := range on {
		if x.Free(s.Clock.Now()) && x.Person != a.Person && !apart[x.Person] {
			ids = append(ids, x.Person)
		}
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return out, err
	}
	out.With = cards[c.Member]
	for _, one := range ids[1:] {
		out.Free = append(out.Free, cards[one])
	}
	return out, nil
}

// NextOf gives the conversation that a handed-over one goes on in, for the person.
func (s *Service) NextOf(ctx context.Context, a access.Actor, c Contact) (moment.ID, error) {
	if a.Person != c.Member || c.EndedHow != ByHandover {
		return "", nil
	}
	return nextAfter(ctx, s.DB.Reader(), c.Conversation)
}
