package chat

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"cairn/internal/core/people"
	"cairn/internal/kit/access"
	"cairn/internal/kit/bus"
	"cairn/internal/kit/db"
	"cairn/internal/kit/fault"
	"cairn/internal/kit/moment"
	"cairn/internal/kit/vault"
)

// People is what chat asks about who talks.
type People interface {
	Cards(ctx context.Context, r db.Reader, ids ...moment.ID) (map[moment.ID]people.Card, error)
}

// Hints finds listed phrases in what somebody wrote. What stands there is shown
// to the helper as a suggestion, with the words; nothing is kept and nothing done.
type Hints interface {
	// Matches gives for each text what stands on the list, in the same order.
	Matches(ctx context.Context, r db.Reader, texts []string, lang string) ([][]string, error)
}

// Deps is what the engine stands on.
type Deps struct {
	DB     *db.DB
	Vault  *vault.Vault
	Bus    *bus.Bus
	Clock  moment.Clock
	Ledger *access.Ledger
	People People
	Hints  Hints   // points the helper to words, as a suggestion
	Givers []Giver // kinds of cards, plugged in by the app
	// Ping is how often an open line is tried, and whoever reads asked about; 0
	// means every 25 seconds.
	Ping time.Duration
}

// Service holds the verbs of a conversation.
type Service struct {
	Deps
	typing typists
	frames map[string]Frame // by the kind of conversation
}

// New makes the engine and registers its timers.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	bus.HandleTx(d.Bus, jobDestroy, s.destroyJob)
	bus.HandleTx(d.Bus, jobRetain, s.retainJob)
	return s
}

// View is a conversation as one of its people may see it.
type View struct {
	Conversation
	Me       Part
	Messages []Message // oldest first
	Earlier  bool      // there are more before the first
	// Names are the cards of who talks; among many of those who are shown by their name.
	Names map[moment.ID]people.Card
	at    moment.Time // when it was read, for what can still be changed
}

// Called is how the author of a message is called by it: by what they were called when
// they wrote it, else by their name, which is "" when they have gone.
func (v View) Called(m Message) string {
	if m.Alias != "" {
		return m.Alias
	}
	return v.Names[m.Author].Name
}

// Latest is the seq up to which the view is complete.
func (v View) Latest() int64 { return v.LastSeq }

// Start opens a conversation in the caller's transaction.
func (s *Service) Start(ctx context.Context, tx db.Writer, kind string, helped, helper moment.ID) (moment.ID, error) {
	id, now := moment.NewID(), s.Clock.Now()
	if err := insertConversation(ctx, tx, id, kind, now); err != nil {
		return "", fault.Op("chat start", err)
	}
	if _, err := s.Vault.NewScope(ctx, tx, id, now); err != nil {
		return "", err
	}
	for _, p := range []struct {
		who  moment.ID
		side Side
	}{{helped, Helped}, {helper, Helper}} {
		if err := insertPart(ctx, tx, id, p.who, p.side, now); err != nil {
			return "", fault.Op("chat start", err)
		}
	}
	return id, s.announce(ctx, tx, id, Began)
}

// Announce adds an entry that the place itself says about somebody, in the
// caller's transaction.
func (s *Service) Announce(ctx context.Context, tx db.Writer, id moment.ID, kind Kind, about moment.ID) error {
	return s.announceAbout(ctx, tx, id, kind, about)
}

// AnnounceOnce is Announce that runs twice and says it once: key names what is said.
func (s *Service) AnnounceOnce(ctx context.Context, tx db.Writer, id moment.ID, kind Kind, about moment.ID, key string) error {
	f, found, err := loadFrameForKey(ctx, tx, id, about, key)
	if err != nil || !found || f.had > 0 || !f.Open() {
		return err
	}
	return s.announceAs(ctx, tx, id, kind, about, key)
}

// announce adds an entry that the place itself says.
func (s *Service) announce(ctx context.Context, tx db.Writer, id moment.ID, kind Kind) error {
	return s.announceAbout(ctx, tx, id, kind, "")
}

func (s *Service) announceAbout(ctx context.Context, tx db.Writer, id moment.ID, kind Kind, about moment.ID) error {
	return s.announceAs(ctx, tx, id, kind, about, "")
}

func (s *Service) announceAs(ctx context.Context, tx db.Writer, id moment.ID, kind Kind, about moment.ID, key string) error {
	now := s.Clock.Now()
	seq, err := nextSeq(ctx, tx, id, now, false)
	if err != nil {
		return fault.Op("chat announce", err)
	}
	m := row{Message: Message{Conversation: id, Seq: seq, Kind: kind, Author: about, At: now}, key: cmp.Or(key, "place-"+strconv.FormatInt(seq, 10))}
	if err := insertMessage(ctx, tx, m); err != nil {
		return fault.Op("chat announce", err)
	}
	s.Bus.Publish(tx, Topic(id), seq)
	return nil
}

// Say adds the actor's words and returns once they are durable. The same key
// sent again gives the message that is there already.
func (s *Service) Say(ctx context.Context, a access.Actor, id moment.ID, d Draft) (Message, error) {
	if err := d.Validate(); err != nil {
		return Message{}, err
	}
	var out Message
	err := s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		f, found, err := loadFrameForKey(ctx, tx, id, a.Person, d.Key)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		if err := canSay(a, f.Conversation, now).Err(); err != nil {
			// What was stored before the end is still "saved" when it is sent again.
			if f.had == 0 || !canRead(a, f.Conversation, now).OK() {
				return err
			}
		}
		if f.had > 0 {
			out, err = s.one(ctx, tx, f, f.had)
			return err
		}
		out, err = s.store(ctx, tx, a, f, entry{Text, d.Key, d.Text}, now)
		return err
	})
	return out, err
}

