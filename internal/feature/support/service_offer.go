package support

import (
	"cmp"
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/core/shifts"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// settle closes an open offer and gives the peer's place back.
func (s *Service) settle(ctx context.Context, tx db.Writer, o Offer, state OfferState) error {
	closed, err := closeOffer(ctx, tx, o.ID, state, s.Clock.Now())
	if err != nil || !closed {
		return err
	}
	if err := s.Bus.Cancel(ctx, tx, jobOffer, string(o.ID)); err != nil {
		return err
	}
	s.Bus.Publish(tx, PeerTopic(o.Peer), int64(s.Clock.Now()))
	return s.Shifts.Release(ctx, tx, o.Peer, false)
}

// Ready says that the actor can take the next person. A debrief that is owed
// comes first.
func (s *Service) Ready(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		mine, on, err := s.Shifts.Mine(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if out, err := s.Standing.Out(ctx, tx, a.Person); err != nil || out {
			return cmp.Or(err, error(fault.New(fault.Conflict, "support.error.out")))
		}
		owed, err := owedBy(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if len(owed) > 0 {
			return fault.New(fault.Conflict, "support.error.debrief_first")
		}
		if on && mine.State == shifts.Ready {
			return nil // ready already: whoever came since has looked
		}
		if err := s.Shifts.Say(ctx, tx, a, shifts.Ready); err != nil {
			return err
		}
		return s.dispatch(ctx, tx)
	})
}

// Pause puts the actor on a short break. What is offered to them goes to the
// next best peer at once.
func (s *Service) Pause(ctx context.Context, a access.Actor) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.pause(ctx, tx, a) })
}

func (s *Service) pause(ctx context.Context, tx db.Writer, a access.Actor) error {
	if err := s.Shifts.Say(ctx, tx, a, shifts.Break); err != nil {
		return err
	}
	return s.giveBack(ctx, tx, a.Person)
}

// StartShift begins the actor's shift with how they are. That they would like to
// talk with the lead first is told on the board; how they are is told to nobody.
func (s *Service) StartShift(ctx context.Context, a access.Actor, leads bool, c shifts.Check) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		began, err := s.Shifts.Arrive(ctx, tx, a, leads, c)
		if err != nil || !began || !c.Talk {
			return err
		}
		return s.lookAfter(ctx, tx, a.Person, checkInArrive)
	})
}

// LeaveShift ends the actor's shift, or closes it while somebody is with them.
func (s *Service) LeaveShift(ctx context.Context, a access.Actor) error {
	return s.LeaveWith(ctx, a, shifts.Check{})
}

// LeaveWith is the same, with how they are as they go.
func (s *Service) LeaveWith(ctx context.Context, a access.Actor, c shifts.Check) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		if err := s.Shifts.Parting(ctx, tx, a, c); err != nil {
			return err
		}
		if c.Talk {
			if err := s.lookAfter(ctx, tx, a.Person, checkInCall); err != nil {
				return err
			}
		}
		if err := s.pause(ctx, tx, a); err != nil { // first, so that nobody new comes in between
			return err
		}
		return s.Shifts.Leave(ctx, tx, a)
	})
}

// giveBack passes on what a peer is offered and has not answered.
func (s *Service) giveBack(ctx context.Context, tx db.Writer, peer moment.ID) error {
	o, open, err := openOfferTo(ctx, tx, peer)
	if err != nil || !open {
		return err
	}
	q, _, err := requestByID(ctx, tx, o.Request)
	if err != nil {
		return err
	}
	return s.passOn(ctx, tx, o, q, OfferDeclined)
}

