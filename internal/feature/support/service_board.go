package support

import (
	"cmp"
	"context"
	"slices"

	"cairn/internal/core/people"
	"cairn/internal/core/safety"
	"cairn/internal/core/shifts"
	"cairn/internal/feature/matching"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Board is what the lead sees: who waits, who talks, who is free. No words.
type Board struct {
	Status   Status
	Staffing shifts.Staffing
	Lead     people.Card
	Waiting  []BoardWaiting
	Talking  []BoardTalking
	Peers    []BoardPeer
	CheckIns []BoardCheckIn
	Cases    []safety.OpenCase
	Company  []BoardCompany
	Owing    []BoardOwing // of those who are not on shift
	Held     int
	MayTake  bool
	Now      moment.Time
}

// BoardWaiting is somebody in the line.
type BoardWaiting struct {
	Request Request
	Person  people.Card
	Offered people.Card // to whom, if anybody
	Until   moment.Time
}

// BoardTalking is a running conversation.
type BoardTalking struct {
	Contact
	MemberCard people.Card
	PeerCard   people.Card
	QuietSince moment.Time
}

// BoardPeer is somebody on shift.
type BoardPeer struct {
	shifts.Shift
	Card  people.Card
	Owed  int    // conversations to look back on
	Ready bool   // could be offered somebody now
	At    string // the ceiling they are at, "" for none
	Talks int
}

// BoardOwing is somebody who has left and has not looked back on all of it.
type BoardOwing struct {
	Card people.Card
	Owed int
}

// BoardCheckIn is somebody to look after.
type BoardCheckIn struct {
	CheckIn
	Card people.Card
}

// BoardCompany is a conversation into which a supervisor is asked.
type BoardCompany struct {
	Company
	PeerCard people.Card
}

// Board gives the board.
func (s *Service) Board(ctx context.Context, a access.Actor) (Board, error) {
	if err := permBoard.Check(a); err != nil {
		return Board{}, err
	}
	r := s.DB.Reader()
	b := Board{Now: s.Clock.Now()}
	var err error
	if b.Status, err = s.status(ctx, r); err != nil {
		return b, err
	}
	if b.Staffing, err = s.Shifts.Staffing(ctx, r); err != nil {
		return b, err
	}
	if b.Cases, err = s.Safety.Running(ctx, r); err != nil {
		return b, err
	}
	if b.Held, err = countState(ctx, r, Held); err != nil {
		return b, err
	}
	mine, on, err := s.Shifts.Mine(ctx, r, a.Person)
	if err != nil {
		return b, err
	}
	b.MayTake = canTake(a, mine, on, Request{State: Waiting}).OK()
	if b.Company, err = s.companyOn(ctx, r); err != nil {
		return b, err
	}
	return b, s.fillBoard(ctx, r, &b)
}

func (s *Service) fillBoard(ctx context.Context, r db.Reader, b *Board) error {
	requests, err := line(ctx, r)
	if err != nil {
		return err
	}
	offers, err := openOffers(ctx, r)
	if err != nil {
		return err
	}
	talking, err := runningContacts(ctx, r)
	if err != nil {
		return err
	}
	on, err := s.Shifts.On(ctx, r)
	if err != nil {
		return err
	}
	checks, err := openCheckIns(ctx, r)
	if err != nil {
		return err
	}
	owe, err := whoOwe(ctx, r)
	if err != nil {
		return err
	}
	ids := []moment.ID{b.Staffing.Lead}
	for _, q := range requests {
		ids = append(ids, q.Person)
	}
	for _, c := range talking {
		ids = append(ids, c.Member, c.Peer)
	}
	for _, x := range on {
		ids = append(ids, x.Person)
	}
	for _, c := range checks {
		ids = append(ids, c.Peer)
	}
	for id := range owe {
		ids = append(ids, id)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return err
	}
	b.Lead = cards[b.Staffing.Lead]
	to := map[moment.ID]Offer{}
	for _, o := range offers {
		to[o.Request] = o
	}
	for _, q := range requests {
		w := BoardWaiting{Request: q, Person: cards[q.Person]}
		if o, ok := to[q.ID]; ok {
			w.Offered, w.Until = cards[o.Peer], o.ExpiresAt
		}
		b.Waiting = append(b.Waiting, w)
	}
	talks := map[moment.ID]int{}
	for _, c := range talking {
		talks[c.Peer]++
		quiet, err := s.Chat.Quiet(ctx, r, c.Conversation)
		if err != nil {
			return err
		}
		b.Talking = append(b.Talking, BoardTalking{Contact: c, MemberCard: cards[c.Member], PeerCard: cards[c.Peer], QuietSince: quiet.ActiveAt})
	}
	for _, x := range on {
		b.Peers = append(b.Peers, BoardPeer{Shift: x, Card: cards[x.Person], Owed: owe[x.Person], Talks: talks[x.Person], Ready: x.Free(b.Now), At: x.Ceiling(b.Now)})
		delete(owe, x.Person)
	}
	b.Owing = owing(owe, cards)
	for _, c := range checks {
		b.CheckIns = append(b.CheckIns, BoardCheckIn{c, cards[c.Peer]})
	}
	return nil
}

// owing lists who owes a look back and is not here, by name. An account that is
// gone owes nothing.
func owing(owe map[moment.ID]int, cards map[moment.ID]people.Card) []BoardOwing {
	var out []BoardOwing
	for id, n := range owe {
		if c := cards[id]; c.Kind == people.KindMember {
			out = append(out, BoardOwing{c, n})
		}
	}
	slices.SortFunc(out, func(a, b BoardOwing) int {
		return cmp.Or(cmp.Compare(a.Card.Name, b.Card.Name), cmp.Compare(a.Card.ID, b.Card.ID))
	})
	return out
}

// Take is the lead taking a waiting person themselves, past wishes and circle
// but never past people who are kept apart.
func (s *Service) Take(ctx context.Context, a access.Actor, id moment.ID) (moment.ID, error) {
	var conversation moment.ID
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		q, found, err := requestByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		mine, on, err := s.Shifts.Mine(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		if err := canTake(a, mine, on, q).Err(); err != nil {
			return err
		}
		apart, err := s.People.Apart(ctx, tx, q.Person)
		if err != nil {
			return err
		}
		if apart[a.Person] {
			return fault.New(fault.Conflict, "support.error.apart")
		}
		// What is offered to the lead meanwhile goes to somebody who is free.
		if err := s.Shifts.Rest(ctx, tx, a.Person); err != nil {
			return err
		}
		if err := s.giveBack(ctx, tx, a.Person); err != nil {
			return err
		}
		if q, _, err = requestByID(ctx, tx, id); err != nil {
			return err
		}
		if q.State != Waiting {
			return fault.New(fault.Conflict, "support.error.not_waiting")
		}
		if err := s.Shifts.Take(ctx, tx, a.Person); err != nil {
			return err
		}
		conversation, err = s.connect(ctx, tx, a, q)
		return err
	})
	return conversation, err
}

