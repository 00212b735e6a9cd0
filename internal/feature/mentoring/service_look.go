package mentoring

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Suggested is a suggestion as the member sees it.
type Suggested struct {
	Suggestion
	Card   people.Card
	Common people.Hours // when both are free; none when one of them never said
}

// Listed is a walk in a list.
type Listed struct {
	Walk
	With  people.Card
	Next  *Session // the next meeting
	Mine  bool     // it waits for the viewer's yes or no
	Stand bool     // the viewer stands in, or is asked to
}

// Home is the page of one's walks.
type Home struct {
	Seek      *Seek
	Suggested []Suggested
	Walks     []Listed // that run or are asked for
	Past      []Listed
	Taker     *Taker // for a peer
	CanSeek   bool
	Now       moment.Time
}

// Home gives what somebody has to do with walking together.
func (s *Service) Home(ctx context.Context, a access.Actor) (Home, error) {
	r := s.DB.Reader()
	h := Home{CanSeek: canSeek(a).OK(), Now: s.Clock.Now()}
	if a.Has(access.Peer) {
		t, _, err := takerOf(ctx, r, a.Person)
		if err != nil {
			return h, err
		}
		h.Taker = &t
	}
	q, open, err := openSeekOf(ctx, r, a.Person)
	if err != nil {
		return h, err
	}
	if open {
		if q.Words, err = s.readSeek(ctx, r, q.ID); err != nil {
			return h, err
		}
		h.Seek = &q
		if h.Suggested, err = s.suggested(ctx, r, q); err != nil {
			return h, err
		}
	}
	return h, s.listWalks(ctx, r, a, &h)
}

// suggested gives the suggestions of a search that wait for an answer.
func (s *Service) suggested(ctx context.Context, r db.Reader, q Seek) ([]Suggested, error) {
	open, err := s.openOf(ctx, r, q.ID)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	ids := []moment.ID{q.Person}
	for _, x := range open {
		ids = append(ids, x.Peer)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	fits, err := s.People.FitOf(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	apart, err := s.People.Apart(ctx, r, q.Person)
	if err != nil {
		return nil, err
	}
	var out []Suggested
	for _, x := range open {
		if !apart[x.Peer] {
			out = append(out, Suggested{Suggestion: x, Card: cards[x.Peer], Common: fits[q.Person].Free.And(fits[x.Peer].Free)})
		}
	}
	return out, nil
}

func (s *Service) listWalks(ctx context.Context, r db.Reader, a access.Actor, h *Home) error {
	list, err := walksWith(ctx, r, a.Person)
	if err != nil {
		return err
	}
	var ids []moment.ID
	for _, w := range list {
		ids = append(ids, w.Member, w.Peer)
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return err
	}
	coming, err := sessionsFor(ctx, r, a.Person, s.Clock.Now().Add(-minutes(longest)))
	if err != nil {
		return err
	}
	for _, w := range list {
		l := Listed{Walk: w, With: cards[w.Other(a.Person)], Stand: !w.In(a.Person)}
		l.Mine = w.State == Asked && w.In(a.Person) && !w.SaidYes(a.Person)
		if l.Stand {
			l.With, l.Mine = cards[w.Member], w.BackupYesAt.IsZero()
		}
		for i := range coming {
			if x := coming[i].Session; x.Walk == w.ID && x.Coming() && (!l.Stand || x.Instead == a.Person) {
				l.Next = &x
				break
			}
		}
		switch {
		case w.State != Over:
			h.Walks = append(h.Walks, l)
		case !l.Stand:
			h.Past = append(h.Past, l)
		}
	}
	return nil
}

// View is a walk as one of the two sees it.
type View struct {
	Walk
	Me       moment.ID
	With     people.Card
	Backup   people.Card
	Words    string // what the member wrote when they looked for somebody; while it is asked
	Common   people.Hours
	Coming   []Session
	Past     []Session // newest first
	Held     int
	Charter  *Charter // that holds
	Proposed *Charter // newer, and not signed by both
	Versions []Charter
	Notes    []Note
	Reviews  []Review
	Signals  []Signal
	Byes     [2]string // of the member, of the peer
	Now      moment.Time
	Inside   bool // the agreed hours are now, and chat is agreed
	Away     moment.Time
}

// Member tells whether the viewer is the member.
func (v View) Member() bool { return v.Me == v.Walk.Member }

// Open gives a walk to one of the two. Whoever opens what belongs to the other is
// written down.
func (s *Service) Open(ctx context.Context, a access.Actor, id moment.ID) (View, error) {
	r := s.DB.Reader()
	w, err := s.load(ctx, r, id)
	if err != nil {
		return View{}, err
	}
	good, err := s.Standing.OutForGood(ctx, r, a.Person)
	if err == nil && good && a.Person == w.Peer {
		err = fault.Hidden() // as canSee says when it has settled
	}
	if err != nil {
		return View{}, err
	}
	if err := canSee(a, w).Err(); err != nil {
		return View{}, err
	}
	v := View{Walk: w, Me: a.Person, Now: s.Clock.Now()}
	cards, err := s.People.Cards(ctx, r, w.Member, w.Peer, w.Backup)
	if err != nil {
		return v, err
	}
	v.With, v.Backup = cards[w.Other(a.Person)], cards[w.Backup]
	for _, fill := range []func(context.Context, db.Reader, *View) error{s.fillAsked, s.fillMeetings, s.fillCharters, s.fillWords, s.fillSignals} {
		if err := fill(ctx, r, &v); err != nil {
			return v, err
		}
	}
	if a.Person == w.Member {
		return v, nil
	}
	return v, s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "mentoring.read", Kind: "walk", Object: id, Subject: w.Member})
}

