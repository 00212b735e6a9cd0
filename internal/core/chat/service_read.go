package chat

import (
	"context"
	"math"

	"cairn/internal/kit/access"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
)

// Read opens a conversation for the actor: the last page of messages, or the
// page before a place. Opening it is written into the audit.
func (s *Service) Read(ctx context.Context, a access.Actor, id moment.ID, before int64) (View, error) {
	r := s.DB.Reader()
	f, err := s.readable(ctx, r, a, id)
	if err != nil {
		return View{}, err
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := messagesBefore(ctx, r, spanOf(f, a.Person), before, PageLength+1)
	if err != nil {
		return View{}, err
	}
	v := View{Conversation: f.Conversation, Earlier: len(rows) > PageLength, at: s.Clock.Now()}
	if v.Earlier {
		rows = rows[1:]
	}
	v.Me, _ = f.Part(a.Person)
	if v.Messages, err = s.unseal(f, rows); err != nil {
		return View{}, err
	}
	if err := s.dress(ctx, v.Messages); err != nil {
		return View{}, err
	}
	if err := s.hint(ctx, r, v); err != nil {
		return View{}, err
	}
	if v.Names, err = s.People.Cards(ctx, r, append(partIDs(f.Parts), authors(v)...)...); err != nil {
		return View{}, err
	}
	err = s.Ledger.RecordRead(ctx, a, s.Clock.Now(), access.Entry{Verb: "chat.read", Kind: "conversation", Object: id, Subject: helpedID(f.Parts)})
	return v, err
}

// Since gives what was added or changed after a seq, in the order of the
// changes. It is what live streams read; it adds nothing to the audit.
func (s *Service) Since(ctx context.Context, a access.Actor, id moment.ID, after int64) (View, error) {
	r := s.DB.Reader()
	f, err := s.readable(ctx, r, a, id)
	if err != nil {
		return View{}, err
	}
	rows, err := messagesTouched(ctx, r, spanOf(f, a.Person), after, mostBatch)
	if err != nil {
		return View{}, err
	}
	v := View{Conversation: f.Conversation, Earlier: len(rows) == mostBatch, at: s.Clock.Now()}
	v.Me, _ = f.Part(a.Person)
	if v.Messages, err = s.unseal(f, rows); err != nil {
		return View{}, err
	}
	if err := s.dress(ctx, v.Messages); err != nil {
		return View{}, err
	}
	if err := s.hint(ctx, r, v); err != nil {
		return View{}, err
	}
	v.Names, err = s.People.Cards(ctx, r, append(partIDs(f.Parts), authors(v)...)...)
	return v, err
}

// authors are those who are named though they are not among the parts: who goes on
// elsewhere, and of many whoever wrote by their name.
func authors(v View) []moment.ID {
	var out []moment.ID
	for _, m := range v.Messages {
		if m.Kind == Passed || v.Together && m.Alias == "" {
			out = append(out, m.Author)
		}
	}
	return out
}

// Look gives a conversation without its words, for who may read it.
func (s *Service) Look(ctx context.Context, a access.Actor, id moment.ID) (Conversation, error) {
	f, err := s.readable(ctx, s.DB.Reader(), a, id)
	return f.Conversation, err
}

func (s *Service) readable(ctx context.Context, r db.Reader, a access.Actor, id moment.ID) (frame, error) {
	f, found, err := loadFrame(ctx, r, id, a.Person)
	if err != nil {
		return f, err
	}
	if !found {
		return f, fault.Hidden()
	}
	return f, canRead(a, f.Conversation, s.Clock.Now()).Err()
}

// MarkRead moves the actor's read mark forward. Nobody is told when the actor
// hides read marks.
func (s *Service) MarkRead(ctx context.Context, a access.Actor, id moment.ID, seq int64) error {
	r := s.DB.Reader()
	f, err := s.readable(ctx, r, a, id)
	if err != nil {
		return err
	}
	if err := canTell(a, f.Conversation, s.Clock.Now()).Err(); err != nil {
		return err
	}
	seq = min(seq, f.LastSeq)
	if me, _ := f.Part(a.Person); me.ReadSeq >= seq {
		return nil
	}
	cards, err := s.People.Cards(ctx, r, a.Person)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		if err := marking.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		moved, err := setRead(ctx, tx, id, a.Person, seq, now)
		if err == nil && moved && !cards[a.Person].HidesReads {
			tx.AfterCommit(func() { s.Bus.Signal(Topic(id), signalRead, string(a.Person)) })
		}
		return err
	})
}

// The fleeting things a conversation tells.
const (
	signalTyping = "typing"
	signalRead   = "read"
)

// Typing tells the others that the actor is writing, at most once in
// typingEvery; more often is no error. It is kept nowhere.
func (s *Service) Typing(ctx context.Context, a access.Actor, id moment.ID) error {
	if s.typing.told(a.Person, id, s.Clock.Now()) {
		return nil
	}
	f, err := s.readable(ctx, s.DB.Reader(), a, id)
	if err != nil {
		return err
	}
	if err := canTell(a, f.Conversation, s.Clock.Now()).Err(); err != nil {
		return err
	}
	if err := canSay(a, f.Conversation, s.Clock.Now()).Err(); err != nil {
		return err
	}
	if s.typing.take(a.Person, id, s.Clock.Now()) {
		s.Bus.Signal(Topic(id), signalTyping, string(a.Person))
	}
	return nil
}

// Own gives one of the actor's own messages with its conversation.
func (s *Service) Own(ctx context.Context, a access.Actor, id moment.ID, seq int64) (View, Message, error) {
	r := s.DB.Reader()
	f, err := s.readable(ctx, r, a, id)
	if err != nil {
		return View{}, Message{}, err
	}
	m, err := s.one(ctx, r, f, seq)
	if err != nil {
		return View{}, Message{}, err
	}
	if err := canWithdraw(a, f.Conversation, m, s.Clock.Now()).Err(); err != nil {
		return View{}, Message{}, err
	}
	v := View{Conversation: f.Conversation, at: s.Clock.Now()}
	v.Me, _ = f.Part(a.Person)
	v.Names, err = s.People.Cards(ctx, r, partIDs(f.Parts)...)
	return v, m, err
}

// lastOwn gives the newest entry of words, which is what a read mark is about.
func (s *Service) lastOwn(ctx context.Context, a access.Actor, id moment.ID) ([]Message, error) {
	r := s.DB.Reader()
	f, err := s.readable(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	rows, err := messagesBefore(ctx, r, spanOf(f, a.Person), math.MaxInt64, 3)
	if err != nil {
		return nil, err
	}
	return s.unseal(f, rows)
}

// spanOf is what somebody reads of a conversation.
func spanOf(f frame, person moment.ID) span {
	p, _ := f.Part(person)
	return span{id: f.ID, person: person, from: p.FromSeq, many: f.Together}
}

func partIDs(ps []Part) []moment.ID {
	out := make([]moment.ID, len(ps))
	for i, p := range ps {
		out[i] = p.Person
	}
	return out
}

func helpedID(ps []Part) moment.ID {
	for _, p := range ps {
		if p.Side == Helped {
			return p.Person
		}
	}
	return ""
}
