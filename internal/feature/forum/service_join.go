package forum

import (
	"context"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
	"cairn/internal/kit/web"
)

// Joined is what became of a wish to join.
type Joined string

// What became of it.
const (
	IsIn     Joined = "in"
	HasAsked Joined = "asked"
)

// Join brings the actor into a community, by a press where it takes people in so; else it
// asks those who look after it. words are for them alone, and optional.
func (s *Service) Join(ctx context.Context, a access.Actor, id moment.ID, words string) (done Joined, err error) {
	var p fault.Problems
	words = text(&p, "words", words, MostWords)
	if err := p.Err(); err != nil {
		return "", err
	}
	err = s.on(ctx, a, id, "forum.join", func(_ db.Writer, st stand, now moment.Time) error { return canJoin(st, now).Err() }, func(tx db.Writer, st stand, now moment.Time) error {
		if st.Joins == ByPress {
			done = IsIn
			return s.letIn(ctx, tx, st.Space, a.Person, now)
		}
		done = HasAsked
		q := request{ID: moment.NewID(), Space: id, Person: a.Person, At: now}
		var err error
		if q.sealed, err = s.Vault.SealWords(ctx, tx, st.Wall, requestPlace(q.ID), words); err != nil {
			return err
		}
		if err := putRequest(ctx, tx, q); err != nil {
			return err
		}
		return s.tellAsked(ctx, tx, q)
	})
	return done, err
}

// soundsHeavy tells whether a listed phrase stands in what the actor wrote when they asked to
// join: help is shown with it while it waits. No address says so: addresses stay in a history.
func (s *Service) soundsHeavy(ctx context.Context, r db.Reader, st stand) (bool, error) {
	if st.asked == nil || !st.asked.Open || len(st.asked.sealed) == 0 {
		return false, nil
	}
	opener, err := s.Vault.Opener(ctx, r, st.Wall)
	if err != nil {
		return false, err
	}
	words, err := opener.Open(st.asked.sealed, requestPlace(st.asked.ID))
	if err != nil {
		return false, err
	}
	hits, err := s.Phrases.Match(ctx, r, words, web.Lang(ctx))
	return len(hits) > 0, err
}

// tellAsked tells those who answer that somebody asks.
func (s *Service) tellAsked(ctx context.Context, tx db.Writer, q request) error {
	to, err := s.there(ctx, tx, q.Space)
	if err == nil && len(to) == 0 {
		to, err = s.People.WithRole(ctx, tx, access.Coordinator)
	}
	if err != nil {
		return err
	}
	for _, id := range to {
		if err := s.tell(ctx, tx, id, noticeAsked, string(q.ID), pathOf(q.Space)+"/moderators", q.ID); err != nil {
			return err
		}
	}
	return nil
}

func requestPlace(id moment.ID) string { return "forum_request.words|" + string(id) }

// letIn makes somebody a member of a community; what they asked is settled.
func (s *Service) letIn(ctx context.Context, tx db.Writer, x Space, person moment.ID, now moment.Time) error {
	if err := deleteRequest(ctx, tx, x.ID, person); err != nil {
		return err
	}
	return insertMember(ctx, tx, x.ID, person, now)
}

// Unask takes back the actor's wish to join.
func (s *Service) Unask(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, "forum.unask", by(func(st stand) access.Decision {
		if st.asked == nil || !st.asked.Open {
			return access.Hide()
		}
		return access.Allow()
	}), func(tx db.Writer, st stand, _ moment.Time) error {
		if err := deleteRequest(ctx, tx, id, a.Person); err != nil {
			return err
		}
		return s.Tell.SettleAbout(ctx, tx, st.asked.ID, noticeAsked)
	})
}

// Leave takes the actor out of a community. What they wrote stays theirs, to be taken back;
// what they followed and had begun to write there goes. They look after it no more.
func (s *Service) Leave(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, "forum.leave", by(canLeave), func(tx db.Writer, st stand, _ moment.Time) error {
		if err := deleteMember(ctx, tx, id, a.Person); err != nil {
			return err
		}
		if _, err := deleteModerator(ctx, tx, id, a.Person); err != nil {
			return err
		}
		return s.Talk.Left(ctx, tx, st.Wall, a.Person)
	})
}

// Asking is somebody who waits for an answer.
type Asking struct {
	ID    moment.ID
	Who   people.Card
	At    moment.Time
	Words string
}

// Tended is the page of who looks after a space.
type Tended struct {
	Space
	Moderators []people.Card
	Me         moment.ID
	Names      bool // the actor may name others and take them off
	Answers    bool // the actor answers who asks
	Asking     []Asking
}

// Tend gives who looks after a space, and who asks to join, to those who name or answer.
// Reading what somebody wrote when they asked is in their audit.
func (s *Service) Tend(ctx context.Context, a access.Actor, id moment.ID) (Tended, error) {
	r := s.DB.Reader()
	st, err := s.load(ctx, r, a, id)
	if err != nil {
		return Tended{}, err
	}
	out := Tended{Space: st.Space, Me: a.Person, Names: canName(st).OK()}
	if out.Moderators, err = s.cards(ctx, r, id); err != nil {
		return out, err
	}
	there, err := s.there(ctx, r, id)
	if err != nil {
		return out, err
	}
	out.Answers = canAnswer(st, len(there)).OK()
	if !out.Names && !out.Answers && !st.moderates {
		return Tended{}, fault.Hidden()
	}
	if !out.Answers {
		return out, nil
	}
	opener, err := s.Vault.Opener(ctx, r, st.Wall)
	if err != nil {
		return out, err
	}
	out.Asking, err = s.asking(ctx, r, a, opener, id)
	return out, err
}