// fillAsked adds what helps to say yes or no.
func (s *Service) fillAsked(ctx context.Context, r db.Reader, v *View) error {
	if v.State != Asked {
		return nil
	}
	fits, err := s.People.FitOf(ctx, r, v.Walk.Member, v.Peer)
	if err != nil {
		return err
	}
	v.Common = fits[v.Walk.Member].Free.And(fits[v.Peer].Free)
	if v.Seek != "" && !v.MemberYesAt.IsZero() { // only whom they asked reads it
		v.Words, err = s.readSeek(ctx, r, v.Seek)
	}
	return err
}

func (s *Service) fillMeetings(ctx context.Context, r db.Reader, v *View) error {
	list, err := sessionsOf(ctx, r, v.ID)
	if err != nil {
		return err
	}
	o, err := s.Vault.Opener(ctx, r, v.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		m, err := readMeeting(o, x)
		if err != nil {
			return err
		}
		if m.State == Held {
			v.Held++
		}
		if m.Coming() {
			v.Coming = append(v.Coming, m)
		} else {
			v.Past = append([]Session{m}, v.Past...)
		}
	}
	t, _, err := takerOf(ctx, r, v.Peer)
	if v.Now < t.AwayUntil {
		v.Away = t.AwayUntil
	}
	return err
}

func (s *Service) fillCharters(ctx context.Context, r db.Reader, v *View) error {
	list, err := s.charters(ctx, r, v.ID)
	if err != nil {
		return err
	}
	v.Versions = list
	for i := range list {
		c := &list[i]
		if c.Version == v.Walk.Charter {
			v.Charter = c
			v.Inside = v.Runs() && c.Terms.Inside(v.Now) && c.Terms.Allows(ByChat)
		} else if i == len(list)-1 && !c.Signed() {
			v.Proposed = c
		}
	}
	return nil
}

func (s *Service) fillWords(ctx context.Context, r db.Reader, v *View) error {
	all, err := s.notes(ctx, r, v.ID)
	if err != nil {
		return err
	}
	v.Notes = newest(all)
	if v.Reviews, err = s.reviews(ctx, r, v.ID); err != nil {
		return err
	}
	v.Byes, err = s.readByes(ctx, r, v.ID)
	return err
}