// Spoken lists the languages of the peers who are here.
func (s *Service) Spoken(ctx context.Context) ([]string, error) {
	r := s.DB.Reader()
	on, err := s.Shifts.On(ctx, r)
	if err != nil {
		return nil, err
	}
	var ids []moment.ID
	for _, x := range on {
		if x.Most > 0 {
			ids = append(ids, x.Person)
		}
	}
	fits, err := s.People.FitOf(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range ids {
		for _, l := range fits[id].Languages {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// notePolicySeen remembers which version somebody was shown before the first word.
func (s *Service) notePolicySeen(ctx context.Context, a access.Actor, version int) error {
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.Safety.Seen(ctx, tx, a.Person, version) })
}

// Accept takes the person who was offered. It gives the conversation.
func (s *Service) Accept(ctx context.Context, a access.Actor, id moment.ID) (moment.ID, error) {
	var conversation moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		o, q, err := s.answerable(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if o.State == OfferAccepted { // pressed twice
			conversation = q.Conversation
			return nil
		}
		closed, err := closeOffer(ctx, tx, o.ID, OfferAccepted, s.Clock.Now())
		if err != nil {
			return err
		}
		if !closed {
			return fault.New(fault.Conflict, "support.error.too_late")
		}
		if err := s.Bus.Cancel(ctx, tx, jobOffer, string(o.ID)); err != nil {
			return err
		}
		if o.Handover != "" {
			conversation, err = s.take(ctx, tx, a, o, q)
			return err
		}
		conversation, err = s.connect(ctx, tx, a, q)
		return err
	})
	return conversation, err
}

func (s *Service) answerable(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID) (Offer, Request, error) {
	o, found, err := offerByID(ctx, tx, id)
	if err != nil {
		return o, Request{}, err
	}
	if !found || o.Peer != a.Person {
		return o, Request{}, fault.Hidden()
	}
	if err := changing.Spend(ctx, tx, a.Person, s.Clock.Now()); err != nil {
		return o, Request{}, err
	}
	q, _, err := requestByID(ctx, tx, o.Request)
	if err != nil || o.State == OfferAccepted {
		return o, q, err
	}
	return o, q, canAnswer(a, o, s.Clock.Now()).Err()
}

// connect opens the conversation between a request's person and a peer whose
// place is taken already.
func (s *Service) connect(ctx context.Context, tx db.Writer, a access.Actor, q Request) (moment.ID, error) {
	now := s.Clock.Now()
	id, err := s.Chat.Start(ctx, tx, "support", q.Person, a.Person)
	if err != nil {
		return "", err
	}
	q.State, q.ConnectedAt, q.Conversation = Talking, now, id
	if err := updateRequest(ctx, tx, q); err != nil {
		return "", fault.Op("support connect", err)
	}
	c := Contact{Conversation: id, Request: q.ID, Member: q.Person, Peer: a.Person, StartedAt: now, Before: q.Distress, Scope: moment.NewID()}
	if _, err := s.Vault.NewScope(ctx, tx, c.Scope, now); err != nil {
		return "", err
	}
	if err := s.Bus.At(ctx, tx, jobNotes, string(id), now.Add(NotesLast), aboutContact{id}); err != nil {
		return "", err
	}
	if err := insertContact(ctx, tx, c); err != nil {
		return "", fault.Op("support connect", err)
	}
	if err := s.Shifts.Begin(ctx, tx, a.Person, id); err != nil {
		return "", err
	}
	if err := s.worriesCome(ctx, tx, q.Person, id); err != nil {
		return "", err
	}
	for _, kind := range []string{jobWiden, jobTruth} {
		if err := s.Bus.Cancel(ctx, tx, kind, string(q.ID)); err != nil {
			return "", err
		}
	}
	if err := s.Bus.At(ctx, tx, jobIdle, string(id), now.Add(QuietAsks), aboutContact{id}); err != nil {
		return "", err
	}
	s.tell(tx, q)
	s.Bus.Publish(tx, PeerTopic(a.Person), int64(now))
	if err := s.Bus.Emit(ctx, tx, bus.Event{Name: "support.connected", ID: id, Also: map[string]moment.ID{"request": q.ID, "peer": a.Person}}); err != nil {
		return "", err
	}
	return id, access.Record(ctx, tx, a, now, access.Entry{Verb: "support.accept", Kind: "conversation", Object: id, Subject: q.Person})
}

// Decline says "not now". No reason is asked and nothing is counted: the person
// goes to the next best peer, and the actor stays ready.
func (s *Service) Decline(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		o, q, err := s.answerable(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if o.State == OfferAccepted {
			return fault.New(fault.Conflict, "support.error.talking")
		}
		if err := access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "support.decline", Kind: "offer", Object: o.ID}); err != nil {
			return err
		}
		return s.passOn(ctx, tx, o, q, OfferDeclined)
	})
}