func (s *Service) asking(ctx context.Context, r db.Reader, a access.Actor, opener vault.Opener, id moment.ID) ([]Asking, error) {
	list, err := openRequests(ctx, r, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]moment.ID, len(list))
	for i, q := range list {
		ids[i] = q.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	var out []Asking
	for _, q := range list {
		x := Asking{ID: q.ID, Who: cards[q.Person], At: q.At}
		if x.Words, err = opener.Open(q.sealed, requestPlace(q.ID)); err != nil {
			return nil, err
		}
		if err := s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "forum.read_request", Kind: "request", Object: q.ID, Subject: q.Person}); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Answer lets somebody who asked into a community, or says no. They are told; the words
// that they wrote go.
func (s *Service) Answer(ctx context.Context, a access.Actor, id, ask moment.ID, yes bool) error {
	return s.on(ctx, a, id, "forum.answer", s.mayAnswer(ctx), func(tx db.Writer, st stand, now moment.Time) error {
		q, err := requestByID(ctx, tx, ask)
		if err == nil && (q == nil || q.Space != id || q.Person == a.Person) {
			err = fault.Hidden()
		}
		if err == nil && !q.Open {
			err = fault.New(fault.Conflict, "forum.error.answered")
		}
		if err != nil {
			return err
		}
		if yes {
			err = s.letIn(ctx, tx, st.Space, q.Person, now)
		} else {
			_, err = declineRequest(ctx, tx, ask, now)
		}
		if err != nil {
			return err
		}
		if err := s.Tell.SettleAbout(ctx, tx, ask, noticeAsked); err != nil {
			return err
		}
		return s.tell(ctx, tx, q.Person, noticeAnswer, string(ask), pathOf(id), id)
	})
}

func (s *Service) mayAnswer(ctx context.Context) func(tx db.Writer, st stand, now moment.Time) error {
	return func(tx db.Writer, st stand, _ moment.Time) error {
		list, err := s.there(ctx, tx, st.ID)
		if err != nil {
			return err
		}
		return canAnswer(st, len(list)).Err()
	}
}

// Name lets somebody look after a space, by the name that people know them by. A coordinator
// may name any member, who then belongs to the community; its moderators name those who do.
func (s *Service) Name(ctx context.Context, a access.Actor, id moment.ID, name string) error {
	return s.on(ctx, a, id, "forum.name", by(canName), func(tx db.Writer, st stand, now moment.Time) error {
		person, err := s.named(ctx, tx, st, name)
		if err != nil {
			return err
		}
		list, err := moderatorsOf(ctx, tx, id)
		if err == nil && len(list) >= MostModerators {
			err = fault.New(fault.Conflict, "forum.error.moderators").With(map[string]any{"most": MostModerators})
		}
		if err != nil {
			return err
		}
		added, err := insertModerator(ctx, tx, id, person, now)
		if err != nil || !added {
			return err
		}
		if st.Audience == Community {
			if err := s.letIn(ctx, tx, st.Space, person, now); err != nil {
				return err
			}
		}
		if person == a.Person {
			return nil
		}
		return s.tell(ctx, tx, person, noticeNamed, string(id)+"/"+now.Stamp(), pathOf(id), id)
	})
}

// named finds whom a name means, among those who can be named. Whoever is kept out is answered
// about as a name that is nobody's: that they are is theirs, and nobody here is told of it.
func (s *Service) named(ctx context.Context, tx db.Writer, st stand, name string) (moment.ID, error) {
	var p fault.Problems
	person, found, err := s.People.Named(ctx, tx, name)
	if err == nil && found && !st.actor.Has(access.Coordinator) {
		found, _, err = standsIn(ctx, tx, st.ID, person)
	}
	if err != nil {
		return "", err
	}
	if found && person == st.actor.Person && st.Audience == Community && !st.in {
		p.Add("name", "forum.error.self") // by their role alone nobody comes into a community
		return "", p.Err()
	}
	out, err := s.Standing.Out(ctx, tx, person)
	if err == nil && (!found || out) {
		p.Add("name", "forum.error.nobody")
		err = p.Err()
	}
	return person, err
}

// Unname lets somebody look after a space no more. They stay in the community.
func (s *Service) Unname(ctx context.Context, a access.Actor, id, person moment.ID) error {
	return s.on(ctx, a, id, "forum.unname", by(func(st stand) access.Decision { return canUnname(st, person) }), func(tx db.Writer, _ stand, now moment.Time) error {
		gone, err := deleteModerator(ctx, tx, id, person)
		if err != nil || !gone || person == a.Person {
			return err
		}
		return s.tell(ctx, tx, person, noticeNamed, string(id)+"/"+now.Stamp(), pathOf(id), id)
	})
}