// entry is what somebody adds.
type entry struct {
	kind Kind
	key  string
	body string
}

func (s *Service) store(ctx context.Context, tx db.Writer, a access.Actor, f frame, e entry, now moment.Time) (Message, error) {
	box, err := s.Vault.BoxFrom(f.ID, f.wrapped)
	if err != nil {
		return Message{}, err
	}
	if err := saying.Spend(ctx, tx, a.Person, now); err != nil {
		return Message{}, err
	}
	seq, err := nextSeq(ctx, tx, f.ID, now, true)
	if err != nil {
		return Message{}, err
	}
	m := Message{Conversation: f.ID, Seq: seq, Touched: seq, Kind: e.kind, Author: a.Person, Text: e.body, At: now}
	if me, _ := f.Part(a.Person); f.Together {
		m.ID, m.Alias = moment.NewID(), me.Alias
	}
	if err := insertMessage(ctx, tx, row{Message: m, key: e.key, body: box.Seal([]byte(e.body), place(f.ID, seq))}); err != nil {
		return Message{}, err
	}
	if err := access.Record(ctx, tx, a, now, access.Entry{Verb: "chat." + verbOf(e.kind), Kind: "conversation", Object: f.ID}); err != nil {
		return Message{}, err
	}
	s.Bus.Publish(tx, Topic(f.ID), seq)
	return m, nil
}

func verbOf(k Kind) string {
	if k == Card {
		return "give"
	}
	return "say"
}

// place names where a body belongs, so that no body can be moved to another.
func place(id moment.ID, seq int64) string {
	return "chat_message.body|" + string(id) + "|" + strconv.FormatInt(seq, 10)
}

// one reads a single message.
func (s *Service) one(ctx context.Context, r db.Reader, f frame, seq int64) (Message, error) {
	m, err := messageAt(ctx, r, f.ID, seq)
	if db.IsNone(err) {
		return Message{}, fault.Hidden()
	}
	if err != nil {
		return Message{}, db.Problem("message", err)
	}
	out, err := s.unseal(f, []row{m})
	if err != nil {
		return Message{}, err
	}
	return out[0], nil
}

// unseal opens the bodies of a conversation's messages.
func (s *Service) unseal(f frame, rows []row) ([]Message, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	box, err := s.Vault.BoxFrom(f.ID, f.wrapped)
	if err != nil {
		return nil, err
	}
	out := make([]Message, len(rows))
	for i, m := range rows {
		m.Conversation = f.ID
		if len(m.body) > 0 && m.WithdrawnAt.IsZero() {
			plain, err := box.Open(m.body, place(f.ID, m.Seq))
			if err != nil {
				return nil, fault.Op("chat unseal", err)
			}
			m.Text = string(plain)
		}
		out[i] = m.Message
	}
	return out, nil
}

// Edit changes the actor's own words within EditWithin. What was there before
// is not kept.
func (s *Service) Edit(ctx context.Context, a access.Actor, id moment.ID, seq int64, text string) error {
	text, wrong := CleanText(text)
	if wrong != "" {
		var p fault.Problems
		p.AddWith("text", wrong, map[string]any{"most": MostRunes})
		return p.Err()
	}
	return s.rewrite(ctx, a, id, seq, "chat.edit", canEdit, func(f frame, m *row, now moment.Time) error {
		box, err := s.Vault.BoxFrom(f.ID, f.wrapped)
		if err != nil {
			return err
		}
		m.body, m.EditedAt = box.Seal([]byte(text), place(f.ID, seq)), now
		return nil
	})
}

// Withdraw takes the actor's own words back; the place they had stays.
func (s *Service) Withdraw(ctx context.Context, a access.Actor, id moment.ID, seq int64) error {
	return s.rewrite(ctx, a, id, seq, "chat.withdraw", canWithdraw, func(_ frame, m *row, now moment.Time) error {
		m.body = nil
		if m.WithdrawnAt.IsZero() {
			m.WithdrawnAt = now
		}
		return nil
	})
}

type messagePolicy func(access.Actor, Conversation, Message, moment.Time) access.Decision

func (s *Service) rewrite(ctx context.Context, a access.Actor, id moment.ID, seq int64, verb string, may messagePolicy,
	change func(f frame, m *row, now moment.Time) error,
) error {
	return s.DB.Write(ctx, func(tx db.Writer) error {
		now := s.Clock.Now()
		f, found, err := loadFrame(ctx, tx, id, a.Person)
		if err != nil {
			return err
		}
		if !found {
			return fault.Hidden()
		}
		m, err := messageAt(ctx, tx, id, seq)
		if db.IsNone(err) {
			return fault.Hidden()
		}
		if err != nil {
			return err
		}
		if err := may(a, f.Conversation, m.Message, now).Err(); err != nil {
			return err
		}
		if err := saying.Spend(ctx, tx, a.Person, now); err != nil {
			return err
		}
		touched, err := nextSeq(ctx, tx, id, now, false)
		if err != nil {
			return err
		}
		if err := change(f, &m, now); err != nil {
			return err
		}
		if err := rewriteMessage(ctx, tx, id, seq, touched, m.body, m.EditedAt, m.WithdrawnAt); err != nil {
			return err
		}
		s.Bus.Publish(tx, Topic(id), touched)
		return access.Record(ctx, tx, a, now, access.Entry{Verb: verb, Kind: "conversation", Object: id})
	})
}