// passOn puts a request that was not taken back into its old place in the line
// and looks for the next.
func (s *Service) passOn(ctx context.Context, tx db.Writer, o Offer, q Request, how OfferState) error {
	if err := s.settle(ctx, tx, o, how); err != nil {
		return err
	}
	if q.State == Offered {
		q.State = Waiting
		if err := updateRequest(ctx, tx, q); err != nil {
			return fault.Op("support pass on", err)
		}
		s.tell(tx, q)
	}
	return s.dispatch(ctx, tx)
}

// OfferView is an offer as the peer sees it.
type OfferView struct {
	Offer
	Request Request
	Words   string
	Person  people.Card
	From    people.Card // who would like to hand over, if it is that
	Waited  int         // minutes
}

// MyOffer gives what the actor is offered now. Its words are read, which the
// audit notes.
func (s *Service) MyOffer(ctx context.Context, a access.Actor) (*OfferView, error) {
	r := s.DB.Reader()
	o, open, err := openOfferTo(ctx, r, a.Person)
	if err != nil || !open || s.Clock.Now() >= o.ExpiresAt {
		return nil, err
	}
	q, found, err := requestByID(ctx, r, o.Request)
	if err != nil || !found {
		return nil, err
	}
	v := &OfferView{Offer: o, Request: q, Waited: int(s.Clock.Now().Sub(q.LinedUpAt).Minutes())}
	from := moment.ID("")
	if o.Handover != "" {
		h, _, err := handoverByID(ctx, r, o.Handover)
		if err != nil {
			return nil, err
		}
		from = h.Peer
		v.Words, err = s.introduction(ctx, r, h)
		if err != nil {
			return nil, err
		}
	} else if v.Words, err = s.readWords(ctx, r, q); err != nil {
		return nil, err
	}
	cards, err := s.People.Cards(ctx, r, q.Person, from)
	if err != nil {
		return nil, err
	}
	v.Person, v.From = cards[q.Person], cards[from]
	err = s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "support.read_offer", Kind: "request", Object: q.ID, Subject: q.Person})
	return v, err
}

func (s *Service) readWords(ctx context.Context, r db.Reader, q Request) (string, error) {
	if !q.HasWords {
		return "", nil
	}
	sealed, wrapped, err := wordsOf(ctx, r, q.ID)
	if err != nil {
		return "", db.Problem("words", err)
	}
	if len(sealed) == 0 || len(wrapped) == 0 {
		return "", nil
	}
	box, err := s.Vault.BoxFrom(q.ID, wrapped)
	if err != nil {
		return "", err
	}
	plain, err := box.Open(sealed, wordsPlace(q.ID))
	return string(plain), err
}

// Carrying is what takes a peer's places now.
type Carrying struct {
	Offers, Talks int
	OfferAt       moment.Time // when the open offer was made
}

// Held counts what takes a peer's places.
func (s *Service) Held(ctx context.Context, r db.Reader, peer moment.ID) (Carrying, error) {
	var out Carrying
	o, open, err := openOfferTo(ctx, r, peer)
	if err != nil {
		return out, err
	}
	if open {
		out.Offers, out.OfferAt = 1, o.MadeAt
	}
	running, err := runningWith(ctx, r, peer)
	out.Talks = len(running)
	return out, err
}
