package groups

import (
	"context"

	"cairn/internal/core/chat"
	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Joining is what somebody says when they join.
type Joining struct {
	Agreed  int    // the version of the agreement that they read and accept
	Belongs bool   // to the community whose space it is; they say so themselves, and it is not kept
	Words   string // for whoever answers, where one asks to join
	Listed  bool   // the others see them in the list
	Follows bool   // they are told of what is new on the wall
}

// Joined is what came of joining.
type Joined string

// What can come of it.
const (
	IsIn    Joined = "in"
	HasTold Joined = "asked" // a facilitator answers
)

// Join lets somebody into a group, or asks for it. The agreement is accepted in the
// version that they have read; when it has changed since, it is a Conflict.
func (s *Service) Join(ctx context.Context, a access.Actor, id moment.ID, j Joining) (Joined, error) {
	var p fault.Problems
	j.Words = chat.CleanOptional(&p, "words", j.Words, mostWords)
	if err := p.Err(); err != nil {
		return "", err
	}
	done := IsIn
	err := s.on(ctx, a, id, "groups.join", func(st stand) access.Decision { return canJoin(st, s.today(st.Group)) }, func(tx db.Writer, st stand, now moment.Time) error {
		done = IsIn
		if err := accepts(st.Group, j); err != nil {
			return err
		}
		if st.Openness == Request && !st.invited {
			done = HasTold
			return s.ask(ctx, tx, st, j, now)
		}
		return s.comeIn(ctx, tx, st.Group, a.Person, j, now)
	})
	return done, err
}

// accepts checks what has to be said to come in.
func accepts(g Group, j Joining) error {
	var p fault.Problems
	if g.Community != "" && !j.Belongs {
		p.Add("belongs", "groups.error.belongs")
	}
	if j.Agreed == 0 && g.Agreement > 0 {
		p.Add("agreed", "groups.error.agree")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if j.Agreed != g.Agreement {
		return fault.New(fault.Conflict, "groups.error.agreement_changed")
	}
	return nil
}

// comeIn puts somebody into a group while there is room.
func (s *Service) comeIn(ctx context.Context, tx db.Writer, g Group, person moment.ID, j Joining, now moment.Time) error {
	m := Member{Group: g.ID, Person: person, Listed: j.Listed, Follows: j.Follows, Agreed: j.Agreed, JoinedAt: now}
	if in, err := s.enter(ctx, tx, m); err != nil || !in {
		return err
	}
	if err := s.dropInvited(ctx, tx, g.ID, person); err != nil {
		return err
	}
	return s.withdraw(ctx, tx, g.ID, person, now)
}

// enter counts and writes somebody; false when they were in already.
func (s *Service) enter(ctx context.Context, tx db.Writer, m Member) (bool, error) {
	in, err := insertMember(ctx, tx, m)
	if err != nil || !in {
		return false, fault.Op("join", err)
	}
	if room, err := claimPlace(ctx, tx, m.Group); err != nil {
		return false, fault.Op("join", err)
	} else if !room {
		return false, fault.New(fault.Conflict, "groups.error.full")
	}
	return true, nil
}

func askPlace(id moment.ID) string { return "groups_request.words|" + string(id) }

// ask writes down that somebody would like to join; asking again changes the words.
func (s *Service) ask(ctx context.Context, tx db.Writer, st stand, j Joining, now moment.Time) error {
	q, found, err := openAskOf(ctx, tx, st.ID, st.actor.Person)
	if err != nil {
		return err
	}
	if !found {
		q = askRow{ID: moment.NewID(), Group: st.ID, Person: st.actor.Person, State: "open", At: now}
	}
	q.Agreed = j.Agreed
	if q.words, err = s.seal(ctx, tx, st.ID, askPlace(q.ID), j.Words); err != nil {
		return err
	}
	if found {
		return fault.Op("request", setAskWords(ctx, tx, q))
	}
	if fresh, err := insertAsk(ctx, tx, q); err != nil || !fresh {
		return changedMeanwhile(err)
	}
	return s.tellFacilitators(ctx, tx, st.Group, noticeAsked, "ask", pathOf(st.ID)+"/people", q.ID)
}

// withdraw closes what somebody asked of a group.
func (s *Service) withdraw(ctx context.Context, tx db.Writer, group, person moment.ID, now moment.Time) error {
	q, found, err := openAskOf(ctx, tx, group, person)
	if err != nil || !found {
		return err
	}
	if _, err := answerAsk(ctx, tx, q.ID, "withdrawn", "", now); err != nil {
		return fault.Op("request", err)
	}
	return s.settleAsk(ctx, tx, q.ID)
}

// settleAsk takes a wish that is answered off the lists of whoever was told.
func (s *Service) settleAsk(ctx context.Context, tx db.Writer, ask moment.ID) error {
	return s.Tell.SettleAbout(ctx, tx, ask, noticeAsked)
}

// Unask takes the actor's own wish to join back.
func (s *Service) Unask(ctx context.Context, a access.Actor, id moment.ID) error {
	return s.on(ctx, a, id, "groups.unask", canSee, func(tx db.Writer, _ stand, now moment.Time) error {
		return s.withdraw(ctx, tx, id, a.Person, now)
	})
}

// Answer lets somebody in who asked, or says no. Who answered is not told.
func (s *Service) Answer(ctx context.Context, a access.Actor, id, ask moment.ID, yes bool) error {
	return s.on(ctx, a, id, "groups.answer", canTend, func(tx db.Writer, st stand, now moment.Time) error {
		q, found, err := askByID(ctx, tx, ask)
		if err != nil {
			return err
		}
		if !found || q.Group != id {
			return fault.Hidden()
		}
		state := "declined"
		if yes {
			state = "accepted"
		}
		if done, err := answerAsk(ctx, tx, ask, state, a.Person, now); err != nil {
			return fault.Op("request", err)
		} else if !done {
			return fault.New(fault.Conflict, "groups.error.answered")
		}
		if err := s.settleAsk(ctx, tx, ask); err != nil {
			return err
		}
		if yes {
			if _, kept, err := s.Standing.OutUntil(ctx, tx, q.Person); err != nil {
				return err
			} else if kept {
				return fault.New(fault.Conflict, "groups.error.cannot_join")
			}
			if err := s.comeIn(ctx, tx, st.Group, q.Person, Joining{Agreed: q.Agreed}, now); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, q.Person, noticeAnswer, "ask-"+string(ask), pathOf(id), id)
	})
}

// Asking is somebody who would like to join, for those who answer.
type Asking struct {
	ID    moment.ID
	Card  people.Card
	Words string
	At    moment.Time
}

// askings gives who waits, with their words.
func (s *Service) askings(ctx context.Context, r db.Reader, group moment.ID) ([]Asking, error) {
	rows, err := asksOf(ctx, r, group)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]moment.ID, len(rows))
	for i, q := range rows {
		ids[i] = q.Person
	}
	cards, err := s.People.Cards(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	o, err := s.Vault.Opener(ctx, r, group)
	if err != nil {
		return nil, err
	}
	out := make([]Asking, len(rows))
	for i, q := range rows {
		out[i] = Asking{ID: q.ID, Card: cards[q.Person], At: q.At}
		if out[i].Words, err = o.Open(q.words, askPlace(q.ID)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