// TellTruth tells a waiting person that nobody on shift fits what they asked
// for, so that they can let go of a wish, keep waiting, or go elsewhere.
func (s *Service) TellTruth(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := permBoard.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error { return s.truth(ctx, tx, a, id) })
}

func (s *Service) truth(ctx context.Context, tx db.Writer, a access.Actor, id moment.ID) error {
	q, found, err := requestByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if !found {
		return fault.Hidden()
	}
	if q.State != Waiting || q.NobodyAt.IsZero() || !q.ToldAt.IsZero() {
		return nil // somebody was found, or they know already
	}
	q.ToldAt = s.Clock.Now()
	if err := updateRequest(ctx, tx, q); err != nil {
		return fault.Op("support truth", err)
	}
	if err := s.Bus.Cancel(ctx, tx, jobTruth, string(id)); err != nil {
		return err
	}
	s.tell(tx, q)
	return access.Record(ctx, tx, a, q.ToldAt, access.Entry{Verb: "support.truth", Kind: "request", Object: id, Subject: q.Person})
}

// CheckedIn notes that somebody looked after a peer.
func (s *Service) CheckedIn(ctx context.Context, a access.Actor, id moment.ID) error {
	if err := permBoard.Check(a); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		done, err := setCheckedIn(ctx, tx, id, a.Person, s.Clock.Now())
		if err != nil || !done {
			return fault.Op("support check-in", err)
		}
		s.Bus.Publish(tx, QueueTopic, int64(s.Clock.Now()))
		return access.Record(ctx, tx, a, s.Clock.Now(), access.Entry{Verb: "support.checked_in", Kind: "check-in", Object: id})
	})
}

// Place is what a waiting person sees.
type Place struct {
	Request  Request
	Ahead    int
	Wait     WaitRange
	Status   Status
	Words    string
	Circle   matching.Circle
	Offering bool // somebody is being asked right now
}

// Place gives the actor's own newest request, with where it stands.
func (s *Service) Place(ctx context.Context, a access.Actor) (*Place, error) {
	r := s.DB.Reader()
	q, found, err := liveOf(ctx, r, a.Person)
	if err != nil {
		return nil, err
	}
	if !found {
		if q, found, err = heldOf(ctx, r, a.Person); err != nil {
			return nil, err
		}
	}
	if !found {
		if q, found, err = latestOf(ctx, r, a.Person); err != nil || !found {
			return nil, err
		}
	}
	p := &Place{Request: q, Circle: CircleAt(s.Clock.Now().Sub(q.LinedUpAt)), Offering: q.State == Offered}
	if p.Status, err = s.status(ctx, r); err != nil {
		return nil, err
	}
	p.Wait = p.Status.Wait
	if q.State == Waiting || q.State == Offered {
		if p.Ahead, err = ahead(ctx, r, q); err != nil {
			return nil, err
		}
	}
	p.Words, err = s.readWords(ctx, r, q)
	return p, err
}

// companyOn gives the conversations into which a supervisor is asked.
func (s *Service) companyOn(ctx context.Context, r db.Reader) ([]BoardCompany, error) {
	wanted, err := companyWanted(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []BoardCompany
	for _, x := range wanted {
		c, found, err := contactByID(ctx, r, x.Conversation)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		cards, err := s.People.Cards(ctx, r, c.Peer)
		if err != nil {
			return nil, err
		}
		out = append(out, BoardCompany{Company: x, PeerCard: cards[c.Peer]})
	}
	return out, nil
}