func (s *Service) readByes(ctx context.Context, r db.Reader, id moment.ID) (out [2]string, err error) {
	member, peer, err := byes(ctx, r, id)
	if err != nil {
		return out, err
	}
	o, err := s.Vault.Opener(ctx, r, id)
	if err != nil {
		return out, err
	}
	if out[0], err = o.Open(member, byePlace(id, "member")); err != nil {
		return out, err
	}
	out[1], err = o.Open(peer, byePlace(id, "peer"))
	return out, err
}

func (s *Service) fillSignals(ctx context.Context, r db.Reader, v *View) error {
	if v.Charter == nil || !v.Runs() {
		return nil
	}
	h := happened{now: v.Now, terms: v.Charter.Terms, began: v.BeganAt}
	for i := len(v.Past) - 1; i >= 0; i-- {
		if v.Past[i].State == Held {
			h.sessions = append(h.sessions, v.Past[i])
		}
	}
	for _, x := range v.Reviews {
		if !x.MemberAt.IsZero() {
			h.others = x.Others
			break
		}
	}
	var err error
	h.outside, err = outsideOf(ctx, r, v.ID, v.Now.Add(-signalSpan))
	v.Signals = signals(h)
	return err
}

// StandInView is a walk as its stand-in sees it: what it is for, and the meetings
// that they take. Nothing that was written between the two.
type StandInView struct {
	Walk
	Member  people.Card
	Peer    people.Card
	Purpose string
	Yes     bool
	Coming  []Session
	Now     moment.Time
}

// OpenStandIn gives a walk to its stand-in, or to whoever is asked to be.
func (s *Service) OpenStandIn(ctx context.Context, a access.Actor, id moment.ID) (StandInView, bool, error) {
	r := s.DB.Reader()
	w, err := s.load(ctx, r, id)
	if err != nil || a.Person == "" || w.Backup != a.Person || !w.Runs() {
		return StandInView{}, false, err
	}
	v := StandInView{Walk: w, Yes: !w.BackupYesAt.IsZero(), Now: s.Clock.Now()}
	cards, err := s.People.Cards(ctx, r, w.Member, w.Peer)
	if err != nil {
		return v, false, err
	}
	v.Member, v.Peer = cards[w.Member], cards[w.Peer]
	if v.Yes {
		c, _, err := s.holding(ctx, r, w)
		if err != nil {
			return v, false, err
		}
		v.Purpose = c.Terms.Purpose
	}
	list, err := sessionsFor(ctx, r, a.Person, v.Now.Add(-minutes(longest)))
	if err != nil {
		return v, false, err
	}
	o, err := s.Vault.Opener(ctx, r, id)
	if err != nil {
		return v, false, err
	}
	for _, x := range list {
		if x.Walk != id || x.Instead != a.Person || !x.Coming() {
			continue
		}
		m, err := readMeeting(o, x)
		if err != nil {
			return v, false, err
		}
		v.Coming = append(v.Coming, m)
	}
	return v, true, s.Ledger.RecordRead(ctx, a, v.Now, access.Entry{Verb: "mentoring.read_as_stand_in", Kind: "walk", Object: id, Subject: w.Member})
}

// Meeting gives a meeting to whoever takes part.
func (s *Service) Meeting(ctx context.Context, a access.Actor, id moment.ID) (Walk, Session, error) {
	w, x, err := s.meeting(ctx, s.DB.Reader(), id)
	if err != nil {
		return w, x, err
	}
	comes := a.Person == x.Instead && w.StandsIn(a.Person) && w.Runs()
	if d := canSee(a, w); !d.OK() && !comes {
		return w, x, d.Err()
	}
	if a.Person == w.Member {
		return w, x, nil
	}
	return w, x, s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "mentoring.read_meeting", Kind: "meeting", Object: id, Subject: w.Member})
}

// TalkOf gives the meeting of a conversation to one of the two in it.
func (s *Service) TalkOf(ctx context.Context, a access.Actor, conversation moment.ID) (Walk, Session, error) {
	x, found, err := sessionOfTalk(ctx, s.DB.Reader(), conversation)
	if err == nil && !found {
		err = access.Hide().Err()
	}
	if err != nil {
		return Walk{}, Session{}, err
	}
	return s.Meeting(ctx, a, x.ID)
}
