package rooms

import (
	"context"
	"strconv"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Where sealed words stand inside the scope of a room's text chat.
const (
	captionPlace  = "rooms.caption/"
	questionPlace = "rooms.question/"
)

// Caption adds a line of captions. Only the last twelve are kept, for two minutes and
// never after the room has closed: captions are read with what is said, they are no
// minutes of it.
func (s *Service) Caption(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	words, err := cleanLine("caption", words, mostCaption)
	if err != nil {
		return err
	}
	return s.act(ctx, a, id, writing, "rooms.caption", canCaption, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		return s.addCaption(ctx, tx, x, mine.ID, words, now)
	})
}

func (s *Service) addCaption(ctx context.Context, tx db.Writer, x Room, by moment.ID, words string, now moment.Time) error {
	seq, err := nextCaption(ctx, tx, x.ID)
	if err != nil {
		return err
	}
	sealed, err := s.Vault.SealWords(ctx, tx, x.Talk, captionPlace+strconv.FormatInt(seq, 10), words)
	if err != nil {
		return err
	}
	if err := dropCaptions(ctx, tx, x.ID, seq-keptCaptions); err != nil {
		return err
	}
	return insertCaption(ctx, tx, x.ID, sealedCaption{Caption: Caption{Seq: seq, Seat: by, At: now}, words: sealed})
}

func (s *Service) captions(ctx context.Context, r db.Reader, x Room, now moment.Time) ([]Caption, error) {
	list, err := captionsOf(ctx, r, x.ID, now.Add(-captionsFor))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	opener, err := s.Vault.Opener(ctx, r, x.Talk)
	if err != nil {
		return nil, err
	}
	out := make([]Caption, len(list))
	for i, c := range list {
		out[i] = c.Caption
		if out[i].Words, err = opener.Open(c.words, captionPlace+strconv.FormatInt(c.Seq, 10)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Ask asks a question in a webinar. Others read it without a name.
func (s *Service) Ask(ctx context.Context, a access.Actor, id moment.ID, words string) error {
	words, err := cleanLine("question", words, mostQuestion)
	if err != nil {
		return err
	}
	return s.act(ctx, a, id, acting, "rooms.ask", canAsk, func(tx db.Writer, x Room, mine Seat, now moment.Time) error {
		n, err := openQuestions(ctx, tx, x.ID, mine.ID)
		if err != nil {
			return err
		}
		if n >= mostQuestions {
			return fault.New(fault.Conflict, "rooms.error.questions").With(map[string]any{"most": mostQuestions})
		}
		q := sealedQuestion{Question: Question{ID: moment.NewID(), Seat: mine.ID, At: now}}
		if q.words, err = s.Vault.SealWords(ctx, tx, x.Talk, questionPlace+string(q.ID), words); err != nil {
			return err
		}
		return insertQuestion(ctx, tx, x.ID, q)
	})
}

// Vote says that one would like to hear the answer to a question too, or no more.
func (s *Service) Vote(ctx context.Context, a access.Actor, id, question moment.ID, yes bool) error {
	return s.act(ctx, a, id, acting, "rooms.vote", canAsk, func(tx db.Writer, _ Room, mine Seat, _ moment.Time) error {
		if err := s.asked(ctx, tx, id, question); err != nil {
			return err
		}
		return vote(ctx, tx, question, mine.ID, yes)
	})
}

// Answered marks a question as answered, or sets it aside: it is not shown any more.
func (s *Service) Answered(ctx context.Context, a access.Actor, id, question moment.ID, state string) error {
	return s.act(ctx, a, id, acting, "rooms.answered", canHold, func(tx db.Writer, _ Room, _ Seat, _ moment.Time) error {
		if state != asked && state != answered && state != setAside {
			return fault.New(fault.Invalid, "web.error.form")
		}
		if err := s.asked(ctx, tx, id, question); err != nil {
			return err
		}
		return setQuestion(ctx, tx, question, state)
	})
}

func (s *Service) asked(ctx context.Context, r db.Reader, room, question moment.ID) error {
	found, err := questionIn(ctx, r, room, question)
	if err == nil && !found {
		err = fault.Hidden()
	}
	return err
}

func (s *Service) questions(ctx context.Context, r db.Reader, x Room, mine Seat) ([]Question, error) {
	list, err := questionsOf(ctx, r, x.ID, mine.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	opener, err := s.Vault.Opener(ctx, r, x.Talk)
	if err != nil {
		return nil, err
	}
	out := make([]Question, len(list))
	for i, q := range list {
		out[i] = q.Question
		out[i].Mine = q.Seat == mine.ID
		if out[i].Words, err = opener.Open(q.words, questionPlace+string(q.ID)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
